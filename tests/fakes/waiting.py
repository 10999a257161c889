"""Waiting in a test for something to be seen."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

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
