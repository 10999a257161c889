"""The fake Zalo fails as the platform does: pictures, quotas, faults, and what its log keeps."""

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from tests.fakes import zalo_bot as fakes
from tests.fakes.zalo_bot import (
    Beyond,
    Clock,
    Cut,
    FakeZalo,
    Fault,
    Hang,
    Label,
    Limits,
    Person,
    Redirect,
    Refuse,
    Reset,
    Shut,
    Slow,
    Style,
    leaks,
)
from tests.fakes.zalo_bot_clients import Answer, Raw, Receiver

JPEG = b"\xff\xd8\xff\xe0 a picture"
PNG = b"\x89PNG a picture"
Page = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZalo]:
    async with FakeZalo() as made:
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


@pytest.fixture
async def cdn() -> AsyncIterator[Receiver]:
    """A server with pictures, good and bad."""
    async with Receiver() as receiver:
        receiver.pages = {
            "/a.jpg": served(JPEG, "image/jpeg"),
            "/a.png": served(PNG, "image/png"),
            "/a.html": served(b"<html>", "text/html"),
            "/empty.jpg": served(b"", "image/jpeg"),
            "/gone.jpg": served(JPEG, "image/jpeg", status=404),
            "/moved.jpg": moved,
            "/once.jpg": times(1),
            "/twice.jpg": times(2),
        }
        yield receiver


def served(data: bytes, kind: str, status: int = 200) -> Page:
    async def page(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=data, content_type=kind, status=status)

    return page


async def moved(_: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "/a.jpg"})


def times(most: int) -> Page:
    """A picture that is there only so often."""
    left = iter([200] * most)

    async def page(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=JPEG, content_type="image/jpeg", status=next(left, 410))

    return page


# Pictures that are sent (F9)


@pytest.mark.parametrize(
    ("name", "kind", "data"), [("a.jpg", "image/jpeg", JPEG), ("a.png", "image/png", PNG)]
)
async def test_a_sent_picture_is_fetched_three_times_and_stands_in_the_chat(
    zalo: FakeZalo, raw: Raw, worker: Person, cdn: Receiver, name: str, kind: str, data: bytes
) -> None:
    url = f"{cdn.root}/{name}"
    sent = (await raw("sendPhoto", chat_id=worker.id, photo=url, caption="Bản tin số 17")).result
    (picture,) = zalo.pictures
    assert [(one.verb, one.status, one.content_type) for one in picture.fetches] == [
        ("GET", 200, kind)
    ] * 3
    assert picture.data == data
    assert picture.post == sent["message_id"]
    seen = worker.sees()[-1]
    assert (seen.photo, seen.text, seen.is_mine) == (url, "Bản tin số 17", False)
    assert zalo.black_pictures == []


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("", "The photo must not be empty"),
        ("data:image/png;base64,iVBORw0KGgo=", "The photo must start with http:// or https://"),
        ("iVBORw0KGgo=", "The photo must start with http:// or https://"),
        ("ftp://cdn.vidu.vn/a.jpg", "The photo must start with http:// or https://"),
        ("https://upload.wikimedia.org/a.jpg", "The photo URL is invalid"),
        ("https://khong-co.vidu.vn/a.jpg", "The photo URL is invalid"),
        ("http://", "The photo URL is invalid"),
        ("http://[x", "The photo URL is invalid"),
        ("{cdn}/a.html", "The photo URL is invalid"),
        ("{cdn}/gone.jpg", "The photo URL is invalid"),
        ("{cdn}/empty.jpg", "The photo URL is invalid"),
        ("{cdn}/moved.jpg", "The photo URL is invalid"),
    ],
)
async def test_what_is_no_public_picture_is_refused_in_the_known_words(
    zalo: FakeZalo, raw: Raw, worker: Person, cdn: Receiver, photo: str, words: str
) -> None:
    answer = await raw("sendPhoto", chat_id=worker.id, photo=photo.replace("{cdn}", cdn.root))
    assert (answer.code, answer.description) == (400, f"Bad request: {words}")
    assert len(worker.sees()) == 1
    assert zalo.pictures == []


async def test_an_uploaded_picture_counts_as_none(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    form = aiohttp.FormData({"chat_id": worker.id})
    form.add_field("photo", JPEG, filename="a.jpg", content_type="image/jpeg")
    answer = await raw.ask("POST", f"/bot{raw.token}/sendPhoto", data=form)
    assert answer.description == "Bad request: The photo must not be empty"
    assert zalo.calls("sendPhoto")[0].files == {"photo": JPEG}


async def test_a_caption_has_at_most_2000_units(raw: Raw, worker: Person, cdn: Receiver) -> None:
    photo = f"{cdn.root}/a.jpg"
    for caption, code in (("😀" * 1000, 0), ("😀" * 1000 + "a", 400)):
        answer = await raw("sendPhoto", chat_id=worker.id, photo=photo, caption=caption)
        assert answer.code == code


@pytest.mark.parametrize(("name", "good"), [("once.jpg", 1), ("twice.jpg", 2)])
async def test_a_picture_that_is_gone_before_the_last_fetch_is_black(
    zalo: FakeZalo, raw: Raw, worker: Person, cdn: Receiver, name: str, good: int
) -> None:
    assert (await raw("sendPhoto", chat_id=worker.id, photo=f"{cdn.root}/{name}")).ok
    (picture,) = zalo.black_pictures
    assert [fetch.status for fetch in picture.fetches] == [200] * good + [410] * (3 - good)
    assert len(worker.sees()) == 2


async def test_a_picture_may_be_looked_for_again_much_later(
    zalo: FakeZalo, raw: Raw, worker: Person, cdn: Receiver
) -> None:
    assert (await raw("sendPhoto", chat_id=worker.id, photo=f"{cdn.root}/a.jpg")).ok
    await zalo.look_again()
    assert (len(zalo.pictures[0].fetches), zalo.black_pictures) == (4, [])
    cdn.pages["/a.jpg"] = served(b"", "text/plain", status=404)
    await zalo.look_again()
    assert [picture.is_black for picture in zalo.pictures] == [True]


async def test_a_picture_may_be_asked_for_by_head_too(
    zalo: FakeZalo, raw: Raw, worker: Person, cdn: Receiver
) -> None:
    zalo.habits.photo_fetches = ("HEAD", "GET")
    assert (await raw("sendPhoto", chat_id=worker.id, photo=f"{cdn.root}/a.jpg")).ok
    assert [fetch.verb for fetch in zalo.pictures[0].fetches] == ["HEAD", "GET"]
    assert zalo.black_pictures == []


async def test_the_strict_platform_fetches_from_public_hosts_only(
    zalo: FakeZalo, raw: Raw, worker: Person, cdn: Receiver
) -> None:
    zalo.habits.local_allowed = False
    zalo.names["cdn.vidu.vn"] = cdn.port
    for url in (f"{cdn.root}/a.jpg", f"http://localhost:{cdn.port}/a.jpg", "http://10.1.1.1/a.jpg"):
        answer = await raw("sendPhoto", chat_id=worker.id, photo=url)
        assert answer.description == "Bad request: The photo URL is invalid"
    assert (await raw("sendPhoto", chat_id=worker.id, photo="http://cdn.vidu.vn/a.jpg")).ok


# What is used up (F11)


async def told(zalo: FakeZalo, raw: Raw, person: Person, text: str = "tin") -> Answer:
    """Send somebody a message."""
    return await raw("sendMessage", chat_id=person.id, text=text)


async def test_of_the_user_above_the_limit_the_bot_never_hears() -> None:
    async with FakeZalo(limits=Limits()) as zalo, Raw(zalo.url, zalo.bot().token) as raw:
        people = [zalo.person(f"Người {number}") for number in range(51)]
        for person in people:
            await person.say("chào")
        await people[0].say("lại tôi")
        heard = 0
        while (await raw("getUpdates", timeout=0)).ok:
            heard += 1
        assert heard == 51
        assert (await told(zalo, raw, people[49])).ok
        assert (await told(zalo, raw, people[50])).code == 429
        assert [one.text for one in people[50].sees()] == ["chào"]


async def test_or_the_bot_hears_and_its_answers_are_refused() -> None:
    limits = Limits(users=2, beyond=Beyond.REFUSED)
    async with FakeZalo(limits=limits) as zalo, Raw(zalo.url, zalo.bot().token) as raw:
        people = [zalo.person(f"Người {number}") for number in range(3)]
        for person in people:
            await person.say("chào")
        assert [(await raw("getUpdates", timeout=0)).ok for _ in range(4)] == [True] * 3 + [False]
        assert [(await told(zalo, raw, person)).code for person in people] == [0, 0, 429]


async def test_users_are_counted_for_each_bot() -> None:
    async with FakeZalo(limits=Limits(users=1)) as zalo:
        other = zalo.bot(), zalo.bot("Bot Hai")
        await zalo.person("Lan").say("chào", bot=other[0])
        await zalo.person("Hùng").say("chào", bot=other[1])
        assert [len(bot.inbox.waiting) for bot in other] == [1, 1]


async def test_a_month_ends_in_viet_nam() -> None:
    clock = Clock(datetime(2026, 11, 30, 16, 59, tzinfo=UTC).timestamp(), running=False)
    async with (
        FakeZalo(clock=clock, limits=Limits()) as zalo,
        Raw(zalo.url, zalo.bot().token) as raw,
    ):
        worker = zalo.person("Lan")
        await worker.say("chào")
        zalo.bot().usage.spend(clock(), 2998)
        assert [(await told(zalo, raw, worker)).code for _ in range(3)] == [0, 0, 429]
        answer = await told(zalo, raw, worker)
        assert (answer.status, answer.description) == (200, "Quota exceeded")
        assert (await raw("sendChatAction", chat_id=worker.id, action="typing")).ok
        assert (
            await raw("sendVoice", chat_id=worker.id, voice_url="http://x.vn/1.aac")
        ).code == 429
        clock.forward(60)
        assert (await told(zalo, raw, worker)).ok
        assert dict(zalo.bot().usage.sends) == {"2026-11": 3000, "2026-12": 1}


async def test_what_is_refused_does_not_count() -> None:
    limits = Limits(messages_per_month=1)
    async with FakeZalo(limits=limits) as zalo, Raw(zalo.url, zalo.bot().token) as raw:
        worker = zalo.person("Lan")
        await worker.say("chào")
        assert (await told(zalo, raw, worker, "a" * 2001)).code == 400
        assert [(await told(zalo, raw, worker)).code for _ in range(2)] == [0, 429]


async def test_without_limits_nothing_is_limited(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    zalo.bot().usage.spend(zalo.clock(), 100_000)
    for number in range(60):
        await zalo.person(f"Người {number}").say("chào")
    assert (await told(zalo, raw, zalo.person("Người 59"))).ok


# What goes wrong on order (F14)


@pytest.mark.parametrize(
    ("fault", "status", "kind", "code"),
    [
        (fakes.unauthorized(), 200, "application/json", 401),
        (fakes.internal(), 200, "application/json", 403),
        (fakes.timed_out(), 200, "application/json", 408),
        (fakes.over_quota(), 200, "application/json", 429),
        (fakes.too_many(), 429, "text/html", 0),
        (fakes.bad_gateway(), 502, "text/html", 0),
        (fakes.nonsense(), 200, "application/json", 0),
        (Refuse(418, "teapot"), 200, "application/json", 418),
        (Redirect(), 302, "application/octet-stream", 0),
    ],
)
async def test_a_fault_strikes_once_and_nothing_is_done(
    zalo: FakeZalo, raw: Raw, worker: Person, fault: Fault, status: int, kind: str, code: int
) -> None:
    zalo.fail(fault, "sendMessage")
    assert (await raw("getMe")).ok
    answer = await told(zalo, raw, worker)
    assert not answer.ok
    assert (answer.status, answer.content_type, answer.code) == (status, kind, code)
    assert len(worker.sees()) == 1
    assert (await told(zalo, raw, worker)).ok
    assert [call.status for call in zalo.calls("sendMessage")] == [status, 200]
    assert [call.code for call in zalo.calls("sendMessage")] == [code, 0]


async def test_a_refusal_has_its_own_status_in_the_old_style(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    zalo.habits.style = Style.LEGACY
    zalo.fail(fakes.internal())
    assert (await told(zalo, raw, worker)).status == 403


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Reset(), False),
        (Reset(after=True), True),
        (Cut(), False),
        (Cut(after=True), True),
        (Cut(halfway=True), False),
        (Cut(after=True, halfway=True), True),
    ],
)
async def test_a_connection_may_break_before_or_after_the_deed(
    zalo: FakeZalo, raw: Raw, worker: Person, fault: Fault, arrives: bool
) -> None:
    zalo.fail(fault, "sendMessage")
    with pytest.raises(aiohttp.ClientError) as broken:
        await told(zalo, raw, worker)
    if isinstance(fault, Reset):
        assert isinstance(broken.value, OSError)
        assert broken.value.errno == errno.ECONNRESET
    assert len(worker.sees()) == 1 + arrives
    assert [call.status for call in zalo.calls("sendMessage")] == [0]


@pytest.mark.parametrize("after", [True, False])
async def test_an_accepted_message_may_never_be_answered(
    zalo: FakeZalo, raw: Raw, worker: Person, after: bool
) -> None:
    zalo.fail(fakes.accepted_and_silent() if after else Hang(), "sendMessage")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(told(zalo, raw, worker), 0.2)
    assert [one.text for one in worker.sees()] == ["xin chào"] + ["tin"] * after
    assert [call.status for call in zalo.calls("sendMessage")] == [0]


async def test_the_door_may_be_shut_and_opened(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    await zalo.shut()
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectorError) as refused:
            await told(zalo, raw, worker)
        assert refused.value.errno == errno.ECONNREFUSED
    assert zalo.calls("sendMessage") == []
    for _ in range(2):
        zalo.heal()
        assert (await told(zalo, raw, worker)).ok
        zalo.fail(Shut())
        with pytest.raises(aiohttp.ClientConnectionError):
            await told(zalo, raw, worker)
    assert len(worker.sees()) == 3


async def test_the_door_may_shut_after_some_calls(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    zalo.fail(Shut(), "sendMessage", nth=3)
    assert [(await told(zalo, raw, worker)).ok for _ in range(2)] == [True, True]
    with pytest.raises(aiohttp.ClientConnectionError):
        await told(zalo, raw, worker)
    assert len(worker.sees()) == 3
    zalo.heal()
    assert (await told(zalo, raw, worker)).ok


async def test_a_poll_in_flight_ends_when_the_door_is_shut_and_takes_nothing(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    async def poll() -> None:
        with pytest.raises(aiohttp.ClientError):
            await raw("getUpdates", timeout=30)

    async with asyncio.TaskGroup() as group:
        group.create_task(poll())
        await zalo.settled()
        await zalo.shut()
    await worker.say("ai đó?")
    zalo.heal()
    assert (await raw("getUpdates", timeout=5)).result["message"]["text"] == "ai đó?"


async def test_a_body_may_have_ten_megabytes(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    zalo.fail(fakes.huge())
    answer = await told(zalo, raw, worker)
    assert answer.ok
    assert len(answer.raw) == 10 * 1024 * 1024


async def test_a_good_answer_may_bear_a_wrong_label(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    zalo.fail(Label("text/plain"))
    answer = await told(zalo, raw, worker)
    assert (answer.ok, answer.content_type, len(worker.sees())) == (True, "text/plain", 2)


async def test_who_follows_a_redirect_is_noticed(zalo: FakeZalo, worker: Person) -> None:
    zalo.fail(Redirect(), times=2)
    url, body = f"{zalo.url}/bot{zalo.bot().token}/sendMessage", {"chat_id": worker.id, "text": "x"}
    async with aiohttp.ClientSession() as http:
        async with http.post(url, json=body, allow_redirects=False) as response:
            assert response.headers["Location"] == "/elsewhere"
        assert zalo.strays == []
        async with http.post(url, json=body) as response:
            assert (await response.json())["error_code"] == 404
        assert zalo.strays == ["/elsewhere"]


async def test_a_slow_answer_is_a_good_one(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    zalo.fail(Slow(0.1))
    begun = time.monotonic()
    assert (await told(zalo, raw, worker)).ok
    assert time.monotonic() - begun >= 0.1


async def test_faults_strike_the_nth_call_of_one_method_one_chat_one_bot(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    other, second = zalo.person("Hùng"), zalo.bot("Bot Hai")
    await other.say("alô")
    await worker.say("alô", bot=second)
    zalo.fail(fakes.internal(), "sendMessage", nth=2, times=2, chat=worker)
    zalo.fail(fakes.over_quota(), chat=other.id)
    zalo.fail(fakes.unauthorized(), times=None, bot=second)
    assert [(await told(zalo, raw, worker)).code for _ in range(4)] == [0, 403, 403, 0]
    assert [(await told(zalo, raw, other)).code for _ in range(2)] == [429, 0]
    async with Raw(zalo.url, second.token) as its:
        assert [(await told(zalo, its, worker)).code for _ in range(3)] == [401] * 3
        zalo.heal()
        assert (await told(zalo, its, worker)).ok
    assert len(zalo.calls("sendMessage", chat=other)) == 2


async def test_an_event_that_a_poll_took_with_a_cut_answer_is_lost(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    await worker.say("mất")
    zalo.fail(Cut(after=True), "getUpdates")
    with pytest.raises(aiohttp.ClientError):
        await raw("getUpdates", timeout=5)
    assert (await raw("getUpdates", timeout=0)).code == 408


async def test_a_download_may_fail_too(zalo: FakeZalo, raw: Raw, worker: Person) -> None:
    await worker.photo(JPEG)
    url = (await raw("getUpdates", timeout=5)).result["message"]["photo_url"]
    zalo.fail(fakes.bad_gateway(), "getMe")
    zalo.fail(fakes.nonsense(b"x" * 99, 200), "media")
    zalo.fail(Redirect("http://10.0.0.1/"), "media")
    zalo.fail(Label("text/html"), "media")
    answers = [await raw.ask("GET", url) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 302, 200, 200]
    assert [answer.raw for answer in answers] == [b"x" * 99, b"", JPEG, JPEG]
    assert [answer.content_type for answer in answers][2:] == ["text/html", "image/jpeg"]
    for fault in (Cut(), Cut(halfway=True), Reset()):
        # aiohttp tries a GET on a kept connection once more.
        zalo.fail(fault, "media", times=2)
        with pytest.raises(aiohttp.ClientError):
            await raw.ask("GET", url)
    zalo.heal()
    zalo.fail(Hang(), "media")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(raw.ask("GET", url), 0.1)
    assert (await raw.ask("GET", f"{zalo.url}/media/nothing.jpg")).status == 404


# What the log keeps (F15)


async def test_calls_are_recorded_with_everything_but_the_token(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    await told(zalo, raw, worker)
    await raw("sendMessage")
    await raw.ask("POST", "/bot1:wrong/getMe")
    good, bad, unknown = zalo.calls()[1:]
    assert (good.path, good.method, good.verb) == ("/bot<token>/sendMessage", "sendMessage", "POST")
    assert good.parameters == {"chat_id": worker.id, "text": "tin"}
    assert (good.content_type, good.chat, good.bot) == (
        "application/json",
        worker.id,
        zalo.bot().name,
    )
    assert (good.status, good.code, bad.status, bad.code) == (200, 0, 200, 400)
    assert good.at == pytest.approx(zalo.clock(), abs=60)
    assert (unknown.bot, unknown.code) == (None, 401)
    shown = [repr(call) + str(call.parameters) for call in zalo.calls()]
    assert not leaks("".join(shown), raw.token)


async def test_waiting_for_calls_ends_when_they_came(
    zalo: FakeZalo, raw: Raw, worker: Person
) -> None:
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(zalo.called("sendMessage", 2))
        for _ in range(2):
            await told(zalo, raw, worker)
    assert len(waiting.result()) == 2
    with pytest.raises(AssertionError, match="3 calls of sendMessage"):
        await zalo.called("sendMessage", 3, seconds=0.02)


async def test_a_leak_is_the_token_its_escaped_form_or_its_secret(zalo: FakeZalo) -> None:
    token = zalo.bot().token
    number, _, secret = token.partition(":")
    for log in (
        f"GET https://vidu.vn/bot{token}/getMe",
        f"url='/bot{quote(token, safe='')}/'",
        f"url='/bot{number}%3a{secret}/'",
        f"secret {secret}",
        secret.upper(),
    ):
        assert leaks(log, token)
    for log in ("", number, f"{number}:", secret[:-1], "bot <token> started"):
        assert not leaks(log, token)
