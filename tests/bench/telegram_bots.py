"""Bare Telegram bots that say back what they are told, to hold our figures against.

`python -m tests.bench.telegram_bots KIND API`, and the first line says where updates are taken:
`echo` over our transport and route, each update made in its own request; `defaults` as the library
comes, over its own transport and with its queue, one update after the other; `none` no library at
all, which shows what the measuring itself could do.
"""

import asyncio
import hmac
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.channels.telegram.account import HOOK_PATH, SECRET_HEADER
from bot.channels.telegram.request import AiohttpRequest
from bot.web import hooks
from tests.bench import wire
from tests.bench.telegram_far import CONNECTIONS, SECRET, TOKEN
from tests.bench.wire import Asker, Reply

Bots = Application[Any, Any, Any, Any, Any, Any]


class Echo:
    """The library's application behind our route."""

    secret_header = SECRET_HEADER
    most_bytes = 1024 * 1024

    def __init__(self, application: Bots, *, queued: bool) -> None:
        self._application = application
        self._queued = queued

    def knows(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), SECRET.encode())

    async def take_body(self, body: bytes) -> None:
        update = Update.de_json(json.loads(body), self._application.bot)
        if self._queued:
            await self._application.update_queue.put(update)
        else:
            await self._application.process_update(update)


async def say_back(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.message
    if message is not None:
        await context.bot.send_message(message.chat_id, message.text or "")


@asynccontextmanager
async def library(api: str, *, ours: bool) -> AsyncIterator[str]:
    """The library's echo: over our transport, or as it comes."""
    builder = Application.builder().updater(None).token(TOKEN).base_url(f"{api}/bot")
    if ours:
        builder = builder.request(AiohttpRequest(connections=CONNECTIONS))
        builder = builder.get_updates_request(AiohttpRequest())
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, say_back))
    async with application:
        if not ours:
            await application.start()
        app = web.Application()
        hooks.add_routes(app, {HOOK_PATH: Echo(application, queued=not ours)})
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{HOOK_PATH}"


@asynccontextmanager
async def nothing(api: str) -> AsyncIterator[str]:
    """A bot of a few lines."""
    asker = Asker(f"{api}/bot/sendMessage", "", CONNECTIONS)
    async with asyncio.TaskGroup() as group:

        def take(_: str, body: bytes) -> Reply:
            message = json.loads(body)["message"]
            answer = {"chat_id": message["chat"]["id"], "text": message["text"]}
            group.create_task(asker.post(json.dumps(answer).encode()))
            return b"", 0.0

        async with wire.serving(take) as address:
            yield f"{address}/"


async def serve(kind: str, api: str) -> None:
    """Until it is ended."""
    bot = nothing(api) if kind == "none" else library(api, ours=kind == "echo")
    async with bot as url:
        print(url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:3]))
