"""What a process keeps opened in memory between two looks: metadata of tips, letters to desks."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from storage.record import Record

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
    """The places as of a stamp of the map; see `storage.atlas`."""

    stamp: int = -1
    places: "Places | None" = field(default=None, repr=False)
