"""The coverage report of an installation as large as the country, by its page, file and command."""

import asyncio
import io
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from time import perf_counter

import pytest
import python_calamine
from click.testing import CliRunner

from bot.coverage_cli import coverage_command
from handlers.routing import Tree, reader
from handlers.tips import Category
from storage import atlas, unit_effects, units
from tests import national_world
from tests.bot.test_desk_coverage import FILE, PAGE
from tests.bot.test_review_cli import Opened
from tests.desk_browser import World, world_on
from tests.desk_world import NOW
from tests.said import counted

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]
MOST_BYTES = 300_000
MOST_STATEMENTS = 25
MOST_SECONDS = 2.0


@pytest.fixture
async def country(sqlite_url: str) -> AsyncIterator[World]:
    async with world_on(sqlite_url, opened=national_world.database) as running:
        yield running


async def test_the_page_of_the_country_is_small_and_quick(country: World) -> None:
    browser = await country.at_desk("kiem")
    for path in (PAGE, f"{PAGE}?tinh=79", f"{PAGE}?tinh=01&thieu=1", f"{PAGE}?nhom=fire"):
        with counted(country.made) as said:
            begun = perf_counter()
            await browser.get(path)
            taken = perf_counter() - begun
        assert browser.status == 200, path
        assert len(browser.text.encode()) < MOST_BYTES, path
        assert len(said) < MOST_STATEMENTS, path
        assert taken < MOST_SECONDS, path


async def test_page_file_and_command_say_the_same_as_asking_for_each_tip(country: World) -> None:
    async with country.made.read() as tx:
        tree, places = await units.tree(tx), await atlas.current(tx)
    assert tree is not None
    communes = unit_effects.communes_of(places)
    runner = Opened(country.made, asyncio.get_running_loop())
    done = await asyncio.to_thread(CliRunner().invoke, coverage_command, ["--json"], obj=runner)
    told = [json.loads(line) for line in done.output.splitlines()]
    by_code: dict[str, dict[str, str]] = {}
    for line in told:
        ways = by_code.setdefault(line["code"], {})
        ways.update(dict.fromkeys(line["categories"], line["unit"]))
    for place in random.Random(3).sample(communes, 150):
        asked = {category.value: reader(tree, category, place).id for category in Category}
        assert by_code[place.code] == asked
    own = sum(line["level"] == "own" for line in told)
    assert 0 < own < len(told)
    browser = await country.at_desk("truong")
    async with browser.client.get(FILE) as answer:
        assert answer.status == 200
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(await answer.read()))
    rows = book.get_sheet_by_index(1).to_python()[1:]
    assert len(rows) == len(told)
    assert sum(row[5] == "tại chỗ" for row in rows) == own


async def test_what_a_change_of_the_country_would_do_is_said_before_it_is_done(
    country: World,
) -> None:
    async with country.made.read() as tx:
        tree, places = await units.tree(tx), await atlas.current(tx)
        assert tree is not None
        led = (each for each in tree.all if each.id.startswith("cd-") and each.has_desk)
        one = next(each for each in led if not each.categories)
        elsewhere = replace(one, places=frozenset())
        after = Tree.of(elsewhere if each is one else each for each in tree.all)
        found = await unit_effects.of(tx, tree, after, places, now=NOW)
        same = await unit_effects.of(tx, tree, tree, places, now=NOW)
    assert {loss.place.code for loss in found.losses} <= one.places
    assert found.is_serious
    assert not same.is_serious
    # Every province has its federation there: nothing is left to the highest unit.
    assert found.uncovered == ()
