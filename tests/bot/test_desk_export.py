"""Exporting a tip over real HTTP: the pages of both people, and what is in the file."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from handlers.roles import Role
from storage import cases
from storage.audit import Act
from tests.desk_browser import Browser, World, picture, world_on
from tests.desk_world import NOW, STORY, file_tip
from tests.staff_world import enrolled

STAMP = "CHƯA KIỂM CHỨNG · NGƯỜI BÁO ẨN DANH · KHÔNG PHẢI CHỨNG CỨ"
WORDS = "=HYPERLINK(1) Công văn <b>12</b>"


@dataclass
class House:
    """A tip that `an` holds, and `binh` who reads beside them."""

    world: World
    tip: bytes
    an: Browser
    binh: Browser

    @property
    def page(self) -> str:
        return f"/desk/tin/{self.tip.hex()}/xuat"

    async def ask(self, **fields: str) -> None:
        await self.an.get(self.page)
        told = {"authority": "labour", "reason": "in_writing", "words": WORDS}
        await self.an.send("Xin đồng ý", **(told | fields))


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with world_on(database_url) as world:
        an = await enrolled(world.made, "an", ("north", Role.OFFICER))
        await enrolled(world.made, "binh", ("north", Role.LEAD))
        tip = await file_tip(world.made, "north", picture())
        async with world.made.write() as tx:
            await cases.claim(tx, an.id, tip, NOW)
            await cases.ask(tx, an.id, tip, "=1+1 Cửa nào?", NOW)
        yield House(world, tip, await world.at_desk("an"), await world.at_desk("binh"))


async def test_two_people_and_one_download(house: House) -> None:
    an, binh = house.an, house.binh
    await an.get(f"/desk/tin/{house.tip.hex()}")
    assert an.page.find("a", string="Xuất cho cơ quan có thẩm quyền") is not None
    await house.ask()
    assert "Đã gửi lời xin" in an.words
    assert "Người có thể đồng ý: Người binh." in an.words
    assert "Có 1 lời xin xuất tin đang chờ bạn" in (await binh.get("/desk")).words
    assert "lời xin xuất tin" not in (await an.get("/desk")).words
    await binh.get("/desk/xuat")
    assert "Người xin: Người an" in binh.words
    assert "<b>12</b>" not in binh.text
    await binh.send("Đồng ýCây tre xanh")
    assert "Bạn đã đồng ý" in binh.words
    await an.get(house.page)
    assert "Người binh đã đồng ý." in an.words
    form = {"guard": an.guard, "do": "take"}
    async with an.client.post(house.page, data=form) as answer:
        assert answer.status == 200
        assert answer.content_type == "application/zip"
        name = 'filename="tin-chua-kiem-chung-2026-11-21.zip"'
        assert name in answer.headers["Content-Disposition"]
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.testzip() is None
    check_archive(archive)
    await an.post(house.page, form)
    assert an.status == 409
    assert "không còn nữa" in an.words
    acts = await house.world.acts()
    assert acts[-3:] == [Act.EXPORT_ASKED, Act.EXPORT_CONFIRMED, Act.EXPORTED]


def check_archive(archive: zipfile.ZipFile) -> None:
    assert archive.namelist() == ["tin.xlsx", "tin.html", "chua-kiem-chung-tep-01.jpg"]
    assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    html = archive.read("tin.html").decode()
    assert STAMP in html
    assert STORY in html
    assert "&lt;b&gt;12&lt;/b&gt;" in html
    book = zipfile.ZipFile(io.BytesIO(archive.read("tin.xlsx")))
    strings = book.read("xl/sharedStrings.xml").decode()
    assert STORY in strings
    assert "=1+1 Cửa nào?" in strings
    sheets = [book.read(each) for each in book.namelist() if "worksheets/sheet" in each]
    assert len(sheets) == 2
    number = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<si>.*?</si>", strings)]
    at = number.index(STAMP)
    for sheet in sheets:
        assert b"<f>" not in sheet
        assert f"<v>{at}</v>".encode() in sheet, "stamped"
    everything = html + strings + book.read("docProps/core.xml").decode()
    for secret in ("Người an", "48213", "12:05", "T05:05"):
        assert secret not in everything


async def test_what_was_typed_stays_when_it_is_refused(house: House) -> None:
    await house.an.get(house.page)
    await house.an.send("Xin đồng ý", authority="", reason="in_writing", words="Công văn 9")
    assert house.an.status == 422
    assert "Bạn hãy chọn xuất cho ai và vì sao." in house.an.words
    box = house.an.page.find("textarea")
    assert box is not None
    assert box.get_text() == "Công văn 9"
    await house.ask(authority="police")
    assert house.an.status == 409
    assert "Tin này không được đưa cho công an" in house.an.words
    await house.an.get(house.page)
    assert house.an.page.find("input", {"value": "police"}) is None


async def test_who_does_not_hold_the_tip_is_told_so_and_strangers_find_nothing(
    house: House,
) -> None:
    await house.binh.get(house.page)
    assert house.binh.status == 409
    assert "Chỉ người đang giữ tin" in house.binh.words
    await enrolled(house.world.made, "nam", ("south", Role.OFFICER))
    await enrolled(house.world.made, "top", ("root", Role.ADMINISTRATOR))
    south, top = await house.world.at_desk("nam"), await house.world.at_desk("top")
    assert (await south.get(house.page)).status == 404
    assert (await top.get("/desk/xuat")).status == 404
    await house.ask()
    assert "Không có lời xin nào" in (await south.get("/desk/xuat")).words
    fields = {"guard": south.guard, "do": "agree", "tip": house.tip.hex()}
    assert (await south.post("/desk/xuat", fields)).status == 409
    await house.an.get(house.page)
    await house.an.send("Rút lời xin")
    assert "Đã rút lời xin." in house.an.words


async def test_the_second_person_may_refuse(house: House) -> None:
    await house.ask()
    await house.binh.get("/desk/xuat")
    await house.binh.send("Không đồng ýCây tre xanh")
    assert "Không có lời xin nào chờ bạn" in house.binh.words
    await house.an.get(house.page)
    assert "Xin đồng ý" in house.an.buttons
