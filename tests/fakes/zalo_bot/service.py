"""The HTTP side of the fake: reads a call, records it, and does what was asked or ordered."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import aiohttp
from aiohttp import web

from tests.fakes.faults import Cut, Hang, Slow, Write
from tests.fakes.zalo_bot import hooks, outside, sending, wire
from tests.fakes.zalo_bot.call import Call
from tests.fakes.zalo_bot.door import Door
from tests.fakes.zalo_bot.faults import (
    Fault,
    Label,
    Plan,
    Redirect,
    Refuse,
    Reset,
    Shut,
    too_many,
)
from tests.fakes.zalo_bot.hooks import Postman
from tests.fakes.zalo_bot.pictures import Gallery
from tests.fakes.zalo_bot.polling import Poller
from tests.fakes.zalo_bot.records import TOKEN_MARK, Record
from tests.fakes.zalo_bot.refusals import Refusal, not_found, unauthorized
from tests.fakes.zalo_bot.world import Bot, Json, World

Method = Callable[[Call], Awaitable[Json]]


async def _get_me(call: Call) -> Json:
    return {
        "result": {
            "id": call.bot.id,
            "account_name": call.bot.account_name,
            "account_type": "BASIC",
            "can_join_groups": False,
        }
    }


# By their exact names; `getUpdates` is the server's own.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "getMe": _get_me,
        "setWebhook": hooks.set_hook,
        "deleteWebhook": hooks.delete_hook,
        "getWebhookInfo": hooks.hook_info,
        "testWebhook": hooks.try_hook,
        "sendMessage": sending.send_message,
        "sendPhoto": sending.send_photo,
        "sendSticker": sending.send_sticker,
        "sendVoice": sending.send_voice,
        "sendChatAction": sending.send_chat_action,
    }
)


class Service:
    """Everything that a call can touch besides the world: orders, pollers, postmen, pictures.

    `strays` are paths where nothing is, in the order somebody asked for them.
    """

    def __init__(self, world: World, ports: dict[str, int]) -> None:
        self.world = world
        self.records: list[Record] = []
        self.strays: list[str] = []
        self.plans: list[Plan] = []
        self.gallery = Gallery()
        self.pollers: dict[str, Poller] = {}
        self.postmen: dict[str, Postman] = {}
        self.door: Door
        self.outside: aiohttp.ClientSession
        self._ports = ports
        self._rounds: list[asyncio.Task[None]] = []
        self._closing = asyncio.Event()

    async def open(self) -> str:
        """Begin to serve; returns the address."""
        app = web.Application(client_max_size=2**31)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/media/{name}", self._serve_media)
        app.router.add_route("*", "/{path:.*}", self._serve_stray)
        self.outside = outside.session(outside.Names(self._ports))
        self.door = Door(app)
        await self.door.open()
        return self.door.url

    async def close(self) -> None:
        """End everything that waits. Raises what went wrong on a postman's round."""
        self._closing.set()
        for token, poller in self.pollers.items():
            poller.end(self.world.bots[token])
        for task in self._rounds:
            task.cancel()
        ended = await asyncio.gather(*self._rounds, return_exceptions=True)
        await self.door.close()
        await self.outside.close()
        for failure in ended:
            if isinstance(failure, Exception):
                raise failure

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        read = await wire.read(request)
        bot = self.world.bots.get(request.match_info["token"])
        record = self._record(request, read, bot)
        self.records.append(record)
        if record.method == "getUpdates" and bot is not None:
            seconds, limits = time.monotonic(), self.world.limits
            if bot.usage.polls_too_fast(seconds, limits):
                page = too_many()
                record.status = page.status
                return _written(page)
        plan = next((plan for plan in self.plans if plan.strikes(record)), None)
        return await self._answer(request, record, read, plan.fault if plan else None)

    def _record(self, request: web.Request, read: wire.Read, bot: Bot | None) -> Record:
        chat, method = read.parameters.get("chat_id"), request.match_info["method"]
        return Record(
            path=f"/bot{TOKEN_MARK}/{method}",
            method=method,
            verb=request.method,
            parameters=read.parameters,
            content_type=request.content_type if request.body_exists else "",
            chat=None if chat is None else str(chat),
            bot=bot.name if bot is not None else None,
            at=self.world.clock(),
            seconds=time.monotonic(),
            files=read.files,
        )

    async def _answer(
        self, request: web.Request, record: Record, read: wire.Read, fault: Fault | None
    ) -> web.StreamResponse:
        """Do what was asked, or what was ordered instead, and note the status in the record."""
        response: web.StreamResponse = web.Response()
        if fault is None or _is_after(fault):
            response = await self._do(request, record, read)
        match fault:
            case None:
                pass
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case Refuse(code, description):
                record.code = code
                response = wire.refused(Refusal(code, description), self.world.habits)
            case Write():
                response = _written(fault)
            case Label(content_type):
                response.content_type = content_type
            case Redirect(location, status):
                response = web.Response(status=status, headers={"Location": location})
            case Hang():
                await self._closing.wait()
                return await wire.cut(request, halfway=False)
            case Cut(halfway=halfway):
                return await wire.cut(request, halfway=halfway)
            case Reset():
                return wire.reset(request)
            case Shut():
                await response.prepare(request)
                await response.write_eof()
                self.door.shut()
        record.status = response.status
        return response

    async def _do(
        self, request: web.Request, record: Record, read: wire.Read
    ) -> web.StreamResponse:
        try:
            rest = await self._call(request.match_info["token"], record.method, read)
        except Refusal as refusal:
            record.code = refusal.code
            return wire.refused(refusal, self.world.habits)
        return wire.fine(rest, self.world.habits)

    async def _call(self, token: str, method: str, read: wire.Read) -> Json | bytes:
        """Run a method. Raises Refusal."""
        bot = self.world.bots.get(token)
        if bot is None:
            raise unauthorized()
        if method != "getUpdates" and method not in METHODS:
            raise not_found()
        if read.wrong is not None:
            raise read.wrong
        call = Call(self.world, bot, self.outside, self.gallery, read.parameters)
        if method == "getUpdates":
            return await self.pollers.setdefault(token, Poller()).poll(call)
        if method == "setWebhook":
            self._employ_postman(bot)
        return await METHODS[method](call)

    def _employ_postman(self, bot: Bot) -> None:
        if bot.token not in self.postmen:
            postman = self.postmen[bot.token] = Postman(self.world, bot, self.outside)
            # He walks as long as the server lives, which no single call could wait for.
            self._rounds.append(asyncio.get_running_loop().create_task(postman.run()))

    async def _serve_media(self, request: web.Request) -> web.StreamResponse:
        file = self.world.shelf.files.get(request.match_info["name"])
        if file is None:
            return web.Response(status=404)
        plan = next((plan for plan in self.plans if plan.strikes_media()), None)
        if plan is None:
            return file.answer()
        match plan.fault:
            case Slow(seconds):
                await asyncio.sleep(seconds)
                return file.answer()
            case Write():
                return _written(plan.fault)
            case Redirect(location, status):
                return web.Response(status=status, headers={"Location": location})
            case Label(content_type):
                answer = file.answer()
                answer.content_type = content_type
                return answer
            case Cut(halfway=halfway):
                return await wire.cut(request, halfway=halfway)
            case Hang():
                await self._closing.wait()
                return await wire.cut(request, halfway=False)
            case Reset() | Refuse() | Shut():
                return wire.reset(request)

    async def _serve_stray(self, request: web.Request) -> web.StreamResponse:
        """Nothing is here; who came all the same is noted without the address's secrets."""
        self.strays.append(request.path.partition("/bot")[0] or "/bot")
        return wire.refused(not_found(), self.world.habits)


def _is_after(fault: Fault) -> bool:
    """Whether what was asked is done all the same."""
    match fault:
        case Slow() | Label() | Shut():
            return True
        case Write(after=after) | Hang(after=after) | Cut(after=after) | Reset(after=after):
            return after
        case Refuse() | Redirect():
            return False


def _written(page: Write) -> web.Response:
    return web.Response(status=page.status, body=page.body, content_type=page.content_type)
