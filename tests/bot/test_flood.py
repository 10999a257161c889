"""Too much from one chat or in all is set aside, never lost; a muted chat notices nothing."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.acting import mute
from bot.app import House
from bot.channels import Arrival
from bot.flood import Ceilings, Flood, Speed
from bot.inbound import Answer
from handlers.events import Chose, Event, Picture, Said, Showed, Unusable
from handlers.languages import Language
from handlers.roles import Role
from handlers.screens import say
from storage import aside, audit, cases, mutes, staff
from storage.audit import Act
from storage.crypto import new_master
from storage.database import Database
from storage.volatile import Memory
from tests.clips import photo
from tests.tip_world import Clock
from tests.whole_house import code_in, open_house, text_of

PLACE = "phường bàn thạch đà nẵng"
STORY = "Máy dập không có tấm chắn."


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[House]:
    async with open_house(database_url, tmp_path, clock) as opened:
        yield opened


class Phone:
    """A chat in Telegram, from the arrival on."""

    def __init__(self, house: House, address: str = "7001", channel: str = "telegram") -> None:
        self.house, self.address, self.channel = house, address, channel
        self.number = 0
        self.said: list[str] = []

    async def do(self, event: Event) -> Answer:
        self.number += 1
        number = f"{self.address} {self.number}"
        arrival = Arrival(self.channel, self.address, number, event)
        answer = await self.house.inbound.receive(arrival)
        self.said.append(text_of(answer))
        return answer

    async def file(self, category: str = "unsafe", danger: str = "danger_no") -> str:
        """File a tip that reaches the desk of Bàn Thạch; its receipt code."""
        await self.do(Chose("report"))
        if category == "forced":
            await self.do(Chose("more"))
        for event in (Chose(category), Chose(danger), Said(PLACE)):
            await self.do(event)
        shown = await self.do(Said(STORY))
        if danger == "danger_no":
            shown = await self.do(Chose("skip_all"))
        code = code_in(shown)
        await self.do(Chose("send"))
        await self.house.mail_room.deliver_due()
        await self.do(Chose("home"))
        return code


async def member(made: Database, role: Role) -> bytes:
    async with made.read() as tx:
        every = await staff.members(tx)
    [found] = [each for each in every if ("ban-thach", role) in each.grants]
    return found.id


async def listed(house: House) -> list[bytes]:
    officer = await member(house.database, Role.OFFICER)
    async with house.database.read() as tx:
        return [card.tip for card in await cases.cards(tx, officer, house.clock())]


async def waiting(house: House) -> int:
    lead = await member(house.database, Role.LEAD)
    async with house.database.read() as tx:
        return len(await aside.waiting(tx, lead, house.clock()))


def same(said: list[str]) -> list[str]:
    """What was said, without what chance draws for each tip."""
    code = r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}"
    return [re.sub(rf"{code}|\b[0-9]{{5}}\b", "…", each) for each in said]


async def test_of_one_chat_the_fifth_tip_of_an_hour_waits_for_the_lead(house: House) -> None:
    phone = Phone(house)
    for _ in range(5):
        await phone.file()
    assert len(await listed(house)) == 4
    assert await waiting(house) == 1
    await Phone(house, "7002").file()
    assert len(await listed(house)) == 5


async def test_the_hour_and_the_day_pass(house: House, clock: Clock) -> None:
    phone = Phone(house)
    for hour in range(4):
        clock.now = clock.now + timedelta(hours=1, minutes=1)
        for _ in range(3):
            await phone.file()
        assert await waiting(house) == max(0, 3 * (hour + 1) - 10)
    clock.now = clock.now + timedelta(hours=24)
    await phone.file()
    assert await waiting(house) == 2


async def test_danger_always_passes(house: House) -> None:
    # Where nothing can be rung, danger goes to the highest desk: that one gets a lead here.
    lead = await member(house.database, Role.LEAD)
    async with house.database.write() as tx:
        await staff.grant(tx, lead, "tong", Role.LEAD)
    phone = Phone(house)
    for _ in range(6):
        await phone.file(danger="danger_yes")
    await mutes.remember(house.volatile, b"any tip", "telegram|7001")
    await mutes.mute(house.volatile, b"any tip")
    await phone.file(danger="danger_yes")
    assert await waiting(house) == 0
    async with house.database.read() as tx:
        assert len(await cases.cards(tx, lead, house.clock())) == 7
    await phone.file()
    assert await waiting(house) == 1


async def test_too_many_for_a_unit_wait_whoever_sends_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(Ceilings(), unit_tips_an_hour=2)
    monkeypatch.setattr(house.inbound._carrier._flood, "_ceilings", few)
    for number in range(4):
        await Phone(house, f"80{number}", "web" if number % 2 else "telegram").file()
    assert len(await listed(house)) == 2
    assert await waiting(house) == 2


async def test_a_muted_chat_notices_nothing_and_its_tips_wait(house: House) -> None:
    muted, other = Phone(house, "7001"), Phone(house, "7002")
    officer = await member(house.database, Role.OFFICER)
    await muted.file()
    [tip] = await listed(house)
    done = await mute(house.database, house.volatile, officer, tip, house.clock())
    assert done is not None
    assert done.well
    await other.file()
    for phone in (muted, other):
        phone.said.clear()
        await phone.file()
        await phone.do(Said("/start"))
        await phone.do(Said("/chuong"))
        await phone.do(Chose("home"))
    assert same(muted.said) == same(other.said)
    assert len(await listed(house)) == 3
    assert await waiting(house) == 1


async def test_a_mute_ends_after_a_day(house: House, clock: Clock) -> None:
    phone = Phone(house)
    officer = await member(house.database, Role.OFFICER)
    await phone.file()
    await mute(house.database, house.volatile, officer, (await listed(house))[0], clock())
    clock.now = clock.now + timedelta(hours=24, minutes=1)
    await phone.file()
    assert await waiting(house) == 0


@pytest.mark.parametrize("why", ["late", "web", "harassment", "forced", "hidden"])
async def test_where_a_source_cannot_be_muted_the_answer_is_the_same_or_tells_nothing(
    house: House, clock: Clock, why: str
) -> None:
    phone = Phone(house, channel="web" if why == "web" else "telegram")
    officer = await member(house.database, Role.OFFICER)
    if why == "hidden":
        await phone.do(Chose("report"))
        for event in (Chose("unsafe"), Chose("danger_no"), Said(PLACE), Said(STORY)):
            await phone.do(event)
        for name in ("skip_all", "hide", "hide_company", "done", "send"):
            answer = await phone.do(Chose(name))
        assert "Đã nhận" in text_of(answer)
        await house.mail_room.deliver_due()
    else:
        await phone.file(why if why in ("harassment", "forced") else "unsafe")
    [tip] = await listed(house)
    if why == "late":
        clock.now = clock.now + timedelta(minutes=61)
    done = await mute(house.database, house.volatile, officer, tip, clock())
    assert done is not None
    category = why in ("harassment", "forced")
    assert done.told.key == ("desk.mute.never" if category else "desk.mute.done")
    assert not await mutes.is_muted(house.volatile, f"{phone.channel}|{phone.address}")
    async with house.database.read() as tx:
        acts = [each.act for each in await audit.entries(tx, limit=5)]
    assert (Act.MUTED in acts) is not category


async def test_an_officer_mutes_once_a_day_and_the_lead_more_often(house: House) -> None:
    officer, lead = [await member(house.database, each) for each in (Role.OFFICER, Role.LEAD)]
    for number in range(3):
        await Phone(house, f"70{number}").file()
    tips = await listed(house)

    async def told(who: bytes, tip: bytes) -> str:
        done = await mute(house.database, house.volatile, who, tip, house.clock())
        assert done is not None
        return done.told.key

    assert await told(officer, tips[0]) == "desk.mute.done"
    assert await told(officer, tips[1]) == "desk.mute.enough"
    chats = [f"telegram|70{number}" for number in range(3)]
    assert [await mutes.is_muted(house.volatile, each) for each in chats].count(True) == 1
    assert [await told(lead, tip) for tip in tips] == ["desk.mute.done"] * 3
    stranger = bytes(16)
    assert await mute(house.database, house.volatile, stranger, tips[0], house.clock()) is None


async def test_nothing_of_a_mute_is_in_the_database(house: House) -> None:
    phone = Phone(house)
    await phone.file()
    officer = await member(house.database, Role.OFFICER)
    [tip] = await listed(house)
    await mute(house.database, house.volatile, officer, tip, house.clock())
    async with house.database.read() as tx:
        entries = [each for each in await audit.entries(tx, limit=5) if each.act is Act.MUTED]
    assert [(each.tip, each.unit, each.note) for each in entries] == [(tip, "ban-thach", "")]
    # A start without a shared store forgets all of it.
    await house.volatile.close()
    await phone.file()
    assert await waiting(house) == 0


# --- turns and files --------------------------------------------------------------------------


async def test_who_talks_too_fast_is_asked_to_slow_down_once_and_loses_no_words(
    house: House, clock: Clock
) -> None:
    phone = Phone(house)
    for _ in range(120):
        await phone.do(Said("/start"))
    first = await phone.do(Said("Công ty nợ lương."))
    slow = house.texts[Language.VI].line(say("too_fast")).text
    assert slow in text_of(first)
    assert "Công ty nợ lương." in text_of(first)
    assert "113" in slow
    again = [await phone.do(Said("Công ty nợ lương.")) for _ in range(3)]
    assert all(each.repeated and not text_of(each) for each in again)
    page = Phone(house, "session", "web")
    for _ in range(120):
        await page.do(Said("/start"))
    assert all([slow in text_of(await page.do(Said("x"))) for _ in range(3)])
    clock.now = clock.now + timedelta(seconds=61)
    assert slow not in text_of(await phone.do(Said("/start")))


async def test_a_picture_that_comes_too_fast_is_not_kept(house: House) -> None:
    phone = Phone(house)
    for _ in range(120):
        await phone.do(Said("/start"))
    kept = await house.inbound.keep_picture("telegram", phone.address, photo())
    assert isinstance(kept, Picture)
    before = await house.volatile.total("picture")
    await phone.do(Showed(kept))
    assert before > 0
    assert await house.volatile.total("picture") == 0


async def test_very_many_files_of_one_chat_are_refused_kindly_and_no_other_chats(
    house: House,
) -> None:
    for _ in range(120):
        await house.inbound.keep_picture("telegram", "7001", b"no picture")
    kept = await house.inbound.keep_picture("telegram", "7001", photo())
    assert kept is Unusable.TOO_MANY
    assert isinstance(await house.inbound.keep_picture("telegram", "7002", photo()), Picture)


async def test_a_store_without_room_sets_tips_aside_and_lets_talks_go_on(clock: Clock) -> None:
    tiny = Memory(new_master(), lambda: clock().timestamp(), max_bytes=8)
    flood = Flood(tiny, Ceilings())
    assert await flood.sets_aside("telegram|1", "north")
    assert await flood.turn("telegram|1") is Speed.FINE


@given(st.lists(st.sampled_from(["a", "b"]), max_size=30))
async def test_counts_of_one_chat_never_touch_another(chats: list[str]) -> None:
    flood = Flood(Memory(new_master(), lambda: 0.0), replace(Ceilings(), turns_a_minute=5))
    seen = {"a": 0, "b": 0}
    for chat in chats:
        seen[chat] += 1
        wanted = Speed.FINE if seen[chat] <= 5 else Speed.FIRST if seen[chat] == 6 else Speed.MORE
        assert await flood.turn(chat) is wanted
