"""An installation as large as the country: 25,000 units, 3,000 people at their desks, some tips."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from handlers.roles import Role
from handlers.routing import UnitKind
from storage import installation, staff, units
from storage.crypto import new_master
from storage.database import Database
from storage.tables import metadata
from tests import databases, national
from tests.desk_world import NOW, file_tip

PEOPLE = 3_000
TOP = {
    "truong": Role.LEAD,
    "top": Role.ADMINISTRATOR,
    "kiem": Role.AUDITOR,
    "viet": Role.AUTHOR,
    "duyet": Role.APPROVER,
    "xem": Role.OBSERVER,
}
"""Who works at the highest unit: log-in names and roles."""


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    """The country; SQLite has it once for all tests of a process."""
    master = await databases.prepare(url, fill)
    made = Database(url)
    try:
        await installation.open_with(made, master)
        yield made
    finally:
        await made.close()


async def fill(url: str) -> bytes:
    """Make it in an empty database; its master key."""
    made, master = Database(url), new_master()
    try:
        async with made.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await installation.make(made, master, demo=True)
        await installation.open_with(made, master)
        async with made.write() as tx:
            await units.import_all(tx, national.units(), at_once=True)
        async with made.write() as tx:
            for login, role in TOP.items():
                await staff.add(tx, login, f"Người {login}", {("tong", role)}, NOW)
            for number, unit in enumerate(_desks()):
                held = {(unit, Role.OFFICER if number % 3 else Role.LEAD)}
                await staff.add(tx, f"nguoi.{number}", f"Người thứ {number}", held, NOW)
        for unit in ("tong", *_desks()[:4]):
            await file_tip(made, unit)
    finally:
        await made.close()
    return master


def _desks() -> list[str]:
    """Where the others work: all provinces, and communes, parks and companies as it comes."""
    unions = [each.id for each in national.units() if each.kind is UnitKind.UNION]
    first = [each for each in unions if each.startswith("ld-")]
    rest = random.Random(9).sample(unions, PEOPLE)
    return [*first, *(each for each in rest if each not in first and each != "tong")][
        : PEOPLE - len(TOP)
    ]
