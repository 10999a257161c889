"""A year of the library on a page of the studio: looked at, written once, taken out again."""

from collections.abc import AsyncIterator

import pytest

from handlers.bulletins import Bulletin, Stage
from storage import bulletins, staff
from storage.audit import Act
from tests import studio_world
from tests.desk_browser import Browser, World
from tests.studio_world import studio_on, write

PAGE = "/studio/ca-nam"
WISH = {"unit": "north", "start": "2026-12-01", "hour": "11:30", "day1": "1", "day3": "1"}


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with studio_on(database_url) as running:
        yield running


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[World]:
    async with studio_on(sqlite_url) as running:
        yield running


async def kept(world: World, unit: str = "north") -> tuple[Bulletin, ...]:
    async with world.made.read() as tx:
        return await bulletins.of_units(tx, [unit])


async def looked(world: World) -> Browser:
    await studio_world.staff(world.made)
    author = await (await world.at_desk("viet")).get(PAGE)
    return await author.send("Xem trước", **WISH)


async def test_a_year_is_looked_at_written_and_taken_out(world: World) -> None:
    author = await looked(world)
    assert author.status == 200
    assert "bản tin trong lịch" in author.words
    assert "Thứ ba, 11:30, 01/12/2026" in author.words
    assert await kept(world) == ()
    await author.send("Ghi vào lịch")
    made = await kept(world)
    assert len(made) > 5
    assert f"Đã ghi {len(made)} bản tin vào lịch." in author.words
    assert {each.stage for each in made} == {Stage.APPROVED}
    assert len({each.content.library for each in made}) == len(made)
    async with world.made.read() as tx:
        member = await staff.by_login(tx, "viet")
    assert member is not None
    own = await write(world.made, member)
    await author.send("Xem trước", **WISH)
    assert "Không có bản nào để thêm vào lịch này." in author.words
    assert "đã có trong lịch" in author.words
    assert "Ghi vào lịch" not in author.buttons
    fields = {**WISH, "guard": author.guard, "do": "take_out"}
    await author.post(PAGE, fields)
    assert f"Đã bỏ {len(made)} bản tin khỏi lịch." in author.words
    assert [each.id for each in await kept(world)] == [own.id]
    acts = await world.acts()
    assert acts.count(Act.SCHEDULED) == acts.count(Act.CANCELLED) == len(made)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"start": "mai"}, "“mai” không dùng được"),
        ({"start": "2020-01-01"}, "không dùng được"),
        ({"start": "2099-01-01"}, "không dùng được"),
        ({"day1": "", "day3": ""}, "Hãy chọn một hoặc hai ngày"),
        ({"day5": "1"}, "Hãy chọn một hoặc hai ngày"),
        ({"hour": "23:30"}, "Giờ gửi nằm trong khoảng từ 07:00 đến trước 21:00"),
        ({"hour": "trưa"}, "Giờ gửi nằm trong khoảng"),
        ({"unit": "south"}, "Bạn không viết bản tin cho đơn vị này"),
        ({"unit": "nowhere"}, "Bạn không viết bản tin cho đơn vị này"),
    ],
)
@pytest.mark.parametrize("do", ["look", "write"])
async def test_what_cannot_be_read_or_is_not_theirs_writes_nothing(
    one: World, typed: dict[str, str], said: str, do: str
) -> None:
    await studio_world.staff(one.made)
    author = await (await one.at_desk("viet")).get(PAGE)
    await author.post(PAGE, {**WISH, **typed, "guard": author.guard, "do": do})
    assert author.status == 422
    assert said in author.words
    assert await kept(one) == ()
    assert await kept(one, "south") == ()


async def test_only_authors_come_here(one: World) -> None:
    await studio_world.staff(one.made)
    approver = await (await one.at_desk("duyet")).get(PAGE)
    assert approver.status == 404
    author = await (await one.at_desk("viet")).get(PAGE)
    await author.post(PAGE, {**WISH, "guard": author.guard, "do": "burn"})
    assert author.status == 400
