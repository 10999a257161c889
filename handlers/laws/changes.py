"""Laws that another one has replaced: which of them some words rest on, and since when. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from handlers import laws
from handlers.folding import fold


@dataclass(frozen=True, slots=True)
class Change:
    """A document and what counts in its place: `replaced_by` is a number or a few words, from the
    local day `since` on.
    """

    number: str
    replaced_by: str
    since: date


Changes = Mapping[str, Change]
"""By the folded number of the document, so that "145/2020/nd-cp" is the same."""

NO_CHANGES: Changes = {}

_EARLIEST = date(1990, 1, 1)
_LATEST = date(2100, 1, 1)


def same(number: str) -> str:
    """By what two spellings of a number are the same."""
    return fold(number).replace(" ", "")


def known(told: Iterable[Change] = ()) -> Changes:
    """What our register says, and what was told to us since; of one document the latter counts."""
    ours = (
        Change(each.number, each.replaced_by, each.until)
        for each in laws.load().values()
        if each.replaced_by and each.until is not None
    )
    return {same(each.number): each for each in (*ours, *told)}


def replaced_by(day: date, changes: Changes) -> frozenset[str]:
    """The numbers of all documents in whose place another one counts on `day`."""
    return frozenset(each.number for each in changes.values() if each.since <= day)


def is_possible(number: str, since: date) -> bool:
    """Whether a document can be replaced on that day: after it came into force, where we know when,
    and not so far away that a digit must have slipped.
    """
    ours = {same(each.number): each.since for each in laws.load().values()}
    return ours.get(same(number), _EARLIEST) < since < _LATEST


def touching(words: Iterable[str], changes: Changes) -> tuple[Change, ...]:
    """The changes of the documents whose numbers stand in `words`, each once, the earliest first;
    some of them may lie ahead.
    """
    found = {}
    for each in words:
        for number in laws.numbers_in(each.upper()):
            change = changes.get(same(number))
            if change is not None:
                found[change.number] = change
    return tuple(sorted(found.values(), key=lambda change: (change.since, change.number)))


def in_force(words: Iterable[str], changes: Changes, day: date) -> Change | None:
    """The change that has happened by `day` to something in `words`; None where all still holds."""
    found = touching(words, changes)
    return found[0] if found and found[0].since <= day else None
