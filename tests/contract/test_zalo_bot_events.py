"""What Zalo's Bot Platform promises about polls, and about what people do."""

import time
from typing import Any

import pytest

from tests.contract.zalo_bot_platform import Platform
from tests.fakes.zalo_bot_clients import Answer

LONGEST_ID = 64


async def polled(platform: Platform) -> Any:
    """The next event, alone."""
    event = (await platform.call("getUpdates", timeout=30)).result
    assert isinstance(event, dict), "one update comes as one object"
    assert set(event) <= {"event_name", "message"}
    return event


def assert_idle(answer: Answer) -> None:
    """Nothing came, which is no failure."""
    assert answer.body == {"ok": False, "error_code": 408, "description": "Request timeout"}
    assert answer.status in (200, 408)


def assert_from_a_person(message: Any) -> None:
    """The fields of every private message."""
    for number in (message["message_id"], message["chat"]["id"], message["from"]["id"]):
        assert isinstance(number, str)
        assert 0 < len(number) <= LONGEST_ID
    assert message["from"]["id"] == message["chat"]["id"]
    assert message["from"]["is_bot"] is False
    assert message["chat"]["chat_type"].upper() == "PRIVATE"
    assert message["date"] > 10**12, "milliseconds"
    assert not {"username", "phone", "language_code"} & set(message["from"])


@pytest.mark.parametrize("asked", [2, "2"])
async def test_an_idle_poll_lasts_as_long_as_asked_and_says_408(
    platform: Platform, asked: int | str
) -> None:
    begun = time.monotonic()
    answer = await platform.call("getUpdates", timeout=asked)
    assert time.monotonic() - begun >= 2 * platform.second * 0.95
    assert_idle(answer)


async def test_each_poll_gives_one_update_and_reading_consumes_it(platform: Platform) -> None:
    await platform.hand.says("một")
    await platform.hand.says("hai")
    events = [await polled(platform), await polled(platform)]
    assert [event["event_name"] for event in events] == ["message.text.received"] * 2
    assert [event["message"]["text"] for event in events] == ["một", "hai"]
    assert events[0]["message"]["message_id"] != events[1]["message"]["message_id"]
    for _ in range(2):
        assert_idle(await platform.call("getUpdates", timeout=1))


async def test_words_tell_who_where_and_when(platform: Platform) -> None:
    await platform.hand.says("Tôi muốn báo một việc 👷🏽")
    message = (await polled(platform))["message"]
    assert_from_a_person(message)
    assert message["text"] == "Tôi muốn báo một việc 👷🏽"
    await platform.note(f"TEST_ZALO_CHAT for this chat is {message['chat']['id']}")


@pytest.mark.parametrize("caption", ["", "máy hỏng"])
async def test_a_picture_comes_as_an_address_that_can_be_fetched(
    platform: Platform, caption: str
) -> None:
    await platform.hand.sends_photo(caption)
    event = await polled(platform)
    assert event["event_name"] == "message.image.received"
    message = event["message"]
    assert_from_a_person(message)
    url = message.get("photo_url") or message.get("photo")
    assert url.startswith(("https://", "http://"))
    assert (message.get("caption") or "") == caption
    await platform.note(f"the picture's fields: {sorted(message)}")
    for _ in range(2):
        answer = await platform.fetch(url)
        assert (answer.status, answer.content_type.partition("/")[0]) == (200, "image")


async def test_a_voice_message_comes_as_an_address(platform: Platform) -> None:
    await platform.hand.sends_voice()
    event = await polled(platform)
    assert event["event_name"] == "message.voice.received"
    assert event["message"]["voice_url"].endswith(".aac")


async def test_a_sticker_comes_as_a_sticker(platform: Platform) -> None:
    await platform.hand.sends_sticker()
    event = await polled(platform)
    assert event["event_name"] == "message.sticker.received"
    assert event["message"]["sticker"]


async def test_a_document_comes_as_something_unsupported(platform: Platform) -> None:
    await platform.hand.sends_document()
    event = await polled(platform)
    assert event["event_name"] == "message.unsupported.received"
    message = event.get("message") or {}
    assert not {"text", "photo", "photo_url", "url"} & set(message)


async def test_nothing_is_sent_to_somebody_who_blocks_the_bot(platform: Platform) -> None:
    await platform.hand.blocks()
    try:
        answer = await platform.call("sendMessage", chat_id=platform.chat, text="ai đó?")
        assert not answer.ok
        await platform.note(f"who blocks: {answer.code} {answer.description!r}")
        assert_idle(await platform.call("getUpdates", timeout=1))
    finally:
        await platform.hand.unblocks()
    assert (await platform.call("sendMessage", chat_id=platform.chat, text="vâng")).ok
