"""The bulk lane of Telegram: what an answer means there, and that it never tells the token."""

import asyncio
import json
import logging

import pytest
from aiohttp import ClientTimeout
from telegram.error import TelegramError

from bot.bulletins.bulk import Delivered
from bot.channels import Refused, TryLater, Unknown
from bot.channels.telegram import bulk, sending
from bot.channels.telegram.account import Connection
from bot.channels.telegram.bulk import TelegramBulk, result_of
from bot.channels.telegram.request import AiohttpRequest, TokenRefused
from bot.pace import ACCOUNT, Lane, Limits, Pace
from handlers.screens import Button
from tests.fakes.recorder import Recorder, refusal

TOKEN = "12345:" + "s" * 30
ANSWERS = [
    refusal(403, "Forbidden: bot was blocked by the user"),
    refusal(403, "Forbidden: user is deactivated"),
    refusal(400, "Bad Request: chat not found"),
    refusal(400, "Bad Request: PEER_ID_INVALID"),
    refusal(400, "Bad Request: message is too long"),
    refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100),
    refusal(409, "Conflict"),
    refusal(429, "Too Many Requests", retry_after=17),
    refusal(429, "Too Many Requests"),
    refusal(429, "Too Many Requests", retry_after=10**15),
    refusal(500, "Internal Server Error"),
    refusal(502, "Bad Gateway"),
    (413, {}),
]


@pytest.mark.parametrize(("status", "told"), ANSWERS)
async def test_an_answer_means_the_same_as_in_the_talk(
    status: int, told: dict[str, object]
) -> None:
    async with Recorder(answer=lambda *_: (status, told)) as app:
        request = AiohttpRequest()
        await request.initialize()
        with pytest.raises(TelegramError) as raised:
            await Connection(TOKEN, app.url).bot(request).send_message(5, "x")
        await request.shutdown()
    meant = sending.outcome_of(raised.value)
    found = result_of(status, json.dumps(told).encode())
    assert type(found) is type(meant)
    if isinstance(meant, TryLater):
        assert found == meant


def test_what_is_no_answer_of_the_bot_api_may_have_arrived() -> None:
    for body in (b"", b"<html>", b"[]", b'{"ok":false}', b'{"ok":true,"result":{}}', b"\xff{"):
        assert result_of(200, body) == Unknown()
    assert result_of(200, b'{"result": {"message_id": 7}, "ok": true}') == Delivered(7)


@pytest.mark.parametrize("status", [401, 404])
def test_a_refused_token_is_nobodys_refusal(status: int) -> None:
    assert isinstance(sending.outcome_of(TokenRefused("x")), Refused)
    assert result_of(status, b"{}") == TryLater(bulk.REFUSED_TOKEN_SECONDS)


async def test_a_letter_is_rendered_once_and_only_the_address_changes() -> None:
    words, key = 'Lương "chậm" \n 💸', Button("bulletin:stop", "Dừng nhận")
    async with Recorder() as app, opened(app.url) as account:
        letter = account.letter(words, [key])
        assert await account.send("5550000001", letter) == Delivered(1)
        assert await account.send("-1001", letter) == Delivered(2)
        assert await account.send('1,"text":"x"', letter) == Refused("address")
    assert app.bodies[5_550_000_001] == {
        "chat_id": 5_550_000_001,
        "text": words,
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {
            "inline_keyboard": [[{"text": "Dừng nhận", "callback_data": "bulletin:stop"}]]
        },
    }
    assert app.bodies[-1001]["text"] == words


async def test_a_429_slows_the_account_but_silences_answers_for_a_minute_at_most() -> None:
    now = asyncio.get_running_loop().time
    absurd = refusal(429, "Too Many Requests", retry_after=86_400)
    async with Recorder(answer=lambda *_: absurd) as app, opened(app.url) as account:
        letter, worker = account.letter("x", []), account.scope("7")
        assert await account.send("5", letter) == TryLater(86_400)
        assert 50 < account.pace.ready_at(now(), worker, Lane.TALK) - now() <= 60
        assert account.pace.speed(now(), ACCOUNT) == 0.5


async def test_the_429_of_a_room_is_its_own() -> None:
    now = asyncio.get_running_loop().time
    full = refusal(429, "Too Many Requests", retry_after=40)
    async with Recorder(answer=lambda *_: full) as app, opened(app.url) as account:
        assert await account.send("-1001", account.letter("x", [])) == TryLater(40)
        halted = account.pace.ready_at(now(), account.scope("-1001"), Lane.BULK) - now()
        assert 30 < halted <= 40
        assert account.pace.ready_at(now(), account.scope("5"), Lane.BULK) <= now()


async def test_a_server_that_is_away_was_not_sent_anything() -> None:
    async with Recorder() as app:
        url = app.url
    async with opened(url) as account:
        assert await account.send("5", account.letter("x", [])) == TryLater(1)


async def test_a_server_that_cuts_or_hangs_may_have_taken_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ended = asyncio.Event()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await end(writer)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        await end(writer)

    async def end(writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()
        ended.set()

    monkeypatch.setattr(bulk, "_PATIENCE", ClientTimeout(total=0.3))
    for behave in (cut, hang):
        server = await asyncio.start_server(behave, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with caplog.at_level(logging.DEBUG):
            async with opened(f"http://127.0.0.1:{port}") as account:
                assert await account.send("5", account.letter("x", [])) == Unknown()
        await ended.wait()
        ended.clear()
        server.close()
        await server.wait_closed()
    assert "s" * 30 not in caplog.text


def opened(url: str) -> TelegramBulk:
    return TelegramBulk(TOKEN, url, Pace(Limits(bulk_per_second=1000)), 1000)
