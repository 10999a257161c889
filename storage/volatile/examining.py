"""Looks at a Redis server before it is trusted: does it write to a disk, who copies it, what does
it throw away.
"""

from dataclasses import dataclass

from redis.exceptions import AuthenticationError, AuthorizationError, RedisError, ResponseError

from storage.volatile.limits import Away
from storage.volatile.line import Line, Refused


@dataclass(frozen=True, slots=True)
class Examined:
    """What a server says of itself.

    `persists` are the settings by which it writes to a disk, None where it does not let us see
    them. `copies`: it has replicas, or is one, None where that cannot be seen. `evicts` is how it
    makes room by throwing entries away; empty where it refuses instead, or hides it.
    """

    persists: tuple[str, ...] | None
    copies: bool | None
    evicts: str


class WrongPassword(Exception):
    """The server wants another password or user."""


async def examine(line: Line) -> Examined:
    """Raises Away, Refused, WrongPassword."""
    try:
        await line.client.ping()
        save, append = await _setting(line, "save"), await _setting(line, "appendonly")
        policy, most = await _setting(line, "maxmemory-policy"), await _setting(line, "maxmemory")
        copies = await _copies(line)
    except (AuthenticationError, AuthorizationError):
        raise WrongPassword from None
    except ResponseError as error:
        raise (WrongPassword if str(error).startswith("WRONGPASS") else Refused) from None
    except (RedisError, OSError):
        raise Away from None
    persists = None
    if save is not None and append is not None:
        on = {"save": save.strip() != "", "appendonly": append != "no"}
        persists = tuple(name for name, is_on in on.items() if is_on)
    is_evicting = policy not in (None, "noeviction") and most != "0"
    return Examined(persists, copies, str(policy) if is_evicting else "")


async def _setting(line: Line, name: str) -> str | None:
    """A setting of the server; None where it hides it."""
    try:
        found = await line.client.config_get(name)
    except ResponseError:
        # A managed server renames or forbids the command.
        return None
    told = {_text(key): _text(each) for key, each in dict(found or {}).items()}
    return told.get(name)


async def _copies(line: Line) -> bool | None:
    try:
        found = await line.client.info("replication")
    except ResponseError:
        return None
    told = {_text(key): each for key, each in found.items()}
    if "role" not in told:
        return None
    return _text(told["role"]) != "master" or int(told.get("connected_slaves", 0)) > 0


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
