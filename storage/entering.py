"""Tips that an officer enters for a worker who called, wrote on paper or came by.

Who entered one is nowhere joined to it: the log says that this officer entered a tip, and when, but
not which, and the tip itself is like any other.
"""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.effects import FileTip
from storage import audit, staff, tips, units
from storage.audit import Act
from storage.cases import No, Refusal
from storage.database import Tx
from storage.tips import PictureData


async def may_enter(tx: Tx, officer: bytes) -> bool:
    """Whether they read tips at a desk of the union: the police have their own registers, and what
    comes to them is no tip here.
    """
    return bool(await _desks(tx, officer))


async def file(
    tx: Tx,
    officer: bytes,
    new: FileTip,
    pictures: Sequence[PictureData],
    *,
    day: date,
    due: datetime,
    now: datetime,
) -> Refusal | None:
    """As `tips.file`, by an officer of any desk of the union, who need not read it afterwards.
    Raises as that does.
    """
    desks = await _desks(tx, officer)
    if not desks:
        return Refusal(No.NOT_YOURS)
    await audit.write(tx, Act.ENTERED, staff=officer, unit=min(desks), minute=now)
    await tips.file(tx, new, pictures, day=day, due=due)
    return None


async def _desks(tx: Tx, officer: bytes) -> frozenset[str]:
    reads = await staff.units_read_by(tx, officer)
    return reads - await units.police_among(tx, reads)
