"""Carries the Telegram library's calls over aiohttp, and keeps the token out of all that is told.

Every address of the Bot API holds the token, and aiohttp writes addresses into its errors. So no
error of another library leaves this module, not even as the cause of ours.
"""

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

_MIB = 1024 * 1024
# One message of 4096 Vietnamese letters is 24 KiB of JSON, a reply brings the other message along,
# and a hundred of them come at once: a tighter cap would let one person stop the polling for good.
_UPDATES_BYTES = 16 * _MIB
_DESCRIPTION_CHARACTERS = 300
_UNTOLD_HALT_SECONDS = 30
_LONGEST_HALT_SECONDS = 366 * 24 * 3600


class NotSent(NetworkError):
    """No connection came about: the request has certainly not left."""


class NotSentInTime(NotSent, TimedOut):
    """The same, after waiting for a free connection or for the far side to take one up."""


class TokenRefused(TelegramError):
    """The server knows no such bot or no such method (401, 404).

    Not the library's InvalidToken, for at the start that one is raised again with the token in it.
    """


class Halted(RetryAfter):
    """429: nothing may be sent for `retry_after`.

    The library's own class warns about its future unless an environment variable is set.
    """

    def __init__(self, seconds: int) -> None:
        self._halt = timedelta(seconds=seconds)
        super().__init__(self._halt)

    @property
    def retry_after(self) -> timedelta:
        """How long to wait."""
        return self._halt


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds each part of a request may take, when the library does not say otherwise.

    `pool` is the wait for one of our own connections, `upload` takes the place of `write` when
    files are sent, `download` is added when a file is fetched.
    """

    pool: float = 5
    connect: float = 5
    write: float = 10
    read: float = 10
    upload: float = 60
    download: float = 60


class AiohttpRequest(BaseRequest):
    """The library's transport: one session, at most `connections` at once, kept alive.

    No redirects, cookies, proxies from the environment or compression. Answers are read up to
    `answer_bytes` (updates up to 16 MiB), files up to `file_bytes`; 20 MB is what Telegram lets
    bots fetch. Raises only what is in `telegram.error` and above.
    """

    def __init__(
        self,
        *,
        connections: int = 64,
        patience: Patience | None = None,
        answer_bytes: int = _MIB,
        file_bytes: int = 20 * _MIB,
    ) -> None:
        self._connections = connections
        self._patience = patience or Patience()
        self._answer_bytes = answer_bytes
        self._file_bytes = file_bytes
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds; the library adds the length of a long poll to it."""
        return self._patience.read

    async def initialize(self) -> None:
        """Open the session; a second call changes nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"},
                # What is small on the way could be huge in memory: the caps count what arrives.
                auto_decompress=False,
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; a second call changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body, which for a refusal is reduced to what the library understands.

        Raises TimedOut, NetworkError and their kinds above; TokenRefused; Halted.
        """
        has_files = request_data is not None and request_data.contains_files
        is_file = method.upper() == "GET"
        limits = _timeout(
            pool=_seconds(pool_timeout, self._patience.pool),
            connect=_seconds(connect_timeout, self._patience.connect),
            write=_seconds(
                write_timeout, self._patience.upload if has_files else self._patience.write
            ),
            read=_seconds(read_timeout, self._patience.read),
            more=self._patience.download if is_file else 0,
        )
        try:
            code, body = await self._exchange(method, url, request_data, limits)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold the address
            failure = _told(error)
        else:
            if 200 <= code < 300:
                return code, body
            return code, _understood(code, body, url, is_file=is_file)
        # Out here, for inside `except` Python would hang the other error on to ours.
        raise failure

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a mapping. Raises NetworkError when it is none, and does not log it."""
        answer = _mapping(payload)
        if answer is None:
            raise NetworkError("The answer is not what the Bot API answers")
        return _Answer(answer)

    async def _exchange(
        self, method: str, url: str, data: RequestData | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise _NotOpen
        async with self._session.request(
            method, url, data=_body(data), timeout=limits, allow_redirects=False
        ) as answer:
            return answer.status, await _read(answer, self._cap(method, url))

    def _cap(self, method: str, url: str) -> int:
        if method.upper() == "GET":
            return self._file_bytes
        if url.endswith("/getUpdates"):
            return max(self._answer_bytes, _UPDATES_BYTES)
        return self._answer_bytes


class _Answer(dict[str, Any]):
    """An answer whose absent result is an error of the network, not a KeyError."""

    def __missing__(self, key: str) -> Any:
        raise NetworkError("The answer holds no result")


class _NotOpen(Exception):
    """Between `shutdown` and `initialize` nothing can be sent."""


class _TooLarge(Exception):
    """More came than may be read."""


def _seconds(asked: object, usual: float) -> float | None:
    """What the library asked for: a time, None for "without end", or its mark for "as usual"."""
    if asked is None:
        return None
    return float(asked) if isinstance(asked, int | float) else usual


def _timeout(
    *,
    pool: float | None,
    connect: float | None,
    write: float | None,
    read: float | None,
    more: float,
) -> aiohttp.ClientTimeout:
    """aiohttp's `connect` includes the wait for a free connection, and it has no time for writing:
    the whole is bounded instead, which also ends an answer that comes drop by drop.
    """
    connected = None if pool is None or connect is None else pool + connect
    endless = connected is None or write is None or read is None
    return aiohttp.ClientTimeout(
        total=None if endless else (connected or 0) + (write or 0) + (read or 0) + more,
        connect=connected,
        sock_connect=connect,
        sock_read=read,
    )


def _body(data: RequestData | None) -> aiohttp.FormData | aiohttp.BytesPayload | None:
    if data is None:
        return None
    if not data.contains_files:
        return aiohttp.BytesPayload(data.json_payload, content_type="application/json")
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        # As a stream, because aiohttp sends it in pieces then and other chats are served between.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=kind)
    return form


async def _read(answer: aiohttp.ClientResponse, cap: int) -> bytes:
    body = bytearray()
    while piece := await answer.content.readany():
        body += piece
        if len(body) > cap:
            # The rest is not read away: aiohttp closes a connection with an unread answer.
            raise _TooLarge
    return bytes(body)


def _told(error: Exception) -> TelegramError:
    """Our words for what went wrong; of the other error only the class is named."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return NotSentInTime("No connection in time, nothing was sent")
        case TimeoutError():
            return TimedOut("No answer in time")
        case aiohttp.ClientConnectorError() | aiohttp.InvalidURL() | _NotOpen():
            return NotSent(f"No connection, nothing was sent: {type(error).__name__}")
        case _TooLarge():
            return NetworkError("The answer is larger than may be read")
        case _:
            return NetworkError(f"No whole answer: {type(error).__name__}")


def _understood(code: int, body: bytes, url: str, *, is_file: bool) -> bytes:
    """A refusal without anything that a stranger wrote: a gateway's page may repeat our address,
    and the library would put it into its error. Raises what the library would raise less well.
    """
    if code in (401, 404):
        raise BadRequest("No such file any more") if is_file else TokenRefused(f"Refused ({code})")
    answer = _mapping(body) or {}
    parameters = answer.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    halt = _whole(parameters.get("retry_after"))
    if 0 < halt <= _LONGEST_HALT_SECONDS:
        raise Halted(halt)
    if code == 429:
        raise Halted(_UNTOLD_HALT_SECONDS)
    kept: dict[str, object] = {}
    if moved_to := _whole(parameters.get("migrate_to_chat_id")):
        kept["parameters"] = {"migrate_to_chat_id": moved_to}
    description = answer.get("description")
    if isinstance(description, str) and not any(part in description for part in _secrets(url)):
        kept["description"] = description[:_DESCRIPTION_CHARACTERS]
    return json.dumps(kept).encode()


def _secrets(url: str) -> list[str]:
    """The half of the token behind its colon, whose letters are written alike in every encoding."""
    return [part.rpartition(":")[2] for part in urlsplit(url).path.split("/") if ":" in part]


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _mapping(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
