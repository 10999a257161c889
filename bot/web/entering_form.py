"""The form for a tip that came by phone, on paper or in person: its fields, and what they say."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from aiohttp import web

from bot import entered, placing
from bot.entered import Sheet
from bot.web.access import Stopped, typed_words
from bot.web.parts import Parts
from bot.web.sessions import is_form_token
from bot.web.uploads import BUDGET, Form
from handlers import narrowing
from handlers.events import Unusable
from handlers.folding import clean, has_letters
from handlers.places import Place
from handlers.routing import Exclusion
from handlers.screens import Say, say
from handlers.states import Draft
from handlers.tips import category_named
from handlers.worker.step import MOST_WORDS
from storage.places import Places
from storage.tips import PictureData

DAYS_BACK = 30
"""A letter that lay longer is entered with the day on which it was found."""
NO_PLACE = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The place that was meant, or those to choose from; `whole` is the first of these where the
    others lie in it. `unsaid`: none of them, so the tip has no place.
    """

    place: Place | None = field(default=None, repr=False)
    choices: tuple[Place, ...] = field(default=(), repr=False)
    whole: Place | None = field(default=None, repr=False)
    unsaid: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What an officer filled in. `draft` is None while something is missing: `says` tells what.
    `places` are those that were meant, to choose from.
    """

    fields: Mapping[str, str] = field(repr=False)
    draft: Draft | None
    day: date
    places: tuple[Place, ...] = field(default=(), repr=False)
    says: tuple[Say, ...] = ()


async def read(
    request: web.Request, token: str, parts: Parts, officer: bytes
) -> tuple[Mapping[str, str], Sheet, tuple[Say, ...]]:
    """The fields of the form that one of our pages made for this browser; new files in it are
    cleaned and kept, and the sayings tell of each that was not. Raises Stopped, and what
    `Form.begin` raises.
    """
    form = Form(request, request.app[BUDGET])
    await form.begin()
    if not token or not is_form_token(token, form.fields.get("guard", "")):
        await form.drain()
        raise Stopped(typed_words(form.fields))
    sheet = Sheet(officer, form.fields.get("sheet", "")[:64])
    if form.fields.get("no_files"):
        await entered.drop_files(parts.volatile, sheet)
    told: list[Say] = []
    at = len(await entered.files(parts.volatile, sheet))
    async with aclosing(form.files()) as files:
        async for each in files:
            why = await _kept(parts, sheet, at, each)
            if why is None:
                at += 1
            else:
                told.append(say("desk.entering.no_file", why=say(f"unusable.{why}")))
    return form.fields, sheet, tuple(dict.fromkeys(told))


def filled(fields: Mapping[str, str], places: Places, today: date) -> Filled:
    """What the fields say; what is missing or makes no sense is told kindly, all at once."""
    says: list[Say] = []
    story = clean(fields.get("words", ""))
    category = category_named(fields.get("category", ""))
    if category is None:
        says.append(say("desk.entering.no_category"))
    if fields.get("danger") not in ("yes", "no"):
        says.append(say("desk.entering.no_danger"))
    if not has_letters(story):
        says.append(say("desk.entering.no_story"))
    elif len(story) > MOST_WORDS:
        says.append(say("desk.entering.long", most=MOST_WORDS, letters=len(story)))
    day = _day(fields.get("day", ""), today)
    if day is None:
        says.append(say("desk.entering.no_day", days=DAYS_BACK))
    wanted = _place(fields, places)
    place, choices = wanted.place, wanted.choices
    if wanted.whole is not None:
        count = len(narrowing.pieces(wanted.whole, places.of_today))
        says.append(say("desk.entering.wide_place", place=wanted.whole.label, count=count))
    elif choices:
        says.append(say("desk.entering.which_place"))
    elif place is None and not wanted.unsaid and clean(fields.get("place", "")):
        says.append(say("desk.entering.no_place"))
    kept = {**fields, "words": story}
    if says or category is None:
        return Filled(kept, None, day or today, choices, tuple(says))
    hidden = frozenset(each.value for each in Exclusion if fields.get(f"hide-{each}"))
    draft = Draft(
        category,
        fields.get("danger") == "yes",
        place,
        story,
        code="",
        hidden=hidden,
        police=bool(fields.get("police")),
    )
    return Filled(kept, draft, day or today)


def told_anew(known: Filled, story: str) -> Filled:
    """The same with another story."""
    if known.draft is None:
        return known
    fields = {**known.fields, "words": story}
    return replace(known, fields=fields, draft=replace(known.draft, story=story))


async def _kept(parts: Parts, sheet: Sheet, at: int, file: bytes | Unusable) -> Unusable | None:
    if isinstance(file, Unusable):
        return file
    if at >= entered.MOST_FILES:
        return Unusable.ENOUGH
    found = await parts.inbound.clean(file)
    if isinstance(found, Unusable):
        return found
    picture = PictureData(found.kind, found.data)
    kept = await entered.keep_file(parts.volatile, sheet, at, picture)
    return None if kept else Unusable.STORE_FULL


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        return None
    return day if today - timedelta(days=DAYS_BACK) <= day <= today else None


def _place(fields: Mapping[str, str], places: Places) -> Wanted:
    """The place that was meant; or several, of which one is to be chosen, as in a worker's talk."""
    text = clean(fields.get("place", ""))
    found = _meant(text, places)
    at = fields.get("place-at", "") if fields.get("place-of", "") == text else ""
    if at.isascii() and at.isdigit() and int(at) < len(found.choices):
        chosen = found.choices[int(at)]
        return Wanted(narrowing.within(found.whole, chosen) if found.whole else chosen)
    return Wanted(unsaid=True) if at == NO_PLACE else found


def _meant(text: str, places: Places) -> Wanted:
    answer = placing.look_up(places, text)
    meant = narrowing.meanings(answer)
    if len(meant) != 1:
        return Wanted(choices=meant[: narrowing.MOST_OFFERED])
    [only] = meant
    if narrowing.is_wide(only):
        offered = narrowing.offered(only, answer, places.of_today)
        return Wanted(choices=(only, *offered), whole=only)
    return Wanted(only) if answer.is_certain else Wanted(choices=meant)
