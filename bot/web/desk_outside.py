"""The desk's pages for closing a tip as out of scope, and for taking it back within ten minutes."""

from http import HTTPStatus

from aiohttp import web

from bot.acting import act, undo
from bot.web.access import NotYours, Seat, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, see_other, tip_of
from bot.web.parts import PARTS
from handlers.moderators.actions import CloseOutside
from handlers.screens import Say
from storage import cases, out_of_scope, tally
from storage.cases import Card
from storage.out_of_scope import Removed
from storage.timing import UNDO_SECONDS

PAGE = "/ngoai-pham-vi"
"""Behind the address of a tip."""
OFTEN = "/desk/ngoai-pham-vi"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/ngoai-pham-vi, POST /desk/tin/<tip>/lay-lai; and how often it
    happens, GET /desk/ngoai-pham-vi.
    """
    app.router.add_get(OFTEN, guarded(_often))
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_close))
    app.router.add_post(TIP + "/lay-lai", guarded(_undo))
    # Where a page that came of a form is loaded again, or its language is changed.
    app.router.add_get(TIP + "/lay-lai", guarded(_look))


async def _look(request: web.Request) -> web.Response:
    """What was closed and can still be taken back; the same answer for everything else."""
    seat, parts = await seated(request), request.app[PARTS]
    removed = await out_of_scope.recall(parts.volatile, seat.member.id, tip_of(request))
    if removed is not None and parts.clock() < removed.ends:
        return _page(request, seat, said("desk.outside.done"), removed=removed)
    async with parts.database.read() as tx:
        seen = await cases.see(tx, seat.member.id, tip_of(request), parts.clock())
    if isinstance(seen, Card):
        return see_other(_case_of(request))
    return _page(request, seat, said("desk.no.too_late"), status=HTTPStatus.GONE)


async def _close(request: web.Request) -> web.Response:
    seat, parts, tip = await seated(request), request.app[PARTS], tip_of(request)
    fields = await checked_form(request, seat.session.token)
    action, taken = CloseOutside(sure=bool(fields.get("sure"))), list[Removed]()
    async with parts.database.write() as tx:
        turn = await act(tx, seat.member.id, tip, action, parts.clock(), removed=taken.append)
    if turn is None:
        # Pressed twice, the tip is gone by now and the way back is there.
        if await out_of_scope.recall(parts.volatile, seat.member.id, tip) is None:
            raise NotYours
        return see_other(_here(request))
    if not turn.effects:
        return _page(request, seat, turn.says, case=_case_of(request), status=HTTPStatus.CONFLICT)
    for removed in taken:
        if not await out_of_scope.remember(parts.volatile, removed):
            return _page(request, seat, (*turn.says, *said("desk.outside.no_room")))
    return see_other(_here(request))


async def _undo(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    await checked_form(request, seat.session.token)
    undone = await undo(
        parts.database, parts.volatile, seat.member.id, tip_of(request), parts.clock()
    )
    case = _case_of(request) if undone.well or undone.is_there else ""
    status = HTTPStatus.OK if undone.well else HTTPStatus.CONFLICT
    return _page(request, seat, undone.says, case=case, status=status)


async def _often(request: web.Request) -> web.Response:
    """For leads and auditors: how often the desks of their unit and below do it."""
    seat, parts = await seated(request), request.app[PARTS]
    if not seat.member.oversees:
        raise NotYours
    today = parts.clock().astimezone(parts.timezone)
    async with parts.database.read() as tx:
        often = await tally.out_of_scope_below(
            tx, seat.member.id, since=f"{today.year - 1}-{today.month:02}"
        )
    return page(
        request,
        "often",
        language=seat.language,
        seat=seat,
        often=[(each, "/".join(reversed(each.month.split("-")))) for each in often],
        today=f"{today:%d/%m/%Y}",
    )


def _page(
    request: web.Request,
    seat: Seat,
    says: tuple[Say, ...],
    *,
    removed: Removed | None = None,
    case: str = "",
    status: int = HTTPStatus.OK,
) -> web.Response:
    """`removed` can be taken back; `case` is the address of a tip that is there."""
    parts = request.app[PARTS]
    left = int((removed.ends - parts.clock()).total_seconds()) if removed else 0
    return page(
        request,
        "outside",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        removed=removed,
        left=min(left, UNDO_SECONDS),
        until=removed.ends.astimezone(parts.timezone) if removed else None,
        case=case,
    )


def _case_of(request: web.Request) -> str:
    return f"/desk/tin/{request.match_info['tip']}"


def _here(request: web.Request) -> str:
    return f"{_case_of(request)}{PAGE}"
