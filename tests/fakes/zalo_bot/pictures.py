"""Sent pictures: fetched from the bot's address several times, black where a later fetch fails."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.zalo_bot.habits import Habits
from tests.fakes.zalo_bot.refusals import bad

FETCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Fetch:
    """One look at an address: HTTP status (0: no answer), content type, how many bytes."""

    verb: str
    status: int
    content_type: str
    size: int

    @property
    def is_picture(self) -> bool:
        """Whether a picture came back, straight from this address."""
        is_full = self.size > 0 or self.verb == "HEAD"
        return self.status == 200 and self.content_type.startswith("image/") and is_full


@dataclass(slots=True, eq=False)
class Picture:
    """A picture that a bot sent. `data` is what the first fetch brought; `post` its message id."""

    url: str
    chat: str = field(repr=False)
    post: str = ""
    data: bytes = field(default=b"", repr=False)
    fetches: list[Fetch] = field(default_factory=list)

    @property
    def is_black(self) -> bool:
        """Whether people see a black square: fetched once, and a later time not."""
        return not all(fetch.is_picture for fetch in self.fetches)

    async def fetch(self, outside: aiohttp.ClientSession, verb: str = "GET") -> Fetch:
        """Look at the address once more, without following a redirect."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        try:
            async with outside.request(
                verb, self.url, allow_redirects=False, timeout=timeout
            ) as response:
                body = await response.read()
                fetch = Fetch(verb, response.status, response.content_type, len(body))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            body, fetch = b"", Fetch(verb, 0, "", 0)
        self.data = self.data or body
        self.fetches.append(fetch)
        return fetch


@dataclass(slots=True, eq=False)
class Gallery:
    """All pictures that were sent, oldest first."""

    pictures: list[Picture] = field(default_factory=list)

    async def take(
        self, outside: aiohttp.ClientSession, url: str, chat: str, habits: Habits
    ) -> Picture:
        """Fetch a picture as often as the habits say. Raises Refusal where there is none."""
        require_address(url, habits)
        picture = Picture(url, chat)
        for number, verb in enumerate(habits.photo_fetches):
            fetch = await picture.fetch(outside, verb)
            if number == 0 and not fetch.is_picture:
                raise bad("The photo URL is invalid")
        return picture


def require_address(url: str, habits: Habits) -> None:
    """Raises Refusal for an address that Zalo does not fetch."""
    if not url.startswith(("http://", "https://")):
        raise bad("The photo must start with http:// or https://")
    host = _host(url)
    is_refused = host in habits.blocked_hosts or (is_local(host) and not habits.local_allowed)
    if not host or is_refused:
        raise bad("The photo URL is invalid")


def is_local(host: str) -> bool:
    """Whether a host is this machine or in somebody's house."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return not address.is_global


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
