"""Saved views: closed values under a name, ten of each, taken back for ten minutes, sealed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.listing import read
from handlers.roles import Role
from storage import views
from storage.database import Database
from storage.tables import views as views_table
from storage.views import MOST, UNDO_MINUTES, View
from tests import desk_world
from tests.desk_world import NOW

WAGES = read({"loai": "wages", "xem": "open"})


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as database:
        yield database


async def kept(made: Database, staff: bytes, name: str = "Lương") -> View:
    async with made.write() as tx:
        view = await views.keep(tx, staff, name, WAGES, NOW)
    assert view is not None
    return view


async def of(made: Database, staff: bytes, *, minutes: int = 0) -> tuple[View, ...]:
    async with made.read() as tx:
        return await views.of_member(tx, staff, NOW + timedelta(minutes=minutes))


async def test_a_view_is_kept_for_its_officer_alone_and_sealed(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    two, _ = await desk_world.add(made, "hai", ("north", Role.OFFICER))
    view = await kept(made, one.id)
    assert await of(made, one.id) == (view,)
    assert view.choice == WAGES
    assert await of(made, two.id) == ()
    async with made.read() as tx:
        row = await tx.row(select(views_table))
    assert row is not None
    assert b"wages" not in row.body
    # How many there are, its length does not tell at once.
    before = len(row.body)
    await kept(made, one.id, "Khác")
    async with made.read() as tx:
        row = await tx.row(select(views_table))
    assert row is not None
    assert len(row.body) == before


async def test_the_same_name_is_the_same_view(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    first = await kept(made, one.id)
    async with made.write() as tx:
        again = await views.keep(tx, one.id, " Lương ", read({"loai": "fire"}), NOW)
    assert again is not None
    assert (again.id, len(await of(made, one.id))) == (first.id, 1)


@pytest.mark.parametrize("name", ["", "  ", "...", "x" * 41])
async def test_a_view_needs_a_name(made: Database, name: str) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    async with made.write() as tx:
        assert await views.keep(tx, one.id, name, WAGES, NOW) is None


async def test_ten_are_enough(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    found = [await kept(made, one.id, f"Số {at}") for at in range(MOST)]
    async with made.write() as tx:
        assert await views.keep(tx, one.id, "Một nữa", WAGES, NOW) is None
        assert await views.drop(tx, one.id, found[0].id, NOW)
        assert await views.keep(tx, one.id, "Một nữa", WAGES, NOW)
        # There is no room for the first one any more.
        assert await views.take_back(tx, one.id, found[0].id, NOW) is None


async def test_one_of_them_opens_the_list(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    first, second = await kept(made, one.id, "Một"), await kept(made, one.id, "Hai")

    async def opens(key: str | None) -> list[bool]:
        async with made.write() as tx:
            assert await views.open_with(tx, one.id, key, NOW)
        return [view.default for view in await of(made, one.id)]

    assert await opens(first.id) == [True, False]
    assert await opens(second.id) == [False, True]
    assert await opens(None) == [False, False]
    async with made.write() as tx:
        assert not await views.open_with(tx, one.id, "00", NOW)


async def test_what_is_deleted_can_be_taken_back_for_ten_minutes(made: Database) -> None:
    one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
    view = await kept(made, one.id)
    async with made.write() as tx:
        assert await views.open_with(tx, one.id, view.id, NOW)
        assert await views.drop(tx, one.id, view.id, NOW)
        assert await views.drop(tx, one.id, view.id, NOW) is None
    assert views.living(await of(made, one.id)) == ()
    async with made.write() as tx:
        back = await views.take_back(tx, one.id, view.id, NOW)
    assert back is not None
    assert (back.name, back.default) == ("Lương", True)
    async with made.write() as tx:
        assert await views.drop(tx, one.id, view.id, NOW)
    assert await of(made, one.id, minutes=UNDO_MINUTES) == ()
    async with made.write() as tx:
        late = NOW + timedelta(minutes=UNDO_MINUTES)
        assert await views.take_back(tx, one.id, view.id, late) is None
