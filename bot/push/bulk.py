"""The way out for pushes: a title and the bulletin's address, sealed for each browser alone."""

import asyncio
import json
from collections.abc import Callable, Sequence

import aiohttp
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys
from yarl import URL

from bot.bulletins.bulk import Delivered, Letter, Result
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.pace import ACCOUNT, Kind, Pace, Scope
from bot.push import endpoint
from bot.push.keys import PushKey
from handlers.screens import Button

PAGE = "/ban-tin"
PAYLOAD_BYTES = 1024
"""All pushes are of one size: how long a title is would tell which bulletin it is."""
KEPT_SECONDS = 24 * 3600
"""So long a push service keeps a push for a phone that is off."""
_LONGEST_TITLE = 150
_LONGEST_HALT_SECONDS = 3600
_LONGEST_ACCOUNT_HALT_SECONDS = 60
_UNTOLD_HALT_SECONDS = 30
_BROKEN_SECONDS = 5
_NOT_SENT_SECONDS = 1.0
_PATIENCE = aiohttp.ClientTimeout(total=15, sock_connect=5)


class PushBulk:
    """Use with `async with`. `contact` is where a push service may write to (RFC 8292, 2.1).
    `route` gives the address that is really called: a test has its own push service. `urgent`: a
    phone that sleeps is woken (RFC 8030, 5.3).
    """

    def __init__(
        self,
        key: PushKey,
        contact: str,
        pace: Pace,
        per_second: float,
        *,
        route: Callable[[str], str] = str,
        urgent: bool = False,
    ) -> None:
        self.pace = pace
        self.per_second = per_second
        self._sealing = WebPush(key.private, key.public, contact, ttl=KEPT_SECONDS)
        self._route = route
        self._urgency = {"urgency": "high"} if urgent else {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "PushBulk":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_PATIENCE,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def letter(self, text: str, buttons: Sequence[Button]) -> Letter:  # noqa: ARG002 - no room
        """The first paragraph, and the way to all bulletins."""
        return letter_to(text.partition("\n\n")[0], PAGE)

    def notice(self, title: str, bulletin: str) -> Letter:
        """The title, and the way to the bulletin: for all readers the same, and nothing else."""
        return letter_to(title, f"{PAGE}/{bulletin}")

    def scope(self, address: str) -> Scope:
        """Every browser is a chat."""
        return Scope(Kind.CHAT, address)

    async def send(self, address: str, letter: Letter) -> Result:
        """One push. A 429 halts the account's pace by itself."""
        end = endpoint.opened(address)
        if self._session is None or end is None:
            return Refused("address")
        url = URL(self._route(end.url), encoded=True)
        keys = WebPushKeys(auth=end.auth, p256dh=end.p256dh)
        sealed = self._sealing.get(
            letter.before, WebPushSubscription.model_validate({"endpoint": end.url, "keys": keys})
        )
        try:
            async with self._session.post(
                url,
                data=sealed.encrypted,
                headers=sealed.headers | self._urgency,
                allow_redirects=False,
            ) as answer:
                result = result_of(answer.status, answer.headers.get("Retry-After", ""))
                if isinstance(result, TryLater) and answer.status == 429:
                    halt = min(result.seconds, _LONGEST_ACCOUNT_HALT_SECONDS)
                    self.pace.refused(asyncio.get_running_loop().time(), ACCOUNT, halt)
                return result
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            return TryLater(_NOT_SENT_SECONDS)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Unknown()


def result_of(status: int, retry_after: str) -> Result:
    """What an answer means (RFC 8030, 5 and 7.3). A push has no number: it cannot be recalled."""
    if 200 <= status < 300:
        return Delivered(0)
    if status in (404, 410):
        return Gone()
    if status == 429 or status >= 500:
        untold = _UNTOLD_HALT_SECONDS if status == 429 else _BROKEN_SECONDS
        told = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10
        return TryLater(max(1, min(int(retry_after), _LONGEST_HALT_SECONDS)) if told else untold)
    # 401 and 403 too: somebody may have subscribed with a key that is not ours.
    return Refused("refused")


def letter_to(title: str, address: str) -> Letter:
    """A push that shows `title` and opens our own page at `address`, padded to the one size."""
    told = {"title": title.strip()[:_LONGEST_TITLE], "url": address}
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return Letter(body.ljust(PAYLOAD_BYTES), b"")
