"""The bulletins as pages: for everybody, filtered by their address, and as an Atom feed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from aiohttp.test_utils import TestClient, TestServer
from bs4 import BeautifulSoup

from bot.app import House
from bot.web.bulletins import ON_A_PAGE
from bot.web.server import make_application
from broadcasts import library
from handlers.bulletins import Citation, Content, Run, Topic, Urgency, Wording
from handlers.laws.changes import Change
from storage import bulletins, law_changes, sendings
from storage.database import Tx
from storage.tables import sendings as sendings_table
from tests.bot.visitor import Client, page, press, text
from tests.players import Clock, open_house

ATOM = "{http://www.w3.org/2005/Atom}"
SENT_AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
NASTY = '</p><script>alert("x")</script> & \u0000\u0008\ufffe ]]>'
MOST_BYTES = 60_000


def content(
    title: str = "Lương chậm trả",
    *,
    topic: Topic = Topic.WAGES,
    scope: Sequence[str] = (),
    urgency: Urgency = Urgency.ORDINARY,
    expires_on: date = date(2026, 12, 31),
) -> Content:
    return Content(
        topic=topic,
        urgency=urgency,
        scope=tuple(scope),
        vi=Wording(title, "Công ty trả lương chậm thì phải bồi thường.", "Hỏi công đoàn."),
        en=Wording(f"EN {title}", "Wages that come late must be made good.", "Ask the union."),
        citations=(Citation("Bộ luật Lao động 2019", "Điều 97", date(2021, 1, 1)),),
        checked_on=date(2026, 11, 1),
        expires_on=expires_on,
        source="https://example.com/luat",
    )


async def publish(
    tx: Tx, wanted: Content, *, unit: str = "tong", at: datetime = SENT_AT, run: Run = Run.DONE
) -> str:
    """A bulletin that was sent at that time; its id."""
    made = await bulletins.create(tx, unit, b"a" * 16, wanted, at.date())
    sending = await sendings.start(tx, made, at, 0)
    assert sending is not None
    assert run is Run.SENDING or await sendings.set_stage(tx, sending.id, run, now=at)
    return made.id


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Clock]]:
    async with open_house(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(house: tuple[House, Clock]) -> AsyncIterator[Client]:
    application = make_application(house[0].web_parts())
    async with TestClient(TestServer(application)) as client:
        yield client


async def titles(client: Client, address: str) -> list[str]:
    answer = await client.get(address)
    assert answer.status == 200
    return [each.get_text() for each in (await page(answer)).select(".bulletins h2")]


async def test_what_was_sent_is_read_by_everybody_and_nothing_else(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        first = await publish(tx, content("Lương chậm trả"))
        later = SENT_AT + timedelta(hours=1)
        await publish(tx, content("Tăng ca"), unit="da-nang", at=later)
        await publish(tx, content("Chưa gửi"), run=Run.SENDING)
        await publish(tx, content("Đã thôi"), run=Run.CANCELLED)
        gone = await publish(tx, content("Đã xóa"))
        await bulletins.delete(tx, gone)
        await publish(tx, content("Đã cũ", expires_on=date(2026, 11, 22)))
    answer = await client.get("/ban-tin")
    shown = await page(answer)
    assert [each.get_text() for each in shown.select(".bulletins h2")] == [
        "Tăng ca",
        "Lương chậm trả",
    ]
    assert "Hỏi công đoàn." in text(shown)
    assert "20/11/2026" in text(shown)
    assert "Liên đoàn Lao động thành phố Đà Nẵng" in text(shown)
    assert "Set-Cookie" not in answer.headers
    one = await page(await client.get(f"/ban-tin/{first}"))
    for words in ("Lương chậm trả", "phải bồi thường", "Điều 97", "01/11/2026", "example.com"):
        assert words in text(one)
    for address in (f"/ban-tin/{gone}", "/ban-tin/ffff", "/ban-tin/%00", "/ban-tin/X"):
        assert (await client.get(address)).status == 404


async def test_readers_of_english_read_english_names_of_what_it_rests_on(
    client: Client, house: tuple[House, Clock]
) -> None:
    lent = replace(library.load()["maternity"], plan=content().plan)
    async with house[0].database.write() as tx:
        known = await publish(tx, lent)
    shown = text(await page(await client.get(f"/ban-tin/{known}?lang=en")))
    assert "Population Law 113/2025/QH15, dantri.com.vn, 26/01/2026 and luatvietan.vn" in shown
    assert "Labour Code 45/2019/QH14, Articles 137, 139" in shown
    assert "Luật" not in shown


async def test_a_draft_again_is_read_in_the_words_that_were_sent(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        known = await publish(tx, content("Lời đã gửi"))
        assert await bulletins.edit(tx, known, content("Lời chưa duyệt"), 1)
    assert await titles(client, "/ban-tin") == ["Lời đã gửi"]
    shown = text(await page(await client.get(f"/ban-tin/{known}")))
    assert "Lời đã gửi" in shown
    assert "Lời chưa duyệt" not in shown


async def test_one_whose_law_was_replaced_says_so_and_leaves_the_list(
    client: Client, house: tuple[House, Clock]
) -> None:
    cited = (Citation("Nghị định 145/2020/NĐ-CP", "Điều 57", date(2021, 2, 1)),)
    today = house[1]().astimezone(house[0].settings.zone).date()
    async with house[0].database.write() as tx:
        known = await publish(tx, replace(content("Tăng ca"), citations=cited))
        await publish(tx, content("Lương chậm trả"))
        change = Change("145/2020/NĐ-CP", "Nghị định mới", today + timedelta(days=1))
        await law_changes.replace(tx, None, change, house[1]())
    assert "Tăng ca" in await titles(client, "/ban-tin")
    assert "Luật đã thay đổi" not in text(await page(await client.get(f"/ban-tin/{known}")))
    house[1].now += timedelta(days=1)
    assert await titles(client, "/ban-tin") == ["Lương chậm trả"]
    assert "Tăng ca" not in await (await client.get("/ban-tin/atom")).text()
    shown = text(await page(await client.get(f"/ban-tin/{known}")))
    assert f"Luật đã thay đổi từ {change.since:%d/%m/%Y}; xem Nghị định mới." in shown
    english = text(await page(await client.get(f"/ban-tin/{known}?lang=en")))
    assert f"The law has changed since {change.since:%d/%m/%Y}; see Nghị định mới." in english


async def test_one_whose_time_is_over_says_so(client: Client, house: tuple[House, Clock]) -> None:
    async with house[0].database.write() as tx:
        known = await publish(tx, content(expires_on=date(2026, 11, 22)))
    assert await titles(client, "/ban-tin") == []
    assert "đã hết hạn" in text(await page(await client.get(f"/ban-tin/{known}")))


async def test_a_place_may_be_typed_instead_of_chosen_from_the_list(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        await publish(tx, content("phường", scope=["48/20335"]))
        await publish(tx, content("nơi khác", scope=["79"]))
    clear = await page(await client.get("/ban-tin?near=ban+thach+da+nang"))
    assert [each.get_text() for each in clear.select(".bulletins h2")] == ["phường"]
    assert "Phường Bàn Thạch" in text(clear)
    # Several are offered as links; a former unit as its communes and its province.
    for typed, label in (
        ("Đông Hòa", "Phường Đông Hòa, Thành phố Hồ Chí Minh"),
        ("chau thanh a", "Xã Thạnh Xuân, Thành phố Cần Thơ"),
        ("hậu giang", "Thành phố Cần Thơ"),
    ):
        shown = await page(await client.get("/ban-tin", params={"near": typed}))
        links = {each.get_text(): str(each["href"]) for each in shown.select(".near a")}
        assert label in links
        assert len(links) <= 6
        assert (await client.get(links[label])).status == 200
    assert links == {"Thành phố Cần Thơ": "/ban-tin?place=92"}
    for typed in ("zzzz", "😀", "x" * 5_000, "%00", "0912345678"):
        shown = await page(await client.get("/ban-tin", params={"near": typed}))
        assert "chưa tìm thấy nơi" in text(shown)
        assert len(shown.select(".bulletins h2")) == 2


async def test_topics_and_place_stand_in_the_address(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        await publish(tx, content("khắp nơi"))
        await publish(tx, content("thành phố", topic=Topic.SAFETY), unit="da-nang")
        await publish(tx, content("phường", topic=Topic.LOANS, scope=["48/20335"]))
        await publish(tx, content("nơi khác", scope=["79"], urgency=Urgency.ALERT))
    assert set(await titles(client, "/ban-tin?topic=wages")) == {"khắp nơi", "nơi khác"}
    both = await titles(client, "/ban-tin?topic=safety&topic=loans")
    assert set(both) == {"thành phố", "phường"}
    assert await titles(client, "/ban-tin?topic=alerts") == ["nơi khác"]
    assert set(await titles(client, "/ban-tin?place=48")) == {"khắp nơi", "thành phố", "phường"}
    assert set(await titles(client, "/ban-tin?place=48/20984")) == {"khắp nơi", "thành phố"}
    assert await titles(client, "/ban-tin?place=48&topic=wages") == ["khắp nơi"]
    # What nobody knows is passed over.
    for nonsense in ("?place=00", "?place=48/", "?place=x'%22", "?topic=x", "?page=-1", "?page=9"):
        assert len(await titles(client, f"/ban-tin{nonsense}")) == 4
    shown = await page(await client.get("/ban-tin?topic=wages&place=48/20984&lang=en"))
    assert [str(each["value"]) for each in shown.select("[name=topic][checked]")] == ["wages"]
    [place] = shown.select("option[selected]")
    assert place["value"] == "48/20984"
    [vietnamese] = shown.select(".languages a[lang=vi]")
    assert vietnamese["href"] == "?topic=wages&place=48%2F20984&lang=vi"
    assert set(await titles(client, f"/ban-tin{vietnamese['href']}")) == {"khắp nơi"}


async def test_many_are_shown_page_by_page_and_no_page_is_heavy(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        for number in range(2 * ON_A_PAGE + 1):
            at = SENT_AT - timedelta(hours=number)
            await publish(tx, content(f"Bản tin số {number} " + "rất dài " * 20), at=at)
    answer = await client.get("/ban-tin?topic=wages")
    body = await answer.read()
    assert len(body) < MOST_BYTES
    seen = []
    shown = BeautifulSoup(body, "html.parser")
    while True:
        seen += [each.get_text() for each in shown.select(".bulletins h2")]
        older = [each for each in shown.select("main nav a") if "cũ hơn" in each.get_text()]
        if not older:
            break
        assert "topic=wages" in str(older[0]["href"])
        shown = await page(await client.get(str(older[0]["href"])))
    assert len(seen) == len(set(seen)) == 2 * ON_A_PAGE + 1
    assert any("mới hơn" in each.get_text() for each in shown.select("main nav a"))


async def test_the_feed_is_atom_whatever_the_words_are(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        known = await publish(tx, content(NASTY))
        await publish(tx, content("Khác", topic=Topic.LOANS))
    answer = await client.get("/ban-tin/atom?topic=wages&place=48&lang=en")
    assert answer.content_type == "application/atom+xml"
    feed = ET.fromstring(await answer.text())  # noqa: S314 - our own feed
    assert feed.tag == f"{ATOM}feed"
    [entry] = feed.findall(f"{ATOM}entry")
    assert str(entry.findtext(f"{ATOM}title")).startswith('EN </p><script>alert("x")</script> &')
    assert str(entry.findtext(f"{ATOM}id")).endswith(f"/ban-tin/{known}")
    assert "made good" in str(entry.findtext(f"{ATOM}content"))
    assert datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated"))) == SENT_AT
    links = {each.get("rel"): str(each.get("href")) for each in feed.findall(f"{ATOM}link")}
    assert links["self"].endswith("/ban-tin/atom?topic=wages&place=48&lang=en")
    listed = await (await client.get("/ban-tin")).text()
    assert "<script>alert" not in listed
    assert "<script>alert" not in await (await client.get(f"/ban-tin/{known}")).text()
    empty = ET.fromstring(await (await client.get("/ban-tin/atom?topic=family")).text())  # noqa: S314
    assert empty.findall(f"{ATOM}entry") == []
    assert empty.findtext(f"{ATOM}updated")


async def test_the_feed_of_a_list_is_found_from_it(client: Client) -> None:
    shown = await page(await client.get("/ban-tin?topic=loans&page=3"))
    [link] = shown.select("link[rel=alternate]")
    assert link["href"] == "/ban-tin/atom?topic=loans"
    assert link["type"] == "application/atom+xml"


async def test_pages_for_everybody_may_be_kept_and_hold_nothing_of_a_talk(client: Client) -> None:
    shown = await press(client, await page(await client.get("/")), choice="report")
    [token] = {str(each["value"]) for each in shown.select("[name=csrf]")}
    for address in ("/ban-tin", "/ban-tin/atom"):
        answer = await client.get(address)
        assert answer.headers["Cache-Control"].startswith("public")
        assert answer.headers["Vary"] == "Accept-Language"
        assert token not in await answer.text()
        assert "Set-Cookie" not in answer.headers
    english = await client.get("/ban-tin", headers={"Accept-Language": "en"})
    assert "Legal bulletins" in await english.text()


async def test_the_talk_on_the_page_leads_to_them_and_stores_nothing(
    client: Client, house: tuple[House, Clock]
) -> None:
    start = await page(await client.get("/"))
    assert any(each["href"] == "/ban-tin" for each in start.select("footer a"))
    told = await press(client, start, choice="bulletins")
    [link] = told.select("main a[href^='/ban-tin']")
    assert link["href"] == "/ban-tin?lang=vi"
    assert client.session.cookie_jar.filter_cookies(client.make_url("/")) == {}
    talk = await press(client, await page(await client.get("/")), choice="report")
    told = await press(client, talk, command="bulletins")
    assert told.select("main a[href^='/ban-tin']")
    assert "không giữ gì của bạn" in text(told)
    back = await press(client, told, choice="back")
    assert "thuộc nhóm nào" in text(back)
    typed = await press(client, await page(await client.get("/")), command="start")
    typed = await press(client, typed, words="/bantin")
    assert typed.select("main a[href^='/ban-tin']")
    async with house[0].database.read() as tx:
        assert await tx.rows(sendings_table.select()) == []
