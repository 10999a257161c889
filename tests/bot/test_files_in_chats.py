"""Files in the chat apps: many at once are answered once, slow ones are announced, those of the
unit are shown where the app can.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from handlers.tips import Kind
from tests import clips
from tests.fakes.telegram import Seen
from tests.players import open_house
from tests.telegram_house import TelegramPlayer, Way, clock_of, in_telegram
from tests.zalo_scene import scene as zalo_scene

MANY = 100


@asynccontextmanager
async def phone(
    folder: Path, way: Way = Way.POLLING, *, slow_seconds: float = 30
) -> AsyncIterator[TelegramPlayer]:
    """Somebody with Telegram before a whole house."""
    async with (
        open_house(f"sqlite+aiosqlite:///{folder}/tiengtho.db", folder) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram, way, slow_seconds=slow_seconds) as account,
    ):
        yield TelegramPlayer(house, clock, "telegram", telegram=telegram, account=account)


def heard(player: TelegramPlayer, *, with_deleted: bool = False) -> list[Seen]:
    shown = player.person.sees(with_deleted=with_deleted)
    return [each for each in shown if not each.is_mine]


async def to_review(player: TelegramPlayer) -> None:
    await player.bring("look")
    for name in ("report", "wages", "danger_no", "no_place"):
        await player.press(name)
    await player.type("Công ty nợ lương.")
    await player.press("skip_all")


@pytest.mark.parametrize("way", Way)
async def test_a_hundred_pictures_at_once_get_one_answer_and_five_are_kept(
    way: Way, tmp_path: Path
) -> None:
    async with phone(tmp_path, way) as player:
        await to_review(player)
        before = len(heard(player))
        for _ in range(MANY // 10):
            await player.person.album([clips.photo()] * 10)
        shown = await player.answered()
        told = heard(player)[before:]
        assert len(told) == 1
        assert "Đã nhận ảnh" in shown.text
        assert "đã đủ số tệp" in shown.text
        assert "Tệp kèm theo: 5" in shown.text
        assert len(player.telegram.calls("getFile")) <= 2 * 5
        await player.press("send")
        assert await player.files() == ("photo",) * 5


async def test_what_was_written_under_one_of_them_is_in_the_answer(tmp_path: Path) -> None:
    async with phone(tmp_path) as player:
        await to_review(player)
        await player.person.album([clips.photo()] * 3, "Bảng lương tháng mười.")
        shown = await player.answered()
        assert "Bảng lương tháng mười." in shown.text
        assert shown.text.count("Đã nhận ảnh") == 1


async def test_words_after_pictures_are_answered_after_them(tmp_path: Path) -> None:
    async with phone(tmp_path) as player:
        await to_review(player)
        before = len(heard(player))
        await player.person.photo(clips.photo())
        await player.person.say("Còn chuyện này nữa.")
        await player.answered()
        pictures, words = heard(player)[before:]
        assert "Đã nhận ảnh" in pictures.text
        assert "Còn chuyện này nữa." in words.text
        assert "Đã nhận ảnh" not in words.text


async def test_a_slow_file_is_announced_and_the_announcement_goes_away(tmp_path: Path) -> None:
    async with phone(tmp_path, slow_seconds=0) as player:
        await to_review(player)
        await player.person.video(clips.video(sound=True))
        await player.answered()
        said = "Đang làm sạch tệp"
        assert not any(said in each.text for each in heard(player))
        gone = [each for each in heard(player, with_deleted=True) if said in each.text]
        assert [each.is_deleted for each in gone] == [True]
        assert player.telegram.calls("sendChatAction")


async def test_a_file_that_is_not_slow_is_not_announced(tmp_path: Path) -> None:
    async with phone(tmp_path) as player:
        await to_review(player)
        await player.person.photo(clips.photo())
        await player.answered()
        shown = heard(player, with_deleted=True)
        assert not any("Đang làm sạch tệp" in each.text for each in shown)


async def test_the_units_file_is_asked_for_and_goes_with_the_chat(tmp_path: Path) -> None:
    async with phone(tmp_path) as player:
        await to_review(player)
        shown = await player.press("send")
        await player.claim()
        await player.attach("Mẫu đơn.")
        shown = await player.press("open_thread")
        assert "Đơn vị gửi tệp PDF" in shown.text
        assert not any(each.file for each in heard(player))
        await player.press("see_files")
        [paper] = [each.file for each in heard(player) if each.file]
        assert paper.startswith(b"%PDF")
        await player.type("/xoachat")
        assert not any(each.file for each in heard(player))


async def test_on_zalo_many_pictures_get_one_answer_too(tmp_path: Path) -> None:
    async with zalo_scene(tmp_path) as at:
        await at.to_review()
        before = len(at.heard())
        await asyncio.gather(*(at.worker.photo(clips.photo()) for _ in range(8)))
        await at.all_done()
        told = at.heard()[before:]
        assert "Tệp kèm theo: 5" in told[-1].text
        assert "đã đủ số tệp" in told[-1].text
        assert sum("Tệp kèm theo" in each.text for each in told) == 1
        await at.says(at.worker, "Gửi")
        await at.house.mail_room.deliver_due()
        assert await at.player.files() == (Kind.PHOTO.value,) * 5
