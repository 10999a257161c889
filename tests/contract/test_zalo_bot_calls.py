"""What Zalo's Bot Platform promises about calls: the envelope, errors, who the bot is, webhooks."""

from typing import Any

import aiohttp
import pytest

from tests.contract.zalo_bot_platform import Platform
from tests.fakes.zalo_bot_clients import Answer

SECRET = "k3-9aQ_longrandom"


def assert_refused(answer: Answer, code: int) -> None:
    """An error says so in its body, with HTTP 200 or with its own code."""
    assert isinstance(answer.body, dict)
    assert answer.body["ok"] is False
    assert answer.code == code, answer.description
    assert answer.description
    assert answer.status in (200, code)
    assert "result" not in answer.body


async def test_the_bot_says_who_it_is_in_zalos_own_shape(platform: Platform) -> None:
    answer = await platform.call("getMe")
    assert answer.status == 200
    me = answer.result
    assert me["id"]
    assert isinstance(me["id"], str)
    assert isinstance(me["account_name"], str)
    assert isinstance(me["can_join_groups"], bool)
    assert not {"username", "first_name", "is_bot"} & set(me)


async def test_a_wrong_token_is_unauthorized(platform: Platform) -> None:
    assert_refused(await platform.ask("POST", "getMe", token="1:wrong", json={}), 401)


@pytest.mark.parametrize(
    "method",
    [
        "getme",
        "sendDocument",
        "sendLocation",
        "editMessageText",
        "deleteMessage",
        "forwardMessage",
        "answerCallbackQuery",
        "getChat",
        "getFile",
        "setMyCommands",
    ],
)
async def test_what_telegram_has_and_zalo_has_not_is_not_found(
    platform: Platform, method: str
) -> None:
    answer = await platform.call(method)
    assert_refused(answer, 404)
    assert answer.description == "Not Found"


async def test_a_message_without_a_chat_is_refused_in_known_words(platform: Platform) -> None:
    answer = await platform.call("sendMessage", text="x")
    assert_refused(answer, 400)
    assert answer.description == "Bad request: The chat_id must not be empty"


async def test_a_body_that_is_no_json_is_a_bad_request(platform: Platform) -> None:
    headers = {"Content-Type": "application/json"}
    assert_refused(await platform.ask("POST", "getMe", data="{", headers=headers), 400)


async def test_parameters_come_by_address_json_form_or_multipart(platform: Platform) -> None:
    typing = {"chat_id": platform.chat, "action": "typing"}
    forms: list[dict[str, Any]] = [
        {"params": typing},
        {"json": typing},
        {"data": typing},
        {"data": aiohttp.FormData(typing, default_to_multipart=True)},
    ]
    answers = [await platform.ask("POST", "sendChatAction", **form) for form in forms]
    answers.append(await platform.ask("GET", "sendChatAction", params=typing))
    assert [answer.ok for answer in answers] == [True] * 5


async def test_a_bot_without_a_webhook_is_not_found_or_has_an_empty_address(
    platform: Platform,
) -> None:
    answer = await platform.call("getWebhookInfo")
    if answer.ok:
        # Once it had one. A clean bot goes the other way.
        assert answer.result["url"] == ""
    else:
        assert_refused(answer, 404)
        assert answer.description == "Not Found"


async def test_a_webhook_that_is_not_there_can_be_taken_away(platform: Platform) -> None:
    for _ in range(2):
        assert (await platform.call("deleteWebhook")).result["url"] == ""


@pytest.mark.parametrize(
    "parameters",
    [
        {"secret_token": SECRET},
        {"url": "https://localhost/hook", "secret_token": SECRET},
        {"url": "https://127.0.0.1/hook", "secret_token": SECRET},
        {"url": "https://192.168.1.5/hook", "secret_token": SECRET},
        {"url": "https://10.0.0.8/hook", "secret_token": SECRET},
        {"url": "http://127.0.0.1:8080/hook", "secret_token": SECRET},
        {"url": "https://127.0.0.1/hook"},
        {"url": "https://127.0.0.1/hook", "secret_token": "1234567"},
    ],
)
async def test_a_webhook_inside_a_house_or_without_a_secret_is_refused_and_not_kept(
    platform: Platform, parameters: dict[str, str]
) -> None:
    assert_refused(await platform.call("setWebhook", **parameters), 400)
    info = await platform.call("getWebhookInfo")
    assert not info.ok or info.result["url"] == ""


async def test_a_webhook_is_kept_even_if_the_probe_fails_and_silences_polls(
    platform: Platform,
) -> None:
    url = platform.webhook_url
    try:
        answer = await platform.call("setWebhook", url=url, secret_token=SECRET)
        assert answer.result["url"] == url
        assert answer.result["updated_at"] > 10**12
        verification = answer.result.get("verification", {})
        assert str(verification.get("outcome", "webhook.")).startswith("webhook.")
        info = (await platform.call("getWebhookInfo")).result
        assert info["url"] == url
        assert SECRET not in str(info)
        assert_refused(await platform.call("getUpdates", timeout=2), 408)
    finally:
        await platform.call("deleteWebhook")
    assert (await platform.call("getWebhookInfo")).result["url"] == ""
