"""Bad days of the talk on Zalo: what cannot be read, sent, fetched or counted, and who is told."""

import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
import regex
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.splitting import numbered, units
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import Delivery, Hang
from tests.zalo_house import Way
from tests.zalo_scene import ROAD, STORY, no_database, scene

WHY = "Zalo không chuyển lời của bạn cho chúng tôi"
CONTACT = "Phòng 1, tòa nhà ví dụ"

# --- people -----------------------------------------------------------------------------------


async def test_who_sends_stickers_only_is_answered_kindly_each_time(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        for count in range(1, 6):
            await at.worker.sticker()
            await at.all_done()
            assert "hình dán" in at.last()
            assert "1. Báo tin" in at.last()
            assert len(at.heard()) == count
        assert await at.player.tips() == 0


@pytest.mark.parametrize("way", Way)
async def test_who_is_protected_by_law_is_told_whom_to_call(way: Way, tmp_path: Path) -> None:
    async with scene(tmp_path, way) as at:
        # However often each is brought, it is one.
        at.zalo.habits.delivery = Delivery(copies=3)
        await at.worker.is_protected()
        for count in range(1, 6):
            shown = await at.says(at.worker, "Quản đốc đánh người")
            assert CONTACT in shown
            assert "113" in shown
            assert (WHY in shown) is (count < 3)
            assert ("1. Báo tin" in shown) is (count < 3)
            assert len(at.heard()) == count
        # Who can write after all starts where everybody does, and is told anew.
        await at.worker.is_protected(False)
        assert "Xin chào" in await at.says(at.worker, "/start")
        await at.worker.is_protected()
        assert WHY in await at.says(at.worker, "alo")


async def test_a_database_that_is_away_makes_nobody_protected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        await at.says(at.worker, "/start")
        at.zalo.habits.delivery = Delivery(tries=1000)
        at.clock.now += timedelta(seconds=10)
        async with no_database(monkeypatch) as tried:
            await at.worker.unsupported()
            await until(lambda: len(tried) > 5 or None, 60, "it comes again")
        await at.all_done()
        assert WHY in at.last()
        assert "1. Báo tin" in at.last()


async def test_the_whole_road_may_be_typed_in_decomposed_letters(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        for words in (*ROAD, "Gửi"):
            await at.says(at.worker, unicodedata.normalize("NFD", words))
        assert "Đã nhận" in at.last()
        await at.house.mail_room.deliver_due()
        assert await at.player.words() == (STORY,)


async def test_what_cannot_be_understood_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        for body in (
            {"event_name": "webhook.probe"},
            {"event_name": "message.text.received", "message": 5},
            {"event_name": "user.follow", "message": {"chat": {"id": at.worker.id}}},
            {"event_name": "message.unsupported.received"},
            {"result": {"result": {"result": 7}}},
            {"event_name": ["x"], "message": {"chat": {"id": {}}}},
        ):
            at.zalo.deliver(body)
        await at.worker.reaction()
        await at.worker.echo("Xin chào")
        await at.worker.echo("Xin chào", is_marked=False)
        await at.worker.unsupported(with_message=False)
        before = len(at.heard())
        await at.says(at.worker, "/start")
        assert len(at.heard()) == before + 1


async def test_a_group_is_told_once_a_day_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        for words in ("Tổ trưởng đánh người", "báo tin", "1"):
            await at.worker.says_in_group("Tổ may", words)
            await at.zalo.settled()
        await at.zalo.called("sendMessage")
        at.clock.now += timedelta(hours=25)
        await at.worker.says_in_group("Tổ may", "alo")
        await at.zalo.called("sendMessage", 2)
        told = [each.text for each in at.worker.sees(group="Tổ may") if not each.is_mine]
        assert told == ["Trong nhóm thì ai cũng đọc được. Bạn hãy nhắn riêng cho bot."] * 2
        assert not at.heard()


async def test_a_group_that_hangs_holds_nobody_up(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        group = at.worker.group("Tổ may")
        at.zalo.fail(Hang(), "sendMessage", chat=group.id)
        await at.worker.says_in_group("Tổ may", "alo")
        await at.zalo.called("sendMessage")
        assert "Xin chào" in await at.says(at.worker, "/start")


# --- long words -------------------------------------------------------------------------------


async def test_an_answer_is_never_longer_than_a_message_may_be(tmp_path: Path) -> None:
    flag = "🇻🇳"
    link = "https://tin.example.org/" + "x" * 300
    story = f"{'Quản đốc trừ lương. ' * 120}{link} {flag * 300}"
    async with scene(tmp_path) as at:
        for words in (*ROAD[:-2], unicodedata.normalize("NFD", story), ROAD[-1]):
            await at.player.type(words)
        parts = [each.text for each in at.heard() if regex.search(r"\(\d/\d\)$", each.text)]
        count = len(parts)
        assert count > 2
        assert [each.rpartition("\n")[2] for each in parts] == [
            f"({number}/{count})" for number in range(1, count + 1)
        ]
        assert all(units(each.text) <= 1_900 for each in at.heard())
        assert sum(link in each for each in parts) == 1
        assert sum(each.count(flag) for each in parts) == 300
        assert "\n1. Gửi" in parts[-1]


LETTERS = ["a", "ộ", "o\u0302\u0323", "\n", "\n\n", " ", ". ", "😀", "\u0301", "\u200d", "🇻"]
LINK = "https://a.vn/b?c=d."


@given(st.lists(st.sampled_from([*LETTERS, LINK]), max_size=60).map("".join))
def test_numbered_parts_fit_say_which_they_are_and_lose_nothing(text: str) -> None:
    parts = numbered(text, 40)
    assert all(0 < units(part) <= 40 for part in parts)
    if len(parts) > 1:
        marks = [part.rpartition("\n")[2] for part in parts]
        assert marks == [f"({at}/{len(parts)})" for at in range(1, len(parts) + 1)]
        parts = [part.rpartition("\n")[0] for part in parts]
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["một", "hai ba", "\n", ". ", LINK]), max_size=40))
def test_no_cut_goes_through_an_address_or_a_letter(words: list[str]) -> None:
    text = " ".join(words)
    parts = [part.rpartition("\n")[0] if "/" in part[-6:] else part for part in numbered(text, 40)]
    assert sum(part.count(LINK) for part in parts) == words.count(LINK)


@given(st.lists(st.sampled_from(LETTERS), max_size=60).map("".join))
def test_no_cut_goes_through_what_is_read_as_one_letter(text: str) -> None:
    # A mark on a blank is nobody's letter.
    assume(not regex.search(r"(^|\s)[\u0301\u200d]", text))
    whole = {0, *(at.end() for at in regex.finditer(r"\X", text))}
    at = 0
    for part in numbered(text, 40):
        body = regex.sub(r"\n\(\d+/\d+\)$", "", part)
        begins = text.index(body, at)
        at = begins + len(body)
        assert begins in whole
        assert at in whole or not text[at:].strip()
