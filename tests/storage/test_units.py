"""Units in the database: imported as a whole, with keys that stay while somebody needs them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from handlers.agreements import Agreement
from handlers.bulletins import Stage
from handlers.roles import Role
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category
from storage import (
    accounts,
    agreements,
    alarms,
    bots,
    bulletins,
    stamps,
    stored,
    tips,
    unit_choices,
    unit_rules,
    unit_uses,
    units,
)
from storage.chance import random_bytes
from storage.crypto import CaseKey, Unopenable, new_pair
from storage.database import Database
from storage.stamps import Stamp
from storage.tables import bots as bots_table
from storage.tables import bulletins as bulletins_table
from storage.tables import units as units_table
from storage.unit_rules import Topic
from storage.unit_uses import Use
from storage.units import Imported, StillUsed
from tests import desk_world
from tests.desk_world import NOW
from tests.planning_world import CONTENT
from tests.staff_world import enrolled
from tests.tip_world import file, new_tip

ROOT = Unit("root", None, UnitKind.UNION, "Tổng liên đoàn")
NORTH = Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc")
PARK = Unit("north-park", "north", UnitKind.UNION, "Công đoàn khu công nghiệp")
SOUTH = Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def bring(made: Database, *brought: Unit, may_remove: bool = False) -> Imported:
    async with made.write() as tx:
        return await units.import_all(tx, brought, may_remove=may_remove)


async def tree(made: Database) -> Tree:
    async with made.read() as tx:
        found = await units.tree(tx)
    assert found is not None
    return found


async def keys(made: Database) -> dict[str, tuple[bytes, bytes]]:
    async with made.read() as tx:
        rows = await tx.rows(select(units_table))
    return {row.id: (row.public_key, row.private_key) for row in rows}


async def test_every_field_of_a_unit_comes_back(made: Database) -> None:
    police = Unit(
        "police",
        "root",
        UnitKind.POLICE,
        "Công an phường",
        places=frozenset({"25747", "79"}),
        categories=frozenset({Category.LOANS, Category.THEFT}),
        inside_company=False,
        conflicts=frozenset({"south"}),
        hours="Cả ngày",
        contact="113",
    )
    inside = Unit("inside", "south", UnitKind.UNION, "Cơ sở", inside_company=True)
    assert await bring(made, ROOT, NORTH, PARK, SOUTH, police, inside) == Imported(2, 0, 0)
    found = {unit.id: unit for unit in (await tree(made)).all}
    assert (found["police"], found["inside"]) == (police, inside)


async def test_a_unit_has_a_desk_while_an_officer_or_a_lead_is_there(made: Database) -> None:
    await desk_world.add(made, "mot", ("north", Role.OFFICER))
    await desk_world.add(made, "hai", ("south", Role.LEAD))
    await desk_world.add(made, "ba", ("root", Role.ADMINISTRATOR), ("root", Role.AUTHOR))
    desks = {unit.id for unit in (await tree(made)).all if unit.has_desk}
    assert desks == {"north", "south"}


async def test_a_unit_has_an_alarm_while_one_of_its_officers_can_be_rung(made: Database) -> None:
    officer = await enrolled(made, "mot", ("north", Role.OFFICER))
    await desk_world.add(made, "hai", ("south", Role.LEAD))
    async with made.write() as tx:
        await accounts.add(tx, "push", "webpush", "key")
        alarm = await alarms.add_browser(tx, officer.id, "browser")
    assert alarm is not None
    assert {unit.id for unit in (await tree(made)).all if unit.has_alarm} == {"north"}
    async with made.write() as tx:
        await alarms.unlink(tx, alarm.id)
    assert not any(unit.has_alarm for unit in (await tree(made)).all)


async def test_an_import_changes_what_changed_and_keeps_the_keys(made: Database) -> None:
    before = await keys(made)
    assert await bring(made, ROOT, NORTH, PARK, SOUTH) == Imported(0, 0, 0)
    renamed = replace(NORTH, name="Công đoàn miền bắc")
    assert await bring(made, ROOT, renamed, PARK, SOUTH) == Imported(0, 1, 0)
    assert await keys(made) == before
    async with made.read() as tx:
        assert await units.name_of(tx, "north") == "Công đoàn miền bắc"
        assert await units.name_of(tx, "long-gone") == "long-gone"


async def test_a_unit_that_is_left_out_is_removed_only_when_asked_for(made: Database) -> None:
    with pytest.raises(StillUsed, match="south"):
        await bring(made, ROOT, NORTH, PARK)
    assert "south" in await keys(made)
    assert await bring(made, ROOT, NORTH, PARK, may_remove=True) == Imported(0, 0, 1)
    assert "south" not in await keys(made)


async def test_a_unit_with_staff_is_never_removed(made: Database) -> None:
    await desk_world.add(made, "nam", ("south", Role.AUTHOR))
    with pytest.raises(StillUsed, match="south"):
        await bring(made, ROOT, NORTH, PARK, may_remove=True)


async def test_the_only_key_to_a_tip_is_never_thrown_away(made: Database) -> None:
    new = new_tip("south")
    await file(made, new)
    with pytest.raises(StillUsed, match="south"):
        await bring(made, ROOT, NORTH, PARK, may_remove=True)
    async with made.write() as tx:
        await tips.remove(tx, new.key, day=NOW.date())
    assert await bring(made, ROOT, NORTH, PARK, may_remove=True) == Imported(0, 0, 1)


async def test_a_refused_import_changes_nothing(made: Database) -> None:
    await desk_world.add(made, "nam", ("south", Role.OFFICER))
    before = await keys(made)
    with pytest.raises(StillUsed):
        await bring(made, replace(ROOT, name="Tên khác"), NORTH, may_remove=True)
    assert await keys(made) == before
    assert (await tree(made)).root.name == ROOT.name


async def test_a_case_key_opens_for_the_unit_it_was_sealed_to_and_no_other(
    made: Database,
) -> None:
    case = CaseKey.new()
    async with made.read() as tx:
        public = await units.public_key(tx, "north")
        assert public is not None
        wrapped = case.wrap(public)
        opened = await units.unwrap(tx, "north", wrapped)
        assert opened is not None
        assert opened.raw == case.raw
        with pytest.raises(Unopenable):
            await units.unwrap(tx, "south", wrapped)
        assert await units.unwrap(tx, "nowhere", wrapped) is None
        assert await units.public_key(tx, "nowhere") is None


async def test_private_keys_that_changed_places_do_not_open(made: Database) -> None:
    tip = await file(made, new_tip("north"))
    async with made.write() as tx:
        row = await tx.row(select(units_table).where(units_table.c.id == "south"))
        assert row is not None
        await tx.run(
            units_table.update()
            .where(units_table.c.id == "north")
            .values(public_key=row.public_key, private_key=row.private_key)
        )
    async with made.read() as tx:
        with pytest.raises(Unopenable):
            await stored.open_as(tx, "north", tip)


async def test_whether_cards_come_at_once_is_each_units_choice(made: Database) -> None:
    west = Unit("west", "root", UnitKind.UNION, "Công đoàn phía tây")
    await bring(made, ROOT, NORTH, PARK, SOUTH, west)
    async with made.read() as tx:
        assert await units.shows_at_once(tx, "north")
        assert not await units.shows_at_once(tx, "west")
        assert not await units.shows_at_once(tx, "nowhere")


async def test_all_that_is_in_the_way_of_an_import_is_named_at_once(made: Database) -> None:
    await desk_world.add(made, "nam", ("south", Role.AUTHOR))
    await file(made, new_tip("north-park"))
    with pytest.raises(StillUsed) as caught:
        await bring(made, ROOT)
    assert caught.value.uses == {
        "north": frozenset(),
        "north-park": frozenset({Use.TIPS}),
        "south": frozenset({Use.STAFF}),
    }
    with pytest.raises(StillUsed) as caught:
        await bring(made, ROOT, replace(PARK, parent="root", kind=UnitKind.POLICE), may_remove=True)
    assert set(caught.value.uses) == {"north-park", "south"}


async def test_that_a_desk_has_tips_is_not_told_where_it_has_people(made: Database) -> None:
    await desk_world.add(made, "nam", ("south", Role.OFFICER))
    await file(made, new_tip("south"))
    async with made.read() as tx:
        assert await unit_uses.of(tx, ("south",)) == {"south": frozenset({Use.STAFF})}


async def test_an_agreement_a_bulletin_and_a_bot_keep_their_units(made: Database) -> None:
    police = Unit("police", "root", UnitKind.POLICE, "Công an phường")
    await bring(made, ROOT, NORTH, PARK, SOUTH, police)
    signed = Agreement("north", "police", frozenset(), "12/QC", "", "", "", date(2027, 1, 1))
    ended = replace(signed, unit="north-park", ended_on=NOW.date())
    async with made.write() as tx:
        await agreements.import_all(tx, (signed, ended), NOW)
        await bulletins.create(tx, "south", random_bytes(16), CONTENT, NOW.date())
        account = await accounts.add(tx, "zalo", bots.CHANNEL, "token")
        assert account is not None
        row = {"account": account.id, "unit": "north-park", "body": b""}
        await tx.run(bots_table.insert().values(**row))
        wanted = ("root", "north", "north-park", "south", "police")
        held = {"north": {Use.AGREEMENTS}, "north-park": {Use.BOT}, "police": {Use.AGREEMENTS}}
        assert await unit_uses.of(tx, wanted) == held
        await tx.run(bulletins_table.update().values(stage=Stage.PROPOSED))
        assert await unit_uses.of(tx, wanted) == held | {"south": {Use.BULLETINS}}


async def test_what_a_unit_chose_goes_with_it_and_nobody_inherits_it(made: Database) -> None:
    async with made.write() as tx:
        await unit_choices.choose_page_first(tx, "south", frozenset())
        await unit_rules.write(tx, "south", Topic.TOLD, {"anything": 1})
    await bring(made, ROOT, NORTH, PARK, may_remove=True)
    await bring(made, ROOT, NORTH, PARK, SOUTH)
    async with made.read() as tx:
        assert "south" not in await unit_choices.page_first(tx)
        assert await unit_rules.read(tx, "south", Topic.TOLD) is None


async def test_an_import_has_a_new_stamp_only_when_something_changed(made: Database) -> None:
    async def stamp() -> int:
        async with made.read() as tx:
            return await stamps.read(tx, Stamp.UNITS)

    before = await stamp()
    await bring(made, ROOT, NORTH, PARK, SOUTH)
    assert await stamp() == before
    await bring(made, ROOT, NORTH, PARK, replace(SOUTH, hours="8:00"))
    changed = await stamp()
    assert changed != before
    await bring(made, ROOT, NORTH, PARK, may_remove=True)
    assert await stamp() not in (before, changed)


async def test_keys_that_were_made_before_are_used(made: Database) -> None:
    pair, told = new_pair(), list[int]()
    west = Unit("west", "root", UnitKind.UNION, "Công đoàn phía tây")
    async with made.write() as tx:
        every = (ROOT, NORTH, PARK, replace(SOUTH, hours="8:00"), west)
        done = await units.import_all(tx, every, pairs={"west": pair}, told=told.append)
    assert done == Imported(1, 1, 0)
    assert told == [1, 1]
    async with made.read() as tx:
        assert await units.pair_of(tx, "west") == pair


async def test_thousands_of_units_come_change_and_go(made: Database) -> None:
    many = [Unit(f"u{at}", "root", UnitKind.UNION, f"Đơn vị {at}") for at in range(2_500)]
    base = (ROOT, NORTH, PARK, SOUTH)
    assert await bring(made, *base, *many) == Imported(2_500, 0, 0)
    turned = [replace(each, name=f"{each.name} mới") for each in many]
    assert await bring(made, *base, *turned) == Imported(0, 2_500, 0)
    assert await bring(made, *base, may_remove=True) == Imported(0, 0, 2_500)
    assert {unit.id for unit in (await tree(made)).all} == {unit.id for unit in base}
