"""One tip with its thread, and what an officer does with it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from aiohttp import web

from bot import correcting, held, ready_words
from bot.acting import act, standing, weigh
from bot.attaching import attachment, refused
from bot.naming import is_known
from bot.web import desk_files, desk_replies, desk_tools
from bot.web.access import (
    SESSION_SECONDS,
    NoTip,
    NotYours,
    Seat,
    Stopped,
    seated,
)
from bot.web.desk_pages import TIP, guarded, page, said, tip_of
from bot.web.desk_replies import Preview
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
    Note,
    Offer,
)
from handlers.moderators.picks import READY
from handlers.moderators.templates import Ready
from handlers.replies import PICK_LETTERS
from handlers.screens import Say, say
from storage import cases
from storage.cases import Card, Case, No, Refusal, Sent
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
    """What a tip's page shows: always the card, the case once it was opened. `kept` is
    what was typed, by the name of its box; `preview` stands there while nothing was sent.
    """

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
    preview: Preview | None = None


async def _look(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    async with parts.database.read() as tx:
        card = await _card(tx, parts, seat, tip_of(request))
    return await _page(request, seat, _Shown(card, None))


async def _act(request: web.Request) -> web.Response:
    seat = await seated(request)
    fields, file = await desk_files.checked(request, seat.session.token)
    if fields.get("do") == "open":
        return await _page(request, seat, await _open(request, seat))
    if fields.get("do") == "who":
        return await _page(request, seat, await _read_who(request, seat))
    if fields.get("use"):
        return await _page(request, seat, await _use(request, seat, fields))
    if fields.get("do") == desk_replies.CORRECT:
        return await _page(request, seat, await _change(request, seat, fields))
    action, once = _action(fields), fields.get("once", "")
    if action is None or not once:
        raise Stopped((fields.get("words", ""),), HTTPStatus.BAD_REQUEST)
    volatile, name = request.app[PARTS].volatile, f"{seat.session.staff} {once[:64]}"
    if not await volatile.add("desk once", name, seconds=SESSION_SECONDS):
        return await _page(request, seat, await _open(request, seat, said("desk.no.twice")))
    shown = None
    try:
        shown = await _carried_out(request, seat, action, fields, file)
    finally:
        if shown is None or shown.status != HTTPStatus.OK or shown.doubts or shown.preview:
            # Nothing came of it: the same form may be sent again.
            await volatile.drop("desk once", name)
    return await _page(request, seat, shown)


async def _use(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> _Shown:
    """The form again, with a template below what was typed; nothing is sent."""
    shown = await _open(request, seat)
    kept, says = desk_replies.used(fields, await _ready(request, seat))
    return replace(shown, kept=kept, says=says, outcome=fields.get("outcome", ""))


async def _change(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> _Shown:
    """Words that have just gone are changed, or taken back."""
    changed = await desk_replies.change(request.app[PARTS], seat.member.id, tip_of(request), fields)
    shown = await _open(request, seat, changed.says)
    if changed.well:
        return shown
    status = HTTPStatus.OK if changed.doubts else HTTPStatus.CONFLICT
    kept = desk_replies.kept(fields)
    return replace(shown, kept=kept, doubts=changed.doubts, status=status)


async def _ready(request: web.Request, seat: Seat) -> tuple[Ready, ...]:
    parts = request.app[PARTS]
    today = parts.clock().astimezone(parts.timezone).date()
    async with parts.database.read() as tx:
        return await ready_words.of_tip(
            tx, seat.member.id, tip_of(request), parts.texts, today, seat.language
        )


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
    volatile, officer = parts.volatile, seat.member.id
    attached = await _attached(request, seat, action, fields, file)
    now, gone = parts.clock(), list[Sent]()
    today = now.astimezone(parts.timezone).date()
    looks = bool(fields.get("preview"))
    async with parts.database.write() as tx:
        action = await ready_words.with_wording(tx, officer, tip, action, parts.texts, today)
        if isinstance(attached, Unusable):
            turn: DeskTurn | None = DeskTurn((), (refused(attached),))
        elif looks:
            turn = weigh(await _card(tx, parts, seat, tip), action)
        else:
            turn = await act(tx, officer, tip, action, now, sent=gone.append, attached=attached)
        if turn is None:
            raise NoTip
        if fields.get("opened"):
            case = await _case(tx, parts, seat, tip)
            card = case.card
        else:
            case, card = None, await _card(tx, parts, seat, tip)
    if turn.effects and not looks:
        await held.forget(volatile, officer, tip)
        for each in gone:
            await correcting.remember(volatile, officer, tip, each, now)
        return _Shown(card, case, turn.says)
    holds, says = False, () if turn.effects else turn.says
    if (turn.doubts or turn.effects) and isinstance(attached, PictureData):
        holds = await held.keep(volatile, officer, tip, attached)
        says = (*says, say("desk.file.held" if holds else "desk.file.again"))
    # A question is no refusal, and a look is none.
    status = HTTPStatus.OK if turn.doubts or turn.effects else HTTPStatus.CONFLICT
    shown = _Shown(
        card,
        case,
        says,
        desk_replies.kept(fields),
        fields.get("outcome", ""),
        turn.doubts,
        holds,
        status,
        whom=fields.get("whom", ""),
    )
    if not turn.effects:
        return shown
    kind = attached if isinstance(attached, PictureData) else None
    return replace(shown, preview=desk_replies.previewed(parts, action, today, kind))


async def _attached(
    request: web.Request,
    seat: Seat,
    action: Action,
    fields: Mapping[str, str],
    file: bytes | Unusable | None,
) -> PictureData | Unusable | None:
    """The clean file of an answer: brought now, or held since the words were looked at."""
    parts = request.app[PARTS]
    if not isinstance(action, Answer):
        return None
    if file is None and fields.get("held"):
        return await held.recall(parts.volatile, seat.member.id, tip_of(request))
    if file is None or isinstance(file, Unusable):
        return file
    return await attachment(parts.inbound.clean, file)


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


async def _page(request: web.Request, seat: Seat, shown: _Shown) -> web.Response:
    card, parts = shown.card, request.app[PARTS]
    offers = moderators.offered(standing(card))
    kept = dict(shown.kept)
    sent, ready = None, tuple[Ready, ...]()
    if shown.case is not None:
        if await correcting.is_open(parts.volatile, seat.member.id, card.tip, parts.clock()):
            sent = desk_replies.last_words(shown.case)
        ready = await _ready(request, seat) if Offer.ASK in offers else ()
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
        stranded=desk_replies.stranded(
            shown.kept, offers, sent=sent is not None, opened=bool(shown.case)
        ),
        preview=shown.preview,
        sent=sent,
        ready=ready,
        pick_letters=PICK_LETTERS,
        ready_picks=tuple(READY),
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
            each = fields.get("whom") == "each"
            return Ask(words, sure, desk_replies.extras(fields), to_each=each)
        case Offer.ANSWER:
            return Answer(words, sure, to_each=fields.get("whom") != "one")
        case Offer.CLOSE:
            return Close(fields.get("outcome", ""), words, sure)
        case Offer.NOTE:
            return Note(words, sure)
        case _:
            return None
