"""The stream that tells an open page to look again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.web.padding import EVENT_BYTES
from bot.web.server import make_application
from bot.web.stream import STREAMS, Streams
from tests.bot.house import NOW, House, parts
from tests.bot.visitor import Client, begun, visiting


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with visiting(house) as client:
        yield client


async def events(answer: aiohttp.ClientResponse, count: int) -> list[str]:
    """The next `count` events by name; heartbeats are `:`. All are of one size."""
    seen: list[str] = []
    while len(seen) < count:
        block = (await answer.content.readexactly(EVENT_BYTES)).decode()
        assert block.endswith(".\n\n")
        first = block.partition("\n")[0]
        if not first.startswith("retry: "):
            seen.append(":" if first.startswith(":") else first.removeprefix("event: "))
    return seen


async def test_there_is_nothing_to_watch_without_a_draft_or_a_thread(
    client: Client, house: House
) -> None:
    assert (await client.get("/live")).status == 204
    await begun(client)
    house.go("help")
    assert (await client.get("/live")).status == 204


async def test_an_open_thread_is_told_to_look_again(house: House) -> None:
    house.topic = b"a tip"
    house.ends = None
    mine = parts(house)
    async with TestClient(TestServer(make_application(mine))) as client:
        await begun(client)
        async with client.get("/live") as answer:
            assert answer.content_type == "text/event-stream"
            assert "Server" not in answer.headers
            await answer.content.readexactly(EVENT_BYTES)
            mine.hub.tell([b"another tip", b"a tip"])
            async with asyncio.timeout(60):
                assert await events(answer, 1) == ["changed"]


async def test_the_end_of_a_draft_is_told_two_minutes_before_and_a_lost_talk_at_once(
    house: House,
) -> None:
    house.ends = NOW + timedelta(seconds=90)
    app = make_application(parts(house))
    app[STREAMS].heartbeat = 0.02
    async with TestClient(TestServer(app)) as client:
        await begun(client)
        async with client.get("/live") as answer, asyncio.timeout(60):
            assert await events(answer, 3) == ["ending", ":", ":"]
            house.chats.clear()
            heard = ""
            while heard != "ended":
                [heard] = await events(answer, 1)
            assert await answer.content.read() == b""


async def test_no_more_streams_than_the_process_can_bear(house: House) -> None:
    app = make_application(parts(house))
    app[STREAMS] = Streams(most=1)
    async with TestClient(TestServer(app)) as client:
        await begun(client)
        async with client.get("/live") as first:
            assert first.status == 200
            assert (await client.get("/live")).status == 503


async def test_open_streams_do_not_keep_the_house_from_stopping(house: House) -> None:
    server = TestServer(make_application(parts(house)))
    client: Client = TestClient(server)
    await client.start_server()
    await begun(client)
    answer = await client.get("/live")
    async with asyncio.timeout(60):
        await server.close()
    answer.close()
    await client.close()


async def test_another_site_may_not_listen(client: Client) -> None:
    await begun(client)
    answer = await client.get("/live", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
