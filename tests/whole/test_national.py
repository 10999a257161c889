"""The pages of an installation as large as the country: each is small, says few things to the
database however many units there are, and has what somebody came for after a search.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from storage import cases, staff
from tests import national_world
from tests.desk_browser import World, world_on
from tests.desk_world import NOW, file_tip
from tests.said import counted

pytestmark = [pytest.mark.long, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

_MOST_LETTERS = 300_000
_MOST_STATEMENTS = 45
PAGES = {
    "truong": ("/desk", "/desk/tim", "/desk/don-vi", "/desk/don-vi/thoi-han", "/desk/so-lieu"),
    "top": (
        "/desk/nguoi",
        "/desk/nguoi?tim=dong+nai",
        "/desk/quy-che",
        "/desk/quy-che?tim=bien+hoa",
        "/desk/don-vi/cac-don-vi",
    ),
    "kiem": ("/desk/nhat-ky", "/desk/nhat-ky?tim=nguoi+thu+17"),
    "viet": ("/studio", "/studio/moi", "/studio/moi?tim=quang+ngai", "/studio/kenh"),
    "duyet": ("/studio",),
    "xem": ("/desk/so-lieu",),
    "nguoi.0": ("/desk", "/desk/don-vi", "/desk/so-lieu"),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    file = tmp_path_factory.mktemp("national") / "country.db"
    async with world_on(f"sqlite+aiosqlite:///{file}", opened=national_world.database) as running:
        yield running


@pytest.mark.parametrize("login", PAGES)
async def test_every_page_stays_small_and_asks_little(world: World, login: str) -> None:
    browser = await world.at_desk(login)
    for path in PAGES[login]:
        with counted(world.made) as said:
            await browser.get(path)
        assert browser.status == 200, path
        assert len(browser.text) < _MOST_LETTERS, path
        assert len(said) < _MOST_STATEMENTS, (path, len(said))
        # Once read, the units and the people are kept: no page reads all of them again.
        await browser.get(path)
        with counted(world.made) as said:
            await browser.get(path)
        assert not [each for each in said if "FROM units" in each and "WHERE" not in each], path
        assert not [each for each in said if "FROM staff" in each and "WHERE" not in each], path


async def test_an_administrator_finds_one_unit_of_the_country_and_one_person(world: World) -> None:
    browser = await world.at_desk("top")
    await browser.get("/desk/nguoi?tim=Công+đoàn+khu+công+nghiệp+Ví+Dụ+217")
    assert "Công đoàn khu công nghiệp Ví Dụ 217" in browser.words
    await browser.get("/desk/nguoi?tim=nguoi.1234")
    assert [each.text for each in browser.page.find_all("h3")][:1] == ["Người thứ 1234"]


async def test_a_new_member_gets_a_unit_that_was_searched_for(world: World) -> None:
    browser = await world.at_desk("top")
    await browser.get("/desk/nguoi?tim=kcn-216")
    fields = {"login": "moi.vao", "name": "Người Mới", "role": "officer", "unit": "kcn-216"}
    await browser.post("/desk/nguoi?tim=kcn-216", {**fields, "do": "add", "guard": browser.guard})
    assert browser.status == 200
    assert [each.text for each in browser.page.find_all("h3")][:1] == ["Người Mới"]
    async with world.made.read() as tx:
        member = await staff.by_login(tx, "moi.vao")
    assert member is not None
    assert {unit for unit, _ in member.grants} == {"kcn-216"}


async def test_a_tip_of_the_country_can_be_passed_on_to_a_unit_that_was_searched_for(
    world: World,
) -> None:
    browser = await world.at_desk("truong")
    filed = await file_tip(world.made, "tong")
    async with world.made.write() as tx:
        lead = await staff.by_login(tx, "truong")
        assert lead is not None
        await cases.claim(tx, lead.id, filed, NOW)
    tip = filed.hex()
    with counted(world.made) as said:
        await browser.get(f"/desk/tin/{tip}/chuyen?tim=lien+doan+dong+nai")
    assert browser.status == 200
    assert "Liên đoàn Lao động Thành phố Đồng Nai" in browser.words
    assert len(browser.text) < _MOST_LETTERS
    assert len(said) < _MOST_STATEMENTS
