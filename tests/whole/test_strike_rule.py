"""The strike rule: a message about a work stoppage is answered with the law (Labour Code, articles
198–204), the union and the way to a labour mediator, and leaves no record, count or line of a log.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import House
from handlers.events import Chose, Said
from handlers.screens import Rendered
from handlers.worker import needs, respond
from storage.tables import metadata
from storage.volatile.memory import Memory
from tests import zalo_house
from tests.players import Clock, CorePlayer, HousePlayer, on_the_page, open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram
from tests.whole_house import Chat
from tests.world import texts
from tests.zalo_house import ZaloPlayer, on_zalo

HARMLESS = "xin chao"
STOPPAGES = (
    "mai ca xuong dinh cong nha moi nguoi",
    "Thứ hai này cả xưởng ngừng việc tập thể.",
    "mai cả xưởng ngừng việc nha mọi người",
    "The whole line goes on strike tomorrow.",
)
SAID = (
    "Bộ luật Lao động, Điều 198–204",
    "báo trước ít nhất 5 ngày làm việc",
    "Công đoàn cả nước (bản thử)",
    "Liên hệ: Phòng 1, tòa nhà ví dụ",
    "hòa giải viên lao động",
    "Sở Nội vụ",
    "không lưu và không chuyển cho ai",
)

Meet = Callable[[int], Awaitable[HousePlayer]]
"""Somebody new before the house, who has seen its first screen."""


@dataclass(frozen=True, slots=True)
class Left:
    """What lies in a house: the rows of every table, the entries and counts of the volatile store,
    the lines of the log.
    """

    rows: Counter[tuple[str, str]]
    entries: Counter[bytes]
    counts: Counter[int]
    logged: Counter[tuple[str, str]]

    def since(self, before: "Left") -> "Left":
        """What came since then, and what went: of the rows only how many in which table."""
        tables = Counter[tuple[str, str]]()
        for came, sign in ((self.rows - before.rows, "+"), (before.rows - self.rows, "-")):
            for (table, _), count in came.items():
                tables[table, sign] += count
        return Left(
            tables,
            self.entries - before.entries,
            self.counts - before.counts,
            self.logged - before.logged,
        )


async def left_in(house: House, log: pytest.LogCaptureFixture) -> Left:
    rows = Counter[tuple[str, str]]()
    async with house.database.read() as tx:
        for table in metadata.sorted_tables:
            found = await tx.rows(select(table))
            rows.update((table.name, repr(tuple(each))) for each in found)
    entries, counts = _volatile(house.volatile)
    # The milliseconds of a turn differ; what is said of it does not.
    lines = (getattr(record, "tiengtho_line", None) for record in log.records)
    logged = Counter((line.event.value, repr(sorted(line.numbers))) for line in lines if line)
    return Left(rows, entries, counts, logged)


def _volatile(store: Any) -> tuple[Counter[bytes], Counter[int]]:
    assert isinstance(store, Memory)
    held = store._entries
    opened = (store._sealer.open_value(each.value, place) for place, each in held.items())
    counts = Counter(int(value) for value in opened if value.isdigit())
    return Counter(each.kind for each in held.values()), counts


@asynccontextmanager
async def at_the_door(channel: str, house: House, clock: Clock) -> AsyncIterator[Meet]:
    """A way to meet people on that channel."""
    if channel == "telegram":
        async with clock_of(clock) as telegram, in_telegram(house, telegram) as account:

            async def meet(phone: int) -> HousePlayer:
                player = TelegramPlayer(
                    house, clock, "telegram", phone=phone, telegram=telegram, account=account
                )
                await player.bring("look")
                return player

            yield meet
    elif channel == "zalo":
        async with zalo_house.clock_of(clock) as zalo, on_zalo(house, zalo) as bot:

            async def meet_there(phone: int) -> HousePlayer:
                player = ZaloPlayer(house, clock, "zalo_bot", phone=phone, zalo=zalo, account=bot)
                await player.bring("look")
                # Everybody there goes through the doorway once.
                await player.type("alo")
                return player

            yield meet_there
    else:
        async with on_the_page(house, clock) as page:

            async def meet_on_page(phone: int) -> HousePlayer:
                assert page.client is not None
                page.client.session.cookie_jar.clear()
                player = (
                    replace(page, phone=phone) if channel == "page" else HousePlayer(house, clock)
                )
                player.phone = phone
                await player.bring("look")
                return player

            yield meet_on_page


@pytest.mark.parametrize("channel", ["any", "page", "telegram", "zalo"])
@pytest.mark.parametrize("words", STOPPAGES)
async def test_a_message_about_a_stoppage_is_answered_and_leaves_what_a_greeting_leaves(
    channel: str, words: str, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await _compared(channel, words, sqlite_url, tmp_path, caplog)


@pytest.mark.postgresql
async def test_so_it_is_on_the_other_database(
    postgresql_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await _compared("any", STOPPAGES[0], postgresql_url, tmp_path, caplog)


async def _compared(
    channel: str, words: str, url: str, folder: Path, log: pytest.LogCaptureFixture
) -> None:
    log.set_level(logging.DEBUG, logger="tiengtho")
    async with (
        open_house(url, folder) as (house, clock),
        at_the_door(channel, house, clock) as meet,
    ):
        # What the first arrival of a house makes once is made before.
        await (await meet(1)).type(HARMLESS)
        greeting = await _told(await meet(2), HARMLESS, house, log)
        stoppage = await _told(await meet(3), words, house, log)
    assert [said for said in SAID if said not in stoppage[0].text] == []
    assert stoppage[1] == greeting[1]
    assert words not in log.text
    assert {table for table, _ in stoppage[1].rows} <= {"zalo_quota", "counters"}


async def _told(
    player: HousePlayer, words: str, house: House, log: pytest.LogCaptureFixture
) -> tuple[Rendered, Left]:
    before = await left_in(house, log)
    answer = await player.type(words)
    return answer, (await left_in(house, log)).since(before)


@pytest.mark.parametrize("words", STOPPAGES)
async def test_the_core_answers_so_without_any_effect(words: str) -> None:
    player = CorePlayer()
    talk = player.chat.talk
    answer = await player.type(words)
    assert [said for said in SAID if said not in answer.text] == []
    said = Said(words)
    facts = player.world.facts(needs(talk, said))
    assert respond(talk, said, facts, texts()).effects == ()
    assert player.world.tips == {}


async def test_what_is_compared_sees_a_tip(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    async with open_house(sqlite_url, tmp_path) as (house, _):
        chat = Chat(house)
        before = await left_in(house, caplog)
        await chat.go_to_review()
        await chat.do(Chose("send"))
        left = (await left_in(house, caplog)).since(before)
    assert ("tips", "+") in left.rows
    assert left.entries
    assert "tip_filed" in {event for event, _ in left.logged}
