"""The desk's pages for a tip and the police: a union officer releases it or asks its worker, a
police officer says that it was received, or passes it to the competent unit.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web

from bot.web.access import Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.desk_units import Choices, card_of, choices, why
from bot.web.parts import PARTS
from handlers.agreements import Agreement
from handlers.moderators.actions import HELD
from handlers.passing import PoliceReason, ReleaseReason, Stage, may_be_given, police_of_place
from handlers.routing import Unit
from handlers.screens import Say
from handlers.tips import Category
from storage import agreements, cases, police
from storage.cards import Card
from storage.database import Tx
from storage.passing import Declined, Gone
from storage.police import AtPolice, Release

Reason = TypeVar("Reason", bound=StrEnum)
PAGE = "/cong-an"
"""Behind the address of a tip."""


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/cong-an."""
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_do))


def offered_to(card: Card) -> str:
    """The key of what the page of a tip offers; empty where there is nothing."""
    if card.stage in (Stage.WAITING, Stage.RECEIVED):
        return "desk.police.offer_received"
    return "desk.police.offer" if card.mine and card.status in HELD else ""


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), {})


async def _do(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    match fields.get("do", ""):
        case "look":
            return await _second_look(request, seat, fields)
        case "again":
            return await _page(request, seat, fields)
        case "release" | "further":
            return await _send(request, seat, fields)
        case "ask":
            return await _ask(request, seat)
        case "receive":
            return await _receive(request, seat)
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _second_look(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    """What it means, whom to call there, before it is done."""
    tip = tip_of(request)
    async with request.app[PARTS].database.read() as tx:
        card = await card_of(tx, request, seat, tip)
        known = await police.look(tx, seat.member.id, tip)
        fits = await _agreements(tx, known, card.category)
    if isinstance(known, Declined):
        return await _page(request, seat, fields, why(known, card))
    unit = known.tree.get(fields.get("to", ""))
    reason = _named(_reasons(known), fields.get("reason", ""))
    if unit is None or not may_be_given(known.tree, known.bound, unit):
        return await _page(request, seat, fields, said("desk.pass.choose_unit"))
    if reason is None:
        return await _page(request, seat, fields, said("desk.pass.choose_reason"))
    return page(
        request,
        "police_sure",
        language=seat.language,
        seat=seat,
        card=card,
        unit=unit,
        reason=reason,
        further=isinstance(known, AtPolice),
        agreements=fits,
        today=_today(request),
    )


async def _send(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    """Release the tip, or pass it from one police unit to another."""
    parts, tip, to = request.app[PARTS], tip_of(request), fields.get("to", "")
    now, officer, typed = parts.clock(), seat.member.id, fields.get("reason", "")
    release_reason, police_reason = _named(ReleaseReason, typed), _named(PoliceReason, typed)
    async with parts.database.write() as tx:
        card = await card_of(tx, request, seat, tip)
        done: Gone | Declined | None = None
        if fields["do"] == "release" and release_reason is not None:
            done = await police.release(tx, officer, tip, to, release_reason, now)
        elif fields["do"] == "further" and police_reason is not None:
            done = await police.pass_further(tx, officer, tip, to, police_reason, now)
        after = await cases.see(tx, officer, tip, now)
    if done is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    if isinstance(done, Declined):
        return await _page(request, seat, fields, why(done, card))
    key = "desk.police.done" if fields["do"] == "release" else "desk.police.passed"
    told, seen = said(key, unit=done.unit), after if isinstance(after, Card) else None
    return page(
        request,
        "pass_done",
        language=seat.language,
        seat=seat,
        says=told,
        card=seen,
        title="desk.police.title",
    )


async def _ask(request: web.Request, seat: Seat) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    async with parts.database.write() as tx:
        card = await card_of(tx, request, seat, tip)
        done = await police.ask(tx, seat.member.id, tip, parts.clock())
    if isinstance(done, Declined):
        return await _page(request, seat, {}, why(done, card))
    return await _page(request, seat, {}, said("desk.police.asked"), HTTPStatus.OK)


async def _receive(request: web.Request, seat: Seat) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    async with parts.database.write() as tx:
        card = await card_of(tx, request, seat, tip)
        known = await police.look(tx, seat.member.id, tip)
        done = await police.receive(tx, seat.member.id, tip, parts.clock())
    if isinstance(done, Declined):
        # Pressed twice, or by two: it was received, and that is all that it says.
        is_done = isinstance(known, AtPolice) and known.stage is Stage.RECEIVED
        says = said("desk.police.received_already") if is_done else why(done, card)
        return await _page(request, seat, {}, says, HTTPStatus.CONFLICT)
    name = known.unit.name if isinstance(known, AtPolice) else ""
    return await _page(request, seat, {}, said("desk.police.received", unit=name), HTTPStatus.OK)


async def _page(
    request: web.Request,
    seat: Seat,
    fields: Mapping[str, str],
    says: tuple[Say, ...] = (),
    status: int = HTTPStatus.CONFLICT,
) -> web.Response:
    """What this officer can do; what was chosen before stays chosen."""
    tip, chosen = tip_of(request), fields.get("to", "")
    async with request.app[PARTS].database.read() as tx:
        card = await card_of(tx, request, seat, tip)
        known = await police.look(tx, seat.member.id, tip)
        fits = await _agreements(tx, known, card.category)
    if isinstance(known, Declined):
        says = says or why(known, card)
    return page(
        request,
        "police",
        language=seat.language,
        seat=seat,
        status=status if says else HTTPStatus.OK,
        says=says,
        card=card,
        release=known if isinstance(known, Release) else None,
        there=known if isinstance(known, AtPolice) else None,
        offered=_choices(request, known, chosen),
        reasons=_reasons(known),
        agreements=fits,
        today=_today(request),
        chosen=chosen,
        because=fields.get("reason", ""),
    )


def _choices(
    request: web.Request, known: Release | AtPolice | Declined, chosen: str
) -> Choices | None:
    if isinstance(known, Declined) or (isinstance(known, Release) and not known.allowed):
        return None
    tree, bound = known.tree, known.bound

    def fits(unit: Unit) -> bool:
        return may_be_given(tree, bound, unit)

    return choices(request, tree, fits, police_of_place(tree, bound), chosen)


def _reasons(known: Release | AtPolice | Declined) -> tuple[StrEnum, ...]:
    return tuple(PoliceReason) if isinstance(known, AtPolice) else tuple(ReleaseReason)


def _named(among: Iterable[Reason], name: str) -> Reason | None:
    return next((each for each in among if each == name), None)


async def _agreements(
    tx: Tx, known: Release | AtPolice | Declined, category: Category
) -> Mapping[str, tuple[Agreement, ...]] | None:
    """For each police unit those that fit; for who releases the tip alone, for they are theirs."""
    if not isinstance(known, Release) or not known.allowed:
        return None
    signed, tree, unit = await agreements.every(tx), known.tree, known.bound.unit
    return {
        each.agreement.police: agreements.fitting(
            signed, tree, unit, each.agreement.police, category
        )
        for each in signed
    }


def _today(request: web.Request) -> object:
    parts = request.app[PARTS]
    return parts.clock().astimezone(parts.timezone).date()
