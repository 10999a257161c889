"""An officer acts on a tip, on whichever desk: look, decide, do, in the caller's transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from handlers import moderators
from handlers.moderators.actions import (
    Action,
    DeskTurn,
    Effect,
    End,
    Give,
    GiveBack,
    HandOver,
    LetGo,
    PutAnswer,
    PutNote,
    PutQuestion,
    Release,
    Relieve,
    Standing,
    TakeFrom,
    TakeOver,
)
from handlers.screens import Say, say
from handlers.tips import Status, may_be_muted
from storage import audit, cases, holding, merging, mutes, notes, out_of_scope, staff
from storage.audit import Act
from storage.cases import Card, Done, No, Refusal, Sent
from storage.database import Database, Tx
from storage.days import VIETNAM
from storage.out_of_scope import Removed
from storage.tips import PictureData
from storage.volatile import Volatile

_ABOUT_HOLDING = (Release, HandOver, Relieve)


@dataclass(frozen=True, slots=True)
class Muted:
    """Whether an officer may mute now, and what they read."""

    well: bool
    told: Say


@dataclass(frozen=True, slots=True)
class Undone:
    """Whether a tip is the officer's again, what they read, and whether they still see it."""

    well: bool
    says: tuple[Say, ...]
    is_there: bool = False


def standing(card: Card) -> Standing:
    """How a tip stands, by its card."""
    undoes = card.undo_until is not None
    return Standing(
        card.status,
        card.mine,
        card.holder,
        beside=card.beside,
        undoes=undoes,
        theirs=card.theirs,
    )


async def holding_standing(tx: Tx, officer: bytes, card: Card, now: datetime) -> Standing:
    """The same, with what this officer may do about who holds the tip."""
    chances = await holding.chances(tx, officer, card.tip, now)
    return replace(standing(card), gives=chances.gives, takes=chances.takes)


async def act(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    action: Action,
    now: datetime,
    *,
    removed: Callable[[Removed], None] | None = None,
    sent: Callable[[Sent], None] | None = None,
    attached: PictureData | None = None,
) -> DeskTurn | None:
    """What came of it; without effects nothing was done, and `says` tells why. None: there is no
    such tip, or it is not theirs. `removed` is given what an undo needs of a tip that was let go,
    to be remembered once the transaction has ended, and `sent` what a correction needs of a
    question or an answer. `attached` is a clean file for an answer.
    """
    card = await cases.see(tx, officer, tip, now)
    if isinstance(card, Refusal):
        return None
    stands = standing(card)
    if isinstance(action, _ABOUT_HOLDING):
        stands = await holding_standing(tx, officer, card, now)
    turn = moderators.respond(action, stands)
    for effect in turn.effects:
        result = await _carry(tx, officer, tip, effect, now, attached)
        if isinstance(result, Refusal):
            says = _told(result)
            return DeskTurn((), (says,)) if says is not None else None
        if isinstance(result, Removed) and removed is not None:
            removed(result)
        is_open = isinstance(effect, PutQuestion | PutAnswer)
        if isinstance(result, Done) and result.sent and is_open and sent is not None:
            sent(result.sent)
    return turn


def weigh(card: Card, action: Action) -> DeskTurn:
    """What would come of it, by what is known now; nothing is done."""
    return moderators.respond(action, standing(card))


async def mute(
    database: Database, volatile: Volatile, officer: bytes, tip: bytes, now: datetime
) -> Muted | None:
    """Mute the source of a tip for a day; None: there is no such tip, or it is not theirs. The
    answer is the same whether a source could be muted or not.
    """
    async with database.read() as tx:
        held = await cases.hold(tx, officer, tip)
        if held is not None and held.unit != held.record.unit:
            # Who only reads it, the police among them, has no say about its source.
            held = None
        leads = held is not None and held.unit in await staff.units_led_by(tx, officer)
    if held is None:
        return None
    if not may_be_muted(held.record.category):
        return Muted(False, say("desk.mute.never"))
    if not await mutes.try_now(volatile, officer, leads=leads):
        return Muted(False, say("desk.mute.enough"))
    async with database.write() as tx:
        # Not only where it worked: the log would tell.
        await audit.write(tx, Act.MUTED, staff=officer, tip=tip, unit=held.unit, minute=now)
    await mutes.mute(volatile, tip)
    return Muted(True, say("desk.mute.done"))


async def undo(
    database: Database, volatile: Volatile, officer: bytes, tip: bytes, now: datetime
) -> Undone:
    """Take back that a tip was closed, as out of scope or with any other outcome. Where nothing is
    remembered (any more), it is too late; where a second press finds the tip back, all is well.
    """
    removed = await out_of_scope.recall(volatile, officer, tip)
    async with database.write() as tx:
        if removed is not None:
            result = await out_of_scope.undo(tx, officer, removed, now)
        else:
            result = await merging.undo(tx, officer, tip, now)
        seen = await cases.see(tx, officer, tip, now)
    await out_of_scope.forget(volatile, officer, tip)
    is_there = isinstance(seen, Card)
    if isinstance(seen, Card) and seen.mine and seen.status is not Status.CLOSED:
        return Undone(True, (say("desk.outside.undone"),), is_there)
    if isinstance(seen, Card):
        return Undone(False, (say("desk.life.too_late"),), is_there)
    told = _told(result) if isinstance(result, Refusal) else None
    return Undone(False, (told or say("desk.no.too_late"),), is_there)


async def _carry(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    effect: Effect,
    now: datetime,
    attached: PictureData | None,
) -> cases.Done | Removed | Refusal:
    match effect:
        case TakeOver():
            return await merging.claim(tx, officer, tip, now)
        case PutQuestion(words, extras, to_each):
            asking = merging.ask if to_each else cases.ask
            return await asking(tx, officer, tip, words, now, extras)
        case PutAnswer(words, extras, to_each):
            answering = merging.answer if to_each else cases.answer
            return await answering(tx, officer, tip, words, now, attached, extras)
        case End(outcome, words, extras):
            return await merging.close(tx, officer, tip, outcome, words, now, extras)
        case PutNote(words):
            return await notes.add(tx, officer, tip, words, now)
        case LetGo():
            return await out_of_scope.close(tx, officer, tip, now)
        case GiveBack():
            return await holding.release(tx, officer, tip, now)
        case Give(to, seen):
            return await holding.hand_over(tx, officer, tip, bytes.fromhex(to), now, seen=seen)
        case TakeFrom(seen):
            return await holding.take_over(tx, officer, tip, now, seen=seen)
        case _:
            assert_never(effect)


def _told(refusal: Refusal) -> Say | None:
    match refusal.why:
        case No.NOT_YOURS:
            return None
        case No.TAKEN if refusal.by:
            return say("desk.no.taken", by=refusal.by)
        case No.TAKEN:
            return say("desk.no.taken_nameless")
        case No.WRONG_STATUS:
            return say("desk.no.status")
        case No.EMPTY:
            return say("desk.no.empty")
        case No.ELSEWHERE:
            return say("desk.life.no.elsewhere")
        case No.NO_READER:
            return say("desk.life.no.no_reader")
        case No.NOT_YET:
            when = refusal.when.astimezone(VIETNAM) if refusal.when else None
            return say("desk.life.no.not_yet", by=refusal.by, when=f"{when:%H:%M, %d/%m/%Y}")
        case No.TOO_LATE | No.CHANGED:
            # The same: a desk need not learn that the worker came back in these ten minutes.
            return say("desk.no.too_late")
        case _:
            assert_never(refusal.why)
