"""The studio on Telegram: broadcasters who press, and channels and groups that become outlets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

import pytest

from bot.broadcasting import Ground
from bot.channels.telegram.desk_post import Post
from bot.channels.telegram.doors import Doors
from bot.channels.telegram.sending import Line
from bot.channels.telegram.studio import Studio, whispering
from bot.pace import Pace
from broadcasts import tick
from handlers.bulletins import Bulletin, Run, Stage
from handlers.roles import Role
from storage import bulletins, desk_links, outlets, sendings, staff
from storage.atlas import of_the_program
from storage.audit import Act
from storage.desk_codes import CodeKind
from storage.outlets import Outlet
from tests import studio_world
from tests.fakes.telegram import Person, Seen
from tests.studio_world import CONTENT, DUE, cover
from tests.telegram_desk import QUICK, TEXTS, ZONE, Scene, scene_on


@dataclass
class Broadcast:
    """A desk's scene with the studio's door before it."""

    scene: Scene
    line: Line
    studio: Studio

    async def person(self, name: str, role: Role, unit: str = "north") -> Person:
        return await self.scene.officer(name, unit, role)

    async def bulletin(self, author: str) -> Bulletin:
        return await studio_world.write(self.scene.made, self.scene.members[author])

    async def press(self, person: Person, label: str) -> str:
        """Press a button of the newest screen; everything that the chat says after it."""
        last = self.last(person)
        await person.press(last, label)
        await self.scene.run()
        return "\n".join(each.text for each in person.sees() if each.id > last.id)

    def last(self, person: Person) -> Seen:
        return [each for each in person.sees() if not each.is_mine][-1]

    async def all_outlets(self) -> tuple[Outlet, ...]:
        async with self.scene.made.read() as tx:
            return await outlets.of_units(tx, ["north", "south"])


@pytest.fixture
async def on(database_url: str) -> AsyncIterator[Broadcast]:
    async with scene_on(database_url) as scene:
        yield await opened(scene)


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Broadcast]:
    async with scene_on(sqlite_url) as scene:
        yield await opened(scene)


async def opened(scene: Scene) -> Broadcast:
    await cover(scene.made)
    line = Line(scene.bot, Pace(QUICK), monotonic)
    ground = Ground(ZONE, scene.clock, of_the_program)
    studio = Studio(Post(line, TEXTS, ""), scene.made, scene.volatile, TEXTS, ground)
    scene.desk = Doors(scene.desk, studio)
    return Broadcast(scene, line, studio)


async def test_an_approver_reads_the_whole_wording_before_approving(on: Broadcast) -> None:
    await on.person("Viet", Role.AUTHOR)
    approver = await on.person("Duyet", Role.APPROVER)
    bulletin = await on.bulletin("Viet")
    async with on.scene.made.write() as tx:
        await bulletins.propose(tx, bulletin.id, bulletin.version)
    await approver.say("/studio")
    await on.scene.run()
    assert "1. Lương ngày lễ (chờ duyệt)" in on.last(approver).text
    await on.press(approver, "1. Lương ngày lễ")
    shown = await on.press(approver, "Duyệt và đặt lịch")
    for words in (CONTENT.vi.body, CONTENT.en.body, "Điều 112", "11:30, 24/11/2026"):
        assert words in shown
    assert "Bản tin sẽ được gửi theo lịch." in await on.press(approver, "Đúng, duyệt bản này")
    async with on.scene.made.read() as tx:
        kept = await bulletins.by_id(tx, bulletin.id)
        assert await bulletins.next_due(tx, bulletin.id) == int(DUE.timestamp())
    assert kept is not None
    assert kept.stage is Stage.APPROVED
    assert (await on.scene.acts())[-2:] == [Act.APPROVED, Act.SCHEDULED]


async def test_an_approval_in_the_chat_is_bound_to_what_was_shown(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    approver = await one.person("Duyet", Role.APPROVER)
    bulletin = await one.bulletin("Viet")
    async with one.scene.made.write() as tx:
        await bulletins.propose(tx, bulletin.id, bulletin.version)
    for person in (author, approver):
        await person.say("/studio")
    await one.scene.run()
    await one.press(author, "1. Lương ngày lễ")
    assert "Duyệt và đặt lịch" not in one.last(author).labels
    await one.press(approver, "1. Lương ngày lễ")
    await one.press(approver, "Duyệt và đặt lịch")
    changed = replace(CONTENT, source="Nguồn khác")
    async with one.scene.made.write() as tx:
        edited = await bulletins.edit(tx, bulletin.id, changed, bulletin.version)
        assert edited is not None
        await bulletins.propose(tx, bulletin.id, edited.version)
    assert "vừa được sửa" in await one.press(approver, "Đúng, duyệt bản này")
    async with one.scene.made.read() as tx:
        kept = await bulletins.by_id(tx, bulletin.id)
    assert kept is not None
    assert kept.stage is Stage.PROPOSED


async def test_a_sending_is_paused_resumed_and_cancelled_and_shows_its_report(
    on: Broadcast,
) -> None:
    author = await on.person("Viet", Role.AUTHOR)
    bulletin = await on.bulletin("Viet")
    async with on.scene.made.write() as tx:
        sending = await sendings.start(tx, bulletin, DUE, 0)
    assert sending is not None
    await author.say("/studio")
    await on.scene.run()
    await on.press(author, "1. Lương ngày lễ")
    assert "Đã tạm dừng." in await on.press(author, "Tạm dừng")
    assert "Đang gửi tiếp." in await on.press(author, "Gửi tiếp")
    assert "Đã hủy lần gửi này." in await on.press(author, "Hủy lần gửi này")
    async with on.scene.made.read() as tx:
        [kept] = await sendings.of_bulletin(tx, bulletin.id)
    assert kept.stage is Run.CANCELLED
    await on.press(author, "Xem kết quả")
    assert len(on.scene.fake.calls("sendPhoto", chat=author.id)) == 1


async def test_who_has_no_role_any_more_is_a_worker_like_everybody(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    await one.bulletin("Viet")
    await author.say("/studio")
    await one.scene.run()
    async with one.scene.made.write() as tx:
        await staff.revoke(tx, one.scene.members["Viet"].id, "north", Role.AUTHOR)
    pressed = await author.press(one.last(author), "1. Lương ngày lễ")
    await one.scene.run()
    assert pressed.pop_up is not None
    assert "dành cho người viết" in pressed.pop_up.text
    await author.say("/studio")
    await one.scene.run()
    assert [each.message.text for each in one.scene.passed_on if each.message] == ["/studio"]


async def test_words_of_somebody_in_the_studio_are_a_workers_words(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    await author.say("/studio")
    await author.say("Tôi muốn báo tin.")
    await one.scene.run()
    passed = [each.message.text for each in one.scene.passed_on if each.message]
    assert passed == ["Tôi muốn báo tin."]


async def test_a_channel_and_a_group_become_outlets_by_codes_that_work_once(
    on: Broadcast,
) -> None:
    scene = on.scene
    channel = await scene.fake.channel("Bản tin phía bắc", scene.owner, scene.fake.bot())
    code = await scene.code(CodeKind.OUTLET, "north")
    await channel.post(f"/ketnoi {code}")
    await scene.run()
    [made] = await on.all_outlets()
    assert (made.unit, made.kind, made.title) == ("north", "channel", "Bản tin phía bắc")
    assert channel.holds() == ()
    await channel.post(f"/ketnoi {code}")
    await channel.post("Một bài viết bình thường")
    await scene.run()
    assert [each.text for each in channel.holds()] == ["Một bài viết bình thường"]

    code = await scene.code(CodeKind.OUTLET, "south")
    await scene.owner.say(f"/ketnoi {code}", to=scene.group)
    await scene.run()
    assert "nhận bản tin của Công đoàn phía nam" in scene.group.holds()[-1].text
    assert [each.kind for each in await on.all_outlets()] == ["channel", "group"]
    assert (await scene.acts()).count(Act.OUTLET_LINKED) == 2
    assert (await scene.kept()).unit == "north"


async def test_a_group_where_the_bot_is_no_administrator_keeps_the_code(one: Broadcast) -> None:
    scene = one.scene
    group = await scene.fake.group("Nhóm", scene.owner, scene.fake.bot())
    code = await scene.code(CodeKind.OUTLET, "north")
    await scene.owner.say(f"/ketnoi {code}", to=group)
    await scene.run()
    assert "chưa phải là quản trị viên" in group.holds()[-1].text
    assert await one.all_outlets() == ()
    await group.promote_bot()
    await scene.owner.say(f"/ketnoi {code}", to=group)
    await scene.run()
    assert len(await one.all_outlets()) == 1


async def test_a_wrong_code_is_answered_by_the_desk_and_counted(one: Broadcast) -> None:
    scene = one.scene
    code = await scene.code(CodeKind.OUTLET, "north")
    for _ in range(11):
        await scene.owner.say("/ketnoi 0000-0000-0000", to=scene.group)
    await scene.owner.say(f"/ketnoi {code}", to=scene.group)
    await scene.run()
    assert "Mã chưa đúng" in scene.group.holds()[-1].text
    assert await one.all_outlets() == ()


async def test_a_test_arrives_in_the_own_chat_in_both_languages(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    async with one.scene.made.read() as tx:
        account = await desk_links.account_of(tx, one.scene.members["Viet"].id)
    assert account == str(author.id)
    whisper = whispering(one.line, TEXTS)
    assert await whisper(account, ("Tiếng Việt", "English"))
    assert [each.text for each in author.sees()][-2:] == ["Tiếng Việt", "English"]
    await author.block()
    assert not await whisper(account, ("Lần nữa",))


async def late(on: Broadcast, bulletin: Bulletin, hours: int = 0) -> int:
    async with on.scene.made.write() as tx:
        due = DUE + timedelta(hours=hours)
        sending = await sendings.start(tx, bulletin, due, 0, stage=Run.LATE)
    assert sending is not None
    return sending.id


async def run_of(on: Broadcast, sending: int) -> Run:
    async with on.scene.made.read() as tx:
        found = await sendings.by_id(tx, sending)
    assert found is not None
    return found.stage


async def test_what_is_late_asks_its_author_once_and_the_buttons_never_age(on: Broadcast) -> None:
    author = await on.person("Viet", Role.AUTHOR)
    other = await on.person("Duyet", Role.APPROVER)
    bulletin = await on.bulletin("Viet")
    first, second = await late(on, bulletin), await late(on, bulletin, 24)
    before = len(other.sees())
    await asyncio.gather(on.studio.ask_late(), on.studio.ask_late())
    await on.studio.ask_late()
    asked = [each for each in author.sees() if "Lương ngày lễ" in each.text]
    assert [each.text.split("gửi lúc ")[1][:17] for each in asked] == [
        "11:30, 24/11/2026",
        "11:30, 25/11/2026",
    ]
    assert len(other.sees()) == before, "who wrote it is asked, and nobody else"
    # Whatever else they look at in between, and however long they wait.
    await author.say("/studio")
    await on.scene.run()
    for sending, on_which, label, words, stage in (
        (first, asked[0], "Gửi ngay", "Đang gửi.", Run.SENDING),
        (second, asked[1], "Bỏ qua lần này", "Đã bỏ qua", Run.CANCELLED),
        (second, asked[1], "Gửi ngay", "vừa thay đổi", Run.CANCELLED),
    ):
        await author.press(on_which, label)
        await on.scene.run()
        assert words in on.last(author).text
        assert await run_of(on, sending) is stage
    assert (await on.scene.acts())[-2:] == [Act.RESUMED, Act.CANCELLED]


async def test_an_author_is_told_once_what_expires_and_what_was_not_sent(on: Broadcast) -> None:
    author = await on.person("Viet", Role.AUTHOR)
    other = await on.person("Duyet", Role.APPROVER)
    bulletin = await on.bulletin("Viet")
    before = len(author.sees()), len(other.sees())
    await on.studio.tell_authors()
    assert len(author.sees()) == before[0], "there are more than thirty days"
    on.scene.clock.now = DUE.replace(month=12, day=1, hour=22)
    await on.studio.tell_authors()
    assert len(author.sees()) == before[0], "nobody is woken for that"
    on.scene.clock.now = DUE.replace(month=12, day=2, hour=3)
    await asyncio.gather(on.studio.tell_authors(), on.studio.tell_authors())
    await on.studio.tell_authors()
    [told] = author.sees()[before[0] :]
    assert "Những bản tin này của bạn sắp hết hạn:" in told.text
    assert "Lương ngày lễ: 31/12/2026" in told.text
    async with on.scene.made.write() as tx:
        sending = await sendings.start(tx, bulletin, DUE, 0)
        assert sending is not None
        now = on.scene.clock.now
        await sendings.set_stage(tx, sending.id, Run.STOPPED, now=now, reason=tick.REPLACED)
    await asyncio.gather(on.studio.tell_authors(), on.studio.tell_authors())
    [stopped] = author.sees()[before[0] + 1 :]
    assert "“Lương ngày lễ” đã không gửi, vì luật làm căn cứ đã thay đổi." in stopped.text
    assert len(other.sees()) == before[1]


async def test_of_many_that_expire_ten_are_named(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    for _ in range(13):
        await one.bulletin("Viet")
    one.scene.clock.now = DUE.replace(month=12, day=20, hour=3)
    await one.studio.tell_authors()
    assert one.last(author).text.count("31/12/2026") == 10
    assert "và 3 bản tin khác" in one.last(author).text


async def test_who_has_no_linked_account_or_no_say_is_not_asked_in_a_chat(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    bulletin = await one.bulletin("Viet")
    await late(one, bulletin)
    async with one.scene.made.write() as tx:
        await desk_links.unlink(tx, one.scene.members["Viet"].id)
    before = len(author.sees())
    await one.studio.ask_late()
    assert len(author.sees()) == before
    async with one.scene.made.read() as tx:
        assert await sendings.unasked(tx) == ()


async def test_a_button_about_what_is_late_is_no_use_to_others(one: Broadcast) -> None:
    author = await one.person("Viet", Role.AUTHOR)
    await one.person("Nam", Role.AUTHOR, "south")
    bulletin = await one.bulletin("Viet")
    sending = await late(one, bulletin)
    await one.studio.ask_late()
    assert "Lương ngày lễ" in one.last(author).text
    stranger = one.scene.members["Nam"].id
    for name in (
        f"late.send_now.{sending}",
        "late.burn.1",
        "late.leave.x",
        "late.leave.99",
        "late.",
    ):
        await one.studio.late.press(str(author.id), stranger, name)
        assert "không thuộc quyền của bạn" in one.last(author).text
    assert await run_of(one, sending) is Run.LATE
