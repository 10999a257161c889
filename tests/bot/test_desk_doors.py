"""How staff come in and go: links, passwords, one-time codes, sessions, over real HTTP."""

import re
from time import monotonic

import pytest

from bot.web.enter import demo_link
from handlers.roles import Role
from storage.audit import Act
from tests.desk_browser import PASSWORD, World, enrolled, world_on
from tests.desk_world import NOW, add, code_at, secret_of


async def test_an_officer_enrols_signs_in_and_signs_out(world: World) -> None:
    await add(world.made, "van.thu", ("north", Role.OFFICER))
    browser = await world.browser()
    secret = await enrolled(world, browser, "van.thu")
    await browser.send("Tiếp tục", login=" Van.Thu ", password=PASSWORD)
    assert browser.path == "/desk/vao/ma"
    await browser.get("/desk")
    assert browser.path == "/desk/vao/ma"
    await browser.send("Tiếp tục", code=code_at(secret, world.clock()))
    assert (browser.status, browser.path) == (200, "/desk")
    assert "Người van.thu" in browser.words
    assert await world.acts() == [Act.ENROLLED, Act.SIGNED_IN]
    await browser.send("Đăng xuất")
    assert "Bạn đã đăng xuất." in browser.words
    await browser.get("/desk")
    assert browser.path == "/desk/vao"


async def test_the_enrolment_page_explains_what_is_wrong_and_keeps_no_password(one: World) -> None:
    _, token = await add(one.made, "van.thu", ("north", Role.OFFICER))
    secret = await secret_of(one.made, token)
    browser = await one.browser()
    await browser.get(f"/desk/moi/{token}")
    assert browser.page.find("svg") is not None
    assert secret in browser.words.replace(" ", "")
    good = {"password": PASSWORD, "again": PASSWORD, "code": code_at(secret, NOW)}
    for wrong, told in (
        ({"password": "ngan", "again": "ngan"}, "ít nhất 12 ký tự"),
        ({"password": "matkhau123456", "again": "matkhau123456"}, "dễ đoán"),
        ({"again": PASSWORD + "x"}, "chưa giống nhau"),
        ({"code": "000000"}, "Mã chưa đúng"),
    ):
        await browser.send("Kích hoạt", **{**good, **wrong})
        assert browser.status == 422
        assert told in browser.words
        assert PASSWORD not in browser.text
    await browser.send("Kích hoạt", **good)
    assert browser.path == "/desk/vao"
    await browser.get(f"/desk/moi/{token}")
    assert browser.status == 404
    assert "đã được dùng để kích hoạt" in browser.words
    # Whoever guesses learns nothing of links that never were.
    await browser.get(f"/desk/moi/{token[::-1]}")
    assert browser.status == 404
    assert "đã được dùng hoặc đã hết hạn" in browser.words


async def test_unknown_names_and_wrong_passwords_get_the_same_answer(one: World) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    browser = await one.browser()
    await enrolled(one, browser, "van.thu")
    told, spent = [], []
    for login in ("van.thu", "khong.co"):
        await browser.get("/desk/vao")
        began = monotonic()
        await browser.send("Tiếp tục", login=login, password="sai mật khẩu rồi")
        spent.append(monotonic() - began)
        told.append((browser.status, browser.words, browser.path))
    assert told[0] == told[1]
    assert max(spent) < 4 * min(spent)


async def test_a_right_password_ends_the_waiting(one: World) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    browser = await one.browser()
    await enrolled(one, browser, "van.thu")
    for _ in range(6):
        await browser.get("/desk/vao")
        await browser.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
        assert browser.status == 422
        await browser.send("Tiếp tục", login="van.thu", password=PASSWORD)
        assert browser.path == "/desk/vao/ma"
        await browser.send("Đăng nhập lại từ đầu")


async def test_a_crowd_of_guesses_makes_the_name_wait_up_to_a_minute(one: World) -> None:
    waits = []
    for _ in range(18):
        browser = await one.browser()
        await browser.get("/desk/vao")
        await browser.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
        if browser.status == 429:
            found = re.search(r"đợi (\d+) giây", browser.words)
            assert found is not None
            waits.append(int(found[1]))
            one.clock.pass_by(seconds=waits[-1])
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    other = await one.browser()
    await other.get("/desk/vao")
    await other.send("Tiếp tục", login="khac", password="sai mật khẩu rồi")
    assert other.status == 422


async def test_guesses_from_a_shared_address_lock_out_no_device_and_no_other_name(
    one: World,
) -> None:
    """All of these browsers come from one address, as those of a factory do."""
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    known = await one.browser()
    secret = await enrolled(one, known, "van.thu")
    await known.send("Tiếp tục", login="van.thu", password=PASSWORD)
    await known.send("Tiếp tục", code=code_at(secret, one.clock()), remember="1")
    await known.send("Đăng xuất")

    async def guesses(times: int) -> None:
        for _ in range(times):
            browser = await one.browser()
            await browser.get("/desk/vao")
            await browser.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
            assert browser.status in (422, 429)

    for _ in range(9):
        await guesses(1)
        one.clock.pass_by(seconds=61)
    # A device that was there before signs in at once, another name is asked for its password.
    await guesses(2)
    await known.send("Tiếp tục", login="van.thu", password=PASSWORD)
    assert known.path == "/desk"
    other = await one.browser()
    await other.get("/desk/vao")
    await other.send("Tiếp tục", login="khac", password="sai mật khẩu rồi")
    assert other.status == 422
    # A new device waits for a minute at most, and then has its turn, whoever came in between.
    new = await one.browser()
    await new.get("/desk/vao")
    await new.send("Tiếp tục", login="van.thu", password=PASSWORD)
    found = re.search(r"đợi (\d+) giây", new.words)
    assert new.status == 429
    assert found is not None
    seconds = int(found[1])
    assert seconds <= 60
    for _ in range(seconds):
        one.clock.pass_by(seconds=1)
        await guesses(1)
    await new.send("Tiếp tục", login="van.thu", password=PASSWORD)
    assert new.path == "/desk/vao/ma"


async def test_a_turn_is_one_try_and_not_taken_early(one: World) -> None:
    browsers = []
    for _ in range(6):
        browser = await one.browser()
        await browser.get("/desk/vao")
        await browser.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
        browsers.append(browser)
    last = browsers[-1]
    assert last.status == 429
    one.clock.pass_by(seconds=1)
    await last.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
    assert last.status == 429
    one.clock.pass_by(seconds=60)
    await last.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
    assert last.status == 422
    await last.send("Tiếp tục", login="van.thu", password="sai mật khẩu rồi")
    assert last.status == 429


async def test_a_code_works_once_and_a_remembered_device_needs_none(one: World) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    browser = await one.browser()
    secret = await enrolled(one, browser, "van.thu")
    code = code_at(secret, one.clock())
    await browser.send("Tiếp tục", login="van.thu", password=PASSWORD)
    await browser.send("Tiếp tục", code="000000")
    assert "Mã chưa đúng" in browser.words
    await browser.send("Tiếp tục", code=code, remember="1")
    assert browser.path == "/desk"
    second = await one.browser()
    await second.get("/desk/vao")
    await second.send("Tiếp tục", login="van.thu", password=PASSWORD)
    await second.send("Tiếp tục", code=code)
    assert "Mã chưa đúng hoặc đã dùng rồi" in second.words
    await browser.send("Đăng xuất")
    await browser.send("Tiếp tục", login="van.thu", password=PASSWORD)
    assert browser.path == "/desk"
    await browser.send("Đăng xuất")
    one.clock.pass_by(hours=12, seconds=1)
    await browser.get("/desk/vao")
    await browser.send("Tiếp tục", login="van.thu", password=PASSWORD)
    assert browser.path == "/desk/vao/ma"


async def test_signing_in_anew_ends_the_session_that_the_browser_had(one: World) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    browser = await one.browser()
    secret = await enrolled(one, browser, "van.thu")
    await browser.send("Tiếp tục", login="van.thu", password=PASSWORD)
    await browser.send("Tiếp tục", code=code_at(secret, one.clock()))
    [old] = [each.value for each in browser.client.session.cookie_jar if each.key == "desk"]
    again = {"guard": browser.guard, "login": "van.thu", "password": PASSWORD}
    await browser.post("/desk/vao", again)
    assert browser.path == "/desk/vao/ma"
    thief = await one.browser()
    await thief.get("/desk", Cookie=f"desk={old}")
    assert thief.path == "/desk/vao"


async def test_a_password_is_hidden_and_may_be_filled_in_by_the_browser(one: World) -> None:
    browser = await one.browser()
    await browser.get("/desk/vao")
    box = browser.page.select_one("#password")
    assert box is not None
    assert (box["type"], box["autocomplete"]) == ("password", "current-password")
    assert "onpaste" not in browser.text


async def test_signing_out_everywhere_ends_every_session_and_device(one: World) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    first, second = await one.at_desk("van.thu"), await one.at_desk("van.thu")
    stranger = await one.browser()
    await add(one.made, "khac", ("north", Role.OFFICER))
    stranger = await one.at_desk("khac")
    one.clock.pass_by(seconds=1)
    await first.send("Đăng xuất mọi máy")
    for browser, path in ((first, "/desk/vao"), (second, "/desk/vao"), (stranger, "/desk")):
        await browser.get("/desk")
        assert browser.path == path


async def test_a_session_idles_out_in_an_hour_and_ends_after_twelve(one: World) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    browser = await one.at_desk("van.thu")
    for _ in range(13):
        one.clock.pass_by(minutes=50)
        await browser.get("/desk")
        assert browser.path == "/desk"
    one.clock.pass_by(minutes=50)
    one.clock.pass_by(minutes=30)
    await browser.get("/desk")
    assert browser.path == "/desk/vao"
    browser = await one.at_desk("van.thu")
    for _ in range(3):
        one.clock.pass_by(minutes=25)
        await browser.get("/desk", **{"X-Live": "1"})
    assert browser.path == "/desk/vao"


async def test_a_demo_link_works_once_and_only_on_a_demo_without_a_public_address(
    one: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await add(one.made, "van.thu", ("north", Role.OFFICER))
    link = await demo_link(one.parts, "van.thu")
    first, second = await one.browser(), await one.browser()
    assert (await first.get(link)).path == "/desk"
    assert (await second.get(link)).status == 404
    assert (await second.get("/desk/thu/gia")).status == 404
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('public') / 'x.db'}"
    async with world_on(url, public_url="https://tip.example") as public:
        await add(public.made, "van.thu", ("north", Role.OFFICER))
        link = await demo_link(public.parts, "van.thu")
        browser = await public.browser()
        assert (await browser.get(link)).status == 404
