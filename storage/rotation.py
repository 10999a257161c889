"""Rotation: a new key is made and used, every row is sealed anew, then the old key is destroyed.

Everything can be read throughout, by whoever serves meanwhile: both keys are in the keyring until
no row needs the older one. Killed at any point, it goes on when it is begun again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from storage import audit, keys, record, ring
from storage.crypto import Unopenable, new_master
from storage.database import Database, Tx
from storage.keys import Keys, Purpose, WrappedKey, wrap_key
from storage.sealings import SEALINGS, Sealing, Values, number_in
from storage.tables import audit as audit_table
from storage.tables import instance, tips

TOMBSTONE_DAYS = 40
"""How long an older key of tombstones is kept: longer than any backup that knows no newer one."""

_BATCH = 100
_PASSES = 100
_PAUSE_SECONDS = 0.1
_HIGHEST = 255
_UNFINISHED, _TOMBSTONES, _PAPER = "rotation", "tombstones", "paper"

Told = Callable[[int], None]
"""Called with how many more rows are done."""


class BrokenLog(Exception):
    """The log of what staff did does not verify: sealing it anew would hide that."""


@dataclass(frozen=True, slots=True)
class Left:
    """What became of the older keys: those that are destroyed, and the rows that still need one."""

    destroyed: tuple[tuple[Purpose, int], ...] = ()
    waiting: Mapping[Purpose, int] = field(default_factory=dict)


def _ignore(_: int) -> None:
    return


async def begin(
    database: Database, purposes: Collection[Purpose], master: bytes, today: date
) -> None:
    """Make a key for each of `purposes`, which is used from now on. Raises BrokenLog, and
    WrongMasterKey for a `master` that does not open the keyring.
    """
    if Purpose.AUDIT in purposes:
        async with database.read() as tx:
            if not await audit.verify(tx):
                raise BrokenLog
    async with database.write(alone=True) as tx:
        rows = await ring.read(tx.connection)
        made = [
            wrap_key(master, purpose, _free_number(rows, purpose), new_master())
            for purpose in purposes
        ]
        rows = [replace(row, current=row.current and row.purpose not in purposes) for row in rows]
        # Before anything is written: this master key has to be the right one.
        Keys.open(master, [*rows, *made])
        await ring.put(tx.connection, [*rows, *made])
        await _note(tx, _UNFINISHED, ",".join(sorted(purposes)).encode())
        if Purpose.TOMBSTONES in purposes:
            await _note(tx, _TOMBSTONES, today.isoformat().encode())


async def unfinished(database: Database) -> frozenset[Purpose]:
    """The purposes of a rotation that was begun and did not come to its end."""
    async with database.read() as tx:
        noted = await _noted(tx, _UNFINISHED)
    return frozenset(map(Purpose, noted.split(","))) if noted else frozenset()


async def to_do(database: Database) -> int:
    """How many rows are sealed with an older key."""
    async with database.read() as tx:
        return (await _outdated(tx)).total()


async def go_on(database: Database, now: datetime, told: Told = _ignore) -> Left:
    """Seal anew what is under an older key, and destroy the keys that nothing needs any more. Also
    done once a day: links and codes that live for hours keep theirs until then.
    """
    waiting = await reseal(database, now, told)
    return Left(await _destroy(database, now.date()), waiting)


async def reseal(database: Database, now: datetime, told: Told = _ignore) -> Mapping[Purpose, int]:
    """Seal anew what is under an older key; how many rows have to wait."""
    waiting = Counter[Purpose]()
    async with database.read() as tx:
        outdated = await _outdated(tx)
    for sealing in SEALINGS:
        if outdated[sealing.purpose]:
            waiting[sealing.purpose] += await _renew(database, sealing, now, told)
    if outdated[Purpose.AUDIT]:
        async with database.write() as tx:
            count = await audit.reseal(tx)
        waiting[Purpose.AUDIT] = outdated[Purpose.AUDIT] if count is None else 0
        told(outdated[Purpose.AUDIT])
    return {purpose: rows for purpose, rows in waiting.items() if rows}


async def drop_spent(tx: Tx, today: date) -> tuple[tuple[Purpose, int], ...]:
    """Take the older keys that nothing needs out of the keyring; which. Nobody else may write
    meanwhile: somebody might be sealing with one of them.
    """
    rows = await ring.read(tx.connection)
    needed = await _needed(tx, today)
    spent = [row for row in rows if not row.current and (row.purpose, row.number) not in needed]
    if spent:
        await ring.put(tx.connection, [row for row in rows if row not in spent])
    return tuple((row.purpose, row.number) for row in spent)


async def rewrap(database: Database, master: bytes, other: bytes) -> None:
    """Wrap every key under `other` instead of `master`; the paper copy is one of an old key then.
    Raises WrongMasterKey, TwinKeys.
    """
    async with database.write(alone=True) as tx:
        rows = keys.rewrap(master, other, await ring.read(tx.connection))
        Keys.open(other, rows)
        await ring.put(tx.connection, rows)
        await tx.run(delete(instance).where(instance.c.name == _PAPER))


async def is_on_paper(tx: Tx) -> bool:
    """Whether somebody has shown that the present master key is on paper."""
    return await _noted(tx, _PAPER) == "yes"


async def confirm_paper(tx: Tx) -> None:
    """Keep that the master key is on paper."""
    await _note(tx, _PAPER, b"yes")


async def _renew(database: Database, sealing: Sealing, now: datetime, told: Told) -> int:
    """Seal the rows of a column anew; how many have to wait."""
    waiting = 0
    for _ in range(_PASSES):
        waiting = await _pass(database, sealing, now, told)
        async with database.read() as tx:
            left = await _count(tx, sealing)
        # More are left only where somebody held a row just then.
        if left <= waiting:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    return waiting


async def _pass(database: Database, sealing: Sealing, now: datetime, told: Told) -> int:
    """Go through a column once, some rows at a time; how many of them have to wait."""
    waiting, after = 0, None
    while True:
        async with database.write(alone=sealing.alone) as tx:
            rows = await tx.rows(_batch(tx, sealing, after))
            renewed = [(row, await _renewed(tx, sealing, row, now)) for row in rows]
            changed = [
                {"at": row._mapping[sealing.key.name]}
                | {f"new_{name}": value for name, value in values.items()}
                for row, values in renewed
                if values
            ]
            if changed:
                names = [name.removeprefix("new_") for name in changed[0] if name != "at"]
                anew: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
                where = sealing.key == bindparam("at")
                await tx.run(update(sealing.table).where(where).values(anew), changed)
        if not rows:
            return waiting
        waits = sum(values is None for _, values in renewed)
        waiting, after = waiting + waits, rows[-1]._mapping[sealing.key.name]
        told(len(rows) - waits)


def _batch(tx: Tx, sealing: Sealing, after: Any) -> Any:
    current = bytes((tx.keys.current(sealing.purpose),))
    asked = select(sealing.table).where(number_in(sealing.sealed) != current)
    if after is not None:
        asked = asked.where(sealing.key > after)
    # Held, so that no change is lost; and never waited for, so that nobody waits for each other.
    return asked.order_by(sealing.key).limit(_BATCH).with_for_update(skip_locked=True)


async def _renewed(tx: Tx, sealing: Sealing, row: Row[Any], now: datetime) -> Values | None:
    try:
        return await sealing.renew(tx, row, now)
    except Unopenable:
        # Somebody changed it; whoever needs it will be told. The others need not wait for it.
        return None


async def _destroy(database: Database, today: date) -> tuple[tuple[Purpose, int], ...]:
    async with database.read() as tx:
        is_clean = not any(tx.keys.older(purpose) for purpose in Purpose)
        if is_clean and not await _noted(tx, _UNFINISHED):
            return ()
    async with database.write(alone=True) as tx:
        destroyed = await drop_spent(tx, today)
        await tx.run(delete(instance).where(instance.c.name == _UNFINISHED))
    if destroyed:
        await database.forget_keys()
    return destroyed


async def _needed(tx: Tx, today: date) -> set[tuple[Purpose, int]]:
    """The older keys that something was made with."""
    needed = set()
    sealed = [(each.purpose, each.sealed) for each in SEALINGS]
    for purpose, column in (*sealed, (Purpose.AUDIT, audit_table.c.body)):
        if tx.keys.older(purpose):
            numbers = await tx.rows(select(number_in(column).label("number")).distinct())
            needed |= {(purpose, row.number[0]) for row in numbers}
    needed |= {(Purpose.PEPPER, number) for number in await _peppers(tx)}
    changed = await _noted(tx, _TOMBSTONES)
    if changed and today <= date.fromisoformat(changed) + timedelta(days=TOMBSTONE_DAYS):
        needed |= {(Purpose.TOMBSTONES, number) for number in tx.keys.older(Purpose.TOMBSTONES)}
    return needed


async def _peppers(tx: Tx) -> set[int]:
    """The peppers that some tip's code was stretched with; all of them where a record is broken."""
    older = set(tx.keys.older(Purpose.PEPPER))
    if not older:
        return older
    try:
        rows = await tx.rows(select(tips.c.id, tips.c.record))
        return {record.unseal(tx.keys, bytes(row.id), row.record).pepper for row in rows}
    except Unopenable:
        return older


async def _outdated(tx: Tx) -> Counter[Purpose]:
    """How many rows are under an older key, by purpose."""
    found = Counter[Purpose]()
    for sealing in SEALINGS:
        found[sealing.purpose] += await _count(tx, sealing)
    if tx.keys.older(Purpose.AUDIT):
        current = bytes((tx.keys.current(Purpose.AUDIT),))
        where = number_in(audit_table.c.body) != current
        [row] = await tx.rows(select(func.count()).select_from(audit_table).where(where))
        found[Purpose.AUDIT] = int(row[0])
    return found


async def _count(tx: Tx, sealing: Sealing) -> int:
    if not tx.keys.older(sealing.purpose):
        return 0
    current = bytes((tx.keys.current(sealing.purpose),))
    where = number_in(sealing.sealed) != current
    [row] = await tx.rows(select(func.count()).select_from(sealing.table).where(where))
    return int(row[0])


def _free_number(rows: Sequence[WrappedKey], purpose: Purpose) -> int:
    """The next number that no key of this purpose has; after the highest it begins anew."""
    used = {row.number for row in rows if row.purpose is purpose}
    after = (*range(max(used) + 1, _HIGHEST + 1), *range(1, _HIGHEST + 1))
    free: list[int] = [number for number in after if number not in used]
    return free[0]


async def _noted(tx: Tx, name: str) -> str:
    row = await tx.row(select(instance.c.value).where(instance.c.name == name))
    return bytes(row.value).decode() if row is not None else ""


async def _note(tx: Tx, name: str, value: bytes) -> None:
    await tx.run(delete(instance).where(instance.c.name == name))
    await tx.run(insert(instance).values(name=name, value=value))
