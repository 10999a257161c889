"""Bare senders to hold ours against: they write nothing down.

`python -m tests.bench.bulletins_others KIND API COUNT AT_ONCE PER_SECOND` sends COUNT messages, at
most AT_ONCE under way, and prints the processor seconds that took. `library`: send_message of
python-telegram-bot over its default transport; `raw`: ready bodies over bare aiohttp, evenly where
PER_SECOND is not 0; `limiter`: the library under its own AIORateLimiter, over our transport, for
the default one cannot reach 1,000 a second.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic, process_time

import aiohttp
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram.request import AiohttpRequest
from tests.bench.bulletins_far import TEXT, TOKEN

KINDS = ("library", "raw", "limiter")
_FIRST_CHAT = 5_550_000_000
_NAP_SECONDS = 0.003
_BUTTONS = ("Dừng nhận", "Đổi lựa chọn", "Vì sao?")

Send = Callable[[int], Awaitable[object]]


async def library(api: str, count: int, at_once: int) -> None:
    request = HTTPXRequest(connection_pool_size=at_once)
    async with Bot(TOKEN, base_url=f"{api}/bot", request=request) as bot:
        await _by_workers(_message(bot), count, at_once)


async def limiter(api: str, count: int, at_once: int, per_second: int) -> None:
    bot: ExtBot[int] = ExtBot(
        TOKEN,
        base_url=f"{api}/bot",
        request=AiohttpRequest(connections=at_once),
        get_updates_request=AiohttpRequest(),
        rate_limiter=AIORateLimiter(overall_max_rate=per_second, max_retries=3),
    )
    async with bot:
        await _by_workers(_message(bot), count, at_once)


async def raw(api: str, count: int, at_once: int, per_second: int) -> None:
    keyboard = [[{"text": label, "callback_data": "bulletin:why"}] for label in _BUTTONS]
    told = {"text": TEXT, "link_preview_options": {"is_disabled": True}} | {
        "reply_markup": {"inline_keyboard": keyboard}
    }
    rest = json.dumps(told, ensure_ascii=False).encode()[1:]
    url, headers = f"{api}/bot{TOKEN}/sendMessage", {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def send(chat: int) -> None:
            async with session.post(url, data=b'{"chat_id":%d,%b' % (chat, rest)) as answer:
                await answer.read()

        if per_second:
            await _evenly(send, count, per_second)
        else:
            await _by_workers(send, count, at_once)


def _message(bot: Bot) -> Send:
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data="bulletin:why")] for label in _BUTTONS]
    )
    preview = LinkPreviewOptions(is_disabled=True)

    async def send(chat: int) -> object:
        try:
            return await bot.send_message(
                chat, TEXT, reply_markup=keyboard, link_preview_options=preview
            )
        except TelegramError:
            return None  # the far side counts what it refused

    return send


async def _by_workers(send: Send, count: int, at_once: int) -> None:
    chats = iter(range(_FIRST_CHAT, _FIRST_CHAT + count))

    async def work(mine: Iterator[int]) -> None:
        for chat in mine:
            await send(chat)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work(chats))


async def _evenly(send: Send, count: int, per_second: int) -> None:
    begun, sent = monotonic(), 0

    async def one(chat: int) -> None:
        await send(chat)

    async with asyncio.TaskGroup() as group:
        while sent < count:
            due = min(count, int((monotonic() - begun) * per_second))
            for chat in range(_FIRST_CHAT + sent, _FIRST_CHAT + due):
                group.create_task(one(chat))
            sent = max(sent, due)
            await asyncio.sleep(_NAP_SECONDS)


async def main(kind: str, api: str, count: int, at_once: int, per_second: int) -> float:
    """The processor seconds of sending."""
    # The library tells of each refusal at length; the far side counts them.
    logging.disable()
    begun = process_time()
    match kind:
        case "library":
            await library(api, count, at_once)
        case "limiter":
            await limiter(api, count, at_once, per_second)
        case _:
            await raw(api, count, at_once, per_second)
    return process_time() - begun


if __name__ == "__main__":
    print(asyncio.run(main(*sys.argv[1:3], *map(int, sys.argv[3:6]))))  # type: ignore[arg-type]
