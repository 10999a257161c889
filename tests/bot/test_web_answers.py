"""Leaving the worker's page, and what every answer has in common."""

import io
import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import logs
from bot.web.server import make_application
from tests.bot.house import SCREENS, House, parts
from tests.bot.visitor import Client, begun, cookie_of, hidden, page, text, visiting

STORY = "Cửa thoát hiểm bị khóa từ thứ hai."


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with visiting(house) as client:
        yield client


# --- leaving ----------------------------------------------------------------------------------


async def test_the_quick_exit_drops_everything_and_leads_away(client: Client, house: House) -> None:
    shown = await begun(client)
    token = cookie_of(client)
    [form] = shown.select("form#exit")
    [field] = form.select("input")
    answer = await client.post("/thoat", data={"csrf": str(field["value"])})
    gone = await page(answer)
    assert answer.status == 200
    assert token in house.forgotten
    assert house.chats == {}
    assert cookie_of(client) is None
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    [refresh] = gone.select("meta[http-equiv=refresh]")
    assert refresh["content"] == "0; url=https://vi.wikipedia.org/"


async def test_opening_the_exit_address_drops_nothing(client: Client, house: House) -> None:
    await begun(client)
    answer = await client.get("/thoat", headers={"Sec-Fetch-Site": "cross-site"})
    assert len((await page(answer)).select("form#exit button")) == 1
    assert len(house.chats) == 1
    assert "Clear-Site-Data" not in answer.headers


# --- every answer -----------------------------------------------------------------------------


async def test_every_answer_keeps_the_browser_on_a_short_leash(client: Client) -> None:
    style = re.findall(r"/static/site\.\w+\.css", await (await client.get("/")).text())[0]
    for address in ("/", "/chuong", "/nowhere", style):
        answer = await client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers
        kept = "immutable" if address == style else "no-store"
        assert kept in answer.headers["Cache-Control"]


async def test_behind_https_the_cookie_is_locked_to_the_host(house: House) -> None:
    async with visiting(house, secure=True) as client:
        shown = await page(await client.get("/"))
        answer = await client.post("/", data=hidden(shown) | {"choice": "report"})
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-tt=")
        for word in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            assert word in cookie
        assert "Domain" not in cookie
        assert "Max-Age" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_a_page_is_small_and_asks_nobody_else(client: Client, house: House) -> None:
    await begun(client)
    for place in SCREENS:
        house.go(place)
        html = await (await client.get("/")).text()
        assert not re.search(r"""(src|href|action)=["']https?:""", html)
        total = len(html.encode())
        for address in re.findall(r"/static/[\w.]+", html):
            total += len(await (await client.get(address)).read())
        assert total < 60_000


async def test_a_demo_says_so_on_every_page(house: House) -> None:
    for demo in (True, False):
        async with visiting(house, demo=demo) as client:
            for address in ("/", "/ma", "/nowhere", "/thoat"):
                html = await (await client.get(address)).text()
                assert ("đừng gửi tin thật" in html) is demo


async def test_an_unknown_page_is_answered_kindly_in_the_right_language(client: Client) -> None:
    answer = await client.get("/nowhere", headers={"Accept-Language": "en"})
    assert answer.status == 404
    assert "no such page" in text(await page(answer))
    await begun(client)
    answer = await client.get("/nowhere", headers={"Accept-Language": "en"})
    assert "Không có trang này" in text(await page(answer))


async def test_a_wrong_method_is_answered_kindly(client: Client) -> None:
    answer = await client.get("/giu")
    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"


async def test_a_bug_is_answered_kindly_and_logged_without_words(
    client: Client, house: House
) -> None:
    shown = await begun(client)
    lines = io.StringIO()
    logs.set_up("DEBUG", lines)
    house.broken = True
    answer = await client.post("/", data=hidden(shown) | {"words": STORY})
    assert answer.status == 500
    assert "Phần đang viết vẫn còn" in text(await page(answer))
    assert "RuntimeError" in lines.getvalue()
    assert "Cửa" not in lines.getvalue()
    token = cookie_of(client)
    assert token is not None
    assert token not in lines.getvalue()
    house.broken = False
    assert "không hỏi tên" in text(await page(await client.get("/")))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"%", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&" * 5000 + b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b"words=%FF%00%E2%80%AE", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b"),
        (
            b"--b\r\nContent-Disposition: form-data; name=words\r\n\r\nx",
            "multipart/form-data; boundary=b",
        ),
    ],
)
async def test_nonsense_is_answered_kindly(client: Client, body: bytes, kind: str) -> None:
    await begun(client)
    answer = await client.post("/", data=body, headers={"Content-Type": kind})
    assert answer.status in {200, 400, 403}
    assert text(await page(answer))


async def test_a_text_larger_than_any_form_is_refused_kindly(client: Client) -> None:
    shown = await begun(client)
    body = io.BytesIO(urlencode(hidden(shown) | {"words": "a" * 5_000_000}).encode())
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/", data=body, headers=kind)
    assert answer.status == 413
    assert "lớn quá" in text(await page(answer))


async def test_health_is_bad_without_a_database(house: House) -> None:
    mine = parts(house)
    async with TestClient(TestServer(make_application(mine))) as client:
        assert (await client.get("/health")).status == 503
    await mine.database.engine.dispose()
