"""The administrator's page over real HTTP; and the words of all pages of the desk."""

import re
from pathlib import Path
from string import Formatter
from typing import cast

from bs4 import Tag

from bot.web import desk_facets, desk_log
from handlers import telling
from handlers.agreements import Flaw, Standing
from handlers.coach import Doubt
from handlers.exports import Authority, Reason
from handlers.languages import Language
from handlers.listing import DANGER, MINE, NOBODY, SORT, Age, Due, Facet, Sort
from handlers.moderators.accounts import Weakness
from handlers.moderators.actions import Offer
from handlers.moderators.cards import READ
from handlers.moderators.notices import Notice
from handlers.moderators.picks import READY
from handlers.moderators.templates import Field
from handlers.passing import PassReason, ReleaseReason, ReturnReason, Stage
from handlers.roles import Role
from handlers.routing import Exclusion, Unit, UnitKind
from handlers.searching import Where
from handlers.texts import Texts
from handlers.tips import FILES, Kind, Outcome, Status
from handlers.turn import Whose
from handlers.unit_clocks import BOUNDS, Fault
from storage import accounts, alarms, desk_codes, desk_groups, desk_links, staff, units
from storage.agreements import Kept
from storage.alarms import AlarmPath
from storage.alarms import Trouble as NotRung
from storage.audit import Act
from storage.desk_codes import CodeKind
from storage.desk_groups import Trouble
from storage.passing import Why
from tests.bot.test_desk_numbers import TEXTS_OF_NUMBERS
from tests.desk_browser import Browser, World
from tests.desk_world import NOW, UNITS, add, code_at, file_tip
from tests.staff_world import enrolled


async def test_an_administrator_adds_people_and_never_sees_tips(world: World) -> None:
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    tip = await file_tip(world.made, "north")
    browser = await world.at_desk("top")
    assert browser.path == "/desk/nguoi"
    assert "chưa có bàn tiếp nhận" in browser.words
    assert (await browser.get(f"/desk/tin/{tip.hex()}")).status == 404
    await browser.get("/desk/nguoi")
    await browser.send("Thêm", login="moi.den", name="Cán bộ mới", role="officer", unit="north")
    assert "Đã thêm Cán bộ mới." in browser.words
    link = str(cast(Tag, browser.page.find("input", id="link"))["value"])
    assert (await browser.get("/desk/nguoi")).status == 200
    assert "/desk/moi/" not in browser.text
    newcomer = await world.browser()
    await newcomer.get(re.sub(r"^https?://[^/]+", "", link))
    assert "Chào Cán bộ mới." in newcomer.words
    async with world.made.read() as tx:
        member = await staff.by_login(tx, "moi.den")
    assert member is not None
    base = {"guard": browser.guard, "member": member.id.hex()}
    for do, unit, role, told in (
        ("grant", "north", "administrator", "không giao thêm"),
        ("grant", "north", "officer", "đã có vai trò đó"),
        ("grant", "moon", "officer", "không thuộc quyền"),
        ("grant", "south", "king", "chọn một vai trò"),
        ("grant", "south", "lead", "Đã giao vai trò trưởng bàn tiếp nhận"),
        ("revoke", "south", "lead", "Đã thu hồi vai trò"),
        ("revoke", "south", "lead", "không có vai trò đó"),
    ):
        await browser.post("/desk/nguoi", {**base, "do": do, "unit": unit, "role": role})
        assert told in browser.words
    await browser.post("/desk/nguoi", {**base, "do": "reset"})
    assert "Đã tạo liên kết mới" in browser.words
    acts = await world.acts()
    assert acts == [Act.SIGNED_IN, Act.ADDED, Act.GRANTED, Act.REVOKED, Act.RESET]


async def test_an_administrator_stays_within_their_units(one: World) -> None:
    north, _ = await add(one.made, "bac", ("north", Role.ADMINISTRATOR))
    south, _ = await add(one.made, "nam", ("south", Role.OFFICER))
    mixed, _ = await add(one.made, "ca.hai", ("south", Role.OFFICER), ("north-park", Role.LEAD))
    await add(one.made, "thuong", ("north", Role.OFFICER))
    browser = await one.at_desk("bac")
    assert "Người nam" not in browser.words
    assert "Người ca.hai" in browser.words
    for member, do, unit, told in (
        (south, "grant", "north", "không thuộc quyền"),
        (south, "reset", "", "không thuộc quyền"),
        (mixed, "reset", "", "không thuộc quyền"),
        (mixed, "revoke", "south", "không thuộc quyền"),
        (north, "grant", "north", "không tự đổi"),
        (north, "reset", "", "không tự đổi"),
    ):
        fields = {"guard": browser.guard, "member": member.id.hex(), "do": do, "unit": unit}
        await browser.post("/desk/nguoi", fields | {"role": "officer"})
        assert told in browser.words
        assert browser.status == 422
    officer = await one.at_desk("thuong")
    assert (await officer.get("/desk/nguoi")).status == 404
    fields = {"guard": (await officer.get("/desk")).guard, "do": "add"}
    assert (await officer.post("/desk/nguoi", fields)).status == 404


async def test_an_administrator_makes_codes_for_telegram_and_unlinks(world: World) -> None:
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    officer, token = await add(world.made, "can.bo", ("north", Role.LEAD))
    async with world.made.write() as tx:
        invited = await staff.invitation(tx, token, NOW)
        assert invited is not None
        await staff.enrol(tx, token, "hash", code_at(invited.secret, NOW), NOW)
    browser = await world.at_desk("top")
    base = {"guard": browser.guard, "member": officer.id.hex(), "unit": "north"}
    await browser.post("/desk/nguoi", {**base, "do": "group_code"})
    assert "Mã cho nhóm của Công đoàn phía bắc" in browser.words
    group_code = shown_code(browser)
    await browser.post("/desk/nguoi", {**base, "do": "account_code"})
    assert "Mã cho Người can.bo" in browser.words
    account_code = shown_code(browser)
    await browser.get("/desk/nguoi")
    assert "/ketnoi" not in browser.text
    async with world.made.write() as tx:
        group = await desk_groups.link(tx, group_code, "-1001", NOW)
        assert group is not None
        assert await desk_links.link(tx, account_code, "5001", NOW) is not None
        assert await desk_groups.set_trouble(tx, group.id, Trouble.REMOVED)
    lead = await world.at_desk("can.bo")
    assert "Nhóm chat của Công đoàn phía bắc: bot không còn trong nhóm" in lead.words
    await browser.get("/desk/nguoi")
    assert "đã nối Telegram" in browser.words
    await browser.send("Lưu", reading="1")
    async with world.made.read() as tx:
        [chosen] = await desk_groups.every(tx)
    assert (chosen.topics, chosen.reading, chosen.trouble) == (False, True, None)
    base["group"] = group.id.hex()
    await browser.post("/desk/nguoi", {**base, "do": "unlink_account"})
    await browser.post("/desk/nguoi", {**base, "do": "unlink_group"})
    async with world.made.read() as tx:
        assert await desk_groups.every(tx) == ()
        assert await desk_links.officer_of(tx, "5001") is None
    for do in ("unlink_account", "unlink_group"):
        await browser.post("/desk/nguoi", {**base, "do": do})
        assert browser.status == 422
    assert (await world.acts())[-2:] == [Act.UNLINKED, Act.UNLINKED]


async def test_codes_for_telegram_stay_within_an_administrators_units(one: World) -> None:
    await add(one.made, "bac", ("north", Role.ADMINISTRATOR))
    mixed, _ = await add(one.made, "ca.hai", ("south", Role.OFFICER), ("north-park", Role.LEAD))
    author, _ = await add(one.made, "viet", ("north", Role.OBSERVER))
    async with one.made.write() as tx:
        code = await desk_codes.make(tx, CodeKind.GROUP, "south", NOW)
        group = await desk_groups.link(tx, code, "-1002", NOW)
    assert group is not None
    browser = await one.at_desk("bac")
    for told, fields in (
        ("không thuộc quyền", {"do": "group_code", "unit": "south"}),
        ("không thuộc quyền", {"do": "account_code", "member": mixed.id.hex()}),
        ("Chỉ người tiếp nhận tin", {"do": "account_code", "member": author.id.hex()}),
        ("không thuộc quyền", {"do": "change_group", "group": group.id.hex(), "reading": "1"}),
        ("không thuộc quyền", {"do": "unlink_group", "group": group.id.hex()}),
        ("không thuộc quyền", {"do": "unlink_group", "group": "no hex"}),
    ):
        await browser.post("/desk/nguoi", {"guard": browser.guard, **fields})
        assert told in browser.words
        assert browser.status == 422
        assert "/ketnoi" not in browser.text


async def test_an_administrator_sees_which_desks_can_be_rung_and_what_to_do(world: World) -> None:
    await add(world.made, "top", ("root", Role.ADMINISTRATOR))
    an = await enrolled(world.made, "an", ("north", Role.OFFICER))
    await add(world.made, "nam", ("south", Role.LEAD))
    async with world.made.write() as tx:
        await accounts.add(tx, "push", "webpush", "key")
        await accounts.add(tx, "bot", "zalo_bot", "token")
        await alarms.add_browser(tx, an.id, "browser")
    browser = await world.at_desk("top")
    section = browser.page.find("section", {"aria-labelledby": "alarms"})
    assert isinstance(section, Tag)
    told = [line.get_text(" ", strip=True) for line in section.find_all("li")]
    assert [line.partition(" Telegram ")[0] for line in told] == [
        "Tổng liên đoàn chưa có báo động: tin nguy hiểm không báo được cho ai",
        "Công đoàn phía bắc có báo động",
        "Công đoàn phía nam chưa có báo động: tin nguy hiểm đi lên cấp trên",
    ]
    assert "Telegram – máy chủ chưa bật: hỏi người vận hành" in told[1]
    assert "Zalo – tạo mã Zalo cho một cán bộ" in told[1]
    assert "Chuông trình duyệt ✓ đang chạy" in told[1]
    assert "Chuông trình duyệt – một cán bộ đăng nhập" in told[2]
    lead = await world.at_desk("nam")
    assert "Công đoàn phía nam: chưa có đường báo động nào chạy" in lead.words
    officer = await world.at_desk("an")
    assert "chưa có đường báo động" not in officer.words


async def test_an_administrator_makes_codes_for_zalo_and_unlinks(one: World) -> None:
    await add(one.made, "bac", ("north", Role.ADMINISTRATOR))
    an = await enrolled(one.made, "an", ("north", Role.OFFICER))
    mixed = await enrolled(one.made, "ca.hai", ("south", Role.OFFICER), ("north", Role.LEAD))
    author = await enrolled(one.made, "viet", ("north", Role.AUTHOR))
    waiting, _ = await add(one.made, "moi", ("north", Role.OFFICER))
    browser = await one.at_desk("bac")
    base = {"guard": browser.guard}
    for member, told in (
        (mixed, "không thuộc quyền"),
        (author, "Chỉ người tiếp nhận tin mới nối Zalo được"),
        (waiting, "cần kích hoạt tài khoản trước"),
    ):
        fields = base | {"do": "zalo_code", "member": member.id.hex()}
        await browser.post("/desk/nguoi", fields)
        assert browser.status == 422
        assert told in browser.words
        assert "/ketnoi" not in browser.text
    await browser.post("/desk/nguoi", base | {"do": "zalo_code", "member": an.id.hex()})
    assert "Mã Zalo cho Người an" in browser.words
    async with one.made.write() as tx:
        code = shown_code(browser)
        assert await alarms.link(tx, code, alarms.Path.ZALO, "zalo_bot:3|x", NOW) == an
    await browser.get("/desk/nguoi")
    assert "đã nối Zalo" in browser.words
    await browser.send("Gỡ ZaloNgười an")
    assert "Đã gỡ Zalo của Người an." in browser.words
    await browser.post("/desk/nguoi", base | {"do": "unlink_zalo", "member": an.id.hex()})
    assert browser.status == 422
    assert (await one.acts())[-2:] == [Act.CODE_MADE, Act.UNLINKED]


async def test_a_new_activation_link_takes_the_alarms(one: World) -> None:
    await add(one.made, "top", ("root", Role.ADMINISTRATOR))
    an = await enrolled(one.made, "an", ("north", Role.OFFICER))
    async with one.made.write() as tx:
        await alarms.add_browser(tx, an.id, "browser")
    browser = await one.at_desk("top")
    fields = {"guard": browser.guard, "do": "reset", "member": an.id.hex()}
    await browser.post("/desk/nguoi", fields)
    async with one.made.read() as tx:
        assert await alarms.of_member(tx, an.id) == ()


def shown_code(browser: Browser) -> str:
    value = str(cast(Tag, browser.page.find("input", id="code"))["value"])
    return value.removeprefix("/ketnoi ")


def test_every_text_of_the_desk_exists_in_both_languages_and_is_used() -> None:
    vi, en = (
        {key: text for key, text in Texts.load(language).by_key.items() if key.startswith("desk.")}
        for language in Language
    )
    assert vi.keys() == en.keys()
    for key, text in vi.items():
        fields = [
            {name for _, name, _, _ in Formatter().parse(one) if name} for one in (text, en[key])
        ]
        assert fields[0] == fields[1], key
    written = {
        *(f"desk.coach.{doubt}" for doubt in Doubt),
        *(f"desk.status.{status}" for status in Status),
        *(f"desk.outcome.{outcome}" for outcome in Outcome),
        *(f"desk.turn.{whose}" for whose in Whose),
        *(f"desk.role.{role}" for role in Role),
        *(f"desk.list.{name}" for name in desk_facets.QUICK),
        *(f"desk.search.in.{where}" for where in Where),
        *(f"desk.search.box.{name}" for name in (*Facet, SORT)),
        *(f"desk.search.due.{due}" for due in Due),
        *(f"desk.search.age.{age}" for age in Age),
        *(f"desk.search.sort.{sort}" for sort in Sort),
        *(f"desk.search.holder.{holder}" for holder in (MINE, NOBODY)),
        f"desk.search.danger.{DANGER}",
        *(f"desk.join.{weak}" for weak in Weakness),
        *(f"desk.tip.{at}{end}" for at in ("ask", "answer", "close") for end in ENDS),
        *(f"desk.entry.{kind}" for kind in set(Kind) - {Kind.TOLD}),
        *(f"desk.trouble.{trouble}" for trouble in Trouble),
        *(f"desk.alarms.path.{path}" for path in AlarmPath),
        *(f"desk.alarms.todo.{path}" for path in AlarmPath),
        *(f"desk.bell.trouble.{trouble}" for trouble in NotRung),
        *(f"desk.chat.press_{name}" for name in (*Offer, READ, *OF_DRAFTS)),
        *(f"desk.entry.{kind}_nameless" for kind in (Kind.QUESTION, Kind.ANSWER, Kind.CLOSING)),
        f"desk.entry.{Kind.POLICE_ASKED}_nameless",
        *(f"desk.entry.{kind}_nameless" for kind in (Kind.IDENTITY_READ, Kind.NOTE)),
        *(f"desk.tip.{kind}" for kind in FILES),
        *TEXTS_OF_NUMBERS,
        *(f"desk.audit.act.{act}" for act in Act),
        *(f"desk.export.authority.{authority}" for authority in Authority),
        *(f"desk.export.reason.{reason}" for reason in Reason),
        *(f"desk.export.{name}" for name in ("number", "what", "words", "day")),
        *(f"desk.export.worker_{kind}" for kind in ("story", "addition", "photo", "closing")),
        *(f"desk.export.unit_{kind}" for kind in ("question", "answer", "photo", "closing")),
        *(f"desk.audit.{name}" for name in desk_log._COLUMNS),
        *(f"desk.pass.because.{each}" for each in (*PassReason, *ReturnReason)),
        *(f"desk.pass.no.{each}" for each in set(Why) - {Why.NOT_YOURS}),
        *(f"desk.police.because.{each}" for each in ReleaseReason),
        *(f"desk.police.stage.{each}" for each in Stage),
        *(f"desk.agreement.standing.{each}" for each in Standing),
        *(f"desk.agreement.no.{each}" for each in {*Flaw, *Kept} - {Kept.DONE}),
        *(f"desk.reply.template.field.{each}" for each in Field),
        *(f"desk.reply.set.{each}" for each in READY),
        *(f"desk.life.move.{move}" for move in telling.MOVES),
        *(f"desk.life.words.{language}" for language in Language),
        *(f"desk.entry.unit_{kind}" for kind in (Kind.PHOTO, Kind.DOCUMENT)),
        *(f"desk.entering.hides.{each}" for each in Exclusion),
        *(f"desk.entering.consent.{each}" for each in ("yes", "no", "never")),
        *(f"desk.clock.{notice}" for notice in Notice),
        *(f"desk.clock.day.{day}" for day in range(7)),
        *(f"desk.clock.time.{name}" for name in BOUNDS),
        *(f"desk.clock.no.{fault}" for fault in Fault),
        *(f"desk.edit.told.{name}.{each}" for name in TOLD for each in ("yes", "no")),
    }
    unused = [key for key in vi.keys() - written if f'"{key}"' not in CODE and not _by_end(key)]
    assert not unused, sorted(unused)
    assert written <= vi.keys()


TOLD = ("inside_company", "at_once")
OF_DRAFTS = ("send", "send_plain", "edit", "correct", "take_back")
ENDS = ("", "_label", "_hint")
NO = ("desk.reply.no", "desk.reply.template.no")
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("bot", "handlers")
    for path in sorted(Path(folder).rglob("*"))
    if path.suffix in {".py", ".html"}
)


def _by_end(key: str) -> bool:
    """Refusals and what was done are named by their last word in the code."""
    start, _, end = key.rpartition(".")
    # An f-string of the code, or a joining in a template, that is made for all of its neighbours.
    if f'f"{start}.{{' in CODE or f'"{start}." ~' in CODE:
        return True
    if start == "desk.people.done" and end in {Act.GRANTED, Act.REVOKED}:
        return True
    made = start in {"desk.no", "desk.people.no", "desk.chat", *NO}
    return made and any(
        written in CODE for written in (f'("{end}"', f'"{end}" if', f'= "{end}"', f'else "{end}"')
    )


async def test_nobody_is_made_to_read_for_the_union_and_the_police(one: World) -> None:
    police = Unit("police", "north", UnitKind.POLICE, "Công an phường")
    async with one.made.write() as tx:
        await units.import_all(tx, (*UNITS, police), at_once=True)
    await add(one.made, "qt", ("root", Role.ADMINISTRATOR))
    member, _ = await add(one.made, "mot", ("north", Role.OFFICER))
    browser = await one.at_desk("qt")
    await browser.get("/desk/nguoi")
    form = {"guard": browser.guard, "do": "grant", "member": member.id.hex()}
    await browser.post("/desk/nguoi", form | {"unit": "police", "role": "officer"})
    assert "Không ai vừa đọc tin cho công đoàn vừa đọc cho công an" in browser.words
    async with one.made.read() as tx:
        assert await staff.units_read_by(tx, member.id) == frozenset({"north"})


async def test_a_boarding_house_group_gets_people_for_bulletins_and_no_desk(one: World) -> None:
    group = Unit("group", "north", UnitKind.BOARDING, "Tổ tự quản Ví Dụ")
    async with one.made.write() as tx:
        await units.import_all(tx, (*UNITS, group), at_once=True)
    await add(one.made, "bac", ("north", Role.ADMINISTRATOR))
    author, _ = await add(one.made, "viet", ("group", Role.AUTHOR))
    browser = await one.at_desk("bac")
    await browser.get("/desk/nguoi")
    base = {"guard": browser.guard, "unit": "group"}
    new = {"do": "add", "login": "moi", "name": "Người mới"}
    for fields in (
        {"do": "grant", "member": author.id.hex(), "role": "officer"},
        {**new, "role": "lead"},
        {"do": "group_code"},
    ):
        await browser.post("/desk/nguoi", base | fields)
        assert browser.status == 422
        assert "Tổ tự quản khu trọ không đọc tin" in browser.words
    await browser.post("/desk/nguoi", base | new | {"role": "approver"})
    assert browser.status == 200
    await browser.post(
        "/desk/nguoi", base | {"do": "grant", "member": author.id.hex(), "role": "approver"}
    )
    assert browser.status == 200
