"""What `doctor` says of places without a desk, and of what points into the void."""

import json
from dataclasses import replace

from sqlalchemy import update

from bot import coverage_doctor
from bot.findings import Finding
from handlers.bulletins import Topic
from handlers.roles import Role
from handlers.subscriptions import Subscription
from storage import coverage, stamps, stored, subscribers, units
from storage.atlas import of_the_program
from storage.database import Database
from storage.stamps import Stamp
from storage.tables import units as rows
from tests import desk_world
from tests.bot.test_desk_coverage import UNITS
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of


async def findings(made: Database) -> list[Finding]:
    async with made.read() as tx:
        found = await coverage.gaps(tx)
    assert found is not None
    return [*coverage_doctor._findings(found)]


async def test_communes_that_only_the_highest_unit_reads_are_counted(database_url: str) -> None:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        await desk_world.add(made, "tp", ("city", Role.OFFICER))
        [hint] = await findings(made)
    assert hint.well is None
    assert "3153 of 3321 communes" in hint.line
    assert "coverage --missing" in hint.line


async def test_it_is_content_where_every_province_has_a_desk(database_url: str) -> None:
    async with desk_world.database(database_url) as made:
        everywhere = frozenset(of_the_program().provinces)
        wide = [replace(each, places=everywhere) if each.id == "city" else each for each in UNITS]
        async with made.write() as tx:
            await units.import_all(tx, wide, may_remove=True)
        await desk_world.add(made, "tp", ("city", Role.OFFICER))
        [well] = await findings(made)
    assert (well.well, "every commune" in well.line) == (True, True)


async def test_what_points_into_the_void_is_named(database_url: str) -> None:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
            chosen = Subscription(frozenset({Topic.WAGES}), places=("01",))
            await subscribers.keep(tx, 1, "1", chosen, NOW.date())
        tip = await file(made, new_tip("ward"))
        known = await record_of(made, tip)
        async with made.write() as tx:
            await stored.write_record(tx, tip, replace(known, unit="gone"))
            lost = json.dumps(["99999"])
            await tx.run(update(rows).where(rows.c.id == "empty").values(places=lost))
            await stamps.renew(tx, Stamp.UNITS)
        said = await findings(made)
    lines = [(each.well, each.line) for each in said]
    assert lines[0][0] is False
    assert "1 open tips belong to units that are no more" in lines[0][1]
    assert lines[1][0] is False
    assert "1 units cover codes that are no place today: empty" in lines[1][1]
    assert lines[2][0] is None
    assert "up to 10 subscribers" in lines[2][1]


async def test_nobody_is_asked_about_places_before_there_are_units(database_url: str) -> None:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await tx.run(rows.delete())
            await stamps.renew(tx, Stamp.UNITS)
        async with made.read() as tx:
            assert await coverage.gaps(tx) is None
