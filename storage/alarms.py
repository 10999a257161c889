"""Ways to ring a member of staff whose desk is closed: their chats with our bot, their browsers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers.roles import READERS_OF_TIPS
from storage import accounts, desk_codes, desk_groups, outbox, staff
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.desk_groups import Trouble as GroupTrouble
from storage.keys import Purpose
from storage.staff import Member
from storage.tables import alarms, grants
from storage.tables import staff as people

MOST_BROWSERS = 5

# One size for every row, so that its length does not tell a chat from a browser; the address of a
# browser has at most some 1,400 letters.
_ROW_BYTES = 2048
_CARDS_DO_NOT_COME = frozenset({GroupTrouble.REMOVED, GroupTrouble.RIGHTS})


class Path(StrEnum):
    """Over what a member of staff is rung; called like the channel of the account that does it."""

    ZALO = "zalo_bot"
    PUSH = "webpush"


class AlarmPath(StrEnum):
    """Over what a unit learns of a tip while its desk is closed: its groups, or its officers'
    own alarms.
    """

    TELEGRAM = "telegram"
    ZALO = "zalo_bot"
    PUSH = "webpush"


class Trouble(StrEnum):
    """Why an alarm does not ring."""

    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A way to ring `staff`. What an address is, only the channel of `path` knows."""

    id: bytes
    staff: bytes = field(repr=False)
    path: Path
    address: str = field(repr=False)
    trouble: Trouble | None = None


async def link(tx: Tx, code: str, path: Path, address: str, now: datetime) -> Member | None:
    """Ring the member whom `code` was made for at `address`; None for a code that does not hold.

    One address is one member's, and a member has one chat of a path: what was linked before is not
    any more.
    """
    about = await desk_codes.use(tx, CodeKind.ALARM, code, now)
    member = await staff.by_id(tx, bytes.fromhex(about)) if about else None
    if member is None:
        return None
    await _forget(tx, member.id, path)
    await _put(tx, member.id, path, address)
    return member


async def add_browser(tx: Tx, member: bytes, address: str) -> Alarm | None:
    """Ring the member in this browser too; None when they have as many as they may. A browser that
    was somebody else's is theirs from now on.
    """
    keys = _keys(tx, Path.PUSH, address)
    # The row is held, so that of two browsers at once none is one too many.
    await tx.row(select(people.c.id).where(people.c.id == member).with_for_update())
    others = [
        each
        for each in await of_member(tx, member)
        if each.path is Path.PUSH and each.id not in keys
    ]
    return await _put(tx, member, Path.PUSH, address) if len(others) < MOST_BROWSERS else None


async def by_id(tx: Tx, key: bytes) -> Alarm | None:
    """The alarm with this id."""
    row = await tx.row(select(alarms).where(alarms.c.id == key))
    return _opened(tx, row.id, row.staff, row.body) if row is not None else None


async def by_address(tx: Tx, path: Path, address: str) -> Alarm | None:
    """The alarm at this address."""
    row = await tx.row(select(alarms).where(alarms.c.id.in_(_keys(tx, path, address))))
    return _opened(tx, row.id, row.staff, row.body) if row is not None else None


async def of_member(tx: Tx, member: bytes) -> tuple[Alarm, ...]:
    """All alarms of a member, in no telling order."""
    asked = select(alarms).where(alarms.c.staff == member).order_by(alarms.c.id)
    return tuple(_opened(tx, row.id, row.staff, row.body) for row in await tx.rows(asked))


async def of_unit(tx: Tx, unit: str) -> tuple[Alarm, ...]:
    """The alarms of everybody who reads the tips of a unit."""
    asked = _OF_READERS.where(grants.c.unit == unit).distinct().order_by(alarms.c.id)
    return tuple(_opened(tx, row.id, row.staff, row.body) for row in await tx.rows(asked))


async def officer_of(tx: Tx, path: Path, address: str) -> Member | None:
    """The officer who is rung there, while they are enrolled and some desk is theirs."""
    member = await member_of(tx, path, address)
    return member if member is not None and member.reads_tips else None


async def member_of(tx: Tx, path: Path, address: str) -> Member | None:
    """The member of staff who is rung there, while they are enrolled."""
    alarm = await by_address(tx, path, address)
    member = await staff.by_id(tx, alarm.staff) if alarm is not None else None
    return member if member is not None and member.enrolled else None


async def linked(tx: Tx, path: Path) -> frozenset[bytes]:
    """The ids of all members who have an alarm of this path."""
    rows = await tx.rows(select(alarms))
    every = (_opened(tx, row.id, row.staff, row.body) for row in rows)
    return frozenset(each.staff for each in every if each.path is path)


async def unlink(tx: Tx, key: bytes) -> bool:
    """Nobody is rung there any more; False when nobody was."""
    return await tx.run(delete(alarms).where(alarms.c.id == key)) > 0


async def unlink_member(tx: Tx, member: bytes, path: Path) -> bool:
    """Forget a member's alarms of a path, and a code for one; False when they had none."""
    if path is Path.ZALO:
        await desk_codes.drop(tx, CodeKind.ALARM, member.hex())
    return await _forget(tx, member, path) > 0


async def set_trouble(tx: Tx, key: bytes, trouble: Trouble | None) -> bool:
    """Keep what is wrong with an alarm, or that nothing is any more; False when that was known."""
    row = await tx.row(select(alarms).where(alarms.c.id == key).with_for_update())
    if row is None:
        return False
    known = _opened(tx, row.id, row.staff, row.body)
    if known.trouble is trouble:
        return False
    # With the row's own key: its id, which letters name, is a fingerprint by that one.
    body = _sealed(tx, replace(known, trouble=trouble), like=row.body)
    await tx.run(update(alarms).where(alarms.c.id == key).values(body=body))
    return True


async def renewed(tx: Tx, row: Row[Any], now: datetime) -> dict[str, bytes] | None:
    """What a row holds under the current keys, for a rotation; the letters that name it are changed
    too. None while one of those is being sent. Raises Unopenable.
    """
    known = _opened(tx, row.id, row.staff, row.body)
    new = _keys(tx, known.path, known.address)[0]
    if not await outbox.readdress(tx, known.id.hex(), new.hex(), now):
        return None
    about, anew = _about(row.id, row.staff), _about(new, row.staff)
    return {"id": new, "body": tx.keys.reseal(Purpose.STAFF, row.body, about, anew)}


async def enabled(tx: Tx) -> frozenset[AlarmPath]:
    """The paths with an account that may send."""
    channels = {each.channel for each in await accounts.every(tx) if each.enabled}
    return frozenset(path for path in AlarmPath if path.value in channels)


async def reachable(tx: Tx) -> Mapping[str, frozenset[AlarmPath]]:
    """For each unit where somebody reads tips: what works to let them know of one, perhaps nothing.

    A path works while an account of its channel is enabled, and nothing is known to be wrong with
    at least one group of the unit or one alarm of its officers.
    """
    channels = await enabled(tx)
    held = select(grants.c.unit).where(grants.c.role.in_([*READERS_OF_TIPS])).distinct()
    working: dict[str, set[AlarmPath]] = {row.unit: set() for row in await tx.rows(held)}
    if AlarmPath.TELEGRAM in channels:
        for group in await desk_groups.every(tx):
            if group.unit in working and group.trouble not in _CARDS_DO_NOT_COME:
                working[group.unit].add(AlarmPath.TELEGRAM)
    for row in await tx.rows(_OF_READERS):
        alarm = _opened(tx, row.id, row.staff, row.body)
        if alarm.trouble is None and (path := AlarmPath(alarm.path.value)) in channels:
            working[row.unit].add(path)
    return {unit: frozenset(paths) for unit, paths in working.items()}


# Whoever has to enrol anew has none (`storage.staff.reset`).
_OF_READERS = (
    select(alarms.c.id, alarms.c.staff, alarms.c.body, grants.c.unit)
    .join(grants, grants.c.staff == alarms.c.staff)
    .where(grants.c.role.in_([*READERS_OF_TIPS]))
)


async def _put(tx: Tx, member: bytes, path: Path, address: str) -> Alarm:
    keys = _keys(tx, path, address)
    await tx.run(delete(alarms).where(alarms.c.id.in_(keys)))
    made = Alarm(keys[0], member, path, address)
    await tx.run(insert(alarms).values(id=made.id, staff=member, body=_sealed(tx, made)))
    return made


async def _forget(tx: Tx, member: bytes, path: Path) -> int:
    mine = [each.id for each in await of_member(tx, member) if each.path is path]
    return await tx.run(delete(alarms).where(alarms.c.id.in_(mine))) if mine else 0


def _sealed(tx: Tx, alarm: Alarm, like: bytes | None = None) -> bytes:
    told = {"path": alarm.path, "address": alarm.address, "trouble": alarm.trouble}
    plain, about = json.dumps(told).encode(), _about(alarm.id, alarm.staff)
    return tx.keys.seal(Purpose.STAFF, plain, about, size=_ROW_BYTES, like=like)


def _opened(tx: Tx, key: bytes, member: bytes, body: bytes) -> Alarm:
    told = json.loads(tx.keys.open_sealed(Purpose.STAFF, body, _about(key, member)))
    trouble = Trouble(told["trouble"]) if told["trouble"] else None
    return Alarm(bytes(key), bytes(member), Path(told["path"]), told["address"], trouble)


def _keys(tx: Tx, path: Path, address: str) -> tuple[bytes, ...]:
    return tx.keys.macs(Purpose.STAFF, b"alarm" + path.encode() + b"|" + address.encode())


def _about(key: bytes, member: bytes) -> bytes:
    # Bound to the member too: whoever can write rows cannot let somebody else be rung.
    return b"alarm" + bytes(key) + bytes(member)
