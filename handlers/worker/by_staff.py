"""A tip that an officer enters for a worker who called, wrote on paper or came by: their words are
read over as the worker's own are, they go the same way, and the same promises hold.
"""

from dataclasses import dataclass, field

from handlers import coach, routing
from handlers.coach import Finding
from handlers.effects import FileTip
from handlers.folding import has_letters
from handlers.languages import Language
from handlers.routing import Unit
from handlers.states import Draft
from handlers.tips import police_allowed
from handlers.turn import Facts
from handlers.worker import review, scope
from handlers.worker.scope import Verdict
from handlers.worker.whose import MARKS


@dataclass(frozen=True, slots=True)
class Weighed:
    """What has to be asked about words before they are sent. `turned_away`: this channel does not
    take them, and nothing is kept. `mixed`: what does not belong here may be left out; `rest` is
    what stays then, empty where nothing would. `findings` may tell who the worker is.
    """

    turned_away: bool
    mixed: bool
    rest: str = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)


def weigh(words: str) -> Weighed:
    """Read words over: what this channel is for first, then what may give their teller away."""
    turned_away = scope.read(words) is Verdict.ONLY
    mixed = not turned_away and not scope.is_silent(words)
    rest = scope.without(words) if mixed else ""
    findings = () if turned_away else coach.look(words)
    return Weighed(turned_away, mixed, rest if has_letters(rest) else "", findings)


def covered(words: str, findings: tuple[Finding, ...], language: Language) -> str:
    """The words without what was found there."""
    return coach.covered(words, findings, MARKS[language])


def without(words: str) -> str:
    """The words without what does not belong here."""
    return scope.without(words)


def reader_of(draft: Draft, facts: Facts) -> Unit:
    """The unit that will read it: it need not be the officer's own."""
    return review.reader_of(draft, facts)


def is_hidden(draft: Draft, facts: Facts) -> bool:
    """Whether everybody who shall not see it can be shut out there; else nobody of that sort is
    known at the place.
    """
    known = {each.key.value for each in routing.excludable(facts.tree, draft.place)}
    return draft.hidden <= known


def may_go_to_police(draft: Draft) -> bool:
    """Whether consent counts for such a tip."""
    return draft.police and police_allowed(draft.category) and scope.is_silent(draft.whole)


def filing(draft: Draft, facts: Facts) -> FileTip | None:
    """What is to be filed, as [Send] would do it; None where the code was not looked up, or has
    filed already. Whether the police may get it is what was agreed, and what the words allow.
    """
    step = review.send(draft, facts)
    return next((each for each in step.effects if isinstance(each, FileTip)), None)
