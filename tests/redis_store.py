"""Volatile stores for tests, with a clock moved by hand; in Redis each below its own prefix."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis as Client

from bot import app
from bot.config import Settings
from storage.keys import Purpose
from storage.volatile import MAX_BYTES, Memory
from storage.volatile.line import Line
from storage.volatile.redis import Redis
from tests import services

KEY = bytes(range(32))


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def of_memory(
    clock: Callable[[], float], *, max_bytes: int = MAX_BYTES
) -> AsyncIterator[Memory]:
    """A store in this process."""
    yield Memory(KEY, clock, max_bytes=max_bytes)


@asynccontextmanager
async def of_redis(
    clock: Callable[[], float], *, max_bytes: int = MAX_BYTES
) -> AsyncIterator[Redis]:
    """A store in Redis that nobody else has."""
    async with below() as place, place.store(clock, max_bytes=max_bytes) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Place:
    """A prefix of the tests' Redis database; `client` looks at what lies below it."""

    url: str
    prefix: str
    client: Client = field(repr=False)

    @asynccontextmanager
    async def store(
        self, clock: Callable[[], float], *, key: bytes = KEY, max_bytes: int = MAX_BYTES
    ) -> AsyncIterator[Redis]:
        """A store as one process has it; several share what lies here."""
        line = Line(self.url, key, prefix=self.prefix)
        opened = Redis(line, key, clock, max_bytes=max_bytes)
        try:
            yield opened
        finally:
            await opened.close()

    async def names(self) -> list[bytes]:
        """The names of everything that lies here."""
        return [name async for name in self.client.scan_iter(match=f"{self.prefix}*", count=1000)]

    async def forget(self) -> None:
        """As if the server had been started anew, for this prefix alone."""
        if names := await self.names():
            await self.client.delete(*names)

    async def everything(self) -> bytes:
        """Every byte below the prefix: names, values as Redis would write them, and as they are."""
        held: list[object] = []
        for name in await self.names():
            held += [name, await self.client.dump(name)]
            match await self.client.type(name):
                case b"string":
                    held.append(await self.client.get(name))
                case b"hash":
                    held += [
                        part for pair in (await self.client.hgetall(name)).items() for part in pair
                    ]
                case b"zset":
                    held += await self.client.zrange(name, 0, -1)
                case kind:
                    raise AssertionError(kind)
        return b"\0".join(each for each in held if isinstance(each, bytes))


@asynccontextmanager
async def below(url: str | None = None) -> AsyncIterator[Place]:
    """A prefix of its own in the tests' database, with nothing left of it afterwards."""
    url = url or services.redis_url()
    assert url is not None, "mark this test with @pytest.mark.redis"
    client = Client.from_url(url, protocol=2)
    place = Place(url, f"test-{secrets.token_hex(6)}:", client)
    try:
        yield place
    finally:
        await place.forget()
        await client.aclose()


async def forget_house(settings: Settings) -> None:
    """Nothing of a house stays in Redis."""
    async with app.open_database(settings) as (database, _):
        assert database.keys is not None
        key = database.keys.subkey(Purpose.VOLATILE, "memory")
    url = services.redis_url()
    assert url is not None
    line = Line(url, key)
    names = [name async for name in line.client.scan_iter(match=line.prefix + b"*", count=1000)]
    if names:
        await line.client.delete(*names)
    await line.close()
