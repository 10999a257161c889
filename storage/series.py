"""Who is sent "the first week at work", one message a day: the address, the language, how far it is
and the day of the next message, all sealed in one column of one size.

Its fingerprint has a context of its own, so the row cannot be joined to `subscribers`. A row is
deleted with the last message, when the worker says so, when the chat is gone, and two weeks after
its beginning at the latest; no backup holds one.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from handlers.languages import Language
from storage import leases
from storage.crypto import Unopenable
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.leases import Lease
from storage.padding import joined
from storage.tables import series

DAYS_KEPT = 14
"""A row whose first day lies so far back is deleted, whatever was sent."""
COURSE_BYTES = 256
"""What every course is padded to."""

_CONTEXT = b"first week"


class TooLong(ValueError):
    """An address that is longer than any that a chat app has."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far somebody is: the number of the next message, the first local day on which it may be
    sent, the last one on which anything may.
    """

    address: str = field(repr=False)
    language: Language
    next: int = field(repr=False)
    on: date = field(repr=False)
    ends: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class Followed:
    """A course as it lies in its row. `spread` is a number of 32 bits that stays the same for a
    chat as long as the key does, and that nobody else can tell.
    """

    course: Course
    spread: int = field(repr=False)
    key: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


async def begin(
    tx: Tx, account: int, address: str, language: Language, *, following: int, today: date
) -> None:
    """Send this chat the message of that number tomorrow, and so on; whoever was in the middle
    begins anew. Raises TooLong.
    """
    await stop(tx, account, address)
    key = tx.keys.mac(Purpose.SUBSCRIBERS, _named(account, address))
    ends = today + timedelta(days=DAYS_KEPT)
    course = Course(address, language, following, today + timedelta(days=1), ends)
    sealed = _sealed(tx.keys, key, course)
    await tx.run(insert(series).values(fingerprint=key, account=account, course=sealed))


async def goes_on(tx: Tx, account: int, address: str) -> bool:
    """Whether this chat is in the middle of it."""
    return await tx.row(select(series.c.account).where(_is(tx, account, address))) is not None


async def stop(tx: Tx, account: int, address: str) -> bool:
    """Forget it; False where there was nothing."""
    return await tx.run(delete(series).where(_is(tx, account, address))) > 0


async def of_account(tx: Tx, account: int) -> int:
    """How many chats of an account are in the middle of it."""
    row = await tx.row(select(func.count()).where(series.c.account == account))
    return int(row[0]) if row is not None else 0


async def of_day(tx: Tx, account: int, today: date) -> Sequence[Followed]:
    """Everybody of an account to whom a message may go today, in an order that tells nothing."""
    asked = select(series).where(series.c.account == account).order_by(series.c.fingerprint)
    found = []
    for row in await tx.rows(asked):
        # What no key opens waits for `expire`, and keeps nobody else from their message.
        with suppress(Unopenable):
            found.append(_followed(tx.keys, row))
    return [each for each in found if each.course.on <= today <= each.course.ends]


async def take(
    tx: Tx, lease: Lease, followed: Followed, *, following: int, today: date
) -> Followed | None:
    """Before a message is sent: the next one is that of the number `following`, tomorrow. None
    where the row is not as it was, so somebody stopped it. Raises Lost.

    Whoever dies now has sent once at most: rather none than two.
    """
    await leases.check(tx, lease)
    course = replace(followed.course, next=following, on=today + timedelta(days=1))
    sealed = _sealed(tx.keys, followed.key, course, like=followed.sealed)
    if not await _write(tx, followed, sealed):
        return None
    return replace(followed, course=course, sealed=sealed)


async def give_back(tx: Tx, taken: Followed, before: Followed) -> None:
    """The message certainly did not leave: it may be sent later today."""
    await _write(tx, taken, _sealed(tx.keys, taken.key, before.course, like=taken.sealed))


async def end(tx: Tx, followed: Followed) -> None:
    """That was the last one, or the chat is gone."""
    await tx.run(delete(series).where(_is_still(followed)))


async def expire(tx: Tx, today: date) -> int:
    """Delete what should have ended, and what no key opens; how many rows that were."""
    over = 0
    for row in await tx.rows(select(series)):
        try:
            is_over = _followed(tx.keys, row).course.ends < today
        except Unopenable:
            is_over = True
        if is_over:
            mine = series.c.fingerprint == bytes(row.fingerprint)
            over += await tx.run(delete(series).where(mine))
    return over


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    old = bytes(row.fingerprint)
    course = _opened(keys, old, row.course)
    new = keys.mac(Purpose.SUBSCRIBERS, _named(row.account, course.address))
    return {
        "fingerprint": new,
        "course": keys.reseal(Purpose.SUBSCRIBERS, row.course, _about(old), _about(new)),
    }


async def _write(tx: Tx, followed: Followed, sealed: bytes) -> bool:
    return await tx.run(update(series).where(_is_still(followed)).values(course=sealed)) > 0


def _followed(keys: Keys, row: Row[Any]) -> Followed:
    key, sealed = bytes(row.fingerprint), bytes(row.course)
    return Followed(_opened(keys, key, sealed), int.from_bytes(key[:4]), key, sealed)


def _sealed(keys: Keys, key: bytes, course: Course, like: bytes | None = None) -> bytes:
    told: Mapping[str, str | int] = {
        "address": course.address,
        "language": course.language.value,
        "next": course.next,
        "on": course.on.isoformat(),
        "ends": course.ends.isoformat(),
    }
    plain = json.dumps(told).encode()
    if len(plain) >= COURSE_BYTES:
        raise TooLong
    return keys.seal(Purpose.SUBSCRIBERS, plain, _about(key), size=COURSE_BYTES, like=like)


def _opened(keys: Keys, key: bytes, sealed: bytes) -> Course:
    told = json.loads(keys.open_sealed(Purpose.SUBSCRIBERS, sealed, _about(key)))
    return Course(
        told["address"],
        Language(told["language"]),
        told["next"],
        date.fromisoformat(told["on"]),
        date.fromisoformat(told["ends"]),
    )


def _is_still(followed: Followed) -> ColumnElement[bool]:
    return (series.c.fingerprint == followed.key) & (series.c.course == followed.sealed)


def _is(tx: Tx, account: int, address: str) -> ColumnElement[bool]:
    keys = tx.keys.macs(Purpose.SUBSCRIBERS, _named(account, address))
    return series.c.fingerprint.in_(keys)


def _named(account: int, address: str) -> bytes:
    return joined(_CONTEXT, account.to_bytes(4), address.encode())


def _about(key: bytes) -> bytes:
    return joined(_CONTEXT, key)
