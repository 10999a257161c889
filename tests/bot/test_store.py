"""Which Redis is trusted, what its absence means to a worker, and what outlives a restart."""

import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot import app, logs, redis_doctor
from bot.app import CannotStart, House
from bot.channels import Arrival
from bot.config import Settings
from bot.redis_doctor import Doubt
from bot.web.server import make_application
from handlers.events import Chose, Event, Said
from handlers.languages import Language
from storage.database import Unreachable
from storage.volatile import Memory
from storage.volatile.line import Line
from tests import demo_house, services
from tests.fakes.redis_between import NO_COMMAND, NO_RIGHT, Between, between, bulk, listed
from tests.redis_store import KEY, forget_house
from tests.whole_house import STORY, Chat, text_of

pytestmark = pytest.mark.redis
SAVE, APPEND, COPIES = b"$4\r\nsave\r\n", b"$10\r\nappendonly\r\n", b"replication"
POLICY, MOST = b"maxmemory-policy", b"$9\r\nmaxmemory\r\n"
REPLICATED = bulk("# Replication\r\nrole:master\r\nconnected_slaves:1\r\n")
REPLICA = bulk("# Replication\r\nrole:slave\r\nconnected_slaves:0\r\n")
WAIT_PAGE = "Hệ thống tạm thời gián đoạn"


@pytest.fixture
async def line() -> AsyncIterator[Between]:
    url = services.redis_url()
    assert url is not None
    async with between(url) as made:
        yield made


async def judged(line: Between, *, confirmed: bool = False) -> list[tuple[bool | None, Doubt]]:
    far = Line(line.url, KEY)
    try:
        found = await redis_doctor.judged(far, confirmed=confirmed)
    finally:
        await far.close()
    assert all("\n" not in told and line.url not in told for _, told, _ in found)
    return [(well, doubt) for well, _, doubt in found]


# --- whom to trust ----------------------------------------------------------------------------


async def test_a_server_that_writes_nothing_down_is_well(line: Between) -> None:
    assert await judged(line) == []


@pytest.mark.parametrize(
    ("question", "answer", "command"),
    [
        (SAVE, listed("save", "3600 1 300 100"), "CONFIG SET save ''"),
        (APPEND, listed("appendonly", "yes"), "CONFIG SET appendonly no"),
    ],
)
async def test_a_server_that_persists_is_refused_with_the_command_that_stops_it(
    line: Between, question: bytes, answer: bytes, command: str
) -> None:
    line.answers[question] = answer
    settings = Settings(_env_file=None, redis_url=SecretStr(line.url), redis_is_volatile=True)
    found = await redis_doctor.examine(settings)
    assert [well for well, _ in found] == [False]
    assert command in found[0][1]


@pytest.mark.parametrize(
    ("question", "answer", "doubt"),
    [
        (b"CONFIG", NO_RIGHT, Doubt.HIDDEN),
        (b"CONFIG", NO_COMMAND, Doubt.HIDDEN),
        (COPIES, NO_RIGHT, Doubt.HIDDEN),
        (COPIES, REPLICATED, Doubt.COPIED),
        (COPIES, REPLICA, Doubt.COPIED),
    ],
)
async def test_what_cannot_be_seen_must_be_vouched_for(
    line: Between, question: bytes, answer: bytes, doubt: Doubt
) -> None:
    line.answers[question] = answer
    assert await judged(line) == [(False, doubt)]
    assert await judged(line, confirmed=True) == [(None, doubt)]


async def test_a_server_that_throws_entries_away_is_warned_of(line: Between) -> None:
    line.answers[POLICY] = listed("maxmemory-policy", "allkeys-lru")
    assert await judged(line) == [], "without a limit it never does"
    line.answers[MOST] = listed("maxmemory", "1000000")
    assert await judged(line) == [(None, Doubt.EVICTS)]


async def test_nothing_of_redis_is_said_where_there_is_none() -> None:
    assert await redis_doctor.examine(Settings(_env_file=None)) == []


@pytest.mark.parametrize("user", ["", "somebody:a-secret-word@"])
async def test_a_start_without_its_redis_is_one_line_without_the_address(
    user: str, line: Between, sqlite_url: str, tmp_path: Path
) -> None:
    if not user:
        line.cut()
    address = line.url.replace("//", f"//{user}")
    with pytest.raises(CannotStart) as raised:
        async with at_home(sqlite_url, tmp_path, address):
            pass
    told = str(raised.value)
    assert told.startswith("Redis: the server ")
    assert ("password" in told) == bool(user)
    assert "secret" not in told
    assert "127.0.0.1" not in told


# --- the house --------------------------------------------------------------------------------


@asynccontextmanager
async def at_home(
    url: str, folder: Path, redis_url: str, *, vouched: bool = False, shared: bool = True
) -> AsyncIterator[House]:
    await demo_house.prepare(url, folder / "master.key")
    async with app.open_house(
        settings_of(url, folder, redis_url, vouched=vouched), shared=shared
    ) as house:
        yield house


def settings_of(url: str, folder: Path, redis_url: str, *, vouched: bool = False) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(url),
        master_key_file=folder / "master.key",
        redis_url=SecretStr(redis_url),
        redis_is_volatile=vouched,
    )


async def test_a_restarted_house_finds_its_drafts_and_a_prompt_does_not(
    line: Between, sqlite_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with at_home(sqlite_url, tmp_path, line.url) as house:
        code = await Chat(house, "a").go_to_review()
    async with at_home(sqlite_url, tmp_path, line.url, shared=False) as house:
        assert isinstance(house.volatile, Memory)
        assert await house.inbound.turn_of("web", "a") == 0
    async with at_home(sqlite_url, tmp_path, line.url) as house:
        again = await Chat(house, "a").look()
        assert code in text_of(again)
        assert STORY in text_of(again)
    await forget_house(settings_of(sqlite_url, tmp_path, line.url))


async def test_whoever_vouches_is_warned_in_the_log(
    line: Between, sqlite_url: str, tmp_path: Path
) -> None:
    line.answers[b"CONFIG"] = NO_COMMAND
    stream = io.StringIO()
    logger = logging.getLogger("tiengtho")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs._Formatter())
    logger.addHandler(handler)
    try:
        async with at_home(sqlite_url, tmp_path, line.url, vouched=True):
            pass
    finally:
        logger.removeHandler(handler)
    [told] = [each for each in map(json.loads, stream.getvalue().splitlines()) if "why" in each]
    assert (told["level"], told["event"], told["why"]) == ("WARNING", "store_doubted", "hidden")
    await forget_house(settings_of(sqlite_url, tmp_path, line.url))


async def test_without_its_redis_nothing_is_done_and_afterwards_everything(
    line: Between, sqlite_url: str, tmp_path: Path
) -> None:
    async with at_home(sqlite_url, tmp_path, line.url) as house:

        def arrival(number: str, event: Event) -> Arrival:
            return Arrival("telegram", "7", number, event)

        before = await house.inbound.receive(arrival("1", Chose("report")))
        line.cut()
        with pytest.raises(Unreachable):
            # The app brings it again.
            await house.inbound.receive(arrival("2", Chose("fire")), comes_again=True)
        sorry = await house.inbound.receive(arrival("3", Said("x")))
        failed = house.texts[Language.VI].get("failed")
        assert [each.text for each in sorry.rendered.lines] == [failed]
        line.mend()
        after = await house.inbound.receive(arrival("2", Chose("fire")), comes_again=True)
        assert not after.repeated
        assert after.turn == before.turn + 1
    await forget_house(settings_of(sqlite_url, tmp_path, line.url))


async def test_what_was_begun_when_the_store_went_away_is_new_when_it_comes_again(
    line: Between, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(sqlite_url, tmp_path, line.url) as house:
        arrival = Arrival("telegram", "7", "1", Chose("report"))

        async def cut(*_: object) -> None:
            line.cut()
            raise Unreachable

        monkeypatch.setattr(house.inbound, "_decide", cut)
        with pytest.raises(Unreachable):
            await house.inbound.receive(arrival, comes_again=True)
        monkeypatch.undo()
        line.mend()
        again = await house.inbound.receive(arrival, comes_again=True)
        assert not again.repeated
        assert again.turn == 1
        assert (await house.inbound.receive(arrival, comes_again=True)).repeated
    await forget_house(settings_of(sqlite_url, tmp_path, line.url))


async def test_what_was_done_before_the_store_went_away_is_not_done_again(
    line: Between, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(sqlite_url, tmp_path, line.url) as house:
        chat = Chat(house, "a")
        code = await chat.go_to_review()
        carry_out = house.inbound._carrier.carry_out

        async def then_cut(*args: object) -> None:
            await carry_out(*args)  # type: ignore[arg-type]  # whatever it takes
            line.cut()

        monkeypatch.setattr(house.inbound._carrier, "carry_out", then_cut)
        await house.inbound.receive(Arrival("web", "a", "send", Chose("send")), comes_again=True)
        monkeypatch.undo()
        line.mend()
        again = await chat.do(Chose("send"))
        assert code in text_of(again) or "nhận được" in text_of(again)
        reader = Chat(house, "b")
        assert STORY in text_of(await reader.do(Said(code)))
    await forget_house(settings_of(sqlite_url, tmp_path, line.url))


async def test_pages_ask_to_try_again_while_the_store_is_away(
    line: Between, sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        at_home(sqlite_url, tmp_path, line.url) as house,
        TestClient(TestServer(make_application(house.web_parts()))) as client,
    ):
        assert (await client.get("/health")).status == 200
        line.cut()
        cookie = {"Cookie": f"tt={'A' * 43}; desk={'B' * 43}"}
        for path, way in (("/", "POST"), ("/", "GET"), ("/desk", "GET")):
            answer = await client.request(way, path, headers=cookie, allow_redirects=False)
            assert answer.status == 503, (way, path)
            assert WAIT_PAGE in await answer.text()
            assert answer.headers["Retry-After"]
        health = await client.get("/health")
        assert (health.status, await health.json()) == (503, {"status": "no store"})
        line.mend()
        assert (await client.get("/health")).status == 200
        assert (await client.get("/", headers=cookie)).status == 200
    await forget_house(settings_of(sqlite_url, tmp_path, line.url))
