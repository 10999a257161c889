"""An industrial park or an area of boarding houses, as the operator entered it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_KIND_WORDS = re.compile(
    r"^(?:kcnc|kcn|kcx|ccn|kkt|khu cong nghe cao|khu cong nghiep|khu che xuat|cum cong nghiep"
    r"|khu kinh te|khu nha tro|khu tro)\b"
)


class ParkKind(StrEnum):
    """What sort of area it is: an industrial park, an export processing zone, a high-tech park, an
    industrial cluster, an economic zone, or an area of boarding houses.
    """

    KCN = "kcn"
    KCX = "kcx"
    KCNC = "kcnc"
    CCN = "ccn"
    KKT = "kkt"
    KHU_TRO = "khu_tro"


@dataclass(frozen=True, slots=True)
class Park:
    """One area: its name with the type word (`KCN Tân Phú Thạnh`), other names that people type,
    and the official codes of the communes of today that it lies in, all of one province.
    """

    id: str
    kind: ParkKind
    name: str
    communes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    source: str = field(default="", repr=False)
    checked_on: date | None = None


def bare(folded: str) -> str:
    """A folded name without the word for the kind of area before it."""
    return _KIND_WORDS.sub("", folded).strip()


def within(parks: Iterable[Park], scope: Iterable[str]) -> tuple[Park, ...]:
    """The parks all of whose communes a bulletin's scope names one by one (`PP/CCCCC`)."""
    named = {code.rpartition("/")[2] for code in scope if "/" in code}
    return tuple(park for park in parks if park.communes and named.issuperset(park.communes))
