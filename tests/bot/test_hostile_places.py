"""The worker's pages where somebody watches: the line, the history, previews, Tor Browser."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from bs4 import Tag

from bot.web.padding import STEP_BYTES
from bot.web.server import make_application
from tests.bot.house import SCREENS, House, parts
from tests.bot.visitor import Client, begun, cookie_of, hidden, page, press, visiting

ONION = "http://aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion"
ON_IT = {"Host": ONION.removeprefix("http://")}
COMPRESSES = {"Accept-Encoding": "gzip, deflate, br, zstd"}
STORY = "Cửa thoát hiểm bị khóa."
LONG = "Xưởng hai, cửa sau, ổ khóa số ba, từ thứ hai tuần trước. " * 20
# What a glance at a history, a home screen or a preview must not meet.
TELLING = re.compile(
    r"báo tin|tin báo|tố cáo|tố giác|ẩn danh|phản ánh|biên nhận|số chuông|tiếng thợ|công an"
    r"|\btips?\b|report|anonym|receipt|\bbell\b|whistle|police",
    re.IGNORECASE,
)
ADDRESSES = ("/", "/ma", "/chuong", "/so-tay", "/quyen", "/quyen-rieng-tu", "/thoat", "/nowhere")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with visiting(house) as client:
        yield client


async def length(answer: aiohttp.ClientResponse) -> int:
    """How long an answer is on the line, which nobody may shorten on its way."""
    body = await answer.read()
    assert answer.headers["Content-Encoding"] == "identity"
    assert "no-transform" in answer.headers["Cache-Control"]
    assert int(answer.headers["Content-Length"]) == len(body)
    return len(body)


# --- the line ---------------------------------------------------------------------------------


async def test_every_page_of_the_talk_is_of_one_size_whatever_was_told(
    client: Client, house: House
) -> None:
    sizes = set()
    for story in (STORY, LONG):
        await begun(client)
        house.go("story")
        shown = await page(await client.get("/"))
        answer = await client.post(
            "/", data=hidden(shown) | {"words": story, "command": "bell"}, headers=COMPRESSES
        )
        assert story.strip() in await answer.text()
        sizes.add(await length(answer))
        for place in SCREENS:
            house.go(place)
            sizes.add(await length(await client.get("/", headers=COMPRESSES)))
        await press(client, await page(await client.get("/")), command="forget")
    assert sizes == {STEP_BYTES}


async def test_what_a_visitor_sees_is_of_the_same_size(client: Client) -> None:
    for address in ADDRESSES:
        for language in ("vi", "en"):
            answer = await client.get(f"{address}?lang={language}", headers=COMPRESSES)
            assert await length(answer) == STEP_BYTES


async def test_a_story_longer_than_a_step_takes_whole_steps(client: Client, house: House) -> None:
    await begun(client)
    house.go("story")
    shown = await page(await client.get("/"))
    answer = await client.post("/", data=hidden(shown) | {"words": LONG * 20, "command": "bell"})
    found = await length(answer)
    assert found > STEP_BYTES
    assert found % STEP_BYTES == 0


async def test_refusals_the_exit_and_the_saved_block_have_that_size_too(
    client: Client, house: House
) -> None:
    shown = await begun(client)
    fields = hidden(shown)
    answers: list[Callable[[], Awaitable[aiohttp.ClientResponse]]] = [
        lambda: client.post("/", data=fields | {"csrf": "x"}),
        lambda: client.post("/", data=b"x", headers={"Content-Type": "multipart/form-data"}),
        lambda: client.post("/", data={}, headers={"Sec-Fetch-Site": "cross-site"}),
        lambda: client.get("/giu"),
        lambda: client.post("/giu", data=fields | {"text": "Mã biên nhận"}),
        lambda: client.get("/nowhere"),
    ]
    found = [await length(await each()) for each in answers]
    house.broken = True
    found.append(await length(await client.post("/", data=fields | {"words": STORY})))
    house.broken = False
    found.append(await length(await client.post("/thoat", data=fields)))
    assert found == [STEP_BYTES] * 8


async def test_the_padding_is_drawn_by_chance_and_does_not_melt_away(client: Client) -> None:
    one, other = [await (await client.get("/")).read() for _ in range(2)]
    paddings = [body.rpartition(b"<!--")[2] for body in (one, other)]
    assert paddings[0] != paddings[1]
    assert one.startswith(other.removesuffix(paddings[1])[:1000])
    assert len(zlib.compress(paddings[0], 9)) > 0.7 * len(paddings[0])


# --- the history, a home screen, a preview ------------------------------------------------------


async def test_what_stands_around_a_page_tells_nothing(client: Client, house: House) -> None:
    await begun(client)
    for address in ADDRESSES:
        for language in ("vi", "en"):
            answer = await client.get(f"{address}?lang={language}")
            shown = await page(answer)
            assert isinstance(shown.head, Tag)
            told = [shown.head.get_text(" "), *metas(shown)]
            assert not any(TELLING.search(each) for each in told), told
            assert answer.headers["Referrer-Policy"] == "no-referrer"
    house.chats.clear()


def metas(shown: Tag) -> list[str]:
    """What the head says besides its title."""
    return [str(each.get("content", "")) for each in shown.select("head meta")]


async def test_a_link_is_previewed_in_neutral_words_and_shown_by_no_search(client: Client) -> None:
    for address in ADDRESSES:
        answer = await client.get(address, headers={"User-Agent": "TelegramBot (like TwitterBot)"})
        shown = await page(answer)
        for name in ("noindex", "nosnippet", "noarchive"):
            assert name in answer.headers["X-Robots-Tag"]
            assert name in shown.select("meta[name=robots]")[0]["content"]
        assert shown.select("meta[property='og:title']")[0]["content"] == "Sổ tay người lao động"
        assert shown.title is not None
        assert shown.title.text == "Sổ tay người lao động"
        described = shown.select("meta[property='og:description'], meta[name=description]")
        assert {each["content"] for each in described} == {
            "Hỏi đáp về lương, bảo hiểm, an toàn lao động."
        }
        assert not shown.select(
            "meta[property='og:image'], link[rel=canonical], link[rel=manifest]"
        )
        assert not shown.select("link[type*=oembed], svg, img, iframe, object")


async def test_crawlers_may_read_that_nothing_is_to_be_shown(client: Client) -> None:
    answer = await client.get("/robots.txt")
    assert await answer.text() == "User-agent: *\nDisallow:\n"


# --- the exit ---------------------------------------------------------------------------------


async def test_the_exit_clears_a_browser_that_only_looked_around(client: Client) -> None:
    answer = await client.post("/thoat", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    # Whoever cannot say where the form came from is shown the way, and nothing is cleared.
    assert "Clear-Site-Data" not in (await client.post("/thoat")).headers


async def test_the_exit_leads_where_the_operator_wants(house: House) -> None:
    mine = replace(parts(house), neutral="https://example.org/weather")
    async with TestClient(TestServer(make_application(mine))) as client:
        shown = await page(await client.get("/"))
        assert shown.select("form#exit")[0]["data-neutral"] == "https://example.org/weather"
        gone = await page(await client.post("/thoat"))
        [refresh] = gone.select("meta[http-equiv=refresh]")
        assert refresh["content"] == "0; url=https://example.org/weather"


async def test_the_exit_of_an_old_browser_ends_the_talk_from_any_page(
    client: Client, house: House
) -> None:
    await begun(client)
    answer = await client.post("/thoat", data={"csrf": ""})
    assert house.chats == {}
    assert "Clear-Site-Data" in answer.headers
    assert cookie_of(client) is None


async def test_pages_that_race_with_the_exit_bring_nothing_back(
    client: Client, house: House
) -> None:
    shown = await begun(client)
    house.go("story")
    fields = hidden(shown)
    await asyncio.gather(client.post("/thoat", data=fields), client.get("/"))
    late = await client.post("/", data=fields | {"words": STORY})
    assert STORY not in await late.text()
    assert house.chats == {}


# --- an onion service -------------------------------------------------------------------------


async def test_tor_browser_is_told_of_the_onion_service_where_it_listens(house: House) -> None:
    async with visiting(house, secure=True, onion=ONION) as client:
        answer = await client.get("/so-tay?lang=en")
        assert answer.headers["Onion-Location"] == f"{ONION}/so-tay?lang=en"
        [told] = (await page(answer)).select("meta[http-equiv=onion-location]")
        assert told["content"] == f"{ONION}/so-tay?lang=en"
        # A form's answer is not a page to come back to.
        posted = await client.post("/", data={"turn": "0", "command": "bell"})
        assert posted.headers["Onion-Location"] == f"{ONION}/"
        there = await client.get("/so-tay", headers=ON_IT)
        assert "Onion-Location" not in there.headers
        assert not (await page(there)).select("meta[http-equiv=onion-location]")


async def test_without_https_or_without_an_onion_service_nothing_is_said(house: House) -> None:
    for secure, onion in ((False, ONION), (True, "")):
        async with visiting(house, secure=secure, onion=onion) as client:
            answer = await client.get("/")
            assert "Onion-Location" not in answer.headers
            assert "onion" not in await answer.text()


async def test_a_talk_works_on_the_onion_service_without_https(house: House) -> None:
    async with visiting(house, secure=True, onion=ONION) as client:
        shown = await page(await client.get("/", headers=ON_IT))
        answer = await client.post("/", data=hidden(shown) | {"choice": "report"}, headers=ON_IT)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("tt=")
        assert "Secure" not in cookie
        assert "HttpOnly" in cookie
        assert "Strict-Transport-Security" not in answer.headers
        kept = {"Cookie": cookie.partition(";")[0]}
        again = await client.get("/", headers=ON_IT | kept)
        assert "không hỏi tên" in await again.text()
        # Elsewhere that cookie is nobody's.
        assert "không hỏi tên" not in await (await client.get("/", headers=kept)).text()
