"""A place of Viet Nam as everybody in the house passes it around."""

import re
from dataclasses import dataclass
from enum import StrEnum

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


class Why(StrEnum):
    """Why a place is among those that a text may mean.

    The name of today; a former name of all of it; a former unit that is several today, or one of
    these; a park of the operator; else the way the name had to be guessed: an abbreviation, the
    keys of Telex or VNI, missing spaces, words around the name left out, its beginning, one wrong
    letter.
    """

    EXACT = "exact"
    FORMER = "former"
    SPLIT = "split"
    PIECE = "piece"
    PARK = "park"
    ALIAS = "alias"
    KEYS = "telex"
    SPACES = "spaces"
    NOISE = "noise"
    PREFIX = "prefix"
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Found:
    """One place that a text may mean. `type` is its type word in small letters (`phường`)."""

    place: Place
    type: str
    why: Why


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text may mean, likeliest first. `is_certain` says that there is one place, and that it
    may be taken without asking; a single place that is not certain is asked back ("did you mean
    …?"). `has_more` says that there are further meanings, which a district or province would tell
    apart.
    """

    found: tuple[Found, ...] = ()
    is_certain: bool = False
    has_more: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        """The places alone."""
        return tuple(found.place for found in self.found)
