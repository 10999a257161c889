"""A place of Viet Nam as everybody in the house passes it around."""

import re
from dataclasses import dataclass

_TYPE = re.compile(
    "(?:Thành phố|Đặc khu|Thị trấn|Thị xã|Phường|Huyện|Quận|Tỉnh|Xã) (?=.)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Place:
    """One current province or commune, or a former unit that covers several.

    `code` is the official code (two digits: a province; five: a commune), or the empty string for a
    former unit. `codes` are the current communes that it covers; `name` carries the type word
    (`Phường Bàn Thạch`); `province` is the province's name with its type word, `province_code` its
    code.
    """

    code: str
    name: str
    province_code: str
    province: str
    codes: tuple[str, ...] = ()

    @property
    def bare_name(self) -> str:
        """The name without its type word, by which lists are sorted."""
        return self.name[found.end() :] if (found := _TYPE.match(self.name)) else self.name

    @property
    def label(self) -> str:
        """The full name with the province, as a person reads it."""
        return self.name if self.name == self.province else f"{self.name}, {self.province}"
