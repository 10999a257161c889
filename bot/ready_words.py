"""A unit's ready words, filled in for one tip; and what goes with them when they are sent as they
are: the same in English, for workers who read that.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from handlers.coach import Doubt, remarks
from handlers.folding import clean
from handlers.languages import Language
from handlers.moderators.actions import Action, Answer, Ask, Close, Offer
from handlers.moderators.replies import all_words
from handlers.moderators.templates import Field, Ready, Template, ready, starters
from handlers.texts import Texts
from storage import cases, templates
from storage.cases import Held
from storage.database import Tx
from storage.templates import About

Wording = Mapping[Language, Texts]


async def of_tip(
    tx: Tx, officer: bytes, tip: bytes, texts: Wording, today: date, language: Language
) -> tuple[Ready, ...]:
    """What an officer's unit has ready for this tip, in its order; nothing for whom it is not
    theirs. A template with a field that is not known here is left out.
    """
    held = await cases.hold(tx, officer, tip)
    if held is None:
        return ()
    about = await templates.about(tx, held.unit)
    values = {each: _values(held, about, texts[each], today) for each in texts}
    known = await templates.of_unit(tx, held.unit)
    every = starters(texts, language) if known is None else known
    found = (ready(each, values, held.record.category) for each in every)
    return tuple(each for each in found if each is not None)


async def with_wording(
    tx: Tx, officer: bytes, tip: bytes, action: Action, texts: Wording, today: date
) -> Action:
    """The action, whose words may be those of a template to the letter: then they go in English
    too, and no doubt about them is raised again, for it could only be about the unit's own address.
    The answers to press below them are read over as ever.
    """
    match action:
        case Ask(words):
            kind = Offer.ASK
        case Answer(words):
            kind = Offer.ANSWER
        case Close(_, words):
            kind = Offer.CLOSE
        case _:
            return action
    words = clean(words)
    for each in await of_tip(tx, officer, tip, texts, today, Language.VI):
        if (each.kind, each.words) == (kind, words):
            extras = replace(action.extras, english=each.english)
            below = {found.doubt for found in remarks(all_words("", extras))}
            return replace(action, extras=extras, sure=action.sure | (frozenset(Doubt) - below))
    return action


def current(
    kept: tuple[Template, ...] | None, texts: Wording, language: Language
) -> tuple[Template, ...]:
    """A unit's templates, or those of the house by which it goes."""
    return starters(texts, language) if kept is None else kept


def _values(held: Held, about: About, texts: Texts, today: date) -> dict[Field, str]:
    known = held.record
    return {
        Field.UNIT: about.name,
        Field.CONTACT: about.contact,
        Field.HOURS: about.hours,
        # A day that has passed is no promise.
        Field.ANSWER_DAY: f"{known.result_on:%d/%m/%Y}" if known.result_on >= today else "",
        Field.CATEGORY: texts.get(f"category.{known.category}"),
    }
