"""The bell: real rings and decoys as equal rows, shown at the two changes of a day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from handlers import bell
from handlers.bell import CHANGES_AT, Change, Listed
from storage.chance import random_choice, random_digits, random_id
from storage.database import Tx
from storage.tables import counters, rings

DIGITS = 5
DECOYS_DRAWN = "decoys"
"""The counter that holds the day (its ordinal) on which decoys were drawn last; 0 is never."""


async def ring(tx: Tx, number: str, local: datetime) -> None:
    """Let `number` appear at the next change after `local` (aware, local time); a decoy with it, so
    that at every moment there is one for two real numbers at least.
    """
    at = bell.next_change(local)
    beside = await _standing(tx, at)
    # Rung twice in half a day, or drawn as a decoy before, it is one row and tells nothing.
    if number in beside:
        return
    await _insert(tx, number, at)
    if bell.needs_decoy(len(beside)):
        await _draw_decoy(tx, at)


async def listed(tx: Tx, local: datetime) -> Listed:
    """The list as it stands at `local`; no order tells when a number was rung."""
    last = bell.last_change(local)
    found = await tx.rows(
        select(rings.c.number)
        .where(rings.c.day >= bell.oldest_shown(local), ~_later(last))
        .distinct()
    )
    return Listed(last, tuple(sorted(row.number for row in found)))


async def shown(tx: Tx, local: datetime) -> tuple[str, ...]:
    """The numbers of that list."""
    return (await listed(tx, local)).numbers


async def draw(tx: Tx, local: datetime) -> bool:
    """Once a day: draw the decoys and take out old rings. False when it was done today.

    The first time, decoys are drawn for every day that the list goes back, and shown at once: an
    empty list would tell the first real ring, and a full one drawn on one day would end on one.
    """
    today = local.date()
    row = await tx.row(
        select(counters.c.value).where(counters.c.name == DECOYS_DRAWN).with_for_update()
    )
    drawn = row.value if row is not None else 0
    if drawn >= today.toordinal():
        return False
    oldest = bell.oldest_shown(local)
    await tx.run(delete(rings).where(rings.c.day < oldest))
    missed = max(oldest, date.fromordinal(drawn + 1) if drawn else oldest)
    for past in range((today - missed).days):
        await _draw_for(tx, missed + timedelta(days=past), CHANGES_AT, bell.DECOYS_A_DAY)
    coming = bell.next_change(local)
    hours = [hour for hour in CHANGES_AT if hour >= coming.hour]
    await _draw_for(tx, coming.day, hours, bell.DECOYS_A_DAY)
    await tx.run(
        update(counters).where(counters.c.name == DECOYS_DRAWN).values(value=today.toordinal())
    )
    return True


async def _draw_for(tx: Tx, day: date, hours: Sequence[int], count: int) -> None:
    for _ in range(count):
        await _draw_decoy(tx, Change(day, random_choice(hours)))


async def _draw_decoy(tx: Tx, at: Change) -> None:
    """A number that does not come with the same change already: two equal rows would tell that one
    of them is none.
    """
    beside = await _standing(tx, at)
    while (number := random_digits(DIGITS)) in beside:
        continue
    await _insert(tx, number, at)


async def _standing(tx: Tx, at: Change) -> frozenset[str]:
    """The numbers that come with one change."""
    same = select(rings.c.number).where(rings.c.day == at.day, rings.c.hour == at.hour)
    return frozenset(row.number for row in await tx.rows(same))


def _later(last: Change) -> ColumnElement[bool]:
    return or_(rings.c.day > last.day, and_(rings.c.day == last.day, rings.c.hour > last.hour))


async def _insert(tx: Tx, number: str, at: Change) -> None:
    await tx.run(insert(rings).values(id=random_id(), number=number, day=at.day, hour=at.hour))
