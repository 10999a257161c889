"""What a process keeps opened in memory between two looks: metadata of tips, letters to desks."""

from asyncio import Lock
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from handlers.tree import Tree
from storage.record import Record
from storage.stamps import Stamp

if TYPE_CHECKING:
    from storage.board import Board
    from storage.outbox import Letter
    from storage.places import Places
    from storage.staff import Member
    from storage.staff_rows import Body


@dataclass(slots=True)
class RecordCache:
    """Opened record and filing day by tip id, beside the beginning of the sealed one that tells it
    from every other, as of a count of changes; the lines of lists, of another such count; letters
    by their id, as they were at the last look.
    """

    version: int = -1
    opened: dict[bytes, tuple[bytes, Record, date]] = field(default_factory=dict, repr=False)
    board: "Board | None" = field(default=None, repr=False)
    letters: dict[bytes, "Letter"] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Atlas:
    """The places as of a stamp of the map, see `storage.atlas`; the units as their table has them
    as of a stamp of theirs, see `storage.unit_rows`, with the names `below` one, and as they are
    today, see `storage.units`; the staff, see `storage.staff`, and what was opened of their rows.
    Whoever is `loading` what is old holds back the others, who find it fresh then.
    """

    stamp: int = -1
    places: "Places | None" = field(default=None, repr=False)
    units_stamp: int = -1
    bare: "Tree | None" = field(default=None, repr=False)
    today: object = None
    tree: "Tree | None" = field(default=None, repr=False)
    below: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    staff_as_of: object = None
    staff: "tuple[Member, ...]" = field(default=(), repr=False)
    bodies: "dict[bytes, tuple[bytes, Body]]" = field(default_factory=dict, repr=False)
    loading: Lock = field(default_factory=Lock, repr=False)

    def copy(self) -> "Atlas":
        """One of its own for a transaction that may change what is kept here."""
        return replace(self, loading=Lock())

    def forget(self, stamp: Stamp) -> None:
        """Something changed, and nobody else knows yet."""
        if stamp is Stamp.MAP:
            self.stamp = -1
            return
        if stamp in (Stamp.STAFF, Stamp.DESKS):
            self.staff_as_of = None
        if stamp in (Stamp.UNITS, Stamp.DESKS):
            self.today = None
        if stamp is Stamp.UNITS:
            self.units_stamp = -1
