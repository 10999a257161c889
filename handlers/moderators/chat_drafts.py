"""Where an officer is in their private chat with words that did not go yet, or have just gone."""

from dataclasses import dataclass, field

from handlers.moderators.actions import Action, Answer, Ask, Close, Note, Offer
from handlers.moderators.picks import at_the_end
from handlers.replies import NOTHING, Extras


@dataclass(frozen=True, slots=True)
class Templates:
    """Before the ready words of the unit; `ids` as they are numbered on the screen."""

    tip: str = field(repr=False)
    offer: Offer
    outcome: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Previewing:
    """Shown what the worker would read; nothing went yet."""

    tip: str = field(repr=False)
    offer: Offer
    words: str = field(repr=False)
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Correcting:
    """About to write what takes the place of the words that have just gone."""

    tip: str = field(repr=False)


def written(
    offer: Offer,
    words: str,
    outcome: str = "",
    sure: frozenset[str] = frozenset(),
    *,
    plain: bool = False,
) -> Action:
    """What sending these words means; the last lines of a question may be answers to press, unless
    all of it is `plain`.
    """
    match offer:
        case Offer.ASK:
            question, picks = (words, ()) if plain else at_the_end(words)
            return Ask(question, sure, Extras(picks=picks) if picks else NOTHING)
        case Offer.CLOSE:
            return Close(outcome, words, sure)
        case Offer.NOTE:
            return Note(words, sure)
        case _:
            return Answer(words, sure)
