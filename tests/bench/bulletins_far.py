"""A Bot API that takes bulletins as fast as Python can, in a process of its own: it notes when each
message arrived, and refuses what is above the limit.

`python -m tests.bench.bulletins_far`; the first line says where it is.
"""

import asyncio
import json
import sys
from array import array
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp

from tests import product, services
from tests.bench import wire
from tests.bench.wire import Asker
from tests.drive import Unexpected

TOKEN = "10000001:bench-bench-bench-bench-bench-bench"
READERS = 1_000_000_000
"""Chats with smaller numbers are people who talk with the bot."""
SECRET = "a-secret-that-nobody-can-guess"
TEXT = "Công ty trả lương chậm từ mười lăm ngày thì phải trả thêm tiền lãi cho người lao động. " * 7
_BOT = {"id": 10000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_ASKED = "/far"
_A_SECOND = 1.0
_TINY = 1e-3
_LOOK_SECONDS = 0.05
_START_SECONDS = 30
_BLAST_CONNECTIONS, _BLAST_AT_ONCE = 8, 25
# What follows the number in an answer: the message with its text, as the real one repeats it.
_REST = json.dumps(
    {"from": _BOT, "chat": {"id": 1, "first_name": "Reader", "type": "private"}, "date": 1795395600}
    | {"text": TEXT}
).encode()[1:]
_OK, _SLOWER = b"200 OK", b"429 Too Many Requests"
_REFUSAL = json.dumps(
    {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
).encode()


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What was taken since the last `reset`: how many, when the first and the last came (on the
    machine's clock), the most within any sliding second; and how many were refused.
    """

    count: int
    first: float
    last: float
    worst_second: int
    refusals: int

    @property
    def per_second(self) -> float:
        """How many a second, from the first to the last."""
        return (self.count - 1) / (self.last - self.first) if self.last > self.first else 0.0


@dataclass(slots=True)
class _Far:
    """The state of the process. `limit` a second is taken, 0: everything. `heard` says when a chat
    got its first answer; answers to people are bound by no limit of ours.
    """

    limit: int = 0
    delay: float = 0.0
    refusals: int = 0
    hook: dict[str, Any] | None = None
    arrivals: "array[float]" = field(default_factory=lambda: array("d"))
    recent: deque[float] = field(default_factory=deque)
    heard: dict[int, float] = field(default_factory=dict)

    def answer(self, path: str, body: bytes) -> tuple[bytes, bytes, float]:
        """Status, body, and after how many seconds it leaves."""
        method = path.rpartition("/")[2].lower()
        if path == _ASKED:
            return _OK, json.dumps(self.do(**json.loads(body))).encode(), 0.0
        if method == "sendmessage":
            return *self._send(body), self.delay
        if method == "setwebhook":
            self.hook = json.loads(body)
        return _OK, _fine(_BOT if method == "getme" else True), 0.0

    def do(self, what: str, **told: Any) -> object:
        """What the measuring side asks."""
        match what:
            case "reset":
                self.limit, self.delay = told["limit"], told["delay"]
                self.refusals, self.arrivals = 0, array("d")
                self.recent.clear()
                self.heard.clear()
                return True
            case "count":
                return len(self.arrivals)
            case "arrivals":
                ends = (self.arrivals[0], self.arrivals[-1]) if self.arrivals else (0.0, 0.0)
                return [len(self.arrivals), *ends, worst_second(self.arrivals), self.refusals]
            case "heard":
                return list(self.heard.items())
            case _:
                return self.hook

    def _send(self, body: bytes) -> tuple[bytes, bytes]:
        now = monotonic()
        # With a blank: made by the library, so it may be an answer to somebody.
        if body.startswith(b'{"chat_id": ') and (chat := _chat(body)) < READERS:
            self.heard.setdefault(chat, now)
        elif self.limit and not self._has_room(now):
            self.refusals += 1
            return _SLOWER, _REFUSAL
        else:
            self.arrivals.append(now)
        number = len(self.arrivals)
        return _OK, b'{"ok":true,"result":{"message_id":%d,%b}' % (number + 1, _REST)

    def _has_room(self, now: float) -> bool:
        while self.recent and self.recent[0] <= now - _A_SECOND + _TINY:
            self.recent.popleft()
        if len(self.recent) >= self.limit:
            return False
        self.recent.append(now)
        return True


class _Served(wire._Half):
    """A connection of somebody who asks."""

    def __init__(self, far: _Far) -> None:
        super().__init__()
        self._far = far

    def taken(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        status, said, delay = self._far.answer(path, body)
        data = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        data %= (status, len(said), said)
        if delay:
            asyncio.get_running_loop().call_later(delay, self.write, data)
        else:
            self.write(data)


@dataclass(frozen=True, slots=True)
class Far:
    """The far side, asked by the measuring one."""

    address: str
    http: aiohttp.ClientSession = field(repr=False)

    async def reset(self, *, limit: int = 0, delay: float = 0.0) -> None:
        """Forget what came; take so many a second (0: all), answer after `delay` seconds."""
        await self._ask(what="reset", limit=limit, delay=delay)

    async def arrivals(self) -> Arrivals:
        """What came since."""
        return Arrivals(*await self._ask(what="arrivals"))

    async def until(self, count: int, patience_seconds: float) -> None:
        """Wait until so many messages were taken."""

        async def came() -> bool:
            return bool(await self._ask(what="count") >= count)

        await until(came, patience_seconds)

    async def heard(self) -> dict[int, float]:
        """When each chat got its first answer."""
        return {int(chat): at for chat, at in await self._ask(what="heard")}

    async def hook(self) -> Asker:
        """The way of updates to the bot, once it has told one."""

        async def is_told() -> bool:
            return await self._ask(what="hook") is not None

        await until(is_told, _START_SECONDS)
        told = await self._ask(what="hook")
        secret = f"X-Telegram-Bot-Api-Secret-Token: {told['secret_token']}\r\n"
        return Asker(told["url"], secret, int(told.get("max_connections", 40)))

    async def ceiling(self, count: int) -> float:
        """How many messages a second it takes at most, from somebody who costs nothing."""
        await self.reset()
        each = max(1, count // _BLAST_CONNECTIONS)
        async with asyncio.TaskGroup() as group:
            for _ in range(_BLAST_CONNECTIONS):
                group.create_task(self._blast(each))
        taken = await self.arrivals()
        return taken.per_second

    async def _blast(self, count: int) -> None:
        place = self.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(place[0], int(place[1]))
        body = json.dumps({"chat_id": 5_550_000_000, "text": TEXT}, separators=(",", ":")).encode()
        head = f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
        for _ in range(0, count, _BLAST_AT_ONCE):
            writer.write((head.encode() + body) * _BLAST_AT_ONCE)
            for _ in range(_BLAST_AT_ONCE):
                length = int((await reader.readuntil(b"\r\n\r\n")).rpartition(b": ")[2])
                await reader.readexactly(length)
        writer.close()
        await writer.wait_closed()

    async def _ask(self, **asked: object) -> Any:
        async with self.http.post(self.address + _ASKED, data=json.dumps(asked)) as answer:
            return json.loads(await answer.read())


@asynccontextmanager
async def open_far() -> AsyncIterator[Far]:
    """The far side, started and ended."""
    async with child("tests.bench.bulletins_far") as process, aiohttp.ClientSession() as http:
        assert process.stdout is not None
        address = (await process.stdout.readline()).decode().strip()
        if not address.startswith("http"):
            raise Unexpected("the far side did not start")
        yield Far(address, http)


@asynccontextmanager
async def child(module: str, *told: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """A module of the tests as a process of its own; it is ended with the context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", module, *map(str, told),
        cwd=product.ROOT, env=services.environment(PTB_TIMEDELTA="1"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(
    met: Callable[[], Awaitable[bool]],
    patience_seconds: float,
    look_seconds: float = _LOOK_SECONDS,
) -> None:
    """Look again and again until it is so. Raises TimeoutError."""
    async with asyncio.timeout(patience_seconds):
        # Another process is asked: nobody tells us.
        while not await met():  # noqa: ASYNC110
            await asyncio.sleep(look_seconds)


def worst_second(arrivals: "array[float]") -> int:
    """The most arrivals within any second, its end not counted."""
    most = oldest = 0
    for newest, at in enumerate(arrivals):
        while at - arrivals[oldest] >= _A_SECOND:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most


def _chat(body: bytes) -> int:
    return int(json.loads(body)["chat_id"])


def _fine(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


async def serve() -> None:
    """Until it is ended, or nobody is there any more who could end it."""
    far = _Far()
    server = await asyncio.get_running_loop().create_server(lambda: _Served(far), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(serve())
