"""One-time codes: a group becomes a desk or an outlet, an account that of a member of staff, a
chat where they are rung.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select

from storage.chance import link_code
from storage.database import Tx
from storage.keys import Purpose
from storage.tables import desk_codes

CODE_HOURS = 24
_GROUP = 4
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class CodeKind(StrEnum):
    """What a code links."""

    GROUP = "group"
    ACCOUNT = "account"
    OUTLET = "outlet"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class _Body:
    """What is sealed: `about` is a unit's id, or a member's in hex."""

    kind: CodeKind
    about: str
    until: datetime = field(repr=False)


async def make(tx: Tx, kind: CodeKind, about: str, now: datetime) -> str:
    """A new code as it is shown, once; it lives 24 hours. An older one for the same is void."""
    for row in await tx.rows(select(desk_codes)):
        body = _opened(tx, row.id, row.body)
        if body.until <= now or (body.kind, body.about) == (kind, about):
            await tx.run(delete(desk_codes).where(desk_codes.c.id == row.id))
    code = link_code()
    key = tx.keys.mac(Purpose.STAFF, _named(code))
    told = {
        "kind": kind,
        "about": about,
        "until": (now.astimezone(UTC) + timedelta(hours=CODE_HOURS)).isoformat(timespec="minutes"),
    }
    sealed = tx.keys.seal(Purpose.STAFF, json.dumps(told).encode(), _about(key))
    await tx.run(insert(desk_codes).values(id=key, body=sealed))
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


async def use(tx: Tx, kind: CodeKind, typed: str, now: datetime) -> str | None:
    """What the code is about, and then it is gone; None for a wrong, used or old one."""
    found = await _living(tx, kind, typed, now)
    if found is None:
        return None
    # Of two who type it at once, one takes the row out.
    used = await tx.run(delete(desk_codes).where(desk_codes.c.id == found[0]))
    return found[1] if used == 1 else None


async def holds(tx: Tx, kind: CodeKind, typed: str, now: datetime) -> bool:
    """Whether `use` would take this code; it stays."""
    return await _living(tx, kind, typed, now) is not None


async def drop(tx: Tx, kind: CodeKind, about: str) -> None:
    """Void the code for this group or account, if there is one."""
    for row in await tx.rows(select(desk_codes)):
        body = _opened(tx, row.id, row.body)
        if (body.kind, body.about) == (kind, about):
            await tx.run(delete(desk_codes).where(desk_codes.c.id == row.id))


async def renewed(tx: Tx, row: Row[Any], now: datetime) -> dict[str, bytes] | None:
    """For a rotation: a code that still lives keeps its key, for it is stored nowhere (None); an
    old one is taken out. Raises Unopenable.
    """
    if _opened(tx, row.id, row.body).until > now:
        return None
    await tx.run(delete(desk_codes).where(desk_codes.c.id == row.id))
    return {}


async def _living(tx: Tx, kind: CodeKind, typed: str, now: datetime) -> tuple[bytes, str] | None:
    """The key of the code's row, and what it is about."""
    keys = tx.keys.macs(Purpose.STAFF, _named(typed.upper().translate(_ALIKE)))
    row = await tx.row(select(desk_codes).where(desk_codes.c.id.in_(keys)))
    if row is None:
        return None
    body = _opened(tx, row.id, row.body)
    return None if body.kind is not kind or body.until <= now else (bytes(row.id), body.about)


def _opened(tx: Tx, key: bytes, body: bytes) -> _Body:
    told = json.loads(tx.keys.open_sealed(Purpose.STAFF, body, _about(key)))
    until = datetime.fromisoformat(told["until"])
    return _Body(CodeKind(told["kind"]), told["about"], until)


def _named(code: str) -> bytes:
    return b"desk code" + code.encode()


def _about(key: bytes) -> bytes:
    return b"desk code" + bytes(key)
