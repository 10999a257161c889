"""The ledger of tombstones: which tips are gone for good, kept beside the backups.

A backup is as old as its night; who deletes a tip in the morning wants it gone from what is
restored in the evening as well. The ledger names no tip: its rows are keyed fingerprints, and
without the key nobody tells one from chance. It carries the wrapped keys of these fingerprints, for
they may have been changed since a backup was made.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select

from storage import audit_check, installation
from storage.audit_check import End
from storage.crypto import equal
from storage.database import Tx
from storage.keys import Keys, MissingKey, Purpose, TwinKeys, WrappedKey, WrongMasterKey
from storage.tables import keyring, tombstones

NAME = "tombstones.ledger"
_FORMAT = 1
_MAC_BYTES = 32
_HOUR = "%Y-%m-%dT%HZ"


class Changed(Exception):
    """The ledger was changed, is no ledger, or belongs to another installation."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """`as_of`: every deletion before this hour is in it. `tombstones`: fingerprints of tips, each
    with its day.
    """

    as_of: datetime
    tombstones: dict[bytes, date] = field(repr=False)


async def write(tx: Tx, now: datetime, before: bytes | None = None) -> bytes:
    """The ledger as it is kept: of the whole hour before `now`, in no telling order. Of the log of
    what staff did it says how that ends; `before` is the ledger that this one replaces.
    """
    kept = _end_in(tx, before) if before is not None else None
    end = await audit_check.end_to_keep(tx, _whole_hour(now), kept)
    keys = await tx.rows(select(keyring).where(keyring.c.purpose == Purpose.TOMBSTONES.value))
    rows = await tx.rows(select(tombstones).order_by(tombstones.c.id))
    told = {
        "format": _FORMAT,
        "as_of": now.astimezone(UTC).strftime(_HOUR),
        "keys": [
            [row.number, base64.b64encode(row.wrapped).decode(), row.current]
            for row in sorted(keys, key=lambda row: row.number)
        ],
        "tombstones": [[bytes(row.id).hex(), row.day.isoformat()] for row in rows],
        "log": [end.number, end.mark.hex(), end.hour.strftime(_HOUR)] if end else None,
    }
    mac = tx.keys.mac(Purpose.TOMBSTONES, _signed(told), _MAC_BYTES)
    return json.dumps({**told, "mac": mac.hex()}, indent=0).encode()


def log_end(tx: Tx, data: bytes) -> End | None:
    """How the log of what staff did ended at the ledger's hour; None where it does not say (an
    earlier version, an empty log). Raises Changed.
    """
    try:
        told = json.loads(data)
        given = bytes.fromhex(told.pop("mac"))
        macs = tx.keys.macs(Purpose.TOMBSTONES, _signed(told), _MAC_BYTES)
        if not any(equal(mac, given) for mac in macs):
            raise Changed
        if told.get("log") is None:
            return None
        number, mark, hour = told["log"]
        return End(number, bytes.fromhex(mark), _read_hour(hour))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Changed from None


def as_of(data: bytes) -> datetime | None:
    """The hour that a ledger claims, unproven; None for what is no ledger."""
    try:
        return _read_hour(json.loads(data)["as_of"])
    except (ValueError, KeyError, TypeError):
        return None


def read(data: bytes, master: bytes, known: list[WrappedKey]) -> tuple[Ledger, Keys]:
    """A ledger that proved to be ours, and keys by which tips are found in it: those of a backup's
    keyring (`known`) and its own. Raises Changed.
    """
    hour = as_of(data)
    try:
        told = json.loads(data)
        given = bytes.fromhex(told.pop("mac"))
        own = [
            WrappedKey(Purpose.TOMBSTONES, number, base64.b64decode(wrapped), current)
            for number, wrapped, current in told["keys"]
        ]
        gone = {bytes.fromhex(key): date.fromisoformat(day) for key, day in told["tombstones"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Changed from None
    keys = _keys(master, known, own)
    macs = keys.macs(Purpose.TOMBSTONES, _signed(told), _MAC_BYTES)
    if hour is None or not any(equal(mac, given) for mac in macs):
        raise Changed
    return Ledger(hour, gone), keys


def holds(gone: dict[bytes, date], keys: Keys, tip: bytes) -> bool:
    """Whether a tip is among those, by whichever key its tombstone was made."""
    return any(mac in gone for mac in keys.macs(Purpose.TOMBSTONES, tip))


def _keys(master: bytes, known: list[WrappedKey], own: list[WrappedKey]) -> Keys:
    """The backup's keys with those of the ledger. Where the master was changed between the two,
    the ledger's do not open, and mostly are the same.
    """
    numbers = {each.number for each in own}
    others = [
        each
        for each in known
        if each.purpose is not Purpose.TOMBSTONES or each.number not in numbers
    ]
    # What the backup calls current is older than what the ledger does.
    older = [
        WrappedKey(each.purpose, each.number, each.wrapped, current=False)
        if each.purpose is Purpose.TOMBSTONES
        else each
        for each in others
    ]
    try:
        return installation.keys_of(master, [*older, *own])
    except (WrongMasterKey, MissingKey, TwinKeys):
        return installation.keys_of(master, known)


def _end_in(tx: Tx, data: bytes) -> End | None:
    try:
        return log_end(tx, data)
    except Changed:
        # Somebody wrote over it, or it is another house's: a new one is made all the same.
        return None


def _whole_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _read_hour(text: str) -> datetime:
    return datetime.strptime(text, _HOUR).replace(tzinfo=UTC)


def _signed(told: dict[str, object]) -> bytes:
    """What the proof is over; no tip's id is that long."""
    plain = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return b"ledger" + hashlib.sha256(plain).digest()
