"""A stored tip, for both sides of the desk: its row and record, its readers, its bell number."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from handlers.tips import Status
from handlers.turn import Whose
from storage import alarms, bundles, desk_groups, outbox, readers, record, staff, units
from storage.chance import random_id
from storage.crypto import CaseKey, Pair, Unopenable, dummy_wrap
from storage.database import Tx
from storage.keys import Purpose
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.record import Post, Record
from storage.tables import chunks, knocks, parts, tips, tombstones, wraps

WRAPS_AT_LEAST = 4
"""How many units read a tip would tell how urgent it is: rows that open nothing fill up to this."""

_BELL = b"bell number"
_BELL_AUTHOR = "bell"


class UnknownUnit(Exception):
    """A tip was to be sealed to a unit that does not exist."""


async def row_where(tx: Tx, where: ColumnElement[bool], *, lock: bool = False) -> Row[Any] | None:
    """The row of a tip; with `lock`, nobody else changes it until the transaction ends."""
    statement = select(tips).where(where)
    if lock:
        await bundles.lock(tx, where)
    return await tx.row(statement.with_for_update() if lock else statement)


async def write_record(
    tx: Tx, tip: bytes, changed: Record, *, quiet: bool = False, due: datetime | None = None
) -> bytes:
    """Write the record of a tip whose row the caller holds; as it is stored now. Tips that were
    merged with it follow, or it leaves them (`bundles.kept`); where one stands by itself then, or
    leads, it gets its cards in groups, at `due` as for `change`. `quiet`: nothing changed for its
    worker, whose page is not to move. Raises NotForPolice.
    """
    # Before it could leave them: what holds it back is not escaped by the release itself.
    await readers.check(tx, changed)
    kept, others = await bundles.kept(tx, tip, changed)
    for other, known in others.items():
        await _put(tx, other, known, quiet=await _reads_the_same(tx, other, known))
        await _refresh(tx, other, known, None)
        await _show(tx, other, known, due)
    if changed.lead and not kept.lead:
        await _show(tx, tip, kept, due)
    return await _put(tx, tip, kept, quiet=quiet)


async def bind(tx: Tx, bound: Mapping[bytes, Record]) -> None:
    """Let these tips, whose rows the caller holds, be worked on as one; the first one leads. Their
    workers' pages are not to move: that others wrote of the same is nobody's to learn. Raises
    NotForPolice.
    """
    for tip, known in bundles.bound(bound).items():
        await _put(tx, tip, known, quiet=True)


async def part(tx: Tx, tip: bytes, known: Record, due: datetime | None = None) -> Record:
    """Let a tip, whose row the caller holds, stand by itself; its record, which the caller writes.
    The rest stays as it is; `due` as for `change`.
    """
    for other, left in (await bundles.rest_of(tx, tip, known)).items():
        await _put(tx, other, left, quiet=await _reads_the_same(tx, other, left))
        await _refresh(tx, other, left, due)
        await _show(tx, other, left, due)
    return bundles.alone(known)


async def _reads_the_same(tx: Tx, tip: bytes, known: Record) -> bool:
    """Whether the worker of a merged tip reads nothing else than before: another one's coming or
    going is not theirs to learn.
    """
    row = await row_where(tx, tips.c.id == tip)
    return row is not None and record.unseal(tx.keys, tip, row.record).status is known.status


async def _put(tx: Tx, tip: bytes, changed: Record, *, quiet: bool = False) -> bytes:
    await readers.check(tx, changed)
    sealed = record.seal(tx.keys, tip, changed)
    await find_wraps_anew(tx, tip, changed.sealed_to)
    await write_sealed(tx, tip, sealed, quiet=quiet)
    return sealed


async def write_sealed(tx: Tx, tip: bytes, sealed: bytes, *, quiet: bool = False) -> None:
    """The same with a record that was sealed before."""
    await tx.run(update(tips).where(tips.c.id == tip).values(record=sealed))
    (tx.noted if quiet else tx.touched).add(tip)


async def find_wraps_anew(tx: Tx, tip: bytes, known: Sequence[str]) -> None:
    """Let the wraps of a tip be found by the current key, wherever its record is sealed with it: by
    the record alone a rotation knows that a tip is done.
    """
    if not tx.keys.older(Purpose.METADATA):
        return
    for reader in known:
        new, *old = _wrap_ids(tx, reader, tip)
        await tx.run(update(wraps).where(wraps.c.id.in_(old)).values(id=new))


async def change(
    tx: Tx, tip: bytes, changed: Record, due: datetime | None, *, quiet: bool = False
) -> None:
    """The same, and its cards in groups are shown anew from `due` on; None (for what a worker did)
    when a card of this tip may leave, for the hour of a change would tell when they wrote.
    """
    await write_record(tx, tip, changed, quiet=quiet, due=due)
    await _refresh(tx, tip, changed, due)


async def _show(tx: Tx, tip: bytes, known: Record, due: datetime | None) -> None:
    """A card in each group for an open tip that no other one stands for: those that follow have
    none.
    """
    if not known.lead and known.status not in (Status.RECEIVED, Status.CLOSED):
        await call_groups(tx, tip, known, due)


async def _refresh(tx: Tx, tip: bytes, known: Record, due: datetime | None) -> None:
    for post in known.posts:
        await outbox.write_refresh(tx, tip, known.unit, bytes.fromhex(post.group), due)


async def call_groups(
    tx: Tx, tip: bytes, known: Record, due: datetime | None = AT_ONCE, *, unit: str = ""
) -> None:
    """A card for every group of the unit that is responsible for the tip, or of the police `unit`
    that was given it, where there is none; not for one that waits for its lead, who alone knows of
    it.
    """
    if await waits_for_lead(tx, known):
        return
    called = unit or known.unit
    for group in await desk_groups.of_unit(tx, called):
        if all(post.group != group.id.hex() for post in known.posts):
            letter = Letter(LetterKind.POST, tip, called, due, group=group.id)
            await outbox.write(tx, letter)


async def call_officers(
    tx: Tx,
    tip: bytes,
    known: Record,
    due: datetime = AT_ONCE,
    *,
    but: bytes = b"",
    unit: str = "",
) -> None:
    """A ring on each alarm of everybody (`but` one) who reads in the unit that is responsible for
    the tip, or in the police `unit` that was given it; none for one that waits for its lead: a
    flood shall not be able to ring.
    """
    if await waits_for_lead(tx, known):
        return
    called = unit or known.unit
    for alarm in await alarms.of_unit(tx, called):
        if alarm.staff != but and not readers.has_stepped_back(known, alarm.staff):
            ring = Letter(LetterKind.PING, tip, called, due, to=alarm.id.hex())
            await outbox.write(tx, ring)


async def call_holder(tx: Tx, tip: bytes, known: Record, due: datetime = AT_ONCE) -> None:
    """A ring on each alarm of the officer who holds the tip."""
    holder = bytes.fromhex(known.holder or "")
    for alarm in await alarms.of_member(tx, holder):
        ring = Letter(LetterKind.GIVEN, tip, known.unit, due, to=alarm.id.hex())
        await outbox.write(tx, ring)


async def waits_for_lead(tx: Tx, known: Record) -> bool:
    """Whether the tip was set aside, and somebody leads the desk that is responsible for it."""
    return known.aside and known.unit in await staff.units_with_lead(tx)


async def take_from_groups(tx: Tx, known: Record, staying: frozenset[str] = frozenset()) -> Record:
    """Take the cards out of all groups but those of the units that stay; the record without
    them.
    """
    left = []
    for post in known.posts:
        group = await desk_groups.by_id(tx, bytes.fromhex(post.group))
        if group is not None and group.unit in staying:
            left.append(post)
        elif group is not None and post.message:
            await outbox.write(tx, erasure(group.unit, group.id, post))
    return replace(known, posts=tuple(left))


def erasure(unit: str, group: bytes, post: Post) -> Letter:
    """The letter that takes a card out of a group, with the topic that was opened for it: that one
    is called like the tip.
    """
    messages, topic = (post.message,), post.topic
    return Letter(LetterKind.ERASE, b"", unit, AT_ONCE, group=group, messages=messages, topic=topic)


async def destroy(tx: Tx, gone: Mapping[bytes, Record], day: date) -> None:
    """Destroy tips whose rows the caller holds: keys, words, files, letters, their cards in groups.
    Of each a tombstone of that day remains, by which a backup knows that it is gone.
    """
    await outbox.drop_of(tx, *gone)
    for tip, known in gone.items():
        await take_from_groups(tx, known)
        if known.status is not Status.CLOSED:
            await part(tx, tip, known)
    ids = list(gone)
    for table in (chunks, parts, wraps, knocks):
        await tx.run(delete(table).where(table.c.tip.in_(ids)))
    await tx.run(delete(tips).where(tips.c.id.in_(ids)))
    # Under every key: a backup from before a rotation has only the older ones to know them by.
    stones = [stone for tip in ids for stone in tx.keys.macs(Purpose.TOMBSTONES, tip)]
    # A tip that came back with an old backup has one already.
    await tx.run(delete(tombstones).where(tombstones.c.id.in_(stones)))
    await tx.run(insert(tombstones), [{"id": stone, "day": day} for stone in stones])
    tx.touched.update(ids)


async def seal_to(
    tx: Tx, tip: bytes, case: CaseKey, known: Record, before: Record | None = None
) -> None:
    """Let its readers, and the unit behind them, open a new tip, or one that was stored `before`.
    Raises UnknownUnit, NotForPolice, ShutOut.
    """
    await readers.check_sealing(tx, known, before)
    rows = []
    publics = await units.public_keys(tx, known.sealed_to) if known.sealed_to else {}
    for reader in known.sealed_to:
        public = publics.get(reader)
        if public is None:
            raise UnknownUnit
        rows.append({"id": _wrap_ids(tx, reader, tip)[0], "tip": tip, "body": case.wrap(public)})
    missing = max(WRAPS_AT_LEAST - len(rows), 0)
    rows += [{"id": random_id(), "tip": tip, "body": dummy_wrap()} for _ in range(missing)]
    await tx.run(insert(wraps), rows)


async def seal_again(tx: Tx, tip: bytes, case: CaseKey, known: Record) -> None:
    """Let exactly the readers of `known` open the tip from now on. Raises as `seal_to`."""
    row = await row_where(tx, tips.c.id == tip)
    before = record.unseal(tx.keys, tip, row.record) if row is not None else None
    await tx.run(delete(wraps).where(wraps.c.tip == tip))
    await seal_to(tx, tip, case, known, before)


async def take_wraps(tx: Tx, tip: bytes, gone: Collection[str]) -> None:
    """Let these units not open the tip any more; how many do, the rows tell no more than before."""
    for unit in gone:
        mine = wraps.c.id.in_(_wrap_ids(tx, unit, tip))
        nothing = {"id": random_id(), "body": dummy_wrap()}
        await tx.run(update(wraps).where(mine).values(**nothing))


async def stir_wraps(tx: Tx, tip: bytes, known: Record) -> None:
    """Write one of the rows that open nothing anew: so a tip whose wrap was taken looks like one
    that had none to take.
    """
    used = {each for unit in known.sealed_to for each in _wrap_ids(tx, unit, tip)}
    rows = await tx.rows(select(wraps.c.id).where(wraps.c.tip == tip).order_by(wraps.c.id))
    idle = [row.id for row in rows if bytes(row.id) not in used][:1]
    nothing = {"id": random_id(), "body": dummy_wrap()}
    await tx.run(update(wraps).where(wraps.c.id.in_(idle)).values(**nothing))


async def wraps_of(tx: Tx, tip: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The wraps of a tip as they lie there."""
    rows = await tx.rows(select(wraps).where(wraps.c.tip == tip))
    return tuple((bytes(each.id), bytes(each.body)) for each in rows)


async def put_back(
    tx: Tx, tip: bytes, before: Record, sealed: Sequence[tuple[bytes, bytes]]
) -> None:
    """Put wraps of a tip back, of which `before` tells whom they are for. Raises NotForPolice."""
    await readers.check(tx, before)
    await tx.run(delete(wraps).where(wraps.c.tip == tip))
    await tx.run(insert(wraps), [{"id": key, "tip": tip, "body": body} for key, body in sealed])


async def open_as(tx: Tx, unit: str, tip: bytes) -> CaseKey | None:
    """The case key of a tip by the wrap of a unit; None where it has none. Raises Unopenable."""
    wrap = await tx.row(select(wraps.c.body).where(wraps.c.id.in_(_wrap_ids(tx, unit, tip))))
    return await units.unwrap(tx, unit, wrap.body) if wrap is not None else None


async def renewed(tx: Tx, row: Row[Any], _: datetime) -> dict[str, bytes]:
    """What a tip's row holds under the current keys, for a rotation; its wraps are found by the
    same key, and are changed too. Raises Unopenable.
    """
    tip = bytes(row.id)
    await find_wraps_anew(tx, tip, record.unseal(tx.keys, tip, row.record).sealed_to)
    return {"record": record.renewed(tx.keys, tip, row.record)}


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The wraps of many tips as they lie there, by tip and unit, with the pairs that open them."""

    pairs: Mapping[str, Pair] = field(repr=False)
    bodies: Mapping[bytes, Sequence[tuple[str, bytes]]] = field(repr=False)

    def open(self, tip: bytes) -> tuple[str, CaseKey] | None:
        """The case key of a tip by the first unit that opens it, with that unit."""
        for unit, body in self.bodies.get(tip, ()):
            pair = self.pairs[unit]
            with suppress(Unopenable):
                return unit, CaseKey.unwrap(pair.public, pair.private, body)
        return None


async def wraps_for(tx: Tx, wanted: Mapping[bytes, Sequence[str]]) -> Wrapped:
    """What opens many tips, each for its units in their order."""
    marks = {
        mark: (tip, unit)
        for tip, some in wanted.items()
        for unit in some
        for mark in _wrap_ids(tx, unit, tip)
    }
    rows = await tx.rows(select(wraps.c.id, wraps.c.body).where(wraps.c.id.in_(list(marks))))
    lying = {marks[bytes(row.id)]: bytes(row.body) for row in rows}
    found = {unit: await units.pair_of(tx, unit) for unit in sorted({unit for _, unit in lying})}
    pairs = {unit: pair for unit, pair in found.items() if pair is not None}
    bodies = {
        tip: [(unit, lying[tip, unit]) for unit in some if (tip, unit) in lying and unit in pairs]
        for tip, some in wanted.items()
    }
    return Wrapped(pairs, bodies)


def seal_bell(case: CaseKey, tip: bytes, number: str) -> bytes:
    """The bell number as it is stored: who has the case key open can ring it."""
    return case.seal_part(number.encode(), tip=tip, part=_BELL, author=_BELL_AUTHOR)


def open_bell(case: CaseKey, tip: bytes, sealed: bytes) -> str:
    """The bell number. Raises Unopenable."""
    return case.open_part(sealed, tip=tip, part=_BELL, author=_BELL_AUTHOR).decode()


def whose_turn(status: Status) -> Whose:
    """Whose turn it is in a tip of that status."""
    if status is Status.CLOSED:
        return Whose.NOBODY
    return Whose.WORKER if status is Status.ASKED else Whose.DESK


def _wrap_ids(tx: Tx, unit: str, tip: bytes) -> tuple[bytes, ...]:
    # A unit finds its own wrap; nobody without the metadata key can tell whose one is.
    return tx.keys.macs(Purpose.METADATA, b"wrap" + tip + unit.encode())
