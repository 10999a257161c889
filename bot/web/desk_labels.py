"""The page on which labels are put on a tip."""

from http import HTTPStatus

from aiohttp import web

from bot.web.access import NoTip, Seat, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.parts import PARTS
from handlers.labels import Label, known_labels
from handlers.screens import Say
from handlers.tips import Status
from storage import cases, labelling
from storage.cases import Card, No, Refusal

LABELS = "/nhan"
"""Behind the address of a tip."""
_CHOSEN, _SHOWN = "label-", "shown"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/nhan."""
    app.router.add_get(TIP + LABELS, guarded(_look))
    app.router.add_post(TIP + LABELS, guarded(_change))


def offers(card: Card) -> bool:
    """Whether the page of a tip leads here; the right is asked again on each press."""
    return card.status is not Status.CLOSED


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request))


async def _change(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    wanted = known_labels(name.removeprefix(_CHOSEN) for name in fields if name.startswith(_CHOSEN))
    # What the page showed: what a colleague set meanwhile is not taken off by who did not see it.
    shown = known_labels(fields.get(_SHOWN, "").split())
    async with parts.database.write() as tx:
        done = await labelling.change(
            tx,
            seat.member.id,
            tip_of(request),
            put=wanted - shown,
            taken=shown - wanted,
            now=parts.clock(),
        )
    match done:
        case Refusal(why=No.NOT_YOURS):
            raise NoTip
        case Refusal():
            says, status = said("desk.search.labels_closed"), HTTPStatus.CONFLICT
        case _:
            says, status = said("desk.search.labels_done"), HTTPStatus.OK
    return await _page(request, seat, says, status)


async def _page(
    request: web.Request,
    seat: Seat,
    says: tuple[Say, ...] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    parts, tip = request.app[PARTS], tip_of(request)
    async with parts.database.read() as tx:
        card = await cases.see(tx, seat.member.id, tip, parts.clock())
        may = await labelling.may_label(tx, seat.member.id, tip)
    if isinstance(card, Refusal):
        raise NoTip
    if not says and not offers(card):
        says, status = said("desk.search.labels_closed"), HTTPStatus.CONFLICT
    return page(
        request,
        "labels",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        card=card,
        labels=tuple(Label),
        chosen=_CHOSEN,
        offered=may and offers(card),
        may=may,
    )
