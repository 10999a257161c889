"""The desk's page of numbers over real HTTP, its files, and the mark of a tip."""

import io
import zipfile
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import insert

from handlers.numbers import Kept, Now, Table, Whole, YesNo
from handlers.periods import Length
from handlers.roles import Role
from handlers.tallies import AnswerTime, TriageTime
from handlers.tips import Category, Outcome
from handlers.valuable import Valuable
from storage import cases, staff, tally
from storage.audit import Act
from storage.chance import random_id
from storage.database import Database
from storage.tables import tallies
from storage.tally import Tally
from tests.desk_browser import Browser, World
from tests.desk_world import add, file_tip
from tests.tip_world import record_of

PAGE = "/desk/so-lieu"
_LINES = {
    Table.WHOLE: Whole,
    Table.TRIAGE: TriageTime,
    Table.ANSWER: AnswerTime,
    Table.KEPT: Kept,
    Table.VALUABLE: YesNo,
    Table.REASON: Valuable,
    Table.POLICE: YesNo,
    Table.OPEN: Now,
    Table.LATE: YesNo,
}
TEXTS_OF_NUMBERS = {
    *(f"desk.numbers.{what}.{table}" for what in ("table", "told") for table in Table),
    *(f"desk.numbers.{table}.{line}" for table, lines in _LINES.items() for line in lines),
    *(f"desk.numbers.{length}s" for length in (Length.MONTH, Length.QUARTER, Length.YEAR)),
    *(f"desk.numbers.{name}" for name in ("first_half", "second_half", "xlsx", "pdf")),
}
"""The keys of texts that are put together."""


async def fill(made: Database, count: int = 7, unit: str = "north", **changes: object) -> None:
    """So many tips that were closed in November."""
    told = {
        "unit": unit,
        "category": Category.FIRE,
        "province": "79",
        "month": "2026-11",
        "outcome": Outcome.HANDLED,
        "triage": TriageTime.HOUR,
        "answer": AnswerTime.THREE_DAYS,
        "overdue": False,
        "begun": "2026-11",
    }
    row = Tally(**(told | changes))  # type: ignore[arg-type]
    async with made.write() as tx:
        for _ in range(count):
            key = random_id()
            await tx.run(insert(tallies).values(id=key, body=tally.seal(tx.keys, key, row)))


def rows(browser: Browser, table: str) -> dict[str, str]:
    """The lines of a table on the page, with their numbers."""
    found = browser.page.select(f"section[aria-labelledby='t-{table}'] tr")
    cells = [row.select("th, td") for row in found]
    return {each[0].get_text(strip=True): each[1].get_text(strip=True) for each in cells}


async def watcher(world: World, role: Role = Role.OBSERVER, unit: str = "north") -> Browser:
    await add(world.made, "xem", (unit, role))
    return await world.at_desk("xem")


async def test_an_observer_sees_figures_and_small_ones_are_hidden(world: World) -> None:
    await fill(world.made)
    await fill(world.made, 3, category=Category.THEFT, outcome=Outcome.UNVERIFIED, overdue=True)
    browser = await (await watcher(world)).get(PAGE)
    assert browser.status == 200
    assert browser.page.select_one("nav a[href='/desk/so-lieu']") is not None
    assert rows(browser, "whole")["Đã nhận trong kỳ"] == "10"
    kinds = rows(browser, "category")
    assert sorted(set(kinds.values())) == ["10", "7", "Số tin", "ẩn"]
    assert rows(browser, "kept")["Đúng hẹn"] == "7"
    assert "ẩn" in rows(browser, "kept").values()
    assert "Đang ẩn" in browser.words
    assert browser.page.select("svg rect[width='100']")


async def test_few_tips_give_no_figures_but_a_kind_word(one: World) -> None:
    await fill(one.made, 4)
    browser = await (await watcher(one)).get(PAGE)
    assert "Chưa đủ số liệu để hiện" in browser.words
    assert not browser.page.select("table")


async def test_a_period_by_name_by_months_and_as_of_the_past(one: World) -> None:
    await fill(one.made, 6)
    await fill(one.made, 8, month="2026-12", begun="2026-10")
    browser = await watcher(one)
    await browser.get(f"{PAGE}?ky=2026-10")
    assert "Tháng 10/2026" in browser.words
    assert rows(browser, "whole")["Đã nhận trong kỳ"] == "8"
    await browser.get(f"{PAGE}?ky=2026-10&tu=2026-11&den=2026-11")
    assert "Tháng 11/2026" in browser.words
    await browser.get(f"{PAGE}?ky=2026-h2&tu=2026-11&den=2026-11&cu=2026-11+2026-11")
    assert "6 tháng cuối năm 2026" in browser.words
    await browser.get(f"{PAGE}?tu=2026-09&den=2026-11&ngay=2026-10-31")
    assert "Tính đến hết ngày 31/10/2026" in browser.words
    assert rows(browser, "whole")["Đang mở vào ngày tính"] == "8"
    assert not rows(browser, "open")
    await browser.get(f"{PAGE}?tu=2026-09&den=2026-11&ngay=2026-11-15")
    assert "chỉ biết đến cuối tháng" in browser.words


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?tu=may&den=june", "Chưa hiểu kỳ"),
        ("?ky=2026-q9", "Chưa hiểu kỳ"),
        ("?ngay=hom-qua", "Chưa hiểu ngày"),
    ],
)
async def test_what_is_not_understood_is_told_kindly(one: World, asked: str, said: str) -> None:
    browser = await (await watcher(one)).get(PAGE + asked)
    assert browser.status == 400
    assert said in browser.words


async def test_nobody_sees_units_that_are_not_theirs(one: World) -> None:
    await fill(one.made, 9, "south")
    browser = await watcher(one)
    for unit in ("south", "root", "nowhere", "police"):
        for path in (PAGE, f"{PAGE}/ra-soat.xlsx", f"{PAGE}/ra-soat.pdf"):
            await browser.get(f"{path}?don-vi={unit}")
            assert browser.status == 404
    await add(one.made, "quan", ("root", Role.ADMINISTRATOR))
    browser = await (await one.at_desk("quan")).get(PAGE)
    assert browser.status == 200
    assert "chưa được xem số liệu" in browser.words
    assert (await browser.get(f"{PAGE}?don-vi=north")).status == 404


async def test_from_a_unit_one_goes_down_and_up_again(one: World) -> None:
    await fill(one.made, 9, "north-park")
    browser = await (await watcher(one)).get(PAGE)
    assert "Công đoàn phía bắc và 1 đơn vị cấp dưới" in browser.words
    [down] = browser.page.select("ul.below a")
    await browser.get(str(down["href"]))
    assert "Công đoàn khu công nghiệp" in browser.words
    assert rows(browser, "whole")["Đã nhận trong kỳ"] == "9"
    assert browser.page.find("a", string="Lên đơn vị cấp trên") is not None


async def test_units_are_never_compared_by_how_much_came(one: World) -> None:
    for unit in ("north", "north-park"):
        await fill(one.made, 6, unit, outcome=Outcome.OUT_OF_SCOPE)
    browser = await (await watcher(one)).get(PAGE)
    found = browser.page.select("section[aria-labelledby='t-outside'] svg")
    assert not found
    assert list(rows(browser, "outside"))[1] == "Công đoàn phía bắc"


async def test_files_say_the_same_and_the_audit_says_who_took_them(world: World) -> None:
    await fill(world.made, 12)
    browser = await (await watcher(world)).get(PAGE)
    links = [str(each["href"]) for each in browser.page.select("p.files a")]
    assert len(links) == 2
    files = {}
    for link in links:
        async with browser.client.get(link) as answer:
            assert answer.status == 200
            assert "attachment" in answer.headers["Content-Disposition"]
            files[link.partition("?")[0].rpartition(".")[2]] = await answer.read()
        async with browser.client.get(link) as answer:
            assert await answer.read() in files.values(), "the same data gives the same bytes"
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as book:
        text = b"".join(book.read(name) for name in book.namelist()).decode(errors="replace")
    assert "<v>12</v>" in text
    assert "Rà soát tin báo" in text
    assert "Cách đếm" in text
    assert "Tỷ lệ (%)" in text
    pages = pypdfium2.PdfDocument(files["pdf"])
    words = "".join(page.get_textpage().get_text_range() for page in pages)
    for said in ("Rà soát tin báo", "Công đoàn phía bắc", "Đã nhận trong kỳ", "12", "ẩn"):
        assert said in words
    assert (await world.acts()).count(Act.REVIEW_TAKEN) == 4


async def test_a_link_on_a_foreign_page_takes_no_review_in_somebodys_name(one: World) -> None:
    await fill(one.made, 12)
    browser = await (await watcher(one)).get(PAGE)
    link = str(browser.page.select("p.files a")[0]["href"])
    await browser.get(link, **{"Sec-Fetch-Site": "cross-site"})
    assert browser.status == 404
    assert Act.REVIEW_TAKEN not in await one.acts()
    async with browser.client.get(link, headers={"Sec-Fetch-Site": "same-origin"}) as answer:
        assert answer.status == 200


# --- the mark ---------------------------------------------------------------------------------


async def test_the_holder_marks_a_tip_and_takes_the_mark_back(world: World) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    here = f"/desk/tin/{tip.hex()}/ket-qua"
    browser = await (await world.at_desk("mot")).get(here)
    assert browser.status == 409
    assert "Bạn hãy nhận tin trước" in browser.words
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    assert "Đánh dấu tin mang lại kết quả" in browser.words
    await browser.get(here)
    await browser.send("Lưu")
    assert "Đã lưu." in browser.words, "the mark that is there is chosen already"
    await browser.send("Lưu", why="danger_ended")
    assert "Đã lưu." in browser.words
    assert (await record_of(world.made, tip)).valuable is Valuable.DANGER_ENDED
    await browser.send("Lưu", why="none")
    assert (await record_of(world.made, tip)).valuable is None
    await browser.post(here, {"guard": browser.guard, "why": "whatever"})
    assert browser.status == 400
    assert (await world.acts()).count(Act.VALUABLE) == 2


async def test_the_page_of_the_mark_says_what_the_worker_reads(world: World) -> None:
    await add(world.made, "mot", ("north", Role.OFFICER))
    tip = await file_tip(world.made, "north")
    browser = await (await world.at_desk("mot")).get(f"/desk/tin/{tip.hex()}")
    await browser.send("Nhận tin này")
    officer = bytes.fromhex((await record_of(world.made, tip)).holder or "")
    async with world.made.write() as tx:
        await cases.close(tx, officer, tip, Outcome.HANDLED, "Xong.", world.clock())
    await browser.get(f"/desk/tin/{tip.hex()}/ket-qua")
    assert "người báo đọc một lời cảm ơn, một lần" in browser.words
    await browser.send("Lưu", why="danger_ended")
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    assert "cảm ơn bạn. Tin bạn gửi đã giúp" in browser.words


async def test_nobody_else_marks_it_and_not_after_a_month(one: World) -> None:
    for login, unit in (("mot", "north"), ("hai", "north"), ("xa", "south")):
        await add(one.made, login, (unit, Role.OFFICER))
    tip = await file_tip(one.made, "north")
    here = f"/desk/tin/{tip.hex()}/ket-qua"
    holder = await (await one.at_desk("mot")).get(f"/desk/tin/{tip.hex()}")
    await holder.send("Nhận tin này")
    other = await (await one.at_desk("hai")).get(here)
    assert (other.status, "đang phụ trách tin này" in other.words) == (409, True)
    stranger = await (await one.at_desk("xa")).get(here)
    assert stranger.status == 404
    await holder.get(here)
    guard = holder.guard
    await holder.post(here, {"guard": guard})
    assert "Bạn hãy chọn một dòng" in holder.words
    async with one.made.write() as tx:
        member = await staff.by_login(tx, "mot")
        assert member is not None
        await cases.close(tx, member.id, tip, Outcome.HANDLED, "Xong.", one.clock())
    one.clock.moment += timedelta(days=31)
    late = await (await one.at_desk("mot")).get(here)
    assert (late.status, "quá 30 ngày" in late.words) == (409, True)
