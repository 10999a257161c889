"""Notes of good practice: one member proposes the words, another one publishes them.

A row knows a unit and nothing of any tip. Whoever may propose or publish takes it back at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers import practice
from handlers.folding import clean
from handlers.languages import Language
from handlers.practice import Stage, Words
from handlers.roles import Role
from handlers.routing import UnitKind
from storage import audit, staff, units
from storage.audit import Act
from storage.chance import random_id
from storage.database import Tx
from storage.days import local_day
from storage.keys import Keys, Purpose
from storage.tables import practices

MOST_OF_A_UNIT = 60
"""Notes of one unit that are kept."""
MOST_SHOWN = 60
_BODY_BYTES = 8192
"""One size for every row: two languages of the longest words, every letter of four bytes."""


class Done(StrEnum):
    """What became of it. OWN: nobody publishes words that they wrote themselves; CHANGED: the note
    is not as it was when it was looked at.
    """

    DONE = "done"
    NOT_YOURS = "not_yours"
    OWN = "own"
    CHANGED = "changed"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Note:
    """One note for those who write and publish. `author` is the id of who wrote these words."""

    id: bytes
    unit: str
    stage: Stage
    shown_from: date | None
    words: Words = field(repr=False)
    author: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """One note as everybody reads it."""

    month: date
    words: Words


async def may_write(tx: Tx, member: bytes) -> frozenset[str]:
    """The units for which this member may propose: those that they lead or write bulletins for. The
    police do not tell what changed at a company, and a company's own union might be known by it.
    """
    held = await staff.by_id(tx, member)
    roles = (Role.LEAD, Role.AUTHOR)
    found = {unit for unit, role in held.grants if role in roles} if held else set()
    return frozenset(found) & await _allowed(tx)


async def may_publish(tx: Tx, member: bytes) -> frozenset[str]:
    """The units whose notes this member may publish: those that they lead or approve bulletins of,
    and all below.
    """
    led = await staff.units_under(tx, member, Role.LEAD)
    return (led | await staff.units_under(tx, member, Role.APPROVER)) & await _allowed(tx)


async def of_member(tx: Tx, member: bytes) -> tuple[Note, ...]:
    """All notes that this member may write or publish: first those that wait."""
    mine = await may_write(tx, member) | await may_publish(tx, member)
    rows = await tx.rows(select(practices))
    found = [_opened(tx, row) for row in rows if row.unit in mine]
    return tuple(sorted(found, key=_order))


async def propose(tx: Tx, member: bytes, unit: str, words: Words, now: datetime) -> Done:
    """Lay words, in which nothing is wrong, before whoever may publish them."""
    if unit not in await may_write(tx, member):
        return Done.NOT_YOURS
    there = await tx.rows(select(practices.c.id).where(practices.c.unit == unit))
    if len(there) >= MOST_OF_A_UNIT:
        return Done.FULL
    key = random_id()
    values = {"id": key, "unit": unit, "stage": Stage.PROPOSED, "month": None}
    body = _sealed(tx, key, words, member)
    await tx.run(insert(practices).values(**values, body=body))
    await _log(tx, Act.PRACTICE_PROPOSED, member, unit, now)
    return Done.DONE


async def revise(tx: Tx, member: bytes, key: bytes, words: Words, now: datetime) -> Done:
    """Put other words in the place of a note's that is not published; they are proposed anew."""
    note = await _held(tx, key)
    if note is None or note.unit not in await may_write(tx, member):
        return Done.NOT_YOURS
    if note.stage is Stage.PUBLISHED:
        return Done.CHANGED
    body = _sealed(tx, key, words, member)
    await _put(tx, key, stage=Stage.PROPOSED, month=None, body=body)
    await _log(tx, Act.PRACTICE_PROPOSED, member, note.unit, now)
    return Done.DONE


async def publish(tx: Tx, member: bytes, key: bytes, seen: Words, now: datetime) -> Done:
    """Let everybody read a note from the first of a month on, if its words are those that were
    `seen`; never by whoever wrote them.
    """
    note = await _held(tx, key)
    if note is None or note.unit not in await may_publish(tx, member):
        return Done.NOT_YOURS
    if note.stage is not Stage.PROPOSED or dict(note.words) != _cleaned(seen):
        return Done.CHANGED
    if note.author == member:
        return Done.OWN
    month = practice.shown_from(local_day(now))
    await _put(tx, key, stage=Stage.PUBLISHED, month=month)
    await _log(tx, Act.PRACTICE_PUBLISHED, member, note.unit, now)
    return Done.DONE


async def take_back(tx: Tx, member: bytes, key: bytes, now: datetime) -> Done:
    """Nobody reads the note any more, or will: by whoever may write or publish it."""
    note = await _held(tx, key)
    if note is None or not await _may_touch(tx, member, note.unit):
        return Done.NOT_YOURS
    if note.stage is Stage.TAKEN_BACK:
        return Done.CHANGED
    await _put(tx, key, stage=Stage.TAKEN_BACK, month=None)
    await _log(tx, Act.PRACTICE_TAKEN_BACK, member, note.unit, now)
    return Done.DONE


async def drop(tx: Tx, member: bytes, key: bytes, now: datetime) -> Done:
    """Destroy a note that is not published."""
    note = await _held(tx, key)
    if note is None or not await _may_touch(tx, member, note.unit):
        return Done.NOT_YOURS
    if note.stage is Stage.PUBLISHED:
        return Done.CHANGED
    await tx.run(delete(practices).where(practices.c.id == key))
    await _log(tx, Act.PRACTICE_DROPPED, member, note.unit, now)
    return Done.DONE


async def shown(tx: Tx, today: date) -> tuple[Shown, ...]:
    """What everybody reads on that day, the newest month first; within a month in an order that
    tells nothing.
    """
    published = (practices.c.stage == Stage.PUBLISHED) & (practices.c.month <= today)
    query = select(practices).where(published).order_by(practices.c.month.desc(), practices.c.id)
    rows = await tx.rows(query.limit(MOST_SHOWN))
    return tuple(Shown(row.month, _opened(tx, row).words) for row in rows)


def renewed(keys: Keys, row: Row[Any]) -> Mapping[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    return {"body": keys.reseal(Purpose.STAFF, row.body, _about(row.id))}


async def _allowed(tx: Tx) -> frozenset[str]:
    tree = await units.tree(tx)
    return frozenset(
        unit.id
        for unit in (tree.all if tree is not None else ())
        if unit.kind is not UnitKind.POLICE and not unit.inside_company
    )


async def _may_touch(tx: Tx, member: bytes, unit: str) -> bool:
    return unit in await may_write(tx, member) or unit in await may_publish(tx, member)


async def _held(tx: Tx, key: bytes) -> Note | None:
    row = await tx.row(select(practices).where(practices.c.id == key).with_for_update())
    return _opened(tx, row) if row is not None else None


async def _put(tx: Tx, key: bytes, **values: object) -> None:
    await tx.run(update(practices).where(practices.c.id == key).values(**values))


async def _log(tx: Tx, act: Act, member: bytes, unit: str, now: datetime) -> None:
    await audit.write(tx, act, staff=member, unit=unit, minute=now)


def _cleaned(words: Words) -> dict[Language, str]:
    return {language: clean(words.get(language, "")) for language in Language}


def _sealed(tx: Tx, key: bytes, words: Words, author: bytes) -> bytes:
    told = {"words": _cleaned(words), "author": author.hex()}
    plain = json.dumps(told, ensure_ascii=False).encode()
    return tx.keys.seal(Purpose.STAFF, plain, _about(key), size=_BODY_BYTES)


def _opened(tx: Tx, row: Row[Any]) -> Note:
    told = json.loads(tx.keys.open_sealed(Purpose.STAFF, row.body, _about(row.id)))
    words = {language: told["words"][language] for language in Language}
    author = bytes.fromhex(told["author"])
    return Note(bytes(row.id), row.unit, Stage(row.stage), row.month, words, author)


def _about(key: bytes) -> bytes:
    return b"practice" + bytes(key)


def _order(note: Note) -> tuple[int, date, bytes]:
    return list(Stage).index(note.stage), note.shown_from or date.min, note.id
