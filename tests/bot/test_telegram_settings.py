"""The settings of Telegram, what is loaded without them, and `doctor telegram`."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot import config
from bot.channels.telegram.account import Connection
from bot.channels.telegram.doctor import DeskGroup, examine, look_at
from bot.config import Mode, WrongSettings
from bot.findings import Finding
from tests import commands
from tests.fakes import telegram as fakes
from tests.fakes.telegram import FakeTelegram

ROOT = Path(__file__).parents[2]
TOKEN = "4711:AAsecret-secret-secret-secret"
SECRET = "a-secret-of-mine-4711"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, no `.env` of somebody's."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"TIENGTHO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"TIENGTHO_{name.upper()}", value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("telegram_token", "secret-4711"),
        ("telegram_token", "4711:short"),
        ("telegram_api_url", "secret-4711"),
        ("telegram_api_url", ""),
        ("telegram_mode", "secret-4711"),
        ("telegram_webhook_secret", "secret-4711"),
        ("telegram_webhook_secret", "secret 4711 with spaces in it"),
    ],
)
def test_a_wrong_setting_is_one_line_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, **{name: value})
    with pytest.raises(WrongSettings) as told:
        config.load()
    assert name.upper() in str(told.value)
    assert "4711" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_webhook_needs_a_secret_and_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, telegram_token=TOKEN, telegram_mode="webhook")
    with pytest.raises(WrongSettings, match="TELEGRAM_WEBHOOK_SECRET"):
        config.load()
    give(monkeypatch, telegram_webhook_secret=SECRET)
    with pytest.raises(WrongSettings, match="PUBLIC_URL"):
        config.load()
    give(monkeypatch, public_url="https://tips.example.org")
    settings = config.load()
    assert settings.telegram_mode is Mode.WEBHOOK
    assert "4711" not in repr(settings)


def test_without_a_token_nothing_of_telegram_is_in_the_process() -> None:
    ours = "m.startswith(('telegram', 'bot.channels.telegram'))"
    look = f"import sys, bot.cli, bot.app; print([m for m in sys.modules if {ours}])"
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_doctor_says_that_there_is_no_token(tmp_path: Path) -> None:
    done = commands.bot(ROOT, "doctor", "telegram", environment={"PATH": "/usr/bin"})
    assert done.returncode == 1
    assert "Set TIENGTHO_TELEGRAM_TOKEN" in done.stdout


async def test_the_doctor_finds_a_good_bot_by_polling() -> None:
    async with FakeTelegram() as telegram:
        findings = await examine(Connection(telegram.bot().token, telegram.url))
        assert [finding.well for finding in findings] == [True, True]
        assert "@tieng_tho_bot" in findings[0].line
        assert telegram.bot().token not in str(findings)


async def test_the_doctor_tells_what_is_wrong_with_a_token() -> None:
    async with FakeTelegram() as telegram:
        [finding] = await examine(Connection(TOKEN, telegram.url))
        assert not finding.well
        assert "@BotFather" in finding.line
    [finding] = await examine(Connection(TOKEN, telegram.url))
    assert "cannot be reached" in finding.line


async def test_the_doctor_sees_a_webhook_that_takes_the_updates_away() -> None:
    async with FakeTelegram() as telegram:
        bot = telegram.bot()
        bot.hook.url = "https://elsewhere.example.org"
        _, finding = await examine(Connection(bot.token, telegram.url))
        assert not finding.well
        assert "another program" in finding.line


async def test_the_doctor_compares_the_webhook_with_ours() -> None:
    async with FakeTelegram() as telegram:
        bot, url = telegram.bot(), "https://tips.example.org/hooks/telegram/main"
        ours = Connection(bot.token, telegram.url, url, SECRET)
        assert "no webhook is set" in (await examine(ours))[1].line
        bot.hook.url = "https://elsewhere.example.org"
        assert "another webhook" in (await examine(ours))[1].line
        bot.hook.url = url
        assert (await examine(ours))[1] == Finding(True, "updates: by webhook, 0 waiting.")
        bot.hook.last_error_message, bot.hook.last_error_date = "Connection refused", 1
        telegram.deliver({})
        assert "Connection refused" in (await examine(ours))[1].line


async def test_the_doctor_looks_at_what_the_bot_may_do_in_each_group() -> None:
    async with FakeTelegram() as telegram:
        bot, owner = telegram.bot(), telegram.person("Owner")
        flat = await telegram.group("Flat", owner, bot)
        forum = await telegram.group("Forum", owner, bot, forum=True)
        silent = await telegram.group("Silent", owner, bot)
        left = await telegram.group("Left", owner, bot)
        await silent.restrict_bot()
        await left.kick_bot()
        groups = [
            DeskGroup("flat", str(flat.id)),
            DeskGroup("forum", str(forum.id), topics=True),
            DeskGroup("silent", str(silent.id)),
            DeskGroup("left", str(left.id)),
            DeskGroup("nowhere", "-1009999999999"),
        ]
        found = await examine(Connection(bot.token, telegram.url), [look_at(groups)])
        assert [finding.well for finding in found[2:]] == [True, False, False, False, False]
        assert "manages topics" in found[3].line
        assert "may not write" in found[4].line
        assert all("not in it" in finding.line for finding in found[5:])
        await forum.promote_bot()
        found = await examine(Connection(bot.token, telegram.url), [look_at(groups[1:2])])
        assert found[2] == Finding(True, "group of forum: good.")
        await forum.promote_bot("can_manage_topics")
        found = await examine(Connection(bot.token, telegram.url), [look_at(groups[1:2])])
        assert found[2].well
        assert "can only empty a card whose tip is gone" in found[2].line


async def test_the_doctor_says_where_cards_of_tips_that_are_gone_still_stand() -> None:
    async with FakeTelegram() as telegram:
        bot, owner = telegram.bot(), telegram.person("Owner")
        group = await telegram.group("Desk", owner, bot)
        await group.promote_bot()
        desk = DeskGroup("north", str(group.id), waiting=3, left=2)
        found = await examine(Connection(bot.token, telegram.url), [look_at([desk])])
    assert [finding.well for finding in found[2:]] == [True, False, False]
    assert found[3].line.startswith("group of north: 3 card(s) of tips that are gone may not")
    assert "administrator who may delete messages" in found[3].line
    assert found[4].line.startswith("group of north: 2 card(s) of tips that are gone were out of")
    assert "link the group again" in found[4].line


async def test_the_doctor_survives_a_bot_api_that_fails() -> None:
    async with FakeTelegram() as telegram:
        ours = Connection(telegram.bot().token, telegram.url)
        telegram.fail(fakes.server_error(), "getMe")
        assert "try later" in (await examine(ours))[0].line
        telegram.fail(fakes.bad_gateway(), "getWebhookInfo")
        assert "try later" in (await examine(ours))[1].line
