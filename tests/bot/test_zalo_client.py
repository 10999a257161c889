"""The calls to Zalo's Bot Platform: against a small real server, in good days and in bad ones."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from aiohttp import web

from bot import channels
from bot.channels.zalo_bot.client import (
    Client,
    Failed,
    Identity,
    Malformed,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SentMessage,
    Transient,
    Unauthorized,
    Webhook,
    outcome_of,
    units_of,
)
from tests.fakes.zalo_bot import (
    FakeZalo,
    Label,
    Redirect,
    Reset,
    Style,
    accepted_and_silent,
    bad_gateway,
    huge,
    internal,
    nonsense,
    over_quota,
    timed_out,
    too_many,
    unauthorized,
)

SECRET = "abcCanary-DoNotTell_0123456789"
TOKEN = f"1234568900:{SECRET}"
CHAT = "6ab1c2d3e4f5a6b7c8d9"
WORDS = "Cửa thoát hiểm bị khóa"
MESSAGE = {"message_id": "9f2c41d07ab35e6810c4", "date": 1_790_000_000_123}
UPDATE = {"event_name": "message.text.received", "message": {"text": WORDS}}
MIB = 1024 * 1024

Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Platform:
    """Answers every call with `answer` and keeps what was asked."""

    answer: Answerer
    url: str = ""
    asked: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path, await request.json()))
        return await self.answer(request)

    def says(self, body: object, status: int = 200) -> None:
        """From now on every call gets this as JSON; text and bytes go out as they are."""

        async def answer(_: web.Request) -> web.StreamResponse:
            if isinstance(body, str):
                return web.Response(text=body, status=status, content_type="text/html")
            return web.json_response(body, status=status)

        self.answer = answer

    def refuses(self, code: object, description: str = "No", status: int = 200) -> None:
        self.says({"ok": False, "error_code": code, "description": description}, status)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    made = Platform(hang)
    made.says({"ok": True, "result": MESSAGE})
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = site.name
    yield made
    await runner.cleanup()


@pytest.fixture
async def client(platform: Platform, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Client]:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    async with Client(TOKEN, platform.url, send_seconds=0.5) as made:
        yield made


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def truncated(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "400"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "resu')
    assert request.transport is not None
    request.transport.close()
    return response


async def redirect(request: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": str(request.url)})


async def failure_of(call: Awaitable[object], log: pytest.LogCaptureFixture) -> Failed:
    """The error of `call`; neither it, its chain, its traceback nor the log tells anything."""
    with pytest.raises(Failed) as raised:
        await call
    told, chain = [log.text, *traceback.format_exception(raised.value)], [raised.value]
    told += [repr(record.__dict__) for record in log.records]
    while chain:
        each: BaseException = chain.pop()
        told += [str(each), repr(each), repr(each.args), repr(vars(each))]
        chain += [other for other in (each.__cause__, each.__context__) if other is not None]  # type: ignore[misc]
    everything = "\n".join(told)
    for secret in (SECRET, quote(TOKEN, safe=""), CHAT, WORDS, "127.0.0.1"):
        assert secret not in everything
    return raised.value


async def test_a_message_goes_out_as_json_and_its_id_comes_back(
    platform: Platform, client: Client
) -> None:
    assert (await client.send_message(CHAT, "Chào bạn 👋")).id == MESSAGE["message_id"]
    assert platform.asked == [
        ("POST", f"/bot{TOKEN}/sendMessage", {"chat_id": CHAT, "text": "Chào bạn 👋"})
    ]


async def test_a_photo_goes_out_by_its_address_with_or_without_words(
    platform: Platform, client: Client
) -> None:
    await client.send_photo(CHAT, "https://tips.example.org/anh/a")
    await client.send_photo(CHAT, "https://tips.example.org/anh/b", "Bản tin")
    assert [fields for _, _, fields in platform.asked] == [
        {"chat_id": CHAT, "photo": "https://tips.example.org/anh/a"},
        {"chat_id": CHAT, "photo": "https://tips.example.org/anh/b", "caption": "Bản tin"},
    ]


async def test_the_bot_says_who_it_is(platform: Platform, client: Client) -> None:
    me = {"id": "1459", "account_name": "bot.A", "account_type": "BASIC", "can_join_groups": False}
    platform.says({"ok": True, "error_code": 0, "result": me})
    assert await client.get_me() == Identity("1459", "bot.A", "BASIC", False)
    assert platform.asked[0][2] == {}


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (UPDATE, (UPDATE,)),
        ([UPDATE, {}, UPDATE], (UPDATE, UPDATE)),
        ({}, ()),
        (None, ()),
        ([], ()),
    ],
)
async def test_a_poll_gives_one_update_or_several_or_none(
    platform: Platform, client: Client, result: object, found: tuple[object, ...]
) -> None:
    platform.says({"ok": True, "result": result})
    assert await client.get_updates(30) == found
    assert platform.asked[0][2] == {"timeout": 30}


@pytest.mark.parametrize(("code", "status"), [(408, 200), ("408", 200), (408, 408)])
async def test_an_idle_poll_is_no_error(
    platform: Platform, client: Client, code: object, status: int
) -> None:
    platform.refuses(code, "Request timeout", status)
    assert await client.get_updates(1) == ()


async def test_a_poll_waits_longer_than_a_send(platform: Platform, client: Client) -> None:
    async def late(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.7)
        return web.json_response({"ok": True, "result": UPDATE})

    platform.answer = late
    assert await client.get_updates(1) == (UPDATE,)


@pytest.mark.parametrize("result", ["words", 7, ["words"]])
async def test_updates_of_another_kind_are_malformed(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture, result: object
) -> None:
    platform.says({"ok": True, "result": result})
    assert type(await failure_of(client.get_updates(1), caplog)) is Malformed


async def test_a_webhook_is_set_and_says_how_the_first_try_went(
    platform: Platform, client: Client
) -> None:
    tried = {"ok": False, "outcome": "webhook.http.403", "status_code": 403, "hint": WORDS}
    url = "https://tips.example.org/hooks/zalo_bot/x"
    platform.says({"ok": True, "result": {"url": url, "updated_at": 9, "verification": tried}})
    assert await client.set_webhook(url, "secret-of-ours") == Webhook(
        url, 9, verified=False, outcome="webhook.http.403"
    )
    assert platform.asked[0][2] == {"url": url, "secret_token": "secret-of-ours"}
    platform.says({"ok": True, "result": {"url": url, "updated_at": 9}})
    assert await client.set_webhook(url, "secret-of-ours") == Webhook(url, 9)
    assert url not in repr(Webhook(url, 9))
    strange = {"ok": True, "result": {"url": url, "verification": {"outcome": f"<b>{WORDS}"}}}
    platform.says(strange)
    assert (await client.set_webhook(url, "secret-of-ours")).outcome == ""


async def test_a_bot_that_never_had_a_webhook_polls(platform: Platform, client: Client) -> None:
    for status in (200, 404):
        platform.refuses(404, "Not Found", status)
        assert await client.get_webhook_info() == Webhook("")
    platform.says({"ok": True, "result": {"url": "", "updated_at": 9}})
    assert await client.get_webhook_info() == Webhook("", 9)
    await client.delete_webhook()
    assert platform.asked[-1][1].endswith("/deleteWebhook")


REFUSALS: list[tuple[object, int, type[Failed], channels.Outcome]] = [
    (400, 200, Refused, channels.Refused("refused")),
    (400, 400, Refused, channels.Refused("refused")),
    (426, 200, Refused, channels.Refused("refused")),
    (None, 200, Refused, channels.Refused("refused")),
    (None, 500, Transient, channels.TryLater(5)),
    (401, 200, Unauthorized, channels.TryLater(600)),
    ("401", 401, Unauthorized, channels.TryLater(600)),
    (404, 200, NotFound, channels.TryLater(600)),
    (403, 200, Transient, channels.TryLater(5)),
    (502, 200, Transient, channels.TryLater(5)),
    (429, 200, RateLimited, channels.TryLater(30)),
    (408, 200, OutcomeUnknown, channels.Unknown()),
    ("408", 408, OutcomeUnknown, channels.Unknown()),
    (504, 200, OutcomeUnknown, channels.Unknown()),
]


@pytest.mark.parametrize(("code", "status", "kind", "outcome"), REFUSALS)
async def test_a_refusal_is_told_by_its_code_and_never_by_the_status(
    platform: Platform,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    code: object,
    status: int,
    kind: type[Failed],
    outcome: channels.Outcome,
) -> None:
    platform.refuses(code, f"Bad request: {CHAT} {WORDS}", status)
    error = await failure_of(client.send_message(CHAT, WORDS), caplog)
    assert type(error) is kind
    assert outcome_of(error) == outcome


async def test_success_is_ok_whatever_the_status_says(platform: Platform, client: Client) -> None:
    platform.says({"ok": True, "error_code": 0, "result": MESSAGE}, 500)
    assert (await client.send_message(CHAT, "một")).id == MESSAGE["message_id"]
    platform.says({"ok": True})
    assert (await client.send_message(CHAT, "một")).id == ""


async def test_the_platforms_sentence_is_kept_for_the_operator_without_what_was_asked(
    platform: Platform, client: Client
) -> None:
    platform.refuses(400, "Bad  request: The photo URL\nis invalid " + "x" * 500)
    with pytest.raises(Refused) as raised:
        await client.send_message(CHAT, WORDS)
    assert raised.value.description.startswith("Bad request: The photo URL is invalid x")
    assert len(raised.value.description) <= 120
    assert raised.value.code == 400
    for told in (CHAT, WORDS, SECRET):
        platform.refuses(400, f"Bad request near {told}")
        with pytest.raises(Refused) as raised:
            await client.send_message(CHAT, WORDS)
        assert raised.value.description == ""


PAGES: list[tuple[int, str, type[Failed], type[Failed]]] = [
    (429, "<html>429 Too Many Requests</html>", RateLimited, RateLimited),
    (502, "<html>502 Bad Gateway</html>", Transient, Transient),
    (504, "<html>504 Gateway Time-out</html>", OutcomeUnknown, Transient),
    (403, "<html>blocked</html>", Malformed, Malformed),
    (200, "<html>welcome</html>", OutcomeUnknown, Malformed),
    (200, '{"ok": tr', OutcomeUnknown, Malformed),
    (200, '{"ok": "true"}', OutcomeUnknown, Malformed),
    (200, "[]", OutcomeUnknown, Malformed),
    (200, "", OutcomeUnknown, Malformed),
    (200, "[" * 100_000, OutcomeUnknown, Malformed),
]


@pytest.mark.parametrize(("status", "page", "of_send", "of_ask"), PAGES)
async def test_a_page_instead_of_an_answer_is_told_by_the_status(
    platform: Platform,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    status: int,
    page: str,
    of_send: type[Failed],
    of_ask: type[Failed],
) -> None:
    platform.says(page, status)
    assert type(await failure_of(client.send_message(CHAT, WORDS), caplog)) is of_send
    asked = await failure_of(client.get_me(), caplog)
    assert isinstance(asked, of_ask)


@pytest.mark.parametrize("trouble", [hang, cut, drip, truncated])
async def test_what_may_have_arrived_is_unknown_and_asked_once(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture, trouble: Answerer
) -> None:
    platform.answer = trouble
    error = await failure_of(client.send_message(CHAT, WORDS), caplog)
    assert type(error) is OutcomeUnknown
    assert outcome_of(error) == channels.Unknown()
    assert len(platform.asked) == 1


async def test_a_redirect_is_not_followed(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    platform.answer = redirect
    error = await failure_of(client.send_message(CHAT, WORDS), caplog)
    assert type(error) is Malformed
    assert len(platform.asked) == 1


async def test_of_a_huge_body_only_the_beginning_is_read(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    written = 0

    async def huge(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(headers={"Content-Length": str(64 * MIB)})
        await response.prepare(request)
        while written < 64 * MIB:
            await response.write(b" " * 65_536)
            written += 65_536
        return response

    platform.answer = huge
    assert type(await failure_of(client.send_message(CHAT, WORDS), caplog)) is OutcomeUnknown
    # What the sockets in between hold is written as well.
    assert written < 32 * MIB


async def test_a_large_answer_below_the_cap_is_read(platform: Platform, client: Client) -> None:
    platform.says({"ok": True, "result": MESSAGE, "more": "x" * (MIB - 1000)})
    assert (await client.send_message(CHAT, "một")).id == MESSAGE["message_id"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[", "nothing"])
async def test_without_a_connection_nothing_was_sent(
    caplog: pytest.LogCaptureFixture, url: str
) -> None:
    async with Client(TOKEN, url) as client:
        error = await failure_of(client.send_message(CHAT, WORDS), caplog)
    assert type(error) is NotSent
    assert outcome_of(error) == channels.TryLater(1)
    closed = await failure_of(client.send_message(CHAT, WORDS), caplog)
    assert type(closed) is NotSent


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ("", False),
        (" \n", False),
        ("x" * 2000, True),
        ("x" * 2001, False),
        ("👋" * 1000, True),
        ("👋" * 1000 + "x", False),
        # The same word decomposed is longer.
        ("e\u0302\u0301" * 667, False),
    ],
)
async def test_a_text_is_measured_in_utf_16_before_the_network(
    platform: Platform, client: Client, text: str, *, is_fine: bool
) -> None:
    sends: list[Callable[[], Awaitable[SentMessage]]] = [lambda: client.send_message(CHAT, text)]
    if text:
        # A photo may have no words at all.
        sends.append(lambda: client.send_photo(CHAT, "https://a/b", text))
    for send in sends:
        if is_fine:
            await send()
        else:
            with pytest.raises(Refused):
                await send()
    assert len(platform.asked) == (2 if is_fine else 0)


async def test_what_is_no_address_is_no_photo(platform: Platform, client: Client) -> None:
    for url in ("", "ftp://host/a.jpg", "data:image/png;base64,AAAA", "/anh/a"):
        with pytest.raises(Refused):
            await client.send_photo(CHAT, url)
    with pytest.raises(Refused):
        await client.send_message("", "một")
    assert platform.asked == []


async def test_typing_is_shown_where_it_works_and_never_in_the_way(
    platform: Platform, client: Client
) -> None:
    platform.says({"ok": True})
    await client.send_typing(CHAT)
    assert platform.asked[0][2] == {"chat_id": CHAT, "action": "typing"}
    platform.says("<html>", 429)
    await client.send_typing(CHAT)
    platform.answer = cut
    await client.send_typing(CHAT)
    assert len(platform.asked) == 3


async def test_no_cookies_are_kept_and_the_client_does_not_print_its_token(
    platform: Platform, client: Client
) -> None:
    seen: list[str | None] = []

    async def baking(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Cookie"))
        response = web.json_response({"ok": True, "result": MESSAGE})
        response.set_cookie("who", "you")
        return response

    platform.answer = baking
    for _ in range(2):
        await client.send_message(CHAT, "một")
    assert seen == [None, None]
    assert SECRET not in repr(client) + str(client)


async def test_lone_surrogates_do_not_break_a_send(platform: Platform, client: Client) -> None:
    await client.send_message(CHAT, "a\ud83d")
    assert json.dumps(platform.asked[0][2]["text"]) == '"a\\ud83d"'
    assert units_of("a\ud83d") == 2


@pytest.mark.parametrize("style", [Style.NEW, Style.LEGACY])
async def test_the_whole_platform_in_both_of_its_styles(
    style: Style, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    async with FakeZalo(style=style) as zalo:
        token, worker = zalo.bot().token, zalo.person("Worker")
        async with Client(token, zalo.url, send_seconds=1) as client:
            assert (await client.get_me()).account_type == "BASIC"
            assert (await client.get_webhook_info()).url == ""
            assert await client.get_updates(1) == ()
            await worker.say(WORDS)
            [update] = await client.get_updates(1)
            assert update["message"]["text"] == WORDS
            assert (await client.send_message(worker.id, "x" * 2000)).id
            await client.send_typing(worker.id)
            zalo.fail(accepted_and_silent(), "sendMessage")
            with pytest.raises(OutcomeUnknown):
                await client.send_message(worker.id, "một lần thôi")
            for fault, kind in (
                (timed_out(), OutcomeUnknown),
                (huge(), OutcomeUnknown),
                (nonsense(), OutcomeUnknown),
                (Reset(), OutcomeUnknown),
                (Redirect(), Malformed),
                (too_many(), RateLimited),
                (over_quota(), RateLimited),
                (bad_gateway(), Transient),
                (internal(), Transient),
                (unauthorized(), Unauthorized),
            ):
                zalo.fail(fault, "sendMessage")
                with pytest.raises(Failed) as raised:
                    await client.send_message(worker.id, "không tới")
                assert type(raised.value) is kind, fault
            zalo.fail(Label(), "sendMessage")
            await client.send_message(worker.id, "tới")
            await zalo.shut()
            with pytest.raises(NotSent):
                await client.send_message(worker.id, "không tới")
        said = [seen.text for seen in worker.sees()]
        assert said == [WORDS, "x" * 2000, "một lần thôi", "tới"]
        assert zalo.strays == []
        for hidden in (token, quote(token, safe=""), token.partition(":")[2]):
            assert hidden not in caplog.text
