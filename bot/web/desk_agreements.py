"""The administrators' page for the agreements with the police: list, add, change, end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS
from bot.web.unit_narrowing import narrowed
from handlers.agreements import MOST_LETTERS, OFFERED, Agreement, Flaw, typed
from handlers.routing import Tree, Unit, UnitKind
from handlers.screens import Say
from storage import agreements, staff, units
from storage.agreements import Kept, Signed
from storage.database import Tx

PAGE = "/desk/quy-che"
_CHOSEN = "cat-"


@dataclass(frozen=True, slots=True)
class _Sides:
    """Who can sign: union units of this administrator, and all police units."""

    unions: tuple[Unit, ...]
    police: tuple[Unit, ...]
    tree: Tree


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/quy-che."""
    app.router.add_get(PAGE, guarded(_look))
    app.router.add_post(PAGE, guarded(_change))


async def _look(request: web.Request) -> web.Response:
    seat = await seated(request)
    return await _page(request, seat, {"key": request.query.get("sua", "")})


async def _change(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    todo = {"end": _end, "save": _save}.get(fields.get("do", ""))
    if todo is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        done = await todo(tx, seat.member.id, fields, parts.clock())
    if done is None:
        return await _page(request, seat, fields, said("desk.agreement.end_unsure"))
    if done is not Kept.DONE:
        told = said(f"desk.agreement.no.{done}", most=MOST_LETTERS)
        return await _page(request, seat, fields, told)
    word = "desk.agreement.ended_now" if fields["do"] == "end" else "desk.agreement.saved"
    return await _page(request, seat, {}, said(word), HTTPStatus.OK)


async def _end(
    tx: Tx, admin: bytes, fields: Mapping[str, str], now: datetime
) -> Kept | Flaw | None:
    if not fields.get("sure"):
        return None
    return await agreements.end(tx, admin, _key(fields.get("key", "")), now)


async def _save(
    tx: Tx, admin: bytes, fields: Mapping[str, str], now: datetime
) -> Kept | Flaw | None:
    agreement = _typed(fields, await _sides(tx, admin))
    if isinstance(agreement, Flaw):
        return agreement
    key = _key(fields.get("key", ""))
    if key:
        return await agreements.change(tx, admin, key, agreement, now)
    return await agreements.add(tx, admin, agreement, now)


def _typed(fields: Mapping[str, str], sides: _Sides) -> Agreement | Flaw:
    named = [name.removeprefix(_CHOSEN) for name in fields if name.startswith(_CHOSEN)]
    unions, police = (each.id for each in sides.unions), (each.id for each in sides.police)
    return typed(fields, named, unions, police)


async def _page(
    request: web.Request,
    seat: Seat,
    fields: Mapping[str, str],
    says: tuple[Say, ...] = (),
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> web.Response:
    """All of them, and a form: empty, with one that is there, or with what was typed."""
    parts, key = request.app[PARTS], _key(fields.get("key", ""))
    async with parts.database.read() as tx:
        sides = await _sides(tx, seat.member.id)
        signed = await agreements.seen_by(tx, seat.member.id)
    changed = next((each for each in signed if each.id == key and not _is_over(each)), None)
    shown = fields if "do" in fields else _fields(changed)
    keep = (shown.get("unit", ""), shown.get("police", ""))
    unions = narrowed(request, sides.tree, {each.id for each in sides.unions}, keep)
    police = narrowed(request, sides.tree, {each.id for each in sides.police}, keep)
    return page(
        request,
        "agreements",
        language=seat.language,
        seat=seat,
        status=status if says else HTTPStatus.OK,
        says=says,
        signed=signed,
        names=_names_of(sides.tree, signed),
        unions=unions.units,
        police=police.units,
        narrowed=unions if unions.many else police,
        kept={"sua": changed.id.hex() if changed else ""},
        changed=changed,
        typed=shown,
        categories=OFFERED,
        most=MOST_LETTERS,
        today=parts.clock().astimezone(parts.timezone).date(),
        path=PAGE,
    )


async def _sides(tx: Tx, admin: bytes) -> _Sides:
    """Raises NotYours for whoever looks after nobody's people."""
    reach, tree = await staff.units_run_by(tx, admin), await units.tree(tx)
    if not reach or tree is None:
        raise NotYours
    every = tree.all
    unions = tuple(each for each in every if each.kind is UnitKind.UNION and each.id in reach)
    police = tuple(each for each in every if each.kind is UnitKind.POLICE)
    return _Sides(unions, police, tree)


def _names_of(tree: Tree, signed: Iterable[Signed]) -> Mapping[str, str]:
    ids = (unit for each in signed for unit in (each.agreement.unit, each.agreement.police))
    return {unit.id: unit.name for unit in map(tree.get, ids) if unit is not None}


def _fields(signed: Signed | None) -> Mapping[str, str]:
    if signed is None:
        return {}
    known = signed.agreement
    return {
        "unit": known.unit,
        "police": known.police,
        "document": known.document,
        "contact": known.contact,
        "hours": known.hours,
        "backup": known.backup,
        "review_on": known.review_on.isoformat(),
        **{f"{_CHOSEN}{each}": "1" for each in known.categories},
    }


def _is_over(signed: Signed) -> bool:
    return signed.agreement.ended_on is not None


def _key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
