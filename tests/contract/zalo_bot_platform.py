"""What the contract tests need of a Zalo Bot Platform, be it our fake or the real one."""

import asyncio
from typing import Any, Protocol

import aiohttp
import pytest

from tests.fakes.zalo_bot_clients import Answer, Raw


class Hand(Protocol):
    """Somebody with a phone who does what a test needs, in the bot's private chat."""

    async def says(self, text: str) -> None:
        """Write these words."""
        ...

    async def sends_photo(self, caption: str) -> None:
        """Send a picture, with a caption or without."""
        ...

    async def sends_voice(self) -> None:
        """Send a voice message."""
        ...

    async def sends_sticker(self) -> None:
        """Send a sticker."""
        ...

    async def sends_document(self) -> None:
        """Send a document, which bots do not get."""
        ...

    async def blocks(self) -> None:
        """Shut the bot out."""
        ...

    async def unblocks(self) -> None:
        """Let the bot in again."""
        ...


class Platform(Protocol):
    """Where a bot's calls go. `second` is how long a second of a poll really lasts."""

    @property
    def second(self) -> float: ...

    @property
    def hand(self) -> Hand:
        """The person at the other side; skips the test where nobody can be asked."""
        ...

    @property
    def chat(self) -> str:
        """The number of the hand's chat; skips the test where it is not told."""
        ...

    @property
    def photo_url(self) -> str:
        """A public picture; skips the test where none is told."""
        ...

    @property
    def webhook_url(self) -> str:
        """An address to be set as webhook; skips the test where none is told."""
        ...

    async def call(self, method: str, **parameters: Any) -> Answer:
        """A POST with JSON."""
        ...

    async def ask(self, verb: str, method: str, *, token: str = "", **more: Any) -> Answer:
        """A request in any other form, with the bot's own token or another one."""
        ...

    async def fetch(self, url: str) -> Answer:
        """A GET of a file that an event named."""
        ...

    async def note(self, words: str) -> None:
        """Tell the operator something that is worth knowing."""
        ...


class Caller:
    """The calls of both platforms; no failure of theirs shows an address, which holds the token."""

    def __init__(self, raw: Raw, pause_seconds: float = 0.0) -> None:
        self._raw = raw
        self._pause_seconds = pause_seconds

    async def call(self, method: str, **parameters: Any) -> Answer:
        """A POST with JSON."""
        return await self.ask("POST", method, json=parameters)

    async def ask(self, verb: str, method: str, *, token: str = "", **more: Any) -> Answer:
        """A request in any other form."""
        path = f"/bot{token or self._raw.token}/{method}"
        return await self._tried(verb, path, method, **more)

    async def fetch(self, url: str) -> Answer:
        """A GET of a file."""
        return await self._tried("GET", url, "a file")

    async def _tried(self, verb: str, path: str, what: str, **more: Any) -> Answer:
        await asyncio.sleep(self._pause_seconds)
        try:
            return await self._raw.ask(verb, path, **more)
        except (aiohttp.ClientError, TimeoutError) as error:
            trouble = f"{what}: {type(error).__name__}"
        pytest.fail(trouble, pytrace=False)
