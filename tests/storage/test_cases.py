"""Tips from the desk's side: who may do what, at every status, re-checked each time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from handlers.roles import Role
from handlers.tips import MOST_FILES_OF_A_TIP, Author, Kind, Move, Outcome, Status, after
from handlers.turn import Whose
from storage import audit, bell, cases, record, staff, tips
from storage.audit import Act
from storage.cases import Case, Done, No, Refusal
from storage.chance import random_id
from storage.crypto import Unopenable
from storage.database import Database, Tx
from storage.staff import Member
from storage.tables import tips as tips_table
from storage.tips import PictureData
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import OTHER_PHOTO, PHOTO, file, new_tip, record_of

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
Deed = Callable[[Tx, bytes, bytes], Awaitable[Done | Refusal]]

DEEDS: dict[Move, Deed] = {
    Move.CLAIM: lambda tx, who, tip: cases.claim(tx, who, tip, NOW),
    Move.ASK: lambda tx, who, tip: cases.ask(tx, who, tip, "Ở cửa nào?", NOW),
    Move.ANSWER: lambda tx, who, tip: cases.answer(tx, who, tip, "Đã đến xem.", NOW),
    Move.CLOSE: lambda tx, who, tip: cases.close(tx, who, tip, Outcome.HANDLED, "Cửa đã mở.", NOW),
}
ACTS = {
    Move.CLAIM: Act.CLAIMED,
    Move.ASK: Act.ASKED,
    Move.ANSWER: Act.ANSWERED,
    Move.CLOSE: Act.CLOSED,
}


@dataclass
class Desk:
    """A database with two officers of the north and one of the south."""

    made: Database
    one: Member
    two: Member
    stranger: Member

    async def do(self, move: Move, who: Member, tip: bytes) -> Done | Refusal:
        async with self.made.write() as tx:
            return await DEEDS[move](tx, who.id, tip)

    async def open(self, who: Member, tip: bytes) -> Case | Refusal:
        async with self.made.write() as tx:
            return await cases.open_case(tx, who.id, tip, NOW)

    async def stand_at(self, tip: bytes, status: Status, holder: Member | None) -> None:
        """Put a tip where a test needs it."""
        found = await record_of(self.made, tip)
        changed = replace(found, status=status, holder=holder.id.hex() if holder else None)
        async with self.made.write() as tx:
            sealed = record.seal(tx.keys, tip, changed)
            await tx.run(update(tips_table).where(tips_table.c.id == tip).values(record=sealed))
            tx.touched.add(tip)

    async def acts(self) -> list[tuple[Act, bytes | None, bytes | None]]:
        async with self.made.read() as tx:
            assert await audit.verify(tx)
            found = await audit.entries(tx, limit=100)
        return [(each.act, each.staff, each.tip) for each in reversed(found)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        two, _ = await desk_world.add(made, "hai", ("north", Role.LEAD))
        stranger, _ = await desk_world.add(made, "ba", ("south", Role.OFFICER))
        yield Desk(made, one, two, stranger)


async def test_a_tip_is_seen_only_once_its_card_reached_the_desk(desk: Desk) -> None:
    tip = await file(desk.made, new_tip(), delivered=False)
    async with desk.made.read() as tx:
        assert await cases.cards(tx, desk.one.id, NOW) == ()
        assert await cases.see(tx, desk.one.id, tip, NOW) == Refusal(No.NOT_YOURS)
    async with desk.made.write() as tx:
        assert await tips.deliver(tx, tip)
    async with desk.made.read() as tx:
        [card] = await cases.cards(tx, desk.one.id, NOW)
        assert await cases.see(tx, desk.one.id, tip, NOW) == card
        assert await cases.cards(tx, desk.stranger.id, NOW) == ()
    assert (card.nickname, card.status, card.turn) == ("Cây tre xanh", Status.TRIAGE, Whose.DESK)
    assert (card.holder, card.mine, card.day) == (None, False, NOW.date())
    assert card.province == "Thành phố Hồ Chí Minh"
    assert (card.due, card.overdue) == (NOW + timedelta(hours=24), False)


async def test_danger_stands_first_and_closed_tips_last(desk: Desk) -> None:
    done = await file(desk.made, new_tip(nickname="đóng", danger=True))
    await desk.stand_at(done, Status.CLOSED, None)
    await file(desk.made, new_tip(nickname="sau", triage_by=NOW + timedelta(hours=9)))
    await file(desk.made, new_tip(nickname="trước", triage_by=NOW + timedelta(hours=2)))
    await file(desk.made, new_tip(nickname="nguy", danger=True))
    async with desk.made.read() as tx:
        found = await cases.cards(tx, desk.one.id, NOW + timedelta(hours=5))
    assert [card.nickname for card in found] == ["nguy", "trước", "sau", "đóng"]
    assert [card.overdue for card in found] == [False, True, False, False]


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("move", list(DEEDS))
async def test_the_holder_does_what_the_table_of_moves_permits(
    desk: Desk, status: Status, move: Move
) -> None:
    tip = await file(desk.made, new_tip())
    holder = desk.one if status not in (Status.RECEIVED, Status.TRIAGE) else None
    await desk.stand_at(tip, status, holder)
    done = await desk.do(move, desk.one, tip)
    wanted = after(status, move)
    if status is Status.RECEIVED:
        assert done == Refusal(No.NOT_YOURS)
    elif move is Move.CLAIM and holder is not None:
        assert done == Done(status)
    elif wanted is None:
        assert done == Refusal(No.WRONG_STATUS)
    else:
        assert done == Done(wanted)
        assert (await record_of(desk.made, tip)).status is wanted
        assert await desk.acts() == [(ACTS[move], desk.one.id, tip)]
    if not isinstance(done, Done):
        assert (await record_of(desk.made, tip)).status is status
        assert await desk.acts() == []


@pytest.mark.parametrize("status", [Status.CLAIMED, Status.ASKED, Status.WORKING])
@pytest.mark.parametrize("move", list(DEEDS))
async def test_another_officer_of_the_desk_is_told_who_holds_it(
    desk: Desk, status: Status, move: Move
) -> None:
    tip = await file(desk.made, new_tip())
    await desk.stand_at(tip, status, desk.one)
    assert await desk.do(move, desk.two, tip) == Refusal(No.TAKEN, "Người mot")
    assert (await record_of(desk.made, tip)).holder == desk.one.id.hex()
    assert await desk.acts() == []


@pytest.mark.parametrize("move", list(DEEDS))
async def test_a_stranger_learns_nothing_not_even_that_a_tip_exists(desk: Desk, move: Move) -> None:
    tip = await file(desk.made, new_tip())
    for status, holder in ((Status.TRIAGE, None), (Status.CLOSED, desk.one)):
        await desk.stand_at(tip, status, holder)
        for guessed in (tip, random_id()):
            assert await desk.do(move, desk.stranger, guessed) == Refusal(No.NOT_YOURS)
            assert await desk.open(desk.stranger, guessed) == Refusal(No.NOT_YOURS)
        assert await desk.do(move, desk.one, random_id()) == Refusal(No.NOT_YOURS)
    assert await desk.acts() == []


@pytest.mark.parametrize("move", list(DEEDS))
async def test_a_role_that_ended_while_the_page_was_open_ends_the_right(
    desk: Desk, move: Move
) -> None:
    tip = await file(desk.made, new_tip())
    if move is not Move.CLAIM:
        await desk.do(Move.CLAIM, desk.one, tip)
    async with desk.made.write() as tx:
        assert await staff.revoke(tx, desk.one.id, "north", Role.OFFICER)
    assert await desk.do(move, desk.one, tip) == Refusal(No.NOT_YOURS)
    assert await desk.open(desk.one, tip) == Refusal(No.NOT_YOURS)
    async with desk.made.read() as tx:
        assert await cases.cards(tx, desk.one.id, NOW) == ()
        assert await cases.see(tx, desk.one.id, tip, NOW) == Refusal(No.NOT_YOURS)


async def test_the_tip_of_an_officer_who_left_can_be_taken_over(desk: Desk) -> None:
    tip = await file(desk.made, new_tip())
    await desk.do(Move.CLAIM, desk.one, tip)
    await desk.do(Move.ASK, desk.one, tip)
    async with desk.made.write() as tx:
        await staff.revoke(tx, desk.one.id, "north", Role.OFFICER)
    async with desk.made.read() as tx:
        [card] = await cases.cards(tx, desk.two.id, NOW)
    assert (card.holder, card.mine) == (None, False)
    assert await desk.do(Move.CLAIM, desk.two, tip) == Done(Status.ASKED)
    assert await desk.do(Move.ANSWER, desk.two, tip) == Done(Status.ASKED)


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    for _ in range(5):
        tip = await file(desk.made, new_tip())
        done = await asyncio.gather(
            desk.do(Move.CLAIM, desk.one, tip), desk.do(Move.CLAIM, desk.two, tip)
        )
        [refused] = [each for each in done if isinstance(each, Refusal)]
        winner, name = (
            (desk.one, "Người mot") if isinstance(done[0], Done) else (desk.two, "Người hai")
        )
        assert refused == Refusal(No.TAKEN, name)
        assert (await record_of(desk.made, tip)).holder == winner.id.hex()
    assert [act for act, _, _ in await desk.acts()] == [Act.CLAIMED] * 5


async def test_claiming_twice_is_one_claim(desk: Desk) -> None:
    tip = await file(desk.made, new_tip())
    assert await desk.do(Move.CLAIM, desk.one, tip) == Done(Status.CLAIMED)
    assert await desk.do(Move.CLAIM, desk.one, tip) == Done(Status.CLAIMED)
    assert len(await desk.acts()) == 1


async def test_the_clock_of_the_desk_goes_from_triage_to_answer_to_result(desk: Desk) -> None:
    tip = await file(desk.made, new_tip())

    async def due() -> datetime | None:
        async with desk.made.read() as tx:
            [card] = await cases.cards(tx, desk.one.id, NOW)
        return card.due

    assert await due() == NOW + timedelta(hours=24)
    await desk.do(Move.CLAIM, desk.one, tip)
    assert await due() == datetime(2026, 11, 27, tzinfo=VIETNAM)
    await desk.do(Move.ANSWER, desk.one, tip)
    assert await due() == datetime(2026, 12, 12, tzinfo=VIETNAM)
    await desk.do(Move.CLOSE, desk.one, tip)
    assert await due() is None


async def test_opening_and_each_picture_stand_in_the_audit(desk: Desk) -> None:
    tip = await file(desk.made, new_tip(), [PHOTO, OTHER_PHOTO])
    opened = await desk.open(desk.one, tip)
    assert isinstance(opened, Case)
    assert opened.unit_name == "Công đoàn phía bắc"
    assert [(each.kind, each.author, each.words) for each in opened.entries] == [
        (Kind.STORY, Author.WORKER, STORY),
        (Kind.PHOTO, Author.WORKER, ""),
        (Kind.PHOTO, Author.WORKER, ""),
    ]
    shown = []
    for entry in opened.entries[1:]:
        assert entry.picture is not None
        async with desk.made.write() as tx:
            shown.append(await cases.picture(tx, desk.two.id, tip, entry.picture, NOW))
    assert shown == [PHOTO, OTHER_PHOTO]
    assert await desk.acts() == [
        (Act.OPENED, desk.one.id, tip),
        (Act.PHOTO_OPENED, desk.two.id, tip),
        (Act.PHOTO_OPENED, desk.two.id, tip),
    ]


async def test_a_picture_is_shown_to_its_desk_and_by_its_own_number_only(desk: Desk) -> None:
    tip = await file(desk.made, new_tip(), [PHOTO])
    other = await file(desk.made, new_tip(), [OTHER_PHOTO])
    opened = await desk.open(desk.one, tip)
    assert isinstance(opened, Case)
    story, photo = opened.entries
    assert photo.picture is not None
    assert story.picture is None
    wrong: list[tuple[Member, bytes, bytes]] = [
        (desk.stranger, tip, photo.picture),
        (desk.one, other, photo.picture),
        (desk.one, tip, random_id()),
        (desk.one, random_id(), photo.picture),
    ]
    for who, where, part in wrong:
        async with desk.made.write() as tx:
            shown: PictureData | Refusal = await cases.picture(tx, who.id, where, part, NOW)
        assert shown == Refusal(No.NOT_YOURS)


async def test_question_answer_and_closing_lie_in_the_workers_thread(desk: Desk) -> None:
    new = new_tip()
    tip = await file(desk.made, new)
    for move in (Move.CLAIM, Move.ASK):
        await desk.do(move, desk.one, tip)
    async with desk.made.read() as tx:
        asked = await tips.read_thread(tx, new.key)
    assert asked is not None
    assert (asked.status, asked.whose) == (Status.ASKED, Whose.WORKER)
    async with desk.made.write() as tx:
        assert await tips.add_words(tx, new.key, "Cửa phía sau.")
    for move in (Move.ANSWER, Move.CLOSE):
        await desk.do(move, desk.one, tip)
    async with desk.made.read() as tx:
        closed = await tips.read_thread(tx, new.key)
    assert closed is not None
    assert [(each.kind, each.words, each.day) for each in closed.entries[1:]] == [
        (Kind.QUESTION, "Ở cửa nào?", date(2026, 11, 21)),
        (Kind.ADDITION, "Cửa phía sau.", None),
        (Kind.ANSWER, "Đã đến xem.", date(2026, 11, 21)),
        (Kind.CLOSING, "Cửa đã mở.", date(2026, 11, 21)),
    ]
    assert (closed.status, closed.outcome) == (Status.CLOSED, Outcome.HANDLED)
    opened = await desk.open(desk.two, tip)
    assert isinstance(opened, Case)
    assert [each.by for each in opened.entries] == [
        "", "Người mot", "", "Người mot", "Người mot",
    ]  # fmt: skip


@pytest.mark.parametrize("move", [Move.ASK, Move.ANSWER, Move.CLOSE])
async def test_each_word_to_the_worker_rings_the_bell_at_the_next_change(
    desk: Desk, move: Move
) -> None:
    tip = await file(desk.made, new_tip())
    await desk.do(Move.CLAIM, desk.one, tip)
    await desk.do(move, desk.one, tip)
    noon = NOW.astimezone(VIETNAM)
    async with desk.made.read() as tx:
        assert await bell.shown(tx, noon.replace(hour=16, minute=59)) == ()
        assert await bell.shown(tx, noon.replace(hour=17, minute=0)) == ("48213",)


@pytest.mark.parametrize("words", ["", "  \n ", "\u200b\u202e"])
async def test_empty_words_are_no_answer(desk: Desk, words: str) -> None:
    tip = await file(desk.made, new_tip())
    await desk.do(Move.CLAIM, desk.one, tip)
    async with desk.made.write() as tx:
        assert await cases.answer(tx, desk.one.id, tip, words, NOW) == Refusal(No.EMPTY)


async def test_an_outcome_that_takes_readers_away_is_not_offered_yet(desk: Desk) -> None:
    tip = await file(desk.made, new_tip())
    await desk.do(Move.CLAIM, desk.one, tip)
    async with desk.made.write() as tx:
        with pytest.raises(ValueError, match="out_of_scope"):
            await cases.close(tx, desk.one.id, tip, Outcome.OUT_OF_SCOPE, "Không phải.", NOW)


async def test_the_closing_note_of_the_audit_is_the_outcome(desk: Desk) -> None:
    tip = await file(desk.made, new_tip())
    for move in (Move.CLAIM, Move.CLOSE):
        await desk.do(move, desk.one, tip)
    async with desk.made.read() as tx:
        newest, _ = await audit.entries(tx, limit=2)
    assert (newest.act, newest.note, newest.unit) == (Act.CLOSED, "handled", "north")


async def test_a_failure_in_the_middle_of_an_answer_leaves_everything_as_before(
    desk: Desk,
) -> None:
    new = new_tip()
    tip = await file(desk.made, new)
    await desk.do(Move.CLAIM, desk.one, tip)

    async def fail() -> None:
        async with desk.made.write() as tx:
            assert isinstance(await cases.answer(tx, desk.one.id, tip, "Xong.", NOW), Done)
            raise Unopenable

    with pytest.raises(Unopenable):
        await fail()
    async with desk.made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
        assert await bell.shown(tx, NOW.astimezone(VIETNAM) + timedelta(days=1)) == ()
    assert thread is not None
    assert (len(thread.entries), thread.status) == (1, Status.CLAIMED)
    assert [act for act, _, _ in await desk.acts()] == [Act.CLAIMED]


async def test_records_are_opened_again_only_when_they_changed(desk: Desk) -> None:
    first, second = await file(desk.made, new_tip()), await file(desk.made, new_tip())
    async with desk.made.read() as tx:
        await cases.cards(tx, desk.one.id, NOW)
    before = dict(desk.made.cache.opened)
    await desk.do(Move.CLAIM, desk.one, first)
    async with desk.made.read() as tx:
        found = {card.tip: card for card in await cases.cards(tx, desk.two.id, NOW)}
    assert found[first].holder == "Người mot"
    assert desk.made.cache.opened[second] is before[second]
    assert desk.made.cache.opened[first] is not before[first]


PAPER = PictureData("application/pdf", b"%PDF first " + bytes(3_000))
FILM = PictureData("video/mp4", b"ftyp film " + bytes(3_000))


async def test_papers_and_films_are_parts_and_each_opening_is_written_down(desk: Desk) -> None:
    tip = await file(desk.made, new_tip(), [PAPER, FILM])
    opened = await desk.open(desk.one, tip)
    assert isinstance(opened, Case)
    assert [each.kind for each in opened.entries[1:]] == [Kind.DOCUMENT, Kind.VIDEO]
    for entry, wanted in zip(opened.entries[1:], (PAPER, FILM), strict=True):
        assert entry.picture is not None
        async with desk.made.write() as tx:
            assert await cases.picture(tx, desk.one.id, tip, entry.picture, NOW) == wanted
            again = await cases.picture(tx, desk.one.id, tip, entry.picture, NOW, again=True)
            assert again == wanted
    assert [act for act, _, _ in await desk.acts()].count(Act.FILE_OPENED) == 2


async def test_the_holder_answers_with_a_file_that_the_worker_gets(desk: Desk) -> None:
    new = new_tip()
    tip = await file(desk.made, new)
    await desk.do(Move.CLAIM, desk.one, tip)
    async with desk.made.write() as tx:
        done = await cases.answer(tx, desk.one.id, tip, "Mẫu đơn.", NOW, PAPER)
        assert isinstance(done, Done)
        refused = await cases.answer(tx, desk.two.id, tip, "Cũng vậy.", NOW, PHOTO)
        assert refused == Refusal(No.TAKEN, desk.one.name)
        empty = await cases.answer(tx, desk.one.id, tip, " ", NOW, PAPER)
        assert empty == Refusal(No.EMPTY)
    async with desk.made.read() as tx:
        found = await tips.read_thread(tx, new.key)
        assert found is not None
        words, paper = found.entries[1:]
        assert (words.words, paper.kind, paper.number) == ("Mẫu đơn.", Kind.DOCUMENT, 3)
        assert await tips.files_of_unit(tx, new.key) == (PAPER,)
        assert await tips.files_of_unit(tx, new.key, 3) == (PAPER,)
        assert await tips.files_of_unit(tx, new.key, 2) == ()
        assert await tips.files_of_unit(tx, new_tip().key) == ()
        [entry, *_] = await audit.entries(tx, limit=1)
    assert (entry.act, entry.note) == (Act.ANSWERED, "document")
    # What officers send counts for nobody's limit.
    assert (await record_of(desk.made, tip)).files == 0


async def test_an_officer_sends_no_film(desk: Desk) -> None:
    tip = await file(desk.made, new_tip())
    await desk.do(Move.CLAIM, desk.one, tip)
    with pytest.raises(ValueError, match="picture or a PDF"):
        async with desk.made.write() as tx:
            await cases.answer(tx, desk.one.id, tip, "Xem.", NOW, FILM)


async def test_a_worker_lays_no_more_files_into_a_tip_than_it_may_hold(desk: Desk) -> None:
    new = new_tip()
    tip = await file(desk.made, new, [PAPER] * (MOST_FILES_OF_A_TIP - 1))
    async with desk.made.write() as tx:
        assert await tips.add_picture(tx, new.key, PHOTO)
        assert not await tips.add_picture(tx, new.key, PHOTO)
        assert await tips.add_words(tx, new.key, "Còn lời thì vẫn thêm được.")
    assert (await record_of(desk.made, tip)).files == MOST_FILES_OF_A_TIP
