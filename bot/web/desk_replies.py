"""What the page of a tip does with an officer's words besides sending them: a template, answers to
press, a look before, a change after.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot import correcting
from bot.correcting import Changed
from bot.web.parts import Parts
from handlers.languages import Language
from handlers.moderators import preview
from handlers.moderators.actions import Action, Offer
from handlers.moderators.picks import READY, from_lines
from handlers.moderators.templates import Ready
from handlers.replies import NOTHING, Change, Extras
from handlers.screens import Rendered, Say, say
from handlers.tips import Author, Kind, kind_of_file
from storage.cases import Case
from storage.tips import PictureData

CORRECT = "correct"
"""What a form does with words that have just gone."""
_PICKS, _READY_PICKS = "picks", "ready_picks"
_OF_PICKS = frozenset({_PICKS, _READY_PICKS})


@dataclass(frozen=True, slots=True)
class Preview:
    """What the worker will read, as their channel shows it, by language."""

    do: str
    shown: tuple[tuple[Language, Rendered], ...] = field(repr=False)


def extras(fields: Mapping[str, str]) -> Extras:
    """What goes with a question: the answers that were typed, else the set that was chosen."""
    typed = from_lines(fields.get(_PICKS, ""))
    chosen = typed or READY.get(fields.get(_READY_PICKS, ""), ())
    return Extras(picks=chosen) if chosen else NOTHING


def kept(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was typed into a form, to stand in its boxes again."""
    boxes = {fields.get("do", ""): fields.get("words", "")}
    boxes |= {name: fields.get(name, "") for name in (_PICKS, _READY_PICKS)}
    return tuple((name, typed) for name, typed in boxes.items() if typed.strip())


def stranded(
    typed: tuple[tuple[str, str], ...], offers: Collection[str], *, sent: bool, opened: bool
) -> list[str]:
    """What was typed into a box that the page does not have any more."""
    boxes = {*offers, Offer.NOTE.value, *([CORRECT] if sent else [])} if opened else set[str]()
    boxes |= _OF_PICKS if Offer.ASK in boxes else {_READY_PICKS}
    return [words for name, words in typed if name not in boxes]


def used(
    fields: Mapping[str, str], ready: tuple[Ready, ...]
) -> tuple[tuple[tuple[str, str], ...], tuple[Say, ...]]:
    """What stands in the boxes when a template was chosen, below what was typed; and what is said.
    The box stands open even where there is nothing to put into it.
    """
    do = fields.get("do", "")
    found = next(
        (each for each in ready if (each.id, each.kind) == (fields.get("template"), do)), None
    )
    words = fields.get("words", "").strip()
    if found is None:
        boxes, told = {do: words}, say("desk.reply.no.no_template")
    else:
        below = f"{words}\n\n{found.words}" if words else found.words
        boxes, told = {do: below}, say("desk.reply.used")
    rest = {name: typed for name, typed in kept(fields) if name in _OF_PICKS}
    return tuple((boxes | rest).items()), (told,)


def previewed(
    parts: Parts, action: Action, today: date, attached: PictureData | None
) -> Preview | None:
    """What the worker would read of `action`."""
    kind = kind_of_file(attached.mime) if attached is not None else None
    shown = []
    for language in preview.languages(action):
        screen = preview.preview(action, today, language, kind)
        if screen is None:
            return None
        shown.append((language, parts.texts[language].render(screen)))
    return Preview(type(action).__name__.lower(), tuple(shown))


async def change(parts: Parts, officer: bytes, tip: bytes, fields: Mapping[str, str]) -> Changed:
    """Carry out `CORRECT`, or with `take_back` that."""
    database, volatile, now = parts.database, parts.volatile, parts.clock()
    if fields.get("take_back"):
        return await correcting.take_back(database, volatile, officer, tip, now)
    words, sure = fields.get("words", ""), frozenset(fields.get("sure", "").split())
    return await correcting.correct(database, volatile, officer, tip, words, now, sure)


def last_words(case: Case) -> str | None:
    """The words that can still be changed; None where there are none, or something came since:
    words of the worker, or the end of the tip.
    """
    for each in reversed(case.entries):
        if each.author is Author.WORKER or each.kind is Kind.CLOSING:
            return None
        if each.author is Author.OFFICER and each.kind in (Kind.QUESTION, Kind.ANSWER):
            return each.words if each.change is not Change.WITHDRAWN else None
    return None
