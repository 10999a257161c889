"""The talks of `tests/talks/` through the whole house, on both databases and on every channel."""

import asyncio
from pathlib import Path

import pytest

from tests import talk
from tests.players import HousePlayer, TerminalPlayer, on_the_page, open_house

SCRIPTS = talk.scripts()
KEPT = talk.scripts(kept=True)
TOLD = talk.scripts(told=True)


@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_house_talks_as_written_in(name: str, database_url: str, tmp_path: Path) -> None:
    async with open_house(database_url, tmp_path) as (house, clock):
        await talk.play(SCRIPTS[name], HousePlayer(house, clock))


@pytest.mark.parametrize("name", KEPT)
async def test_the_house_talks_where_everything_is_kept_as_written_in(
    name: str, database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as (house, clock):
        await talk.play(KEPT[name], HousePlayer(house, clock, "zalo_bot"))


@pytest.mark.parametrize("name", TOLD)
async def test_the_house_talks_where_it_can_tell_of_news_as_written_in(
    name: str, database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as (house, clock):
        await talk.play(TOLD[name], HousePlayer(house, clock, "telegram"))


@pytest.mark.parametrize("name", [name for name in SCRIPTS if SCRIPTS[name].on_the_page])
async def test_the_page_talks_as_written_in(name: str, sqlite_url: str, tmp_path: Path) -> None:
    async with (
        open_house(sqlite_url, tmp_path) as (house, clock),
        on_the_page(house, clock) as player,
    ):
        await talk.play(SCRIPTS[name], player)


@pytest.mark.parametrize(
    "name",
    [
        "short_road",
        "adding_later",
        "by_numbers",
        "doubtful_words",
        "out_of_scope",
        "pictures_dropped",
        "subscribe",
        "subscribe_change_and_stop",
    ],
)
async def test_the_prompt_talks_as_written_in(name: str, sqlite_url: str, tmp_path: Path) -> None:
    async with open_house(sqlite_url, tmp_path) as (house, clock):
        await talk.play(SCRIPTS[name], TerminalPlayer(house, clock, "terminal"))


async def test_send_pressed_many_times_at_once_files_once(
    database_url: str, tmp_path: Path
) -> None:
    async with open_house(database_url, tmp_path) as (house, clock):
        player = HousePlayer(house, clock)
        for name in ("report", "wages", "danger_no", "no_place"):
            await player.press(name)
        await player.type("Công ty nợ lương.")
        await player.press("skip_all")
        answers = await asyncio.gather(*(player.press("send") for _ in range(5)))
        assert await player.tips() == 1
        lines = [line.text for shown in answers for line in shown.lines]
        codes = {line for line in lines if "Mã biên nhận" in line}
        assert len(codes) == 1
        told = [shown for shown in answers if "đã được nhận từ trước" in shown.text]
        assert len(told) == 4
