"""Where a member is signed in: kept in the volatile store alone, as long as the sessions are."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

from aiohttp import web

from bot.web.access import SESSION_SECONDS, Session
from bot.web.parts import Parts

_KIND = "desk sessions"
_MOST = 20
"""Further ones live as well; the list shows the newest."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session: `handle` names it and opens nothing. `phone` is a guess at the device."""

    handle: str
    since: datetime
    phone: bool
    token: str = field(repr=False)


async def note(parts: Parts, request: web.Request, session: Session) -> None:
    """Let the list of its member hold a session that begins now. Raises Full."""
    async with parts.volatile.hold(_KIND, session.staff):
        kept = await _living(parts, session.staff)
        began = datetime.fromtimestamp(session.began, UTC)
        fresh = SignedIn(_handle(session.token), began, _is_phone(request), session.token)
        await _keep(parts, session.staff, [*kept, fresh][-_MOST:])


async def of(parts: Parts, staff: str) -> list[SignedIn]:
    """The living sessions of a member (id in hex), the newest first."""
    return list(reversed(await _living(parts, staff)))


async def end(parts: Parts, staff: str, handle: str) -> str:
    """End that session of this member; its token, empty when there is none."""
    for each in await _living(parts, staff):
        if each.handle == handle:
            return each.token if await parts.volatile.drop("desk session", each.token) else ""
    return ""


async def _living(parts: Parts, staff: str) -> list[SignedIn]:
    stored = await parts.volatile.get(_KIND, staff)
    found = []
    for token, began, phone in json.loads(stored) if stored else ():
        if await parts.volatile.get("desk session", token) is not None:
            since = datetime.fromtimestamp(began, UTC)
            found.append(SignedIn(_handle(token), since, phone, token))
    return found


async def _keep(parts: Parts, staff: str, kept: list[SignedIn]) -> None:
    told = [[each.token, each.since.timestamp(), each.phone] for each in kept]
    await parts.volatile.put(_KIND, staff, json.dumps(told).encode(), seconds=SESSION_SECONDS)


def _is_phone(request: web.Request) -> bool:
    """What the browser says of itself is read here, for one word, and kept nowhere."""
    return "Mobi" in request.headers.get("User-Agent", "")


def _handle(token: str) -> str:
    return blake2b(token.encode(), digest_size=8).hexdigest()
