"""A unit's own words for its workers, and for how long a tip waits for its holder: for leads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from handlers import telling
from handlers.folding import clean
from handlers.languages import Language
from handlers.roles import Role
from handlers.screens import Say
from handlers.telling import Flaw, Telling
from handlers.tips import Move
from storage import holding, units
from storage import telling as kept

PAGE = "/desk/don-vi/loi-nhan"
_SAMPLE_DAYS = 3


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was typed for a move and not kept, or is shown before it is."""

    move: Move | None = None
    words: Mapping[Language, str] = field(default_factory=dict, repr=False)
    preview: Mapping[Language, str] = field(default_factory=dict, repr=False)


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/don-vi/loi-nhan."""
    app.router.add_get(PAGE, guarded(_look))
    app.router.add_post(PAGE, guarded(_change))


async def _look(request: web.Request) -> web.Response:
    seat = await seated(request)
    led = _led(seat)
    unit = request.query.get("don-vi") or led[0]
    return await _page(request, seat, _known(seat, unit))


async def _change(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    unit = _known(seat, fields.get("unit", ""))
    match fields.get("do", ""):
        case "hours":
            return await _set_hours(request, seat, unit, fields.get("hours", ""))
        case "preview" | "save":
            return await _write(request, seat, unit, fields)
        case "reset":
            return await _write(request, seat, unit, {**fields, "vi": "", "en": ""})
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _set_hours(request: web.Request, seat: Seat, unit: str, typed: str) -> web.Response:
    parts, hours = request.app[PARTS], int(typed) if typed.isascii() and typed.isdigit() else 0
    async with parts.database.write() as tx:
        done = await holding.set_away_hours(tx, seat.member.id, unit, hours, parts.clock())
    if not done:
        says = said("desk.life.words.no_hours", most=holding.MOST_AWAY_HOURS)
        return await _page(request, seat, unit, says, status=HTTPStatus.CONFLICT)
    return await _page(request, seat, unit, said("desk.life.words.saved"))


async def _write(
    request: web.Request, seat: Seat, unit: str, fields: Mapping[str, str]
) -> web.Response:
    parts, now = request.app[PARTS], request.app[PARTS].clock()
    move = next((each for each in telling.MOVES if each == fields.get("move", "")), None)
    if move is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    words = {language: clean(fields.get(language, "")) for language in Language}
    if fields["do"] == "preview":
        flaw = next((found for each in words.values() if (found := _flaw(each, move))), None)
        if flaw is None:
            shown = await _previewed(request, unit, move, words)
            return await _page(request, seat, unit, tried=_Tried(move, words, shown))
    else:
        async with parts.database.write() as tx:
            done = await kept.write_own(tx, seat.member.id, unit, move, words, now)
        if done is False:
            raise NotYours
        if done is True:
            return await _page(request, seat, unit, said("desk.life.words.saved"))
        flaw = done
    says = _why(*flaw, move, words)
    tried = _Tried(move, words)
    return await _page(request, seat, unit, says, tried, HTTPStatus.CONFLICT)


def _flaw(words: str, move: Move) -> tuple[Flaw, str] | None:
    return telling.flaw_in(words, move)


def _why(flaw: Flaw, name: str, move: Move, words: Mapping[Language, str]) -> tuple[Say, ...]:
    known = " ".join(f"{{{each}}}" for each in telling.fields_of(move))
    match flaw:
        case Flaw.LONG:
            return said("desk.life.words.long", most=telling.MOST_LETTERS)
        case Flaw.BRACES:
            return said("desk.life.words.braces", known=known)
        case Flaw.FIELD:
            return said("desk.life.words.field", name=name, known=known)
        case Flaw.DOUBTED:
            whys = filter(None, map(telling.doubted, words.values()))
            return said("desk.life.words.doubted", why=next(whys))


async def _previewed(
    request: web.Request, unit: str, move: Move, words: Mapping[Language, str]
) -> dict[Language, str]:
    """How it would read: about this unit, with an answer in a few days."""
    parts = request.app[PARTS]
    day = parts.clock().astimezone(parts.timezone).date() + timedelta(days=_SAMPLE_DAYS)
    async with parts.database.read() as tx:
        name = await units.name_of(tx, unit)
    filled = {each: telling.filled(typed, name, day) for each, typed in words.items() if typed}
    told = Telling(move, name, day, filled)
    return {each: parts.texts[each].say(telling.said(told, each)) for each in Language}


def _led(seat: Seat) -> tuple[str, ...]:
    led = sorted(unit for unit, role in seat.member.grants if role is Role.LEAD)
    if not led:
        raise NotYours
    return tuple(led)


def _known(seat: Seat, unit: str) -> str:
    if unit not in _led(seat):
        raise NotYours
    return unit


async def _page(
    request: web.Request,
    seat: Seat,
    unit: str,
    says: tuple[Say, ...] = (),
    tried: _Tried | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    parts, tried = request.app[PARTS], tried or _Tried()
    async with parts.database.read() as tx:
        led = [(each, await units.name_of(tx, each)) for each in _led(seat)]
        writes = unit in await kept.writable(tx, seat.member.id)
        own = await kept.own(tx, unit)
        hours = await holding.away_hours(tx, unit)
    return page(
        request,
        "words",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        unit=unit,
        led=led,
        moves=[_shown(request, move, own, tried) for move in telling.MOVES] if writes else (),
        hours=hours,
        most_hours=holding.MOST_AWAY_HOURS,
        most=telling.MOST_LETTERS,
    )


def _shown(request: web.Request, move: Move, own: kept.Own, tried: _Tried) -> dict[str, object]:
    """One move, as the page shows it."""
    texts = request.app[PARTS].texts
    is_tried = tried.move is move
    written = tried.words if is_tried else own.get(move, {})
    return {
        "id": move.value,
        "own": move in own,
        "open": is_tried,
        "fields": [f"{{{each}}}" for each in telling.fields_of(move)],
        "words": {each: written.get(each, "") for each in Language},
        "default": {each: texts[each].by_key[f"told.{move}"] for each in Language},
        "preview": tried.preview if is_tried else {},
    }
