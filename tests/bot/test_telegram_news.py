"""Chats in Telegram that asked to be told of news: what arrives there, and what nobody notices."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.tips import Move
from tests.fakes.telegram.waiting import until
from tests.players import open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram


@pytest.fixture
async def asked(sqlite_url: str, tmp_path: Path) -> AsyncIterator[TelegramPlayer]:
    """Somebody who filed, asked to be told, and has gone on to something else."""
    async with (
        open_house(sqlite_url, tmp_path) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram) as account,
    ):
        player = TelegramPlayer(house, clock, "telegram", telegram=telegram, account=account)
        await player.bring("look")
        for name in ("report", "wages", "danger_no", "no_place"):
            await player.press(name)
        await player.type("Công ty nợ lương.")
        await player.press("skip_all")
        for name in ("send", "tell_here", "tell_yes", "home"):
            await player.press(name)
        await player.claim()
        yield player


def heard(player: TelegramPlayer) -> list[str]:
    return [each.text for each in player.person.sees() if not each.is_mine]


async def arrived(player: TelegramPlayer) -> None:
    await until(lambda: heard(player)[-1].startswith("Có tin mới") or None, 10, "a line")


async def test_one_line_in_each_language_without_a_name_or_a_button(asked: TelegramPlayer) -> None:
    before = len(heard(asked))
    await asked.write(Move.ASK, "Tháng nào?", None)
    await arrived(asked)
    told = heard(asked)[before:]
    news = "Có tin mới. Mở bằng mã biên nhận của bạn."
    assert told == [f"{news}\n\nThere is news. Open it with your receipt code."]
    assert not [each for each in asked.person.sees() if not each.is_mine][-1].buttons
    # The talk is where it was.
    assert "Báo tin" in [each.label for each in (await asked.bring("look")).choices]


async def test_who_blocked_the_bot_is_told_nothing_and_the_officer_notices_nothing(
    asked: TelegramPlayer,
) -> None:
    before = len(heard(asked))
    await asked.person.block()
    await asked.write(Move.ASK, "Tháng nào?", None)
    assert asked.account is not None
    await asked.account.answers.sent()
    assert len(heard(asked)) == before
    await asked.write(Move.ANSWER, "Đã hỏi công ty.", None)
    await asked.account.answers.sent()
    assert "Đã hỏi công ty." in (await asked.words())[-1]


async def test_it_goes_with_the_talk_when_that_is_deleted(asked: TelegramPlayer) -> None:
    await asked.write(Move.ASK, "Tháng nào?", None)
    await arrived(asked)
    await asked.type("/xoachat")
    assert not any("Có tin mới" in each for each in heard(asked))


async def test_without_a_bot_at_work_nobody_is_told_and_nothing_fails(
    asked: TelegramPlayer,
) -> None:
    asked.house.news.without("telegram")
    before = len(heard(asked))
    await asked.write(Move.ASK, "Tháng nào?", None)
    assert len(heard(asked)) == before
