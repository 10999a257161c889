"""Notes of good practice: two people for each, a month's wait, and never a tie to a tip."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from handlers.languages import Language
from handlers.practice import Stage
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from storage import audit, practices, units
from storage.audit import Act
from storage.database import Database
from storage.practices import Done, Note
from storage.staff import Member
from storage.tables import practices as table
from tests import desk_world
from tests.desk_world import NOW

WORDS = {Language.VI: "Cửa mở từ bên trong.", Language.EN: "The door opens from inside."}
OTHER = {Language.VI: "Đèn chỉ lối đã sáng.", Language.EN: "The lamps show the way."}
POLICE = Unit("police", "north", UnitKind.POLICE, "Công an phường", frozenset({"25747"}))
INSIDE = Unit(
    "factory", "north", UnitKind.UNION, "Công đoàn công ty", frozenset(), inside_company=True
)
SHOWN = date(2027, 1, 1)


@dataclass
class Desk:
    """A union unit with people who write and people who publish."""

    made: Database
    who: dict[str, Member]

    async def propose(self, who: str, unit: str = "north") -> Done:
        async with self.made.write() as tx:
            return await practices.propose(tx, self.who[who].id, unit, WORDS, NOW)

    async def note(self) -> Note:
        async with self.made.read() as tx:
            [note] = await practices.of_member(tx, self.who["lead"].id)
        return note

    async def publish(self, who: str, seen: dict[Language, str] | None = None) -> Done:
        note = await self.note()
        async with self.made.write() as tx:
            return await practices.publish(tx, self.who[who].id, note.id, seen or WORDS, NOW)

    async def take_back(self, who: str) -> Done:
        note = await self.note()
        async with self.made.write() as tx:
            return await practices.take_back(tx, self.who[who].id, note.id, NOW)

    async def shown(self, day: date = SHOWN) -> list[str]:
        async with self.made.read() as tx:
            return [each.words[Language.VI] for each in await practices.shown(tx, day)]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE, INSIDE), at_once=True)
        who = {}
        for login, unit, role in (
            ("lead", "north", Role.LEAD),
            ("author", "north", Role.AUTHOR),
            ("approver", "root", Role.APPROVER),
            ("officer", "north", Role.OFFICER),
            ("south", "south", Role.LEAD),
            ("police", "police", Role.LEAD),
            ("inside", "factory", Role.LEAD),
        ):
            who[login], _ = await desk_world.add(made, login, (unit, role))
        yield Desk(made, who)


async def test_a_note_of_one_member_is_published_by_another_and_shown_a_month_later(
    desk: Desk,
) -> None:
    assert await desk.propose("author") is Done.DONE
    assert (await desk.note()).stage is Stage.PROPOSED
    assert await desk.shown() == []
    assert await desk.publish("lead") is Done.DONE
    note = await desk.note()
    assert (note.stage, note.shown_from) == (Stage.PUBLISHED, SHOWN)
    assert await desk.shown(SHOWN - timedelta(days=1)) == []
    assert await desk.shown() == ["Cửa mở từ bên trong."]


async def test_nobody_publishes_their_own_words(desk: Desk) -> None:
    await desk.propose("lead")
    assert await desk.publish("lead") is Done.OWN
    assert await desk.publish("author") is Done.NOT_YOURS
    assert await desk.publish("officer") is Done.NOT_YOURS
    assert await desk.publish("south") is Done.NOT_YOURS
    assert await desk.publish("approver") is Done.DONE


async def test_who_changes_the_words_is_their_author_and_they_wait_again(desk: Desk) -> None:
    await desk.propose("author")
    note = await desk.note()
    async with desk.made.write() as tx:
        assert await practices.revise(tx, desk.who["lead"].id, note.id, OTHER, NOW) is Done.DONE
    assert await desk.publish("approver", WORDS) is Done.CHANGED
    assert await desk.publish("lead", OTHER) is Done.OWN
    assert await desk.publish("approver", OTHER) is Done.DONE
    async with desk.made.write() as tx:
        done = await practices.revise(tx, desk.who["author"].id, note.id, WORDS, NOW)
    assert done is Done.CHANGED


@pytest.mark.parametrize("who", ["author", "lead", "approver"])
async def test_whoever_writes_or_publishes_takes_it_back_at_once(desk: Desk, who: str) -> None:
    await desk.propose("author")
    await desk.publish("lead")
    assert await desk.take_back(who) is Done.DONE
    assert await desk.shown() == []
    assert await desk.take_back(who) is Done.CHANGED
    note = await desk.note()
    assert (note.stage, note.shown_from, dict(note.words)) == (Stage.TAKEN_BACK, None, WORDS)


async def test_what_was_taken_back_is_proposed_again_with_other_words(desk: Desk) -> None:
    await desk.propose("author")
    await desk.take_back("author")
    assert await desk.publish("lead") is Done.CHANGED
    note = await desk.note()
    async with desk.made.write() as tx:
        await practices.revise(tx, desk.who["author"].id, note.id, OTHER, NOW)
    assert await desk.publish("lead", OTHER) is Done.DONE


async def test_a_stranger_takes_nothing_back(desk: Desk) -> None:
    await desk.propose("author")
    for who in ("officer", "south", "police"):
        assert await desk.take_back(who) is Done.NOT_YOURS


async def test_a_note_is_destroyed_only_where_it_is_not_published(desk: Desk) -> None:
    await desk.propose("author")
    await desk.publish("lead")
    key = (await desk.note()).id

    async def drop(who: str) -> Done:
        async with desk.made.write() as tx:
            return await practices.drop(tx, desk.who[who].id, key, NOW)

    assert await drop("author") is Done.CHANGED
    await desk.take_back("author")
    assert await drop("officer") is Done.NOT_YOURS
    assert await drop("author") is Done.DONE
    assert await drop("author") is Done.NOT_YOURS
    async with desk.made.read() as tx:
        assert await tx.rows(select(table)) == []


async def test_the_police_a_companys_own_union_and_officers_write_none(desk: Desk) -> None:
    assert await desk.propose("police", "police") is Done.NOT_YOURS
    assert await desk.propose("inside", "factory") is Done.NOT_YOURS
    assert await desk.propose("officer") is Done.NOT_YOURS
    assert await desk.propose("author", "south") is Done.NOT_YOURS


async def test_a_unit_has_room_for_so_many_notes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practices, "MOST_OF_A_UNIT", 1)
    assert await desk.propose("author") is Done.DONE
    assert await desk.propose("author") is Done.FULL


async def test_what_was_done_stands_in_the_log_without_words_or_a_tip(desk: Desk) -> None:
    await desk.propose("author")
    await desk.publish("lead")
    await desk.take_back("approver")
    async with desk.made.read() as tx:
        some = await audit.entries(tx, limit=3)
    acts = [Act.PRACTICE_TAKEN_BACK, Act.PRACTICE_PUBLISHED, Act.PRACTICE_PROPOSED]
    assert [each.act for each in some] == acts
    assert {(each.unit, each.tip, each.note) for each in some} == {("north", None, "")}


async def test_all_rows_are_of_one_size_and_hold_no_word_and_no_day(desk: Desk) -> None:
    await desk.propose("author")
    long = dict.fromkeys(Language, "cửa " * 90)
    async with desk.made.write() as tx:
        await practices.propose(tx, desk.who["author"].id, "north", long, NOW)
        rows = await tx.rows(select(table))
    assert len({len(row.body) for row in rows}) == 1
    assert not any("Cửa mở".encode() in row.body for row in rows)
    assert {row.month for row in rows} == {None}
