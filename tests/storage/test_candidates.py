"""Tips that may be the same: only of the same desk, only what the officer may read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date

import pytest

from handlers.roles import Role
from handlers.tips import Category
from storage import audit, candidates, cases, merging, stored, tips
from storage.cases import No, Refusal
from storage.database import Database
from storage.staff import Member
from tests import desk_world
from tests.desk_world import NOW, STORY
from tests.tip_world import file, new_tip, record_of

OTHER = "Có nhóm cho vay nặng lãi đứng ở cổng, ai không trả thì dọa."


@dataclass
class House:
    """A desk with an officer."""

    made: Database
    one: Member

    async def alike(self, tip: bytes, by: Member | None = None) -> list[str]:
        async with self.made.read() as tx:
            found = await candidates.alike(tx, (by or self.one).id, tip, NOW)
        assert not isinstance(found, Refusal)
        return [each.card.nickname for each in found]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with desk_world.database(database_url) as made:
        one, _ = await desk_world.add(made, "mot", ("north", Role.OFFICER))
        yield House(made, one)


async def test_the_likest_come_first_and_strange_ones_not_at_all(house: House) -> None:
    tip = await file(house.made, new_tip())
    await file(house.made, new_tip(nickname="Khác", category=Category.LOANS, story=OTHER))
    await file(house.made, new_tip(nickname="Cùng nơi", story="Bình chữa cháy hết hạn."))
    await file(house.made, new_tip(nickname="Cùng lời", story=f"{STORY} Ai cũng lo."))
    assert await house.alike(tip) == ["Cùng lời", "Cùng nơi"]
    async with house.made.read() as tx:
        assert await audit.entries(tx, limit=5) == ()


async def test_only_tips_of_the_same_desk_that_the_officer_may_read_are_looked_at(
    house: House,
) -> None:
    both, _ = await desk_world.add(
        house.made, "hai", ("north", Role.OFFICER), ("south", Role.OFFICER)
    )
    stranger, _ = await desk_world.add(house.made, "ba", ("south", Role.OFFICER))
    tip = await file(house.made, new_tip())
    await file(house.made, new_tip("south", nickname="Phía nam"))
    await file(house.made, new_tip(nickname="Chưa đến"), delivered=False)
    ended = new_tip(nickname="Đã kết thúc")
    await file(house.made, ended)
    async with house.made.write() as tx:
        assert await tips.close(tx, ended.key, NOW)
    assert await house.alike(tip) == await house.alike(tip, both) == []
    await file(house.made, new_tip(nickname="Giống"))
    assert await house.alike(tip) == await house.alike(tip, both) == ["Giống"]
    async with house.made.read() as tx:
        assert await candidates.alike(tx, stranger.id, tip, NOW) == Refusal(No.NOT_YOURS)


async def test_one_that_was_set_aside_is_its_leads_alone(house: House) -> None:
    await desk_world.add(house.made, "truong", ("north", Role.LEAD))
    tip = await file(house.made, new_tip())
    waiting = await file(house.made, new_tip(nickname="Chờ"))
    async with house.made.write() as tx:
        known = replace(await record_of(house.made, waiting), aside=True)
        await stored.write_record(tx, waiting, known)
    assert await house.alike(tip) == []


async def test_what_is_merged_already_is_not_offered_again(house: House) -> None:
    tip, other = await file(house.made, new_tip()), await file(house.made, new_tip(nickname="Hai"))
    third = await file(house.made, new_tip(nickname="Ba"))
    async with house.made.write() as tx:
        await cases.claim(tx, house.one.id, tip, NOW)
        assert await merging.merge(tx, house.one.id, tip, [other], NOW) == 1
    assert await house.alike(tip) == ["Ba"]
    assert await house.alike(other) == ["Ba"]
    assert await house.alike(third) == ["Cây tre xanh"]


async def test_who_the_worker_is_is_not_compared(house: House) -> None:
    first = new_tip(category=Category.LOANS, story="Kho lạnh.")
    second = new_tip(nickname="Hai", category=Category.WAGES, story="Lương trễ.")
    tip = await file(house.made, first)
    await file(house.made, second)
    words = "Nguyễn Thị Hoa, chuyền may mười bốn, nhà máy Hòa Phát"
    async with house.made.write() as tx:
        for new in (first, second):
            assert await tips.say_who(tx, new.key, words)
    assert await house.alike(tip) == []
    async with house.made.write() as tx:
        for new in (first, second):
            assert await tips.add_words(tx, new.key, "Kho lạnh bốc khói, dây điện cháy.")
    assert await house.alike(tip) == ["Hai"]


async def test_old_ones_are_left_alone(house: House) -> None:
    tip = await file(house.made, new_tip())
    async with house.made.write() as tx:
        old = await tips.file(tx, new_tip(), (), day=date(2026, 9, 1), due=NOW)
        await tips.deliver(tx, old)
    assert await house.alike(tip) == []
