"""The sealed records of tips follow a change of the map: where they are, and nothing else."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from handlers.tips import Status
from storage import record, stored, unit_effects
from storage.chance import shuffled
from storage.database import Tx
from storage.places.changes import Changes
from storage.tables import tips

_BATCH = 200


async def follow(tx: Tx, changes: Changes, today: date, *, is_real: bool) -> tuple[int, int]:
    """How many tips are at places that change, and as it may be told, how many open ones: those of
    `today` do not count, and a few are none, for whoever imports a map never reads tips. Where it
    is real, all records are sealed anew, in an order of chance, also where none changes: two
    backups tell neither which of them say something else than before, nor whether one does. Who
    reads them stays. Raises Unopenable.
    """
    days = {bytes(row.id): row.day for row in await tx.rows(select(tips.c.id, tips.c.day))}
    ids, moved, are_open = list(days), 0, 0
    for some in _batches(ids):
        for tip, known, now in await _read(tx, some, changes):
            if now != known:
                moved += 1
                are_open += known.status is not Status.CLOSED and days[tip] < today
    if is_real:
        for some in _batches(shuffled(ids)):
            for tip, _, now in await _read(tx, some, changes):
                await stored.find_wraps_anew(tx, tip, now.sealed_to)
                await stored.write_sealed(tx, tip, record.seal(tx.keys, tip, now), quiet=True)
    return moved, unit_effects.in_steps(are_open)


async def _read(
    tx: Tx, some: list[bytes], changes: Changes
) -> list[tuple[bytes, record.Record, record.Record]]:
    """These tips in that order: id, record, and the record that it becomes."""
    rows = await tx.rows(select(tips.c.id, tips.c.record).where(tips.c.id.in_(some)))
    by_id = {bytes(row.id): row.record for row in rows}
    found = []
    for tip in some:
        known = record.unseal(tx.keys, tip, by_id[tip])
        place = changes.place(known.place) if known.place is not None else None
        found.append((tip, known, replace(known, place=place)))
    return found


def _batches(ids: list[bytes]) -> list[list[bytes]]:
    return [ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH)]
