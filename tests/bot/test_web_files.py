"""Bulletins to take along: for everybody from the public page, for broadcasters from the studio."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import House
from bot.web.printing import MOST_BYTES, MOST_WAITING, PRESS, Press
from bot.web.server import make_application
from broadcasts import library
from broadcasts.derived.origin import Form, Made, Origin, Refused, is_whole
from broadcasts.library import Publish
from handlers.bulletins import Content, Wording
from handlers.languages import Language
from handlers.roles import Role
from storage import bulletins, staff
from tests import desk_world, studio_world
from tests.bot.test_web_bulletins import content, publish
from tests.bot.visitor import Client, page, text
from tests.desk_browser import World
from tests.players import Clock, open_house
from tests.studio_world import CONTENT, studio_on, write

FILES = {
    "the.png": ("image/png", b"\x89PNG"),
    "to-roi.pdf": ("application/pdf", b"%PDF"),
    "hai-to-roi.pdf": ("application/pdf", b"%PDF"),
    "bai-dang.txt": ("text/plain", "Lương chậm trả".encode()),
}


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Clock]]:
    async with open_house(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(house: tuple[House, Clock]) -> AsyncIterator[Client]:
    parts = replace(house[0].web_parts(), public_url="https://tips.example.org")
    async with TestClient(TestServer(make_application(parts))) as client:
        yield client


@pytest.fixture
async def studio(sqlite_url: str) -> AsyncIterator[World]:
    async with studio_on(sqlite_url) as running:
        await studio_world.staff(running.made)
        yield running


def words_of(file: bytes) -> str:
    document = pypdfium2.PdfDocument(file)
    try:
        return " ".join(document[0].get_textpage().get_text_range().split())
    finally:
        document.close()


async def test_everybody_takes_a_bulletin_along_without_a_cookie(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        known = await publish(tx, content())
    shown = await page(await client.get(f"/ban-tin/{known}"))
    links = [str(each["href"]) for each in shown.select(".take a")]
    assert links == [f"/ban-tin/{known}/{file}?lang=vi" for file in FILES]
    for link, (kind, begins) in zip(links, FILES.values(), strict=True):
        answer = await client.get(link)
        assert (answer.status, answer.content_type) == (200, kind)
        assert (await answer.read()).startswith(begins)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"].startswith("public")
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="ban-tin-')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    posted = await (await client.get(f"/ban-tin/{known}/bai-dang.txt?lang=en")).text()
    assert posted.startswith("EN Lương chậm trả")
    assert f"https://tips.example.org/ban-tin/{known}\n" in posted
    for wrong in ("bai-doc.txt", "the.pdf", "x.png", "..%2fthe.png"):
        assert (await client.get(f"/ban-tin/{known}/{wrong}")).status == 404
    for unknown in ("ffff", "X", "%00"):
        assert (await client.get(f"/ban-tin/{unknown}/the.png")).status == 404


async def test_what_was_not_published_or_has_expired_is_not_given_out(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        old = await publish(tx, content(expires_on=date(2026, 11, 22)))
        made = await bulletins.create(tx, "tong", b"a" * 16, content(), date(2026, 11, 20))
    shown = await page(await client.get(f"/ban-tin/{old}"))
    assert not shown.select(".take")
    for file in FILES:
        refused = await client.get(f"/ban-tin/{old}/{file}")
        assert refused.status == 410
        assert "đã hết hạn" in text(await page(refused))
        assert (await client.get(f"/ban-tin/{made.id}/{file}")).status == 404


async def test_a_text_that_is_too_long_for_a_card_is_answered_on_a_page(
    client: Client, house: tuple[House, Clock]
) -> None:
    long = replace(content(), vi=Wording("Dài", "Lời rất dài. " * 200, "Hỏi công đoàn."))
    async with house[0].database.write() as tx:
        known = await publish(tx, long)
    refused = await client.get(f"/ban-tin/{known}/the.png?lang=vi")
    assert refused.status == 422
    assert "Không tải được tệp này" in text(await page(refused))


async def test_too_many_at_once_are_asked_to_come_again(
    client: Client, house: tuple[House, Clock]
) -> None:
    async with house[0].database.write() as tx:
        known = await publish(tx, content())
    app = client.server.app  # type: ignore[attr-defined]
    app[PRESS]._waiting = MOST_WAITING
    refused = await client.get(f"/ban-tin/{known}/the.png")
    assert refused.status == 503
    assert refused.headers["Retry-After"] == "20"
    app[PRESS]._waiting = 0
    assert (await client.get(f"/ban-tin/{known}/the.png")).status == 200


async def test_the_press_makes_each_file_once_and_keeps_no_more_than_its_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    running: list[int] = []

    def counted(form: Form, origin: Origin, language: Language) -> Made | Refused:
        running.append(threading.get_ident())
        made.append(origin.name)
        return Made(origin.name, "image/png", bytes(MOST_BYTES // 4))

    monkeypatch.setattr("bot.web.printing.made", counted)
    press, content_ = Press(), Content()
    one = Origin(content_, "one")
    found = await asyncio.gather(*(press.made(Form.CARD, one, Language.VI) for _ in range(20)))
    assert made == ["one"]
    assert len({id(each) for each in found}) == 1
    assert threading.get_ident() not in running
    for number in range(8):
        await press.made(Form.CARD, Origin(content_, str(number)), Language.VI)
    assert press._bytes <= MOST_BYTES
    await press.made(Form.CARD, one, Language.VI)
    assert made.count("one") == 2
    assert made.count("7") == 1
    crowd = [press.made(Form.POST, Origin(content_, f"c{at}"), Language.VI) for at in range(40)]
    assert (await asyncio.gather(*crowd)).count(None) == 40 - MOST_WAITING


async def test_authors_take_every_form_and_a_draft_says_so(studio: World) -> None:
    author = await studio.at_desk("viet")
    async with studio.made.read() as tx:
        member = await staff.by_login(tx, "viet")
    assert member is not None
    draft = await write(studio.made, member)
    await author.get(f"/studio/tin/{draft.id}")
    links = [str(each["href"]) for each in author.page.select("a[download]")]
    assert len(links) == 10
    for link in links:
        async with author.client.get(link) as answer:
            assert answer.status == 200
            file = await answer.read()
        if ".pdf" in link:
            warning = "Bản nháp" if "lang=vi" in link else "Draft"
            assert warning in words_of(file)
    other = await studio.at_desk("nam")
    for link in links:
        async with other.client.get(link) as answer:
            assert answer.status == 404
    stranger = await studio.browser()
    async with stranger.client.get(links[0], allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/desk/vao"


async def test_an_expired_bulletin_is_marked_and_a_long_one_says_by_how_much(
    studio: World,
) -> None:
    author = await studio.at_desk("viet")
    async with studio.made.read() as tx:
        member = await staff.by_login(tx, "viet")
    assert member is not None
    old = await write(studio.made, member, replace(CONTENT, expires_on=date(2026, 11, 20)))
    async with author.client.get(f"/studio/tin/{old.id}/tai-ve/to-roi.pdf") as answer:
        assert "Đã hết hạn: đừng phát nữa" in words_of(await answer.read())
    body = Wording("Dài", "Lời rất dài. " * 200, "Hỏi công đoàn.")
    long = await write(studio.made, member, replace(CONTENT, vi=body))
    await author.get(f"/studio/tin/{long.id}/tai-ve/the.png?lang=vi")
    assert author.status == 422
    assert "hãy bớt khoảng" in author.words
    half = await write(studio.made, member, replace(CONTENT, en=Wording()))
    await author.get(f"/studio/tin/{half.id}")
    assert len(author.page.select("a[download]")) == 5
    await author.get(f"/studio/tin/{half.id}/tai-ve/the.png?lang=en")
    assert "Chưa có tiêu đề" in author.words


async def test_texts_of_the_library_are_taken_with_the_name_of_the_only_unit(
    studio: World,
) -> None:
    author = await studio.at_desk("viet")
    await author.get("/studio/thu-vien")
    ways = {str(each["href"]) for each in author.page.select("main li a")}
    assert "/studio/thu-vien/loan_interest/tai-ve" in ways
    await author.get("/studio/thu-vien/loan_interest/tai-ve")
    assert len(author.page.select("a[download]")) == 10
    assert "Máy chủ chưa có địa chỉ công khai" in author.words
    async with author.client.get("/studio/thu-vien/loan_interest/tai-ve/to-roi.pdf") as answer:
        told = words_of(await answer.read())
    assert "Từ: Công đoàn phía bắc" in told
    assert "Bản nháp" not in told
    for hidden in ("no_such", "safer_borrowing"):
        for path in ("tai-ve", "tai-ve/to-roi.pdf"):
            async with author.client.get(f"/studio/thu-vien/{hidden}/{path}") as answer:
                assert answer.status == 404


async def test_an_editor_takes_a_draft_of_the_library_with_its_mark(studio: World) -> None:
    await desk_world.add(studio.made, "bientap", ("root", Role.APPROVER))
    draft = next(
        each
        for each in library.texts().values()
        if each.publish is Publish.CHECK and is_whole(each.content, Language.VI)
    )
    editor = await studio.at_desk("bientap")
    await editor.get(f"/studio/thu-vien/{draft.id}/tai-ve")
    assert "Bản nháp: chưa được phát" in editor.words
    async with editor.client.get(f"/studio/thu-vien/{draft.id}/tai-ve/to-roi.pdf") as answer:
        assert "Bản nháp: chưa được phát" in words_of(await answer.read())
