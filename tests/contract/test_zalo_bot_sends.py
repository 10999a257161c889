"""What Zalo's Bot Platform promises about what a bot sends."""

import unicodedata

import aiohttp
import pytest

from tests.contract.test_zalo_bot_calls import assert_refused
from tests.contract.zalo_bot_fake import JPEG
from tests.contract.zalo_bot_platform import Platform

NFD = unicodedata.normalize("NFD", "ế")


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


async def test_a_send_tells_a_number_and_the_time_in_milliseconds(platform: Platform) -> None:
    sent = [
        (await platform.call("sendMessage", chat_id=platform.chat, text=text)).result
        for text in ("Bạn muốn làm gì?\n1. Gửi tin báo\n0. Thoát", "👷🏽")
    ]
    assert all(isinstance(one["message_id"], str) and one["message_id"] for one in sent)
    assert sent[0]["message_id"] != sent[1]["message_id"]
    assert all(one["date"] > 10**12 for one in sent)


@pytest.mark.parametrize("unit", ["a", "ế", NFD, "😀"], ids=["letter", "nfc", "nfd", "emoji"])
async def test_a_text_has_at_most_2000_units_of_utf_16(platform: Platform, unit: str) -> None:
    full = unit * (2000 // units(unit)) + "a" * (2000 % units(unit))
    assert units(full) == 2000
    assert (await platform.call("sendMessage", chat_id=platform.chat, text=full)).ok
    answer = await platform.call("sendMessage", chat_id=platform.chat, text=f"{full}a")
    assert_refused(answer, 400)


async def test_an_empty_text_is_refused(platform: Platform) -> None:
    for text in ({}, {"text": ""}):
        answer = await platform.call("sendMessage", chat_id=platform.chat, **text)
        assert_refused(answer, 400)


async def test_a_chat_that_nobody_opened_is_refused(platform: Platform) -> None:
    answer = await platform.call("sendMessage", chat_id="0123456789abcdef0123", text="ai đó?")
    assert_refused(answer, 400)


async def test_several_sends_at_once_all_arrive(platform: Platform) -> None:
    sent = [
        await platform.call("sendMessage", chat_id=platform.chat, text=f"{number}")
        for number in range(10)
    ]
    assert len({answer.result["message_id"] for answer in sent}) == 10


async def test_typing_goes_well_without_a_result(platform: Platform) -> None:
    answer = await platform.call("sendChatAction", chat_id=platform.chat, action="typing")
    assert answer.body["ok"] is True
    assert "result" not in answer.body


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("", "The photo must not be empty"),
        ("data:image/png;base64,iVBORw0KGgo=", "The photo must start with http:// or https://"),
        ("iVBORw0KGgo=", "The photo must start with http:// or https://"),
        ("https://khong-co.invalid/a.jpg", "The photo URL is invalid"),
        ("https://127.0.0.1/a.jpg", "The photo URL is invalid"),
    ],
)
async def test_a_picture_that_is_no_public_address_is_refused_in_known_words(
    platform: Platform, photo: str, words: str
) -> None:
    answer = await platform.call("sendPhoto", chat_id=platform.chat, photo=photo)
    assert_refused(answer, 400)
    assert words in answer.description


async def test_an_uploaded_picture_is_refused_as_empty(platform: Platform) -> None:
    form = aiohttp.FormData({"chat_id": platform.chat})
    form.add_field("photo", JPEG, filename="a.jpg", content_type="image/jpeg")
    answer = await platform.ask("POST", "sendPhoto", data=form)
    assert_refused(answer, 400)
    assert "The photo must not be empty" in answer.description


async def test_a_public_picture_is_sent_with_its_caption(platform: Platform) -> None:
    answer = await platform.call(
        "sendPhoto", chat_id=platform.chat, photo=platform.photo_url, caption="Bản tin số 17"
    )
    assert answer.result["message_id"]
    assert answer.result["date"] > 10**12


async def test_a_voice_that_is_no_aac_is_refused(platform: Platform) -> None:
    url = "https://cdn.vidu.vn/1.mp3"
    answer = await platform.call("sendVoice", chat_id=platform.chat, voice_url=url)
    assert_refused(answer, 400)
