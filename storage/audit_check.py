"""Whether the log of what staff did is whole, also at its end.

The chain shows what was changed, moved or taken out between two entries, not what is missing after
the last one. Two things outside the chain know its end: a counter beside it (`audit.AUDIT_END`),
against a slip and the clumsy, and the hourly ledger (`storage.ledger`), whose mark nobody makes
without its key and which lies with the backups, out of reach of who has the database alone.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import audit
from storage.audit import Act, Entry
from storage.crypto import equal
from storage.database import Tx
from storage.keys import Purpose

_MARK_BYTES = 32
_LOOKED_AT = 100


class Fault(StrEnum):
    """What is wrong. CUT: there were entries after the last one; OTHER_END: the entry that stood at
    the end is another one.
    """

    BROKEN = "broken"
    CUT = "cut"
    OTHER_END = "other_end"


@dataclass(frozen=True, slots=True)
class End:
    """How the log ended at `hour` (aware): the number of its last entry, and a keyed mark of what
    that one says (not of its seal, which a rotation changes).
    """

    number: int
    mark: bytes
    hour: datetime


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of a look: how many entries are sound from the first one on; the fault, and the
    number where it is.
    """

    count: int
    fault: Fault | None = None
    at: int = 0


async def end_to_keep(tx: Tx, hour: datetime, kept: End | None) -> End | None:
    """What a ledger of `hour` says of the end: how the log ends now, but what the ledger before it
    said (`kept`) where the log does not reach to that any more: else the next ledger would forget
    what is missing. None for an empty log.
    """
    if kept is not None and await _fault_at_end(tx, kept) is not None:
        return kept
    newest = await audit.entries(tx, limit=1)
    return End(newest[0].number, _marks(tx, newest[0])[0], hour) if newest else None


async def examine(
    tx: Tx, known: End | None = None, told: Callable[[int], None] | None = None
) -> Examined:
    """Look at every entry, and whether the log still reaches to where it did when `known` was kept.
    `told` hears how many more were looked at.
    """
    highest = await audit.highest(tx)
    broken = await audit.broken_at(tx, told)
    if broken is not None:
        fault = Fault.BROKEN if broken <= highest else Fault.CUT
        return Examined(broken - 1, fault, broken)
    fault_at_end = await _fault_at_end(tx, known) if known is not None else None
    if fault_at_end is None or known is None:
        return Examined(highest)
    at = highest + 1 if fault_at_end is Fault.CUT else known.number
    return Examined(at - 1, fault_at_end, at)


async def _fault_at_end(tx: Tx, known: End) -> Fault | None:
    """A restore brings an older end and says so in the log: that is no fault."""
    there = await audit.before(tx, known.number + 1, limit=1)
    if not there or there[0].number < known.number:
        fault = Fault.CUT
    elif not any(equal(mark, known.mark) for mark in _marks(tx, there[0])):
        fault = Fault.OTHER_END
    else:
        return None
    return None if await _restored_since(tx, known.hour) else fault


async def _restored_since(tx: Tx, hour: datetime) -> bool:
    below = 1 << 62
    while found := await audit.before(tx, below, limit=_LOOKED_AT):
        for entry in found:
            if entry.minute < hour:
                return False
            if entry.act is Act.RESTORED:
                return True
        below = found[-1].number
    return False


def _marks(tx: Tx, entry: Entry) -> tuple[bytes, ...]:
    """With the ledger's own key, whose older ones are kept as long as a ledger may need them."""
    told = [
        entry.number,
        entry.act,
        entry.staff.hex() if entry.staff else None,
        entry.tip.hex() if entry.tip else None,
        entry.unit,
        entry.minute.isoformat(),
        entry.note,
    ]
    return tx.keys.macs(Purpose.TOMBSTONES, b"audit end" + json.dumps(told).encode(), _MARK_BYTES)
