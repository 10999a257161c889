"""Outlets: one place is one unit's, where it is is sealed, and what is gone gets nothing."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.routing import Unit, UnitKind
from storage import outlets, units
from storage.crypto import Unopenable
from storage.database import Database
from storage.outlets import Outlet
from storage.tables import outlets as table
from tests import desk_world
from tests.tip_world import count

CHAT, TITLE = "-1009876543210", "Kênh của công nhân"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def add(made: Database, unit: str = "north", chat: str = CHAT) -> Outlet:
    async with made.write() as tx:
        return await outlets.add(tx, 1, unit, "channel", chat, TITLE)


async def test_an_outlet_is_added_found_and_removed(made: Database) -> None:
    added = await add(made)
    assert added == Outlet(
        id=1,
        account=1,
        unit="north",
        kind="channel",
        title=TITLE,
        language=Language.VI,
        topics=frozenset(Topic),
        hold_doubt=True,
        gone=False,
    )
    async with made.write() as tx:
        assert await outlets.by_id(tx, 1) == await outlets.by_address(tx, 1, CHAT) == added
        assert await outlets.by_address(tx, 2, CHAT) is None
        assert await outlets.address_of(tx, 1) == CHAT
        assert await outlets.remove(tx, 1)
        assert not await outlets.remove(tx, 1)
        assert await outlets.address_of(tx, 1) is None
        assert await outlets.by_id(tx, 1) is None


async def test_a_number_of_an_outlet_never_comes_back(made: Database) -> None:
    first = await add(made)
    async with made.write() as tx:
        await outlets.remove(tx, first.id)
    assert (await add(made)).id > first.id


async def test_a_place_is_one_units_and_starts_anew_with_another(made: Database) -> None:
    first = await add(made)
    async with made.write() as tx:
        assert await outlets.choose(
            tx, first.id, language=Language.EN, topics=frozenset({Topic.LOANS}), hold_doubt=False
        )
        assert await outlets.set_gone(tx, first.id)
    again = await add(made, "south")
    assert (again.id, again.unit, again.topics) == (first.id, "south", frozenset(Topic))
    assert again.hold_doubt
    assert not again.gone
    async with made.read() as tx:
        assert await outlets.of_units(tx, ["north"]) == ()
        assert await outlets.of_units(tx, ["north", "south"]) == (again,)


async def test_a_bulletin_is_for_the_outlets_that_want_its_topic_and_are_still_there(
    made: Database,
) -> None:
    loans, wages = frozenset({Topic.LOANS}), frozenset({Topic.WAGES, Topic.ALERTS})
    one, two, three = [await add(made, unit, chat) for unit, chat in _THREE]
    async with made.write() as tx:
        for key, topics in ((one.id, loans), (two.id, wages)):
            await outlets.choose(tx, key, language=Language.VI, topics=topics, hold_doubt=True)

        async def found(topic: Topic, *of: str) -> list[int]:
            return [each.id for each in await outlets.for_sending(tx, of, topic)]

        assert await found(Topic.WAGES, "north", "south") == [two.id, three.id]
        assert await found(Topic.LOANS, "north", "south") == [one.id, three.id]
        assert await found(Topic.WAGES, "south") == [three.id]
        assert await found(Topic.WAGES) == []
        assert await outlets.set_gone(tx, three.id)
        assert not await outlets.set_gone(tx, three.id)
        assert await found(Topic.WAGES, "north", "south") == [two.id]
        assert await outlets.set_gone(tx, three.id, gone=False)
        assert await found(Topic.WAGES, "south") == [three.id]
        assert not await outlets.choose(tx, 99, language=Language.VI, topics=loans, hold_doubt=True)


_THREE = (("north", "-1"), ("north", "-2"), ("south", "-3"))


async def test_a_group_that_got_another_id_stays_the_same_outlet(made: Database) -> None:
    first = await add(made)
    other = await add(made, chat="-2")
    async with made.write() as tx:
        assert await outlets.move(tx, 1, CHAT, "-100777")
        assert not await outlets.move(tx, 1, CHAT, "-100778")
        assert not await outlets.move(tx, 1, "-100777", "-2")
        assert await outlets.by_address(tx, 1, "-100777") == first
        assert await outlets.by_address(tx, 1, "-2") == other
        assert await outlets.address_of(tx, first.id) == "-100777"


async def test_a_removed_unit_takes_its_outlets_along(made: Database) -> None:
    await add(made, "south")
    async with made.write() as tx:
        await units.import_all(
            tx, [Unit("root", None, UnitKind.UNION, "Tổng liên đoàn")], may_remove=True
        )
    assert await count(made, table) == 0


async def test_where_an_outlet_is_stands_sealed_and_opens_only_in_its_own_row(
    made: Database,
) -> None:
    await add(made)
    await add(made, chat="-2")
    async with made.write() as tx:
        rows = await tx.rows(select(table).order_by(table.c.id))
        held = b"".join(bytes(value) for row in rows for value in row if isinstance(value, bytes))
        assert CHAT[1:].encode() not in held
        assert TITLE.encode() not in held
        await tx.run(table.update().where(table.c.id == 2).values(body=rows[0].body))
        with pytest.raises(Unopenable):
            await outlets.address_of(tx, 2)
