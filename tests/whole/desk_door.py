"""The doors of the web desk: an administrator's page, an officer's first entry and later ones."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
import pyotp

from bot.app import utc_now
from tests.drive import Officer, Unexpected
from tests.whole.canaries import Cage

_GUARD = re.compile(r'name="guard" value="([^"]*)"')
_SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')
_GROUP = re.compile(r'name="group" value="([0-9a-f]+)"')
_CODE = re.compile(r'value="/ketnoi ([^"]+)"')
_PERIOD = timedelta(seconds=30)


@dataclass(slots=True)
class Visitor:
    """A browser that keeps the desk's cookie."""

    http: aiohttp.ClientSession = field(repr=False)
    address: str
    cookie: str = field(default="", repr=False)
    shown: str = field(default="", repr=False)

    async def get(self, path: str) -> str:
        """Look at a page."""
        url = self.address + path
        async with self.http.get(url, headers=self._headers, allow_redirects=False) as response:
            return await self._taken(response)

    async def send(self, path: str, **fields: str) -> str:
        """Send a form of the page that is shown; the answer."""
        told = {"guard": found(_GUARD, self.shown), **fields}
        url = self.address + path
        async with self.http.post(
            url, data=told, headers=self._headers, allow_redirects=False
        ) as response:
            if response.status >= 400:
                raise Unexpected(f"{response.status} after {path} {fields.get('do', '')}")
            return await self._taken(response)

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Cookie": self.cookie} if self.cookie else {}

    async def _taken(self, response: aiohttp.ClientResponse) -> str:
        self.shown = await response.text()
        for name, morsel in response.cookies.items():
            # With a public address the name has a prefix.
            if name.endswith("desk"):
                self.cookie = f"{name}={morsel.value}"
        return self.shown


@dataclass(slots=True)
class Entry:
    """What an officer enters with."""

    login: str
    password: str = field(repr=False)
    secret: str = field(repr=False)

    async def enter(self, http: aiohttp.ClientSession, address: str) -> Officer:
        """Through the front door, with password and code."""
        visitor = Visitor(http, address)
        await visitor.get("/desk/vao")
        await visitor.send("/desk/vao", login=self.login, password=self.password)
        await visitor.get("/desk/vao/ma")
        # The next code: no code works twice, and the present one may have been the enrolment's.
        code = pyotp.TOTP(self.secret).at(utc_now() + _PERIOD)
        await visitor.send("/desk/vao/ma", code=code)
        return Officer(http, address, visitor.cookie)


async def new_officer(
    administrator: Visitor, cage: Cage, *units: str, role: str = "officer"
) -> tuple[Entry, str]:
    """An officer (or another `role`) of these units, enrolled; and the member's id."""
    login = cage.plain("officer's log-in name")
    name = cage.words("officer's name")
    first, *others = units
    page = await _asked(administrator, "add", login=login, name=name, unit=first, role=role)
    token = found(re.compile(r"/desk/moi/([^\"]+)"), page)
    cage.keep("enrolment link", token)
    card = re.compile(rf'{login}</span>.*?name="member" value="([0-9a-f]+)"', re.DOTALL)
    member = found(card, page)
    for unit in others:
        await _asked(administrator, "grant", member=member, unit=unit, role=role)
    path = f"/desk/moi/{token}"
    visitor = Visitor(administrator.http, administrator.address)
    secret = found(_SECRET, await visitor.get(path)).replace(" ", "")
    cage.keep("authenticator", secret)
    entry = Entry(login, cage.words("officer's password"), secret)
    code = pyotp.TOTP(secret).at(utc_now())
    await visitor.send(path, password=entry.password, again=entry.password, code=code)
    return entry, member


async def account_code(administrator: Visitor, cage: Cage, member: str) -> str:
    """A code that links a member's account in a chat app."""
    return _kept(cage, await _asked(administrator, "account_code", member=member))


async def alarm_code(administrator: Visitor, cage: Cage, member: str) -> str:
    """A code that lets a member be rung in a chat on Zalo."""
    return _kept(cage, await _asked(administrator, "zalo_code", member=member))


async def group_code(administrator: Visitor, cage: Cage, unit: str) -> str:
    """A code that makes a group the desk of a unit."""
    return _kept(cage, await _asked(administrator, "group_code", unit=unit))


async def let_group_read(administrator: Visitor) -> None:
    """The one group that there is may send words to its officers."""
    page = await administrator.get("/desk/nguoi")
    await _asked(administrator, "change_group", group=found(_GROUP, page), reading="1")


def found(pattern: re.Pattern[str], page: str) -> str:
    """What the pattern's bracket holds. Raises Unexpected where it does not fit."""
    match = pattern.search(page)
    if match is None:
        raise Unexpected(f"nothing on the page fits {pattern.pattern[:20]}")
    return html.unescape(match.group(1))


async def _asked(administrator: Visitor, do: str, **fields: str) -> str:
    return await administrator.send("/desk/nguoi", do=do, **fields)


def _kept(cage: Cage, page: str) -> str:
    code = found(_CODE, page)
    cage.keep("code of a desk", code)
    return code
