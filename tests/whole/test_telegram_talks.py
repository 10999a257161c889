"""The talks of `tests/talks/` in Telegram: by polling or by webhook, on one of the databases."""

import asyncio
import base64
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from sqlalchemy import create_engine, func, select

from bot.app import utc_now
from storage.tables import tips
from tests import services, talk
from tests.fakes.telegram import FakeTelegram, Hang, Person, Seen
from tests.fakes.telegram.waiting import until
from tests.players import open_house
from tests.product import Server
from tests.telegram_house import SECRET, TelegramPlayer, Way, clock_of, in_telegram

SCRIPTS = talk.scripts() | talk.scripts(told=True)
EVERY_PAIR = "TEST_EVERY_PAIR"
"""Set in the environment: each script by every way on every database."""


def _plays() -> list[Any]:
    """Each script by one way on one database: neither knows of the other in the house, and the
    scripts share all pairs out.
    """
    pairs = [(way, database) for way in Way for database in ("sqlite", "postgresql")]
    return [
        pytest.param(
            name,
            way,
            database,
            marks=[pytest.mark.postgresql] if database == "postgresql" else [],
        )
        for name in SCRIPTS
        for place, (way, database) in enumerate(pairs)
        if talk.has_turn(name, place, len(pairs)) or services.is_set(EVERY_PAIR)
    ]


@pytest.mark.parametrize(("name", "way", "database"), _plays())
async def test_the_chat_talks_as_written_in(
    name: str, way: Way, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue(f"{database}_url"))
    async with (
        open_house(url, tmp_path) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram, way) as account,
    ):
        player = TelegramPlayer(house, clock, "telegram", telegram=telegram, account=account)
        await talk.play(SCRIPTS[name], player)


def test_every_way_on_every_database_is_played_by_some_of_the_talks() -> None:
    played = Counter(tuple(each.values[1:]) for each in _plays())
    assert len(played) == len(Way) * 2
    assert min(played.values()) >= 5, played


class Phone:
    """Somebody who talks with the real product, at the pace of one message a second."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.last: Seen | None = None

    async def say(self, text: str) -> Seen:
        await self.person.say(text)
        return await self.hears()

    async def press(self, name: str) -> Seen:
        assert self.last is not None
        every = [each.data or "" for row in self.last.buttons for each in row]
        await self.person.press(
            self.last, next(data for data in every if data.partition(":")[2] == name)
        )
        return await self.hears()

    async def hears(self) -> Seen:
        after = self.last.id if self.last is not None else 0

        def look() -> Seen | None:
            shown = [each for each in self.person.sees() if not each.is_mine]
            return shown[-1] if shown and shown[-1].id > after else None

        self.last = await until(look, 60, "an answer")
        return self.last

    def as_written(self) -> list[bytes]:
        """Everything that would tell who it is, in the ways in which it could be written down."""
        number = self.person.id
        names = [str(number), f"{number:x}", "Canary-First", "Canary-Last", "canary_user"]
        raw = [number.to_bytes(8, "big"), number.to_bytes(8, "little")]
        encoded = [name.encode() for name in names]
        encoded += [base64.b64encode(name.encode()).rstrip(b"=") for name in names]
        encoded += [name.encode("utf-16-le") for name in names]
        return encoded + raw


def wall_clock() -> float:
    return utc_now().timestamp()


async def ended(server: Server) -> int:
    """Ask once, and wait for whatever the end takes; the exit code."""
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60):
        return await server.process.wait()


def tips_in(server: Server) -> int:
    file = server.folder / "tiengtho.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(tips)).scalar_one()
    engine.dispose()
    return int(count)


@pytest.mark.long
async def test_the_product_changes_from_polling_to_a_webhook_and_says_when_it_stops(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "house"
    async with FakeTelegram(clock=wall_clock) as telegram:
        settings = {
            "TIENGTHO_TELEGRAM_TOKEN": telegram.bot().token,
            "TIENGTHO_TELEGRAM_API_URL": telegram.url,
        }
        url = f"sqlite+aiosqlite:///{folder}/tiengtho.db"
        server = Server(folder, url, settings=settings)
        await server.start()
        phone = Phone(telegram.person("Worker"))
        await phone.say("/start")
        assert await ended(server) == 0
        port = unused_port()
        server.settings = settings | {
            "TIENGTHO_TELEGRAM_MODE": "webhook",
            "TIENGTHO_TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TIENGTHO_WEB_PORT": str(port),
            "TIENGTHO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        await telegram.person("Worker").say("/start")
        await server.start()
        await phone.hears()
        polls = len(telegram.calls("getUpdates"))
        await phone.press("report")
        await phone.say("Công ty nợ lương hai tháng nay rồi.")
        async with asyncio.TaskGroup() as group:
            group.create_task(ended(server))
            assert "sắp khởi động lại" in (await phone.hears()).text
            # Without a draft there is nothing to wait for.
            await phone.say("dừng")
        assert len(telegram.calls("getUpdates")) == polls


@pytest.mark.long
async def test_a_kill_between_commit_and_answer_files_once_and_tells_nobody(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "house"
    async with FakeTelegram(clock=wall_clock) as telegram:
        token = telegram.bot().token
        server = Server(
            folder,
            f"sqlite+aiosqlite:///{folder}/tiengtho.db",
            log_level="DEBUG",
            settings={
                "TIENGTHO_TELEGRAM_TOKEN": token,
                "TIENGTHO_TELEGRAM_API_URL": telegram.url,
            },
        )
        await server.start()
        person = telegram.person("Canary-First", last_name="Canary-Last", username="canary_user")
        phone = Phone(person)
        await phone.say("/start")
        for name in ("report", "wages", "danger_no", "no_place"):
            await phone.press(name)
        await phone.say("Công ty nợ lương hai tháng Canary-Story.")
        review = await phone.press("skip_all")
        code = next(line for line in review.text.splitlines() if line.count("-") == 3)
        # The poll that is open brings [Send]; neither its confirmation nor its answer goes through.
        telegram.fail(Hang(), "getUpdates", times=None)
        telegram.fail(Hang(), "sendMessage", times=None)
        await person.press(review, next(b.data or "" for row in review.buttons for b in row))
        await until(lambda: tips_in(server) or None, 60, "the tip")
        assert telegram.bot().inbox.waiting
        await server.kill()
        telegram.heal()
        await server.start()
        assert "bản nháp trước đã hết hạn" in (await phone.hears()).text
        assert "Tin của bạn" in (await phone.say(code.strip())).text
        assert await ended(server) == 0
        assert tips_in(server) == 1
        secrets = [*phone.as_written(), token.partition(":")[2].encode(), b"Canary-Story"]
        for file in folder.rglob("*"):
            if file.is_file():
                data = file.read_bytes()
                assert [secret for secret in secrets if secret in data] == [], file.name
