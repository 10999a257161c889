"""Rings for officers: one for each alarm, only while the tip waits, each outcome for what it is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.alarms import AGAIN_SECONDS, DEAD_SECONDS, LEASE_SECONDS
from bot.channels import Gone, Outcome, Refused, Sent, TryLater, Unknown
from bot.outbound import MailRoom
from handlers.effects import FileTip
from handlers.languages import Language
from handlers.moderators.notices import Notice
from handlers.roles import Role
from handlers.screens import Screen
from handlers.texts import Texts
from storage import alarms, cases, desk_codes, outbox, staff, tips
from storage.alarms import Alarm, Path, Trouble
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.pings import Ping
from storage.staff import Member
from storage.tables import letters
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.staff_world import enrolled
from tests.tip_world import Clock, count, file, new_tip

Rung = tuple[str, bytes, str, bool]
TEXTS = Texts.load(Language.VI)


@dataclass
class Bell:
    """A ringer that keeps what rang; `says` is the outcome, `stops` is waited for before it."""

    says: Callable[[str], Outcome] = lambda _: Sent()
    rung: list[Rung] = field(default_factory=list)
    rings: int = 0
    told: list[tuple[str, str]] = field(default_factory=list)
    stops: asyncio.Event | None = None
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def ring(self, address: str, tip: bytes, nickname: str, danger: bool) -> Outcome:
        return await self._ring(address, [(address, tip, nickname, danger)])

    async def ring_for_several(self, address: str, rung: Sequence[Ping]) -> Outcome:
        return await self._ring(
            address, [(address, each.tip, each.nickname, each.danger) for each in rung]
        )

    async def tell(self, address: str, shown: Screen) -> Outcome:
        self.told.append((address, TEXTS.render(shown).text))
        return self.says(address)

    async def _ring(self, address: str, rung: list[Rung]) -> Outcome:
        self.rings += 1
        self.rung += rung
        self.began.set()
        if self.stops is not None:
            await self.stops.wait()
        return self.says(address)

    @property
    def addresses(self) -> list[str]:
        return sorted(address for address, *_ in self.rung)


@dataclass
class Room:
    """A mail room with bells on both paths; `an` reads the tips of the north."""

    made: Database
    clock: Clock
    mail: MailRoom
    an: Member
    push: Bell
    zalo: Bell

    async def browser(self, address: str = "browser", member: Member | None = None) -> Alarm:
        async with self.made.write() as tx:
            alarm = await alarms.add_browser(tx, (member or self.an).id, address)
        assert alarm is not None
        return alarm

    async def chat(self, address: str = "zalo_bot:3|chat") -> None:
        async with self.made.write() as tx:
            code = await desk_codes.make(tx, CodeKind.ALARM, self.an.id.hex(), self.clock())
            assert await alarms.link(tx, code, Path.ZALO, address, self.clock()) is not None

    async def ring(self) -> None:
        """Cards to desks, then rings, as the mail room does it by itself."""
        await self.mail.deliver_due()
        await self.mail.ring_due()

    async def waiting(self) -> int:
        async with self.made.read() as tx:
            every = await outbox.waiting(tx)
        return sum(each.kind is LetterKind.PING for each in every)

    async def trouble(self) -> Trouble | None:
        async with self.made.read() as tx:
            [alarm] = await alarms.of_member(tx, self.an.id)
        return alarm.trouble


@pytest.fixture
async def room(database_url: str) -> AsyncIterator[Room]:
    async with desk_world.database(database_url) as made:
        clock = Clock()
        mail = MailRoom(made, clock)
        an = await enrolled(made, "an", ("north", Role.OFFICER))
        here = Room(made, clock, mail, an, Bell(), Bell())
        mail.ring_over(Path.PUSH, here.push)
        mail.ring_over(Path.ZALO, here.zalo)
        yield here


# --- what rings -------------------------------------------------------------------------------


async def test_every_alarm_rings_once_with_the_nickname_and_nothing_else(room: Room) -> None:
    await room.browser("one")
    await room.browser("two")
    await room.chat()
    tip = await file(room.made, new_tip(danger=True, nickname="Trúc Xanh"), delivered=False)
    await room.ring()
    await room.ring()
    assert room.push.addresses == ["one", "two"]
    assert {each[1:] for each in room.push.rung} == {(tip, "Trúc Xanh", True)}
    assert room.zalo.rung == [("zalo_bot:3|chat", tip, "Trúc Xanh", True)]
    assert await count(room.made, letters) == 0


async def test_a_calm_tip_rings_when_its_card_is_due_and_not_before(room: Room) -> None:
    await room.browser()
    async with room.made.write() as tx:
        due = NOW + timedelta(minutes=55)
        await tips.file(tx, new_tip(), (), day=NOW.date(), due=due)
    await room.ring()
    assert room.push.rung == []
    room.clock.turn(minutes=55)
    await room.ring()
    assert [each[3] for each in room.push.rung] == [False]


async def test_the_cards_of_an_hour_ring_once_for_all_of_them(room: Room) -> None:
    await room.browser()
    await room.chat()
    for _ in range(6):
        await file(room.made, new_tip())
    await room.ring()
    assert (room.push.rings, room.zalo.rings) == (1, 1)
    assert len(room.push.rung) == len({tip for _, tip, *_ in room.push.rung}) == 6
    assert await room.waiting() == 0


async def test_letters_wait_for_a_path_that_is_joined_later(room: Room) -> None:
    await room.browser()
    mail = MailRoom(room.made, room.clock)
    await file(room.made, new_tip())
    await mail.ring_due()
    assert await room.waiting() == 1
    late = Bell()
    mail.ring_over(Path.PUSH, late)
    room.clock.turn(seconds=AGAIN_SECONDS)
    await mail.ring_due()
    assert late.addresses == ["browser"]
    assert await room.waiting() == 0


async def test_a_process_that_cannot_ring_makes_no_other_wait(room: Room) -> None:
    await room.browser()
    elsewhere = MailRoom(room.made, room.clock)
    await file(room.made, new_tip())
    await elsewhere.ring_due()
    await room.ring()
    assert room.push.addresses == ["browser"]


async def test_two_mail_rooms_ring_each_alarm_once(room: Room) -> None:
    for number in range(4):
        await room.browser(f"browser {number}")
    for _ in range(5):
        await file(room.made, new_tip())
    other = MailRoom(room.made, room.clock)
    other.ring_over(Path.PUSH, room.push)
    async with asyncio.timeout(60):
        await asyncio.gather(room.mail.ring_due(), other.ring_due())
    assert len(room.push.rung) == len(set(room.push.rung)) == 20
    assert await room.waiting() == 0


async def test_the_mail_room_rings_by_itself_when_a_card_reached_its_desk(room: Room) -> None:
    await room.browser()
    room.made.on_commit = lambda _: room.mail.wake()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        working = group.create_task(room.mail.run())
        await file(room.made, new_tip(), delivered=False)
        await room.push.began.wait()
        working.cancel()
    assert len(room.push.rung) == 1


# --- what does not ring any more --------------------------------------------------------------


async def claim(room: Room, tip: bytes, _: FileTip) -> None:
    async with room.made.write() as tx:
        assert isinstance(await cases.claim(tx, room.an.id, tip, NOW), cases.Done)


async def close(room: Room, _: bytes, new: FileTip) -> None:
    async with room.made.write() as tx:
        assert await tips.close(tx, new.key, NOW)


async def delete(room: Room, _: bytes, new: FileTip) -> None:
    async with room.made.write() as tx:
        assert await tips.remove(tx, new.key, day=NOW.date())


async def hide(room: Room, tip: bytes, new: FileTip) -> None:
    async with room.made.write() as tx:
        shut = frozenset({"north"})
        assert await tips.hide(tx, new.key, shut, "root", due=NOW, triage_by=NOW)


async def lose_the_role(room: Room, _: bytes, __: FileTip) -> None:
    async with room.made.write() as tx:
        assert await staff.revoke(tx, room.an.id, "north", Role.OFFICER)
        await staff.grant(tx, room.an.id, "south", Role.OFFICER)


async def reset(room: Room, _: bytes, __: FileTip) -> None:
    async with room.made.write() as tx:
        await staff.reset(tx, "an", NOW)


async def end_the_alarm(room: Room, _: bytes, __: FileTip) -> None:
    async with room.made.write() as tx:
        assert await alarms.unlink_member(tx, room.an.id, Path.PUSH)


@pytest.mark.parametrize(
    "happens", [claim, close, delete, hide, lose_the_role, reset, end_the_alarm]
)
async def test_a_ring_that_is_not_wanted_any_more_does_not_leave(
    room: Room, happens: Callable[[Room, bytes, FileTip], object]
) -> None:
    await room.browser()
    new = new_tip()
    tip = await file(room.made, new)
    assert await room.waiting() == 1
    await happens(room, tip, new)  # type: ignore[misc]
    await room.mail.ring_due()
    assert room.push.rung == []
    assert await room.waiting() == 0


async def test_a_tip_whose_holder_left_waits_for_somebody_again(room: Room) -> None:
    binh = await enrolled(room.made, "binh", ("north", Role.OFFICER))
    await room.browser()
    tip = await file(room.made, new_tip())
    async with room.made.write() as tx:
        await cases.claim(tx, binh.id, tip, NOW)
        await staff.revoke(tx, binh.id, "north", Role.OFFICER)
    await room.mail.ring_due()
    assert room.push.addresses == ["browser"]


async def test_a_tip_that_cannot_be_opened_holds_up_no_other_alarm(room: Room) -> None:
    binh = await enrolled(room.made, "binh", ("south", Role.OFFICER))
    await room.browser("broken")
    await room.browser("well", binh)
    broken = await file(room.made, new_tip())
    await file(room.made, new_tip("south"))
    async with room.made.write() as tx:
        await tx.run(update(tips_table).where(tips_table.c.id == broken).values(record=b"broken"))
    await room.mail.ring_due()
    assert room.push.addresses == ["well"]


# --- what came of it --------------------------------------------------------------------------


async def test_not_now_is_tried_again_then_and_checked_anew(room: Room) -> None:
    await room.browser()
    room.push.says = lambda _: TryLater(40)
    tip = await file(room.made, new_tip())
    await room.mail.ring_due()
    room.clock.turn(seconds=39)
    await room.mail.ring_due()
    assert len(room.push.rung) == 1
    room.clock.turn(seconds=1)
    await room.mail.ring_due()
    assert len(room.push.rung) == 2
    async with room.made.write() as tx:
        await cases.claim(tx, room.an.id, tip, NOW)
    room.clock.turn(seconds=40)
    await room.mail.ring_due()
    assert len(room.push.rung) == 2
    assert await room.waiting() == 0


async def test_an_alarm_whose_account_does_not_work_is_none_until_it_rings(room: Room) -> None:
    await room.browser()
    room.push.says = lambda _: TryLater(DEAD_SECONDS)
    await file(room.made, new_tip(danger=True))
    await room.mail.ring_due()
    assert await room.trouble() is Trouble.REFUSED
    room.push.says = lambda _: Sent()
    room.clock.turn(seconds=DEAD_SECONDS)
    await room.mail.ring_due()
    assert await room.trouble() is None


async def test_an_alarm_that_is_gone_is_forgotten_and_the_others_ring(room: Room) -> None:
    await room.browser("gone")
    await room.browser("there")
    room.push.says = lambda address: Gone() if address == "gone" else Sent()
    await file(room.made, new_tip())
    await room.mail.ring_due()
    async with room.made.read() as tx:
        left = await alarms.of_member(tx, room.an.id)
    assert [each.address for each in left] == ["there"]
    assert await room.waiting() == 0


async def test_a_refusal_is_kept_as_trouble_until_it_rings_again(room: Room) -> None:
    await room.browser()
    room.push.says = lambda _: Refused("refused")
    await file(room.made, new_tip())
    await room.mail.ring_due()
    assert await room.trouble() is Trouble.REFUSED
    assert await room.waiting() == 0
    room.push.says = lambda _: Sent()
    await file(room.made, new_tip())
    await room.mail.ring_due()
    assert len(room.push.rung) == 2
    assert await room.trouble() is None


async def test_a_ring_that_may_have_arrived_is_not_repeated(room: Room) -> None:
    await room.browser()
    room.push.says = lambda _: Unknown()
    await file(room.made, new_tip())
    await room.mail.ring_due()
    room.clock.turn(hours=1)
    await room.mail.ring_due()
    assert len(room.push.rung) == 1
    assert await room.waiting() == 0
    assert await room.trouble() is None


async def test_whoever_is_cut_off_while_ringing_may_have_rung(room: Room) -> None:
    await room.browser()
    await file(room.made, new_tip())
    room.push.stops = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        cut_off = group.create_task(room.mail.ring_due())
        await room.push.began.wait()
        cut_off.cancel()
    assert await room.waiting() == 1
    room.clock.turn(seconds=LEASE_SECONDS - 1)
    await room.mail.ring_due()
    assert await room.waiting() == 1
    room.clock.turn(seconds=1)
    await room.mail.ring_due()
    assert len(room.push.rung) == 1
    assert await room.waiting() == 0


# --- what is about no single tip --------------------------------------------------------------


async def notice(room: Room, alarm: Alarm, counts: tuple[int, ...] = (2,)) -> None:
    letter = Letter(LetterKind.NOTICE, b"", "", AT_ONCE, to=alarm.id.hex())
    async with room.made.write() as tx:
        await outbox.write(tx, replace(letter, notice=Notice.LATE, counts=counts))


async def left(room: Room) -> int:
    async with room.made.read() as tx:
        return len(await outbox.waiting(tx))


async def test_a_reminder_is_a_count_and_told_once(room: Room) -> None:
    await notice(room, await room.browser())
    await room.ring()
    await room.ring()
    assert room.push.told == [("browser", "2 tin vừa quá hạn và đang đợi bạn ở bàn tiếp nhận.")]
    assert room.push.rung == []
    assert await left(room) == 0


async def test_a_reminder_does_not_reach_who_reads_no_tips_any_more(room: Room) -> None:
    await notice(room, await room.browser())
    async with room.made.write() as tx:
        await staff.revoke(tx, room.an.id, "north", Role.OFFICER)
    await room.ring()
    assert room.push.told == []
    assert await left(room) == 0


async def test_a_reminder_waits_where_the_app_says_later_and_goes_with_a_browser_that_is_gone(
    room: Room,
) -> None:
    await notice(room, await room.browser())
    room.push.says = lambda _: TryLater(60)
    await room.ring()
    assert await left(room) == 1
    room.clock.turn(seconds=61)
    room.push.says = lambda _: Gone()
    await room.ring()
    assert await left(room) == 0
    async with room.made.read() as tx:
        assert await alarms.of_member(tx, room.an.id) == ()
