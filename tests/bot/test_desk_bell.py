"""The bell of a browser and an officer's own alarms, over real HTTP."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import pytest
from bs4 import Tag

from bot.channels import Gone, Outcome, Refused, Sent, TryLater
from bot.web.desk_bell import DEVICE, PAGE
from handlers.roles import Role
from storage import accounts, alarms, audit, staff
from storage.alarms import MOST_BROWSERS, Alarm, Path, Trouble
from storage.audit import Act
from storage.staff import Member
from tests.desk_browser import Browser, World, world_on
from tests.desk_world import add
from tests.fakes.push_service import Browser as Device
from tests.staff_world import enrolled

OFFICER = ("north", Role.OFFICER)


@dataclass
class Trial:
    """Rings for trial and keeps where."""

    says: Callable[[str], Outcome] = lambda _: Sent()
    rung: list[str] = field(default_factory=list)

    async def __call__(self, address: str) -> Outcome:
        self.rung.append(address)
        return self.says(address)


@dataclass
class Bells:
    """The pages of a house with a push key, and what was rung for trial."""

    world: World
    trial: Trial

    async def of(self, member: Member) -> tuple[Alarm, ...]:
        async with self.world.made.read() as tx:
            return await alarms.of_member(tx, member.id)

    async def notes(self) -> list[tuple[Act, str]]:
        async with self.world.made.read() as tx:
            entries = await audit.entries(tx, limit=100)
        wanted = {Act.LINKED, Act.UNLINKED, Act.CODE_MADE}
        return [(each.act, each.note) for each in reversed(entries) if each.act in wanted]


@asynccontextmanager
async def bells_on(url: str) -> AsyncIterator[Bells]:
    trial = Trial()
    async with world_on(url, push_key="B" * 87, ring_trial=trial) as world:
        yield Bells(world, trial)


@pytest.fixture
async def bells(database_url: str) -> AsyncIterator[Bells]:
    async with bells_on(database_url) as running:
        yield running


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Bells]:
    async with bells_on(sqlite_url) as running:
        yield running


@cache
def phone(name: str) -> Device:
    """The same phone for the same name."""
    return Device(name)


async def device(browser: Browser, do: str, name: str = "one", **fields: str) -> int:
    """What the script of the page sends; the status of the answer."""
    guard = {"guard": browser.guard, "do": do}
    async with browser.client.post(
        DEVICE, data=guard | phone(name).fields | fields, allow_redirects=False
    ) as answer:
        return answer.status


# --- this device ------------------------------------------------------------------------------


async def test_a_bell_is_switched_on_tried_and_switched_off(bells: Bells) -> None:
    an = await enrolled(bells.world.made, "an", OFFICER)
    browser = await bells.world.at_desk("an")
    box = cast(Tag, browser.page.find(id="bell"))
    assert (box["data-key"], box["data-on"]) == ("B" * 87, "0")
    assert "cần một trình duyệt có thông báo" in box.get_text()
    assert await device(browser, "start") == 204
    assert await device(browser, "start") == 204
    [alarm] = await bells.of(an)
    assert (alarm.path, alarm.address) == (Path.PUSH, phone("one").end.address)
    await browser.get("/desk")
    assert cast(Tag, browser.page.find(id="bell"))["data-on"] == "1"
    assert await device(browser, "try") == 204
    assert bells.trial.rung == [alarm.address]
    assert await device(browser, "stop") == 204
    assert await bells.of(an) == ()
    await browser.get("/desk")
    assert cast(Tag, browser.page.find(id="bell"))["data-on"] == "0"
    note = f"webpush {an.id.hex()}"
    assert await bells.notes() == [(Act.LINKED, note), (Act.UNLINKED, note)]


async def test_a_browser_that_was_somebody_elses_rings_for_who_switched_it_on(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    binh = await enrolled(one.world.made, "binh", OFFICER)
    first, second = await one.world.at_desk("an"), await one.world.at_desk("binh")
    assert await device(first, "start") == 204
    assert await device(second, "stop") == 204
    assert len(await one.of(an)) == 1, "nobody ends the bell of somebody else"
    assert await device(second, "try") == 404
    assert await device(second, "start") == 204
    assert await one.of(an) == ()
    assert len(await one.of(binh)) == 1


async def test_one_browser_too_many_is_told_so(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    browser = await one.world.at_desk("an")
    for number in range(MOST_BROWSERS):
        assert await device(browser, "start", f"number-{number}") == 204
    assert await device(browser, "start", "one-too-many") == 409
    assert len(await one.of(an)) == MOST_BROWSERS


async def test_only_officers_at_their_own_page_switch_a_bell_on(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    top = await enrolled(one.world.made, "top", ("root", Role.ADMINISTRATOR))
    author = await enrolled(one.world.made, "viet", ("root", Role.AUTHOR))
    browser = await one.world.at_desk("an")
    assert await device(browser, "start", guard="made up") == 403
    assert await device(browser, "start", endpoint="https://10.0.0.1/admin") == 400
    assert await device(browser, "start", endpoint="https://example.org/push") == 400
    assert await device(browser, "start", auth="") == 400
    assert await device(browser, "dance") == 400
    told = {"guard": browser.guard, "do": "start"} | phone("one").fields
    await browser.post(DEVICE, told, **{"Sec-Fetch-Site": "cross-site"})
    assert browser.status == 403
    for login in ("top", "viet"):
        other = await one.world.at_desk(login)
        assert await device(other, "start") == 404
        assert (await other.get(PAGE)).status == 404
    async with one.world.made.write() as tx:
        await staff.revoke(tx, an.id, *OFFICER)
    browser = await one.world.at_desk("an")
    assert await device(browser, "start") == 404
    stranger = await one.world.browser()
    await stranger.get("/desk/vao")
    assert await device(stranger, "start") == 403
    for member in (an, top, author):
        assert await one.of(member) == ()


async def test_without_a_push_key_there_is_no_bell(sqlite_url: str) -> None:
    async with world_on(sqlite_url) as world:
        await enrolled(world.made, "an", OFFICER)
        browser = await world.at_desk("an")
        assert browser.page.find(id="bell") is None
        assert "desk_bell" not in browser.text
        assert await device(browser, "start") == 404
        await browser.get(PAGE)
        assert "Máy chủ chưa bật thông báo của trình duyệt" in browser.words


# --- signing out ------------------------------------------------------------------------------


async def test_signing_out_ends_the_bell_of_this_browser_only(bells: Bells) -> None:
    an = await enrolled(bells.world.made, "an", OFFICER)
    here, there = await bells.world.at_desk("an"), await bells.world.at_desk("an")
    assert await device(here, "start", "here") == 204
    assert await device(there, "start", "there") == 204
    await here.get("/desk")
    await here.send("Đăng xuất")
    [left] = await bells.of(an)
    assert left.address == phone("there").end.address
    await there.get("/desk")
    assert cast(Tag, there.page.find(id="bell"))["data-on"] == "1"


async def test_signing_out_everywhere_ends_all_bells_and_leaves_zalo(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    here, there = await one.world.at_desk("an"), await one.world.at_desk("an")
    assert await device(here, "start", "here") == 204
    assert await device(there, "start", "there") == 204
    await link_zalo(one, an)
    await here.get("/desk")
    await here.send("Đăng xuất mọi máy")
    assert [each.path for each in await one.of(an)] == [Path.ZALO]


async def test_the_bell_rings_on_when_a_session_ends_by_itself(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    browser = await one.world.at_desk("an")
    assert await device(browser, "start") == 204
    one.world.clock.pass_by(hours=13)
    await browser.get("/desk")
    assert browser.path == "/desk/vao"
    assert len(await one.of(an)) == 1
    # A page that was left open still has its button to sign out.
    async with browser.client.post("/desk/ra", data={"guard": "old"}) as answer:
        assert answer.url.path == "/desk/vao"
    assert await one.of(an) == ()


# --- the page of an officer's alarms ----------------------------------------------------------


async def link_zalo(bells: Bells, member: Member) -> None:
    async with bells.world.made.write() as tx:
        await accounts.add(tx, "zalo of the north", Path.ZALO.value, "token")
    browser = await bells.world.at_desk(member.login)
    await browser.get(PAGE)
    await browser.send("Tạo mã Zalo")
    code = str(cast(Tag, browser.page.find("input", id="code"))["value"])
    async with bells.world.made.write() as tx:
        typed = code.removeprefix("/ketnoi ")
        assert await alarms.link(tx, typed, Path.ZALO, "zalo_bot:3|x", bells.world.clock())


async def test_an_officer_sees_tries_and_ends_their_alarms(bells: Bells) -> None:
    an = await enrolled(bells.world.made, "an", OFFICER)
    browser = await bells.world.at_desk("an")
    await browser.get(PAGE)
    assert "Bạn chưa có đường báo động nào." in browser.words
    assert "Hệ thống chưa có bot Zalo nào" in browser.words
    assert await device(browser, "start", "here") == 204
    await link_zalo(bells, an)
    await browser.get(PAGE)
    assert "Trình duyệt 1 máy này" in browser.words
    assert "đã nối Zalo" in browser.words
    assert "/ketnoi" not in browser.text
    await browser.send("Rung thửTrình duyệt 1")
    assert "Đã gửi chuông thử." in browser.words
    assert bells.trial.rung == [phone("here").end.address]
    await browser.send("GỡTrình duyệt 1")
    assert "Đã gỡ đường báo động này." in browser.words
    await browser.send("Gỡ Zalo")
    assert await bells.of(an) == ()
    push, zalo = (f"{path} {an.id.hex()}" for path in (Path.PUSH, Path.ZALO))
    assert await bells.notes() == [
        (Act.LINKED, push), (Act.CODE_MADE, zalo), (Act.UNLINKED, push), (Act.UNLINKED, zalo),
    ]  # fmt: skip


async def test_what_a_trial_finds_is_kept(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    browser = await one.world.at_desk("an")
    assert await device(browser, "start") == 204
    await browser.get(PAGE)
    one.trial.says = lambda _: TryLater(5)
    await browser.send("Rung thửTrình duyệt 1")
    assert (browser.status, "Chưa rung được" in browser.words) == (422, True)
    one.trial.says = lambda _: Refused("refused")
    await browser.send("Rung thửTrình duyệt 1")
    assert "lần báo gần nhất không được nhận" in browser.words
    [alarm] = await one.of(an)
    assert alarm.trouble is Trouble.REFUSED
    assert await device(browser, "try") == 503
    one.trial.says = lambda _: Sent()
    assert await device(browser, "try") == 204
    [alarm] = await one.of(an)
    assert alarm.trouble is None
    one.trial.says = lambda _: Gone()
    await browser.send("Rung thửTrình duyệt 1")
    assert "không còn nữa" in browser.words
    assert await one.of(an) == ()


async def test_nobody_tries_or_ends_the_alarms_of_others(one: Bells) -> None:
    an = await enrolled(one.world.made, "an", OFFICER)
    await enrolled(one.world.made, "binh", OFFICER)
    first, second = await one.world.at_desk("an"), await one.world.at_desk("binh")
    assert await device(first, "start") == 204
    [alarm] = await one.of(an)
    for do in ("end", "try"):
        for named in (alarm.id.hex(), "no hex", ""):
            await second.post(PAGE, {"guard": second.guard, "do": do, "alarm": named})
            assert second.status == 422
    await second.post(PAGE, {"guard": second.guard, "do": "dance"})
    assert second.status == 400
    await first.post(PAGE, {"guard": "made up", "do": "end", "alarm": alarm.id.hex()})
    assert first.status == 403
    # The cookie of a browser names an alarm and opens nothing.
    second.client.session.cookie_jar.update_cookies({"desk-bell": alarm.id.hex()})
    await second.get("/desk")
    assert cast(Tag, second.page.find(id="bell"))["data-on"] == "0"
    assert len(await one.of(an)) == 1
    assert one.trial.rung == []


async def test_a_zalo_code_is_for_those_who_have_activated_their_account(one: Bells) -> None:
    await add(one.world.made, "thu", OFFICER)
    async with one.world.made.write() as tx:
        await accounts.add(tx, "zalo", Path.ZALO.value, "token")
    browser = await one.world.at_desk("thu")
    await browser.get(PAGE)
    await browser.send("Tạo mã Zalo")
    assert browser.status == 422
    assert "/ketnoi" not in browser.text


async def test_the_page_is_there_in_both_languages(one: Bells) -> None:
    await enrolled(one.world.made, "an", OFFICER)
    browser = await one.world.at_desk("an")
    await browser.get(PAGE)
    await browser.send("English")
    assert browser.path == PAGE
    assert "Your alarms" in browser.words


# --- the installed desk -----------------------------------------------------------------------


async def test_the_desk_can_be_put_on_a_home_screen(one: Bells) -> None:
    browser = await one.world.browser()
    await browser.get("/desk/vao")
    link = cast(Tag, browser.page.find("link", rel="manifest"))
    assert "manifest-src 'self'" in browser.headers["Content-Security-Policy"]
    async with browser.client.get(str(link["href"])) as answer:
        assert answer.content_type == "application/manifest+json"
        told = await answer.json(content_type=None)
    assert (told["start_url"], told["scope"], told["display"]) == ("/desk", "/desk", "standalone")
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for icon in told["icons"]:
        async with browser.client.get(icon["src"]) as answer:
            assert answer.content_type == "image/png"
            assert (await answer.read()).startswith(b"\x89PNG")
