"""Tips from the worker's side: filed, read again, added to, hidden, closed, deleted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.roles import Role
from handlers.tips import Author, Category, Kind, Status
from handlers.turn import Whose
from storage import cases, outbox, staff, stored, tips
from storage.cases import No, Refusal
from storage.crypto import Unopenable
from storage.database import Database, changes
from storage.tables import chunks, letters, metadata, parts, tombstones, wraps
from storage.tables import tips as tips_table
from storage.tips import AlreadyFiled
from tests import desk_world
from tests.desk_world import NOW, PLACE, STORY
from tests.tip_world import OTHER_PHOTO, PHOTO, bodies, count, file, new_tip, record_of

DUE = NOW + timedelta(minutes=55)
TRIAGE_BY = NOW + timedelta(hours=30)


class Crash(Exception):
    """Something breaks in the middle."""


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


async def test_a_tip_is_read_again_by_its_code_as_it_was_filed(made: Database) -> None:
    new = new_tip(excluded=frozenset({"south"}), may_go_to_police=True)
    await file(made, new, [PHOTO], delivered=False)
    async with made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert (thread.status, thread.whose) == (Status.RECEIVED, Whose.DESK)
    assert (thread.unit, thread.unit_id) == ("Công đoàn phía bắc", "north")
    assert (thread.category, thread.place, thread.danger) == (Category.FIRE, PLACE, False)
    assert (thread.bell, thread.answer_on) == ("48213", date(2026, 11, 26))
    assert (thread.may_go_to_police, thread.excluded) == (True, frozenset({"south"}))
    assert [(each.kind, each.author, each.words, each.day) for each in thread.entries] == [
        (Kind.STORY, Author.WORKER, STORY, None),
        (Kind.PHOTO, Author.WORKER, "", None),
    ]


async def test_one_code_files_once_even_at_the_same_moment(made: Database) -> None:
    new = new_tip()
    outcomes = await asyncio.gather(*(file(made, new) for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in outcomes if not isinstance(each, bytes)] == [AlreadyFiled] * 3
    assert await count(made, tips_table) == 1
    assert await count(made, parts) == 1
    assert await count(made, wraps) == stored.WRAPS_AT_LEAST


async def test_many_tips_at_once_are_all_counted(made: Database) -> None:
    await asyncio.gather(*(file(made, new_tip()) for _ in range(12)))
    assert await count(made, tips_table) == 12
    async with made.read() as tx:
        assert await changes(tx) == 12


async def test_a_crash_in_the_middle_leaves_nothing(made: Database) -> None:
    async def crash() -> None:
        async with made.write() as tx:
            await tips.file(tx, new_tip(), [PHOTO], day=NOW.date(), due=NOW)
            raise Crash

    with pytest.raises(Crash):
        await crash()
    for table in (tips_table, parts, chunks, wraps, letters):
        assert await count(made, table) == 0, table.name
    async with made.read() as tx:
        assert await changes(tx) == 0


async def test_additions_stand_in_order_and_end_with_the_tip(made: Database) -> None:
    new = new_tip()
    await file(made, new)
    async with made.write() as tx:
        assert await tips.add_words(tx, new.key, "Cửa số hai nữa.")
        assert await tips.add_picture(tx, new.key, PHOTO)
    async with made.write() as tx:
        assert await tips.close(tx, new.key, NOW)
    async with made.write() as tx:
        assert not await tips.close(tx, new.key, NOW)
        assert not await tips.add_words(tx, new.key, "Muộn rồi.")
        assert not await tips.add_picture(tx, new.key, PHOTO)
    async with made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert [each.kind for each in thread.entries] == [Kind.STORY, Kind.ADDITION, Kind.PHOTO]
    assert (thread.status, thread.whose) == (Status.CLOSED, Whose.NOBODY)


async def test_two_additions_at_once_are_both_kept(made: Database) -> None:
    new = new_tip()
    await file(made, new)

    async def add(words: str) -> bool:
        async with made.write() as tx:
            return await tips.add_words(tx, new.key, words)

    assert all(await asyncio.gather(*(add(f"Thêm {number}") for number in range(6))))
    async with made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert Counter(entry.words for entry in thread.entries[1:]) == Counter(
        f"Thêm {number}" for number in range(6)
    )


async def test_a_thread_is_read_while_it_is_added_to(made: Database) -> None:
    new = new_tip()
    await file(made, new)

    async def add() -> None:
        for _ in range(10):
            async with made.write() as tx:
                assert await tips.add_words(tx, new.key, "Thêm.")

    async def read() -> None:
        for _ in range(30):
            async with made.read() as tx:
                assert await tips.read_thread(tx, new.key) is not None

    await asyncio.gather(add(), read(), read())


async def test_a_deleted_tip_leaves_a_tombstone_and_nothing_else(made: Database) -> None:
    gone, staying = new_tip(), new_tip()
    await file(made, gone, [PHOTO, OTHER_PHOTO], delivered=False)
    await file(made, staying, [PHOTO], delivered=False)
    before = {table: await count(made, table) for table in (parts, chunks, wraps, letters)}
    async with made.write() as tx:
        assert await tips.remove(tx, gone.key, day=NOW.date())
    async with made.write() as tx:
        assert not await tips.remove(tx, gone.key, day=NOW.date())
    async with made.read() as tx:
        assert await tips.read_thread(tx, gone.key) is None
        thread = await tips.read_thread(tx, staying.key)
        assert thread is not None
        assert len(thread.entries) == 2
        assert len(await outbox.waiting(tx)) == 1
    assert await count(made, tombstones) == 1
    assert await count(made, parts) == before[parts] - 3
    assert await count(made, wraps) == before[wraps] - stored.WRAPS_AT_LEAST
    assert 0 < await count(made, chunks) < before[chunks]


async def test_the_id_of_a_deleted_tip_stands_in_no_table(made: Database) -> None:
    new = new_tip()
    tip = await file(made, new, [PHOTO], delivered=False)
    async with made.write() as tx:
        await tips.remove(tx, new.key, day=NOW.date())
    async with made.read() as tx:
        for table in metadata.sorted_tables:
            for row in await tx.rows(select(table)):
                values = [each for each in row if isinstance(each, bytes)]
                assert not any(tip in each or new.key.locator in each for each in values)


async def test_who_is_shut_out_loses_the_tip_and_the_next_desk_gets_its_card(
    made: Database,
) -> None:
    north, _ = await desk_world.add(made, "bac", ("north", Role.OFFICER))
    root, _ = await desk_world.add(made, "tong", ("root", Role.OFFICER))
    new = new_tip(danger=True)
    tip = await file(made, new)
    async with made.write() as tx:
        assert isinstance(await cases.claim(tx, north.id, tip, NOW), cases.Done)
    before = set(await bodies(made, wraps))
    async with made.write() as tx:
        assert await tips.hide(
            tx, new.key, frozenset({"north"}), "root", due=DUE, triage_by=TRIAGE_BY
        )
    after = set(await bodies(made, wraps))
    assert len(after) == stored.WRAPS_AT_LEAST
    assert not before & after
    async with made.read() as tx:
        assert await cases.cards(tx, north.id, NOW) == ()
        assert await cases.see(tx, north.id, tip, NOW) == Refusal(No.NOT_YOURS)
        assert await stored.open_as(tx, "north", tip) is None
        # Not before its card has reached the desk.
        assert await cases.cards(tx, root.id, NOW) == ()
        [letter] = [each for each in await outbox.waiting(tx) if each.unit == "root"]
        assert letter.due == DUE
    async with made.write() as tx:
        assert await tips.settle(tx, letter)
    async with made.write() as tx:
        [card] = await cases.cards(tx, root.id, NOW)
        opened = await cases.open_case(tx, root.id, tip, NOW)
    assert (card.status, card.holder, card.due) == (Status.TRIAGE, None, TRIAGE_BY)
    assert isinstance(opened, cases.Case)
    assert opened.entries[0].words == STORY


async def test_the_letter_of_a_desk_that_was_shut_out_is_void(made: Database) -> None:
    new = new_tip()
    tip = await file(made, new, delivered=False)
    async with made.read() as tx:
        [old] = await outbox.waiting(tx)
    async with made.write() as tx:
        await tips.hide(tx, new.key, frozenset({"north"}), "root", due=DUE, triage_by=TRIAGE_BY)
    async with made.write() as tx:
        assert not await tips.settle(tx, old)
    assert (await record_of(made, tip)).status is Status.RECEIVED


async def test_shutting_out_somebody_else_changes_nothing_at_the_desk(made: Database) -> None:
    new = new_tip()
    tip = await file(made, new)
    async with made.write() as tx:
        await tips.hide(tx, new.key, frozenset({"south"}), "north", due=DUE, triage_by=TRIAGE_BY)
    found = await record_of(made, tip)
    assert (found.status, found.readers) == (Status.TRIAGE, ("north",))
    assert found.excluded == frozenset({"south"})
    assert found.triage_by == new.triage_by
    assert await count(made, wraps) == stored.WRAPS_AT_LEAST


@pytest.mark.parametrize("category", [Category.WAGES, Category.INSURANCE])
async def test_wages_and_insurance_never_go_to_the_police(
    made: Database, category: Category
) -> None:
    new = new_tip(category=category, may_go_to_police=True)
    tip = await file(made, new)
    assert not (await record_of(made, tip)).may_go_to_police
    async with made.write() as tx:
        assert not await tips.allow_police(tx, new.key, allowed=True)
    assert not (await record_of(made, tip)).may_go_to_police


async def test_consent_is_given_and_withdrawn_with_the_code(made: Database) -> None:
    new = new_tip(category=Category.VIOLENCE)
    tip = await file(made, new)
    for allowed in (True, False):
        async with made.write() as tx:
            assert await tips.allow_police(tx, new.key, allowed=allowed)
        assert (await record_of(made, tip)).may_go_to_police is allowed


async def test_a_day_in_the_thread_is_a_day_of_viet_nam(made: Database) -> None:
    officer, _ = await desk_world.add(made, "bac", ("north", Role.OFFICER))
    new = new_tip()
    tip = await file(made, new)
    late = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    async with made.write() as tx:
        await cases.claim(tx, officer.id, tip, late)
        await cases.answer(tx, officer.id, tip, "Chúng tôi đã đến xem.", late)
    async with made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert thread.entries[-1].day == date(2026, 11, 22)


async def test_sizes_and_numbers_of_rows_do_not_tell_one_tip_from_another(made: Database) -> None:
    calm = new_tip(category=Category.OTHER, place=None, nickname="Lá")
    grave = new_tip(
        "north-park",
        category=Category.HARASSMENT,
        danger=True,
        excluded=frozenset({"south", "a-company"}),
        may_go_to_police=True,
        nickname="Cây hoa giấy tím bên hiên nhà",
    )
    for each in (calm, grave):
        await file(made, each, delivered=False)
    async with made.read() as tx:
        rows = await tx.rows(select(tips_table))
        for column in ("record", "bell", "reporter", "reporter_wrap", "locator"):
            assert len({len(row._mapping[column]) for row in rows}) == 1, column
        for table in (parts, wraps, letters):
            sizes = {len(row.body) for row in await tx.rows(select(table.c.body))}
            assert len(sizes) == 1, table.name
        per_tip = Counter(bytes(row.tip) for row in await tx.rows(select(wraps.c.tip)))
        assert set(per_tip.values()) == {stored.WRAPS_AT_LEAST}


async def test_a_worker_may_shut_out_all_companies_of_a_large_commune(made: Database) -> None:
    every = frozenset(f"cs-cong-ty-trach-nhiem-huu-han-so-{number:04}" for number in range(700))
    new = new_tip(excluded=every)
    await file(made, new)
    async with made.read() as tx:
        thread = await tips.read_thread(tx, new.key)
    assert thread is not None
    assert thread.excluded == every


async def test_a_tip_for_an_unknown_unit_is_not_stored(made: Database) -> None:
    with pytest.raises(stored.UnknownUnit):
        await file(made, new_tip("nowhere"))
    assert await count(made, tips_table) == 0


async def test_a_record_that_was_moved_to_another_tip_is_refused(made: Database) -> None:
    one, other = new_tip(), new_tip()
    first, second = await file(made, one), await file(made, other)
    async with made.write() as tx:
        row = await tx.row(select(tips_table.c.record).where(tips_table.c.id == first))
        assert row is not None
        moved = tips_table.update().where(tips_table.c.id == second).values(record=row.record)
        await tx.run(moved)
    async with made.read() as tx:
        with pytest.raises(Unopenable):
            await tips.read_thread(tx, other.key)


async def test_a_delivery_and_a_deletion_do_not_wait_for_each_other_for_ever(
    made: Database,
) -> None:
    several = [new_tip() for _ in range(8)]
    for each in several:
        await file(made, each, delivered=False)
    async with made.read() as tx:
        waiting = sorted(await outbox.waiting(tx), key=lambda letter: letter.tip)

    async def deliver() -> None:
        async with made.write() as tx:
            for letter in waiting:
                await tips.settle(tx, letter)
                await asyncio.sleep(0)

    async def remove(number: int) -> None:
        async with made.write() as tx:
            assert await tips.remove(tx, several[number].key, day=NOW.date())

    await asyncio.gather(deliver(), deliver(), *(remove(number) for number in range(8)))
    assert await count(made, tips_table) == await count(made, letters) == 0


async def test_readers_of_another_desk_find_no_wrap(made: Database) -> None:
    await desk_world.add(made, "nam", ("south", Role.LEAD))
    tip = await file(made, new_tip())
    async with made.read() as tx:
        member = await staff.by_login(tx, "nam")
        assert member is not None
        assert await stored.open_as(tx, "south", tip) is None
        assert await cases.cards(tx, member.id, NOW) == ()


async def test_what_is_rolled_back_is_not_remembered(made: Database) -> None:
    officer, _ = await desk_world.add(made, "bac", ("north", Role.OFFICER))
    tip = await file(made, new_tip())

    async def crash() -> None:
        async with made.write() as tx:
            await cases.claim(tx, officer.id, tip, NOW)
            assert (await cases.cards(tx, officer.id, NOW))[0].mine
            raise Crash

    with pytest.raises(Crash):
        await crash()
    async with made.read() as tx:
        [card] = await cases.cards(tx, officer.id, NOW)
    assert (card.mine, card.status) == (False, Status.TRIAGE)
