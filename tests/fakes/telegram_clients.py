"""Unmodified clients for the fake Telegram's tests: PTB on two transports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import telegram
from telegram._utils.defaultvalue import DEFAULT_NONE
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from tests.fakes.telegram import Bot, FakeTelegram


class JsonRequest(BaseRequest):
    """A transport of another kind than PTB's own: aiohttp, JSON bodies, multipart for files."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._seconds

    async def initialize(self) -> None:
        """Open the session."""
        self._session = aiohttp.ClientSession()

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = DEFAULT_NONE,
        write_timeout: ODVInput[float] = DEFAULT_NONE,
        connect_timeout: ODVInput[float] = DEFAULT_NONE,
        pool_timeout: ODVInput[float] = DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send it, as JSON where there is no file."""
        assert self._session is not None
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._seconds
        timeout = aiohttp.ClientTimeout(total=seconds)
        body: aiohttp.FormData | bytes | None = None
        headers = {}
        if request_data is not None and request_data.contains_files:
            body = aiohttp.FormData()
            for name, value in request_data.json_parameters.items():
                body.add_field(name, value)
            for name, (filename, data, kind) in request_data.multipart_data.items():
                body.add_field(name, data, filename=filename, content_type=kind)
        elif request_data is not None:
            body = request_data.json_payload
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error


def a_request(transport: str, seconds: float = 5.0) -> BaseRequest:
    """A fresh transport by name: `httpx` (PTB's own) or `json`."""
    if transport == "httpx":
        # The fake speaks plain HTTP; reading all certificates takes longer than a test.
        plain = {"verify": False}
        return HTTPXRequest(read_timeout=seconds, connect_timeout=seconds, httpx_kwargs=plain)
    return JsonRequest(seconds)


@asynccontextmanager
async def ptb(
    fake: FakeTelegram, bot: Bot, transport: str = "httpx", seconds: float = 5.0
) -> AsyncIterator[telegram.Bot]:
    """PTB's bot, initialised."""
    client = telegram.Bot(
        bot.token,
        base_url=f"{fake.url}/bot",
        base_file_url=f"{fake.url}/file/bot",
        request=a_request(transport, seconds),
        get_updates_request=a_request(transport, seconds),
    )
    async with client:
        yield client
