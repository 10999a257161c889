"""The tables of places as texts: those that come with the program, or those of a later day."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

NAMES = ("provinces.csv", "communes.csv", "former_units.csv", "type_changes.csv")
AS_OF = "as_of.txt"
"""The file that says of which day the tables are (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The CSV texts of `NAMES` by their names, as the map stood on the day `as_of`."""

    as_of: date
    texts: Mapping[str, str] = field(repr=False)

    def rows(self, name: str) -> Iterator[Mapping[str, str]]:
        """The rows of one table, by its columns."""
        return csv.DictReader(self.texts[name].splitlines())


def packaged() -> Tables:
    """Those that come with the program (its `NOTICE.md` says where they come from)."""
    folder = files("storage").joinpath("data")
    texts = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in NAMES}
    return Tables(packaged_day(), texts)


def packaged_day() -> date:
    """The day of those."""
    day = files("storage").joinpath("data", AS_OF).read_text(encoding="utf-8")
    return date.fromisoformat(day.strip())
