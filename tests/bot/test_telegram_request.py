"""The library's calls over aiohttp: against a small real server, in good days and in bad ones."""

import asyncio
import gzip
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from telegram import Bot, File, InputFile, InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.request import (
    AiohttpRequest,
    Halted,
    NotSent,
    NotSentInTime,
    Patience,
    TokenRefused,
)

CANARY = "AAcanary-DoNotTell_0123456789abcdef"
TOKEN = f"987654321:{CANARY}"
MESSAGE = {"message_id": 5, "date": 1_700_000_000, "chat": {"id": 7, "type": "private"}}
ME = {"id": 987654321, "is_bot": True, "first_name": "Tiếng Thợ", "username": "thu_bot"}
MIB = 1024 * 1024

Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def refusal(code: int, description: str, **parameters: object) -> web.Response:
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=code)


@dataclass
class Arrived:
    """One request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    peer: object
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)


@dataclass
class Server:
    """Answers every address with `answer` and keeps what arrived."""

    answer: Answerer
    url: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        arrived = Arrived(request.method, request.path, dict(request.headers), peer)
        if request.content_type == "application/json":
            arrived.fields = await request.json()
        elif request.content_type == "multipart/form-data":
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    kept = (value.filename, value.content_type, value.file.read())
                    arrived.files[name] = kept
                elif isinstance(value, str):
                    arrived.fields[name] = value
        self.arrived.append(arrived)
        self.first.set()
        return await self.answer(request)

    def says(self, response: Callable[[], web.StreamResponse]) -> None:
        """From now on every request gets such an answer."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return response()

        self.answer = answer


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async def message(_: web.Request) -> web.StreamResponse:
        return ok(MESSAGE)

    server = Server(message)
    app = web.Application(client_max_size=32 * MIB)
    app.router.add_route("*", "/{any:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = site.name
    yield server
    await runner.cleanup()


@asynccontextmanager
async def bot_at(url: str, request: AiohttpRequest | None = None) -> AsyncIterator[Bot]:
    request = request or AiohttpRequest()
    bot = Bot(
        TOKEN,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=request,
    )
    async with request:
        yield bot


@pytest.fixture
async def bot(server: Server, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Bot]:
    async with bot_at(server.url) as bot:
        caplog.set_level(logging.DEBUG)
        # What the library's Bot says of itself when it is made is hushed in bot/logs.py.
        caplog.clear()
        yield bot


def all_that_is_told(error: BaseException, log: pytest.LogCaptureFixture) -> str:
    """Whatever an error, its chain, its traceback and the log could show to somebody."""
    told, chain = [log.text, *traceback.format_exception(error)], [error]
    while chain:
        each = chain.pop()
        told += [str(each), repr(each), repr(each.args), repr(vars(each))]
        chain += [other for other in (each.__cause__, each.__context__) if other is not None]
    told += [repr(record.__dict__) for record in log.records]
    return "\n".join(told)


async def failure_of(
    call: Awaitable[object], log: pytest.LogCaptureFixture, kind: type[BaseException]
) -> BaseException:
    """The error of `call`, of exactly that kind, which nowhere tells the token."""
    with pytest.raises(kind) as raised:
        await call
    error = raised.value
    assert type(error) is kind
    assert CANARY not in all_that_is_told(error, log)
    return error


async def test_a_message_goes_out_and_its_answer_comes_back(server: Server, bot: Bot) -> None:
    message = await bot.send_message(7, "Chào bạn 👋")
    assert message.message_id == 5
    arrived = server.arrived[0]
    assert (arrived.method, arrived.path) == ("POST", f"/bot{TOKEN}/sendMessage")
    assert arrived.fields == {"chat_id": "7", "text": "Chào bạn 👋"}


async def test_the_bot_starts_and_stops(server: Server, bot: Bot) -> None:
    server.says(lambda: ok(ME))
    async with bot:
        assert bot.username == "thu_bot"


async def test_connections_are_kept_alive_and_shared(server: Server, bot: Bot) -> None:
    for _ in range(5):
        await bot.send_message(7, "một")
    assert len({arrived.peer for arrived in server.arrived}) == 1


async def test_a_photo_is_uploaded_as_it_is(server: Server, bot: Bot) -> None:
    photo = bytes(range(256)) * 6000
    await bot.send_photo(7, photo, caption="Ảnh đã làm sạch", filename="ảnh 1.jpg")
    arrived = server.arrived[0]
    assert arrived.fields == {"chat_id": "7", "caption": "Ảnh đã làm sạch"}
    assert list(arrived.files) == ["photo"]
    assert arrived.files["photo"][1:] == ("image/jpeg", photo)


async def test_an_album_is_uploaded_with_its_attachments(server: Server, bot: Bot) -> None:
    server.says(lambda: ok([MESSAGE, MESSAGE]))
    await bot.send_media_group(7, [InputMediaPhoto(b"first"), InputMediaPhoto(b"second")])
    arrived = server.arrived[0]
    names = [
        each["media"].removeprefix("attach://") for each in json.loads(arrived.fields["media"])
    ]
    assert [arrived.files[name][2] for name in names] == [b"first", b"second"]


async def test_an_open_file_is_uploaded(server: Server, bot: Bot, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF")
    with path.open("rb") as handle:
        await bot.send_document(7, InputFile(handle, read_file_handle=False))
    assert server.arrived[0].files["document"] == ("x.pdf", "application/pdf", b"%PDF")


async def test_a_file_is_fetched(server: Server, bot: Bot) -> None:
    server.says(lambda: ok({"file_id": "f", "file_unique_id": "u", "file_path": "photos/1.jpg"}))
    file = await bot.get_file("f")
    server.says(lambda: web.Response(body=b"\xff" * (2 * MIB)))
    assert await file.download_as_bytearray() == b"\xff" * (2 * MIB)
    assert server.arrived[-1].path == f"/file/bot{TOKEN}/photos/1.jpg"


def stored(server: Server, bot: Bot) -> File:
    file = File("f", "u", file_path=f"{server.url}/file/bot{TOKEN}/photos/1.jpg")
    file.set_bot(bot)
    return file


async def test_a_file_that_is_no_longer_there_is_a_bad_request(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(lambda: refusal(404, "Not Found"))
    await failure_of(stored(server, bot).download_as_bytearray(), caplog, BadRequest)


async def test_a_file_above_the_cap_is_not_read(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(lambda: web.Response(body=b"\xff" * (20 * MIB + 1)))
    error = await failure_of(stored(server, bot).download_as_bytearray(), caplog, NetworkError)
    assert "larger" in str(error)


REFUSALS: list[tuple[Callable[[], web.Response], type[TelegramError], str]] = [
    (lambda: refusal(400, "Bad Request: chat not found"), BadRequest, "Chat not found"),
    (lambda: refusal(401, "Unauthorized"), TokenRefused, "Refused (401)"),
    (lambda: refusal(404, "Not Found"), TokenRefused, "Refused (404)"),
    (
        lambda: refusal(403, "Forbidden: bot was blocked by the user"),
        Forbidden,
        "Forbidden: bot was blocked by the user",
    ),
    (lambda: refusal(409, "Conflict: terminated by other"), Conflict, "Conflict: terminated"),
    (lambda: refusal(413, "Request Entity Too Large"), NetworkError, "Request Entity Too Large"),
    (lambda: refusal(500, "Internal Server Error"), NetworkError, "Internal Server Error"),
]


@pytest.mark.parametrize(("response", "kind", "words"), REFUSALS)
async def test_a_refusal_keeps_its_kind_and_its_words(
    server: Server,
    bot: Bot,
    caplog: pytest.LogCaptureFixture,
    response: Callable[[], web.Response],
    kind: type[TelegramError],
    words: str,
) -> None:
    server.says(response)
    assert words in str(await failure_of(bot.send_message(7, "một"), caplog, kind))


@pytest.mark.parametrize(
    ("parameters", "seconds"),
    [
        ({"retry_after": 7}, 7),
        ({"retry_after": "soon"}, 30),
        ({"retry_after": 10**30}, 30),
        ({"retry_after": True}, 30),
        ({"retry_after": -3}, 30),
        ({}, 30),
    ],
)
async def test_a_429_says_how_long_to_halt(
    server: Server,
    bot: Bot,
    caplog: pytest.LogCaptureFixture,
    parameters: dict[str, object],
    seconds: int,
) -> None:
    server.says(lambda: refusal(429, "Too Many Requests: retry after some time", **parameters))
    error = await failure_of(bot.send_message(7, "một"), caplog, Halted)
    assert isinstance(error, RetryAfter)
    assert error.retry_after == timedelta(seconds=seconds)


async def test_a_group_that_became_a_supergroup_says_its_new_number(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(lambda: refusal(400, "group chat was upgraded", migrate_to_chat_id=-100123))
    error = await failure_of(bot.send_message(-7, "một"), caplog, ChatMigrated)
    assert isinstance(error, ChatMigrated)
    assert error.new_chat_id == -100123


async def test_a_wrong_token_at_the_start_is_not_told(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(lambda: refusal(401, "Unauthorized"))
    await failure_of(bot.initialize(), caplog, TokenRefused)


def page(request: web.Request) -> str:
    """What a gateway writes that knows nothing of the Bot API, our address included."""
    return f"<html>nothing at {request.path} / {request.url} / {request.raw_path}</html>"


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return ok(MESSAGE)


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return ok(MESSAGE)


async def cut_in_the_middle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ok":true,')
    return await cut(request)


async def not_http(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(f"\0\0 {request.path}\r\n\r\n".encode())
    await asyncio.sleep(60)
    return ok(MESSAGE)


async def page_instead_of_an_answer(request: web.Request) -> web.StreamResponse:
    return web.Response(text=page(request), content_type="text/html")


async def page_of_a_gateway(request: web.Request) -> web.StreamResponse:
    return web.Response(status=502, text=page(request), content_type="text/html")


async def refusal_with_our_address(request: web.Request) -> web.StreamResponse:
    return refusal(500, f"no upstream for {request.url}", seen={"at": request.path})


async def redirect(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": f"/elsewhere{request.path}"})


async def too_large(_: web.Request) -> web.StreamResponse:
    return ok("x" * MIB)


async def too_large_without_saying_so(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)


async def packed(_: web.Request) -> web.StreamResponse:
    body = gzip.compress(json.dumps({"ok": True, "result": MESSAGE}).encode())
    return web.Response(body=body, headers={"Content-Encoding": "gzip"})


def plain(text: str, status: int = 200) -> Answerer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status)

    return answer


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (hang, TimedOut),
        (drip, TimedOut),
        (cut, NetworkError),
        (cut_in_the_middle, NetworkError),
        (not_http, NetworkError),
        (page_instead_of_an_answer, NetworkError),
        (page_of_a_gateway, NetworkError),
        (refusal_with_our_address, NetworkError),
        (redirect, NetworkError),
        (too_large, NetworkError),
        (too_large_without_saying_so, NetworkError),
        (packed, NetworkError),
        (plain(""), NetworkError),
        (plain("[]"), NetworkError),
        (plain("{}"), NetworkError),
        (plain('{"ok": false}'), NetworkError),
        (plain("[" * 100_000), NetworkError),
        (plain("9" * 5000), NetworkError),
        (plain("[1]", 500), NetworkError),
        (plain('{"parameters": "x", "description": 5}', 500), NetworkError),
        (plain('{"parameters": {"migrate_to_chat_id": "x"}}', 400), BadRequest),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_what_goes_wrong_on_the_way_never_tells_the_token(
    server: Server,
    bot: Bot,
    caplog: pytest.LogCaptureFixture,
    answer: Answerer,
    kind: type[TelegramError],
) -> None:
    server.answer = answer
    read, other = (1, 0.3) if kind is TimedOut else (10, 10)
    call = bot.send_message(
        7, "một", read_timeout=read, write_timeout=other, connect_timeout=other, pool_timeout=other
    )
    error = await failure_of(call, caplog, kind)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert len(server.arrived) == 1
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]
    # The next one is not harmed by it.
    server.says(lambda: ok(MESSAGE))
    assert (await bot.send_message(7, "hai")).message_id == 5


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1", "http://"])
async def test_without_a_connection_it_is_certain_that_nothing_left(
    caplog: pytest.LogCaptureFixture, url: str
) -> None:
    async with bot_at(url) as bot:
        caplog.set_level(logging.DEBUG)
        caplog.clear()
        error = await failure_of(bot.send_message(7, "một"), caplog, NotSent)
        assert error.__context__ is None


async def test_when_all_connections_are_busy_nothing_leaves(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = hang
    async with (
        bot_at(server.url, AiohttpRequest(connections=1)) as bot,
        asyncio.TaskGroup() as tasks,
    ):
        caplog.set_level(logging.DEBUG)
        caplog.clear()
        first = tasks.create_task(
            failure_of(bot.send_message(7, "một", read_timeout=1.5), caplog, TimedOut)
        )
        await server.first.wait()
        hurried = bot.send_message(8, "hai", pool_timeout=0.1, connect_timeout=0.1)
        error = await failure_of(hurried, caplog, NotSentInTime)
        assert isinstance(error, NotSent)
        assert isinstance(error, TimedOut)
        await first
        assert len(server.arrived) == 1


async def test_a_call_that_is_given_up_does_not_tell_the_token(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = hang

    async def given_up() -> None:
        async with asyncio.timeout(0.1):
            await bot.send_message(7, "một", read_timeout=30)

    await failure_of(given_up(), caplog, TimeoutError)


async def test_outside_its_life_nothing_is_sent(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    request = bot.request
    await request.initialize()
    await bot.send_message(7, "một")
    await request.shutdown()
    await request.shutdown()
    await failure_of(bot.send_message(7, "hai"), caplog, NotSent)
    await request.initialize()
    await bot.send_message(7, "ba")
    assert [arrived.fields["text"] for arrived in server.arrived] == ["một", "ba"]


async def test_a_long_poll_may_last_longer_than_an_answer(server: Server) -> None:
    async def later(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.5)
        return ok([])

    server.answer = later
    async with bot_at(server.url, AiohttpRequest(patience=Patience(read=0.2))) as bot:
        assert await bot.get_updates(timeout=timedelta(seconds=5)) == ()


async def test_a_hundred_long_messages_do_not_stop_the_polling(server: Server, bot: Bot) -> None:
    message = MESSAGE | {"text": "ế" * 4096}
    updates = [
        {"update_id": number, "message": message | {"reply_to_message": message}}
        for number in range(100)
    ]
    server.says(lambda: ok(updates))
    assert len(await bot.get_updates()) == 100


async def test_one_call_may_ask_for_more_or_less_time_or_for_any(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def later(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.5)
        return ok(MESSAGE)

    server.answer = later
    async with bot_at(server.url, AiohttpRequest(patience=Patience(read=0.2))) as bot:
        caplog.clear()
        await failure_of(bot.send_message(7, "một"), caplog, TimedOut)
        await bot.send_message(7, "hai", read_timeout=30)
        await bot.send_message(7, "ba", read_timeout=None, write_timeout=None)
    async with bot_at(server.url) as bot:
        caplog.clear()
        await failure_of(bot.send_message(7, "một", read_timeout=0.1), caplog, TimedOut)


async def test_it_follows_no_redirect_keeps_no_cookie_and_asks_for_no_packing(
    server: Server, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    async def with_cookie(request: web.Request) -> web.StreamResponse:
        response = await redirect(request)
        assert isinstance(response, web.Response)
        response.set_cookie("seen", "1")
        return response

    server.answer = with_cookie
    for _ in range(2):
        await failure_of(bot.send_message(7, "một"), caplog, NetworkError)
    assert [arrived.path for arrived in server.arrived] == [f"/bot{TOKEN}/sendMessage"] * 2
    assert all("Cookie" not in arrived.headers for arrived in server.arrived)
    assert {arrived.headers["Accept-Encoding"] for arrived in server.arrived} == {"identity"}


async def test_a_proxy_of_the_environment_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with bot_at(server.url) as bot:
        await bot.send_message(7, "một")
    assert len(server.arrived) == 1
