"""The list of an officer: what the rights give, no more, however often and by whom it is asked."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.labels import Label
from handlers.listing import Facet, read
from handlers.roles import Role
from handlers.tips import Category, Outcome
from storage import board, cases, labelling, staff, stored, tips
from storage.cache import RecordCache
from storage.database import Database
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip, record_of


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as database:
        yield database


async def nicknames(made: Database, officer: Member) -> list[str]:
    async with made.read() as tx:
        seen = await board.seen(tx, officer.id, NOW)
        plain = await cases.cards(tx, officer.id, NOW)
    # The list is what the rights give, in the same order, and says the same of each.
    assert seen.cards(seen.lines) == plain
    return [card.nickname for card in plain]


async def test_everybody_sees_their_own_however_they_take_turns(made: Database) -> None:
    north, _ = await desk_world.add(made, "bac", ("north", Role.OFFICER))
    south, _ = await desk_world.add(made, "nam", ("south", Role.OFFICER))
    both, _ = await desk_world.add(made, "hai", ("north", Role.LEAD), ("south", Role.OFFICER))
    nobody, _ = await desk_world.add(made, "khong", ("root", Role.ADMINISTRATOR))
    for at, unit in enumerate(("north", "south", "north", "north-park")):
        late = NOW + timedelta(hours=at)
        await file(made, new_tip(unit, nickname=f"{unit} {at}", triage_by=late))
    for _ in range(2):
        assert await nicknames(made, north) == ["north 0", "north 2"]
        assert await nicknames(made, south) == ["south 1"]
        assert await nicknames(made, both) == ["north 0", "south 1", "north 2"]
        assert await nicknames(made, nobody) == []


async def test_a_right_that_ends_ends_at_once(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    await file(made, new_tip("north"))
    assert await nicknames(made, one) == ["Cây tre xanh"]
    async with made.write() as tx:
        assert await staff.revoke(tx, one.id, "north", Role.OFFICER)
    assert await nicknames(made, one) == []


async def test_a_tip_that_waits_for_its_lead_is_not_among_the_others(made: Database) -> None:
    lead, _ = await desk_world.add(made, "truong", ("north", Role.LEAD))
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    tip = await file(made, new_tip("north"))
    known = await record_of(made, tip)
    async with made.write() as tx:
        await stored.write_record(tx, tip, replace(known, aside=True))
    for officer in (lead, one):
        assert await nicknames(made, officer) == []


async def test_the_mark_changes_with_what_is_seen_and_with_nothing_else(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))

    async def mark() -> str:
        async with made.read() as tx:
            return (await board.seen(tx, one.id, NOW)).mark

    marks = [await mark()]
    new = new_tip("north")
    tip = await file(made, new, delivered=False)
    await file(made, new_tip("south"))
    # Of a tip that has not reached the desk nothing is told: it would tell when it was filed.
    assert await mark() == marks[0]
    async with made.write() as tx:
        await tips.deliver(tx, tip)
    marks.append(await mark())
    assert await mark() == marks[-1]
    async with made.write() as tx:
        await cases.claim(tx, one.id, tip, NOW)
    marks.append(await mark())
    async with made.write() as tx:
        await labelling.change(
            tx, one.id, tip, put=frozenset({Label.CHILD}), taken=frozenset(), now=NOW
        )
    marks.append(await mark())
    async with made.write() as tx:
        assert await tips.add_words(tx, new.key, "Thêm lời.")
    marks.append(await mark())
    assert len(set(marks)) == 5


async def test_filters_find_what_they_say(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER), ("south", Role.OFFICER))
    other, _ = await desk_world.add(made, "hai", ("north", Role.OFFICER))
    late = await file(made, new_tip("north", nickname="late", triage_by=NOW - timedelta(hours=1)))
    mine = await file(made, new_tip("north", nickname="mine", category=Category.WAGES))
    theirs = await file(made, new_tip("north", nickname="theirs", danger=True))
    await file(made, new_tip("south", nickname="south", place=None))
    done = await file(made, new_tip("north", nickname="done"))
    async with made.write() as tx:
        await cases.claim(tx, one.id, mine, NOW)
        await cases.claim(tx, other.id, theirs, NOW)
        await cases.claim(tx, one.id, done, NOW)
        await cases.close(tx, one.id, done, Outcome.HANDLED, "Xong.", NOW)
        await labelling.change(
            tx, one.id, late, put=frozenset({Label.NIGHT_SHIFT}), taken=frozenset(), now=NOW
        )

    async def found(**fields: str) -> set[str]:
        async with made.read() as tx:
            seen = await board.seen(tx, one.id, NOW)
        left = seen.narrowed(read(fields)).left
        return {card.nickname for card in seen.cards(left)}

    assert await found(han="overdue") == {"late"}
    assert await found(han="none") == {"done"}
    assert await found(loai="wages") == {"mine"}
    assert await found(xem="open", ai="mine") == {"mine"}
    assert await found(ai="nobody") == {"late", "south"}
    assert await found(ai=other.id.hex()) == {"theirs"}
    assert await found(don_vi="south") == {"south"}
    assert await found(noi="79", xem="open") == {"late", "mine", "theirs"}
    assert await found(noi="25747", nguy="yes") == {"theirs"}
    assert await found(nhan="night_shift") == {"late"}
    assert await found(tuoi="older") == set()
    assert await found(xem="closed", tuoi="day") == {"done"}
    async with made.read() as tx:
        seen = await board.seen(tx, one.id, NOW)
        names = await board.unit_names(tx, seen.lines)
    assert names == {"north": "Công đoàn phía bắc", "south": "Công đoàn phía nam"}
    counts = seen.narrowed(read({"xem": "open"})).counts
    assert (counts[Facet.STAGE]["all"], counts[Facet.STAGE]["closed"]) == (5, 1)


async def test_what_did_not_change_is_neither_fetched_nor_made_again(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    first, second = [await file(made, new_tip("north")) for _ in range(2)]

    async def lines() -> dict[bytes, board.Line]:
        async with made.read() as tx:
            return {line.tip: line for line in (await board.seen(tx, one.id, NOW)).lines}

    made.cache = RecordCache()
    before = await lines()
    async with made.write() as tx:
        await cases.claim(tx, one.id, first, NOW)
    after = await lines()
    assert after[second] is before[second]
    assert after[first].known.holder == one.id.hex()
