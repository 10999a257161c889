"""The minimum wage of each region, and until when it is the one that counts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Region(StrEnum):
    """The four regions of the minimum wage; a commune belongs to one of them."""

    I = "1"  # noqa: E741 - so the decree calls it
    II = "2"
    III = "3"
    IV = "4"

    @property
    def roman(self) -> str:
        """As it is written: `IV`."""
        return self.name


@dataclass(frozen=True, slots=True)
class Least:
    """The least wage in đồng, of a month and of an hour."""

    month: int
    hour: int


LEAST = {
    Region.I: Least(5_310_000, 25_500),
    Region.II: Least(4_730_000, 22_700),
    Region.III: Least(4_140_000, 20_000),
    Region.IV: Least(3_700_000, 17_800),
}
"""Decree 293/2025/NĐ-CP, art. 3, for 2026."""
YEAR = 2026
LAST_DAY = date(2026, 12, 31)
"""The last day for which these were checked; what follows them was not known then."""


def ran_out(today: date) -> bool:
    """Whether these are last year's, because nobody has entered newer ones."""
    return today > LAST_DAY
