"""What a process keeps opened in memory between two looks: metadata of tips, letters to desks."""

from asyncio import Lock
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
    as of a stamp of theirs, see `storage.unit_rows`, and as they are today, see `storage.units`.
    Whoever is `loading` what is old holds back the others, who find it fresh then.
    """

    stamp: int = -1
    places: "Places | None" = field(default=None, repr=False)
    units_stamp: int = -1
    bare: "Tree | None" = field(default=None, repr=False)
    today: object = None
    tree: "Tree | None" = field(default=None, repr=False)
    loading: Lock = field(default_factory=Lock, repr=False)

    def copy(self) -> "Atlas":
        """One of its own for a transaction that may change what is kept here."""
        return replace(self, loading=Lock())

    def forget(self, stamp: Stamp) -> None:
        """Something changed, and nobody else knows yet."""
        if stamp is Stamp.MAP:
            self.stamp = -1
            return
        self.today = None
        if stamp is Stamp.UNITS:
            self.units_stamp = -1
