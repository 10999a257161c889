"""An industrial park or an area of boarding houses, as the operator entered it."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


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
