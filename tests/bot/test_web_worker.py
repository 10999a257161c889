"""The worker's talk on the page, as a browser without scripts uses it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from bs4 import Tag

from handlers.events import Chose, Command, Commanded, Looked, Said
from handlers.languages import Language
from handlers.screens import Accepts
from tests.bot.house import CODE, SCREENS, House
from tests.bot.visitor import Client, begun, cookie_of, hidden, page, press, text, visiting

STORY = "Cửa thoát hiểm bị khóa từ thứ hai."


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with visiting(house) as client:
        yield client


# --- before the talk --------------------------------------------------------------------------


async def test_looking_around_starts_no_talk_and_leaves_no_cookie(
    client: Client, house: House
) -> None:
    for address in ("/", "/ma", "/chuong", "/so-tay", "/quyen", "/quyen-rieng-tu", "/thoat"):
        answer = await client.get(address)
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
    assert house.chats == {}


async def test_opening_pages_without_end_is_asked_of_the_talk_once(
    client: Client, house: House
) -> None:
    for _ in range(20):
        await client.get("/chuong")
    assert len(house.forgotten) == 1


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/ma", "mã biên nhận"),
        ("/chuong", "20991"),
        ("/so-tay", "Sổ tay"),
        ("/quyen", "Quyền"),
        ("/quyen-rieng-tu", "Dữ liệu của bạn"),
    ],
)
async def test_a_page_with_an_address_shows_what_the_talk_shows(
    client: Client, address: str, words: str
) -> None:
    assert words in text(await page(await client.get(address)))


async def test_the_first_press_starts_a_talk_under_a_token_of_ours(
    client: Client, house: House
) -> None:
    client.session.cookie_jar.update_cookies({"tt": "A" * 43}, client.make_url("/"))
    shown = await begun(client)
    assert "không hỏi tên" in text(shown)
    assert cookie_of(client) not in {None, "A" * 43}
    assert list(house.chats) == [cookie_of(client)]


async def test_words_in_the_first_box_are_said(client: Client, house: House) -> None:
    await press(client, await page(await client.get("/")), words=STORY)
    assert house.only_chat().events == [Said(STORY)]


async def test_a_story_typed_beside_the_first_button_is_not_lost(
    client: Client, house: House
) -> None:
    await press(client, await page(await client.get("/")), words=STORY, choice="report")
    assert house.only_chat().events == [Chose("report"), Said(STORY)]


async def test_a_code_typed_on_its_own_page_opens_the_talk_there(
    client: Client, house: House
) -> None:
    await press(client, await page(await client.get("/ma")), words=CODE)
    assert house.only_chat().events == [Commanded(Command.CODE), Said(CODE)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("code", "mã biên nhận"),
        ("bell", "20991"),
        ("rights", "Quyền"),
        ("privacy", "Dữ liệu của bạn"),
        ("forget", "Xin chào"),
        ("handbook", "Sổ tay"),
        ("help", "Trợ giúp"),
        ("home", "Xin chào"),
    ],
)
@pytest.mark.parametrize("kind", ["choice", "command"])
async def test_a_visitor_may_look_at_every_page_by_its_button_without_a_talk(
    client: Client, house: House, kind: str, name: str, words: str
) -> None:
    shown = await press(client, await page(await client.get("/")), **{kind: name})
    assert words in text(shown)
    assert cookie_of(client) is None
    assert house.chats == {}


async def test_a_talk_that_is_forgotten_by_a_button_or_in_words_is_over(
    client: Client, house: House
) -> None:
    for fields in ({"command": "forget"}, {"choice": "forget"}, {"words": "/forget"}):
        await begun(client)
        house.go("story")
        shown = await press(client, await page(await client.get("/")), **fields)
        assert "forgotten" in text(shown)
        assert cookie_of(client) is None
        assert "csrf" not in hidden(shown)


async def test_an_empty_first_form_starts_nothing(client: Client, house: House) -> None:
    shown = await press(client, await page(await client.get("/")))
    assert "Xin chào" in text(shown)
    assert house.chats == {}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("ko,zh;q=0.9", "vi"),
        ("en;q=x,*;q=", "vi"),
        ("", "vi"),
    ],
)
async def test_the_browser_chooses_the_first_language(
    client: Client, header: str, language: str
) -> None:
    shown = await page(await client.get("/", headers={"Accept-Language": header}))
    assert shown.html is not None
    assert shown.html["lang"] == language


async def test_another_language_keeps_place_and_words_and_needs_no_cookie(
    client: Client, house: House
) -> None:
    shown = await press(client, await page(await client.get("/ma")), language="en", words="7K3M")
    assert shown.html is not None
    assert shown.html["lang"] == "en"
    assert hidden(shown) | {"at": "code", "lang": "en"} == hidden(shown)
    assert shown.select("input#words")[0]["value"] == "7K3M"
    assert cookie_of(client) is None
    await press(client, shown, words=CODE)
    assert house.only_chat().language is Language.EN


# --- in the talk ------------------------------------------------------------------------------


async def test_each_screen_is_a_form_with_its_turn_and_a_token(client: Client) -> None:
    first = hidden(await begun(client))
    second = hidden(await press(client, await page(await client.get("/")), choice="choice1"))
    assert (first["turn"], second["turn"]) == ("1", "2")
    assert first["csrf"] == second["csrf"]
    assert len(first["csrf"]) == 48


async def test_opening_the_page_again_shows_the_present_screen(client: Client) -> None:
    await begun(client)
    assert "không hỏi tên" in text(await page(await client.get("/")))


async def test_an_old_form_posted_again_acts_no_more_and_gives_its_words_back(
    client: Client, house: House
) -> None:
    old = await begun(client)
    await press(client, old, choice="choice1")
    before = list(house.only_chat().events)
    shown = await press(client, old, words=STORY)
    assert house.only_chat().events == before
    assert "Trang cũ." in text(shown)
    assert STORY in text(shown)


async def test_the_same_form_pressed_twice_acts_once_and_is_not_called_old(
    client: Client, house: House
) -> None:
    old = await begun(client)
    house.go("story")
    await press(client, old, words=STORY)
    shown = await press(client, old, words=STORY)
    assert house.only_chat().events == [Chose("report"), Said(STORY)]
    assert "Trang cũ." not in text(shown)
    assert STORY not in text(shown)


async def test_two_equal_posts_at_once_act_once(client: Client, house: House) -> None:
    shown = await begun(client)
    await asyncio.gather(*(press(client, shown, choice="choice1") for _ in range(5)))
    assert house.only_chat().events == [Chose("report"), Chose("choice1")]


async def test_a_strange_form_is_refused_kindly_and_changes_nothing(
    client: Client, house: House
) -> None:
    fields = hidden(await begun(client)) | {"choice": "choice1"}
    for forged in ({"csrf": "0" * 48}, {"csrf": ""}, {"csrf": "ớ"}):
        answer = await client.post("/", data=fields | forged)
        assert answer.status == 403
        assert "không hỏi tên" in text(await page(answer))
    del fields["csrf"]
    assert (await client.post("/", data=fields)).status == 403
    assert house.only_chat().events == [Chose("report")]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("address", ["/", "/giu", "/thoat"])
async def test_a_form_on_another_site_reaches_nothing(
    client: Client, house: House, address: str, site: str
) -> None:
    shown = await begun(client)
    answer = await client.post(address, data=hidden(shown), headers={"Sec-Fetch-Site": site})
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers
    assert len(house.chats) == 1


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 43 + "\n", "../../etc", "ớ" * 43])
async def test_a_forged_cookie_is_nobody(client: Client, house: House, token: str) -> None:
    answer = await client.get("/", headers={"Cookie": f"tt={token!a}"})
    assert answer.status == 200
    assert "Xin chào" in text(await page(answer))
    assert house.chats == {}


async def test_a_talk_that_is_over_is_said_and_its_words_stay_in_the_box(
    client: Client, house: House
) -> None:
    shown = await begun(client)
    house.go("story")
    shown = await page(await client.get("/"))
    house.chats.clear()
    answer = await client.post("/", data=hidden(shown) | {"words": STORY})
    shown = await page(answer)
    assert answer.status == 200
    assert "Trang cũ." in text(shown)
    assert shown.select("textarea")[0].text.strip() == STORY
    assert cookie_of(client) is None
    await press(client, shown, words=STORY)
    assert house.only_chat().events == [Said(STORY)]


async def test_words_in_the_box_go_before_send(client: Client, house: House) -> None:
    await begun(client)
    house.go("story")
    shown = await page(await client.get("/"))
    await press(client, shown, words=STORY, choice="send")
    assert house.only_chat().events[1:] == [Said(STORY)]


async def test_words_beside_another_button_come_back(client: Client, house: House) -> None:
    await begun(client)
    house.go("story")
    shown = await press(client, await page(await client.get("/")), words=STORY, command="bell")
    assert house.only_chat().events[1:] == [Commanded(Command.BELL)]
    assert STORY in text(shown)
    assert hidden(shown)["carried"] == STORY
    house.go("story")
    shown = await press(client, shown, choice="back")
    assert shown.select("textarea")[0].text.strip() == STORY


async def test_a_page_with_an_address_is_a_turn_of_the_talk(client: Client, house: House) -> None:
    await begun(client)
    assert "20991" in text(await page(await client.get("/chuong")))
    assert house.only_chat().events == [Chose("report"), Commanded(Command.BELL)]


async def test_the_page_without_scripts_shows_until_when_the_draft_is_kept(
    client: Client,
) -> None:
    # Twelve o'clock in Viet Nam and five minutes, and two hours.
    assert "Bản nháp giữ đến 14:05." in text(await begun(client))


async def test_who_is_still_writing_stays_and_the_next_press_counts(
    client: Client, house: House
) -> None:
    await begun(client)
    house.go("story")
    shown = await press(client, await page(await client.get("/")), stay="1", words=STORY)
    assert shown.select("textarea")[0].text.strip() == STORY
    shown = await press(client, shown, stay="1", words=STORY)
    await press(client, shown, words=STORY)
    assert house.only_chat().events == [Chose("report"), Looked(), Looked(), Said(STORY)]


async def test_what_people_write_is_never_markup(client: Client, house: House) -> None:
    await begun(client)
    house.go("story")
    nasty = "</textarea><script>alert(1)</script>{{ 7*7 }}{words}"
    answer = await client.post(
        "/", data=hidden(await page(await client.get("/"))) | {"words": nasty, "command": "bell"}
    )
    raw = await answer.text()
    assert "<script>alert" not in raw
    assert "{{ 7*7 }}{words}" in raw


@pytest.mark.parametrize(
    ("accepts", "wanted"),
    [
        (Accepts.WORDS, "textarea[name=words]"),
        (Accepts.PLACE, "input[name=words][spellcheck=false][autocorrect=off]"),
        (Accepts.CODE, "input[name=words][autocapitalize=characters][autocomplete=off]"),
        (
            Accepts.PICTURE,
            "form[enctype='multipart/form-data'] input[type=file][accept*='application/pdf']",
        ),
    ],
)
async def test_a_screen_has_the_input_that_it_waits_for(
    client: Client, house: House, accepts: Accepts, wanted: str
) -> None:
    await begun(client)
    house.go(next(place for place, shown in SCREENS.items() if shown.accepts is accepts))
    shown = await page(await client.get("/"))
    assert len(shown.select(wanted)) == 1


async def test_numbers_to_call_are_links_everywhere_and_in_warnings(
    client: Client, house: House
) -> None:
    await begun(client)
    house.go("danger")
    shown = await page(await client.get("/"))
    for number in ("113", "114", "115"):
        assert len(shown.select(f"aside a[href='tel:{number}']")) == 1
        assert len(shown.select(f"main a[href='tel:{number}']")) == 1


async def test_a_block_to_keep_comes_back_as_a_file(client: Client, house: House) -> None:
    await begun(client)
    house.go("review")
    shown = await page(await client.get("/"))
    form = shown.select_one("form.save")
    assert isinstance(form, Tag)
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input")}
    answer = await client.post("/giu", data=fields)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (await answer.text()).rstrip(" ") == f"Mã biên nhận: {CODE}\nSố chuông: 48213"
    assert (await client.post("/giu", data={"text": "x"})).status == 403
