"""Waiting in a test for something to be seen, and pressed buttons that wait for their answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fakes.telegram.view import PopUp
from tests.fakes.telegram.world import Query

PATIENCE_SECONDS = 60.0
_T = TypeVar("_T")


async def until(look: Callable[[], _T | None], seconds: float, what: str) -> _T:
    """Wait until there is something to see. Raises AssertionError after so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = look()
                if found is not None:
                    return found
                await asyncio.sleep(0.003)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s in vain: {what}") from None


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, whose circle turns until the bot answers."""

    query: Query = field(repr=False)

    @property
    def pop_up(self) -> PopUp | None:
        """The answer, None as long as there is none; its text may be empty."""
        if self.query.answer is None:
            return None
        return PopUp(self.query.answer["text"], self.query.answer["show_alert"])

    async def answered(self, seconds: float = PATIENCE_SECONDS) -> PopUp:
        """Wait for the answer. Raises AssertionError where none comes."""
        return await until(lambda: self.pop_up, seconds, "an answer to a pressed button")
