"""The fake Zalo keeps the wire of the Bot Platform: calls, sends, events, screens (F1-F4 …)."""

import asyncio
import json
import time
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.zalo_bot import Clock, FakeZalo, Fields, Habits, Idle, Person, Style
from tests.fakes.zalo_bot_clients import Answer, Raw

NOON = 1_795_237_200_000
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZalo]:
    async with FakeZalo(clock=Clock(running=False)) as made:
        yield made


@pytest.fixture
async def raw(zalo: FakeZalo) -> AsyncIterator[Raw]:
    async with Raw(zalo.url, zalo.bot().token) as made:
        yield made


@pytest.fixture
async def worker(zalo: FakeZalo, raw: Raw) -> Person:
    """Somebody whose chat the bot knows."""
    person = zalo.person("Lan")
    await person.say("xin chào")
    await raw("getUpdates", timeout=0)
    return person


async def message(raw: Raw) -> Any:
    """The message of the next event."""
    return (await raw("getUpdates", timeout=5)).result["message"]


# How a call may come (F1)


async def test_parameters_come_by_address_json_form_or_multipart(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    path = f"/bot{raw.token}/sendMessage"
    form = {"chat_id": worker.id, "text": "Chào"}
    parts = aiohttp.FormData(form, default_to_multipart=True)
    for verb in ("GET", "POST"):
        assert (await raw.ask(verb, path, params=form)).ok
        assert (await raw.ask(verb, path, json=form)).ok
        assert (await raw.ask(verb, path, data=form)).ok
    assert (await raw.ask("POST", path, data=parts)).ok
    assert [one.text for one in worker.sees()] == ["xin chào"] + ["Chào"] * 7
    calls = zalo.calls("sendMessage")
    assert {call.parameters["text"] for call in calls} == {"Chào"}
    assert [call.verb for call in calls] == ["GET"] * 3 + ["POST"] * 4
    assert [call.content_type for call in calls][3:] == [
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ]


async def test_parameters_of_the_body_and_the_address_are_merged(raw: Raw, worker: Person) -> None:
    answer = await raw.ask(
        "POST",
        f"/bot{raw.token}/sendMessage",
        params={"chat_id": worker.id, "text": "address"},
        json={"text": "body"},
    )
    assert answer.ok
    assert worker.sees()[-1].text == "body"


async def test_a_token_with_its_colon_escaped_is_the_same_token(raw: Raw) -> None:
    assert (await raw.ask("POST", f"/bot{raw.token.replace(':', '%3A')}/getMe")).ok


# What is refused before any method is run (F2)


async def test_a_token_that_is_no_bots_is_unauthorized(raw: Raw) -> None:
    for token in ("1:abc", f"{raw.token}x", "nonsense"):
        answer = await raw.ask("POST", f"/bot{token}/getMe", json={})
        assert answer.body == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize(
    "method", ["getme", "sendmessage", "GetUpdates", "sendDocument", "editMessageText", "getChat"]
)
async def test_a_method_that_does_not_exist_or_is_spelled_otherwise_is_not_found(
    raw: Raw, method: str
) -> None:
    answer = await raw(method)
    assert answer.status == 200
    assert answer.body == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_a_path_outside_of_every_bot_is_not_found(zalo: FakeZalo, raw: Raw) -> None:
    for path in ("/", "/getMe", f"/bot/{raw.token}/getMe", "/hooks"):
        assert (await raw.ask("POST", path)).code == 404
    assert zalo.strays == ["/", "/getMe", "/bot", "/hooks"]


async def test_a_body_that_is_no_json_object_is_a_bad_request(raw: Raw) -> None:
    headers = {"Content-Type": "application/json"}
    for body in ("{", "[1]", '"x"', "null"):
        answer = await raw.ask("POST", f"/bot{raw.token}/getMe", data=body, headers=headers)
        assert answer.code == 400
    assert (await raw.ask("POST", f"/bot{raw.token}/getMe", data="", headers=headers)).ok


async def test_errors_come_with_200_in_the_new_style_and_with_their_code_in_the_old() -> None:
    statuses: dict[Style, list[int]] = {}
    for style in Style:
        async with FakeZalo(style=style) as zalo, Raw(zalo.url, zalo.bot().token) as raw:
            answers = [
                await raw("getMe"),
                await raw("sendMessage"),
                await raw("magic"),
                await raw("getUpdates", timeout=0),
                await raw.ask("POST", "/bot1:x/getMe"),
            ]
            assert [answer.code for answer in answers] == [0, 400, 404, 408, 401]
            statuses[style] = [answer.status for answer in answers]
            assert [call.status for call in zalo.calls()] == statuses[style]
    assert statuses == {Style.NEW: [200] * 5, Style.LEGACY: [200, 400, 404, 408, 401]}


# Oddities of the envelope (F3)


async def test_a_success_may_carry_an_error_code_of_zero(zalo: FakeZalo, raw: Raw) -> None:
    assert "error_code" not in (await raw("getMe")).body
    zalo.habits.zero_codes = True
    answer = await raw("getMe")
    assert answer.body["error_code"] == 0
    assert answer.ok


async def test_an_error_code_may_be_a_string(zalo: FakeZalo, raw: Raw) -> None:
    zalo.habits.text_codes = zalo.habits.zero_codes = True
    assert (await raw("getUpdates", timeout=0)).body["error_code"] == "408"
    assert (await raw("getMe")).body["error_code"] == "0"


# Who the bot is (F4)


async def test_get_me_tells_the_same_identity_every_time(zalo: FakeZalo, raw: Raw) -> None:
    me = (await raw("getMe")).result
    assert me == (await raw("getMe")).result
    assert me == {
        "id": zalo.bot().id,
        "account_name": zalo.bot().account_name,
        "account_type": "BASIC",
        "can_join_groups": False,
    }


async def test_bots_differ_in_token_identity_and_chats(zalo: FakeZalo, raw: Raw) -> None:
    first, second = zalo.bot(), zalo.bot("Bot Hai")
    assert zalo.bot() is first
    assert zalo.bot("Bot Hai") is second
    person = zalo.person("Lan")
    await person.say("một")
    await person.say("hai", bot=second)
    async with Raw(zalo.url, second.token) as other:
        assert (await other("getMe")).result["id"] == second.id != first.id
        assert (await message(other))["text"] == "hai"
        assert (await message(raw))["text"] == "một"
        assert (await other("sendMessage", chat_id=person.id, text="vâng")).ok
    assert [one.text for one in person.sees()] == ["một"]
    assert [one.text for one in person.sees(second)] == ["hai", "vâng"]
    assert [call.bot for call in zalo.calls("sendMessage", bot=second)] == ["Bot Hai"]


# Sending words (F8)


async def test_a_message_is_told_by_number_and_milliseconds_and_stands_in_the_chat(
    raw: Raw, worker: Person
) -> None:
    sent = (await raw("sendMessage", chat_id=worker.id, text="Bạn muốn làm gì?\n1. Gửi tin")).result
    assert set(sent) == {"message_id", "date"}
    assert len(sent["message_id"]) == 20
    assert int(sent["message_id"], 16)
    assert sent["date"] == NOON
    seen = worker.sees()[-1]
    assert (seen.id, seen.text, seen.date_ms) == (
        sent["message_id"],
        "Bạn muốn làm gì?\n1. Gửi tin",
        NOON,
    )
    assert not seen.is_mine


async def test_numbers_rise_over_all_chats(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    other = zalo.person("Hùng")
    await other.say("alô")
    await raw("sendMessage", chat_id=worker.id, text="một")
    await raw("sendMessage", chat_id=other.id, text="hai")
    numbers = [one.number for one in (*worker.sees(), *other.sees())]
    assert sorted(numbers) == [numbers[0], numbers[2], numbers[1], numbers[3]]
    assert len(set(numbers)) == 4


async def refusal(raw: Raw, method: str, **parameters: Any) -> Answer:
    """The answer to a call that must not go well."""
    answer = await raw(method, **parameters)
    assert not answer.ok, answer.body
    return answer


async def test_a_message_without_chat_is_refused_in_the_known_words(raw: Raw) -> None:
    for chat in ({}, {"chat_id": ""}, {"chat_id": None}):
        answer = await refusal(raw, "sendMessage", text="x", **chat)
        assert answer.body == {
            "ok": False,
            "error_code": 400,
            "description": "Bad request: The chat_id must not be empty",
        }


NFD = unicodedata.normalize("NFD", "ế")


@pytest.mark.parametrize("unit", ["a", "ế", NFD, "😀", "👩‍🏭"])
async def test_a_text_has_at_most_2000_utf_16_units(raw: Raw, worker: Person, unit: str) -> None:
    size = len(unit.encode("utf-16-le")) // 2
    full = unit * (2000 // size) + "a" * (2000 % size)
    assert (await raw("sendMessage", chat_id=worker.id, text=full)).ok
    answer = await refusal(raw, "sendMessage", chat_id=worker.id, text=f"{full}a")
    assert answer.code == 400
    assert worker.sees()[-1].text == full
    assert len(worker.sees()) == 2


async def test_an_empty_text_is_refused(raw: Raw, worker: Person) -> None:
    for text in ({}, {"text": ""}):
        answer = await refusal(raw, "sendMessage", chat_id=worker.id, **text)
        assert answer.description == "Bad request: The text must not be empty"


async def test_only_two_parse_modes_are_known(raw: Raw, worker: Person) -> None:
    for mode in ("markdown", "html"):
        assert (await raw("sendMessage", chat_id=worker.id, text="x", parse_mode=mode)).ok
    assert [one.post.parse_mode for one in worker.sees()[1:]] == ["markdown", "html"]
    for mode in ("MarkdownV2", "HTML"):
        answer = await refusal(raw, "sendMessage", chat_id=worker.id, text="x", parse_mode=mode)
        assert answer.code == 400


async def test_styles_lie_inside_the_text_counted_in_utf_16(raw: Raw, worker: Person) -> None:
    text = "😀 Tin"  # six units
    for styles in (
        [{"start": 0, "len": 6, "st": ["b", "c_db342e"]}],
        json.dumps([{"start": 3, "len": 3, "st": ["i"]}]),
    ):
        assert (await raw("sendMessage", chat_id=worker.id, text=text, text_styles=styles)).ok
    for start, length, names in ((0, 7, ["b"]), (6, 1, ["b"]), (-1, 2, ["b"]), (0, 0, ["b"])):
        styles = [{"start": start, "len": length, "st": names}]
        await refusal(raw, "sendMessage", chat_id=worker.id, text=text, text_styles=styles)
    for wrong in ("x", {"start": 0}, [{"start": 0, "len": 1, "st": ["bold"]}], [1]):
        await refusal(raw, "sendMessage", chat_id=worker.id, text=text, text_styles=wrong)
    wild = [{"start": 90, "len": 1, "st": ["b"]}]
    assert (
        await raw(
            "sendMessage", chat_id=worker.id, text=text, text_styles=wild, parse_mode="markdown"
        )
    ).ok


async def test_a_chat_where_nobody_wrote_is_refused_with_a_code_of_choice(
    zalo: FakeZalo, raw: Raw
) -> None:
    stranger = zalo.person("Không ai")
    for chat in (stranger.id, "0" * 20):
        assert (await refusal(raw, "sendMessage", chat_id=chat, text="x")).code == 400
    zalo.habits.unknown_chat_code = 403
    assert (await refusal(raw, "sendMessage", chat_id=stranger.id, text="x")).code == 403
    assert stranger.sees() == []


async def test_who_blocks_the_bot_gets_nothing_until_they_write_again(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    await worker.block()
    zalo.habits.blocked_code = 403
    assert (await refusal(raw, "sendMessage", chat_id=worker.id, text="x")).code == 403
    assert (await raw("getUpdates", timeout=0)).code == 408
    await worker.say("tôi đây")
    assert (await raw("sendMessage", chat_id=worker.id, text="y")).ok
    assert [one.text for one in worker.sees()] == ["xin chào", "tôi đây", "y"]


# What else can be sent (F10)


async def test_a_voice_must_be_an_aac_address(raw: Raw, worker: Person) -> None:
    assert (await raw("sendVoice", chat_id=worker.id, voice_url="https://cdn.vidu.vn/1.aac")).ok
    assert worker.sees()[-1].kind == "voice"
    for url in ("https://cdn.vidu.vn/1.mp3", "1.aac", ""):
        await refusal(raw, "sendVoice", chat_id=worker.id, voice_url=url)
    assert len(worker.sees()) == 2


async def test_a_voice_for_a_group_goes_well_and_arrives_nowhere(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    await worker.says_in_group("Tổ 3", "@Bot ơi")
    group = worker.group("Tổ 3")
    assert (await raw("sendVoice", chat_id=group.id, voice_url="https://cdn.vidu.vn/1.aac")).result
    assert (await raw("sendMessage", chat_id=group.id, text="Hãy nhắn riêng")).ok
    assert [one.text for one in worker.sees(group="Tổ 3")] == ["@Bot ơi", "Hãy nhắn riêng"]


async def test_typing_is_good_without_a_result(raw: Raw, worker: Person) -> None:
    answer = await raw("sendChatAction", chat_id=worker.id, action="typing")
    assert answer.body == {"ok": True}
    for action in ("upload_photo", "", "record"):
        await refusal(raw, "sendChatAction", chat_id=worker.id, action=action)
    await refusal(raw, "sendChatAction", chat_id="0" * 20, action="typing")
    assert len(worker.sees()) == 1


async def test_a_sticker_can_be_sent(raw: Raw, worker: Person) -> None:
    assert (await raw("sendSticker", chat_id=worker.id, sticker="0e07aa11bb22cc33dd44")).ok
    assert worker.sees()[-1].kind == "sticker"
    await refusal(raw, "sendSticker", chat_id=worker.id)


# What people can do (F12)


async def test_words_arrive_with_what_zalo_tells_and_nothing_more(zalo: FakeZalo, raw: Raw) -> None:
    worker = zalo.person("Lan", display_name="Nguyễn Thị Chim Mồi")
    number = await worker.say("Tôi muốn báo một việc")
    assert (await raw("getUpdates", timeout=5)).body == {
        "ok": True,
        "result": {
            "event_name": "message.text.received",
            "message": {
                "from": {
                    "id": worker.id,
                    "is_bot": False,
                    "display_name": "Nguyễn Thị Chim Mồi",
                },
                "chat": {"id": worker.id, "chat_type": "PRIVATE"},
                "text": "Tôi muốn báo một việc",
                "message_id": number,
                "date": NOON,
            },
        },
    }
    assert len(worker.id) == 20
    assert int(worker.id, 16)


@pytest.mark.parametrize(
    "text",
    [unicodedata.normalize("NFD", "Tôi bị đánh"), "a" * 2500, "👩‍🏭👍🏽 ok", "dòng\nhai", "\ud83d"],
    ids=["nfd", "long", "emoji", "lines", "half a pair"],
)
async def test_words_arrive_as_they_were_typed(zalo: FakeZalo, raw: Raw, text: str) -> None:
    await zalo.person("Lan").say(text)
    answer = await raw.ask("POST", f"/bot{raw.token}/getUpdates", json={"timeout": 5})
    body = json.loads(answer.raw.decode("utf-8", "surrogatepass"))
    assert body["result"]["message"]["text"] == text


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("photo_url", {"photo_url"}),
        ("photo", {"photo"}),
        (Fields.BOTH, {"photo", "photo_url"}),
    ],
)
async def test_a_picture_arrives_as_an_address_that_serves_it(
    zalo: FakeZalo, raw: Raw, fields: str, names: set[str]
) -> None:
    worker = zalo.person("Lan")
    await worker.photo(JPEG, "máy hỏng", fields)
    got = await message(raw)
    assert {name for name in got if name.startswith("photo")} == names
    assert got["caption"] == "máy hỏng"
    for name in names:
        assert got[name].startswith(f"{zalo.url}/")
        answer = await raw.ask("GET", got[name])
        assert (answer.status, answer.content_type, answer.raw) == (200, "image/jpeg", JPEG)
    assert [file.fetches for file in zalo.files] == [len(names)]
    seen = worker.sees()[0]
    assert (seen.photo, seen.text, seen.is_mine) == (got[names.pop()], "máy hỏng", True)


async def test_a_caption_may_be_empty_or_absent(zalo: FakeZalo, raw: Raw) -> None:
    await zalo.person("Lan").photo(JPEG)
    await zalo.person("Lan").photo(JPEG, None)
    empty, absent = await message(raw), await message(raw)
    assert empty["caption"] == ""
    assert "caption" not in absent


async def test_a_pictures_address_may_point_elsewhere(zalo: FakeZalo, raw: Raw) -> None:
    await zalo.person("Lan").photo(JPEG, redirect_to="http://127.0.0.1:1/inside")
    got = await message(raw)
    async with (
        aiohttp.ClientSession() as http,
        http.get(got["photo_url"], allow_redirects=False) as response,
    ):
        assert response.status == 302
        assert response.headers["Location"] == "http://127.0.0.1:1/inside"


async def test_stickers_voices_links_and_reactions_arrive_in_their_shapes(
    zalo: FakeZalo, raw: Raw
) -> None:
    worker = zalo.person("Lan")
    await worker.sticker()
    await worker.voice()
    await worker.link("https://vidu.vn/a", "xem này")
    await worker.link("https://vidu.vn/b")
    await worker.reaction()
    events = [(await raw("getUpdates", timeout=5)).result for _ in range(5)]
    assert [event["event_name"] for event in events] == [
        "message.sticker.received",
        "message.voice.received",
        "message.link.received",
        "message.link.received",
        "message.reaction.received",
    ]
    sticker, voice, link, bare, _ = (event["message"] for event in events)
    assert sticker["sticker"]
    assert (await raw.ask("GET", sticker["url"])).content_type == "image/png"
    assert voice["voice_url"].endswith(".aac")
    assert (await raw.ask("GET", voice["voice_url"])).content_type == "audio/aac"
    assert (link["url"], link["text"]) == ("https://vidu.vn/a", "xem này")
    assert "text" not in bare


async def test_what_is_unsupported_comes_with_a_message_or_without_any(
    zalo: FakeZalo, raw: Raw
) -> None:
    worker = zalo.person("Lan")
    await worker.unsupported()
    await worker.unsupported(with_message=False)
    first = (await raw("getUpdates", timeout=5)).result
    assert first["event_name"] == "message.unsupported.received"
    assert set(first["message"]) == {"from", "chat", "message_id", "date"}
    second = (await raw("getUpdates", timeout=5)).result
    assert second == {"event_name": "message.unsupported.received"}


async def test_of_a_protected_sender_nothing_but_the_sender_arrives(
    zalo: FakeZalo, raw: Raw
) -> None:
    worker = zalo.person("Em")
    await worker.is_protected(True)
    await worker.say("bí mật")
    await worker.photo(JPEG, "bí mật")
    for _ in range(2):
        answer = await raw("getUpdates", timeout=5)
        assert answer.result["event_name"] == "message.unsupported.received"
        assert answer.result["message"]["chat"]["id"] == worker.id
        assert "bí mật" not in answer.raw.decode()
    await worker.is_protected(False)
    await worker.say("nghe rồi")
    assert (await message(raw))["text"] == "nghe rồi"
    assert [one.text for one in worker.sees()] == ["bí mật", "bí mật", "nghe rồi"]


async def test_words_in_a_group_come_from_the_group(zalo: FakeZalo, raw: Raw) -> None:
    one, other = zalo.person("Lan"), zalo.person("Hùng")
    await one.says_in_group("Tổ 3", "@Bot giúp")
    await other.says_in_group("Tổ 3", "@Bot với")
    first, second = await message(raw), await message(raw)
    assert first["chat"] == second["chat"] == {"id": one.group("Tổ 3").id, "chat_type": "GROUP"}
    assert [first["from"]["id"], second["from"]["id"]] == [one.id, other.id]
    assert one.id != first["chat"]["id"]
    await raw("sendMessage", chat_id=first["chat"]["id"], text="Hãy nhắn riêng")
    assert (await other.hears("nhắn riêng", group="Tổ 3")).text == "Hãy nhắn riêng"
    assert one.sees() == []


async def test_the_bots_own_words_may_come_back(zalo: FakeZalo, raw: Raw) -> None:
    worker = zalo.person("Lan")
    await worker.echo("Chào bạn")
    await worker.echo("Chào bạn", is_marked=False)
    marked, bare = await message(raw), await message(raw)
    assert marked["from"]["is_bot"] is True
    assert bare["from"]["is_bot"] is False
    assert marked["from"]["id"] == bare["from"]["id"] == zalo.bot().id
    assert marked["chat"]["id"] == worker.id


async def test_payloads_may_be_old_nameless_or_count_in_seconds(zalo: FakeZalo, raw: Raw) -> None:
    worker = zalo.person("Lan")
    zalo.habits.old_fields = zalo.habits.dates_in_seconds = True
    await worker.say("một")
    old = await message(raw)
    assert (old["from"]["name"], old["chat"]["type"]) == ("Lan", "PRIVATE")
    assert old["date"] == NOON // 1000
    zalo.habits.nameless = True
    await worker.say("hai")
    assert set((await message(raw))["from"]) == {"id", "is_bot"}


async def test_an_event_of_any_shape_and_any_bytes_can_be_delivered(
    zalo: FakeZalo, raw: Raw
) -> None:
    bodies: list[Any] = [
        {"event_name": "message.poll.received", "message": {"chat": {"id": "c1"}}},
        {"event_name": 7},
        [1, 2],
        "words",
    ]
    for body in bodies:
        zalo.deliver(body)
    zalo.deliver(b'{"ok": true, "resu')
    got = [await raw("getUpdates", timeout=5) for _ in range(5)]
    assert [answer.result for answer in got[:4]] == bodies
    assert (got[4].raw, got[4].body) == (b'{"ok": true, "resu', None)
    assert (await raw("sendMessage", chat_id="c1", text="ai đó?")).ok
    assert [post.text for post in zalo.chat("c1").posts] == ["ai đó?"]


async def test_what_was_delivered_can_be_repeated_by_number_or_body(
    zalo: FakeZalo, raw: Raw
) -> None:
    worker = zalo.person("Lan")
    number = await worker.say("một")
    first = (await raw("getUpdates", timeout=5)).result
    zalo.repeat(number)
    zalo.repeat([number, first])
    for _ in range(3):
        assert (await raw("getUpdates", timeout=5)).result == first
    with pytest.raises(AssertionError, match="no event carried"):
        zalo.repeat("0" * 20)
    assert len(worker.sees()) == 1


# What a test sees of it


async def test_hearing_waits_for_words_of_the_bot_newer_than_ones_own(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    await raw("sendMessage", chat_id=worker.id, text="Chào bạn")
    assert (await worker.hears("Chào")).text == "Chào bạn"
    old = worker.sees()[-1]
    await worker.say("Chào")
    with pytest.raises(AssertionError, match="waited"):
        await worker.hears("Chào", seconds=0.05)
    assert (await worker.hears("Chào", after=0)) == old
    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(worker.hears("lại"))
        await raw("sendMessage", chat_id=worker.id, text="Chào lại")
    assert hearing.result().number > old.number


async def test_it_is_settled_when_all_is_taken_and_a_poll_is_open_again(
    zalo: FakeZalo, raw: Raw
) -> None:
    worker, gate, polled = zalo.person("Lan"), asyncio.Event(), 0

    async def poll() -> None:
        nonlocal polled
        while polled < 3:
            answer = await raw("getUpdates", timeout=5)
            if answer.ok:
                polled += 1
                await gate.wait()
                chat = answer.result["message"]["chat"]["id"]
                await raw("sendMessage", chat_id=chat, text="vâng")

    with pytest.raises(AssertionError, match="to be taken"):
        await zalo.settled(seconds=0.02)
    async with asyncio.TaskGroup() as group:
        group.create_task(poll())
        await zalo.settled()
        await worker.say("một")
        with pytest.raises(AssertionError, match="to be taken"):
            await zalo.settled(seconds=0.05)
        gate.set()
        await zalo.settled()
        assert [one.text for one in worker.sees()] == ["một", "vâng"]
        await worker.say("hai")
        await zalo.settled()
        await worker.say("ba")
    assert [one.is_mine for one in worker.sees()] == [True, False] * 3


async def test_a_talk_of_sixty_messages_costs_less_than_a_second(zalo: FakeZalo, raw: Raw) -> None:
    worker = zalo.person("Lan")
    begun = time.process_time()
    for number in range(30):
        await worker.say(f"câu {number}")
        got = await message(raw)
        await raw("sendMessage", chat_id=got["chat"]["id"], text=f"đáp {number}")
        await worker.hears(f"đáp {number}")
    assert len(worker.sees()) == 60
    assert time.process_time() - begun < 1


async def test_two_fakes_with_habits_of_their_own_do_not_share_them() -> None:
    one, other = Habits(idle=Idle.EMPTY), Habits()
    one.delivery.copies = 2
    assert (other.idle, other.delivery.copies) == (Idle.TIMEOUT, 1)
    async with FakeZalo(habits=one) as zalo, Raw(zalo.url, zalo.bot().token) as raw:
        assert (await raw("getUpdates", timeout=0)).result == {}
