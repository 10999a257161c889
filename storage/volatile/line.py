"""The line to a Redis server: connections, scripts, and what goes wrong as one of three things."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import OutOfMemoryError, RedisError, ResponseError

from storage import crypto
from storage.volatile import scripts
from storage.volatile.limits import Away, Full

_CONNECTIONS = 64
_ANSWER_SECONDS = 3.0
_CONNECT_SECONDS = 2.0
# Twice more, soon: every script finds what its first sending did.
_RETRIES, _PAUSE_SECONDS = 2, 0.1


class OtherNonce(Exception):
    """The store was emptied since the nonce was asked for; nothing was done."""


class Refused(Exception):
    """The server answers, and does not let us do it."""


class Line:
    """A line to the database at `url`, below the prefix of whoever has `key`."""

    def __init__(self, url: str, key: bytes, *, prefix: str = "tiengtho:") -> None:
        """Nothing is connected yet. Whoever shares the prefix and the key shares the entries."""
        self.prefix = f"{prefix}{crypto.fingerprint(key, b'prefix', 8).hex()}:".encode()
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_ANSWER_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            socket_connect_timeout=_CONNECT_SECONDS,
            retry=Retry(ConstantBackoff(_PAUSE_SECONDS), _RETRIES),
            # Nothing is asked for that only newer servers know.
            protocol=2,
            driver_info=None,
        )
        self.client = Client.from_pool(pool)
        self._scripts: dict[str, Any] = {}

    async def nonce(self) -> bytes:
        """The nonce of the store, made by whoever comes first. Raises Away, Refused, Full."""
        name = self.prefix + b"nonce"
        try:
            with _cancelled_if_asked():
                await self.client.set(name, crypto.new_master(), nx=True)
                found = await self.client.get(name)
        except (RedisError, OSError) as error:
            raise told(error) from None
        if not isinstance(found, bytes):
            raise Away
        return found

    async def run(self, script: str, nonce: bytes, now: int, *args: bytes | int) -> Any:
        """What a script of `storage.volatile.scripts` gives. Raises Away, Refused, Full,
        OtherNonce.
        """
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self.client.register_script(script)
        try:
            with _cancelled_if_asked():
                return await known(keys=[self.prefix], args=[nonce, now, *args])
        except (RedisError, OSError) as error:
            # The library's text may hold the address.
            raise told(error) from None

    async def close(self) -> None:
        """Hang up."""
        await self.client.aclose()


def told(error: Exception) -> Exception:
    """The library's error as one of ours."""
    if isinstance(error, OutOfMemoryError):
        return Full()
    if isinstance(error, ResponseError):
        is_other = str(error).startswith(scripts.OTHER_NONCE)
        return OtherNonce() if is_other else Refused()
    return Away()


@contextmanager
def _cancelled_if_asked() -> Iterator[None]:
    """The library waits by `asyncio.wait_for`, which before Python 3.12 loses a cancellation that
    comes while it ends: whoever cancelled us would wait for ever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    yield
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError
