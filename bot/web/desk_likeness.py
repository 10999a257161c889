"""Tips that may be the same as one: why, both stories side by side, merging, and taking one out."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NoTip, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.parts import PARTS
from handlers.likeness import Likeness
from handlers.screens import Say, say
from handlers.tips import Status
from storage import candidates, cases, merging
from storage.cases import Card, Case, Done, No, Refusal
from storage.merging import Refused, Why

PAGE = "/giong"
"""Behind the address of a tip."""
_CHOSEN = "tip-"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>/giong."""
    app.router.add_get(TIP + PAGE, guarded(_look))
    app.router.add_post(TIP + PAGE, guarded(_do))


def offers(card: Card) -> bool:
    """Whether the page of a tip leads here."""
    return card.status is not Status.CLOSED or bool(card.beside)


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request))


async def _do(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields = await checked_form(request, seat.session.token)
    if other := fields.get("compare", ""):
        return await _page(request, seat, compared=await _compared(request, seat, _id(other)))
    if out := fields.get("out", ""):
        return await _take_out(request, seat, _id(out))
    if fields.get("do") == "merge":
        return await _merge(request, seat, fields)
    raise Stopped(status=HTTPStatus.BAD_REQUEST)


async def _merge(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> web.Response:
    chosen = [_id(name.removeprefix(_CHOSEN)) for name in fields if name.startswith(_CHOSEN)]
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        done = await merging.merge(tx, seat.member.id, tip_of(request), chosen, parts.clock())
    if isinstance(done, int):
        return await _page(request, seat, said("desk.merge.done", count=done))
    return await _page(request, seat, (_told(done),), status=HTTPStatus.CONFLICT)


async def _take_out(request: web.Request, seat: Seat, tip: bytes) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        done = await merging.take_out(tx, seat.member.id, tip, parts.clock())
    if isinstance(done, Done):
        return await _page(request, seat, said("desk.merge.out_done"))
    if done.why is No.NOT_YOURS:
        raise NoTip
    taken = say("desk.no.taken", by=done.by) if done.by else say("desk.no.taken_nameless")
    told = taken if done.why is No.TAKEN else say("desk.merge.not_merged")
    return await _page(request, seat, (told,), status=HTTPStatus.CONFLICT)


async def _compared(request: web.Request, seat: Seat, other: bytes) -> tuple[Case, Case]:
    """Both tips, opened: that stands in the audit for each."""
    parts, opened = request.app[PARTS], list[Case]()
    async with parts.database.write() as tx:
        for each in (tip_of(request), other):
            case = await cases.open_case(tx, seat.member.id, each, parts.clock())
            if isinstance(case, Refusal):
                raise NoTip
            opened.append(case)
    return opened[0], opened[1]


async def _page(
    request: web.Request,
    seat: Seat,
    says: tuple[Say, ...] = (),
    *,
    compared: tuple[Case, ...] = (),
    status: int = HTTPStatus.OK,
) -> web.Response:
    parts, tip, now = request.app[PARTS], tip_of(request), request.app[PARTS].clock()
    async with parts.database.read() as tx:
        card = await cases.see(tx, seat.member.id, tip, now)
        found = await candidates.alike(tx, seat.member.id, tip, now)
        beside = await merging.beside(tx, seat.member.id, tip, now)
    if isinstance(card, Refusal) or isinstance(found, Refusal):
        raise NoTip
    merges = card.mine and card.status is not Status.CLOSED and card.under is None
    return page(
        request,
        "likeness",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        card=card,
        found=[(each, _reasons(each.why)) for each in found],
        free=[each.tip for each in found if each.card.mine or each.card.holder is None],
        beside=beside,
        compared=compared,
        merges=merges,
        chosen=_CHOSEN,
    )


def _reasons(why: Likeness) -> list[Say]:
    """In words, the strongest first."""
    reasons = []
    if why.commune:
        reasons.append(say("desk.merge.why_commune"))
    elif why.province:
        reasons.append(say("desk.merge.why_province"))
    if why.category:
        reasons.append(say("desk.merge.why_category"))
    days = say("desk.merge.why_days", days=why.days) if why.days else say("desk.merge.why_day")
    reasons.append(days)
    if why.words:
        reasons.append(say("desk.merge.why_words", count=why.words))
    return reasons


def _told(refused: Refused) -> Say:
    match refused.why:
        case Why.NOT_YOURS:
            raise NoTip
        case Why.TAKEN if refused.by:
            return say("desk.merge.no_taken", by=refused.by)
        case Why.TAKEN:
            return say("desk.no.taken_nameless")
        case Why.NONE:
            return say("desk.merge.no_none")
        case Why.CLAIM_FIRST:
            return say("desk.merge.no_claim")
        case Why.CLOSED:
            return say("desk.merge.no_closed")
        case Why.MERGED:
            return say("desk.merge.no_merged")
        case Why.ELSEWHERE | Why.APART:
            # The same: who was shut out of which one is nobody's to learn here.
            return say("desk.merge.no_apart")
        case Why.MANY:
            return say("desk.merge.no_many")


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Stopped(status=HTTPStatus.BAD_REQUEST) from None
