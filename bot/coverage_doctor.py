"""What `doctor` says of places without a desk, and of whatever points to a unit or place that is no
more.
"""

from collections.abc import Sequence

from bot.config import Settings
from bot.findings import Finding
from storage import coverage
from storage.coverage import Gaps
from storage.database import Database
from storage.installation import Installation

_NAMED = 5
"""So many units are named in a line."""


async def look(_: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    """The findings; none before the first import of units."""
    async with database.read() as tx:
        found = await coverage.gaps(tx)
    return [*_findings(found)] if found is not None else []


def _findings(found: Gaps) -> Sequence[Finding]:
    said = []
    if found.tips:
        line = f"coverage: {found.tips} open tips belong to units that are no more."
        said.append(Finding(False, f"{line} Import the units again with these in them."))
    if found.lost:
        named = ", ".join(found.lost[:_NAMED]) + (", …" if len(found.lost) > _NAMED else "")
        line = f"coverage: {len(found.lost)} units cover codes that are no place today: {named}."
        said.append(Finding(False, f"{line} Give them places of today."))
    if found.subscribers:
        line = f"coverage: up to {found.subscribers} subscribers chose places that no unit but the"
        said.append(
            Finding(None, f"{line} highest one covers, and get bulletins of that one only.")
        )
    if found.uncovered:
        line = (
            f"coverage: {found.uncovered} of {found.communes} communes have no desk for some tips"
        )
        line = f"{line} but the highest unit's."
        said.append(Finding(None, f"{line} See: python -m bot coverage --missing"))
    return said or [Finding(True, "coverage: every commune has a desk of its own or its province.")]
