"""Stands between us and the real Redis: passes everything on, and can be cut off, lose an answer,
or answer some questions as another server would.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_BLOCK = 2**16
# As Redis 7.0 says it to a user without the right, and a managed one where the command is gone.
NO_RIGHT = b"-NOPERM this user has no permissions to run the 'config|get' command\r\n"
NO_COMMAND = b"-ERR unknown command 'CONFIG', with args beginning with: 'GET' 'save' \r\n"


def listed(*words: str) -> bytes:
    """A list of words as Redis answers it."""
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()


def bulk(text: str) -> bytes:
    """One text as Redis answers it."""
    return f"${len(text.encode())}\r\n{text}\r\n".encode()


class Between:
    """One that listens; made by `between`. `answers` are given in place of the server's to whatever
    question holds the words; each of the questions comes in a piece of its own.
    """

    def __init__(self, host: str, port: int) -> None:
        self.url = ""
        self.answers: dict[bytes, bytes] = {}
        self.until_lost: int | None = None
        self.is_cut = False
        self._far = host, port
        self._open: set[asyncio.StreamWriter] = set()

    def lose(self, *, after: int = 0) -> None:
        """The answer to the script after so many others does not arrive: the server has done it,
        the line breaks.
        """
        self.until_lost = after

    def cut(self) -> None:
        """Nobody gets through any more."""
        self.is_cut = True
        for writer in self._open:
            writer.close()

    def mend(self) -> None:
        """Everybody gets through again."""
        self.is_cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self.is_cut:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection(*self._far)
        self._open |= {writer, far_writer}
        back = asyncio.ensure_future(self._pass(far_reader, writer))  # noqa: TID251 - ended below
        try:
            with suppress(ConnectionError):
                await self._ask(reader, writer, far_writer, back)
        finally:
            self._open -= {writer, far_writer}
            for each in (writer, far_writer):
                each.close()
            back.cancel()
            with suppress(asyncio.CancelledError):
                await back

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far: asyncio.StreamWriter,
        back: "asyncio.Future[None]",
    ) -> None:
        while question := await reader.read(_BLOCK):
            told = next((said for words, said in self.answers.items() if words in question), None)
            if told is not None:
                writer.write(told)
                continue
            is_lost = b"EVALSHA" in question and self.until_lost == 0
            if b"EVALSHA" in question and self.until_lost is not None:
                self.until_lost = None if is_lost else self.until_lost - 1
            if is_lost:
                back.cancel()
            far.write(question)
            if is_lost:
                await far.drain()
                # Long enough for the server to have done it.
                await asyncio.sleep(0.05)
                return

    async def _pass(self, far: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await far.read(_BLOCK):
            writer.write(answer)
        writer.close()

    async def ended(self) -> None:
        """Wait until nobody is connected any more."""
        while self._open:  # noqa: ASYNC110 - connections end in many ways
            await asyncio.sleep(0.003)


@asynccontextmanager
async def between(url: str) -> AsyncIterator[Between]:
    """A server on a port of its own before the Redis at `url`."""
    parts = urlsplit(url)
    made = Between(parts.hostname or "127.0.0.1", parts.port or 6379)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}{parts.path}"
    try:
        yield made
    finally:
        server.close()
        made.cut()
        await made.ended()
        await server.wait_closed()
