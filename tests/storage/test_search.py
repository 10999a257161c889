"""Free words: over what the officer may see at that moment, noted, forgotten, and never who."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from handlers.roles import Role
from handlers.searching import Where, needles
from storage import audit, cases, search, shelves, staff, tips
from storage.audit import Act, Entry
from storage.database import Database
from storage.search import Found
from storage.shelves import SHELF_SECONDS, Shelves
from storage.staff import Member
from storage.tables import parts
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import file, new_tip


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as database:
        yield database


@pytest.fixture
def kept() -> Shelves:
    return Shelves()


async def look(
    made: Database,
    kept: Shelves,
    officer: Member,
    words: str,
    *,
    now: datetime = NOW,
    session: str = "one",
) -> Found:
    return await search.find(made, kept, session, officer.id, needles(words), now)


async def searched(made: Database) -> list[Entry]:
    async with made.read() as tx:
        found = [each for each in await audit.entries(tx, limit=50) if each.act is Act.SEARCHED]
    return found[::-1]


async def test_words_are_found_without_marks_and_it_is_told_where(
    made: Database, kept: Shelves
) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    new = new_tip("north", story="Chủ trọ cắt điện, khóa cổng.", nickname="Cây tre xanh")
    tip, other = await file(made, new), await file(made, new_tip("north", nickname="Đồi cỏ"))
    async with made.write() as tx:
        await cases.claim(tx, one.id, tip, NOW)
        await cases.ask(tx, one.id, tip, "Nhà trọ ở đường nào?", NOW)
        assert await tips.add_words(tx, new.key, "Cổng sau vẫn mở.")
    assert (await look(made, kept, one, "khoa cong")).hits == {tip: {Where.STORY, Where.ADDITION}}
    assert (await look(made, kept, one, "duong")).hits == {tip: {Where.QUESTION}}
    assert (await look(made, kept, one, "doi co")).hits == {other: {Where.NICKNAME}}
    assert (await look(made, kept, one, "thu dau mot")).hits.keys() == {tip, other}
    assert (await look(made, kept, one, "khoa tre dien")).hits == {
        tip: {Where.STORY, Where.NICKNAME}
    }
    assert (await look(made, kept, one, "khoa xe")).hits == {}


async def test_the_excluded_and_strangers_find_nothing(made: Database, kept: Shelves) -> None:
    park, _ = await desk_world.add(made, "khu", ("north-park", Role.OFFICER))
    south, _ = await desk_world.add(made, "nam", ("south", Role.OFFICER))
    north, _ = await desk_world.add(made, "bac", ("north", Role.OFFICER))
    new = new_tip("north", story="Khóa cổng.", excluded=frozenset({"north-park"}))
    tip = await file(made, new)
    for officer in (park, south):
        found = await look(made, kept, officer, "khoa cong", session=officer.login)
        assert (found.hits, found.seen.lines) == ({}, ())
    assert (await look(made, kept, north, "khoa cong", session="bac")).hits.keys() == {tip}
    # The session of another officer keeps nothing that this one may find.
    assert (await look(made, kept, south, "khoa cong", session="nam")).hits == {}
    assert [each.staff for each in await searched(made)] == [north.id]


async def test_who_the_worker_is_is_found_by_nobody(made: Database, kept: Shelves) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    new = new_tip("north", story="Khóa cổng.")
    tip = await file(made, new)
    async with made.write() as tx:
        await cases.claim(tx, one.id, tip, NOW)
        assert await tips.say_who(tx, new.key, "Trần Thị Bưởi, tổ bốn.")
    assert (await look(made, kept, one, "buoi")).hits == {}
    async with made.write() as tx:
        assert await cases.read_who(tx, one.id, tip, NOW) == "Trần Thị Bưởi, tổ bốn."
    assert (await look(made, kept, one, "buoi")).hits == {}
    assert (await look(made, kept, one, "khoa")).hits.keys() == {tip}


async def test_the_audit_says_how_many_were_opened_and_never_the_words(
    made: Database, kept: Shelves
) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER), ("south", Role.OFFICER))
    keys = [new_tip(unit) for unit in ("north", "north", "south")]
    for new in keys:
        await file(made, new)
    await look(made, kept, one, "khoa")
    await look(made, kept, one, "xuong may")
    told = [(each.unit, each.note, each.tip) for each in await searched(made)]
    assert told == [("north", "2 tips", None), ("south", "1 tips", None)]
    async with made.write() as tx:
        assert await tips.add_words(tx, keys[2].key, "Thêm.")
    await look(made, kept, one, "them")
    assert [each.note for each in await searched(made)] == ["2 tips", "1 tips", "1 tips"]
    assert all("khoa" not in each.note for each in await searched(made))


async def test_a_change_of_a_tip_is_found_at_once(made: Database, kept: Shelves) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    new = new_tip("north")
    tip = await file(made, new)
    assert (await look(made, kept, one, "bau troi")).hits == {}
    async with made.write() as tx:
        assert await tips.add_words(tx, new.key, "Bầu trời.")
    assert (await look(made, kept, one, "bau troi")).hits == {tip: {Where.ADDITION}}


async def test_a_right_that_ends_wipes_what_was_opened_by_it(made: Database, kept: Shelves) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER), ("south", Role.OFFICER))
    await file(made, new_tip("north"))
    south = await file(made, new_tip("south"))
    await look(made, kept, one, "xuong")
    shelf = kept.of("one", one.id)
    words = [text for each in shelf.tips.values() for _, text in each.pages]
    assert len(shelf.tips) == 2
    assert all(any(text) for text in words)
    async with made.write() as tx:
        assert await staff.revoke(tx, one.id, "north", Role.OFFICER)
    assert (await look(made, kept, one, "xuong")).hits.keys() == {south}
    assert shelf.tips.keys() == {south}
    # Not only let go: overwritten.
    assert not any(any(text) for text in words)


async def test_words_are_kept_for_ten_minutes_and_no_longer(made: Database, kept: Shelves) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    await file(made, new_tip("north"))
    for seconds in (0, SHELF_SECONDS - 1, SHELF_SECONDS, SHELF_SECONDS + 1):
        await look(made, kept, one, "xuong", now=NOW + timedelta(seconds=seconds))
    assert len(await searched(made)) == 2
    shelf = kept.of("one", one.id)
    kept.tidy(NOW + timedelta(seconds=2 * SHELF_SECONDS - 1))
    assert shelf.tips
    kept.tidy(NOW + timedelta(seconds=2 * SHELF_SECONDS))
    assert (shelf.tips, shelf.size) == ({}, 0)


async def test_a_session_that_ends_takes_its_words_along(made: Database, kept: Shelves) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    await file(made, new_tip("north"))
    for session in ("one", "two", "three"):
        await look(made, kept, one, "xuong", session=session)
    left = [kept.of(session, one.id) for session in ("one", "two", "three")]
    kept.end("one")
    assert [bool(shelf.tips) for shelf in left] == [False, True, True]
    kept.end_all_of(one.id)
    assert [bool(shelf.tips) for shelf in left] == [False, False, False]


async def test_what_does_not_fit_is_searched_and_not_kept(
    made: Database, kept: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    found = {await file(made, new_tip("north", nickname=f"Cây {at}")) for at in range(4)}
    monkeypatch.setattr(shelves, "SHELF_BYTES", 1200)
    for _ in range(2):
        assert (await look(made, kept, one, "xuong")).hits.keys() == found
    assert len(kept.of("one", one.id).tips) == 2
    # What is not kept is opened again, and that is noted again.
    assert [each.note for each in await searched(made)] == ["4 tips", "2 tips"]


async def test_the_oldest_session_makes_room(
    made: Database, kept: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    await file(made, new_tip("north"))
    monkeypatch.setattr(shelves, "ALL_BYTES", 1200)
    left = []
    for session in ("one", "two", "three"):
        await look(made, kept, one, "xuong", session=session)
        left.append(kept.of(session, one.id))
    assert [bool(shelf.tips) for shelf in left] == [False, True, True]


async def test_where_it_cannot_be_noted_nothing_is_told_and_nothing_kept(
    made: Database, kept: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    await file(made, new_tip("north"))

    class Broken(Exception):
        pass

    async def broken(*_: object, **__: object) -> None:
        raise Broken

    with monkeypatch.context() as patched:
        patched.setattr(audit, "write", broken)
        with pytest.raises(Broken):
            await look(made, kept, one, "xuong")
    assert kept.of("one", one.id).tips == {}
    assert len((await look(made, kept, one, "xuong")).hits) == 1
    assert len(await searched(made)) == 1


async def test_a_tip_that_was_tampered_with_is_told_and_hinders_no_other(
    made: Database, kept: Shelves
) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    good, bad = [await file(made, new_tip("north")) for _ in range(2)]
    async with made.write() as tx:
        await tx.run(update(parts).where(parts.c.tip == bad).values(body=bytes(1200)))
    found = await look(made, kept, one, "xuong")
    assert (set(found.hits), found.unopened) == ({good}, 1)
