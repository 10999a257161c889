"""Officers who are rung over Zalo: linked by a code, rung without content, claiming by number."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.zalo_bot.officers import Ringer
from handlers.roles import Role
from storage import alarms, audit, cases, outbox, staff
from storage.alarms import Trouble
from storage.audit import Act
from storage.cases import Done
from storage.outbox import LetterKind
from storage.staff import Member
from storage.volatile import Memory
from tests.clips import photo
from tests.fakes import zalo_bot as fakes
from tests.fakes.zalo_bot import Delivery, Order, Person
from tests.tip_world import file, new_tip
from tests.zalo_house import Way
from tests.zalo_scene import DESK, UNIT, Scene, code_for, member_of, officer, rings, scene


async def acts(at: Scene, act: Act) -> list[bytes | None]:
    """Who did it, as the audit tells."""
    async with at.house.database.read() as tx:
        return [each.staff for each in await audit.entries(tx, limit=100) if each.act is act]


async def holder(at: Scene, member: Member, tip: bytes) -> str | None:
    """Who holds a tip, as the desk of a member shows it."""
    async with at.house.database.read() as tx:
        found = await cases.cards(tx, member.id, at.clock.now)
    return next(each.holder for each in found if each.tip == tip)


# --- linking ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["/ketnoi {}", "kết nối {}", "KETNOI {}"])
async def test_a_code_links_the_chat_once(typed: str, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.employ_officers()
        member, person = await member_of(at), at.zalo.person("an")
        code = await code_for(at, member)
        shown = await at.says(person, typed.format(code))
        assert "Đã nối chuông cho Người an" in shown
        assert "Mã chưa đúng" in await at.says(at.zalo.person("other"), f"/ketnoi {code}")
        assert await acts(at, Act.LINKED) == [member.id]
        async with at.house.database.read() as tx:
            [alarm] = await alarms.of_member(tx, member.id)
        assert alarm.address == f"{at.account.channel}|{person.id}"


async def test_a_code_is_tried_ten_times_an_hour(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.employ_officers()
        member, person = await member_of(at), at.zalo.person("an")
        code = await code_for(at, member)
        for _ in range(10):
            assert "Mã chưa đúng" in await at.says(person, "/ketnoi AAAA-BBBB-CCCC")
        # Answered like a wrong one, so that nobody learns that it was right.
        assert "Mã chưa đúng" in await at.says(person, f"/ketnoi {code}")
        assert await acts(at, Act.LINKED) == []
        at.clock.now += timedelta(hours=1)
        assert "Đã nối chuông" in await at.says(person, f"/ketnoi {code}")


@pytest.mark.parametrize("words", ["Kết quả lương sai", "Kết nối mạng hỏng", "Két nước vỡ"])
async def test_a_workers_words_are_no_codes(words: str, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.employ_officers()
        shown = await at.says(at.worker, words)
        assert "Mã chưa đúng" not in shown
        assert "Việc bạn muốn báo thuộc nhóm nào" in shown


async def test_nobody_is_linked_in_a_group(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.employ_officers()
        code = await code_for(at, await member_of(at))
        await at.worker.says_in_group("Cán bộ", f"/ketnoi {code}")
        await at.zalo.settled()
        assert await acts(at, Act.LINKED) == []


# --- rung, and claimed ------------------------------------------------------------------------


@pytest.mark.parametrize("way", Way)
async def test_a_ring_names_the_tip_and_one_claims_it(
    way: Way, database_url: str, tmp_path: Path
) -> None:
    async with scene(tmp_path, way, url=database_url) as at:
        member, person = await officer(at)
        tip = await rings(at, "Trúc Xanh", danger=True)
        assert at.last(person) == (
            "Tin mới: Trúc Xanh, khẩn\n\n1. Nhận tin “Trúc Xanh”\n2. Mở bàn trên web"
        )
        shown = await at.says(person, "1")
        assert shown.startswith("Tin “Trúc Xanh”:\n\nBạn đã nhận tin này.")
        assert DESK in shown
        assert await acts(at, Act.CLAIMED) == [member.id]
        assert await holder(at, member, tip) == member.name
        told = "\n".join(each.text for each in at.heard(person))
        for words in ("Cửa thoát hiểm", "fire", "Thủ Dầu Một", "Hồ Chí Minh", "48213", tip.hex()):
            assert words not in told


async def test_tips_of_one_hour_ring_once_and_each_has_its_number(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        before = len(at.heard(person))
        for name, danger in (("Trúc Xanh", False), ("Sen Hồng", True)):
            await file(at.house.database, new_tip(UNIT, nickname=name, danger=danger))
        await at.house.mail_room.ring_due()
        assert len(at.heard(person)) == before + 1
        first, *listed = at.last(person).splitlines()
        assert first == "2 tin mới, 1 tin khẩn"
        assert {each[3:] for each in listed if each} == {
            "Nhận tin “Trúc Xanh”",
            "Nhận tin “Sen Hồng”",
            "Mở bàn trên web",
        }
        await at.says(person, "1")
        await at.says(person, "1")
        assert await acts(at, Act.CLAIMED) == [member.id] * 2


async def test_a_full_store_rings_without_numbers(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        assert isinstance(at.house.volatile, Memory)
        at.house.volatile._max_bytes = 0
        await rings(at, "Trúc Xanh")
        assert at.last(person) == "Tin mới: Trúc Xanh"


async def test_a_calm_ring_says_no_more_than_the_name(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        await rings(at, "Trúc Xanh")
        assert at.last(person).splitlines()[0] == "Tin mới: Trúc Xanh"


async def test_the_page_is_a_number_also_where_nothing_waits(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        await rings(at, "Trúc Xanh")
        assert DESK in await at.says(person, "2")
        assert "1. Nhận tin “Trúc Xanh”" in at.last(person)
        await at.says(person, "1")
        assert "Hiện không có tin mới nào" in await at.says(person, "trực")
        shown = await at.says(person, "1")
        assert DESK in shown
        assert "Xin chào" not in shown


async def test_a_number_typed_before_the_second_ring_was_seen_claims_nothing(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        first = await rings(at, "Trúc Xanh")
        seen = at.heard(person)[-1].date_ms
        second = await rings(at, "Sen Hồng")
        assert "1. Nhận tin “Trúc Xanh”\n2. Nhận tin “Sen Hồng”\n3. Mở bàn" in at.last(person)
        at.zalo.deliver(typed(person, "2", seen + 1))
        await at.all_done()
        assert "Các tin mới đang chờ bạn" in at.last(person)
        assert await holder(at, member, second) is None
        await at.says(person, "2")
        assert await holder(at, member, second) == member.name
        assert await holder(at, member, first) is None
        # What is left moves up, and is shown so.
        assert "1. Nhận tin “Trúc Xanh”\n2. Mở bàn" in at.last(person)


async def test_a_label_typed_in_full_claims_what_it_names(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        await rings(at, "Trúc Xanh")
        seen = at.heard(person)[-1].date_ms
        tip = await rings(at, "Sen Hồng")
        at.zalo.deliver(typed(person, "nhan tin sen hong", seen + 1))
        await at.all_done()
        assert await holder(at, member, tip) == member.name


async def test_three_ones_at_once_claim_one(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        member, person = await officer(at)
        for name in ("Trúc Xanh", "Sen Hồng", "Mai Vàng"):
            await rings(at, name)
        at.zalo.habits.delivery = Delivery(order=Order.AT_ONCE, copies=2)
        for _ in range(3):
            await person.say("1")
        await at.all_done()
        assert await acts(at, Act.CLAIMED) == [member.id]


async def test_a_repeat_claims_once_and_is_answered_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        await rings(at, "Trúc Xanh")
        await rings(at, "Sen Hồng")
        number = await person.say("1")
        await at.all_done()
        count = len(at.heard(person))
        at.zalo.repeat([number, number])
        await at.all_done()
        assert await acts(at, Act.CLAIMED) == [member.id]
        assert len(at.heard(person)) == count


async def test_who_comes_second_is_told_who_was_first(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        other = await member_of(at, "binh")
        tip = await rings(at, "Trúc Xanh")
        async with at.house.database.write() as tx:
            assert isinstance(await cases.claim(tx, other.id, tip, at.clock.now), Done)
        shown = await at.says(person, "1")
        assert "Người binh đã nhận tin này trước bạn." in shown
        assert "Mở bàn trên web bằng trình duyệt" in shown
        assert await holder(at, member, tip) == other.name


async def test_a_right_that_was_taken_away_claims_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        await rings(at, "Trúc Xanh")
        async with at.house.database.write() as tx:
            await staff.revoke(tx, member.id, UNIT, Role.OFFICER)
        # They are a worker like everybody, and nothing was shown to them as such.
        shown = await at.says(person, "1")
        assert "không còn giữ bước trước" in shown
        assert "Xin chào" in shown
        assert "Trúc Xanh" not in await at.says(person, "trực")
        assert await acts(at, Act.CLAIMED) == []
        async with at.house.database.write() as tx:
            await staff.grant(tx, member.id, "da-nang", Role.OFFICER)
        # An officer of another desk: the tip is not theirs.
        assert "Trúc Xanh" not in await at.says(person, "trực")
        assert "Bạn đã nhận" not in await at.says(person, "1")
        assert await acts(at, Act.CLAIMED) == []


async def test_a_few_words_after_a_ring_show_what_can_be_typed(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        await rings(at, "Trúc Xanh")
        assert "1. Nhận tin “Trúc Xanh”" in await at.says(person, "ok e")
        # A tip that a colleague has taken meanwhile is not listed any more.
        other = await member_of(at, "binh")
        tip = await rings(at, "Lá Vàng")
        async with at.house.database.write() as tx:
            assert isinstance(await cases.claim(tx, other.id, tip, at.clock.now), Done)
        shown = await at.says(person, "trực")
        assert "Trúc Xanh" in shown
        assert "Lá Vàng" not in shown
        assert "Bạn đã nhận tin này" in await at.says(person, "1")
        assert await acts(at, Act.CLAIMED) == [member.id, other.id]
        # A story is one, just after a ring too.
        story = "Công ty nợ lương hai tháng nay rồi, ai cũng lo lắm, không ai trả lời."
        assert "Việc bạn muốn báo" in await at.says(person, story)


async def test_an_officer_is_a_worker_in_the_same_chat(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        assert "Việc bạn muốn báo" in await at.says(person, "báo tin")
        await rings(at, "Trúc Xanh")
        # Words go on with the tip that is being written; then numbers are the talk's again.
        assert "Có ai đang gặp nguy hiểm" in await at.says(person, "Nợ lương")
        assert "Chuyện xảy ra ở đâu" in await at.says(person, "2")
        await person.photo(photo())
        await at.all_done()
        assert "Chuyện xảy ra ở đâu" in at.last(person)
        assert "Các tin mới đang chờ bạn" in await at.says(person, "Trực")
        assert "Bạn đã nhận tin này" in await at.says(person, "1")
        assert await acts(at, Act.CLAIMED) == [member.id]
        assert "Bạn kể" in await at.says(person, "Không muốn nêu")


async def test_an_answer_of_the_talk_on_its_way_keeps_a_number_from_claiming(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        await rings(at, "Trúc Xanh")
        at.zalo.fail(fakes.Slow(0.3), "sendMessage", chat=person)
        await person.say("báo tin")
        await person.say("1")
        await at.all_done()
        assert await acts(at, Act.CLAIMED) == []
        assert "Việc bạn muốn báo" in at.last(person)


# --- where it does not ring -------------------------------------------------------------------


async def waiting(at: Scene) -> int:
    async with at.house.database.read() as tx:
        return sum(each.kind is LetterKind.PING for each in await outbox.waiting(tx))


async def test_a_chat_that_is_shut_sets_trouble(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        member, person = await officer(at)
        await person.block()
        await rings(at, "Trúc Xanh")
        async with at.house.database.read() as tx:
            [alarm] = await alarms.of_member(tx, member.id)
        assert alarm.trouble is Trouble.REFUSED
        assert await waiting(at) == 0


async def test_where_the_bot_does_not_run_the_letter_waits(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        at.house.mail_room.ring_over(alarms.Path.ZALO, Ringer({}))
        await rings(at, "Trúc Xanh")
        assert await waiting(at) == 1
        at.employ_officers()
        at.clock.now += timedelta(minutes=2)
        await at.house.mail_room.ring_due()
        assert await waiting(at) == 0
        assert "Trúc Xanh" in at.last(person)


async def test_a_refused_ring_waits_its_turn_and_holds_nobody_up(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        at.zalo.fail(fakes.over_quota(), "sendMessage")
        await rings(at, "Trúc Xanh")
        assert await waiting(at) == 1
        assert at.last(person).startswith("Đã nối chuông")
        # It is shown when it is asked for, although it did not ring.
        at.account.line.pace._account.halted_until = 0.0
        assert "1. Nhận tin “Trúc Xanh”" in await at.says(person, "trực")


async def test_an_officers_answer_that_hangs_holds_no_worker_up(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        _, person = await officer(at)
        at.zalo.fail(fakes.Hang(), "sendMessage", chat=person)
        await person.say("trực")
        await at.zalo.called("sendMessage", 2)
        await at.worker.say("/start")
        await at.worker.hears("Xin chào")


def typed(person: Person, words: str, date: int) -> dict[str, object]:
    """Words that were typed at another time than now."""
    chat = {"id": person.id, "chat_type": "PRIVATE"}
    told = {"from": {"id": person.id}, "chat": chat, "text": words, "date": date}
    return {
        "event_name": "message.text.received",
        "message": told | {"message_id": f"n{date}"},
    }
