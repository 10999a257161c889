"""`doctor zalo` with the fake platform: every check, by polling and by webhook, alone or asked."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bot import app
from bot.channels.zalo_bot.client import Client
from bot.cli import Context, commands
from bot.config import Settings
from bot.locks import only_one
from bot.zalo.accounts import add, hook_url
from bot.zalo.doctor import Round, Terminal, examine
from bot.zalo.findings import Finding
from bot.zalo.visit import Nobody, Operator, Patience
from handlers.subscriptions import WHOLE_COUNTRY, PartOfDay, Subscription
from storage import accounts, quotas, subscribers
from storage.bots import Bot, Mode
from storage.database import Database
from tests.desk_world import NOW, database
from tests.fakes.zalo_bot import FakeZalo, Idle, Person, Refuse, too_many
from tests.services import run

NOVEMBER = date(2026, 11, 1)
JPEG = b"\xff\xd8\xff" + bytes(5_000)
PATIENCE = Patience(message=5, again=0.5, idle=1, late=0.4)
SKIPPED_ALONE = "it needs somebody at the terminal"


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Database]:
    async with database(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZalo]:
    async with FakeZalo() as fake:
        yield fake


def free_port() -> int:
    with socket.socket() as one_time:
        one_time.bind(("127.0.0.1", 0))
        return int(one_time.getsockname()[1])


@pytest.fixture
def settings(zalo: FakeZalo, sqlite_url: str) -> Settings:
    port = free_port()
    return Settings(
        database_url=SecretStr(sqlite_url),
        zalo_api_url=zalo.url,
        web_port=port,
        public_url=f"http://127.0.0.1:{port}",
    )


async def made(one: Database, zalo: FakeZalo, mode: Mode = Mode.POLLING) -> Bot:
    return await add(one, "zalo", zalo.bot().token, "north", mode, NOW)


async def set_hook(zalo: FakeZalo, settings: Settings, bot: Bot) -> None:
    """As `init zalo` leaves it."""
    async with Client(zalo.bot().token, zalo.url) as client:
        await client.set_webhook(hook_url(settings.public_url, bot), bot.secret)


@dataclass
class Scripted:
    """An operator who does what their script says at a question, and says yes; to all else Enter.

    The keys are parts of questions; an answer that is no function is given as it is.
    """

    script: dict[str, Callable[[], Awaitable[object]] | bool]
    asked: list[str] = field(default_factory=list)
    is_there: bool = True

    async def ask(self, question: str) -> bool | None:
        self.asked.append(question)
        for part, answer in self.script.items():
            if part in question:
                if isinstance(answer, bool):
                    return answer
                await answer()
                return True
        return None


async def lines(
    one: Database,
    settings: Settings,
    operator: Operator,
    name: str = "",
    clock: Any = lambda: NOW,
) -> tuple[bool, dict[str, str]]:
    """Whether all is well, and the lines by their names; each is checked to name nobody."""
    found: list[Finding] = []
    how = Round(operator, found.append, clock, PATIENCE)
    is_well = await examine(one, settings, name, how)
    told = [str(each) for each in found]
    assert is_well is not any(line.startswith("✗") for line in told)
    return is_well, {line[2:].partition(":")[0]: line for line in told}


def everything(operator: Person) -> Scripted:
    """An operator who does all they are asked for."""
    return Scripted(
        {
            "Look at what": True,
            "a text, for the webhook": lambda: operator.say("bí mật"),
            "a text": lambda: operator.say("bí mật"),
            "without words": lambda: operator.photo(JPEG),
            "with words": lambda: operator.photo(JPEG, "bí mật"),
            "voice": operator.voice,
            "a file": operator.unsupported,
            "a video": lambda: operator.unsupported(with_message=False),
            "a place": operator.reaction,
            "Block": operator.block,
            "Let the bot in": operator.unblock,
            "green": True,
        }
    )


async def test_a_good_bot_by_polling_passes_every_check(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    bot = await made(one, zalo)
    operator = zalo.person("Operator", display_name="Chị Hoa")
    is_well, told = await lines(one, settings, everything(operator))
    assert is_well
    shape = "chat, date, from, message_id"
    assert told["1 getMe"].startswith("✓ 1 getMe: good, Zalo calls the bot bot.")
    assert told["2 a broken token"] == "✓ 2 a broken token: refused (401)."
    assert told["3 getWebhookInfo"].startswith("✓")
    assert told["4 getUpdates of 1 s"].startswith("✓ 4 getUpdates of 1 s: nothing came, after 1.")
    assert told["5 a text"] == f"✓ 5 a text: comes as message.text.received ({shape}, text)."
    for name in ("6 a photo without words", "6 a photo with words"):
        assert told[name] == (
            f"✓ {name}: message.image.received (caption, {shape}, photo_url);"
            " photo_url at 127.0.0.1, 5 KiB."
        )
    assert "voice_url at 127.0.0.1, 1 KiB" in told["7 a voice message"]
    assert told["8 other things"] == (
        f"✓ 8 other things: a file as message.unsupported.received ({shape});"
        " a video as message.unsupported.received (no message);"
        f" a place as message.reaction.received ({shape.replace('_id', '_id, reaction')})."
    )
    assert told["9 sendMessage of 2000 and 2001"].startswith("✓")
    assert told["10 sendMessage to nobody"] == "✓ 10 sendMessage to nobody: refused (400)."
    assert told["11 a blocked bot"] == "✓ 11 a blocked bot: refused (400)."
    assert told["12 setWebhook"].startswith("?")
    assert told["14 getUpdates beside a webhook"].startswith("?")
    assert told["15 a picture's address after hours"].startswith("?")
    assert told["16 a picture by our address"] == "✓ 16 a picture by our address: fetched 3 times."
    assert zalo.black_pictures == []
    # Five texts, one to nobody, one to a blocked bot, one picture.
    assert told["month"] == "✓ month: 8 of 3000 messages used (0 %)."
    assert told["subscribers"] == "✓ subscribers: 0 of 50."
    shown = "\n".join(told.values())
    for hidden in (operator.id, "Hoa", "bí mật", zalo.bot().token, bot.path, bot.secret):
        assert hidden not in shown


async def test_a_good_bot_by_webhook_is_served_by_the_doctor_itself(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    bot = await made(one, zalo, Mode.WEBHOOK)
    await set_hook(zalo, settings, bot)
    operator = zalo.person("Operator")
    is_well, told = await lines(one, settings, everything(operator))
    assert is_well, [line for line in told.values() if line[0] == "✗"]
    assert told["3 getWebhookInfo"] == "✓ 3 getWebhookInfo: our webhook is set."
    assert told["4 getUpdates of 1 s"].startswith("?")
    assert told["5 a text"].endswith("text), wrapped.")
    assert told["6 a photo without words"].startswith("✓")
    assert told["12 setWebhook"] == "✓ 12 setWebhook: webhook: set, and Zalo reaches it."
    for name in ("12b an answer 500", "13 an answer after 0.4 s"):
        assert told[name].startswith(f"✓ {name}: delivered wrapped, with the secret;")
    assert told["12b an answer 500"].endswith("it comes again.")
    assert "does not come again" in told["13 an answer after 0.4 s"]
    assert told["14 getUpdates beside a webhook"].startswith("✓")
    assert told["16 a picture by our address"].startswith("✓")


async def test_a_late_answer_that_is_not_waited_for_comes_again(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    bot = await made(one, zalo, Mode.WEBHOOK)
    await set_hook(zalo, settings, bot)
    zalo.habits.delivery.timeout_seconds = 0.2
    zalo.habits.delivery.wrapped = False
    _, told = await lines(one, settings, everything(zalo.person("Operator")))
    assert "unwrapped" in told["13 an answer after 0.4 s"]
    assert told["13 an answer after 0.4 s"].endswith("it comes again.")


async def test_without_a_terminal_only_what_needs_nobody_is_done(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    await zalo.person("Worker").say("có ai không?")
    is_well, told = await lines(one, settings, Nobody())
    assert is_well
    for name in ("1 getMe", "2 a broken token", "3 getWebhookInfo", "10 sendMessage to nobody"):
        assert told[name].startswith("✓"), name
    for name in (
        "4 getUpdates of 1 s",
        "5 a text",
        "6 a photo with words",
        "7 a voice message",
        "8 other things",
        "9 sendMessage of 2000 and 2001",
        "11 a blocked bot",
        "16 a picture by our address",
    ):
        assert told[name] == f"? {name}: {SKIPPED_ALONE}."
    # What a worker wrote still waits for `run`.
    assert zalo.calls("getUpdates") == []


async def test_what_the_operator_leaves_out_is_left_out(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    operator = Scripted({"Look at what": True})
    is_well, told = await lines(one, settings, operator)
    assert is_well
    assert told["4 getUpdates of 1 s"].startswith("✓")
    for name in ("5 a text", "8 other things", "11 a blocked bot", "16 a picture by our address"):
        assert told[name] == f"? {name}: left out."
    _, told = await lines(one, settings, Scripted({}))
    assert told["4 getUpdates of 1 s"] == "? 4 getUpdates of 1 s: left out."


async def test_while_run_is_at_work_nothing_is_taken_from_it(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    operator = everything(zalo.person("Operator"))
    with only_one(settings.database_url.get_secret_value()):
        is_well, told = await lines(one, settings, operator)
    assert is_well
    assert operator.asked == []
    assert "`run` is at work" in told["5 a text"]
    assert zalo.calls("getUpdates") == []


async def test_a_port_that_is_taken_leaves_the_pictures_out(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    with taken(settings.web_port):
        is_well, told = await lines(one, settings, everything(zalo.person("Operator")))
    assert is_well
    assert "port of the pages is taken" in told["16 a picture by our address"]
    assert told["5 a text"].startswith("✓")


@contextmanager
def taken(port: int) -> Any:
    """Somebody else listens there."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


async def test_a_wrong_token_ends_the_walk(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await add(one, "zalo", "123456789:abc-xyz", "north", Mode.POLLING, NOW)
    is_well, told = await lines(one, settings, Nobody())
    assert not is_well
    assert list(told) == ["1 getMe"]
    assert "Zalo Bot Creator" in told["1 getMe"]
    await zalo.shut()
    _, told = await lines(one, settings, Nobody())
    assert "TIENGTHO_ZALO_API_URL" in told["1 getMe"]


async def test_a_webhook_that_is_not_ours_is_seen_and_left(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    hook = zalo.bot().hook
    hook.url, hook.updated_at = "https://elsewhere.example.org", 1
    operator = everything(zalo.person("Operator"))
    is_well, told = await lines(one, settings, operator)
    assert not is_well
    assert "polling gets nothing" in told["3 getWebhookInfo"]
    assert "init zalo --name zalo" in told["3 getWebhookInfo"]
    assert told["5 a text"] == "? 5 a text: first mend what 3 says."
    assert "elsewhere" not in "\n".join(told.values())
    assert zalo.calls("setWebhook") == []


@pytest.mark.parametrize("url", ["", "https://elsewhere.example.org"])
async def test_a_webhook_that_is_not_set_is_set_and_another_programs_is_not(
    one: Database, zalo: FakeZalo, settings: Settings, url: str
) -> None:
    bot = await made(one, zalo, Mode.WEBHOOK)
    hook = zalo.bot().hook
    hook.url, hook.updated_at = url, 1
    is_well, told = await lines(one, settings, everything(zalo.person("Operator")))
    assert not is_well
    assert told["3 getWebhookInfo"].startswith("✗")
    assert (zalo.bot().hook.url == hook_url(settings.public_url, bot)) is not bool(url)


async def test_a_webhook_without_an_address_or_that_nobody_reaches_is_wrong(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    bot = await made(one, zalo, Mode.WEBHOOK)
    await set_hook(zalo, settings, bot)
    is_well, told = await lines(one, settings, Nobody())
    assert not is_well
    assert "webhook.err.conn" in told["12 setWebhook"]
    bare = Settings(database_url=settings.database_url, zalo_api_url=zalo.url)
    is_well, told = await lines(one, bare, Nobody())
    assert not is_well
    assert "TIENGTHO_PUBLIC_URL" in told["3 getWebhookInfo"]
    assert told["12 setWebhook"].startswith("?")


async def test_a_try_without_the_secret_is_told_apart_from_a_proxy_that_refuses(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    bot = await made(one, zalo, Mode.WEBHOOK)
    await set_hook(zalo, settings, bot)
    zalo.habits.probe_has_secret = False
    _, told = await lines(one, settings, Scripted({"Look at what": True}))
    assert "carries no secret" in told["12 setWebhook"]


async def test_what_the_platform_counts_otherwise_is_told(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    script = everything(zalo.person("Operator"))
    zalo.fail(Refuse(400, "Too long"), "sendMessage")
    is_well, told = await lines(one, settings, script)
    assert not is_well
    assert "2000 letters (2000 units)" in told["9 sendMessage of 2000 and 2001"]
    zalo.fail(too_many(), "sendMessage")
    _, told = await lines(one, settings, script)
    assert "RateLimited" in told["9 sendMessage of 2000 and 2001"]
    zalo.habits.blocked_code = zalo.habits.unknown_chat_code = 404
    _, told = await lines(one, settings, script)
    for name in ("10 sendMessage to nobody", "11 a blocked bot"):
        assert told[name] == f"? {name}: NotFound 404."


async def test_a_poll_that_comes_back_at_once_has_a_rival(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    zalo.habits.idle, zalo.habits.poll_scale = Idle.EMPTY, 0.0
    patient = Patience(message=5, again=0.5, idle=3, late=0.4)
    found: list[Finding] = []
    how = Round(Scripted({"Look at what": True}), found.append, lambda: NOW, patient)
    assert not await examine(one, settings, "", how)
    assert any("Another program polls" in each.line for each in found)


async def test_nothing_that_comes_and_what_cannot_be_fetched_is_wrong(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    await made(one, zalo)
    operator = zalo.person("Operator")
    script: dict[str, Callable[[], Awaitable[object]] | bool] = {
        "Look at what": True,
        "a text": True,
        "without words": lambda: operator.photo(JPEG, redirect_to="http://169.254.169.254/"),
    }
    found: list[Finding] = []
    quick = Patience(message=0.1, again=0.1, idle=1, late=0.1)
    await examine(one, settings, "", Round(Scripted(script), found.append, lambda: NOW, quick))
    told = [str(each) for each in found]
    assert "✗ 5 a text: nothing came." in told
    assert any("cannot be fetched (broken)" in line for line in told)


async def test_the_month_and_the_subscribers_are_told_before_they_are_full(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    bot = await made(one, zalo)
    async with one.write() as tx:
        await quotas.take(tx, bot.account, NOVEMBER, 2_200)
        for number in range(45):
            await subscribers.keep(tx, bot.account, f"{number}", subscription(), NOVEMBER)
    is_well, told = await lines(one, settings, Nobody())
    assert is_well
    assert told["month"].endswith("(73 %), above 70 %.")
    assert told["subscribers"] == "? subscribers: 45 of 50, soon full."
    async with one.write() as tx:
        await quotas.take(tx, bot.account, NOVEMBER, 700)
        for number in range(45, 50):
            await subscribers.keep(tx, bot.account, f"{number}", subscription(), NOVEMBER)
    is_well, told = await lines(one, settings, Nobody())
    assert not is_well
    assert told["month"].startswith("✗")
    assert told["subscribers"].startswith("✗")


def subscription() -> Subscription:
    return Subscription(frozenset(), (WHOLE_COUNTRY,), per_week=1, part=PartOfDay.EVENING)


async def test_all_bots_are_looked_at_or_the_one_that_is_named(
    one: Database, zalo: FakeZalo, settings: Settings
) -> None:
    is_well, told = await lines(one, settings, Nobody())
    assert not is_well
    assert "init zalo" in "".join(told.values())
    await made(one, zalo)
    await add(one, "second", zalo.bot("Second").token, "south", Mode.POLLING, NOW)
    async with one.write() as tx:
        await accounts.disable(tx, "second")
    _, told = await lines(one, settings, Nobody())
    assert {"zalo, the bot of north", "second, the bot of south"} <= set(told)
    _, told = await lines(one, settings, Nobody(), "second")
    assert "accounts enable second" in told["account"]
    with pytest.raises(click.ClickException, match="no bot third"):
        await lines(one, settings, Nobody(), "third")


async def test_the_operator_answers_yes_no_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nCó\nn\nkhông\n\nwhat\n"))
    terminal = Terminal()
    given = [await terminal.ask("Send the bot a text. Will you?") for _ in range(7)]
    assert given == [True, True, False, False, None, None, None]


def test_the_command_ends_with_one_where_something_has_to_be_done(tmp_path: Path) -> None:
    mine = Settings(
        database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}"),
        master_key_file=tmp_path / "master.key",
        zalo_api_url="http://127.0.0.1:1",
    )

    async def make() -> None:
        async with app.open_database(mine, make_demo=True):
            await asyncio.sleep(0)

    run(make())
    command = commands.commands["doctor"]
    done = CliRunner().invoke(command, ["zalo", "--yes"], obj=Context(mine))
    assert (done.exit_code, done.output) == (
        1,
        "✗ no bot of Zalo is set up: python -m bot init zalo\n",
    )
