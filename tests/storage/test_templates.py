"""The ready words of a unit: who may write them, and that two who write lose nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from handlers.moderators.actions import Offer
from handlers.moderators.templates import Template
from handlers.roles import Role
from handlers.tips import Category
from storage import audit, templates
from storage.audit import Act
from storage.database import Database
from tests import desk_world
from tests.desk_world import NOW

ONE = Template("a", "Chào", Offer.ANSWER, "Chào bạn {unit}.", "Hello.", Category.FIRE)
TWO = Template("b", "Hỏi", Offer.ASK, "Ở đâu?")


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as found:
        yield found


async def test_a_unit_has_none_of_its_own_until_its_lead_writes_some(made: Database) -> None:
    lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))
    async with made.write() as tx:
        assert await templates.of_unit(tx, "north") is None
        assert await templates.write(tx, lead.id, "north", [ONE, TWO], NOW)
    async with made.read() as tx:
        assert await templates.of_unit(tx, "north") == (ONE, TWO)
        assert await templates.of_unit(tx, "south") is None
    async with made.write() as tx:
        # None at all is a choice too, and another one than the house's set.
        assert await templates.write(tx, lead.id, "north", [], NOW)
        assert await templates.of_unit(tx, "north") == ()
        assert await templates.write(tx, lead.id, "north", None, NOW)
        assert await templates.of_unit(tx, "north") is None
    async with made.read() as tx:
        assert await audit.verify(tx)
        acts = [(each.act, each.unit, each.note) for each in await audit.entries(tx, limit=9)]
    assert acts == [
        (Act.TEMPLATES_CHANGED, "north", "templates house"),
        (Act.TEMPLATES_CHANGED, "north", "templates 0"),
        (Act.TEMPLATES_CHANGED, "north", "templates 2"),
    ]


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.LEAD])
async def test_nobody_but_the_lead_of_the_unit_writes_them(made: Database, role: Role) -> None:
    other, _ = await desk_world.add(made, "khac", ("north", role))
    far, _ = await desk_world.add(made, "xa", ("south", Role.LEAD))
    async with made.write() as tx:
        for who in (other, far):
            assert not await templates.write(tx, who.id, "north", [ONE], NOW)
        assert await templates.of_unit(tx, "north") is None


async def test_two_who_add_at_once_both_find_their_own(made: Database) -> None:
    lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))

    async def put(each: Template) -> None:
        async with made.write() as tx:
            known = await templates.of_unit(tx, "north", lock=True) or ()
            await asyncio.sleep(0.05)
            assert await templates.write(tx, lead.id, "north", [*known, each], NOW)

    await asyncio.gather(put(ONE), put(TWO))
    async with made.read() as tx:
        assert set(await templates.of_unit(tx, "north") or ()) == {ONE, TWO}


async def test_what_the_operator_s_table_says_fills_the_fields(made: Database) -> None:
    async with made.read() as tx:
        about = await templates.about(tx, "north")
        assert (about.name, about.contact, about.hours) == ("Công đoàn phía bắc", "", "")
        assert (await templates.about(tx, "nowhere")).name == "nowhere"
