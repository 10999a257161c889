"""Web Push through the house: from the page that asks for it to the notice, and back out."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from bs4 import BeautifulSoup
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import app, serving, subscribing
from bot.app import CannotStart, House
from bot.bulletins.feed import REFUSED_IN_A_ROW
from bot.channels.telegram.bulk import TelegramBulk
from bot.config import Settings
from bot.pace import Limits, Pace
from bot.push import account, keys
from bot.push.bulk import PushBulk
from bot.push_cli import push_key
from bot.web.server import make_application
from handlers.bulletins import Run, Stage, Topic
from handlers.effects import Subscribe
from handlers.languages import Language
from handlers.subscriptions import Subscription
from storage import accounts, bulletins, sendings, subscribers
from storage.accounts import Account
from storage.sendings import Kind, Progress
from storage.tables import outcomes
from storage.tables import subscribers as rows
from tests import demo_house
from tests.bot.test_web_bulletins import content
from tests.bot.visitor import Client
from tests.fakes.push_service import Browser, PushService
from tests.fakes.recorder import Recorder
from tests.players import Clock

PATIENCE_SECONDS = 60.0
ROOT = Path(__file__).parents[2]


def settings_of(url: str, folder: Path, key: str = "push.key") -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(url),
        master_key_file=folder / "master.key",
        push_key_file=folder / key if key else Path(),
    )


@dataclass(slots=True)
class Street:
    """A house with a push key, a browser before its page, and a push service."""

    house: House
    client: Client
    service: PushService
    account: Account

    async def ask(self, browser: Browser, query: str = "") -> int:
        """What the page's script does when its button is pressed; the status of the answer."""
        answer = await self.client.post(f"/ban-tin/nhan{query}", data=browser.fields)
        return answer.status

    async def of(self, browser: Browser) -> Subscription | None:
        async with self.house.database.read() as tx:
            return await subscribers.of(tx, self.account.id, browser.end.address)

    async def people(self) -> int:
        async with self.house.database.read() as tx:
            row = await tx.row(select(func.count(rows.c.id)))
            assert row is not None
            return int(row[0])

    async def publish(self, topic: Topic = Topic.WAGES) -> tuple[str, Progress]:
        """A bulletin is due, and is sent to its end: its id, and how it went."""
        number = await self.begin(topic)
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The database is asked, as anybody else would: nobody tells us.
            while (  # noqa: ASYNC110
                told := await self.progress(number)
            ).sending.stage is not Run.DONE:
                await asyncio.sleep(0.05)
        return told.sending.bulletin, told

    async def begin(self, topic: Topic = Topic.WAGES) -> int:
        now = self.house.clock()
        wanted = content(topic=topic)
        async with self.house.database.write() as tx:
            made = await bulletins.create(tx, "tong", b"a" * 16, wanted, now.date())
            await bulletins.set_stage(tx, made.id, Stage.APPROVED)
            begun = await sendings.start(tx, made, now, await subscribers.high_water(tx))
        assert begun is not None
        self.house.mailing.wake()
        return begun.id

    async def progress(self, number: int) -> Progress:
        async with self.house.database.read() as tx:
            told = await sendings.progress(tx, number, self.house.clock())
        assert told is not None
        return told


@asynccontextmanager
async def street_of(url: str, folder: Path, service: PushService) -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        settings = settings_of(url, folder)
        await demo_house.prepare(url, settings.master_key_file)
        opened = app.open_house(settings, make_demo=True, clock=Clock())
        house = await stack.enter_async_context(opened)
        assert house.push is not None
        await account.opener(house.database, house.push, "")
        async with house.database.read() as tx:
            found = await accounts.by_name(tx, "webpush")
        assert found is not None
        server = TestServer(make_application(house.web_parts()))
        client = await stack.enter_async_context(TestClient(server))
        key = house.push

        def open_bulk(each: Account, _: str) -> PushBulk:
            pace = Pace(Limits(bulk_per_second=1000))
            return PushBulk(key, "postmaster@example.org", pace, 1000, route=service.route)

        house.mailing.send_over("webpush", open_bulk)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(house.mailing.run())
        stack.callback(house.mailing.stop)
        yield Street(house, client, service, found)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[PushService]:
    async with PushService(keys.make(tmp_path / "push.key").name) as running:
        yield running


@pytest.fixture
async def street(sqlite_url: str, tmp_path: Path, service: PushService) -> AsyncIterator[Street]:
    async with street_of(sqlite_url, tmp_path, service) as opened:
        yield opened


# --- asking for it ----------------------------------------------------------------------------


async def test_a_browser_becomes_a_subscriber_of_what_its_page_shows(street: Street) -> None:
    one, two = Browser("one"), Browser("two")
    assert await street.ask(one, "?topic=wages&topic=safety&place=48&lang=en") == 204
    assert await street.of(one) == Subscription(
        frozenset({Topic.WAGES, Topic.SAFETY}), ("48",), language=Language.EN
    )
    assert await street.ask(two, "?topic=nonsense&place=99&page=2") == 204
    assert await street.of(two) == Subscription(frozenset(Topic), ("*",))
    assert await street.ask(one, "?topic=loans") == 204
    changed = await street.of(one)
    assert changed is not None
    assert changed.topics == {Topic.LOANS}
    assert await street.people() == 2


async def test_whoever_stops_is_forgotten(street: Street) -> None:
    browser = Browser("one")
    assert await street.ask(browser) == 204
    for _ in range(2):
        answer = await street.client.post("/ban-tin/thoi", data=browser.fields)
        assert answer.status == 204
        assert await street.people() == 0


async def test_nothing_is_stored_of_what_is_no_browser(street: Street) -> None:
    good = Browser("one").fields
    bad = [
        {},
        good | {"endpoint": "https://10.0.0.1/admin"},
        good | {"endpoint": "http://fcm.googleapis.com/fcm/send/x"},
        good | {"p256dh": "x" * 87},
        good | {"auth": ""},
    ]
    for fields in bad:
        assert (await street.client.post("/ban-tin/nhan", data=fields)).status == 400
    large = good | {"endpoint": "x" * 9000}
    assert (await street.client.post("/ban-tin/nhan", data=large)).status == 413
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = await street.client.post("/ban-tin/nhan", data=good, headers=elsewhere)
    assert answer.status == 403
    assert await street.people() == 0


async def test_neither_end_point_nor_keys_stand_in_the_database(
    street: Street, tmp_path: Path
) -> None:
    browser = Browser("a-very-own-name")
    assert await street.ask(browser) == 204
    async with street.house.database.read() as tx:
        [row] = await tx.rows(select(rows.c.address, rows.c.fingerprint))
    for each in (*browser.fields.values(), "a-very-own-name"):
        assert each.encode() not in bytes(row.address) + bytes(row.fingerprint)


# --- the page ---------------------------------------------------------------------------------


async def test_the_page_offers_it_to_browsers_with_scripts(street: Street) -> None:
    answer = await street.client.get("/ban-tin?topic=wages")
    page = BeautifulSoup(await answer.text(), "html.parser")
    box = page.select_one("#push")
    assert box is not None
    assert "hidden" in box.attrs
    assert box["data-key"] == street.service.name
    assert "Nhận thông báo trên máy này" in box.get_text()
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    worker = await street.client.get("/push.js")
    assert worker.content_type == "text/javascript"
    assert "showNotification" in await worker.text()
    assert "no-cache" in worker.headers["Cache-Control"]


async def test_without_a_key_there_is_nothing_of_it(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_of(sqlite_url, tmp_path, "")
    async with app.open_house(settings, make_demo=True, clock=Clock()) as house:
        server = TestServer(make_application(house.web_parts()))
        async with TestClient(server) as client:
            shown = await (await client.get("/ban-tin")).text()
            assert "push" not in shown
            assert (await client.get("/push.js")).status == 404
            posted = await client.post("/ban-tin/nhan", data=Browser("one").fields)
            assert posted.status in (404, 405)


def test_without_a_key_nothing_of_it_is_loaded() -> None:
    code = (
        "import sys, bot.cli, bot.web.server\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('webpush', 'jwt')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# --- sending ----------------------------------------------------------------------------------


@pytest.fixture
async def either(database_url: str, tmp_path: Path, service: PushService) -> AsyncIterator[Street]:
    """On both databases, for what the engine writes."""
    async with street_of(database_url, tmp_path, service) as opened:
        yield opened


async def test_a_bulletin_goes_to_whoever_chose_it_and_the_page_is_there(either: Street) -> None:
    wages, english, loans = Browser("wages"), Browser("english"), Browser("loans")
    assert await either.ask(wages, "?topic=wages") == 204
    assert await either.ask(english, "?topic=wages&lang=en") == 204
    assert await either.ask(loans, "?topic=loans") == 204
    bulletin, told = await either.publish()
    assert told.counts[Kind.SENT] == 2
    url = f"/ban-tin/{bulletin}"
    assert either.service.opened(wages) == [{"title": "Lương chậm trả", "url": url}]
    assert either.service.opened(english) == [{"title": "EN Lương chậm trả", "url": url}]
    assert either.service.opened(loans) == []
    assert (await either.client.get(url)).status == 200
    async with either.house.database.read() as tx:
        assert {row.message for row in await tx.rows(select(outcomes.c.message))} == {0}


async def test_every_answer_is_counted_for_what_it_is(either: Street) -> None:
    answers = {"gone": 410, "lost": 404, "wrong": 400, "broken": 0}
    either.service.answer = lambda path: (
        (answers[path.rpartition("/")[2]], {}) if path.rpartition("/")[2] in answers else None
    )
    for name in ("well", *answers):
        assert await either.ask(Browser(name)) == 204
    _, told = await either.publish()
    assert told.counts == dict.fromkeys(Kind, 0) | {
        Kind.SENT: 1,
        Kind.GONE: 2,
        Kind.REFUSED: 1,
        Kind.UNKNOWN: 1,
    }
    assert await either.people() == 3, "who is gone subscribes no more"


async def test_what_was_told_to_wait_is_sent_later(street: Street) -> None:
    told: list[str] = []

    def once(path: str) -> tuple[int, dict[str, str]] | None:
        told.append(path)
        return (429, {"Retry-After": "1"}) if len(told) == 1 else None

    street.service.answer = once
    browser = Browser("one")
    assert await street.ask(browser) == 204
    _, found = await street.publish()
    assert found.counts[Kind.SENT] == 1
    assert len(street.service.opened(browser)) == 2


async def test_addresses_that_are_refused_do_not_stop_the_bulletin_for_others(
    street: Street,
) -> None:
    """Anybody may ask with an address that its push service refuses."""
    count = REFUSED_IN_A_ROW + 5
    street.service.answer = lambda path: None if path.endswith("/well") else (403, {})
    async with street.house.database.write() as tx:
        for number in range(count):
            chat = f"webpush|{Browser(str(number)).end.address}"
            wanted = Subscribe(Subscription(frozenset({Topic.WAGES})))
            await subscribing.carry_out(tx, chat, wanted, street.house.clock().date())
    assert await street.ask(Browser("well")) == 204
    _, told = await street.publish()
    assert told.counts[Kind.REFUSED] == count
    assert told.counts[Kind.SENT] == 1


async def test_browsers_and_chats_get_the_same_bulletin_each_by_their_own_account(
    street: Street,
) -> None:
    def open_telegram(each: Account, token: str) -> TelegramBulk:
        return TelegramBulk(token, recorder.url, Pace(Limits(bulk_per_second=1000)), 1000)

    async with Recorder() as recorder:
        street.house.mailing.send_over("telegram", open_telegram)
        async with street.house.database.write() as tx:
            bot = await accounts.ensure_first(tx, "telegram", "4711:" + "x" * 30)
            wanted = Subscription(frozenset({Topic.WAGES}))
            await subscribers.keep(tx, bot.id, "5550000001", wanted, street.house.clock().date())
        browser = Browser("one")
        assert await street.ask(browser) == 204
        _, told = await street.publish()
        assert told.counts[Kind.SENT] == 2
        assert recorder.arrived == {5_550_000_001: 1}
    assert len(street.service.opened(browser)) == 1


# --- starting ---------------------------------------------------------------------------------


async def test_another_key_than_the_one_people_subscribed_with_is_refused(
    sqlite_url: str, tmp_path: Path
) -> None:
    keys.make(tmp_path / "push.key")
    settings = settings_of(sqlite_url, tmp_path)
    async with app.open_house(settings, make_demo=True) as house:
        assert house.push is not None
        for _ in range(2):
            await account.opener(house.database, house.push, "https://example.org")
        other = keys.make(tmp_path / "other.key")
        with pytest.raises(account.OtherKey):
            await account.opener(house.database, other, "")
    changed = replace_key(settings, tmp_path / "other.key")
    with pytest.raises(CannotStart, match="another push key"):
        await serving.serve(changed, frozenset({"send"}), asyncio.Event(), print)
    absent = replace_key(settings, tmp_path / "none.key")
    with pytest.raises(CannotStart, match="python -m bot push-key"):
        await serving.serve(absent, frozenset({"send"}), asyncio.Event(), print)


def replace_key(settings: Settings, path: Path) -> Settings:
    return settings.model_copy(update={"push_key_file": path})


def test_the_command_makes_the_file_that_the_settings_name(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Runner:
        settings: Settings

    named = Runner(settings_of("sqlite+aiosqlite:///x.db", tmp_path))
    done = CliRunner().invoke(push_key, obj=named)
    assert done.exit_code == 0, done.output
    assert keys.read(tmp_path / "push.key").name not in done.output
    unnamed = replace(named, settings=replace_key(named.settings, Path()))
    refused = CliRunner().invoke(push_key, obj=unnamed)
    assert refused.exit_code == 1
    assert "TIENGTHO_PUSH_KEY_FILE" in refused.output
