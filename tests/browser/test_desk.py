"""The desk in a real Chromium: enrolment, races, rights that end, addresses that are guessed."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pyotp
import pytest
from playwright.async_api import FormData

from tests import drive
from tests.browser.crowd import DESKTOP, PHONE, Crowd
from tests.browser.people import PLACE, STORY, Fields, Officer
from tests.browser.watch import assert_open_to_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PASSWORD = "bốn từ không liên quan"
HALF_A_MINUTE = timedelta(seconds=30)


@dataclass
class Recruit:
    """Somebody who was added at the prompt, with their authenticator."""

    login: str
    totp: pyotp.TOTP


async def filed(crowd: Crowd, officer: Officer) -> str:
    """The address of a tip that was sent just now, and that `officer` reads. Nothing is looked at
    while it is sent, so it is sent without a browser.
    """
    await officer.watch_list()
    async with drive.client() as http:
        worker = drive.Worker(http, crowd.product.address)
        await worker.reach_story("unsafe", PLACE)
        await worker.tell(STORY)
        await worker.press("send")
    return await officer.open_new()


async def recruited(crowd: Crowd, officer: Officer) -> Recruit:
    """Use an enrolment link; the code of half a minute ago is taken, which leaves today's."""
    login = f"moi-{secrets.token_hex(4)}"
    told = await asyncio.to_thread(
        crowd.product.command, "staff", "add", login, "Cán bộ mới", "ban-thach", "officer"
    )
    [path] = re.findall(r"/desk/moi/\S+", told)
    await officer.go(path)
    await judged(officer, "enrolment")
    secret = (await officer.page.locator(".secret").inner_text()).replace(" ", "")
    recruit = Recruit(login, pyotp.TOTP(secret))
    await officer.page.locator("#password").fill(PASSWORD)
    await officer.page.locator("#again").fill(PASSWORD)
    now = await _early_in_a_step()
    await officer.page.locator("#code").fill(recruit.totp.at(now - HALF_A_MINUTE))
    await officer.press("Kích hoạt")
    await officer.reads("Tài khoản đã sẵn sàng")
    await officer.go(path)
    await officer.reads("Liên kết không dùng được")
    return recruit


async def judged(officer: Officer, where: str) -> None:
    """A page at both widths; at the end it is as wide as it was."""
    for width in (DESKTOP, PHONE):
        await officer.page.set_viewport_size({"width": width, "height": 740})
        await assert_open_to_all(officer.page, f"{where}, {width}")


async def gives_password(officer: Officer, login: str) -> None:
    await officer.go("/desk/vao")
    await officer.page.locator("#login").fill(login)
    await officer.page.locator("#password").fill(PASSWORD)
    await officer.press("Tiếp tục")


async def gives_code(officer: Officer, code: str, *, remember: bool = False) -> None:
    await officer.page.locator("#code").fill(code)
    if remember:
        await officer.page.locator("[name=remember]").check()
    await officer.press("Tiếp tục")


async def test_an_officer_enrols_signs_in_is_remembered_and_loses_the_right(crowd: Crowd) -> None:
    crowd.watch.expect(404, 422)
    officer = await crowd.stranger(PHONE)
    recruit = await recruited(crowd, officer)
    await gives_password(officer, recruit.login)
    await judged(officer, "code")
    now = await _early_in_a_step()
    await gives_code(officer, _wrong(recruit.totp, now))
    await officer.reads("Mã chưa đúng hoặc đã dùng rồi")
    await gives_code(officer, recruit.totp.at(now), remember=True)
    await officer.reads("Tin báo")
    other = await crowd.stranger()
    await gives_password(other, recruit.login)
    await gives_code(other, recruit.totp.at(now))
    await other.reads("Mã chưa đúng hoặc đã dùng rồi")
    await officer.page.get_by_role("button", name="Đăng xuất", exact=True).click()
    await officer.reads("Bạn đã đăng xuất")
    await gives_password(officer, recruit.login)
    await officer.reads("Tin báo")
    await _loses_the_right(crowd, officer, recruit)


async def _loses_the_right(crowd: Crowd, officer: Officer, recruit: Recruit) -> None:
    path = await filed(crowd, officer)
    await officer.press("Nhận tin này")
    revoke = ("staff", "revoke", recruit.login, "ban-thach", "officer")
    guard = await officer.page.locator("input[name=guard]").first.input_value()
    form = FormData()
    told = {"guard": guard, "once": "1", "do": "answer", "words": "Điều này không được gửi đi."}
    for name, value in told.items():
        form.append(name, value)
    await asyncio.to_thread(crowd.product.command, *revoke)
    # The page that is open may be taken away before anything is typed on it.
    sent = await officer.context.request.post(crowd.product.address + path, multipart=form)
    assert sent.status == HTTPStatus.NOT_FOUND
    # Its own script may lead the open page away at the same time; another one is still.
    beside = await officer.context.new_page()
    await beside.goto(crowd.product.address + path)
    assert "Tin này không còn nữa" in await beside.inner_text("main")
    await beside.close()
    await officer.go("/desk")
    assert path not in await officer.links()
    await officer.reads("Bạn chưa được phân công")
    colleague = await crowd.officer("canbo1")
    await colleague.open(path)
    assert "Điều này" not in await colleague.text()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_of_two_officers_who_claim_at_once_one_is_told_of_the_other(
    crowd: Crowd, scripts: bool
) -> None:
    crowd.watch.expect(409)
    one = await crowd.officer("canbo1", scripts=scripts)
    two = await crowd.officer("canbo2", PHONE, scripts=scripts)
    path = await filed(crowd, one)
    await two.open(path)
    await asyncio.gather(one.press("Nhận tin này"), two.press("Nhận tin này"))
    says = [await each.text() for each in (one, two)]
    assert sum("Bạn đã nhận tin này." in each for each in says) == 1
    [loser] = [each for each in says if "đã nhận tin này trước bạn" in each]
    winner = "Cán bộ trực số 2" if loser == says[0] else "Cán bộ trực số 1"
    assert f"{winner} đã nhận tin này trước bạn" in loser


async def test_a_tip_of_another_unit_is_as_unknown_as_none(crowd: Crowd) -> None:
    crowd.watch.expect(404)
    mine = await crowd.officer("canbo1")
    path = await filed(crowd, mine)
    other = await crowd.officer("canbo4")
    answers = []
    for address in (path, "/desk/tin/" + "0" * 32):
        answer = await other.page.goto(other.address + address)
        assert answer is not None
        assert answer.status == 404
        answers.append((await answer.text()).replace(address, ""))
    assert answers[0] == answers[1]
    assert STORY not in answers[0]


async def test_words_typed_by_somebody_who_was_signed_out_are_given_back(crowd: Crowd) -> None:
    crowd.watch.expect(403)
    officer = await crowd.officer("canbo1")
    await filed(crowd, officer)
    await officer.press("Nhận tin này")
    await officer.context.clear_cookies()
    await officer.write("answer", "Lời đã gõ trước khi hết phiên.")
    await officer.reads("Lời đã gõ trước khi hết phiên.", "chưa có gì thay đổi")


async def test_a_form_of_the_desk_without_its_guard_changes_nothing(crowd: Crowd) -> None:
    crowd.watch.expect(403)
    officer = await crowd.officer("canbo1")
    path = await filed(crowd, officer)
    form: Fields = {"guard": "", "once": "x", "do": "claim", "opened": "1"}
    answer = await officer.context.request.post(officer.address + path, form=form)
    assert answer.status == 403
    await officer.open(path)
    await officer.reads("chưa ai nhận")


async def test_an_answer_sent_twice_stands_there_once(crowd: Crowd) -> None:
    officer = await crowd.officer("canbo1")
    path = await filed(crowd, officer)
    await officer.press("Nhận tin này")
    box = officer.page.locator("#words-ask")
    await box.fill("Máy nào?")
    # The second press ends the page load that the first one began, so that is not waited for.
    await officer.page.locator("form", has=box).locator("button").first.dblclick(no_wait_after=True)
    await officer.reads("đã hỏi thêm")
    await officer.open(path)
    assert (await officer.text()).count("Máy nào?") == 1


async def _early_in_a_step() -> datetime:
    """Now, but at a moment after which the present TOTP code lives for some time."""
    now = datetime.now(UTC)  # noqa: TID251 - the product under test runs by the real clock
    left = 30 - now.timestamp() % 30
    if left < 12:
        await asyncio.sleep(left)
    return datetime.now(UTC)  # noqa: TID251 - as above


def _wrong(totp: pyotp.TOTP, now: datetime) -> str:
    """A code that is none of those around `now`."""
    near = {totp.at(now + step * HALF_A_MINUTE) for step in range(-2, 3)}
    return next(
        code for code in ("000000", "111111", "222222", "3" * 6, "4" * 6) if code not in near
    )
