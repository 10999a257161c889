"""Who is at the desk: sessions, the guard on every form, and the wait after wrong tries.

Sessions and remembered devices live in the volatile store only. Nothing here looks at an address of
the network: a carrier or a factory shares one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from typing import Literal

from aiohttp import web

from bot.web.parts import PARTS, Parts
from bot.web.sessions import is_form_token
from bot.web.uploads import BUDGET, Form
from handlers.broadcasters import drafts
from handlers.languages import Language
from storage import staff
from storage.chance import new_token
from storage.database import Tx
from storage.staff import Member

SESSION_SECONDS = 12 * 3600
IDLE_SECONDS = 3600
CODE_SECONDS = 600
LONGEST_WAIT_SECONDS = 60
BELL_SECONDS = 400 * 24 * 3600
"""A bell outlives sessions; no browser keeps a cookie for longer."""
_TRIES_SECONDS = 3600
_FREE_TRIES = 3
_TURN_SECONDS = 120
"""So long somebody who waited has their turn."""
_WRITTEN = ("words", *drafts.TYPED)
# A token, or the id of an alarm.
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}|[0-9a-f]{32}")

Cookie = Literal["desk", "desk-device", "desk-bell"]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who gave their password; `sure` when the one-time code was right as well.

    `began` is in seconds since 1970; `stamp` is the member's at that time.
    """

    token: str = field(repr=False)
    staff: str
    stamp: str = field(repr=False)
    began: float
    language: Language
    sure: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in member at a page."""

    session: Session
    member: Member

    @property
    def language(self) -> Language:
        """The language that they read."""
        return self.session.language


class Stopped(Exception):
    """A form that did not come from a page of ours. `words` are shown back."""

    def __init__(self, words: tuple[str, ...] = (), status: int = HTTPStatus.FORBIDDEN) -> None:
        super().__init__("a form was refused")
        self.words = words
        self.status = status


class NotYours(Exception):
    """No such page, or no right to it: nobody learns which."""


class NoTip(NotYours):
    """The same of a tip, in words of its own: tips end by their workers' wish and by time."""


class SignedOut(Exception):
    """The page needs somebody who is signed in."""


async def seated(request: web.Request, *, quiet: bool = False) -> Seat:
    """Who sits before this page. `quiet` when the page asks by itself: that keeps nobody signed in.

    Raises SignedOut.
    """
    parts = request.app[PARTS]
    session = await session_of(request, quiet=quiet)
    if session is None or not session.sure:
        raise SignedOut
    async with parts.database.read() as tx:
        member = await member_of(tx, session)
    if member is None:
        await parts.volatile.drop("desk session", session.token)
        raise SignedOut
    return Seat(session, member)


async def member_of(tx: Tx, session: Session) -> Member | None:
    """The member whose session this is, unless their password or link is a new one since."""
    member = await staff.by_id(tx, bytes.fromhex(session.staff))
    return member if member is not None and member.stamp == session.stamp else None


async def session_of(request: web.Request, *, quiet: bool = False) -> Session | None:
    """The living session of this browser, sure or not; looking at it keeps it from idling out."""
    parts, token = request.app[PARTS], cookie(request, "desk")
    stored = await parts.volatile.get("desk session", token) if token else None
    if stored is None:
        return None
    told = json.loads(stored)
    session = Session(token, **{**told, "language": Language(told["language"])})
    left = session.began + SESSION_SECONDS - parts.clock().timestamp()
    if left <= 0 or await _ended_everywhere(parts, session.staff, session.began):
        await parts.volatile.drop("desk session", token)
        return None
    if session.sure and not quiet:
        await parts.volatile.touch("desk session", token, min(IDLE_SECONDS, left))
    return session


async def begin(parts: Parts, member: Member, language: Language, *, sure: bool) -> Session:
    """A new session; its token is fresh, so that nobody can have planted it."""
    began = parts.clock().timestamp()
    session = Session(new_token(), member.id.hex(), member.stamp, began, language, sure)
    await _keep(parts, session, IDLE_SECONDS if sure else CODE_SECONDS)
    return session


async def leave_behind(request: web.Request) -> None:
    """The session that this browser had is over: whoever signs in anew gets a fresh one."""
    await request.app[PARTS].volatile.drop("desk session", cookie(request, "desk"))


async def speak(parts: Parts, session: Session, language: Language) -> None:
    """From now on the pages of this session are in `language`."""
    left = session.began + SESSION_SECONDS - parts.clock().timestamp()
    await _keep(parts, replace(session, language=language), min(IDLE_SECONDS, left))


async def end(parts: Parts, session: Session, *, everywhere: bool) -> None:
    """Sign out here, or everywhere: then all sessions and remembered devices so far are void."""
    await parts.volatile.drop("desk session", session.token)
    if everywhere:
        now = repr(parts.clock().timestamp()).encode()
        # Whatever began before has ended by itself when this mark is gone.
        seconds = SESSION_SECONDS + IDLE_SECONDS
        await parts.volatile.put("desk everywhere", session.staff, now, seconds=seconds)


async def remember(parts: Parts, member: Member) -> str:
    """Remember this device for the member; the token for its cookie."""
    token = new_token()
    told = {"staff": member.id.hex(), "stamp": member.stamp, "began": _now(parts)}
    value = json.dumps(told).encode()
    await parts.volatile.put("desk device", token, value, seconds=SESSION_SECONDS)
    return token


async def remembers(request: web.Request, member: Member) -> bool:
    """Whether this device gave the member's one-time code within the last 12 hours."""
    parts, token = request.app[PARTS], cookie(request, "desk-device")
    stored = await parts.volatile.get("desk device", token) if token else None
    if stored is None:
        return False
    told = json.loads(stored)
    known = told["staff"] == member.id.hex() and told["stamp"] == member.stamp
    return known and not await _ended_everywhere(parts, told["staff"], told["began"])


async def try_now(parts: Parts, *names: str, turn: str = "") -> int:
    """Count a try for each of `names`; the seconds to wait, 0 when it may be made now.

    The wait grows with the tries of an hour, but never beyond a minute. Whoever is told to wait
    gets a turn of their own under the name `turn`, and has it after that time whatever others do
    meanwhile: who tries again and again with somebody else's name cannot lock them out.
    """
    now = _now(parts)
    own = await parts.volatile.get("desk turn", turn) if turn else None
    if own is not None and float(own) > now:
        return max(1, round(float(own) - now))
    # Of two that come with the same turn one has it.
    has_turn = own is not None and await parts.volatile.drop("desk turn", turn)
    waits = [await parts.volatile.get("desk wait", name) for name in names]
    longest = max((float(until) for until in waits if until is not None), default=0.0)
    if longest > now and not has_turn:
        if turn:
            kept = longest - now + _TURN_SECONDS
            await parts.volatile.put("desk turn", turn, repr(longest).encode(), seconds=kept)
        return max(1, round(longest - now))
    for name in names:
        tries = await parts.volatile.count("desk tries", name, seconds=_TRIES_SECONDS)
        if tries > _FREE_TRIES:
            seconds = min(LONGEST_WAIT_SECONDS, 2 ** min(tries - _FREE_TRIES, 10))
            until = repr(_now(parts) + seconds).encode()
            await parts.volatile.put("desk wait", name, until, seconds=seconds)
    return 0


async def forgive(parts: Parts, *names: str) -> None:
    """The try was a right one: nobody waits for those before."""
    for name in names:
        await parts.volatile.drop("desk tries", name)
        await parts.volatile.drop("desk wait", name)


async def checked_form(request: web.Request, token: str) -> Mapping[str, str]:
    """The fields of a form that one of our pages made for this browser.

    Raises Stopped, and what `Form.begin` raises. That another site's page sent it was refused
    before, in `server.frame`.
    """
    form = Form(request, request.app[BUDGET])
    await form.begin()
    fields = form.fields
    if not token or not is_form_token(token, fields.get("guard", "")):
        raise Stopped(typed_words(fields))
    return fields


def typed_words(fields: Mapping[str, str]) -> tuple[str, ...]:
    """What somebody wrote into a form that is not taken, so that it can be copied."""
    return tuple(words for name in _WRITTEN if (words := fields.get(name, "").strip()))


def cookie(request: web.Request, name: Cookie) -> str:
    """The value of a cookie of ours, empty when there is none."""
    value = request.cookies.get(_cookie_name(request.app[PARTS], name), "")
    return value if _VALUE.fullmatch(value) else ""


def give_cookie(parts: Parts, response: web.StreamResponse, name: Cookie, token: str) -> None:
    """Let the browser keep `token`: that of a session until it is closed, the others longer."""
    response.set_cookie(
        _cookie_name(parts, name),
        token,
        path="/",
        secure=parts.secure,
        httponly=True,
        samesite="Lax",
        max_age={"desk-device": SESSION_SECONDS, "desk-bell": BELL_SECONDS}.get(name),
    )


def take_cookie(parts: Parts, response: web.StreamResponse, name: Cookie) -> None:
    """Let the browser forget a cookie."""
    response.del_cookie(
        _cookie_name(parts, name), path="/", secure=parts.secure, httponly=True, samesite="Lax"
    )


async def _keep(parts: Parts, session: Session, seconds: float) -> None:
    told = asdict(session)
    del told["token"]
    value = json.dumps(told).encode()
    await parts.volatile.put("desk session", session.token, value, seconds=seconds)


async def _ended_everywhere(parts: Parts, key: str, began: float) -> bool:
    ended = await parts.volatile.get("desk everywhere", key)
    return ended is not None and began <= float(ended)


def _cookie_name(parts: Parts, name: Cookie) -> str:
    return f"__Host-{name}" if parts.secure else name


def _now(parts: Parts) -> float:
    return parts.clock().timestamp()
