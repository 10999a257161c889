"""A real bot that an operator lends to the contract tests, and the operator's own hand."""

import asyncio
import contextlib
import select
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.zalo_bot_platform import Caller, Hand, Platform
from tests.fakes.zalo_bot_clients import Raw
from tests.services import ZaloBot

# A real bot is not asked faster: what answers too many calls is the proxy in front.
PAUSE_SECONDS = 0.3
# Two requests in one test have to fit into pytest's own limit.
HAND_SECONDS = 45


class RealPlatform(Caller):
    """The real platform with a lent bot."""

    second = 1.0

    def __init__(self, raw: Raw, bot: ZaloBot) -> None:
        super().__init__(raw, PAUSE_SECONDS)
        self._bot = bot

    @property
    def hand(self) -> Hand:
        """The operator, asked on the terminal."""
        if not _has_terminal():
            pytest.skip("a person's hand is needed: run this in a terminal, without -n")
        return RealHand()

    @property
    def chat(self) -> str:
        """The operator's."""
        return self._told("TEST_ZALO_CHAT", self._bot.chat)

    @property
    def photo_url(self) -> str:
        """A public picture."""
        return self._told("TEST_ZALO_PHOTO_URL", self._bot.photo_url)

    @property
    def webhook_url(self) -> str:
        """A public address."""
        return self._told("TEST_ZALO_WEBHOOK_URL", self._bot.webhook_url)

    async def note(self, words: str) -> None:
        """On the terminal, not in any log."""
        if _has_terminal():
            await asyncio.to_thread(_show, words)

    def _told(self, name: str, value: str) -> str:
        if not value:
            pytest.skip(f"a real bot needs {name} for this")
        return value


class RealHand:
    """The operator with a phone: reads on the terminal what to do, and says when it is done."""

    async def says(self, text: str) -> None:
        """Write."""
        await _ask(f"write exactly {text!r} to the bot")

    async def sends_photo(self, caption: str) -> None:
        """Send a picture."""
        words = f"with the caption {caption!r}" if caption else "without a caption"
        await _ask(f"send the bot a picture {words}")

    async def sends_voice(self) -> None:
        """Speak."""
        await _ask("send the bot a voice message")

    async def sends_sticker(self) -> None:
        """Send a sticker."""
        await _ask("send the bot a sticker")

    async def sends_document(self) -> None:
        """Send a document."""
        await _ask("send the bot a document")

    async def blocks(self) -> None:
        """Shut the bot out."""
        await _ask("block the bot")

    async def unblocks(self) -> None:
        """Let the bot in."""
        await _ask("unblock the bot")


@contextlib.asynccontextmanager
async def opened(bot: ZaloBot) -> AsyncIterator[Platform]:
    """The lent bot, with nothing waiting. Fails for one that works somewhere by webhook."""
    async with Raw(bot.api_url, bot.token) as raw:
        platform = RealPlatform(raw, bot)
        info = await platform.call("getWebhookInfo")
        if info.ok and info.result.get("url"):
            pytest.fail("this bot has a webhook: lend one that nobody uses", pytrace=False)
        await _drain(platform)
        yield platform


async def _drain(platform: Platform) -> None:
    """Take whatever waits."""
    while (await platform.call("getUpdates", timeout=1)).code != 408:
        continue


def _has_terminal() -> bool:
    try:
        with Path("/dev/tty").open("r+b", buffering=0):
            return True
    except OSError:
        return False


async def _ask(what: str) -> None:
    if not await asyncio.to_thread(_is_done, what):
        pytest.skip(f"nobody was there to {what}")


def _is_done(what: str) -> bool:
    """Whether somebody pressed Enter in time."""
    _show(f"Please {what}, then press Enter here.")
    with Path("/dev/tty").open("rb", buffering=0) as terminal:
        ready, _, _ = select.select([terminal], [], [], HAND_SECONDS)
        return bool(ready and terminal.readline())


def _show(words: str) -> None:
    with Path("/dev/tty").open("w") as terminal:
        terminal.write(f"\n>>> {words}\n")
