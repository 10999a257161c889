"""`accounts add --channel zalo_bot`, `accounts list` and `init zalo`: what they do and tell."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from pydantic import SecretStr

from bot import accounts_cli, app
from bot.cli import Context, commands
from bot.config import Settings
from bot.zalo import accounts as zalo_accounts
from bot.zalo.init import GREETING, Prompt, Wanted, set_up
from handlers.subscriptions import WHOLE_COUNTRY, PartOfDay, Subscription
from storage import accounts, audit, bots, quotas, subscribers, units
from storage.audit import Act
from storage.bots import Bot, Mode
from storage.database import Database
from tests.desk_world import NOW, database
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import FakeZalo, Refuse, too_many
from tests.services import run

NOVEMBER = date(2026, 11, 1)
TOKEN, OTHER = "123456789:abc-xyz", "987654321:def-uvw"
PUBLIC = "https://tips.example.org"


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Database]:
    async with database(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZalo]:
    async with FakeZalo() as fake:
        yield fake


async def add(made: Database, name: str = "zalo", token: str = TOKEN, unit: str = "north") -> str:
    return await accounts_cli.add_bot(made, name, token, unit, Mode.POLLING, NOW)


async def test_a_bot_is_added_and_the_list_tells_of_its_unit_readers_and_month(
    made: Database,
) -> None:
    assert await add(made) == "Added zalo (zalo_bot, the bot of north, by polling)."
    line = "zalo\tzalo_bot\tenabled\t5 a second\tunit north\tpolling"
    assert await accounts_cli.listed(made, NOVEMBER) == (
        f"{line}\t0 of 50 subscribers\t0 of 3000 messages this month (0 %)"
    )
    async with made.write() as tx:
        for number in range(45):
            await subscribers.keep(tx, 1, f"{number}", subscription(), NOVEMBER)
        await quotas.take(tx, 1, NOVEMBER, 2_549)
    assert await accounts_cli.listed(made, NOVEMBER) == (
        f"{line}\t45 of 50 subscribers !\t2549 of 3000 messages this month (84 %) ! 70 %"
    )
    async with made.write() as tx:
        await quotas.take(tx, 1, NOVEMBER, 1)
        entries = await audit.entries(tx, limit=9)
    assert (await accounts_cli.listed(made, NOVEMBER)).endswith("(85 %) ! 85 %")
    assert "(0 %)" in await accounts_cli.listed(made, date(2026, 12, 1))
    assert [(each.act, each.note) for each in entries] == [(Act.ACCOUNT_ADDED, "zalo")]


def subscription() -> Subscription:
    return Subscription(frozenset(), (WHOLE_COUNTRY,), per_week=1, part=PartOfDay.EVENING)


async def test_what_cannot_be_added_is_said_in_a_line_without_the_token(made: Database) -> None:
    await add(made)
    for doing, said in (
        (add(made, "Zalo", OTHER, "south"), "1 to 60 characters"),
        (add(made, "telegram", OTHER, "south"), "TIENGTHO_TELEGRAM_TOKEN"),
        (add(made, "second", "hello", "south"), "no token"),
        (add(made, "second", f"{OTHER}\n", "south"), "no token"),
        (add(made, "second", OTHER, "east"), "no unit east"),
        (add(made, "second", OTHER, "north"), "north has a bot already: zalo"),
        (add(made, "second", TOKEN, "south"), "zalo has this token"),
        (add(made, "zalo", OTHER, "south"), "is taken"),
    ):
        with pytest.raises(click.ClickException) as refused:
            await doing
        assert said in refused.value.message
        assert TOKEN not in refused.value.message
        assert OTHER not in refused.value.message
    async with made.read() as tx:
        assert len(await bots.every(tx)) == len(await accounts.every(tx)) == 1
        assert len(await audit.entries(tx, limit=9)) == 1


@dataclass
class Talked:
    """What was said to the operator, and what they answer when asked."""

    answer: bool = True
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def prompt(self, seconds: float = 30) -> Prompt:
        return Prompt(self.said.append, self._confirm, seconds)

    def _confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer

    @property
    def marks(self) -> list[str]:
        return [
            line[:2].strip() + line.partition(":")[0][1:] for line in self.said if line[0] in "✓✗?"
        ]


def settings(zalo: FakeZalo, **more: Any) -> Settings:
    return Settings(zalo_api_url=zalo.url, **more)


def wanted(zalo: FakeZalo, mode: Mode = Mode.POLLING, **more: str) -> Wanted:
    return Wanted(more.get("name", "zalo"), more.get("unit", "north"), mode, zalo.bot().token)


async def greeted(zalo: FakeZalo, talked: Talked) -> None:
    """The operator takes their phone when they are asked to."""

    def is_asked() -> bool | None:
        return any("send any message" in line for line in talked.said) or None

    await until(is_asked, 30, "the operator to be asked")
    await zalo.person("Operator").say("xin chào")


async def test_a_bot_by_polling_is_set_up_and_writes_to_whoever_writes_first(
    made: Database, zalo: FakeZalo
) -> None:
    talked, operator = Talked(), zalo.person("Operator", display_name="Chị Hoa")
    async with asyncio.TaskGroup() as group:
        group.create_task(set_up(made, settings(zalo), wanted(zalo), talked.prompt(), NOW))
        group.create_task(greeted(zalo, talked))
    assert talked.marks == ["✓ token", "✓ account", "✓ message"]
    assert talked.asked == []
    assert [seen.text for seen in operator.sees()] == ["xin chào", GREETING]
    async with made.read() as tx:
        bot = await bots.by_name(tx, "zalo")
        assert bot is not None
        assert (bot.unit, bot.mode) == ("north", Mode.POLLING)
        assert await accounts.token_of(tx, bot.account) == zalo.bot().token
        assert await quotas.used(tx, bot.account, NOVEMBER) == 1
    everything = "\n".join(talked.said)
    for hidden in (operator.id, "Hoa", zalo.bot().token, bot.path, bot.secret, "xin chào"):
        assert hidden not in everything


async def test_a_bot_by_webhook_writes_first_and_is_brought_its_updates_then(
    one: Database, zalo: FakeZalo
) -> None:
    talked = Talked()
    async with served(200) as public_url:
        mine = settings(zalo, public_url=public_url)
        async with asyncio.TaskGroup() as group:
            group.create_task(set_up(one, mine, wanted(zalo, Mode.WEBHOOK), talked.prompt(), NOW))
            group.create_task(greeted(zalo, talked))
        assert talked.marks == ["✓ token", "✓ account", "✓ message", "✓ webhook"]
        bot = await only_bot(one)
        assert zalo.bot().hook.url == f"{public_url}/hooks/zalo_bot/{bot.path}"
        assert zalo.bot().hook.secret == bot.secret


@pytest.mark.parametrize(
    ("status", "said"),
    [(403, "proxy and its filters"), (404, "start `run` again"), (502, "start `run`")],
)
async def test_a_webhook_that_nobody_reaches_is_shouted(
    one: Database, zalo: FakeZalo, status: int, said: str
) -> None:
    talked = Talked()
    async with served(status) as public_url:
        mine = settings(zalo, public_url=public_url)
        await set_up(one, mine, wanted(zalo, Mode.WEBHOOK), talked.prompt(0.1), NOW)
    assert talked.marks[-1] == "✗ webhook"
    assert any(said in line for line in talked.said)
    zalo.habits.verifies = False
    await set_up(one, mine, wanted(zalo, Mode.WEBHOOK), talked.prompt(0.1), NOW)
    assert talked.marks[-1] == "? webhook"


async def test_when_nobody_writes_it_says_how_to_go_on(one: Database, zalo: FakeZalo) -> None:
    talked = Talked()
    await set_up(one, settings(zalo), wanted(zalo), talked.prompt(0.1), NOW)
    assert talked.marks == ["✓ token", "✓ account", "? message"]
    assert any("doctor zalo" in line for line in talked.said)
    assert zalo.calls("sendMessage") == []


async def test_a_webhook_of_another_program_is_only_taken_away_with_a_word(
    one: Database, zalo: FakeZalo
) -> None:
    elsewhere = zalo.bot().hook
    elsewhere.url, elsewhere.updated_at = "https://elsewhere.example.org", 1
    talked = Talked(answer=False)
    with pytest.raises(click.ClickException, match="nothing was changed"):
        await set_up(one, settings(zalo), wanted(zalo), talked.prompt(0.1), NOW)
    assert zalo.bot().hook.url == "https://elsewhere.example.org"
    async with one.read() as tx:
        assert await bots.every(tx) == ()
    talked.answer = True
    await set_up(one, settings(zalo), wanted(zalo), talked.prompt(0.1), NOW)
    assert len(talked.asked) == 2
    assert zalo.bot().hook.url == ""
    assert "elsewhere" not in "\n".join(talked.said)


async def test_the_same_again_changes_the_mode_and_asks_nothing_about_our_own_webhook(
    one: Database, zalo: FakeZalo
) -> None:
    talked = Talked()
    async with served(200) as public_url:
        mine = settings(zalo, public_url=public_url)
        await set_up(one, mine, wanted(zalo, Mode.WEBHOOK), talked.prompt(0.1), NOW)
        before = await only_bot(one)
        async with one.write() as tx:
            await accounts.disable(tx, "zalo")
        await set_up(one, mine, wanted(zalo), talked.prompt(0.1), NOW)
    after = await only_bot(one)
    assert (after.mode, after.path, after.enabled) == (Mode.POLLING, before.path, True)
    assert talked.asked == []
    assert zalo.bot().hook.url == ""
    with pytest.raises(click.ClickException, match="zalo is the bot of north"):
        await set_up(one, mine, wanted(zalo, unit="south"), talked.prompt(0.1), NOW)


async def test_a_token_that_zalo_does_not_know_is_stored_nowhere(
    one: Database, zalo: FakeZalo
) -> None:
    unknown, talked = Wanted("zalo", "north", Mode.POLLING, TOKEN), Talked()
    with pytest.raises(click.ClickException, match="does not know this token"):
        await set_up(one, settings(zalo), unknown, talked.prompt(0.1), NOW)
    await zalo.shut()
    with pytest.raises(click.ClickException, match="cannot be reached"):
        await set_up(one, settings(zalo), wanted(zalo), talked.prompt(0.1), NOW)
    zalo.heal()
    zalo.fail(too_many())
    with pytest.raises(click.ClickException, match=r"RateLimited 429.*try later"):
        await set_up(one, settings(zalo), wanted(zalo), talked.prompt(0.1), NOW)
    async with one.read() as tx:
        assert await bots.every(tx) == ()
    assert TOKEN not in repr(unknown)


async def test_an_answer_that_does_not_go_is_told_and_the_rest_is_done(
    one: Database, zalo: FakeZalo
) -> None:
    zalo.fail(Refuse(400, "Bad request"), "sendMessage")
    zalo.fail(too_many(), "getUpdates", nth=2)
    talked = Talked()
    await zalo.person("Operator").say("xin chào")
    await set_up(one, settings(zalo), wanted(zalo), talked.prompt(), NOW)
    assert talked.marks == ["✓ token", "✓ account", "✗ message"]
    assert "Refused 400" in talked.said[-2]
    await set_up(one, settings(zalo), wanted(zalo), talked.prompt(), NOW)
    assert talked.marks[-1] == "✗ message"
    assert "RateLimited" in talked.said[-2]
    assert talked.said[-1].startswith("Next:")


async def test_a_groups_message_and_the_bots_own_are_not_answered(
    one: Database, zalo: FakeZalo
) -> None:
    operator = zalo.person("Operator")
    await operator.says_in_group("Xưởng 3", "chào mọi người")
    await operator.echo("của bot")
    await operator.unsupported(with_message=False)
    await set_up(one, settings(zalo), wanted(zalo), Talked().prompt(1), NOW)
    assert zalo.calls("sendMessage") == []


async def only_bot(made: Database) -> Bot:
    async with made.read() as tx:
        [bot] = await bots.every(tx)
    return bot


class served:  # noqa: N801 - reads as a function
    """A pages' server that answers every webhook call with `status`."""

    def __init__(self, status: int) -> None:
        app = web.Application()

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status)

        app.router.add_post("/hooks/zalo_bot/{path}", answer)
        self.runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> str:
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        return site.name

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A small installation with the demo's units."""
    mine = Settings(
        database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}"),
        master_key_file=tmp_path / "master.key",
        zalo_api_url="http://127.0.0.1:1",
    )

    async def make() -> None:
        async with app.open_database(mine, make_demo=True):
            pass

    run(make())
    return Context(mine)


def test_the_commands_ask_for_the_token_and_never_show_it(context: Context) -> None:
    def typed(*words: str, text: str) -> Result:
        return CliRunner().invoke(commands.commands[words[0]], words[1:], obj=context, input=text)

    unit = first_unit(context)
    added = typed(
        "accounts", "add", "zalo", "--channel", "zalo_bot", "--unit", unit, text=f"{TOKEN}\n"
    )
    assert added.output == f"Added zalo (zalo_bot, the bot of {unit}, by polling).\n"
    listed = typed("accounts", "list", text="")
    assert f"\tunit {unit}\tpolling\t0 of 50 subscribers\t" in listed.output
    for words, said in (
        (("add", "second", "--channel", "zalo_bot"), "--unit"),
        (("add", "second", "--unit", unit), "--unit"),
        (
            ("add", "second", "--channel", "zalo_bot", "--unit", unit, "--mode", "webhook"),
            "TIENGTHO_PUBLIC_URL",
        ),
    ):
        refused = typed("accounts", *words, text=f"{OTHER}\n")
        assert refused.exit_code != 0
        assert said in refused.output
    begun = typed("init", "zalo", text=f"\n{unit}\nwebhook\n{OTHER}\n")
    assert "TIENGTHO_PUBLIC_URL" in begun.output
    begun = typed("init", "zalo", "--name", "second", text=f"{unit}\n\n{OTHER}\n")
    assert "cannot be reached" in begun.output
    assert begun.exit_code == 1
    assert OTHER not in begun.output


def first_unit(context: Context) -> str:
    async def look() -> str:
        async with app.open_database(context.settings) as (opened, _), opened.read() as tx:
            tree = await units.tree(tx)
            assert tree is not None
            return tree.root.id

    return run(look())


def test_init_alone_still_makes_an_installation(tmp_path: Path) -> None:
    mine = Settings(
        database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'tiengtho.db'}"),
        master_key_file=tmp_path / "master.key",
    )
    made = CliRunner().invoke(commands.commands["init"], [], obj=Context(mine))
    assert made.exit_code == 0
    assert "empty database" in made.output
    assert (tmp_path / "master.key").exists()


def test_the_address_of_a_webhook_is_under_ours() -> None:
    bot = Bot(1, "zalo", "north", enabled=True, mode=Mode.WEBHOOK, path="abc", secret="s" * 43)
    assert zalo_accounts.hook_url(PUBLIC, bot) == f"{PUBLIC}/hooks/zalo_bot/abc"
