"""The fake's own way out: it fetches pictures and posts to webhooks, but only on this machine."""

import socket
from dataclasses import dataclass, field

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult


@dataclass(slots=True)
class Names(AbstractResolver):
    """Which names there are in the world, and at which port of this machine they live.

    A name that is not here does not exist; nothing ever leaves the machine.
    """

    ports: dict[str, int] = field(default_factory=dict)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """This machine, at the name's port. Raises OSError for an unknown name."""
        if host != "localhost" and host not in self.ports:
            raise OSError(f"no such name: {host}")
        found = ResolveResult(
            hostname=host,
            host="127.0.0.1",
            port=self.ports.get(host, port),
            family=socket.AF_INET,
            proto=0,
            flags=socket.AI_NUMERICHOST,
        )
        return [found]

    async def close(self) -> None:
        """Nothing to close."""


def session(names: Names) -> aiohttp.ClientSession:
    """A session without any limit of connections that knows only these names."""
    connector = aiohttp.TCPConnector(limit=0, resolver=names, use_dns_cache=False)
    return aiohttp.ClientSession(connector=connector)
