"""The worker's session: a random token in a cookie, and the form token that is derived from it."""

import re
from hashlib import blake2b

from aiohttp import web

from bot.web import onion
from storage.chance import new_token
from storage.crypto import equal

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def fresh() -> str:
    """A new token, known to nobody."""
    return new_token()


def session_of(request: web.Request) -> str | None:
    """The token that the browser sent, if it has the shape of one."""
    token = request.cookies.get(_name(request), "")
    return token if _SHAPE.fullmatch(token) else None


def keep(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Let the browser keep `token` until it is closed, and send it from our own pages only."""
    secure = onion.is_secure(request)
    response.set_cookie(
        _name(request), token, httponly=True, samesite="Strict", secure=secure, path="/"
    )


def drop(request: web.Request, response: web.StreamResponse) -> None:
    """Let the browser forget its token."""
    secure = onion.is_secure(request)
    response.del_cookie(_name(request), httponly=True, samesite="Strict", secure=secure, path="/")


def form_token(token: str) -> str:
    """What every form of this session carries.

    Made from the session's token, which no other site can read: nothing has to be kept for it.
    """
    return blake2b(b"form", key=token.encode(), digest_size=24).hexdigest()


def is_form_token(token: str, given: str) -> bool:
    """Whether `given` is the form token of the session `token`."""
    return equal(form_token(token).encode(), given.encode())


def _name(request: web.Request) -> str:
    return "__Host-tt" if onion.is_secure(request) else "tt"
