"""Internal notes: everybody who reads the tip sees them, and no worker ever learns of one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Author, Category, Kind, Outcome, Status
from storage import audit, bell, cases, notes, outbox, stored, tips, units
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.database import Database, for_desk
from storage.staff import Member
from storage.tips import PictureData
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import OTHER_PHOTO, file, new_tip, record_of

NOTE = "Đã gọi ban quản lý khu, chờ họ mở cửa."
PAPER = PictureData("application/pdf", b"%PDF-1.7 " + bytes(9_000))


@dataclass
class Desk:
    """A tip of the north that `one` holds; `two` reads beside them, `three` at another desk."""

    made: Database
    new: FileTip
    tip: bytes
    one: Member
    two: Member
    three: Member

    async def note(self, who: Member, words: str = NOTE) -> Done | Refusal:
        async with self.made.write() as tx:
            return await notes.add(tx, who.id, self.tip, words, NOW)

    async def read(self, who: Member) -> Case:
        async with self.made.write() as tx:
            case = await cases.open_case(tx, who.id, self.tip, NOW)
        assert isinstance(case, Case)
        return case


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        two, _ = await desk_world.add(made, "hai", ("north", Role.OFFICER))
        three, _ = await desk_world.add(made, "ba", ("south", Role.LEAD))
        new = new_tip(category=Category.THEFT)
        tip = await file(made, new)
        async with made.write() as tx:
            await cases.claim(tx, one.id, tip, NOW)
        yield Desk(made, new, tip, one, two, three)


async def test_whoever_reads_the_tip_may_note_and_reads_notes(desk: Desk) -> None:
    assert await desk.note(desk.two) == Done(Status.CLAIMED)
    assert await desk.note(desk.three) == Refusal(No.NOT_YOURS)
    assert await desk.note(desk.one, " \u200b ") == Refusal(No.EMPTY)
    for who in (desk.one, desk.two):
        last = (await desk.read(who)).entries[-1]
        assert (last.kind, last.author, last.words, last.by) == (
            Kind.NOTE,
            Author.OFFICER,
            NOTE,
            "Người hai",
        )
    async with desk.made.read() as tx:
        assert await audit.verify(tx)
        entries = [each for each in await audit.entries(tx, limit=20) if each.act is Act.NOTED]
    assert [(each.staff, each.tip, each.note) for each in entries] == [(desk.two.id, desk.tip, "")]


async def test_a_closed_tip_can_still_be_noted_on(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await cases.close(tx, desk.one.id, desk.tip, Outcome.PASSED, "Đã chuyển.", NOW)
    closed = await record_of(desk.made, desk.tip)
    assert await desk.note(desk.two) == Done(Status.CLOSED)
    assert replace(await record_of(desk.made, desk.tip), end=closed.end) == closed


async def test_a_worker_sees_exactly_what_they_saw_before_the_note(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.one.id, desk.tip, "Xem tệp.", NOW, PAPER)
    async with desk.made.read() as tx:
        before = await tips.read_thread(tx, desk.new.key)
        files = await tips.files_of_unit(tx, desk.new.key)
    assert before is not None
    for who in (desk.one, desk.two):
        await desk.note(who)
    async with desk.made.read() as tx:
        assert await tips.read_thread(tx, desk.new.key) == before
        assert await tips.files_of_unit(tx, desk.new.key) == files
    assert NOTE not in str([each.words for each in before.entries])


async def test_no_gap_in_the_numbers_of_files_tells_of_a_note(desk: Desk) -> None:
    await desk.note(desk.two)
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.one.id, desk.tip, "Một.", NOW, PAPER)
    await desk.note(desk.two)
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.one.id, desk.tip, "Hai.", NOW, OTHER_PHOTO)
    async with desk.made.read() as tx:
        thread = await tips.read_thread(tx, desk.new.key)
        assert thread is not None
        numbers = [each.number for each in thread.entries if each.number]
        # The story, an answer with its file, another with its.
        assert numbers == [3, 5]
        assert await tips.files_of_unit(tx, desk.new.key, 3) == (PAPER,)
        assert await tips.files_of_unit(tx, desk.new.key, 5) == (OTHER_PHOTO,)
        assert await tips.files_of_unit(tx, desk.new.key, 4) == ()


async def test_nothing_rings_moves_or_is_sent_for_a_note(desk: Desk) -> None:
    async with desk.made.read() as tx:
        letters = await outbox.waiting(tx)
    before = await record_of(desk.made, desk.tip)
    told: list[frozenset[bytes]] = []
    desk.made.on_commit = told.append
    await desk.note(desk.one)
    after = await record_of(desk.made, desk.tip)
    assert after.end.count == before.end.count + 1
    assert replace(after, end=before.end) == before
    async with desk.made.read() as tx:
        assert await outbox.waiting(tx) == letters
        assert await bell.shown(tx, NOW) == ()
    # The desk's open pages look again; the worker's page watches the tip itself, and does not.
    assert told == [frozenset({for_desk(desk.tip)})]
    # The control: an answer does wake it.
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.one.id, desk.tip, "Chào.", NOW)
    assert desk.tip in told[-1]


async def test_the_card_at_the_desk_is_another_one_after_a_note(desk: Desk) -> None:
    async with desk.made.read() as tx:
        [before] = await cases.cards(tx, desk.two.id, NOW)
    await desk.note(desk.one)
    async with desk.made.read() as tx:
        [after] = await cases.cards(tx, desk.two.id, NOW)
    assert replace(after, mark=before.mark) == before
    assert after.mark != before.mark


async def test_the_worker_goes_on_after_a_note_and_their_words_come_behind_it(desk: Desk) -> None:
    await desk.note(desk.one)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, desk.new.key, "Thêm lời.")
    kinds = [each.kind for each in (await desk.read(desk.one)).entries]
    assert kinds == [Kind.STORY, Kind.NOTE, Kind.ADDITION]
    async with desk.made.write() as tx:
        assert await tips.remove(tx, desk.new.key, day=NOW.date())
        assert await tips.read_thread(tx, desk.new.key) is None
    assert await desk.note(desk.one) == Refusal(No.NOT_YOURS)


async def test_police_read_and_write_notes_only_while_they_read_the_tip(desk: Desk) -> None:
    police = Unit("police", "north", UnitKind.POLICE, "Công an phường")
    async with desk.made.write() as tx:
        await units.import_all(tx, (*desk_world.UNITS, police), at_once=True)
    officer, _ = await desk_world.add(desk.made, "ca", ("police", Role.OFFICER))
    await desk.note(desk.one)
    assert await desk.note(officer) == Refusal(No.NOT_YOURS)
    async with desk.made.write() as tx:
        assert await tips.allow_police(tx, desk.new.key, allowed=True)
    read = replace(await record_of(desk.made, desk.tip), readers=("north", "police"))
    async with desk.made.write() as tx:
        case = await stored.open_as(tx, "north", desk.tip)
        assert case is not None
        await stored.seal_again(tx, desk.tip, case, read)
        await stored.change(tx, desk.tip, read, None)
    assert isinstance(await desk.note(officer, "Đã vào sổ."), Done)
    assert [each.words for each in (await desk.read(officer)).entries[1:]] == [NOTE, "Đã vào sổ."]
    async with desk.made.write() as tx:
        assert await tips.allow_police(tx, desk.new.key, allowed=False)
    assert await desk.note(officer) == Refusal(No.NOT_YOURS)
