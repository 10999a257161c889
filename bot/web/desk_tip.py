"""One tip with its thread, and what an officer does with it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot import held
from bot.acting import act, standing
from bot.attaching import attachment, refused
from bot.naming import is_known
from bot.web import desk_files, desk_tools
from bot.web.access import (
    SESSION_SECONDS,
    NoTip,
    NotYours,
    Seat,
    Stopped,
    seated,
)
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.handing import hand, is_continued
from bot.web.parts import PARTS, Parts
from handlers import moderators, telling
from handlers.coach import Doubt
from handlers.events import Unusable
from handlers.moderators.actions import (
    HELD,
    MOST_LETTERS,
    OUTCOMES,
    Action,
    Answer,
    Ask,
    Claim,
    Close,
    DeskTurn,
    Offer,
)
from handlers.screens import Say, say
from storage import cases
from storage.cases import Card, Case, No, Refusal
from storage.chance import new_token
from storage.database import Tx
from storage.tips import PictureData
from storage.volatile import Full

_PLAYED_SECONDS = 15 * 60.0


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/tin/<tip>, and its files."""
    app.router.add_get(TIP, guarded(_look))
    app.router.add_post(TIP, guarded(_act))
    app.router.add_get(TIP + "/tep/{part:[0-9a-f]{32}}", guarded(_file))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a tip's page shows: always the card, the case once it was opened."""

    card: Card
    case: Case | None
    says: tuple[Say, ...] = ()
    kept: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    outcome: str = ""
    doubts: tuple[Doubt, ...] = ()
    held: bool = False
    status: int = HTTPStatus.OK
    who: str = field(default="", repr=False)
    whom: str = ""


async def _look(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    async with parts.database.read() as tx:
        card = await _card(tx, parts, seat, tip_of(request))
    return _page(request, seat, _Shown(card, None))


async def _act(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields, file = await desk_files.checked(request, seat.session.token)
    if fields.get("do") == "open":
        return _page(request, seat, await _open(request, seat))
    if fields.get("do") == "who":
        return _page(request, seat, await _read_who(request, seat))
    action, once = _action(fields), fields.get("once", "")
    if action is None or not once:
        raise Stopped((fields.get("words", ""),), HTTPStatus.BAD_REQUEST)
    volatile, name = request.app[PARTS].volatile, f"{seat.session.staff} {once[:64]}"
    if not await volatile.add("desk once", name, seconds=SESSION_SECONDS):
        return _page(request, seat, await _open(request, seat, said("desk.no.twice")))
    shown = None
    try:
        shown = await _carried_out(request, seat, action, fields, file)
    finally:
        if shown is None or shown.status != HTTPStatus.OK or shown.doubts:
            # Nothing came of it: the same form may be sent again.
            await volatile.drop("desk once", name)
    return _page(request, seat, shown)


async def _file(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    # A link on a foreign page must not put views into an officer's audit entries.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotYours
    part = bytes.fromhex(request.match_info["part"])
    again = await _is_played_on(request, seat)
    async with parts.database.write() as tx:
        found = await cases.picture(
            tx, seat.member.id, tip_of(request), part, parts.clock(), again=again
        )
    if isinstance(found, Refusal) or not is_known(found.mime):
        raise NoTip
    with suppress(Full):  # then each piece of a video is one opening more in the audit
        played = _playing(request, seat)
        await parts.volatile.put("desk plays", played, b"", seconds=_PLAYED_SECONDS)
    return hand(request, found.data, found.mime)


async def _is_played_on(request: web.Request, seat: Seat) -> bool:
    """Whether this is the next piece of what this session has opened a moment ago."""
    known = await request.app[PARTS].volatile.get("desk plays", _playing(request, seat))
    return is_continued(request) and known is not None


def _playing(request: web.Request, seat: Seat) -> str:
    return f"{seat.session.token} {request.match_info['part']}"


async def _open(request: web.Request, seat: Seat, says: tuple[Say, ...] = ()) -> _Shown:
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        case = await _case(tx, parts, seat, tip_of(request))
    return _Shown(case.card, case, says)


async def _read_who(request: web.Request, seat: Seat) -> _Shown:
    """Who the worker is, once, on this page; the next page has it folded again."""
    parts, tip = request.app[PARTS], tip_of(request)
    async with parts.database.write() as tx:
        told = await cases.read_who(tx, seat.member.id, tip, parts.clock())
        case = await _case(tx, parts, seat, tip)
    if isinstance(told, Refusal):
        says = said("desk.who.gone" if told.why is No.CHANGED else "desk.who.not_yours")
        return _Shown(case.card, case, says, status=HTTPStatus.CONFLICT)
    return _Shown(case.card, case, who=told)


async def _carried_out(
    request: web.Request,
    seat: Seat,
    action: Action,
    fields: Mapping[str, str],
    file: bytes | Unusable | None,
) -> _Shown:
    """One transaction: look, decide, do, and open again what was open. A file is cleaned before it;
    where it cannot be, nothing is sent and the words are kept.
    """
    parts, tip = request.app[PARTS], tip_of(request)
    attached: PictureData | Unusable | None = None
    volatile, officer = parts.volatile, seat.member.id
    if isinstance(action, Answer) and file is None and fields.get("held"):
        attached = await held.recall(volatile, officer, tip)
    elif isinstance(action, Answer) and file is not None:
        if isinstance(file, Unusable):
            attached = file
        else:
            attached = await attachment(parts.inbound.clean, file)
    async with parts.database.write() as tx:
        if isinstance(attached, Unusable):
            turn: DeskTurn | None = DeskTurn((), (refused(attached),))
        else:
            turn = await act(tx, seat.member.id, tip, action, parts.clock(), attached=attached)
        if turn is None:
            raise NoTip
        if fields.get("opened"):
            case = await _case(tx, parts, seat, tip)
            card = case.card
        else:
            case, card = None, await _card(tx, parts, seat, tip)
    if turn.effects:
        await held.forget(volatile, officer, tip)
        return _Shown(card, case, turn.says)
    holds, says = False, turn.says
    if turn.doubts and isinstance(attached, PictureData):
        holds = await held.keep(volatile, officer, tip, attached)
        says = (*says, say("desk.file.held" if holds else "desk.file.again"))
    words = fields.get("words", "")
    kept = ((fields["do"], words),) if words.strip() else ()
    outcome = fields.get("outcome", "")
    # A question is no refusal.
    status = HTTPStatus.OK if turn.doubts else HTTPStatus.CONFLICT
    whom = fields.get("whom", "")
    return _Shown(card, case, says, kept, outcome, turn.doubts, holds, status, whom=whom)


async def _card(tx: Tx, parts: Parts, seat: Seat, tip: bytes) -> Card:
    card = await cases.see(tx, seat.member.id, tip, parts.clock())
    if isinstance(card, Refusal):
        raise NoTip
    return card


async def _case(tx: Tx, parts: Parts, seat: Seat, tip: bytes) -> Case:
    case = await cases.open_case(tx, seat.member.id, tip, parts.clock())
    if isinstance(case, Refusal):
        raise NoTip
    return case


def _page(request: web.Request, seat: Seat, shown: _Shown) -> web.Response:
    card = shown.card
    offers = moderators.offered(standing(card))
    kept = dict(shown.kept)
    return page(
        request,
        "tip",
        language=seat.language,
        seat=seat,
        status=shown.status,
        card=card,
        case=shown.case,
        # Doubts stand beside the words that they are about.
        says=() if shown.doubts else shown.says,
        doubts=shown.doubts,
        held=shown.held,
        warned=shown.says if shown.doubts else (),
        offers=offers,
        writing=[offer for offer in offers if offer is not Offer.CLAIM],
        outcomes=OUTCOMES,
        kept=kept,
        stranded=[words for name, words in shown.kept if name not in offers or not shown.case],
        chosen=shown.outcome,
        once=new_token,
        most=MOST_LETTERS,
        told=telling.said,
        who=shown.who,
        whom=shown.whom,
        holds=card.mine and card.status in HELD,
        tools=desk_tools.of_tip(request, card),
    )


def _action(fields: Mapping[str, str]) -> Action | None:
    words, sure = fields.get("words", ""), frozenset(fields.get("sure", "").split())
    match fields.get("do", ""):
        case Offer.CLAIM:
            return Claim()
        case Offer.ASK:
            return Ask(words, sure, to_each=fields.get("whom") == "each")
        case Offer.ANSWER:
            return Answer(words, sure, to_each=fields.get("whom") != "one")
        case Offer.CLOSE:
            return Close(fields.get("outcome", ""), words, sure)
        case _:
            return None
