"""Pictures lent to the outside: for a chat app that takes no picture, only an address of one.

An address is for one picture and nobody can guess it. It lives for 15 minutes and three fetches, in
memory alone, for the app may fetch more than once and a picture that it finds gone comes out black.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import hdrs, web

from storage.chance import new_token

LENT_MINUTES = 15
MOST_FETCHES = 3
MOST_BYTES = 16 * 1024 * 1024
PATH = "/anh/"
_NAME = "[A-Za-z0-9_-]{43}"


class Full(Exception):
    """As much is lent as may be; the message goes without its picture. Says nothing more."""


@dataclass(slots=True)
class _Picture:
    data: bytes = field(repr=False)
    mime: str
    until: datetime
    left: int = MOST_FETCHES


class Lent:
    """What is lent at present."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """`clock` gives the present time, aware."""
        self._clock = clock
        # By the hash of the name: how long a look-up takes tells nothing about a name.
        self._pictures: dict[bytes, _Picture] = {}

    @property
    def held(self) -> int:
        """How many bytes are held; the same picture at several addresses is held once."""
        held = {id(each.data): len(each.data) for each in self._pictures.values()}
        return sum(held.values())

    def lend(self, data: bytes, mime: str) -> str:
        """The path from which `data` can be fetched now. Raises Full."""
        self.sweep()
        # A bulletin lends one picture to everybody.
        same = next((each.data for each in self._pictures.values() if each.data == data), None)
        if same is None and self.held + len(data) > MOST_BYTES:
            raise Full
        name, until = new_token(), self._clock() + timedelta(minutes=LENT_MINUTES)
        self._pictures[_key(name)] = _Picture(data if same is None else same, mime, until)
        return PATH + name

    def look(self, name: str) -> tuple[bytes, str] | None:
        """The picture and its type; None for a name that is not lent (any more)."""
        self.sweep()
        found = self._pictures.get(_key(name))
        return (found.data, found.mime) if found is not None else None

    def fetch(self, name: str) -> tuple[bytes, str] | None:
        """The same, and one of its fetches is used."""
        found = self.look(name)
        if found is not None:
            picture = self._pictures[_key(name)]
            picture.left -= 1
            if picture.left == 0:
                del self._pictures[_key(name)]
        return found

    def sweep(self) -> None:
        """Let go of what is over."""
        now = self._clock()
        over = [key for key, picture in self._pictures.items() if picture.until <= now]
        for key in over:
            del self._pictures[key]


def add_routes(app: web.Application, lent: Lent) -> None:
    """GET and HEAD /anh/<name>: the picture, without a word about whom it is for, or 404."""

    async def give(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        found = lent.look(name) if request.method == hdrs.METH_HEAD else lent.fetch(name)
        if found is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        data, mime = found
        return web.Response(body=data, content_type=mime, headers={"Cache-Control": "no-store"})

    app.router.add_get(f"{PATH}{{name:{_NAME}}}", give)


def _key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
