"""Files at the desk: those of the worker are handed out safely, those of an officer are cleaned,
and who the worker is opens for the holder only.
"""

import io
import re
from collections.abc import Callable

import aiohttp
import pytest

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tips import Kind
from storage import tips
from storage.audit import Act
from storage.tips import PictureData
from storage.volatile import Memory
from tests import clips
from tests.desk_browser import Browser, World, picture
from tests.desk_world import add
from tests.tip_world import file, new_tip

PAPER = PictureData("application/pdf", b"%PDF-1.7 " + bytes(3_000))
FILM = PictureData("video/mp4", b"ftyp film " + bytes(range(256)) * 20)
WHO = "Chị Ba, tổ may 2."
SECRET = b"GPS of the office"


async def opened(world: World, login: str, tip: bytes) -> Browser:
    browser = await world.at_desk(login)
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    return browser


async def claimed(world: World, *shown: PictureData) -> tuple[Browser, FileTip, bytes]:
    await add(world.made, "mot", ("north", Role.OFFICER))
    new = new_tip()
    tip = await file(world.made, new, shown)
    browser = await opened(world, "mot", tip)
    await browser.send("Nhận tin này")
    return browser, new, tip


def links(browser: Browser) -> list[str]:
    return [str(each["href"]) for each in browser.page.find_all("a", href=re.compile("/tep/"))]


async def answer_with(
    browser: Browser, words: str, *files: bytes, name: str = "../../x"
) -> Browser:
    """Send the form of an answer as a browser does, with files."""
    form, sent = browser.form("Trả lời"), aiohttp.FormData(default_to_multipart=True)
    for box in form.select("input[type=hidden]"):
        sent.add_field(str(box["name"]), str(box["value"]))
    sent.add_field("words", words)
    for each in files or (b"",):
        sent.add_field("file", io.BytesIO(each), filename=name if each else "")
    async with browser.client.post(browser.path, data=sent) as answer:
        return await browser._keep(answer)


async def test_a_paper_is_kept_and_a_film_is_played_and_neither_can_act(one: World) -> None:
    browser, _, _ = await claimed(one, PAPER, FILM)
    paper, film = links(browser)
    assert "Tải tệp PDF 1" in browser.words
    assert "Xem video 2" in browser.words
    await browser.get(paper)
    assert browser.headers["Content-Disposition"] == 'attachment; filename="tep.pdf"'
    assert browser.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    await browser.get(film)
    assert browser.headers["Content-Disposition"] == 'inline; filename="video.mp4"'
    policy = browser.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")
    assert "script" not in policy
    assert browser.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.headers["Cache-Control"] == "no-store"
    assert (await one.acts()).count(Act.FILE_OPENED) == 2


async def test_a_film_played_piece_by_piece_is_one_opening(one: World) -> None:
    browser, _, _ = await claimed(one, FILM)
    [film] = links(browser)
    heard = b""
    for first, last in ((0, 999), (1000, 1999), (2000, "")):
        headers = {"Range": f"bytes={first}-{last}"}
        async with browser.client.get(film, headers=headers) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Range"].startswith(f"bytes {first}-")
            heard += await answer.read()
    assert heard == FILM.data
    assert (await one.acts()).count(Act.FILE_OPENED) == 1
    await browser.get(film, Range=f"bytes={len(FILM.data)}-")
    assert browser.status == 416


async def test_who_asks_for_the_middle_first_has_opened_it_too(one: World) -> None:
    browser, _, _ = await claimed(one, FILM)
    [film] = links(browser)
    await browser.get(film, Range="bytes=1000-1999")
    assert browser.status == 206
    assert (await one.acts()).count(Act.FILE_OPENED) == 1


async def test_a_full_store_keeps_no_file_from_its_officer(one: World) -> None:
    browser, _, _ = await claimed(one, FILM)
    [film] = links(browser)
    assert isinstance(one.parts.volatile, Memory)
    one.parts.volatile._max_bytes = 0
    async with browser.client.get(film) as answer:
        assert answer.status == 200


async def test_an_answer_takes_a_picture_that_is_cleaned_first(one: World) -> None:
    browser, new, _ = await claimed(one)
    data = picture().data[:2] + b"\xff\xfe\x00\x13" + SECRET + picture().data[2:]
    await answer_with(browser, "Cửa đã mở, xem ảnh.", data)
    assert "Câu trả lời đã nằm" in browser.words
    async with one.made.read() as tx:
        [shown] = await tips.files_of_unit(tx, new.key)
    assert shown.mime == "image/jpeg"
    assert SECRET in data
    assert SECRET not in shown.data
    assert Act.ANSWERED in await one.acts()
    assert len(links(browser)) == 1


async def test_an_answer_takes_a_paper_under_a_name_of_ours(one: World) -> None:
    browser, _, _ = await claimed(one)
    await answer_with(browser, "Mẫu đơn.", clips.pdf(2), name="Đơn của Nguyễn Văn A.pdf")
    [link] = links(browser)
    await browser.get(link)
    assert browser.headers["Content-Disposition"] == 'attachment; filename="tep.pdf"'


async def test_an_answer_without_a_file_is_sent_as_ever(one: World) -> None:
    browser, new, _ = await claimed(one)
    await answer_with(browser, "Đã báo cảnh sát phòng cháy.")
    async with one.made.read() as tx:
        assert await tips.files_of_unit(tx, new.key) == ()
        found = await tips.read_thread(tx, new.key)
    assert found is not None
    assert found.entries[-1].kind is Kind.ANSWER


async def test_a_file_waits_while_the_words_beside_it_are_doubted(one: World) -> None:
    browser, new, _ = await claimed(one)
    await answer_with(browser, "Bạn gọi lại cho tôi nhé.", clips.photo())
    assert "Tệp kèm theo vẫn được giữ" in browser.words
    form = browser.form("Vẫn gửi")
    held = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
    assert held["held"] == "1"
    await browser.post(
        browser.path,
        held
        | {
            "words": "Bạn gọi lại cho tôi nhé.",
            "sure": str(form.select("button[name]")[0]["value"]),
        },
    )
    async with one.made.read() as tx:
        assert len(await tips.files_of_unit(tx, new.key)) == 1
    # It went with these words, and goes with no others.
    await answer_with(browser, "Bạn gọi lại cho tôi nhé.")
    await browser.send("Vẫn gửi")
    async with one.made.read() as tx:
        assert len(await tips.files_of_unit(tx, new.key)) == 1


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (lambda: [clips.video(sound=False)], "chỉ kèm được ảnh hoặc tệp PDF"),
        (lambda: [clips.photo(), clips.photo()], "chỉ kèm được một tệp"),
        (lambda: [clips.photo()[:200]], "hỏng"),
        (lambda: [b"MZ not a picture at all"], "không mở được loại tệp này"),
        (lambda: [bytes(20 * 1024 * 1024 + 1)], "lớn quá"),
    ],
    ids=["video", "two", "broken", "program", "large"],
)
async def test_a_file_that_cannot_be_sent_keeps_the_words(
    files: Callable[[], list[bytes]], told: str, one: World
) -> None:
    browser, new, _ = await claimed(one)
    await answer_with(browser, "Lời này không được mất.", *files())
    assert browser.status == 409
    assert "Chưa gửi gì" in browser.words
    assert told in browser.words
    assert "Lời này không được mất." in browser.words
    async with one.made.read() as tx:
        found = await tips.read_thread(tx, new.key)
    assert found is not None
    assert [each.kind for each in found.entries] == [Kind.STORY]


async def test_a_form_that_is_not_ours_holds_no_file(one: World) -> None:
    browser, _, tip = await claimed(one)
    sent = aiohttp.FormData(default_to_multipart=True)
    sent.add_field("guard", "x")
    sent.add_field("file", clips.photo(), filename="a.jpg")
    async with browser.client.post(f"/desk/tin/{tip.hex()}", data=sent) as answer:
        assert answer.status == 403


async def test_only_the_holder_opens_who_the_worker_is(one: World) -> None:
    browser, new, tip = await claimed(one)
    await add(one.made, "hai", ("north", Role.LEAD))
    async with one.made.write() as tx:
        assert await tips.say_who(tx, new.key, WHO)
    other = await opened(one, "hai", tip)
    assert "Chỉ người đang giữ tin mở đọc được" in other.words
    assert "Mở đọc" not in other.buttons
    await other.post(other.path, {"guard": other.guard, "do": "who"})
    assert other.status == 409
    assert WHO not in other.text
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    assert WHO not in browser.text
    assert Act.WHO_READ not in await one.acts()
    await browser.send("Mở đọc")
    assert WHO in browser.words
    assert Act.WHO_READ in await one.acts()
    await browser.send("Hỏi thêm", words="Cửa nào?")
    assert WHO not in browser.text


async def test_what_was_taken_back_is_told_plainly(one: World) -> None:
    browser, new, tip = await claimed(one)
    async with one.made.write() as tx:
        assert await tips.say_who(tx, new.key, WHO)
    await browser.get(f"/desk/tin/{tip.hex()}")
    await browser.send("Mở tin")
    async with one.made.write() as tx:
        assert await tips.take_back_who(tx, new.key)
    await browser.send("Mở đọc")
    assert browser.status == 409
    assert "vừa lấy lại" in browser.words
    assert "Mở đọc" not in browser.buttons
