"""Groups in a chat app that are desks of units: where they are, their options, their trouble."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers.routing import UnitKind
from storage import desk_codes
from storage.chance import random_id
from storage.database import Tx
from storage.desk_codes import CodeKind
from storage.keys import Keys, Purpose
from storage.tables import desk_groups, units


class Trouble(StrEnum):
    """What keeps cards from a group; its unit's lead reads of it on the web desk."""

    REMOVED = "removed"
    RIGHTS = "rights"
    TOPICS = "topics"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is the desk of `unit`. `topics`: a topic for each card where the app allows it;
    `reading`: officers may have words sent to their private chat. Both are off at first. `left` is
    how many cards of tips that are gone stand there for good, until the group is linked anew.
    """

    id: bytes
    unit: str
    chat: str = field(repr=False)
    topics: bool = False
    reading: bool = False
    trouble: Trouble | None = None
    left: int = 0


async def link(tx: Tx, code: str, chat: str, now: datetime) -> Group | None:
    """Make the group `chat` the desk that `code` was made for; None for a code that does not hold,
    and where it is a boarding-house group's, which has no desk.

    A group is one unit's desk only: it leaves the unit that it belonged to.
    """
    unit = await desk_codes.use(tx, CodeKind.GROUP, code, now)
    if unit is None or await _is_boarding(tx, unit):
        return None
    known = await by_chat(tx, chat)
    if known is not None:
        made = Group(known.id, unit, chat)
        await _write(tx, made)
        return made
    made = Group(random_id(), unit, chat)
    await tx.run(
        insert(desk_groups).values(
            id=made.id, fingerprint=_fingerprint(tx, chat), unit=unit, body=_sealed(tx, made)
        )
    )
    return made


async def _is_boarding(tx: Tx, unit: str) -> bool:
    row = await tx.row(select(units.c.kind).where(units.c.id == unit))
    return row is not None and row.kind == UnitKind.BOARDING.value


async def by_chat(tx: Tx, chat: str) -> Group | None:
    """The desk that this group is."""
    keys = tx.keys.macs(Purpose.STAFF, _named(chat))
    row = await tx.row(select(desk_groups).where(desk_groups.c.fingerprint.in_(keys)))
    return _opened(tx, row.id, row.unit, row.body) if row is not None else None


async def by_id(tx: Tx, key: bytes) -> Group | None:
    """The desk with this id."""
    row = await tx.row(select(desk_groups).where(desk_groups.c.id == key))
    return _opened(tx, row.id, row.unit, row.body) if row is not None else None


async def of_unit(tx: Tx, unit: str) -> tuple[Group, ...]:
    """The groups of one unit."""
    return tuple(each for each in await every(tx) if each.unit == unit)


async def every(tx: Tx) -> tuple[Group, ...]:
    """All groups, in no telling order."""
    rows = await tx.rows(select(desk_groups).order_by(desk_groups.c.id))
    return tuple(_opened(tx, row.id, row.unit, row.body) for row in rows)


async def choose(tx: Tx, key: bytes, *, topics: bool, reading: bool) -> Group | None:
    """Set the options of a group; None when it is gone."""
    known = await _held(tx, key)
    if known is None:
        return None
    # Whoever sets options has seen to it that they can work.
    chosen = replace(known, topics=topics, reading=reading, trouble=None)
    await _write(tx, chosen)
    return chosen


async def set_trouble(tx: Tx, key: bytes, trouble: Trouble | None) -> bool:
    """Keep what is wrong with a group, or that nothing is any more; False when that was known."""
    known = await _held(tx, key)
    if known is None or known.trouble is trouble:
        return False
    await _write(tx, replace(known, trouble=trouble))
    return True


async def leave(tx: Tx, key: bytes, cards: int) -> None:
    """Keep that so many cards of tips that are gone could not be taken out of the group."""
    known = await _held(tx, key)
    if known is not None:
        await _write(tx, replace(known, left=known.left + cards))


async def move(tx: Tx, chat: str, to: str) -> bool:
    """The app gave the group another id; False for a group that is no desk, or moved already."""
    known = await by_chat(tx, chat)
    if known is None or await by_chat(tx, to) is not None:
        return False
    await _write(tx, replace(known, chat=to))
    return True


async def unlink(tx: Tx, key: bytes) -> Group | None:
    """The group is no desk any more; what it was, None when it was none."""
    known = await by_id(tx, key)
    if known is not None:
        await tx.run(delete(desk_groups).where(desk_groups.c.id == key))
    return known


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    about = _about(row.id)
    told = json.loads(keys.open_sealed(Purpose.STAFF, row.body, about))
    return {
        "fingerprint": keys.mac(Purpose.STAFF, _named(told["chat"])),
        "body": keys.reseal(Purpose.STAFF, row.body, about),
    }


async def _held(tx: Tx, key: bytes) -> Group | None:
    row = await tx.row(select(desk_groups).where(desk_groups.c.id == key).with_for_update())
    return _opened(tx, row.id, row.unit, row.body) if row is not None else None


async def _write(tx: Tx, group: Group) -> None:
    values = {
        "fingerprint": _fingerprint(tx, group.chat),
        "unit": group.unit,
        "body": _sealed(tx, group),
    }
    await tx.run(update(desk_groups).where(desk_groups.c.id == group.id).values(**values))


def _sealed(tx: Tx, group: Group) -> bytes:
    told = {
        "chat": group.chat,
        "topics": group.topics,
        "reading": group.reading,
        "trouble": group.trouble,
        "left": group.left,
    }
    return tx.keys.seal(Purpose.STAFF, json.dumps(told).encode(), _about(group.id))


def _opened(tx: Tx, key: bytes, unit: str, body: bytes) -> Group:
    told = json.loads(tx.keys.open_sealed(Purpose.STAFF, body, _about(key)))
    trouble = Trouble(told["trouble"]) if told["trouble"] else None
    chat, topics, reading = told["chat"], told["topics"], told["reading"]
    # Groups of earlier versions count no cards that were left.
    return Group(bytes(key), unit, chat, topics, reading, trouble, told.get("left", 0))


def _fingerprint(tx: Tx, chat: str) -> bytes:
    return tx.keys.mac(Purpose.STAFF, _named(chat))


def _named(chat: str) -> bytes:
    return b"group" + chat.encode()


def _about(key: bytes) -> bytes:
    return b"desk group" + bytes(key)
