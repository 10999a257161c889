"""The public page of a quarter: written once in the night after it, the same for everybody."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete

from bot import retaining
from handlers.numbers import Cell, Table, Whole
from handlers.tips import Category
from storage import quarters
from storage.database import Database
from storage.tables import tallies
from tests.bot.test_desk_numbers import fill
from tests.desk_browser import World
from tests.players import open_house
from tests.world import places

AFTER = datetime(2027, 1, 1, 20, 0, tzinfo=UTC)
RECEIVED = Cell(Table.WHOLE, Whole.RECEIVED)


async def publish(made: Database, now: datetime = AFTER) -> tuple[str, ...]:
    async with made.write() as tx:
        return await quarters.publish(tx, now, places().provinces)


async def test_a_quarter_is_written_once_and_never_changes(world: World) -> None:
    await fill(world.made, 8)
    assert await publish(world.made, datetime(2026, 12, 31, 12, tzinfo=UTC)) == ()
    assert await publish(world.made) == ("2026-q4",)
    await fill(world.made, 9)
    assert await publish(world.made) == ()
    async with world.made.write() as tx:
        await tx.run(delete(tallies))
        [quarter] = await quarters.every(tx)
    assert quarter[RECEIVED] == 8


async def test_quarters_that_were_missed_are_made_up_for(world: World) -> None:
    await fill(world.made, 8, begun="2026-02", month="2026-05")
    assert await publish(world.made) == ("2026-q4", "2026-q3", "2026-q2", "2026-q1")
    async with world.made.read() as tx:
        told = {each.name: each[RECEIVED] for each in await quarters.every(tx)}
    assert told == {"2026-q1": 8, "2026-q2": None, "2026-q3": None, "2026-q4": None}


async def test_no_small_figure_is_written_at_all(one: World) -> None:
    await fill(one.made, 12)
    await fill(one.made, 3, category=Category.HARASSMENT, province="01")
    await publish(one.made)
    async with one.made.read() as tx:
        [quarter] = await quarters.every(tx)
    assert not {1, 2, 3, 4} & set(quarter.figures.values())
    assert dict(quarter.shown(Table.PROVINCE)) == {"79": 12}
    assert quarter[Cell(Table.CATEGORY, Category.HARASSMENT)] is None


async def test_everybody_reads_it_without_scripts_and_nobody_is_told_small_figures(
    world: World,
) -> None:
    browser = await (await world.browser()).get("/so-lieu")
    assert "Chưa có quý nào kết thúc" in browser.words
    await fill(world.made, 12)
    await fill(world.made, 3, category=Category.HARASSMENT, overdue=True)
    world.clock.moment = AFTER
    await publish(world.made)
    await browser.get("/so-lieu")
    assert "Quý 4 năm 2026" in browser.words
    assert "Tin đã nhận 15" in browser.words
    assert "12 trong 15" in browser.words
    assert browser.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in browser.headers
    title = browser.page.title
    assert title is not None
    home = await (await world.browser()).get("/so-tay")
    assert home.page.title == title, "a title that tells nothing"
    await browser.get("/so-lieu/2026-q4?lang=en")
    assert "Quarter 4 of 2026" in browser.words
    for name in ("2026-q3", "x", "2026-q9"):
        assert (await browser.get(f"/so-lieu/{name}")).status == 404


async def test_few_tips_are_told_kindly(one: World) -> None:
    await fill(one.made, 2)
    one.clock.moment = AFTER
    await publish(one.made)
    browser = await (await one.browser()).get("/so-lieu")
    assert "Quý này có ít tin" in browser.words
    assert not browser.page.select("table")


async def test_the_house_writes_it_by_night(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, clock):
        clock.now = AFTER
        await fill(house.database, 5)
        assert await retaining.do_if_due(house)
        async with house.database.read() as tx:
            [quarter] = await quarters.every(tx)
    assert quarter[RECEIVED] == 5
