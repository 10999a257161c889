"""Calls to Zalo's Bot Platform, and what went wrong with them in words of our own.

Every address holds the token, and aiohttp writes addresses into its errors. So no error of another
library leaves this module, not even as the cause of ours.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot import channels

MOST_UNITS = 2_000
"""UTF-16 units that a text or a caption may have (bot.zapps.me/docs, sendMessage, sendPhoto)."""

SEND_SECONDS = 15.0
_CONNECT_SECONDS = 5.0
# What a poll may take longer than it was asked to wait.
_POLL_SPARE_SECONDS = 10.0
_ANSWER_BYTES = 1024 * 1024
_DESCRIPTION_CHARACTERS = 120
_OUTCOME = re.compile(r"webhook(\.[a-z0-9]{1,20}){1,3}")
_SENDS = frozenset({"sendMessage", "sendPhoto"})
_QUOTA_PAUSE_SECONDS = 30
_PAUSE_SECONDS = 5
_MENDING_SECONDS = 600


class Failed(Exception):
    """A call that did not do what it should. `code` is the platform's, 0 where it gave none; the
    text is ours alone.
    """

    def __init__(self, told: str, code: int = 0) -> None:
        super().__init__(told)
        self.code = code


class Unauthorized(Failed):
    """The token is not known (any more)."""


class RateLimited(Failed):
    """Too many calls, or the month is used up: the two cannot be told apart."""


class Refused(Failed):
    """The platform will not do this; so does a call that we do not even make.

    `description` is the platform's sentence, for the operator's eyes only: never log it, and never
    show it beside a person.
    """

    def __init__(self, code: int, description: str = "") -> None:
        super().__init__("The call was refused", code)
        self.description = description


class NotFound(Failed):
    """No such method, bot or thing."""


class OutcomeUnknown(Failed):
    """It may have happened: no whole answer came, or one that says that it took too long."""


class NotSent(Failed):
    """No connection came about: the request has certainly not left."""


class Transient(Failed):
    """The platform is unwell: 5xx, and the 403 that it calls an internal error."""


class Malformed(Failed):
    """The answer is not what the platform answers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token belongs to."""

    id: str = field(repr=False)
    account_name: str
    account_type: str
    can_join_groups: bool


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that went out: its id, "" where none was told, and the platform's date of it in
    Unix milliseconds, 0 where none was told.
    """

    id: str = field(repr=False)
    date: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are brought; `url` is empty where they are polled. `updated_at` is in Unix
    milliseconds, 0 when it is not told. `verified` and `outcome` ("webhook.ok",
    "webhook.http.403" …) say how the platform's own try went, None and "" when it told nothing.
    """

    url: str = field(repr=False)
    updated_at: int = 0
    verified: bool | None = None
    outcome: str = ""


class Client:
    """One bot, opened with `async with`. Every method raises Failed and its kinds, nothing else."""

    def __init__(self, token: str, api_url: str, *, send_seconds: float = SEND_SECONDS) -> None:
        """`api_url` without the token: https://bot-api.zaloplatforms.com. Every call but a poll may
        take `send_seconds` together.
        """
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._send_seconds = send_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "tiengtho", "Accept-Encoding": "identity"},
            # What is small on the way could be huge in memory: the cap counts what arrives.
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get_me(self) -> Identity:
        """Who the token belongs to."""
        found = _mapping(await self.call("getMe"))
        return Identity(
            id=str(found.get("id", "")),
            account_name=str(found.get("account_name", "")),
            account_type=str(found.get("account_type", "")),
            can_join_groups=found.get("can_join_groups") is True,
        )

    async def get_updates(self, seconds: int) -> tuple[Mapping[str, Any], ...]:
        """What arrived, waiting for up to `seconds`; empty when nothing did. Reading consumes it.

        The platform gives one at a time; several are taken as well.
        """
        try:
            found = await self.call(
                "getUpdates", {"timeout": seconds}, seconds=seconds + _POLL_SPARE_SECONDS
            )
        except _TimedOut:
            return ()
        several = found if isinstance(found, list) else [{} if found is None else found]
        if not all(isinstance(each, dict) for each in several):
            raise Malformed("Updates are not what they should be")
        return tuple(each for each in several if each)

    async def set_webhook(self, url: str, secret: str) -> Webhook:
        """Let updates be brought to `url`. It is set even when the platform's own try failed."""
        return _webhook(await self.call("setWebhook", {"url": url, "secret_token": secret}))

    async def delete_webhook(self) -> None:
        """Let updates be polled; well also where they are already."""
        await self.call("deleteWebhook")

    async def get_webhook_info(self) -> Webhook:
        """Where updates are brought now."""
        try:
            return _webhook(await self.call("getWebhookInfo"))
        except NotFound:
            # A bot that never had one (measured, August 2026).
            return Webhook("")

    async def send_message(self, chat: str, text: str) -> SentMessage:
        """Send plain text of 1 to 2000 UTF-16 units."""
        _check(chat, text)
        return _sent(await self.call("sendMessage", {"chat_id": chat, "text": text}))

    async def send_photo(self, chat: str, url: str, caption: str = "") -> SentMessage:
        """Send a picture that the platform fetches from `url`, more than once."""
        _check(chat, caption or "-")
        if not url.startswith(("http://", "https://")):
            raise Refused(0, "a picture is sent by its address")
        asked = {"chat_id": chat, "photo": url} | ({"caption": caption} if caption else {})
        return _sent(await self.call("sendPhoto", asked))

    async def send_typing(self, chat: str) -> None:
        """Show that an answer is on its way, if that works."""
        try:
            await self.call("sendChatAction", {"chat_id": chat, "action": "typing"})
        except Failed:
            return

    async def call(
        self,
        method: str,
        asked: Mapping[str, object] | None = None,
        *,
        seconds: float | None = None,
    ) -> Any:
        """What `method` gives, without any check of ours: for the methods above and the doctor."""
        is_send, asked = method in _SENDS, asked or {}
        try:
            status, body = await self._exchange(method, asked, seconds or self._send_seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold the address
            failure: Failed = _told(error)
        else:
            answer = _read(body)
            if answer is None:
                failure = _without_answer(status, is_send=is_send)
            elif answer["ok"] is True:
                return answer.get("result")
            else:
                failure = _refusal(answer, status, is_send=is_send, hidden=self._hidden(asked))
        # Out here, for inside `except` Python would hang the other error on to ours.
        raise failure

    async def _exchange(
        self, method: str, asked: Mapping[str, object], seconds: float
    ) -> tuple[int, bytes | None]:
        """The status and the body; None for one that is larger than any answer."""
        if self._session is None:
            raise _NotOpen
        async with self._session.post(
            f"{self._api_url}/bot{self._token}/{method}",
            json=dict(asked),
            timeout=aiohttp.ClientTimeout(
                total=seconds, connect=_CONNECT_SECONDS, sock_connect=_CONNECT_SECONDS
            ),
            allow_redirects=False,
        ) as answer:
            body = bytearray()
            while piece := await answer.content.readany():
                body += piece
                if len(body) > _ANSWER_BYTES:
                    # The rest is not read away: aiohttp closes a connection with an unread answer.
                    return answer.status, None
            return answer.status, bytes(body)

    def _hidden(self, asked: Mapping[str, object]) -> list[str]:
        """What no description may repeat."""
        told = [value for value in asked.values() if isinstance(value, str)]
        return [self._token.rpartition(":")[2], *told]


def outcome_of(error: Failed) -> channels.Outcome:
    """What a failed send means for its message."""
    match error:
        case RateLimited():
            return channels.TryLater(_QUOTA_PAUSE_SECONDS)
        case NotSent():
            return channels.TryLater(1)
        case Transient():
            return channels.TryLater(_PAUSE_SECONDS)
        case Unauthorized() | NotFound():
            # Nobody's message is at fault; it waits until the operator has mended the token.
            return channels.TryLater(_MENDING_SECONDS)
        case Refused():
            return channels.Refused("refused")
        case _:
            return channels.Unknown()


def units_of(text: str) -> int:
    """How long a text is for the platform, as far as is known: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _TimedOut(Transient):
    """The platform itself says that the time is over (408)."""


class _NotOpen(Exception):
    """The client is used outside its `async with`."""


def _check(chat: str, text: str) -> None:
    if not chat:
        raise Refused(0, "a message goes to a chat")
    if not text.strip() or units_of(text) > MOST_UNITS:
        raise Refused(0, "a text has 1 to 2000 characters")


def _told(error: Exception) -> Failed:
    match error:
        case aiohttp.ConnectionTimeoutError() | aiohttp.ClientConnectorError() | _NotOpen():
            return NotSent("No connection, nothing was sent")
        case aiohttp.InvalidURL():
            return NotSent("The address cannot be called, nothing was sent")
        case TimeoutError():
            return OutcomeUnknown("No answer in time")
        case _:
            return OutcomeUnknown("The connection was lost before the whole answer")


def _read(body: bytes | None) -> dict[str, Any] | None:
    """An answer of the platform; None for anything else."""
    try:
        found = json.loads((body or b"").decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    is_answer = isinstance(found, dict) and isinstance(found.get("ok"), bool)
    return found if is_answer else None


def _without_answer(status: int, *, is_send: bool) -> Failed:
    if status == 429:
        return RateLimited("Too many calls", status)
    # The gateway gave up waiting, or the answer is cut off: behind it the message may have gone.
    if is_send and (200 <= status < 300 or status == 504):
        return OutcomeUnknown("The answer cannot be read", status)
    if status >= 500:
        return Transient("The platform is unwell", status)
    return Malformed("The answer is not one of the platform's", status)


def _refusal(answer: Mapping[str, Any], status: int, *, is_send: bool, hidden: list[str]) -> Failed:
    code = _whole(answer.get("error_code", answer.get("errorCode"))) or (
        status if status >= 400 else 0
    )
    match code:
        case 401:
            return Unauthorized("The token is not known", code)
        case 404:
            return NotFound("No such method, bot or thing", code)
        case 408 | 504 if is_send:
            return OutcomeUnknown("The platform took too long", code)
        case 408:
            return _TimedOut("The platform's time is over", code)
        case 429:
            return RateLimited("Too many calls, or the month is used up", code)
        case 403:
            return Transient("The platform is unwell", code)
        case _ if code >= 500:
            return Transient("The platform is unwell", code)
        case _:
            return Refused(code, _description(answer.get("description"), hidden))


def _description(told: object, hidden: list[str]) -> str:
    if not isinstance(told, str) or any(each and each in told for each in hidden):
        return ""
    return " ".join(told.split())[:_DESCRIPTION_CHARACTERS]


def _webhook(found: Any) -> Webhook:
    told = _mapping(found)
    tried = told.get("verification")
    tried = tried if isinstance(tried, dict) else {}
    outcome, verified = str(tried.get("outcome", "")), tried.get("ok")
    return Webhook(
        url=str(told.get("url") or ""),
        updated_at=_whole(told.get("updated_at")),
        verified=verified if isinstance(verified, bool) else None,
        outcome=outcome if _OUTCOME.fullmatch(outcome) else "",
    )


def _sent(found: Any) -> SentMessage:
    # `ok` was true: it is sent, whatever else the answer holds.
    told = found if isinstance(found, dict) else {}
    return SentMessage(str(told.get("message_id") or ""), _whole(told.get("date")))


def _mapping(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Malformed("The answer holds no result")
    return found


def _whole(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
