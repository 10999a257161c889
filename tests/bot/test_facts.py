"""What is looked up before a turn, and how often."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.app import House
from bot.facts import TREE_SECONDS, Lookups, NoUnits
from handlers.events import Said
from handlers.laws.changes import Change
from handlers.turn import Needs
from storage import chance, law_changes
from storage.tables import units
from tests.tip_world import Clock
from tests.whole_house import STORY, Chat, open_house


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[House]:
    async with open_house(sqlite_url, tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def lookups(house: House) -> Lookups:
    return house.inbound._lookups


async def test_a_change_of_the_units_is_known_within_some_seconds(
    house: House, lookups: Lookups, clock: Clock
) -> None:
    first = await lookups.tree()
    async with house.database.write() as tx:
        await tx.run(units.update().values(hours="Cả ngày"))
    assert await lookups.tree() is first
    clock.turn(seconds=TREE_SECONDS + 1)
    assert (await lookups.tree()).root.hours == "Cả ngày"


async def test_a_law_that_was_replaced_is_a_fact_from_its_day_on(
    house: House, lookups: Lookups, clock: Clock
) -> None:
    before = await lookups.facts("web|a", Needs())
    number = "45/2019/QH14"
    assert before.handbooks[before.language].current(before.today, frozenset({number})) != (
        before.handbooks[before.language].current(before.today)
    )
    change = Change(number, "Bộ luật mới", before.today + timedelta(days=1))
    async with house.database.write() as tx:
        await law_changes.replace(tx, None, change, clock())
    clock.turn(seconds=TREE_SECONDS + 1)
    assert number not in (await lookups.facts("web|a", Needs())).replaced
    clock.turn(days=1)
    assert number in (await lookups.facts("web|a", Needs())).replaced


async def test_without_units_nothing_is_promised(
    house: House, lookups: Lookups, clock: Clock
) -> None:
    async with house.database.write() as tx:
        await tx.run(units.delete())
    clock.turn(seconds=TREE_SECONDS + 1)
    with pytest.raises(NoUnits):
        await lookups.facts("web|a", Needs())


async def test_a_turn_of_the_short_road_asks_the_database_nothing(
    house: House, lookups: Lookups
) -> None:
    await lookups.tree()
    said: list[str] = []

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    event.listen(house.database.engine.sync_engine, "before_cursor_execute", hear)
    await Chat(house).go_to_review()
    await lookups.facts("web|a", Needs(place="Bàn Thạch"))
    event.remove(house.database.engine.sync_engine, "before_cursor_execute", hear)
    assert [each for each in said if each.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    # Words may be the word for the bell, so that its list is looked up with them; and every
    # transaction looks which keys hold.
    assert len([each for each in said if each.startswith("SELECT") and "counters" not in each]) <= 1


async def test_a_code_is_found_among_its_readings(house: House, lookups: Lookups) -> None:
    code = (await Chat(house).file()).replace("-", "")
    facts = await lookups.facts("web|b", Needs(codes=(chance.fresh_code(), code)))
    assert facts.thread is not None
    assert facts.thread.entries[0].words == STORY
    assert (await lookups.facts("web|b", Needs(codes=(chance.fresh_code(),)))).thread is None


async def test_what_was_filed_before_is_known_before_it_is_filed_again(
    house: House, lookups: Lookups
) -> None:
    fresh = await lookups.facts("web|a", Needs(filing=chance.fresh_code()))
    assert fresh.filing is not None
    assert fresh.filed is None
    code = (await Chat(house).file()).replace("-", "")
    again = await lookups.facts("web|a", Needs(filing=code))
    assert again.filed is not None
    assert again.filed.key == again.filing


async def test_waits_double_from_the_third_wrong_code_up_to_ten_minutes(
    lookups: Lookups, clock: Clock
) -> None:
    needs = Needs(codes=(chance.fresh_code(),))
    waits = []
    for _ in range(10):
        await lookups.count_wrong("web|a")
        waits.append((await lookups.facts("web|a", needs)).wait_seconds)
    assert waits == [0, 0, 15, 30, 60, 120, 240, 480, 600, 600]
    assert (await lookups.facts("web|b", needs)).wait_seconds == 0
    assert (await lookups.facts("web|a", Needs())).wait_seconds == 0
    clock.turn(seconds=601)
    assert (await lookups.facts("web|a", needs)).wait_seconds == 0
    clock.turn(hours=1)
    await lookups.count_wrong("web|a")
    assert (await lookups.facts("web|a", needs)).wait_seconds == 0


async def test_while_a_chat_waits_its_open_thread_stays_open(
    house: House, lookups: Lookups
) -> None:
    code = await Chat(house).file()
    chat = Chat(house, "b")
    await chat.do(Said(code))
    for _ in range(3):
        await lookups.count_wrong("web|b")
    assert STORY in "".join(line.text for line in (await chat.look()).rendered.lines)
