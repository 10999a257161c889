"""What lies under which key, table by table: what a rotation of a key has to seal anew."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Row, Table, func

from storage import (
    accounts,
    agreements,
    alarms,
    bots,
    desk_codes,
    desk_groups,
    desk_links,
    outbox,
    outlets,
    practices,
    series,
    staff,
    stored,
    subscribers,
    units,
    views,
)
from storage import tables as t
from storage.database import Tx
from storage.keys import Keys, Purpose

Values = Mapping[str, bytes | None]
Renew = Callable[[Tx, Row[Any], datetime], Awaitable[Values | None]]


class Other(StrEnum):
    """What bytes are that no purpose key seals."""

    IN_CLEAR = "in clear"
    """A random id, a public key, a setting of the installation."""
    MASTER = "master key"
    CASE = "case key"
    """The random key of a tip: no rotation reaches it, for the server does not hold it."""
    OWN = "own key"
    """A key of this row alone, which the case key opens: destroyed with the row."""
    UNIT = "unit's pair"
    CODE = "receipt code"
    """Changes when a worker types the code (`storage.tips.renew`)."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """A column that is sealed for `purpose`. `renew` says what a row holds under the current key
    (nothing: it is gone), or None where it has to wait. `alone`: nobody else may write meanwhile.
    """

    purpose: Purpose
    sealed: Column[bytes]
    renew: Renew
    alone: bool = False

    @property
    def table(self) -> Table:
        """Where the column is."""
        return self.sealed.table

    @property
    def key(self) -> Column[Any]:
        """What a row is found by."""
        [key] = self.table.primary_key.columns
        return key


def number_in(sealed: Column[bytes]) -> ColumnElement[bytes]:
    """The byte of a sealed value that holds the number of its key."""
    return func.substr(sealed, 3, 1, type_=LargeBinary)


def _plain(renewed: Callable[[Keys, Row[Any]], Mapping[str, bytes]]) -> Renew:
    async def renew(tx: Tx, row: Row[Any], _: datetime) -> Values:
        return renewed(tx.keys, row)

    return renew


def _tally(keys: Keys, row: Row[Any]) -> Mapping[str, bytes]:
    return {"body": keys.reseal(Purpose.METADATA, row.body, b"tally" + bytes(row.id))}


SEALINGS = (
    Sealing(Purpose.METADATA, t.tips.c.record, stored.renewed),
    Sealing(Purpose.METADATA, t.tallies.c.body, _plain(_tally)),
    Sealing(Purpose.UNITS, t.units.c.private_key, _plain(units.renewed)),
    Sealing(Purpose.STAFF, t.staff.c.body, staff.renewed),
    Sealing(Purpose.STAFF, t.agreements.c.body, _plain(agreements.renewed)),
    Sealing(Purpose.STAFF, t.desk_links.c.body, _plain(desk_links.renewed)),
    Sealing(Purpose.STAFF, t.desk_groups.c.body, _plain(desk_groups.renewed)),
    Sealing(Purpose.STAFF, t.desk_codes.c.body, desk_codes.renewed),
    # Alone, for else somebody writes a letter just then that names an alarm by its old id.
    Sealing(Purpose.STAFF, t.alarms.c.body, alarms.renewed, alone=True),
    Sealing(Purpose.STAFF, t.views.c.body, _plain(views.renewed)),
    Sealing(Purpose.STAFF, t.practices.c.body, _plain(practices.renewed)),
    Sealing(Purpose.LETTERS, t.letters.c.body, outbox.renewed),
    Sealing(Purpose.SUBSCRIBERS, t.subscribers.c.address, _plain(subscribers.renewed)),
    Sealing(Purpose.SUBSCRIBERS, t.series.c.course, _plain(series.renewed)),
    Sealing(Purpose.SUBSCRIBERS, t.outlets.c.body, _plain(outlets.renewed)),
    Sealing(Purpose.ACCOUNTS, t.accounts.c.body, _plain(accounts.renewed)),
    Sealing(Purpose.ACCOUNTS, t.bots.c.body, _plain(bots.renewed)),
)
"""All that is sealed row by row. The log of what staff did is a chain: `storage.audit.reseal`."""

HOLDS: Mapping[str, Purpose | Other] = {
    "accounts.body": Purpose.ACCOUNTS,
    "accounts.holder": Other.IN_CLEAR,
    "agreements.body": Purpose.STAFF,
    "agreements.id": Other.IN_CLEAR,
    "alarms.body": Purpose.STAFF,
    "alarms.id": Purpose.STAFF,
    "alarms.staff": Other.IN_CLEAR,
    "approvals.staff": Other.IN_CLEAR,
    "audit.body": Purpose.AUDIT,
    "audit.previous": Other.IN_CLEAR,
    "bots.body": Purpose.ACCOUNTS,
    "bulletins.author": Other.IN_CLEAR,
    "chunks.body": Other.CASE,
    "chunks.id": Other.IN_CLEAR,
    "chunks.tip": Other.IN_CLEAR,
    "desk_codes.body": Purpose.STAFF,
    "desk_codes.id": Purpose.STAFF,
    "desk_groups.body": Purpose.STAFF,
    "desk_groups.fingerprint": Purpose.STAFF,
    "desk_groups.id": Other.IN_CLEAR,
    "desk_links.body": Purpose.STAFF,
    "desk_links.id": Purpose.STAFF,
    "desk_links.staff": Other.IN_CLEAR,
    "grants.staff": Other.IN_CLEAR,
    "instance.value": Other.IN_CLEAR,
    "keyring.wrapped": Other.MASTER,
    "knocks.body": Other.OWN,
    "knocks.key": Other.CASE,
    "knocks.tip": Other.IN_CLEAR,
    "law_changes.staff": Other.IN_CLEAR,
    "letters.body": Purpose.LETTERS,
    "letters.id": Purpose.LETTERS,
    "outlets.body": Purpose.SUBSCRIBERS,
    "outlets.fingerprint": Purpose.SUBSCRIBERS,
    "parts.body": Other.CASE,
    "parts.id": Other.IN_CLEAR,
    "parts.tip": Other.IN_CLEAR,
    "place_tables.body": Other.IN_CLEAR,
    "practices.body": Purpose.STAFF,
    "practices.id": Other.IN_CLEAR,
    "released_texts.staff": Other.IN_CLEAR,
    "rings.id": Other.IN_CLEAR,
    "series.course": Purpose.SUBSCRIBERS,
    "series.fingerprint": Purpose.SUBSCRIBERS,
    "slices.holder": Other.IN_CLEAR,
    "staff.body": Purpose.STAFF,
    "staff.enrolment": Purpose.STAFF,
    "staff.id": Other.IN_CLEAR,
    "staff.login": Purpose.STAFF,
    "subscribers.address": Purpose.SUBSCRIBERS,
    "subscribers.fingerprint": Purpose.SUBSCRIBERS,
    "tallies.body": Purpose.METADATA,
    "tallies.id": Other.IN_CLEAR,
    "tips.bell": Other.CASE,
    "tips.id": Other.IN_CLEAR,
    "tips.locator": Other.CODE,
    "tips.record": Purpose.METADATA,
    "tips.reporter": Other.CODE,
    "tips.reporter_wrap": Other.CODE,
    "tombstones.id": Purpose.TOMBSTONES,
    "units.private_key": Purpose.UNITS,
    "units.public_key": Other.IN_CLEAR,
    "versions.author": Other.IN_CLEAR,
    "views.body": Purpose.STAFF,
    "views.staff": Other.IN_CLEAR,
    "wraps.body": Other.UNIT,
    "wraps.id": Purpose.METADATA,
    "wraps.tip": Other.IN_CLEAR,
}
"""Every column of bytes, and what its bytes are made with; a test looks whether one is missing."""
