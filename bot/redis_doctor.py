"""Whether a Redis may hold what must never touch a disk: what is seen, and what to do about it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.config import Settings

if TYPE_CHECKING:
    from storage.volatile.examining import Examined
    from storage.volatile.line import Line

Finding = tuple[bool | None, str]
"""Whether it is well (None: the operator should know), and one line."""


class Doubt(StrEnum):
    """Why a store is used and warned of."""

    HIDDEN = "hidden"
    COPIED = "copied"
    EVICTS = "evicts"


_OFF = {
    "save": "redis-cli CONFIG SET save ''",
    "appendonly": "redis-cli CONFIG SET appendonly no",
}
_CONFIRM = "make sure that nothing of it reaches a disk, then set TIENGTHO_REDIS_IS_VOLATILE=true"
_HIDDEN = "the server does not let us see whether it writes to a disk"
_COPIED = "the server has replicas or is one, and those may write to a disk"
_AWAY = "Redis: the server cannot be reached; look at TIENGTHO_REDIS_URL"
_PASSWORD = "Redis: the server wants another password or user"  # noqa: S105 - a sentence
REFUSED = "Redis: the server refuses what we need: it is a replica, or the user may not write"


async def examine(settings: Settings) -> list[Finding]:
    """What `doctor` says of the Redis of the settings; nothing where there is none."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return []
    # Imported here, for without an address nothing of Redis shall be in the process.
    from storage.volatile.line import Line  # noqa: PLC0415

    line = Line(url, bytes(32))
    try:
        found = await judged(line, confirmed=settings.redis_is_volatile)
    finally:
        await line.close()
    return [(well, told) for well, told, _ in found]


async def judged(line: "Line", *, confirmed: bool) -> Sequence[tuple[bool | None, str, Doubt]]:
    """The same with the reason for a doubt. `confirmed`: the operator vouches for what is hidden.
    Where one of them is False nothing may be put there.
    """
    from storage.volatile import Away  # noqa: PLC0415 - with those that need the library
    from storage.volatile.examining import WrongPassword, examine  # noqa: PLC0415
    from storage.volatile.line import Refused  # noqa: PLC0415

    try:
        return _judged(await examine(line), confirmed=confirmed)
    except Away:
        told = _AWAY
    except WrongPassword:
        told = _PASSWORD
    except Refused:
        told = REFUSED
    return [(False, told, Doubt.HIDDEN)]


def _judged(examined: "Examined", *, confirmed: bool) -> Sequence[tuple[bool | None, str, Doubt]]:
    if examined.persists:
        off = " && ".join(_OFF[name] for name in examined.persists)
        told = f"Redis: the server writes to a disk; switch that off, in redis.conf too: {off}"
        return [(False, told, Doubt.HIDDEN)]
    unseen = [
        *(
            [(_HIDDEN, Doubt.HIDDEN)]
            if examined.persists is None or examined.copies is None
            else []
        ),
        *([(_COPIED, Doubt.COPIED)] if examined.copies else []),
    ]
    said = "you said that nothing does" if confirmed else _CONFIRM
    found: list[tuple[bool | None, str, Doubt]] = [
        (None if confirmed else False, f"Redis: {why}; {said}", doubt) for why, doubt in unseen
    ]
    if examined.evicts:
        told = (
            f"Redis: a full server throws drafts away ({examined.evicts});"
            " redis-cli CONFIG SET maxmemory-policy noeviction"
        )
        found.append((None, told, Doubt.EVICTS))
    return found
