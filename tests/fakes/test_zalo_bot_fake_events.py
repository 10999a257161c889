"""The fake Zalo hands events over as the platform does: by polls and by webhooks (F5-F7, F13)."""

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from tests.fakes.waiting import until
from tests.fakes.zalo_bot import (
    Clock,
    FakeZalo,
    Idle,
    Limits,
    Order,
    Secret,
)
from tests.fakes.zalo_bot_clients import Came, Raw, Receiver

SECRET = "k3-9aQ_long"


@pytest.fixture
async def clock() -> Clock:
    return Clock(running=False)


@pytest.fixture
async def zalo(clock: Clock) -> AsyncIterator[FakeZalo]:
    async with FakeZalo(clock=clock) as made:
        yield made


@pytest.fixture
async def raw(zalo: FakeZalo) -> AsyncIterator[Raw]:
    async with Raw(zalo.url, zalo.bot().token) as made:
        yield made


@pytest.fixture
async def hook(zalo: FakeZalo, raw: Raw) -> AsyncIterator[Receiver]:
    """A webhook that is set."""
    async with Receiver() as receiver:
        assert (await raw("setWebhook", url=receiver.url, secret_token=SECRET)).ok
        yield receiver


async def heard(receiver: Receiver, count: int) -> list[str]:
    """Wait until so many events came in; their words."""
    await until(lambda: len(receiver.events) >= count or None, 20, f"{count} events")
    return receiver.texts


# How polls behave (F5)


async def test_a_poll_gives_one_event_and_it_is_gone(zalo: FakeZalo, raw: Raw) -> None:
    one, other = zalo.person("Lan"), zalo.person("Hùng")
    for person, text in ((one, "a"), (other, "b"), (one, "c")):
        await person.say(text)
    got = [await raw("getUpdates", timeout=5) for _ in range(3)]
    assert [answer.result["message"]["text"] for answer in got] == ["a", "b", "c"]
    assert (await raw("getUpdates", timeout=0)).code == 408


async def test_an_idle_poll_lasts_as_long_as_asked_and_says_408(zalo: FakeZalo, raw: Raw) -> None:
    zalo.habits.poll_scale = 0.02
    for timeout in (5, "5"):
        begun = time.monotonic()
        answer = await raw("getUpdates", timeout=timeout)
        assert time.monotonic() - begun >= 5 * 0.02
        assert answer.body == {"ok": False, "error_code": 408, "description": "Request timeout"}
        assert answer.status == 200
    assert (await raw("getUpdates", timeout="soon")).code == 400


async def test_a_poll_without_a_timeout_waits_for_thirty_seconds(
    zalo: FakeZalo, raw: Raw, clock: Clock
) -> None:
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(raw("getUpdates"))
        await zalo.settled()
        clock.forward(29)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(poll), 0.1)
        clock.forward(1)
    assert poll.result().code == 408


async def test_a_waiting_poll_wakes_for_what_arrives(zalo: FakeZalo, raw: Raw) -> None:
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(raw("getUpdates", timeout=30))
        await zalo.settled()
        await zalo.person("Lan").say("đây")
    assert poll.result().result["message"]["text"] == "đây"


async def test_of_two_polls_the_first_is_sent_away_early(zalo: FakeZalo, raw: Raw) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(raw("getUpdates", timeout=30))
        await zalo.settled()
        second = group.create_task(raw("getUpdates", timeout=30))
        assert (await first).code == 408
        await zalo.person("Lan").say("cho người sau")
    assert second.result().result["message"]["text"] == "cho người sau"


async def test_a_poll_that_its_client_gives_up_takes_nothing(zalo: FakeZalo, raw: Raw) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(raw("getUpdates", timeout=30), 0.1)
    await until(lambda: None if zalo.is_polled() else True, 5, "the poll to be given up")
    await zalo.person("Lan").say("còn đây")
    assert (await raw("getUpdates", timeout=5)).result["message"]["text"] == "còn đây"


async def test_polls_wait_in_vain_while_a_webhook_is_set(
    zalo: FakeZalo, raw: Raw, hook: Receiver
) -> None:
    hook.status = 500
    zalo.habits.delivery.tries = 1000
    zalo.habits.poll_scale = 0.05
    await zalo.person("Lan").say("ai nghe?")
    begun = time.monotonic()
    assert (await raw("getUpdates", timeout=2)).code == 408
    assert time.monotonic() - begun >= 0.1
    assert (await raw("deleteWebhook")).ok
    await until(lambda: None if hook.under_way else True, 5, "the delivery to end")
    assert (await raw("getUpdates", timeout=100)).result["message"]["text"] == "ai nghe?"


async def test_a_poll_that_is_open_when_a_webhook_is_set_gets_nothing_more(
    zalo: FakeZalo, raw: Raw
) -> None:
    zalo.habits.poll_scale = 0.1
    async with Receiver() as receiver, asyncio.TaskGroup() as group:
        poll = group.create_task(raw("getUpdates", timeout=3))
        await zalo.settled()
        await raw("setWebhook", url=receiver.url, secret_token=SECRET)
        await zalo.person("Lan").say("sang cửa khác")
        assert await heard(receiver, 1) == ["sang cửa khác"]
        assert (await poll).code == 408


async def test_polls_in_rapid_fire_get_the_page_of_the_proxy() -> None:
    limits = Limits(polls_per_second=3)
    async with FakeZalo(limits=limits) as zalo, Raw(zalo.url, zalo.bot().token) as raw:
        answers = [await raw("getUpdates", timeout=0) for _ in range(5)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].content_type == "text/html"
        assert b"429 Too Many Requests" in answers[-1].raw
        assert answers[-1].body is None
        assert (await raw("getMe")).ok


@pytest.mark.parametrize(
    ("idle", "result"), [(Idle.EMPTY, {}), (Idle.NULL, None)], ids=["empty", "null"]
)
async def test_an_idle_poll_may_be_a_success_without_anything(
    zalo: FakeZalo, raw: Raw, idle: Idle, result: object
) -> None:
    zalo.habits.idle = idle
    assert (await raw("getUpdates", timeout=0)).body == {"ok": True, "result": result}


async def test_an_update_may_come_in_a_list_but_still_alone(zalo: FakeZalo, raw: Raw) -> None:
    zalo.habits.in_array = True
    await zalo.person("Lan").say("a")
    await zalo.person("Lan").say("b")
    (first,) = (await raw("getUpdates", timeout=5)).result
    (second,) = (await raw("getUpdates", timeout=5)).result
    assert [first["message"]["text"], second["message"]["text"]] == ["a", "b"]


# Setting a webhook (F6, F7)


async def test_a_webhook_is_probed_and_told_of(zalo: FakeZalo, raw: Raw, clock: Clock) -> None:
    async with Receiver() as receiver:
        result = (await raw("setWebhook", url=receiver.url, secret_token=SECRET)).result
        now = round(clock() * 1000)
        assert (result["url"], result["updated_at"]) == (receiver.url, now)
        verification = result["verification"]
        assert verification.pop("latency_ms") >= 0
        assert verification == {
            "ok": True,
            "outcome": "webhook.ok",
            "status_code": 200,
            "hint": "",
        }
        assert [came.secret for came in receiver.came] == [SECRET]
        info = (await raw("getWebhookInfo")).result
        assert info == {"url": receiver.url, "updated_at": now}


async def test_a_probe_may_come_without_the_secret_and_an_answer_without_its_outcome(
    zalo: FakeZalo, raw: Raw
) -> None:
    zalo.habits.probe_has_secret = zalo.habits.verifies = False
    async with Receiver() as receiver:
        result = (await raw("setWebhook", url=receiver.url, secret_token=SECRET)).result
        assert set(result) == {"url", "updated_at"}
        assert [came.secret for came in receiver.came] == [None]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (403, "webhook.http.403"),
        (404, "webhook.http.404"),
        (503, "webhook.http.5xx"),
        (302, "webhook.http.other"),
        (204, "webhook.ok"),
    ],
)
async def test_a_webhook_is_kept_whatever_the_probe_says(
    zalo: FakeZalo, raw: Raw, status: int, outcome: str
) -> None:
    async with Receiver() as receiver:
        receiver.status = status
        answer = await raw("setWebhook", url=receiver.url, secret_token=SECRET)
        verification = answer.result["verification"]
        assert (verification["outcome"], verification["status_code"]) == (outcome, status)
        assert verification["ok"] is (status == 204)
        assert (await raw("getWebhookInfo")).result["url"] == receiver.url


async def test_a_probe_tells_names_handshakes_silence_and_shut_doors_apart(
    zalo: FakeZalo, raw: Raw
) -> None:
    async with Receiver() as receiver:
        zalo.names["tips.vidu.vn"] = receiver.port
        zalo.habits.delivery.timeout_seconds = 0.1
        never = asyncio.Event()

        async def hang(_: Came) -> int:
            await never.wait()
            return 200

        receiver.answer = hang
        outcomes = []
        for url in (
            "https://khong-co.vidu.vn/x",
            "https://tips.vidu.vn/x",
            "http://127.0.0.1:1/x",
            receiver.url,
        ):
            answer = await raw("setWebhook", url=url, secret_token=SECRET)
            outcomes.append(answer.result["verification"]["outcome"])
            assert (await raw("getWebhookInfo")).result["url"] == url
        never.set()
    assert outcomes == [f"webhook.err.{kind}" for kind in ("dns", "tls", "conn", "timeout")]


async def test_a_webhook_needs_both_parameters_and_a_secret_of_some_length(raw: Raw) -> None:
    url = "http://127.0.0.1:1/x"
    answers = [
        await raw("setWebhook", secret_token=SECRET),
        await raw("setWebhook", url=url),
        await raw("setWebhook", url=url, secret_token="1234567"),
        await raw("setWebhook", url=url, secret_token="x" * 257),
    ]
    assert [answer.code for answer in answers] == [400] * 4
    assert (await raw("getWebhookInfo")).code == 404
    for secret in ("12345678", "x" * 256):
        assert (await raw("setWebhook", url=url, secret_token=secret)).ok


@pytest.mark.parametrize(
    "url",
    [
        "http://tips.vidu.vn/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://127.9.9.9/x",
        "https://192.168.1.5/x",
        "https://10.0.0.8/x",
        "http://127.0.0.1:8080/x",
        "ftp://tips.vidu.vn/x",
        "tips.vidu.vn",
        "https://[x",
        "https://",
    ],
)
async def test_the_strict_platform_takes_public_https_webhooks_only(
    zalo: FakeZalo, raw: Raw, url: str
) -> None:
    zalo.habits.local_allowed = False
    assert (await raw("setWebhook", url=url, secret_token=SECRET)).code == 400
    assert (await raw("getWebhookInfo")).code == 404
    assert (await raw("setWebhook", url="https://tips.vidu.vn/x", secret_token=SECRET)).ok


async def test_a_bot_that_never_had_a_webhook_says_not_found_and_later_an_empty_address(
    raw: Raw,
) -> None:
    answer = await raw("getWebhookInfo")
    assert answer.body == {"ok": False, "error_code": 404, "description": "Not Found"}
    for _ in range(2):
        assert (await raw("deleteWebhook")).result["url"] == ""
    assert (await raw("getWebhookInfo")).code == 404
    await raw("setWebhook", url="http://127.0.0.1:1/x", secret_token=SECRET)
    for _ in range(2):
        deleted = (await raw("deleteWebhook")).result
        assert deleted["url"] == ""
        assert (await raw("getWebhookInfo")).result == deleted


async def test_a_webhook_can_be_tried_so_often_a_day(
    zalo: FakeZalo, raw: Raw, clock: Clock
) -> None:
    assert (await raw("testWebhook")).code == 404
    zalo.habits.tests_per_day = 2
    async with Receiver() as receiver:
        await raw("setWebhook", url=receiver.url, secret_token=SECRET)
        receiver.status = 403
        tried = [await raw("testWebhook") for _ in range(3)]
        assert [answer.result["outcome"] for answer in tried[:2]] == ["webhook.http.403"] * 2
        assert tried[2].body["errorCode"] == 426
        assert "error_code" not in tried[2].body
        clock.forward(24 * 3600)
        assert (await raw("testWebhook")).ok


# How webhooks are delivered to (F13)


async def test_deliveries_carry_the_secret_and_wrap_the_event(
    zalo: FakeZalo, hook: Receiver
) -> None:
    number = await zalo.person("Lan").say("một")
    await zalo.settled()
    (came,) = hook.events
    assert came.secret == SECRET
    assert came.body["ok"] is True
    assert came.body["result"]["message"]["message_id"] == number
    assert [(post.status, post.is_taken) for post in zalo.posts] == [(200, True)]


async def test_deliveries_may_come_unwrapped(zalo: FakeZalo, hook: Receiver) -> None:
    zalo.habits.delivery.wrapped = False
    await zalo.person("Lan").say("một")
    await zalo.person("Lan").unsupported(with_message=False)
    await zalo.settled()
    words, bare = hook.events
    assert words.body["event_name"] == "message.text.received"
    assert words.body["message"]["message_type"] == "CHAT_MESSAGE"
    assert bare.body == {"event_name": "message.unsupported.received"}


async def test_deliveries_may_come_with_a_wrong_secret_or_without_any(
    zalo: FakeZalo, hook: Receiver
) -> None:
    for secret in (Secret.WRONG, Secret.MISSING):
        zalo.habits.delivery.secret = secret
        await zalo.person("Lan").say("một")
        await zalo.settled()
    wrong, missing = hook.events
    assert wrong.secret not in (None, SECRET)
    assert len(str(wrong.secret)) == len(SECRET)
    assert missing.secret is None


async def test_a_delivery_that_is_not_taken_is_repeated_and_then_given_up(
    zalo: FakeZalo, hook: Receiver
) -> None:
    zalo.habits.delivery.waits_seconds = (0.03, 0.06)
    hook.status = 500
    await zalo.person("Lan").say("một")
    await zalo.settled()
    assert hook.texts == ["một"] * 3
    times = [came.seconds for came in hook.events]
    assert [later - sooner >= 0.03 for sooner, later in pairwise(times)] == [True, True]
    assert times[2] - times[1] >= 0.06
    assert [body["message"]["text"] for body in zalo.lost] == ["một"]
    hook.status = 200
    await zalo.person("Lan").say("hai")
    await zalo.settled()
    assert hook.texts == ["một"] * 3 + ["hai"]


async def test_a_delivery_is_repeated_until_it_is_taken(zalo: FakeZalo, hook: Receiver) -> None:
    statuses = iter([503, 403, 200])

    async def answer(_: Came) -> int:
        return next(statuses)

    hook.answer = answer
    await zalo.person("Lan").say("một")
    await zalo.settled()
    assert hook.texts == ["một"] * 3
    assert zalo.lost == []


async def test_who_answers_too_slowly_is_cut_off_and_asked_again(
    zalo: FakeZalo, hook: Receiver
) -> None:
    assert zalo.habits.delivery.timeout_seconds == 2
    zalo.habits.delivery.timeout_seconds = 0.1
    gate = asyncio.Event()

    async def hang_once(_: Came) -> int:
        if len(hook.events) == 1:
            await gate.wait()
        return 200

    hook.answer = hang_once
    await zalo.person("Lan").say("một")
    await zalo.settled()
    gate.set()
    assert hook.texts == ["một", "một"]
    assert [(post.status, bool(post.error)) for post in zalo.posts] == [(0, True), (200, False)]


async def test_a_chat_keeps_its_order_and_chats_do_not_wait_for_each_other(
    zalo: FakeZalo, hook: Receiver
) -> None:
    gate = asyncio.Event()

    async def hold_the_first(came: Came) -> int:
        if came.text == "a1":
            await gate.wait()
        return 200

    hook.answer = hold_the_first
    one, other = zalo.person("Lan"), zalo.person("Hùng")
    for number in (1, 2, 3):
        await one.say(f"a{number}")
        await other.say(f"b{number}")
    texts = await heard(hook, 4)
    assert [text for text in texts if text.startswith("b")] == ["b1", "b2", "b3"]
    assert [text for text in texts if text.startswith("a")] == ["a1"]
    gate.set()
    await zalo.settled()
    assert [text for text in hook.texts if text.startswith("a")] == ["a1", "a2", "a3"]


async def test_a_chat_may_come_in_another_order(zalo: FakeZalo, hook: Receiver) -> None:
    zalo.habits.delivery.order = Order.REVERSED
    zalo.habits.delivery.delay_seconds = 0.1
    for text in ("một", "hai", "ba"):
        await zalo.person("Lan").say(text)
    await zalo.settled()
    assert hook.texts == ["ba", "hai", "một"]


async def test_in_any_order_but_all_together_a_chat_gets_one_event_at_a_time(
    zalo: FakeZalo, hook: Receiver
) -> None:
    zalo.habits.delivery.order = Order.REVERSED
    both, gate = asyncio.Event(), asyncio.Event()

    async def hold(_: Came) -> int:
        both.set()
        await gate.wait()
        return 200

    hook.answer = hold
    await zalo.person("Lan").say("một")
    await both.wait()
    await zalo.person("Lan").say("hai")
    await zalo.person("Hùng").say("ba")
    assert await heard(hook, 2) == ["một", "ba"]
    gate.set()
    await zalo.settled()
    assert hook.texts == ["một", "ba", "hai"]
    assert hook.most_under_way == 2


async def test_each_event_may_come_twice(zalo: FakeZalo, hook: Receiver) -> None:
    zalo.habits.delivery.copies = 2
    number = await zalo.person("Lan").say("một")
    await zalo.settled()
    assert [came.event["message"]["message_id"] for came in hook.events] == [number] * 2


async def test_what_was_delivered_long_ago_can_come_once_more(
    zalo: FakeZalo, hook: Receiver
) -> None:
    number = await zalo.person("Lan").say("một")
    await zalo.settled()
    zalo.repeat(number)
    await zalo.settled()
    assert [came.event["message"]["message_id"] for came in hook.events] == [number] * 2


async def test_deliveries_may_be_late(zalo: FakeZalo, hook: Receiver) -> None:
    zalo.habits.delivery.delay_seconds = 0.1
    begun = asyncio.get_running_loop().time()
    await zalo.person("Lan").say("một")
    await zalo.settled()
    assert hook.events[0].seconds - begun >= 0.1


async def test_a_hundred_events_come_at_once(zalo: FakeZalo, hook: Receiver) -> None:
    gate = asyncio.Event()

    async def hold(_: Came) -> int:
        await gate.wait()
        return 200

    hook.answer = hold
    zalo.habits.delivery.order = Order.AT_ONCE
    zalo.habits.delivery.timeout_seconds = 20
    for number in range(50):
        await zalo.person("Lan").say(f"{number}")
        await zalo.person(f"Người {number}").say(f"{number}")
    await heard(hook, 100)
    assert hook.most_under_way == 100
    gate.set()
    await zalo.settled()
    assert len(hook.events) == 100


async def test_what_waited_for_a_poll_goes_to_a_webhook_that_is_set_later(
    zalo: FakeZalo, raw: Raw
) -> None:
    await zalo.person("Lan").say("một")
    async with Receiver() as receiver:
        await raw("setWebhook", url=receiver.url, secret_token=SECRET)
        await zalo.settled()
        assert receiver.texts == ["một"]


async def test_bytes_are_posted_just_as_they_stand(zalo: FakeZalo, hook: Receiver) -> None:
    zalo.deliver(b'{"event_name": "x", "event_name": "y"}')
    await zalo.settled()
    assert [came.body for came in hook.events] == [{"event_name": "y"}]
