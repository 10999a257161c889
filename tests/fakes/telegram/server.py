"""The fake's HTTP server, and what a test orders of it."""

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

from aiohttp import web

from tests.fakes.clock import Clock
from tests.fakes.faults import Cut, Hang, Slow, Write
from tests.fakes.telegram import hooks, limits, wire
from tests.fakes.telegram.arrivals import Arrival
from tests.fakes.telegram.asking import LINK_SECONDS
from tests.fakes.telegram.call import Call, Upload
from tests.fakes.telegram.faults import Fault, Plan, Refuse
from tests.fakes.telegram.hooks import Postman
from tests.fakes.telegram.inbox import MESSAGE_LIFE_SECONDS
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.methods import METHODS
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.polling import Poller
from tests.fakes.telegram.refusals import Refusal
from tests.fakes.telegram.rooms import Channel, Group
from tests.fakes.telegram.world import Bot, Json, World
from tests.fakes.waiting import PATIENCE_SECONDS, until

MOST_UPLOAD_BYTES = 50 * 1024 * 1024
_TOKEN = re.compile(r"\d{1,16}:[A-Za-z0-9_-]{20,80}")


class FakeTelegram:
    """A Bot API server on this machine, with its people and rooms. Use with `async with`.

    `clock` gives seconds since 1970 and rules dates, lives, limits and repeats; polls are held by
    the machine's own time. `limits` None: no flood limits. `https_only` refuses plain webhooks, as
    api.telegram.org does and a self-hosted server does not. `delay_seconds` can be set at any time:
    every call then takes so long.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] | None = None,
        limits: Limits | None = None,
        https_only: bool = False,
        most_upload_bytes: int = MOST_UPLOAD_BYTES,
        webhook_timeout_seconds: float = 60.0,
    ) -> None:
        self.clock = clock or Clock()
        self.limits = limits
        self.world = World(self.clock)
        self.arrivals: list[Arrival] = []
        self.delay_seconds = 0.0
        self._https_only = https_only
        self._most_upload_bytes = most_upload_bytes
        self._webhook_timeout_seconds = webhook_timeout_seconds
        self._plans: list[Plan] = []
        self._pollers: dict[int, Poller] = {}
        self._people: dict[str, Person] = {}
        self._postmen: dict[int, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**31)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        for postman in self._postmen.values():
            postman.cancel()
        ended = await asyncio.gather(*self._postmen.values(), return_exceptions=True)
        assert self._runner is not None
        await self._runner.cleanup()
        for failure in ended:
            if isinstance(failure, Exception):
                raise failure

    # Who is there

    def bot(self, username: str | None = None, token: str | None = None) -> Bot:
        """A bot by its name (without one: the first), made when first asked for.

        Its `token` is what the server accepts.
        """
        if username is None and token is None:
            return self.world.first_bot()
        for known in self.world.bots.values():
            if known.username == username:
                return known
        return self.world.add_bot(username or "tieng_tho_bot", token)

    def person(
        self,
        name: str,
        *,
        last_name: str | None = None,
        username: str | None = None,
        language: str | None = "vi",
    ) -> Person:
        """A person by first name, made when first asked for."""
        if name not in self._people:
            account = self.world.add_account(
                name, last_name=last_name, username=username, language_code=language
            )
            self._people[name] = Person(self.world, account)
        return self._people[name]

    async def group(
        self,
        title: str,
        owner: Person,
        *members: Person | Bot,
        supergroup: bool = True,
        forum: bool = False,
    ) -> Group:
        """A new group with its first members."""
        kind = "supergroup" if supergroup or forum else "group"
        chat = self.world.add_room(
            "supergroup" if kind == "supergroup" else "group", title, forum=forum
        )
        made = Group(self.world, chat, owner)
        for who in members:
            await made.add(who)
        return made

    async def channel(self, title: str, owner: Person, *bots: Bot) -> Channel:
        """A new channel, with bots that may do everything there."""
        made = Channel(self.world, self.world.add_room("channel", title), owner)
        for bot in bots:
            await made.promote_bot(bot=bot)
        return made

    # What goes wrong, and what was asked

    def fail(
        self,
        fault: Fault,
        method: str | None = None,
        *,
        chat: int | None = None,
        bot: Bot | None = None,
        nth: int = 1,
        times: int | None = 1,
    ) -> None:
        """Order a fault for the `nth` fitting call from now on, and `times` in a row (None: ever).

        Of several orders that fit, the oldest strikes, and only it counts the call: orders given
        one after the other strike one after the other.
        """
        self._plans.append(Plan(fault, method, chat, bot.token if bot else None, nth, times))

    def heal(self) -> None:
        """Take all ordered faults back."""
        self._plans.clear()

    def calls(self, method: str | None = None, *, chat: int | None = None) -> list[Arrival]:
        """The record of arrivals, of one method and one chat, oldest first."""
        return [
            arrival
            for arrival in self.arrivals
            if (method is None or arrival.method.lower() == method.lower())
            and (chat is None or arrival.chat_id == chat)
        ]

    async def called(
        self, method: str, count: int = 1, seconds: float = PATIENCE_SECONDS
    ) -> list[Arrival]:
        """Wait until a method was called so often. Raises AssertionError where it was not."""

        def look() -> list[Arrival] | None:
            calls = self.calls(method)
            return calls if len(calls) >= count else None

        return await until(look, seconds, f"{count} calls of {method}")

    async def settled(self, bot: Bot | None = None, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until every update of the bot was confirmed. Raises AssertionError else."""
        inbox = (bot or self.bot()).inbox
        await until(lambda: None if inbox.waiting else True, seconds, "all updates to be taken")

    def deliver(self, body: Json, *, bot: Bot | None = None, key: int = 0) -> None:
        """Queue an update of any shape, known to this version of the API or not."""
        expires_at = self.clock() + MESSAGE_LIFE_SECONDS
        (bot or self.bot()).inbox.put_raw(body, key, expires_at)

    def repeat(self, bodies: Iterable[Json], *, bot: Bot | None = None) -> None:
        """Queue updates once more under the numbers they had: Telegram delivers at least once."""
        inbox = (bot or self.bot()).inbox
        for body in bodies:
            inbox.put_again(body, self.clock() + MESSAGE_LIFE_SECONDS)

    # Serving

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        if not _TOKEN.fullmatch(token):
            return wire.refused(Refusal(404, "Not Found"))
        try:
            parameters, uploads = await wire.read(request)
        except Refusal as refusal:
            return wire.refused(refusal)
        arrival = self._record(request, token, method, parameters, uploads)
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        plan = next((plan for plan in self._plans if plan.strikes(arrival)), None)
        return await self._answer(request, arrival, uploads, plan.fault if plan else None)

    def _record(
        self,
        request: web.Request,
        token: str,
        method: str,
        parameters: Json,
        uploads: dict[str, Upload],
    ) -> Arrival:
        chat: Any = parameters.get("chat_id")
        if chat is not None and str(chat).lstrip("-").isdecimal():
            chat = int(chat)
        arrival = Arrival(
            token,
            method,
            chat,
            self.clock(),
            time.monotonic(),
            parameters,
            {name: upload.data for name, upload in uploads.items()},
            request.content_type,
        )
        self.arrivals.append(arrival)
        return arrival

    async def _answer(
        self,
        request: web.Request,
        arrival: Arrival,
        uploads: dict[str, Upload],
        fault: Fault | None,
    ) -> web.StreamResponse:
        """Do what was asked, or what was ordered instead, and note the status in the record."""
        response: web.StreamResponse
        if (
            fault is None
            or isinstance(fault, Slow)
            or (not isinstance(fault, Refuse) and fault.after)
        ):
            response = await self._do(arrival, uploads)
        match fault:
            case None:
                pass
            case Slow(seconds):
                await asyncio.sleep(seconds)
            case Refuse(code, description, more):
                response = wire.refused(Refusal(code, description, **more))
            case Write(status, body, content_type):
                response = web.Response(status=status, body=body, content_type=content_type)
            case Hang():
                await self._closing.wait()
                return await wire.cut(request, halfway=False)
            case Cut(halfway=halfway):
                return await wire.cut(request, halfway=halfway)
        arrival.status = response.status
        return response

    async def _do(self, arrival: Arrival, uploads: dict[str, Upload]) -> web.Response:
        bot = self.world.bots.get(arrival.token)
        if bot is None:
            return wire.refused(Refusal(401, "Unauthorized"))
        if sum(len(upload.data) for upload in uploads.values()) > self._most_upload_bytes:
            return wire.refused(Refusal(413, "Request Entity Too Large"))
        try:
            result = await self._call(
                arrival.method.lower(), Call(self.world, bot, arrival.parameters, uploads)
            )
        except Refusal as refusal:
            return wire.refused(refusal)
        return wire.fine(result)

    async def _call(self, method: str, call: Call) -> Any:
        """Run a method. Raises Refusal."""
        if method == "getupdates":
            return await self._pollers.setdefault(call.bot.id, Poller()).poll(call)
        if method == "setwebhook":
            return self._set_hook(call)
        if method not in METHODS:
            raise Refusal(404, "Not Found")
        if self.limits is not None and method in limits.COUNTED:
            place = call.chat()
            self.limits.admit(call.bot, place, self.clock())
        return METHODS[method](call)

    def _set_hook(self, call: Call) -> bool:
        hooks.set_hook(call, https_only=self._https_only)
        if not call.bot.hook.url:
            return True
        self._pollers.setdefault(call.bot.id, Poller()).end(
            call.bot.inbox, "terminated by setWebhook request"
        )
        if call.bot.id not in self._postmen:
            postman = Postman(self.world, call.bot, self._obey, self._webhook_timeout_seconds)
            # It lives as long as the server, which no single call could wait for.
            self._postmen[call.bot.id] = asyncio.get_running_loop().create_task(postman.run())
        return True

    async def _obey(self, bot: Bot, method: str, parameters: Json) -> None:
        """A call that came in the answer to a webhook."""
        now = time.monotonic()
        chat = parameters.get("chat_id")
        arrival = Arrival(bot.token, method, chat, self.clock(), now, parameters)
        self.arrivals.append(arrival)
        arrival.status = (await self._do(arrival, {})).status

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots.get(request.match_info["token"])
        path = request.match_info["path"]
        for file in self.world.files.values():
            if bot is None or file.path != path or bot.id not in file.linked_at:
                continue
            if self.clock() - file.linked_at[bot.id] <= LINK_SECONDS:
                return web.Response(body=file.data, content_type="application/octet-stream")
        return wire.refused(Refusal(404, "Not Found"))
