"""What a process keeps opened in memory between two looks: metadata of tips, letters to desks."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from storage.record import Record

if TYPE_CHECKING:
    from storage.outbox import Letter


@dataclass(slots=True)
class RecordCache:
    """Sealed record, opened record and filing day by tip id, as of a count of changes; letters by
    their id, as they were at the last look.
    """

    version: int = -1
    opened: dict[bytes, tuple[bytes, Record, date]] = field(default_factory=dict, repr=False)
    letters: dict[bytes, "Letter"] = field(default_factory=dict, repr=False)
