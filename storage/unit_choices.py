"""What a unit chose by itself; an import of the operator's table leaves it as it is."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from handlers.doorway import cases
from storage.database import Tx
from storage.tables import unit_choices


async def page_first(tx: Tx) -> Mapping[str, frozenset[str]]:
    """For which cases units want the private page offered first; those that never chose are left
    out.
    """
    rows = await tx.rows(select(unit_choices))
    return {row.unit: cases(frozenset(row.page_first.split(","))) for row in rows}


async def choose_page_first(tx: Tx, unit: str, wanted: frozenset[str]) -> None:
    """Offer the page for these cases, perhaps for none; what is no case is left out."""
    await tx.run(delete(unit_choices).where(unit_choices.c.unit == unit))
    told = ",".join(sorted(cases(wanted)))
    await tx.run(insert(unit_choices).values(unit=unit, page_first=told))
