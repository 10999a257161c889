"""The door of the fake's server: a port of this machine that can be shut and opened again."""

import asyncio
import socket

from aiohttp import web


class Door:
    """Listens at a port that stays the same. Shut, the port refuses every connection."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )
        self._socket = _bound(0)
        self._listener: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    async def open(self) -> None:
        """Take connections, for the first time."""
        await self._runner.setup()
        await self._listen()

    def shut(self) -> None:
        """Refuse new connections from now on, and break off those that there are."""
        if self._listener is None:
            return
        address = self._socket.getsockname()
        self._listener.close()
        self._listener = None
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        # Bound and not listening, the port refuses connections, and nobody else can take it.
        self._socket = _bound(address[1])

    def reopen(self) -> None:
        """Take connections again, at once."""
        if self._listener is None and self._opening is None:
            self._socket.listen(128)
            # Who connects now waits in the socket for the few moments until the loop listens.
            self._opening = asyncio.get_running_loop().create_task(self._listen())

    async def close(self) -> None:
        """Shut it for ever."""
        if self._opening is not None:
            await self._opening
        if self._listener is not None:
            self._listener.close()
        self._socket.close()
        await self._runner.cleanup()

    @property
    def _server(self) -> web.Server:
        assert self._runner.server is not None
        return self._runner.server

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._server, sock=self._socket, backlog=512)
        self._opening = None


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.setblocking(False)
    return made
