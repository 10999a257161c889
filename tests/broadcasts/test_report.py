"""The report: the figures as they were settled, small ones hidden, as sheet and as picture."""

import html
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from broadcasts import drawing, picture, reading, report, sheet
from broadcasts.report import COLUMNS, Column, Report
from handlers.bulletins import Run
from handlers.languages import Language
from storage import accounts, sendings
from storage.database import Database
from storage.sendings import Kind
from storage.tables import sendings as table
from tests.planning_world import CONTENT, GAZETTEER, NOW, ZONE, planned
from tests.world import texts

SUMS: Mapping[int, Mapping[tuple[int, Kind], int]] = {
    1: {
        (48, Kind.SENT): 3000,
        (48, Kind.GONE): 12,
        (48, Kind.UNKNOWN): 3,
        (48, Kind.SKIPPED): 40,
        (0, Kind.SENT): 900,
        (0, Kind.GONE): 6,
        (79, Kind.SENT): 1200,
    },
    2: {
        (79, Kind.SENT): 70,
        (79, Kind.REFUSED): 1,
        (79, Kind.EXPIRED): 25,
        (48, Kind.GONE): 5,
    },
}


async def reported(made: Database, words: str = "Lương tháng này") -> Report:
    """A sending on its way over two accounts."""
    content = replace(CONTENT, vi=replace(CONTENT.vi, title=words))
    bulletin = await planned(made, content)
    async with made.write() as tx:
        await accounts.add(tx, "second", "telegram", "2:token")
        sending = await sendings.start(tx, bulletin, NOW, 6000)
        assert sending is not None
        for account, counts in SUMS.items():
            await sendings.add_up(tx, sending.id, account, dict(counts))
        begun = round(NOW.timestamp() * 1000)
        values = {"planned": 6000, "uncertain": 7, "begun": begun}
        await tx.run(update(table).where(table.c.id == sending.id).values(**values))
    async with made.read() as tx:
        found = await report.of_sending(tx, sending.id, NOW + timedelta(hours=1), GAZETTEER)
    assert found is not None
    return found


async def test_the_figures_of_all_are_those_that_were_settled(made: Database) -> None:
    found = await reported(made)
    assert found.totals == {
        Column.PLANNED: 6000,
        Column.SENT: 5170,
        Column.GONE: 23,
        Column.REFUSED: 1,
        Column.UNKNOWN: 3,
        Column.SKIPPED: 65,
        Column.SETTLED: 5262,
        Column.WAITING: 738,
    }
    assert (found.repeats_bound, found.published, found.unit) == (7, True, "Tổng liên đoàn")
    assert found.content.vi.title == "Lương tháng này"


async def test_by_channel_and_province_no_small_number_is_shown(made: Database) -> None:
    found = await reported(made)
    assert [line.name for line in found.by_account] == ["telegram", "second"]
    names = ["", "Thành phố Đà Nẵng", "Thành phố Hồ Chí Minh"]
    assert [line.name for line in found.by_province] == names
    cells = [cell for line in (*found.by_account, *found.by_province) for cell in line.cells]
    assert all(cell is None or cell >= 5 for cell in cells)
    city = found.by_province[1]
    assert dict(zip(COLUMNS, city.cells, strict=True))[Column.SENT] == 3000
    assert reading.has_hidden(found)


async def test_there_is_no_report_on_nothing(made: Database) -> None:
    async with made.read() as tx:
        assert await report.of_sending(tx, 77, NOW, GAZETTEER) is None


async def test_before_anybody_was_sent_anything_it_is_not_published(made: Database) -> None:
    bulletin = await planned(made)
    async with made.write() as tx:
        sending = await sendings.start(tx, bulletin, NOW, 0, stage=Run.LATE)
        assert sending is not None
        found = await report.of_sending(tx, sending.id, NOW, GAZETTEER)
    assert found is not None
    assert not found.published
    assert set(found.totals.values()) == {0}
    assert found.by_account == found.by_province == ()
    for language in Language:
        assert picture.png(found, texts()[language], ZONE)
        assert sheet.xlsx(found, texts()[language], ZONE)


def parts(made: bytes) -> dict[str, str]:
    """The files within a spreadsheet that are text."""
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def words(xml: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r"<t[^>]*>([^<]*)</t>", xml)]


FORMULA = '=HYPERLINK("https://example.org","Bấm")'


async def test_no_words_of_anybody_become_a_formula_a_link_or_a_number(made: Database) -> None:
    told = await reported(made)
    for title in (FORMULA, "+1+1", "@SUM(1)", "-2", "https://example.org", "12"):
        content = replace(CONTENT, vi=replace(CONTENT.vi, title=title))
        file = sheet.xlsx(replace(told, content=content, unit=title), texts()[Language.VI], ZONE)
        found = parts(file)
        sheets = [xml for name, xml in found.items() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 3
        assert not any(re.search(r"<f[ >]|hyperlink", xml) for xml in sheets)
        assert title in words(found["xl/sharedStrings.xml"])
        assert not any(name.endswith(".rels") and "sheet" in name for name in found)


async def test_the_sheet_tells_the_figures_and_hides_what_the_page_hides(made: Database) -> None:
    told = await reported(made)
    for language in Language:
        found = parts(sheet.xlsx(told, texts()[language], ZONE))
        whole = found["xl/worksheets/sheet1.xml"]
        for number in (*told.totals.values(), told.repeats_bound):
            assert f"<v>{number}</v>" in whole
        shared = words(found["xl/sharedStrings.xml"])
        assert texts()[language].get("report.hidden") in shared
        assert "Thành phố Đà Nẵng" in shared
        # When it was fetched and by whom stands nowhere.
        properties = found["docProps/core.xml"]
        assert "2026-11-23T11:00:00Z" in properties
        assert re.search(r"creator>[^<]", properties) is None


async def test_the_picture_fits_a_chat_and_holds_nothing_but_itself(made: Database) -> None:
    told = await reported(made, "Nguyễn Ễ ữ 😀 " * 40)
    for language in Language:
        drawn = picture.png(told, texts()[language], ZONE)
        with Image.open(io.BytesIO(drawn)) as image:
            image.load()
            assert image.format == "PNG"
            assert image.width == drawing.WIDTH
            assert 400 < image.height < 1400
            assert image.info == {}
        assert len(drawn) < 300_000


@pytest.mark.parametrize("letter", "ĂÂĐÊÔƠƯăâđêôơưẠẢẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰỲỴỶỸ·…“”0")
def test_the_font_has_every_letter_of_vietnamese(letter: str) -> None:
    font = drawing._font(30)
    missing = bytes(font.getmask("\U0010ffff"))
    assert bytes(font.getmask(letter)) != missing
    assert font.getlength(letter) > 0


def test_a_long_title_is_cut_between_words() -> None:
    font = drawing._font(34)
    lines = drawing._wrapped("một hai ba bốn " * 30, font, 400, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(font.getlength(line) <= 400 for line in lines)
    assert drawing._wrapped("", font, 400, 3) == [""]
    assert drawing._wrapped("W" * 200, font, 400, 1)[0].endswith("…")
