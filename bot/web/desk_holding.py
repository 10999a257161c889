"""The page about who holds a tip: give it back, give it to a colleague, take it over from one."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from bot.acting import act, holding_standing
from bot.web.access import NoTip, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, tip_of
from bot.web.parts import PARTS
from handlers.moderators import holding as about_holding
from handlers.moderators.actions import Action, HandOver, Offer, Release, Relieve
from handlers.screens import Say
from storage import cases, holding
from storage.cases import Card, Refusal
from storage.holding import Colleague

PAGE = "/nguoi-giu"
"""Behind the address of a tip."""


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/nguoi-giu."""
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_act))


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), ())


async def _act(request: web.Request) -> web.Response:
    seat, parts, tip = await seated(request), request.app[PARTS], tip_of(request)
    fields = await checked_form(request, seat.session.token)
    async with parts.database.write() as tx:
        people = await holding.colleagues(tx, seat.member.id, tip)
        turn = await act(tx, seat.member.id, tip, _action(fields, people), parts.clock())
    if turn is None:
        raise NoTip
    status = HTTPStatus.OK if turn.effects else HTTPStatus.CONFLICT
    return await _page(request, seat, turn.says, status, chosen=fields.get("to", ""))


def _action(fields: Mapping[str, str], people: tuple[Colleague, ...]) -> Action:
    match fields.get("do", ""):
        case Offer.RELEASE:
            return Release()
        case Offer.TAKE_OVER:
            return Relieve()
        case Offer.HAND_OVER:
            to = next((each for each in people if each.id.hex() == fields.get("to", "")), None)
            return HandOver(to.id.hex(), to.name) if to is not None else HandOver("")
        case _:
            raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _page(
    request: web.Request,
    seat: Seat,
    says: tuple[Say, ...],
    status: int = HTTPStatus.OK,
    chosen: str = "",
) -> web.Response:
    """How it stands now and what can be done; after something was done, only that."""
    parts, tip, officer = request.app[PARTS], tip_of(request), seat.member.id
    async with parts.database.read() as tx:
        card = await cases.see(tx, officer, tip, parts.clock())
        if isinstance(card, Refusal):
            raise NoTip
        stands = await holding_standing(tx, officer, card, parts.clock())
        chances = await holding.chances(tx, officer, tip, parts.clock())
        people = await holding.colleagues(tx, officer, tip)
    is_done = bool(says) and status == HTTPStatus.OK
    return page(
        request,
        "holding",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        card=card,
        offers=() if is_done else about_holding.offered(stands),
        from_when=None if is_done else chances.from_when,
        people=people,
        chosen=chosen,
        done=is_done,
    )


def label(card: Card) -> str | None:
    """The key of the words of the link to this page; None where it would show nothing."""
    if card.holder is None or not about_holding.is_held(card.status):
        return None
    return "desk.life.hold" if card.mine else "desk.life.away"
