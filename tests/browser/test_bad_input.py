"""What people do to a page: twice, backwards, with the wrong files, from an old tab."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Error, FilePayload, Route

from tests.browser.crowd import DESKTOP, MOST_MILLISECONDS, PHONE, Crowd
from tests.browser.people import STORY, Fields, Worker
from tests.browser.photos import disguised, huge, photo, truncated

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
NEUTRAL = "https://vi.wikipedia.org/"


@SCRIPTS
async def test_send_pressed_twice_files_once(crowd: Crowd, scripts: bool) -> None:
    officer = await crowd.officer()
    await officer.watch_list()
    worker = await crowd.worker(scripts=scripts)
    code = await worker.reach_review()
    await worker.answered(worker.button("Gửi").dblclick)
    receipt = await worker.receipt()
    assert receipt.code == code
    await officer.open_new()
    await officer.go("/desk")
    assert len(await officer.new_tips()) == 1


@SCRIPTS
async def test_an_old_tab_changes_nothing_and_gives_the_words_back(
    crowd: Crowd, scripts: bool
) -> None:
    worker = await crowd.worker(scripts=scripts)
    await worker.begin()
    await worker.say("ban thach da nang")
    old = Worker(worker.context, await worker.context.new_page(), worker.address, scripts=scripts)
    await old.go()
    await worker.tell(STORY)
    await old.say("Những lời gõ ở thẻ cũ.")
    await old.reads("trang cũ", "Những lời gõ ở thẻ cũ.", "Chưa có gì được gửi đi")
    await worker.go()
    await worker.reads(STORY)
    assert "thẻ cũ" not in await worker.text()


@SCRIPTS
async def test_going_back_and_loading_again_lose_nothing(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(scripts=scripts)
    code = await worker.reach_review()
    await worker.go()
    assert await worker.code() == code
    await worker.page.goto("about:blank")
    await _step_back(worker)
    assert await worker.code() == code
    receipt = await worker.send()
    await worker.page.reload()
    await worker.go()
    assert (await worker.receipt()) == receipt


@SCRIPTS
async def test_the_quick_exit_leaves_nothing_behind(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(scripts=scripts)
    crowd.watch.allow(NEUTRAL)
    await worker.context.route(NEUTRAL + "**", _neutral)
    await worker.reach_review()
    await worker.page.locator("#exit button").click()
    await worker.page.wait_for_url(NEUTRAL + "**")
    await _is_forgotten(worker)
    await _step_back(worker)
    assert STORY not in await worker.page.locator("body").inner_text()
    await worker.go()
    await worker.reads("Xin chào.")


@SCRIPTS
async def test_changing_the_language_keeps_the_draft(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(scripts=scripts)
    code = await worker.reach_review()
    english = worker.page.get_by_role("button", name="English", exact=True)
    await worker.press_at(english)
    await worker.reads("Nothing has been sent", STORY)
    assert await worker.page.locator("html").get_attribute("lang") == "en"
    assert await worker.code() == code


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@SCRIPTS
async def test_files_that_cannot_be_taken_are_answered_kindly(
    crowd: Crowd, width: int, scripts: bool
) -> None:
    worker = await crowd.worker(width, scripts=scripts)
    code = await worker.reach_review()
    await worker.press("Thêm ảnh, tệp")
    for bad, told in (
        (truncated(), "Tệp bị hỏng"),
        (disguised(), "Word, Excel, PowerPoint"),
        (_empty_file(), "Tệp vừa gửi trống"),
    ):
        await worker.bring([bad])
        await worker.reads(told, "Đã có 0 tệp")
    await worker.press("Xong, xem lại tin")
    assert await worker.code() == code


@SCRIPTS
async def test_a_file_of_25_megabytes_is_answered_kindly(
    crowd: Crowd, scripts: bool, tmp_path: Path
) -> None:
    worker = await crowd.worker(scripts=scripts)
    code = await worker.reach_review()
    await worker.press("Thêm ảnh, tệp")
    await worker.bring(huge(tmp_path))
    await worker.reads("Tệp này lớn quá", "Đã có 0 tệp")
    await worker.press("Xong, xem lại tin")
    assert await worker.code() == code


async def test_of_fifty_photos_at_once_as_many_are_kept_as_fit(crowd: Crowd) -> None:
    worker = await crowd.worker()
    await worker.reach_review()
    await worker.press("Thêm ảnh, tệp")
    await worker.bring([photo(f"IMG_{number:04}.jpg") for number in range(50)])
    await worker.reads("Đã nhận 5 tệp.", "Chưa nhận 45 tệp.")
    await worker.press("Xong, xem lại tin")
    await worker.reads("Tệp kèm theo: 5", STORY)


@SCRIPTS
async def test_a_story_far_too_long_is_given_back_whole(crowd: Crowd, scripts: bool) -> None:
    worker = await crowd.worker(scripts=scripts)
    await worker.begin()
    await worker.press("Không muốn nêu")
    await worker.say("Rất dài. " * 4000)
    await worker.reads("dài hơn 20.000 chữ cái", "Rất dài. Rất dài.")
    await worker.say("😀😀😀")
    await worker.reads("Chúng tôi chưa đọc được chữ nào")
    await worker.tell(STORY)
    await worker.reads("Xem lại trước khi gửi")


@pytest.mark.parametrize("token", ["A" * 43, "not a token"])
@SCRIPTS
async def test_a_forged_session_begins_anew_and_keeps_the_words(
    crowd: Crowd, scripts: bool, token: str
) -> None:
    worker = await crowd.worker(scripts=scripts)
    await worker.begin()
    await worker.press("Không muốn nêu")
    [mine] = await worker.context.cookies()
    await worker.context.clear_cookies()
    await worker.context.add_cookies(
        [{"name": mine.get("name", ""), "value": token, "url": worker.address}]
    )
    await worker.say(STORY)
    await worker.reads("Chúng tôi không giữ gì cho đến khi bạn chọn [Gửi]", STORY, "Xin chào.")


async def test_a_form_without_its_token_changes_nothing(crowd: Crowd) -> None:
    crowd.watch.expect(403)
    worker = await crowd.worker(scripts=False)
    await worker.reach_review()
    turn = await worker.page.locator("#talk [name=turn]").get_attribute("value")
    fields: Fields = {"turn": turn or "", "choice": "send", "csrf": ""}
    answer = await worker.context.request.post(worker.address, form=fields)
    assert answer.status == 403
    await worker.go()
    await worker.reads("Chưa có gì được gửi đi", STORY)


async def test_many_hands_on_one_talk_leave_it_whole(crowd: Crowd) -> None:
    worker = await crowd.worker(scripts=False)
    await worker.reach_review()
    form = {
        name: await worker.page.locator(f"#talk [name={name}]").get_attribute("value") or ""
        for name in ("turn", "csrf")
    }
    posts = [
        worker.context.request.post(worker.address, form={**form, "choice": choice})
        for choice in ("send", "stop", "change", "send", "pictures")
    ]
    assert {answer.status for answer in await asyncio.gather(*posts)} == {200}
    await worker.go()
    assert "Chúng tôi vừa gặp trục trặc" not in await worker.text()


async def _is_forgotten(worker: Worker) -> None:
    """Wait until the browser has no session any more: a script leaves at once, and the request that
    ends the talk goes on by itself.
    """
    async with asyncio.timeout(MOST_MILLISECONDS / 1000):
        # The browser tells nobody.
        while any(  # noqa: ASYNC110
            each.get("name") == "tt" for each in await worker.context.cookies()
        ):
            await asyncio.sleep(0.05)


async def _step_back(worker: Worker) -> None:
    """The button of the browser. Where a form was posted a browser may show a page of its own that
    asks whether to send the form again; whoever opens ours instead finds everything there.
    """
    try:
        await worker.page.go_back()
    except Error as error:
        if "ERR_CACHE_MISS" not in error.message:
            raise
        await worker.go()


def _empty_file() -> FilePayload:
    return {"name": "empty.jpg", "mimeType": "image/jpeg", "buffer": b""}


async def _neutral(route: Route) -> None:
    await route.fulfill(body="neutral", content_type="text/plain")
