"""HTTP as cheaply as Python can, so that the far side of a measurement costs little beside what is
measured. For our own programs only: whole requests with a length, kept-alive connections.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.drive import Unexpected

Reply = tuple[bytes, float]
"""A body in JSON, and after how many seconds it leaves."""
_END = b"\r\n\r\n"


class _Half(asyncio.Protocol):
    """One side of a connection: cuts what comes into heads and bodies."""

    def __init__(self) -> None:
        self._held = b""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(_END)) >= 0:
            head = self._held[:end]
            whole = end + len(_END) + _length(head)
            if len(self._held) < whole:
                return
            body, self._held = self._held[end + len(_END) : whole], self._held[whole:]
            self.taken(head, body)

    def taken(self, head: bytes, body: bytes) -> None:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)


class _Served(_Half):
    """A connection of somebody who asks."""

    def __init__(self, answer: Callable[[str, bytes], Reply]) -> None:
        super().__init__()
        self._answer = answer

    def taken(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        said, delay = self._answer(path, body)
        data = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        data %= (len(said), said)
        if delay:
            asyncio.get_running_loop().call_later(delay, self.write, data)
        else:
            self.write(data)


class _Asking(_Half):
    """A connection of ours, for one request after the other."""

    waiting: asyncio.Future[int] | None = None

    def taken(self, head: bytes, body: bytes) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(Unexpected("the connection was cut"))


@asynccontextmanager
async def serving(answer: Callable[[str, bytes], Reply]) -> AsyncIterator[str]:
    """Give `answer` the path and the body of every request; the address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Served(answer), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class Asker:
    """Posts JSON to one place over at most so many connections."""

    def __init__(self, url: str, headers: str, connections: int) -> None:
        """`url` with its port; `headers` are whole lines."""
        where = urlsplit(url)
        self._place = str(where.hostname), where.port or 80
        self._head = (
            f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Content-Type: application/json\r\n{headers}Content-Length: "
        ).encode()
        self._places = asyncio.Semaphore(connections)
        self._free: list[_Asking] = []

    async def post(self, body: bytes) -> bool:
        """Whether it was taken (200) or has to come again (503). Raises Unexpected for others."""
        async with self._places:
            asking = await self._connection()
            asking.waiting = asyncio.get_running_loop().create_future()
            asking.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
            code = await asking.waiting
            self._free.append(asking)
        if code not in (200, 503):
            raise Unexpected(f"an update was answered with {code}")
        return code == 200

    def close(self) -> None:
        """Close what is open."""
        for each in self._free:
            if each.transport is not None:
                each.transport.close()

    async def _connection(self) -> _Asking:
        while self._free:
            known = self._free.pop()
            if known.transport is not None and not known.transport.is_closing():
                return known
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(_Asking, *self._place)
        return made


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at < 0:
        return 0
    end = lower.find(b"\r\n", at)
    return int(lower[at + 15 : end if end > 0 else len(lower)])
