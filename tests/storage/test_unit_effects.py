"""What a change of the units would do, and what whoever tries one must not learn."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.agreements import Agreement
from handlers.bulletins import Stage, Topic
from handlers.coverage import Level
from handlers.roles import Role
from handlers.routing import Tree, Unit, UnitKind
from handlers.subscriptions import Subscription
from storage import agreements, bulletins, outlets, subscribers, unit_effects, units
from storage.atlas import of_the_program
from storage.database import Database
from storage.unit_effects import Effects
from tests import desk_world
from tests.bulletin_world import content
from tests.desk_world import NOW
from tests.tip_world import file, new_tip

WARD = "25747"
TODAY = NOW.date()
TOMORROW = NOW + timedelta(days=1)
ROOT = Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"}))
CITY = Unit("city", "root", UnitKind.UNION, "Liên đoàn thành phố", frozenset({"79"}))
LOCAL = Unit("ward", "city", UnitKind.UNION, "Công đoàn phường", frozenset({WARD}))
POLICE = Unit("police", "root", UnitKind.POLICE, "Công an phường", frozenset({WARD}))
UNITS = (ROOT, CITY, LOCAL, POLICE)
WITHOUT = (ROOT, CITY, POLICE)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        async with opened.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
        await desk_world.add(opened, "mot", ("ward", Role.OFFICER))
        await desk_world.add(opened, "hai", ("city", Role.LEAD))
        yield opened


async def effects(made: Database, *after: Unit) -> Effects:
    """What would be different if these were the units; nobody says who has a desk there."""
    async with made.read() as tx:
        before = await units.tree(tx)
        return await unit_effects.of(tx, before, Tree.of(after), of_the_program(), now=TOMORROW)


async def tips(made: Database, many: int) -> None:
    for _ in range(many):
        await file(made, new_tip("ward"))


async def test_no_change_has_no_effects(made: Database) -> None:
    await tips(made, 5)
    found = await effects(made, *UNITS)
    assert found == Effects()
    assert not found.is_serious


async def test_a_commune_whose_desk_goes_is_a_loss_that_says_who_reads_then(made: Database) -> None:
    found = await effects(made, *WITHOUT)
    [loss] = found.losses
    assert (loss.place.code, loss.was, loss.now) == (WARD, "ward", "city")
    assert loss.level is Level.PROVINCE
    assert (found.communes, found.uncovered) == (1, ())
    assert found.is_serious


async def test_a_unit_that_comes_out_of_a_company_is_told_for_it_would_read_unasked(
    made: Database,
) -> None:
    company = Unit("cty", "ward", UnitKind.UNION, "Cơ sở", frozenset({WARD}), inside_company=True)
    async with made.write() as tx:
        await units.import_all(tx, (*UNITS, company))
    found = await effects(made, *UNITS, replace(company, inside_company=False))
    assert found.opened == ("cty",)
    assert found.is_serious
    assert (await effects(made, *UNITS, replace(company, parent="city"))).opened == ()
    assert (await effects(made, *UNITS)).opened == ()


async def test_communes_that_are_left_to_the_highest_unit_are_named(made: Database) -> None:
    found = await effects(made, ROOT, replace(LOCAL, parent="root"), POLICE)
    assert found.communes == len(found.uncovered) > 100
    assert WARD not in {place.code for place in found.uncovered}


async def test_at_the_first_import_every_commune_without_a_desk_is_named(made: Database) -> None:
    async with made.read() as tx:
        found = await unit_effects.of(tx, None, Tree.of(UNITS), of_the_program(), now=NOW)
    assert len(found.uncovered) > 3000
    assert not found.is_serious


@pytest.mark.parametrize(
    ("changed", "many"),
    [
        (replace(LOCAL, places=frozenset({"25750"})), 5),
        (replace(LOCAL, inside_company=True), 5),
        (replace(LOCAL, places=frozenset({WARD, "25750"})), 0),
        (replace(LOCAL, hours="Giờ hành chính"), 0),
    ],
    ids=["elsewhere", "inside", "wider", "hours"],
)
async def test_open_tips_are_counted_whose_unit_would_not_be_theirs(
    made: Database, changed: Unit, many: int
) -> None:
    await tips(made, 7)
    assert (await effects(made, ROOT, CITY, changed, POLICE)).tips == many


@pytest.mark.parametrize("many", [0, 1, 4])
async def test_whether_a_desk_has_a_few_tips_or_none_makes_no_difference(
    made: Database, many: int
) -> None:
    none = await effects(made, *WITHOUT)
    await tips(made, many)
    assert await effects(made, *WITHOUT) == none


async def test_tips_of_today_are_left_for_tomorrow(made: Database) -> None:
    await tips(made, 9)
    async with made.read() as tx:
        before, after = await units.tree(tx), Tree.of(WITHOUT)
        found = await unit_effects.of(tx, before, after, of_the_program(), now=NOW)
    assert found.tips == 0


async def test_figures_of_tips_are_steps_and_not_counts(made: Database) -> None:
    await tips(made, 11)
    assert (await effects(made, *WITHOUT)).tips == 10


@pytest.mark.parametrize(
    ("places", "many"), [((WARD,), 10), (("79",), 0), (("*",), 0), (("01",), 0)]
)
async def test_subscribers_are_told_in_tens_where_no_unit_is_left(
    made: Database, places: tuple[str, ...], many: int
) -> None:
    """The highest unit, which covers everything, is near nobody."""
    named = tuple(f"79/{each}" if len(each) == 5 else each for each in places)
    wanted = Subscription(frozenset({Topic.WAGES}), places=named)
    async with made.write() as tx:
        await subscribers.keep(tx, 1, "1", wanted, TODAY)
        assert await subscribers.by_place(tx) == dict.fromkeys(places, 1)
    alone = replace(LOCAL, parent="root")
    async with made.write() as tx:
        await units.import_all(tx, (ROOT, alone, replace(CITY, places=frozenset()), POLICE))
    found = await effects(made, ROOT, replace(CITY, places=frozenset()), POLICE)
    assert found.subscribers == many


async def test_planned_bulletins_are_named_that_would_be_for_nobody(made: Database) -> None:
    author = bytes(16)
    async with made.write() as tx:
        own = await bulletins.create(tx, "ward", author, content(), TODAY)
        scoped = content(scope=(f"79/{WARD}",))
        wide = await bulletins.create(tx, "city", author, scoped, TODAY)
        draft = await bulletins.create(tx, "ward", author, content(), TODAY)
        for each in (own, wide):
            await bulletins.set_stage(tx, each.id, Stage.APPROVED)
        assert {each.id for each in await bulletins.planned(tx)} == {own.id, wide.id}
    assert draft.stage is Stage.DRAFT
    assert (await effects(made, *WITHOUT)).bulletins == (own.id,)
    elsewhere = replace(CITY, places=frozenset({"01"}))
    found = await effects(made, ROOT, elsewhere, LOCAL, POLICE)
    assert found.bulletins == (wide.id,)


async def test_outlets_and_agreements_of_units_that_go_are_counted(made: Database) -> None:
    lead, _ = await desk_world.add(made, "ba", ("root", Role.ADMINISTRATOR))
    signed = Agreement("city", "police", frozenset(), "QC 1", "Trực ban", "", "", date(2027, 1, 1))
    async with made.write() as tx:
        await outlets.add(tx, 1, "ward", "channel", "-1", "Kênh")
        await agreements.add(tx, lead.id, signed, NOW)
        assert await outlets.by_unit(tx) == {"ward": 1}
    found = await effects(made, ROOT, CITY)
    assert (found.outlets, found.agreements) == (1, 1)


async def test_a_unit_where_nobody_reads_loses_nothing_by_going(made: Database) -> None:
    empty = replace(LOCAL, id="empty", places=frozenset({"25750"}))
    async with made.write() as tx:
        await units.import_all(tx, (*UNITS, empty))
    assert not (await effects(made, *UNITS)).losses
