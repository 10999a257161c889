"""What takes longer than somebody likes to wait: meanwhile they are told that it is being done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.tasks import tasks
from handlers.languages import Language
from handlers.texts import Texts

Result = TypeVar("Result")

SLOW_SECONDS = 2.0


async def told(
    work: Awaitable[Result], tell: Callable[[], Awaitable[None]], *, after: float = SLOW_SECONDS
) -> Result:
    """What comes of `work`; where that takes longer than `after` seconds, `tell` is called once,
    and has ended before this does. It raises nothing.
    """
    begun = asyncio.Event()

    async def later() -> None:
        await asyncio.sleep(after)
        begun.set()
        await tell()

    async with tasks() as group:
        telling = group.create_task(later())
        try:
            return await work
        finally:
            if begun.is_set():
                await asyncio.wait([telling])


@dataclass(frozen=True, slots=True)
class Patience:
    """The same for files in a chat: after so many seconds its language's words for it are said."""

    texts: Mapping[Language, Texts] = field(repr=False)
    seconds: float = SLOW_SECONDS

    async def over(
        self,
        work: Awaitable[Result],
        language: Language,
        say: Callable[[str], Awaitable[None]],
    ) -> Result:
        """What comes of `work`; `say` raises nothing."""

        async def tell() -> None:
            await say(self.texts[language].get("cleaning"))

        return await told(work, tell, after=self.seconds)
