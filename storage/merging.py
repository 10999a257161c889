"""Merging tips of one desk, taking one out again, and doing for each what is done for all.

Each function re-checks, in its transaction, the officer's right to every tip that it touches.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handlers.moderators.actions import HELD
from handlers.replies import NOTHING, Extras
from handlers.tips import Outcome, Status
from storage import audit, bundles, cases, record, stored, thanks, undoing
from storage.audit import Act
from storage.cards import Card
from storage.cases import Done, Held, No, Refusal
from storage.database import Tx
from storage.outbox import AT_ONCE, write_refresh
from storage.record import Record
from storage.tables import tips
from storage.tips import PictureData


class Why(StrEnum):
    """Why tips were not merged. NOT_YOURS means no right or no such tip: the same answer."""

    NOT_YOURS = "not_yours"
    NONE = "none"
    CLAIM_FIRST = "claim_first"
    TAKEN = "taken"
    CLOSED = "closed"
    ELSEWHERE = "elsewhere"
    MERGED = "merged"
    APART = "apart"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was merged; `by` is the name of who holds one of the tips."""

    why: Why
    by: str = field(default="", repr=False)


async def merge(
    tx: Tx, officer: bytes, lead: bytes, some: Sequence[bytes], now: datetime
) -> int | Refused:
    """Let `lead`, which the officer holds, lead the others, which they hold or nobody does: those
    are claimed. How many tips it leads then. What leads others itself brings them along.
    """
    wanted = [each for each in dict.fromkeys(some) if each != lead]
    if not wanted:
        return Refused(Why.NONE)
    await bundles.lock_all(tx, [lead, *wanted])
    head = await cases.hold(tx, officer, lead, lock=True)
    if head is None:
        return Refused(Why.NOT_YOURS)
    refused = _not_leading(head, officer)
    if refused is not None:
        return refused
    whole = {lead: head.record, **await bundles.others(tx, lead, head.record)}
    for tip in wanted:
        more = await _joining(tx, officer, tip, head)
        if isinstance(more, Refused):
            return more
        whole |= {each: known for each, known in more.items() if each not in whole}
    if len(whole) > bundles.MOST_FOLLOWERS + 1:
        return Refused(Why.MANY)
    if not await bundles.may_be_one(tx, list(whole.values())):
        return Refused(Why.APART)
    # Only now, when nothing can be refused any more.
    for tip in whole:
        _done(await cases.claim(tx, officer, tip, now))
    await _bind(tx, officer, {tip: await _record(tx, tip) for tip in whole}, head, now)
    return len(whole) - 1


async def take_out(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """Let a tip stand by itself again, at the same desk and with the same holder; where it led the
    others, the next one does. Only who holds it. WRONG_STATUS: it was not merged.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    if not held.by(officer):
        return Refusal(No.TAKEN, (await cases.holder_name(tx, held.record)) or "")
    if not await bundles.others(tx, tip, held.record):
        return Refusal(No.WRONG_STATUS)
    single = await stored.part(tx, tip, held.record, AT_ONCE)
    await stored.change(tx, tip, single, AT_ONCE, quiet=True)
    if single.status is not Status.CLOSED:
        await stored.call_groups(tx, tip, single)
    await audit.write(tx, Act.TAKEN_OUT, staff=officer, tip=tip, unit=held.unit, minute=now)
    return Done(single.status)


async def beside(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> tuple[Card, ...]:
    """The cards of the rest of a tip's bundle that this officer may see, its lead first."""
    held = await cases.hold(tx, officer, tip)
    if held is None:
        return ()
    rest = await bundles.others(tx, tip, held.record)
    found = [await cases.see(tx, officer, each, now) for each in rest]
    return tuple(each for each in found if isinstance(each, Card))


async def claim(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """As `cases.claim`; of merged tips the lead is claimed, and the others follow."""
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return Refusal(No.NOT_YOURS)
    rest = await bundles.others(tx, tip, held.record)
    lead = bundles.lead_of(tip, held.record, rest)
    return await cases.claim(tx, officer, tip if lead is None else lead, now)


async def ask(
    tx: Tx, officer: bytes, tip: bytes, words: str, now: datetime, extras: Extras = NOTHING
) -> Done | Refusal:
    """As `cases.ask`, in the thread of the tip and of each that it leads."""
    return await _each(
        tx, officer, tip, lambda each: cases.ask(tx, officer, each, words, now, extras)
    )


async def answer(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    words: str,
    now: datetime,
    attached: PictureData | None = None,
    extras: Extras = NOTHING,
) -> Done | Refusal:
    """As `cases.answer`, in the thread of the tip and of each that it leads, under the key of each;
    the bell of each rings.
    """
    return await _each(
        tx, officer, tip, lambda each: cases.answer(tx, officer, each, words, now, attached, extras)
    )


async def close(
    tx: Tx,
    officer: bytes,
    tip: bytes,
    outcome: Outcome,
    words: str,
    now: datetime,
    extras: Extras = NOTHING,
) -> Done | Refusal:
    """As `cases.close`, for the tip and each that it leads: each is counted by itself. They stay
    together. A tip that follows another one leaves it, and is closed alone. Where it is marked as
    valuable, their workers are thanked; words before thanks cannot be changed for a minute.
    """
    led = await _led(tx, officer, tip)
    if len(led) > 1:
        # One after the other, each for a moment by itself.
        for each, known in led.items():
            await stored.bind(tx, {each: known})
    done = await cases.close(tx, officer, tip, outcome, words, now, extras)
    if isinstance(done, Done):
        for each in led:
            if each != tip:
                _done(await cases.close(tx, officer, each, outcome, words, now, extras))
    if len(led) > 1:
        await stored.bind(tx, {each: await _record(tx, each) for each in led})
    if isinstance(done, Done) and await thanks.give(tx, officer, tip, now):
        return Done(done.status)
    return done


async def undo(tx: Tx, officer: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """As `undoing.undo`, for the tip and each that was closed with it; one that its worker went on
    with meanwhile stands by itself from then on.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None or held.record.lead or not held.record.followers:
        return await undoing.undo(tx, officer, tip, now)
    whole = {tip: held.record, **await bundles.others(tx, tip, held.record)}
    for each, known in whole.items():
        await stored.bind(tx, {each: known})
    done = await undoing.undo(tx, officer, tip, now)
    if isinstance(done, Refusal):
        await stored.bind(tx, whole)
        return done
    back = {tip: await _record(tx, tip)}
    for each in whole:
        if each != tip and isinstance(await undoing.undo(tx, officer, each, now), Done):
            back[each] = await _record(tx, each)
    await stored.bind(tx, back)
    return done


async def _each(
    tx: Tx, officer: bytes, tip: bytes, work: Callable[[bytes], Awaitable[Done | Refusal]]
) -> Done | Refusal:
    """Do it for the tip and each that it leads; for none of them where the tip's is refused. What
    went into several threads cannot be changed for a minute as in one: one of them might have been
    read on its own.
    """
    led = await _led(tx, officer, tip)
    done = await work(tip)
    if isinstance(done, Done):
        for each in led:
            if each != tip:
                _done(await work(each))
        if len(led) > 1:
            return Done(done.status)
    return done


async def _led(tx: Tx, officer: bytes, tip: bytes) -> dict[bytes, Record]:
    """The tip and all that it leads, their rows held. One that this officer cannot work on as on
    the lead (any more) leaves: it is somebody else's, and is not forgotten.
    """
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None:
        return {}
    found = {tip: held.record}
    if held.record.lead or held.record.status not in HELD:
        return found
    for each, known in (await bundles.others(tx, tip, held.record)).items():
        mine = await cases.hold(tx, officer, each)
        if mine is not None and known.status in HELD and known.holder == held.record.holder:
            found[each] = known
        else:
            single = await stored.part(tx, each, known)
            await stored.write_record(tx, each, single)
    return {each: await _record(tx, each) for each in found}


def _done(result: Done | Refusal) -> None:
    """What was asked about before cannot be refused: else all of it is taken back."""
    match result:
        case Refusal(why):
            raise RuntimeError(f"of merged tips one was refused: {why}")
        case Done():
            return


def _not_leading(head: Held, officer: bytes) -> Refused | None:
    known = head.record
    if known.status is Status.CLOSED:
        return Refused(Why.CLOSED)
    if known.aside or known.status not in HELD or not head.by(officer):
        return Refused(Why.CLAIM_FIRST)
    return Refused(Why.MERGED) if known.lead else None


async def _joining(tx: Tx, officer: bytes, tip: bytes, head: Held) -> dict[bytes, Record] | Refused:
    """The tip that is to follow, with those that it leads; nothing is changed."""
    held = await cases.hold(tx, officer, tip, lock=True)
    if held is None or held.record.aside:
        return Refused(Why.NOT_YOURS)
    known = held.record
    if known.status is Status.CLOSED:
        return Refused(Why.CLOSED)
    if known.unit != head.record.unit:
        return Refused(Why.ELSEWHERE)
    rest = await bundles.others(tx, tip, known)
    lead = bundles.lead_of(tip, known, rest)
    if lead is not None:
        return {} if lead == head.tip else Refused(Why.MERGED)
    holder = await cases.holder_name(tx, known)
    if holder is not None and known.holder != officer.hex():
        return Refused(Why.TAKEN, holder)
    return {tip: known, **rest}


async def _bind(
    tx: Tx, officer: bytes, whole: dict[bytes, Record], head: Held, now: datetime
) -> None:
    """The cards of those that follow leave the groups: what is one work is one card there."""
    fresh = [tip for tip in whole if tip.hex() not in head.record.followers]
    shown = {
        tip: known
        if tip == head.tip
        else await stored.take_from_groups(tx, known, _elsewhere(known))
        for tip, known in whole.items()
    }
    await stored.bind(tx, shown)
    for post in head.record.posts:
        await write_refresh(tx, head.tip, head.record.unit, bytes.fromhex(post.group), AT_ONCE)
    for tip in fresh:
        await audit.write(tx, Act.MERGED, staff=officer, tip=tip, unit=head.unit, minute=now)


def _elsewhere(known: Record) -> frozenset[str]:
    return frozenset(known.readers) - {known.unit}


async def _record(tx: Tx, tip: bytes) -> Record:
    row = await stored.row_where(tx, tips.c.id == tip)
    if row is None:
        raise LookupError("the tip is gone")
    return record.unseal(tx.keys, tip, row.record)
