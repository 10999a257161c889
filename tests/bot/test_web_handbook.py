"""The handbook as public pages: without a cookie, searched without a trace."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote_plus as quote

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import House
from bot.web.handbook import CHECKS
from bot.web.server import make_application
from handlers.events import Chose, Command, Commanded
from handlers.folding import fold
from handlers.handbook import load
from handlers.languages import Language
from handlers.laws.changes import Change
from handlers.worker.handbook import PAGES
from storage import law_changes
from tests.bot.visitor import Client, page, text
from tests.players import Clock, open_house
from tests.whole_house import Chat

NASTY = '<script>alert("x")</script> đau lưng'
SECRET = "chuyện riêng của tôi ở xưởng may"


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Clock]]:
    async with open_house(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(house: tuple[House, Clock]) -> AsyncIterator[Client]:
    application = make_application(house[0].web_parts())
    async with TestClient(TestServer(application)) as client:
        yield client


def addresses() -> Iterator[str]:
    book = load(Language.VI)
    yield PAGES
    yield from (f"{PAGES}/{article.id}" for article in book.articles)
    yield from (f"{CHECKS}/{each.page}" for each in book.checklists)


@pytest.mark.parametrize("language", Language)
async def test_every_page_is_there_for_everybody_without_a_cookie(
    client: Client, language: Language
) -> None:
    for address in addresses():
        answer = await client.get(f"{address}?lang={language}")
        assert answer.status == 200, address
        assert answer.headers["Cache-Control"].startswith("public, max-age=3600")
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in answer.headers
        shown = await answer.text()
        assert f'<html lang="{language}">' in shown
        assert len(shown.encode()) <= 48 * 1024, address


async def test_the_list_leads_to_every_article_and_list_to_check_by(client: Client) -> None:
    shown = await page(await client.get(PAGES))
    linked = {str(each["href"]) for each in shown.select("main a")}
    assert linked == set(addresses()) - {PAGES}


async def test_an_article_cites_its_law_and_says_when_it_was_checked(client: Client) -> None:
    shown = text(await page(await client.get(f"{PAGES}/disputes")))
    assert "trong 6 tháng" in shown
    assert "Bộ luật Lao động 45/2019/QH14, Điều 188, 190" in shown
    assert "Đã đối chiếu ngày 21/11/2026" in shown


@pytest.mark.parametrize("address", [PAGES, f"{PAGES}/harassment"])
async def test_who_reads_is_told_that_the_browser_remembers_and_where_it_does_not(
    client: Client, address: str
) -> None:
    shown = await page(await client.get(address))
    assert "có thể nhớ địa chỉ trang bạn đọc" in text(shown)
    assert shown.select_one('a[href="/"]') is not None


async def test_a_search_is_posted_and_its_answer_is_kept_by_nobody(client: Client) -> None:
    answer = await client.post(PAGES, data={"words": "no luong", "lang": "vi"})
    shown = await page(answer)
    assert answer.status == 200
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert "Set-Cookie" not in answer.headers
    assert str(answer.url).endswith(PAGES)
    found = shown.select_one("section[aria-labelledby=found] a")
    assert found is not None
    assert found["href"] == f"{PAGES}/wages"


@pytest.mark.parametrize("words", ["🔥", "qwertyuiop", "", " ", NASTY, "x" * 5000, "tiền " * 900])
async def test_whatever_is_searched_gets_an_answer_and_its_words_back(
    client: Client, words: str
) -> None:
    answer = await client.post(PAGES, data={"words": words, "lang": "vi"})
    shown = await page(answer)
    assert answer.status == 200
    assert "<script>alert" not in await answer.text()
    box = shown.select_one("input[name=words]")
    assert box is not None
    assert words.strip()[:60].strip() == str(box["value"]).strip()


async def test_the_words_of_a_search_are_in_no_log(
    client: Client, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    await client.post(PAGES, data={"words": SECRET, "lang": "vi"})
    said = caplog.text + "".join(capsys.readouterr())
    assert said  # the capture hears what is logged
    assert not [each for each in (SECRET, fold(SECRET), quote(SECRET)) if each in said]


async def test_a_list_to_check_by_can_send_nothing(client: Client) -> None:
    for address in ("nha-tro", "cong-ty"):
        shown = await page(await client.get(f"{CHECKS}/{address}"))
        main = shown.select_one("main")
        assert main is not None
        assert main.select("form, [name], [form]") == []
        assert len(main.select("input[type=checkbox]")) >= 12
        assert "không phải điều luật bắt buộc" in text(shown)


async def test_what_is_not_there_is_said_kindly(client: Client) -> None:
    for address in (f"{PAGES}/nothing", f"{CHECKS}/nothing", f"{PAGES}/wages/x"):
        answer = await client.get(address)
        assert answer.status == 404
        assert text(await page(answer))


async def test_an_article_whose_law_an_editor_replaced_is_gone_from_pages_and_talk(
    client: Client, house: tuple[House, Clock]
) -> None:
    change = Change("45/2019/qh14", "1/2026/QH16", date(2026, 11, 1))
    async with house[0].database.write() as tx:
        await law_changes.replace(tx, None, change, house[1]())
    assert (await client.get(f"{PAGES}/disputes")).status == 404
    assert (await client.get(f"{PAGES}/insurance")).status == 200
    assert "Tranh chấp với công ty" not in text(await page(await client.get(PAGES)))
    chat = Chat(house[0])
    await chat.do(Commanded(Command.HANDBOOK))
    shelf = {each.name for each in (await chat.do(Chose("g_insurance"))).rendered.choices}
    assert "a_evasion" in shelf
    assert "a_maternity" not in shelf
