"""From the desk's first page every page of the desk is found by following links; over real HTTP."""

import re

import pytest
from bs4 import Tag

from handlers.roles import Role
from storage import cases
from tests.desk_browser import Browser, World, picture
from tests.desk_world import NOW, add, file_tip

# What no link leads to by its nature: the way in, what scripts ask, what only an answer to a
# form shows, and what is linked only while something waits there, or enough is counted.
_UNLINKED = {
    "/desk/vao",
    "/desk/vao/ma",
    "/desk/moi/{token}",
    "/desk/thu/{token}",
    "/desk/live",
    "/desk/nhat-ky/xuat",
    "/desk/tin/{tip}/lay-lai",
    "/desk/tin/{tip}/ngoai-pham-vi",
    "/desk/cho-xem",
    "/desk/so-lieu/ra-soat.{kind}",
}


async def seen_by(browser: Browser) -> set[str]:
    """Every address of the desk that is linked, or that a form goes to, on a page that is."""
    waiting, found = ["/desk"], {"/desk"}
    while waiting:
        page = await browser.get(waiting.pop())
        assert page.status == 200, page.path
        for each in page.page.select("a[href], form[action], link[rel=manifest]"):
            address = str(each.get("href") or each.get("action")).partition("?")[0]
            if address in found or not address.startswith("/desk"):
                continue
            found.add(address)
            is_page = each.name == "a" and "/tep/" not in address and "." not in address
            if is_page and len(address.split("/")) < 6:
                waiting.append(address)
        for box in page.page.select("form button[value=open]"):
            assert isinstance(box, Tag)
            await page.send(box.get_text(strip=True))
            more = {str(each["href"]) for each in page.page.select("a[href^='/desk']")}
            waiting += [each for each in more - found if "/tep/" not in each and "?" not in each]
            found |= more
    return found


def pages(world: World) -> set[str]:
    routes = world.server.app.router.routes()
    every = {each.resource.canonical for each in routes if each.resource and each.method == "GET"}
    return {each for each in every if each.startswith("/desk")}


async def test_every_page_of_the_desk_is_linked_from_some_page(one: World) -> None:
    officer, _ = await add(one.made, "mot", ("north", Role.OFFICER))
    await add(one.made, "hai", ("north", Role.OFFICER))
    await add(one.made, "truong", ("north", Role.LEAD))
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    await add(one.made, "kiem", ("root", Role.AUDITOR))
    tip = await file_tip(one.made, "north", picture())
    async with one.made.write() as tx:
        await cases.claim(tx, officer.id, tip, NOW)
    found: set[str] = set()
    for login in ("mot", "truong", "top", "kiem"):
        found |= await seen_by(await one.at_desk(login))
    missing = {
        each
        for each in pages(one) - _UNLINKED
        if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path) for path in found)
    }
    assert missing == set()


async def test_a_lead_finds_every_rule_of_the_unit_on_one_page(one: World) -> None:
    await add(one.made, "truong", ("north", Role.LEAD))
    lead = await one.at_desk("truong")
    of_administrators = re.compile(r"/desk/don-vi/(cac-don-vi|moi|sua/.*|lich-su/.*)")
    rules = {
        each
        for each in pages(one)
        if each.startswith("/desk/don-vi/") and not of_administrators.fullmatch(each)
    }
    rules.remove("/desk/don-vi/do-phu.xlsx")
    await lead.get("/desk/don-vi")
    assert {str(each["href"]) for each in lead.page.select("main .cards a")} == rules
    for each in rules:
        await lead.get(each)
        assert lead.page.select("main a[href='/desk/don-vi']"), each


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.OFFICER, "/desk"),
        (Role.ADMINISTRATOR, "/desk/nguoi"),
        (Role.AUDITOR, "/desk/nhat-ky"),
        (Role.OBSERVER, "/desk/so-lieu"),
    ],
)
async def test_everybody_comes_in_where_their_work_is(one: World, role: Role, first: str) -> None:
    await add(one.made, "ai", ("root", role))
    browser = await one.at_desk("ai")
    await browser.get("/desk")
    assert (browser.path, browser.status) == (first, 200)
