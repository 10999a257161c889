"""Channels and groups that receive a unit's bulletins; where they are is sealed."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, update

from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.subscriptions import mask_of, topics_of
from storage.database import Tx
from storage.keys import Keys, Purpose
from storage.tables import outlets
from storage.unit_rows import MOST_NAMED

ALL_TOPICS = frozenset(Topic)
_LANGUAGES = tuple(Language)


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel or group (`kind`) that account `account` may post to. `hold_doubt`: what may have
    arrived waits for a person's word. `gone`: the app does not let us in any more.
    """

    id: int
    account: int
    unit: str
    kind: str
    title: str = field(repr=False)
    language: Language
    topics: frozenset[Topic]
    hold_doubt: bool
    gone: bool


async def add(
    tx: Tx,
    account: int,
    unit: str,
    kind: str,
    address: str,
    title: str,
    *,
    language: Language = Language.VI,
) -> Outlet:
    """Let `unit` post there, on all topics, with doubts held. One place is one unit's: it leaves
    the unit that it belonged to, and what was gone is back.
    """
    key = tx.keys.mac(Purpose.SUBSCRIBERS, _named(account, address))
    values = {
        "account": account,
        "unit": unit,
        "kind": kind,
        "fingerprint": key,
        "body": _sealed(tx, key, address, title),
        "language": _LANGUAGES.index(language),
        "topics": mask_of(ALL_TOPICS),
        "hold_doubt": True,
        "gone": False,
    }
    if not await tx.run(update(outlets).where(_is(tx, account, address)).values(**values)):
        await tx.run(insert(outlets).values(**values))
    [made] = await _found(tx, select(outlets).where(outlets.c.fingerprint == key))
    return made


async def by_id(tx: Tx, outlet: int) -> Outlet | None:
    """The outlet with this number."""
    found = await _found(tx, select(outlets).where(outlets.c.id == outlet))
    return found[0] if found else None


async def by_address(tx: Tx, account: int, address: str) -> Outlet | None:
    """The outlet that this chat is."""
    found = await _found(tx, select(outlets).where(_is(tx, account, address)))
    return found[0] if found else None


async def of_units(tx: Tx, units: Collection[str]) -> tuple[Outlet, ...]:
    """The outlets of these units, the oldest first, those that are gone too."""
    asked = select(outlets)
    # More names than a database takes in one statement: a whole country has fewer outlets.
    if len(units) <= MOST_NAMED:
        asked = asked.where(outlets.c.unit.in_(units))
    wanted = frozenset(units)
    return tuple(each for each in await _found(tx, asked) if each.unit in wanted)


async def by_unit(tx: Tx) -> Mapping[str, int]:
    """How many outlets each unit has that can still be reached."""
    asked = select(outlets.c.unit, func.count().label("many")).where(outlets.c.gone.is_(False))
    return {row.unit: row.many for row in await tx.rows(asked.group_by(outlets.c.unit))}


async def for_sending(tx: Tx, units: Collection[str], topic: Topic) -> tuple[Outlet, ...]:
    """The outlets of these units that a bulletin on this topic is posted to."""
    return await _found(
        tx,
        select(outlets).where(
            outlets.c.unit.in_(units),
            outlets.c.topics.bitwise_and(mask_of(frozenset({topic}))) != 0,
            outlets.c.gone.is_(False),
        ),
    )


async def address_of(tx: Tx, outlet: int) -> str | None:
    """The id of its chat at the app. Raises Unopenable."""
    row = await tx.row(select(outlets).where(outlets.c.id == outlet))
    return _body(tx, row)["address"] if row is not None else None


async def choose(
    tx: Tx, outlet: int, *, language: Language, topics: frozenset[Topic], hold_doubt: bool
) -> bool:
    """Set what is posted there, and how; False when it is not there any more."""
    values = {
        "language": _LANGUAGES.index(language),
        "topics": mask_of(topics),
        "hold_doubt": hold_doubt,
    }
    return await tx.run(update(outlets).where(outlets.c.id == outlet).values(**values)) > 0


async def move(tx: Tx, account: int, address: str, to: str) -> bool:
    """The app gave the group another id; False for one that is no outlet, or moved already."""
    known = await by_address(tx, account, address)
    if known is None or await by_address(tx, account, to) is not None:
        return False
    key = tx.keys.mac(Purpose.SUBSCRIBERS, _named(account, to))
    values = {"fingerprint": key, "body": _sealed(tx, key, to, known.title)}
    await tx.run(update(outlets).where(outlets.c.id == known.id).values(**values))
    return True


async def set_gone(tx: Tx, outlet: int, *, gone: bool = True) -> bool:
    """Keep that the app does not let us in, or does again; False when that was known."""
    changed = (outlets.c.id == outlet) & outlets.c.gone.is_(not gone)
    return await tx.run(update(outlets).where(changed).values(gone=gone)) > 0


async def remove(tx: Tx, outlet: int) -> bool:
    """Forget an outlet; False when it is not there."""
    return await tx.run(delete(outlets).where(outlets.c.id == outlet)) > 0


def renewed(keys: Keys, row: Row[Any]) -> dict[str, bytes]:
    """What a row holds under the current keys, for a rotation. Raises Unopenable."""
    about = _about(bytes(row.fingerprint))
    told = json.loads(keys.open_sealed(Purpose.SUBSCRIBERS, row.body, about))
    new = keys.mac(Purpose.SUBSCRIBERS, _named(row.account, told["address"]))
    body = keys.reseal(Purpose.SUBSCRIBERS, row.body, about, _about(new))
    return {"fingerprint": new, "body": body}


async def _found(tx: Tx, asked: Select[Any]) -> tuple[Outlet, ...]:
    return tuple(_opened(tx, row) for row in await tx.rows(asked.order_by(outlets.c.id)))


def _opened(tx: Tx, row: Row[Any]) -> Outlet:
    return Outlet(
        id=row.id,
        account=row.account,
        unit=row.unit,
        kind=row.kind,
        title=_body(tx, row)["title"],
        language=_LANGUAGES[row.language],
        topics=topics_of(row.topics)[0],
        hold_doubt=row.hold_doubt,
        gone=row.gone,
    )


def _body(tx: Tx, row: Row[Any]) -> dict[str, str]:
    about = _about(bytes(row.fingerprint))
    told: dict[str, str] = json.loads(tx.keys.open_sealed(Purpose.SUBSCRIBERS, row.body, about))
    return told


def _sealed(tx: Tx, key: bytes, address: str, title: str) -> bytes:
    plain = json.dumps({"address": address, "title": title}).encode()
    return tx.keys.seal(Purpose.SUBSCRIBERS, plain, _about(key))


def _is(tx: Tx, account: int, address: str) -> ColumnElement[bool]:
    return outlets.c.fingerprint.in_(tx.keys.macs(Purpose.SUBSCRIBERS, _named(account, address)))


def _named(account: int, address: str) -> bytes:
    return b"outlet" + account.to_bytes(4) + address.encode()


def _about(key: bytes) -> bytes:
    return b"outlet" + key
