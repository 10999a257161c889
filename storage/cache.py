"""The opened metadata of tips that a process keeps in memory between two looks at the desk."""

from dataclasses import dataclass, field
from datetime import date

from storage.record import Record


@dataclass(slots=True)
class RecordCache:
    """Sealed record, opened record and filing day by tip id, as of a count of changes."""

    version: int = -1
    opened: dict[bytes, tuple[bytes, Record, date]] = field(default_factory=dict, repr=False)
