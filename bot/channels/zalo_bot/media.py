"""Fetches a picture or a voice message from where an update says that it lies.

Whoever can forge or word an update chooses that address, so it must never lead to a machine behind
our own door: only names are asked for, and of what a name resolves to only public addresses are
connected to, the very ones that were looked at.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from bot.logs import Event as Log
from bot.logs import note
from handlers.events import Unusable

MOST_REDIRECTS = 2
FETCH_SECONDS = 20.0

_REDIRECTS = (301, 302, 303, 307, 308)
# A name of the public net: several labels of letters, and the last of them no number (which would
# be an address in disguise).
_NAME = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_NATIVE = IPv6Network("2000::/3")
_EMBEDDING = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))


@dataclass(frozen=True, slots=True)
class Road:
    """How the outside is reached: who resolves names, whom TLS trusts, what makes sockets. A test
    puts its own in; the checks stay the same.
    """

    resolver: Callable[[], AbstractResolver] = field(default=DefaultResolver, repr=False)
    tls: ssl.SSLContext | None = None
    make_socket: Callable[..., socket.socket] | None = field(default=None, repr=False)
    seconds: float = FETCH_SECONDS


async def fetch(
    url: str, *, api_url: str, hosts: Sequence[str], most_bytes: int, road: Road | None = None
) -> bytes | Unusable:
    """What lies at `url`: at most `most_bytes`, else TOO_BIG; TOO_SLOW after 20 seconds together;
    BROKEN for whatever else is wrong, a forbidden address among it. Raises nothing.

    Asked for by https alone, also where http is written; at most two redirects, each checked as the
    first. `hosts` are patterns ("*.zdn.vn", "photo.example.org"); none: every public host. What
    begins at the origin of `api_url`, the operator's own server, may stay there as it is.
    """
    road = road or Road()
    try:
        async with asyncio.timeout(road.seconds):
            return await _fetch(url, URL(api_url).origin(), hosts, most_bytes, road)
    except TimeoutError:
        return Unusable.TOO_SLOW
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(getattr(error, "os_error", error), _Forbidden):
            note(Log.MEDIA_REFUSED)
        return Unusable.BROKEN


async def _fetch(
    url: str, own: URL, hosts: Sequence[str], most_bytes: int, road: Road
) -> bytes | Unusable:
    asked = URL(url)
    at_home = _origin(asked) == own
    if not at_home and not hosts:
        note(Log.MEDIA_FROM_ANY_HOST)
    for _ in range(MOST_REDIRECTS + 1):
        # Who began outside is not led to the operator's own server either.
        at_home = at_home and _origin(asked) == own
        asked = asked if at_home else _checked(asked, hosts)
        found = await _get(asked, most_bytes, road, is_guarded=not at_home)
        if not isinstance(found, URL):
            return found
        asked = found
    return Unusable.BROKEN


async def _get(
    url: URL, most_bytes: int, road: Road, *, is_guarded: bool
) -> bytes | Unusable | URL:
    """The body, or where the server sends us to."""
    inner = road.resolver()
    connector = aiohttp.TCPConnector(
        resolver=Guard(inner) if is_guarded else inner,
        # Each connection is looked up anew, and connected to exactly what was looked at.
        use_dns_cache=False,
        ssl=road.tls or True,
        socket_factory=road.make_socket,
    )
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "tiengtho", "Accept-Encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
            ) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status in _REDIRECTS and "Location" in answer.headers:
                return url.join(URL(answer.headers["Location"]))
            if answer.status != 200:
                return Unusable.BROKEN
            return await _read(answer, most_bytes)
    finally:
        await inner.close()


async def _read(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes | Unusable:
    body = bytearray()
    # What arrives is counted; what the server says of its length is not believed.
    while piece := await answer.content.readany():
        body += piece
        if len(body) > most_bytes:
            return Unusable.TOO_BIG
    return bytes(body)


class Guard(AbstractResolver):
    """Resolves names to public addresses only. Raises OSError where there are none."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Those addresses of `host` that lie outside."""
        found = await self._inner.resolve(host, port, family)
        outside = [each for each in found if is_public(each["host"])]
        if not outside:
            raise _Forbidden
        return outside

    async def close(self) -> None:
        """The inner one is closed by who made it."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to some machine of the public net: no private, loopback,
    link-local, shared, multicast or reserved one, and none that carries another address in it
    (mapped, NAT64, 6to4, Teredo).
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and not _is_native(parsed):
        return False
    is_special = parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified
    return parsed.is_global and not is_special


def _is_native(address: IPv6Address | IPv4Address) -> bool:
    return address in _NATIVE and not any(address in each for each in _EMBEDDING)


class _Forbidden(OSError):
    """The address leads to where we do not go. An OSError, for so a resolver says no."""


def _checked(url: URL, hosts: Sequence[str]) -> URL:
    """The same by https. Raises _Forbidden unless it names an allowed host and nothing beside."""
    host = url.raw_host or ""
    usual = {"https": 443, "http": 80}.get(url.scheme)
    if usual is None or url.explicit_port not in (None, usual):
        raise _Forbidden
    if url.raw_user is not None or url.raw_password is not None:
        raise _Forbidden
    if _NAME.fullmatch(host) is None or not _is_allowed(host, hosts):
        raise _Forbidden
    return URL.build(
        scheme="https",
        host=host,
        path=url.raw_path,
        query_string=url.raw_query_string,
        encoded=True,
    )


def _is_allowed(host: str, hosts: Sequence[str]) -> bool:
    return not hosts or any(
        host.endswith(each[1:]) if each.startswith("*.") else host == each for each in hosts
    )


def _origin(url: URL) -> URL | None:
    """Scheme, host and port; None for what is no such address, or brings a name along."""
    has_name = url.raw_user is not None or url.raw_password is not None
    return url.origin() if url.absolute and url.raw_host and not has_name else None
