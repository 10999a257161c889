"""The account's way out for bulletins: ready bodies over one session, nothing built for each.

What an answer means is what `sending.outcome_of` says; a test holds the two together.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import aiohttp
from yarl import URL

from bot.bulletins.bulk import Delivered, Letter, Result
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.logs import Event as Log
from bot.logs import note
from bot.pace import ACCOUNT, Kind, Pace, Scope
from handlers.screens import Button

LONGEST_ACCOUNT_HALT_SECONDS = 60.0
REFUSED_TOKEN_SECONDS = 600.0
_NOT_SENT_SECONDS = 1.0
_UNTOLD_HALT_SECONDS = 30
_LONGEST_HALT_SECONDS = 366 * 24 * 3600
_ANSWER_BYTES = 1024 * 1024
_GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot was kicked")
_ADDRESS = re.compile(r"-?\d{1,20}")
# The usual answer, read without taking the whole message apart that it repeats.
_DELIVERED = re.compile(
    rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\{\s*"message_id"\s*:\s*(\d+)'
)
# Each further limit would be a timer for every message.
_PATIENCE = aiohttp.ClientTimeout(total=15, sock_connect=5)
_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity"}


class TelegramBulk:
    """A bot account for bulletins. Use with `async with`; `pace` may be shared with the talk."""

    def __init__(self, token: str, api_url: str, pace: Pace, per_second: float) -> None:
        self.pace = pace
        self.per_second = per_second
        self._url = URL(f"{api_url}/bot{token}/sendMessage", encoded=True)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "TelegramBulk":
        self._session = aiohttp.ClientSession(
            # How many are under way is decided by who calls.
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            timeout=_PATIENCE,
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    def letter(self, text: str, buttons: Sequence[Button]) -> Letter:
        """The body of the call, cut open at the address. Nobody's server shall be asked for a page
        because its address stands in a text: no previews.
        """
        told: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
        if buttons:
            rows = [[{"text": each.label, "callback_data": each.name}] for each in buttons]
            told["reply_markup"] = {"inline_keyboard": rows}
        after = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
        return Letter(b'{"chat_id":', b"," + after[1:])

    def scope(self, address: str) -> Scope:
        """Numbers of groups and channels are below zero."""
        return Scope(Kind.GROUP if address.startswith("-") else Kind.CHAT, address)

    async def send(self, address: str, letter: Letter) -> Result:
        """One call. A 429 halts the account's pace by itself."""
        if self._session is None or not _ADDRESS.fullmatch(address):
            return Refused("address")
        body = letter.before + address.encode() + letter.after
        try:
            async with self._session.post(self._url, data=body, allow_redirects=False) as answer:
                status, told = answer.status, await _read(answer)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            return TryLater(_NOT_SENT_SECONDS)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Unknown()
        if status == 200 and (found := _DELIVERED.match(told)):
            return Delivered(int(found.group(1)))
        result = result_of(status, told)
        if isinstance(result, TryLater) and status not in (401, 404):
            self._halt(self.scope(address), result.seconds)
        if status in (401, 404):
            note(Log.ACCOUNT_REFUSED)
        return result

    def _halt(self, scope: Scope, seconds: float) -> None:
        """A group's 429 is its own. A bulletin's must not keep answers from people for long: the
        bulletins rest as long as they were told, the account itself a minute at most.
        """
        now = asyncio.get_running_loop().time()
        if scope.kind is Kind.GROUP:
            self.pace.refused(now, scope, seconds)
        else:
            self.pace.refused(now, ACCOUNT, min(seconds, LONGEST_ACCOUNT_HALT_SECONDS))


def result_of(status: int, body: bytes) -> Result:
    """What an answer means for one message."""
    told = _mapping(body)
    if 200 <= status < 300:
        result = told.get("result")
        number = _whole(result.get("message_id")) if isinstance(result, dict) else 0
        return Delivered(number) if told.get("ok") is True and number else Unknown()
    if status in (401, 404):
        # Not this chat's fault: everybody would be refused, so nobody is counted as refused.
        return TryLater(REFUSED_TOKEN_SECONDS)
    parameters = told.get("parameters")
    halt = _whole(parameters.get("retry_after")) if isinstance(parameters, dict) else 0
    if 0 < halt <= _LONGEST_HALT_SECONDS:
        return TryLater(halt)
    if status == 429:
        return TryLater(_UNTOLD_HALT_SECONDS)
    description = str(told.get("description", "")).lower()
    if status == 403 or (status == 400 and any(words in description for words in _GONE)):
        return Gone()
    return Refused("refused") if status in (400, 409) else Unknown()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = await answer.content.read(_ANSWER_BYTES)
    while not answer.content.at_eof() and len(body) < _ANSWER_BYTES:
        body += await answer.content.read(_ANSWER_BYTES)
    return body


def _mapping(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
