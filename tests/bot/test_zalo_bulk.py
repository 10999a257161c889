"""Bulletins over Zalo: letters and their parts, each fault, the month's reserve, the one pace."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.bulletins.bulk import Delivered, Letter, Result
from bot.channels import Refused, TryLater, Unknown
from bot.channels.zalo_bot import bulk, client
from bot.channels.zalo_bot.bulk import ZaloBulk
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.line import Line, private
from bot.channels.zalo_bot.quota import Quota
from bot.pace import Lane, Limits, Pace
from bot.plan import BASIC
from bot.splitting import units
from handlers.screens import Button
from storage import bots
from storage.bots import Bot, Mode
from storage.database import Database, Unreachable
from tests.bulletin_world import NOON, VIETNAM
from tests.bulletin_world import database as with_database
from tests.fakes import zalo_bot as fakes
from tests.fakes.zalo_bot import FakeZalo, Fault, Person, leaks
from tests.tip_world import Clock
from tests.zalo_house import QUICK

STOP = Button("bulletin:stop", "Dừng nhận")
PARAGRAPH = "Người lao động được trả lương đúng hạn và đầy đủ. " * 30
LONG = "\n\n".join([PARAGRAPH] * 3)


@dataclass
class Office:
    """A bot's way out for bulletins, and a reader who wrote to it once."""

    made: Database
    zalo: FakeZalo
    account: ZaloBulk
    quota: Quota
    reader: Person

    async def send(self, letter: Letter) -> Result:
        return await self.account.send(self.reader.id, letter)

    def got(self) -> list[str]:
        return [each.text for each in self.reader.sees() if not each.is_mine]

    async def used(self) -> int:
        return (await self.quota.state())[0]


@asynccontextmanager
async def office(url: str, limits: Limits = QUICK) -> AsyncIterator[Office]:
    async with with_database(url) as made, FakeZalo() as zalo:
        async with made.write() as tx:
            bot = await bots.add(tx, "cong-doan", zalo.bot().token, "root", Mode.POLLING)
        assert isinstance(bot, Bot)
        clock = Clock(NOON)
        quota = Quota(made, bot.account, clock, VIETNAM)
        reader = zalo.person("Reader")
        await reader.say("/start")
        way = Client(zalo.bot().token, zalo.url)
        async with ZaloBulk(way, Pace(limits), quota, 5, lambda _: "Gõ ĐỔI", clock) as account:
            yield Office(made, zalo, account, quota, reader)


# --- letters ----------------------------------------------------------------------------------


async def test_a_short_letter_is_one_message_and_says_what_to_type(sqlite_url: str) -> None:
    async with office(sqlite_url) as at:
        assert await at.send(at.account.letter("Lương 💸", [STOP])) == Delivered(0)
        assert await at.send(at.account.letter("Không nút", [])) == Delivered(0)
        assert at.got() == ["Lương 💸\n\nGõ ĐỔI", "Không nút"]
        assert await at.used() == 2


async def test_a_long_letter_comes_in_order_and_each_part_counts(sqlite_url: str) -> None:
    async with office(sqlite_url) as at:
        assert await at.send(at.account.letter(LONG, [STOP])) == Delivered(0)
        parts = at.got()
        assert [each.rpartition("\n")[2] for each in parts] == ["(1/3)", "(2/3)", "(3/3)"]
        assert all(units(each) <= 1_900 for each in parts)
        assert "Gõ ĐỔI" in parts[2]
        assert await at.used() == 3


# --- what goes wrong --------------------------------------------------------------------------

FAULTS: list[tuple[Fault, type[object]]] = [
    (fakes.Cut(), Unknown),
    (fakes.Cut(after=True), Unknown),
    (fakes.nonsense(), Unknown),
    (fakes.huge(), Unknown),
    (fakes.timed_out(), Unknown),
    (fakes.Refuse(400, "Bad request: The chat_id is invalid"), Refused),
    (fakes.over_quota(), TryLater),
    (fakes.too_many(), TryLater),
    (fakes.bad_gateway(), TryLater),
    (fakes.internal(), TryLater),
    (fakes.unauthorized(), TryLater),
]


@pytest.mark.parametrize(("fault", "meant"), FAULTS, ids=lambda each: str(each)[:30])
async def test_what_happens_to_the_first_part_happens_to_all(
    fault: Fault, meant: type[object], sqlite_url: str
) -> None:
    async with office(sqlite_url) as at:
        at.zalo.fail(fault, "sendMessage")
        result = await at.send(at.account.letter(LONG, []))
        assert isinstance(result, meant)
        assert len(at.zalo.calls("sendMessage")) == 1
        # Only what may have left is counted.
        assert await at.used() == (meant is not TryLater)


@pytest.mark.parametrize(("fault", "meant"), FAULTS, ids=lambda each: str(each)[:30])
async def test_a_letter_that_has_begun_and_ends_early_may_have_arrived(
    fault: Fault, meant: type[object], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_PATIENCE_SECONDS", 0.0)
    async with office(sqlite_url) as at:
        at.zalo.fail(fault, "sendMessage", nth=2)
        assert await at.send(at.account.letter(LONG, [])) == Unknown()
        assert len(at.zalo.calls("sendMessage")) == 2
        assert await at.used() == (1 if meant is TryLater else 2)


async def test_a_further_part_that_has_not_left_is_tried_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_PAUSE_SECONDS", 0.02)
    async with office(sqlite_url) as at:
        at.zalo.fail(fakes.bad_gateway(), "sendMessage", nth=2, times=3)
        assert await at.send(at.account.letter(LONG, [])) == Delivered(0)
        assert [each[-5:] for each in at.got()] == ["(1/3)", "(2/3)", "(3/3)"]
        assert await at.used() == 3


async def test_too_many_is_a_rest_for_the_talk_as_well(sqlite_url: str) -> None:
    async with office(sqlite_url) as at:
        at.zalo.fail(fakes.too_many(), "sendMessage")
        assert await at.send(at.account.letter("x", [])) == TryLater(60)
        now = asyncio.get_running_loop().time()
        other = private("somebody else")
        assert 50 < at.account.pace.ready_at(now, other, Lane.TALK) - now <= 60


async def test_a_database_that_is_away_lets_bulletins_wait(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(sqlite_url) as at:

        async def away(*_: object) -> bool:
            raise Unreachable

        monkeypatch.setattr(Quota, "take", away)
        assert isinstance(await at.send(at.account.letter("x", [])), TryLater)
        assert not at.zalo.calls("sendMessage")


async def test_nothing_that_goes_wrong_tells_the_token(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with office(sqlite_url) as at:
            for fault, _ in FAULTS:
                at.zalo.fail(fault, "sendMessage")
                shown = repr(await at.send(at.account.letter("x", [])))
                assert not leaks(shown, at.zalo.bot().token)
            told = caplog.text + "".join(str(each.__dict__) for each in caplog.records)
            assert not leaks(told, at.zalo.bot().token)


# --- the month, and the pace ------------------------------------------------------------------


async def test_bulletins_stop_at_four_fifths_of_the_month_and_the_talk_goes_on(
    database_url: str,
) -> None:
    async with office(database_url) as at:
        assert await at.quota.take(Lane.BULK, BASIC.bulk_messages - 2)
        # All parts of a letter, or none of them.
        refused = await at.send(at.account.letter(LONG, []))
        assert isinstance(refused, TryLater)
        days = refused.seconds / 86_400
        assert 0 < days <= 31
        assert at.got() == []
        assert await at.send(at.account.letter("một", [])) == Delivered(0)
        assert await at.send(at.account.letter("hai", [])) == Delivered(0)
        assert isinstance(await at.send(at.account.letter("ba", [])), TryLater)
        assert await at.used() == BASIC.bulk_messages
        assert at.got() == ["một", "hai"]
        for _ in range(600):
            assert await at.quota.take(Lane.TALK)
        assert not await at.quota.take(Lane.TALK)


async def test_parts_keep_the_pace_of_a_chat_and_an_answer_goes_between_them(
    sqlite_url: str,
) -> None:
    limits = Limits(bulk_per_second=1000, chat_interval=0.3, jitter=0, catch_up=0)
    async with office(sqlite_url, limits) as at:
        loop = asyncio.get_running_loop()
        talk = Line(at.account._client, at.account.pace, at.quota, loop.time)
        letter = at.account.letter(LONG, [])
        at.account.pace.sent(loop.time(), private(at.reader.id), Lane.BULK)
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(at.send(letter))
            await at.reader.hears("(1/3)", after=0)
            await talk.send(at.reader.id, "câu trả lời")
        assert sending.result() == Delivered(0)
        marks = [each.rpartition("\n")[2] for each in at.got()]
        assert marks.index("câu trả lời") < marks.index("(3/3)")
        times = [each.seconds for each in at.zalo.calls("sendMessage")]
        # A receiver on a busy machine is late; without the pace it would be a few milliseconds.
        assert times[-1] - times[0] >= 0.5
