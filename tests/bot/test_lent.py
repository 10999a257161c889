"""A picture lent to the outside: fetched by a server that brings nothing along, then gone."""

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.web.lent import MOST_BYTES, Full, Lent
from bot.web.server import make_application
from tests.bot.house import House, parts
from tests.bot.visitor import Client
from tests.tip_world import Clock

PICTURE, OTHER = b"\xff\xd8\xff" + bytes(5_000), b"\x89PNG" + bytes(7_000)


@dataclass
class World:
    """Somebody who lends, and the servers that come for it."""

    lent: Lent
    clock: Clock
    visitor: Client

    async def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
        answer = await self.visitor.request(method, path, headers=headers)
        return answer.status, await answer.read()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Clock()
    lent = Lent(clock)
    app = make_application(replace(parts(House(), secure=True), lent=lent))
    async with TestClient(TestServer(app)) as visitor:
        yield World(lent, clock, visitor)


async def test_a_picture_is_fetched_as_it_is_three_times_and_no_fourth(world: World) -> None:
    path = world.lent.lend(PICTURE, "image/jpeg")
    assert re.fullmatch(r"/anh/[A-Za-z0-9_-]{43}", path)
    for _ in range(3):
        assert await world.get(path) == (200, PICTURE)
    assert await world.get(path) == (404, b"")
    assert await world.get(path, "HEAD") == (404, b"")
    assert world.lent.held == 0


async def test_looking_at_the_head_uses_nothing_up(world: World) -> None:
    path = world.lent.lend(PICTURE, "image/jpeg")
    for _ in range(9):
        answer = await world.visitor.head(path)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Length"] == str(len(PICTURE))
    assert await world.get(path) == (200, PICTURE)


async def test_the_answer_tells_what_it_is_and_lets_nobody_keep_it(world: World) -> None:
    answer = await world.visitor.get(
        world.lent.lend(OTHER, "image/png"), allow_redirects=False, headers={"User-Agent": "fetch"}
    )
    assert (answer.status, await answer.read()) == (200, OTHER)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(OTHER))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers


async def test_another_sites_page_and_a_part_of_it_change_nothing(world: World) -> None:
    path = world.lent.lend(PICTURE, "image/jpeg")
    headers = {"Sec-Fetch-Site": "cross-site", "Range": "bytes=0-10"}
    assert await world.get(path, **headers) == (200, PICTURE)


async def test_after_a_quarter_of_an_hour_it_is_gone(world: World) -> None:
    path = world.lent.lend(PICTURE, "image/jpeg")
    world.clock.turn(minutes=14, seconds=59)
    assert await world.get(path) == (200, PICTURE)
    world.clock.turn(seconds=1)
    assert await world.get(path) == (404, b"")
    assert world.lent.held == 0


async def test_each_address_is_for_one_picture_and_leads_to_no_other(world: World) -> None:
    first, second = (
        world.lent.lend(PICTURE, "image/jpeg"),
        world.lent.lend(OTHER, "image/png"),
    )
    assert await world.get(second) == (200, OTHER)
    assert await world.get(first) == (200, PICTURE)
    again = world.lent.lend(PICTURE, "image/jpeg")
    assert again not in (first, second)


@pytest.mark.parametrize(
    "path",
    ["/anh/", "/anh/a", "/anh/" + "a" * 42, "/anh/" + "a" * 43, "/anh/" + "a" * 44, "/anh/../anh"],
)
async def test_what_is_not_lent_is_not_there(world: World, path: str) -> None:
    world.lent.lend(PICTURE, "image/jpeg")
    assert (await world.get(path))[0] == 404
    assert (await world.get(world.lent.lend(PICTURE, "image/jpeg"), "POST"))[0] == 405


async def test_a_house_that_lends_nothing_has_no_such_address(world: World) -> None:
    path = world.lent.lend(PICTURE, "image/jpeg")
    async with TestClient(TestServer(make_application(parts(House())))) as visitor:
        assert (await visitor.get(path)).status == 404


async def test_at_most_16_mb_are_held_and_the_same_picture_once(world: World) -> None:
    half = bytes(MOST_BYTES // 2)
    paths = [world.lent.lend(bytes(bytearray(half)), "image/png") for _ in range(45)]
    assert len(set(paths)) == 45
    assert world.lent.held == MOST_BYTES // 2
    world.lent.lend(b"x" + half[1:], "image/png")
    assert world.lent.held == MOST_BYTES
    with pytest.raises(Full):
        world.lent.lend(b"x", "image/png")
    world.clock.turn(minutes=15)
    world.lent.lend(b"x", "image/png")
    assert world.lent.held == 1


async def test_nothing_is_logged_and_nothing_prints_a_picture(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    path = world.lent.lend(PICTURE, "image/jpeg")
    await world.get(path)
    await world.get("/anh/" + "a" * 43)
    # The test's own server writes an access log; the house's does not (bot/app.py).
    assert {each.name for each in caplog.records} <= {"aiohttp.access", "asyncio"}
    # Its address is made by chance, and may hold a byte of the picture, but not the beginning.
    assert repr(PICTURE)[2:18] not in repr(vars(world.lent))
