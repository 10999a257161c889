"""Subscriptions through the house: who may, what is kept of them, and how they end."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import planning, subscribing
from bot.app import House
from bot.channels import terminal, webchat
from bot.channels.terminal import Terminal
from handlers.bulletins import Plan, Run, Topic
from handlers.effects import PauseSubscription, Subscribe, Unsubscribe
from handlers.events import PressedUnder, Under
from handlers.subscriptions import Subscription, span_of
from handlers.turn import Meant
from storage import accounts, bulletins, sendings, subscribers, units
from storage.database import Tx
from storage.tables import metadata
from storage.tables import subscribers as table
from tests.players import Clock, HousePlayer, open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram

TODAY = date(2026, 11, 23)
WISH = Subscription(frozenset({Topic.WAGES}), places=("48/20984",))
CHAT = "telegram|4711"
ROAD = ("bulletins", "all_topics", "whole_country")


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Clock]]:
    async with open_house(database_url, tmp_path) as opened:
        yield opened


async def kept(tx: Tx) -> int:
    """How many subscriptions there are."""
    return len(await tx.rows(select(table.c.id)))


async def test_a_chat_subscribes_changes_pauses_and_stops(house: tuple[House, Clock]) -> None:
    async with house[0].database.write() as tx:
        assert await subscribing.subscription_of(tx, CHAT) is None
        for nothing in (Unsubscribe(), PauseSubscription(TODAY)):
            await subscribing.carry_out(tx, CHAT, nothing, TODAY)
        await subscribing.carry_out(tx, CHAT, Subscribe(WISH), TODAY)
        await subscribing.carry_out(tx, CHAT, Subscribe(WISH), TODAY)
        assert await subscribing.subscription_of(tx, CHAT) == WISH
        assert await subscribing.subscription_of(tx, "telegram|4712") is None
        await subscribing.carry_out(tx, CHAT, PauseSubscription(TODAY), TODAY)
        paused = await subscribing.subscription_of(tx, CHAT)
        assert paused is not None
        assert paused.paused_until == TODAY
        assert await kept(tx) == 1
        await subscribing.carry_out(tx, CHAT, Unsubscribe(), TODAY)
        assert await kept(tx) == 0


async def test_a_chat_belongs_to_the_account_called_like_its_channel(
    house: tuple[House, Clock],
) -> None:
    async with house[0].database.write() as tx:
        second = await accounts.add(tx, "second", "telegram", "t2")
        assert second is not None
        assert await subscribing.account_of(tx, "telegram") == second.id
        first = await accounts.ensure_first(tx, "telegram", "t1")
        assert await subscribing.account_of(tx, "telegram") == first.id
        await subscribing.carry_out(tx, CHAT, Subscribe(WISH), TODAY)
        assert await subscribers.of(tx, first.id, "4711") == WISH
        # The token that was written down is still there.
        assert await accounts.token_of(tx, first.id) == "t1"


async def test_of_a_page_nothing_can_be_kept(house: tuple[House, Clock]) -> None:
    assert webchat.NAME in subscribing.READ_ON_A_PAGE
    async with house[0].database.write() as tx:
        with pytest.raises(ValueError, match="page"):
            await subscribing.carry_out(tx, "web|x", Subscribe(WISH), TODAY)
        assert await kept(tx) == 0
    player = HousePlayer(house[0], house[1], "web")
    shown = await player.press("bulletins")
    assert "không giữ gì của bạn" in shown.text
    # A button that no page can have, all the same.
    assert "không nhận bản tin nào" in (await player.press_under(Under.STOP)).text


async def test_a_tip_and_a_subscription_of_one_chat_have_nothing_in_common(
    house: tuple[House, Clock],
) -> None:
    player = HousePlayer(house[0], house[1])
    for name in (*ROAD, "home", "report", "wages", "danger_no", "no_place"):
        await player.press(name)
    await player.type("Công ty nợ lương.")
    await player.press("skip_all")
    await player.press("send")
    rows: dict[str, set[object]] = {}
    async with house[0].database.read() as tx:
        for each in metadata.sorted_tables:
            found = await tx.rows(each.select())
            rows[each.name] = {
                bytes(v) if isinstance(v, memoryview) else v for r in found for v in r
            }
    mine = {value for value in rows.pop(table.name) if isinstance(value, bytes | str)}
    assert mine
    others = set[object]().union(*rows.values())
    assert not mine & others
    told = [value for value in (*mine, *others) if isinstance(value, bytes | str)]
    assert not any("phone1" in value for value in told if isinstance(value, str))
    assert not any(b"phone1" in value for value in told if isinstance(value, bytes))


async def test_the_prompt_finds_its_subscription_again(sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, _):
        prompt = Terminal(house.inbound, terminal.ADDRESS)
        for line in ("nhận bản tin", "tất cả chủ đề", "chỉ tin chung cả nước"):
            told = await prompt.type(line)
        assert "Bạn đang nhận bản tin" in told
        await prompt.close()
    async with open_house(sqlite_url, tmp_path) as (house, _):
        prompt = Terminal(house.inbound, terminal.ADDRESS)
        assert "Bạn đang nhận bản tin" in await prompt.type("/bantin")


async def test_who_blocks_the_bot_is_forgotten(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        open_house(sqlite_url, tmp_path) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram) as account,
    ):
        player = TelegramPlayer(house, clock, "telegram", telegram=telegram, account=account)
        other = telegram.person("other")
        await other.say("/start")
        for _ in range(2):
            await player.bring("look")
            for name in ROAD:
                await player.press(name)
            assert await player.subscription() is not None
            calls = len(telegram.calls("sendMessage"))
            await player.person.block()
            await telegram.settled()
            assert await player.subscription() is None
            async with house.database.read() as tx:
                assert await kept(tx) == 0
            # Coming back subscribes nobody again, and neither is answered.
            await player.person.unblock()
            await telegram.settled()
            assert len(telegram.calls("sendMessage")) == calls
            assert await player.subscription() is None


async def test_why_a_bulletin_came_is_known_from_what_was_sent(house: tuple[House, Clock]) -> None:
    database, clock = house[0].database, house[1]
    plan = Plan(clock.now + timedelta(minutes=1))
    told = await planning.schedule(
        database, "unpaid_wages", plan, "da-nang", clock.now, house[0].settings.zone
    )
    key = told.split()[0]
    async with database.read() as tx:
        tree = await units.tree(tx)
        assert tree is not None
        assert await subscribing.meant_by(tx, key, tree, house[0].places) is None
        reminded = await subscribing.meant_by(tx, "bell_reminder", tree, house[0].places)
        assert reminded == Meant(reminder=True)
    async with database.write() as tx:
        bulletin = await bulletins.by_id(tx, key)
        assert bulletin is not None
        sending = await sendings.start(tx, bulletin, clock.now, 0)
        assert sending is not None
        await sendings.set_stage(tx, sending.id, Run.DONE, now=clock.now)
    async with database.read() as tx:
        found = await subscribing.meant_by(tx, key, tree, house[0].places)
    assert found == Meant((Topic.WAGES,), (span_of("48"),))
    player = HousePlayer(*house)
    async with database.write() as tx:
        await subscribing.carry_out(
            tx, f"{player.channel}|{player._address}", Subscribe(WISH), TODAY
        )
    shown = await player._arrive(PressedUnder(Under.WHY, key))
    assert "chủ đề “Lương, giờ làm”" in shown.text
