"""A day on which very many tips come: the desk's pages work, and ask the database no more often."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import event

from handlers.roles import Role
from handlers.tips import Category
from storage import aside, board, cases, exporting, stranded
from storage.database import Database, Tx
from tests.desk_browser import World
from tests.desk_world import NOW, add
from tests.tip_world import file, new_tip

FEW, MANY = 20, 140
"""Enough to tell a query for each tip from none; the bench counts with thousands."""
KINDS = tuple(Category)


async def pour(made: Database, count: int, begin: int = 0) -> list[bytes]:
    """So many tips at the desk of `north`, each with a name of its own."""
    return [
        await file(
            made,
            new_tip(
                "north",
                category=KINDS[number % len(KINDS)],
                nickname=f"Cây số {number}",
                bell=f"{10_000 + number}",
                danger=number % 40 == 7,
                story=f"Kho số {number} bị cạy khóa đêm qua.",
            ),
        )
        for number in range(begin, begin + count)
    ]


async def statements(made: Database, work: Callable[[], Awaitable[object]]) -> int:
    """How many statements a piece of work sends to the database."""
    sent = []

    def note(*about: object) -> None:
        sent.append(about[2])

    event.listen(made.engine.sync_engine, "before_cursor_execute", note)
    try:
        await work()
    finally:
        event.remove(made.engine.sync_engine, "before_cursor_execute", note)
    assert sent
    return len(sent)


LOOKS: dict[str, Callable[[Tx, bytes, bytes], Awaitable[object]]] = {
    "the cards": lambda tx, officer, _: cases.cards(tx, officer, NOW),
    "the board": lambda tx, officer, _: board.seen(tx, officer, NOW),
    "what waits for a lead": lambda tx, officer, _: aside.waiting(tx, officer, NOW),
    "requests to export": lambda tx, officer, _: exporting.waiting(tx, officer, NOW),
    "what is stranded": lambda tx, *_: stranded.find(tx, NOW),
}


@pytest.mark.parametrize("name", LOOKS)
async def test_no_look_asks_more_often_for_more_tips(world: World, name: str) -> None:
    lead, _ = await add(world.made, "truong", ("north", Role.LEAD))

    async def look() -> None:
        async with world.made.read() as tx:
            await LOOKS[name](tx, lead.id, bytes(16))

    counts = []
    for count, begin in ((FEW, 0), (MANY, FEW)):
        await pour(world.made, count, begin)
        # Afresh after a change, and once more.
        counts.append([await statements(world.made, look) for _ in range(2)])
    few, many = counts
    assert many[0] <= few[0]
    assert many[1] <= few[1]


async def test_pages_of_the_desk_ask_no_more_often_for_more_tips(one: World) -> None:
    await add(one.made, "truong", ("north", Role.LEAD))
    await pour(one.made, FEW)
    browser = await one.at_desk("truong")
    paths = ("/desk", "/desk?xem=open&loai=theft", "/desk/cho-xem", "/desk/so-lieu", "/desk/xuat")
    counts: list[dict[str, int]] = []
    for more in (0, MANY):
        await pour(one.made, more, FEW)
        found = {}
        for path in paths:
            # The first look after a change opens what is new; that is not what grows.
            await browser.get(path)
            found[path] = await statements(one.made, partial(browser.get, path))
            assert browser.status == 200, path
        counts.append(found)
    few, many = counts
    assert {path: many[path] - few[path] for path in paths if many[path] > few[path]} == {}
    await browser.get("/desk")
    assert browser.words.count("Cây số") == 100, "a page holds a hundred"
    assert "NGUY HIỂM" in browser.words.split("Cây số")[0] + browser.words.split("Cây số")[1]


async def test_one_new_tip_in_the_storm_moves_the_mark_of_the_list(one: World) -> None:
    lead, _ = await add(one.made, "truong", ("north", Role.LEAD))
    await pour(one.made, MANY)
    marks = []
    for _ in range(2):
        async with one.made.read() as tx:
            marks.append(cases.mark_of(await cases.cards(tx, lead.id, NOW)))
    assert marks[0] == marks[1]
    await pour(one.made, 1, MANY)
    async with one.made.read() as tx:
        assert cases.mark_of(await cases.cards(tx, lead.id, NOW)) != marks[0]
