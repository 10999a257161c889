"""The desk's page for the mark that a tip led to something."""

from http import HTTPStatus

from aiohttp import web

from bot.web.access import NoTip, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.parts import PARTS
from handlers.moderators.actions import HELD
from handlers.screens import Say
from handlers.tips import Status
from handlers.valuable import Valuable, valuable_named
from storage import valuable
from storage.cases import Card, No, Refusal

PAGE = "/ket-qua"
"""Behind the address of a tip."""
NONE = "none"
"""What the form sends where the mark is taken back."""


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/ket-qua."""
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_mark))


def offers_mark(card: Card) -> bool:
    """Whether the page of a tip offers the mark to who sees this card."""
    return card.mine and card.status in (*HELD, Status.CLOSED)


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), ())


async def _mark(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    typed = fields.get("why", "")
    why = valuable_named(typed)
    if not typed:
        told = said("desk.numbers.mark.choose")
        return await _page(request, seat, told, HTTPStatus.CONFLICT)
    if why is None and typed != NONE:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        done = await valuable.mark(tx, seat.member.id, tip_of(request), why, parts.clock())
    if isinstance(done, Refusal):
        return await _page(request, seat, ())
    return await _page(request, seat, said("desk.numbers.mark.done"))


async def _page(
    request: web.Request, seat: Seat, says: tuple[Say, ...], status: int = HTTPStatus.OK
) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    async with parts.database.write() as tx:
        found = await valuable.marked(tx, seat.member.id, tip, parts.clock())
    refused = isinstance(found, Refusal)
    return page(
        request,
        "valuable",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.CONFLICT if refused else status,
        says=_told(found) if isinstance(found, Refusal) else says,
        refused=refused,
        chosen=(found.value if isinstance(found, Valuable) else NONE) if not refused else "",
        reasons=list(Valuable),
        nothing=NONE,
        tip=f"/desk/tin/{tip.hex()}",
    )


def _told(refusal: Refusal) -> tuple[Say, ...]:
    match refusal.why:
        case No.NOT_YOURS:
            raise NoTip
        case No.TAKEN:
            return said("desk.numbers.mark.taken", by=refusal.by)
        case No.TOO_LATE:
            return said("desk.numbers.mark.over")
        case _:
            return said("desk.numbers.mark.not_held")
