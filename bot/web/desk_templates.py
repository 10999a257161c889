"""The page where whoever leads a desk writes its ready words."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from bot import ready_words
from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page
from bot.web.parts import PARTS, Parts
from handlers.languages import Language
from handlers.moderators.actions import Offer
from handlers.moderators.templates import KINDS, MOST_TEMPLATES, Field, Template, tidied, unfit
from handlers.roles import Role
from handlers.screens import Say, say
from handlers.tips import Category, category_named
from storage import templates, units
from storage.chance import random_id
from storage.database import Tx

PAGE = "/desk/don-vi/mau-tra-loi"
_NEW = "new"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/don-vi/mau-tra-loi; `?don-vi=` is the unit, for who leads several."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_change))


async def _show(request: web.Request) -> web.Response:
    seat = await seated(request)
    return await _page(request, seat, _unit(seat, request.query.get("don-vi", "")))


async def _change(request: web.Request) -> web.Response:
    """One of: save a template, drop one, go back to the house's set. Whoever leads the unit is
    looked up again in the transaction that writes.
    """
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    unit = _unit(seat, fields.get("unit", ""))
    async with parts.database.write() as tx:
        kept = await templates.of_unit(tx, unit, lock=True)
        known = ready_words.current(kept, parts.texts, seat.language)
        match fields.get("do", ""):
            case "save":
                told, wanted, typed = _saved(known, fields)
            case "drop":
                told, wanted, typed = _dropped(known, fields)
            case "reset":
                told, wanted, typed = _reset(fields)
            case _:
                raise Stopped(status=HTTPStatus.BAD_REQUEST)
        if typed is None and not await _write(tx, parts, seat, unit, wanted):
            raise NotYours
    status = HTTPStatus.OK if typed is None else HTTPStatus.CONFLICT
    return await _page(request, seat, unit, (told,), typed, status)


Outcome = tuple[Say, tuple[Template, ...] | None, Template | None]
"""What is said, the templates afterwards (None: the house's), and what was typed where it is not
taken.
"""


def _saved(known: tuple[Template, ...], fields: Mapping[str, str]) -> Outcome:
    typed = tidied(_typed(fields))
    told = unfit(typed) or (None if typed.kind in KINDS else _no("kind"))
    if told is not None:
        return told, known, typed
    done = say("desk.reply.template.saved", name=typed.name)
    if typed.id == _NEW:
        if len(known) >= MOST_TEMPLATES:
            return _no("too_many", most=MOST_TEMPLATES), known, typed
        return done, (*known, _with_id(typed, random_id().hex())), None
    if all(each.id != typed.id for each in known):
        return _no("gone"), known, _with_id(typed, _NEW)
    return done, tuple(typed if each.id == typed.id else each for each in known), None


def _dropped(known: tuple[Template, ...], fields: Mapping[str, str]) -> Outcome:
    gone = [each for each in known if each.id == fields.get("id")]
    name = gone[0].name if gone else fields.get("name", "")
    left = tuple(each for each in known if each not in gone)
    return say("desk.reply.template.dropped", name=name), left, None


def _reset(fields: Mapping[str, str]) -> Outcome:
    if not fields.get("sure"):
        return _no("unsure"), None, Template("", "", Offer.ASK, "")
    return say("desk.reply.template.was_reset"), None, None


async def _write(
    tx: Tx, parts: Parts, seat: Seat, unit: str, wanted: tuple[Template, ...] | None
) -> bool:
    return await templates.write(tx, seat.member.id, unit, wanted, parts.clock())


def _typed(fields: Mapping[str, str]) -> Template:
    kind = fields.get("kind", "")
    return Template(
        id=fields.get("id", _NEW),
        name=fields.get("name", ""),
        kind=Offer(kind) if kind in KINDS else Offer.NOTE,
        words=fields.get("words", ""),
        english=fields.get("english", ""),
        category=category_named(fields.get("category", "")),
    )


def _with_id(template: Template, id_: str) -> Template:
    return Template(
        id_,
        template.name,
        template.kind,
        template.words,
        template.english,
        template.category,
    )


def _unit(seat: Seat, asked: str) -> str:
    """The unit that is meant: the one that was asked for, else the first. Raises NotYours."""
    led = _led(seat)
    if not led or (asked and asked not in led):
        raise NotYours
    return asked or led[0]


def _led(seat: Seat) -> list[str]:
    return sorted(unit for unit, role in seat.member.grants if role is Role.LEAD)


def _no(key: str, **fields: int) -> Say:
    return Say(f"desk.reply.template.no.{key}", tuple(fields.items()))


async def _page(
    request: web.Request,
    seat: Seat,
    unit: str,
    says: tuple[Say, ...] = (),
    typed: Template | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        kept = await templates.of_unit(tx, unit)
        named = [(each, await units.name_of(tx, each)) for each in _led(seat)]
    known = ready_words.current(kept, parts.texts, seat.language)
    shown = [typed if typed is not None and each.id == typed.id else each for each in known]
    new = typed if typed is not None and typed.id == _NEW else None
    return page(
        request,
        "templates",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        unit=unit,
        units=named,
        is_house=kept is None,
        known=[(kind, [each for each in shown if each.kind is kind]) for kind in KINDS],
        is_empty=not shown,
        typed=typed,
        new=new or Template(_NEW, "", Offer.ANSWER, ""),
        kinds=KINDS,
        categories=tuple(Category),
        fields=tuple(Field),
        vietnamese=Language.VI,
    )
