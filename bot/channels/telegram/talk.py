"""The workers' chat: what was read becomes a turn, its answer goes out after the turn is done."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import assert_never

from telegram.error import TelegramError

from bot.answers import Answers
from bot.channels import Arrival
from bot.channels.telegram import NAME
from bot.channels.telegram.fetching import MOST_FILE_BYTES, fetch
from bot.channels.telegram.reading import Answered, Did, Pictured, Pressed
from bot.channels.telegram.sending import Line, Notice
from bot.channels.telegram.traces import Traces
from bot.inbound import Answer, Inbound
from bot.logs import Event as Log
from bot.logs import note_failure
from bot.patience import Patience
from handlers.events import Brought, Chose, Event, Picture, Showed, Unusable

LATE = timedelta(minutes=5)
_DOWNLOADS_AT_ONCE = 4


class Workers:
    """Every private chat that is not at a desk."""

    def __init__(
        self,
        line: Line,
        inbound: Inbound,
        answers: Answers,
        traces: Traces,
        group: asyncio.TaskGroup,
        slow: Patience,
        clock: Callable[[], datetime],
    ) -> None:
        """Joined by the account; `group` runs what no answer waits for."""
        self._line = line
        self._inbound = inbound
        self._answers = answers
        self._traces = traces
        self._group = group
        self._slow = slow
        self._clock = clock
        self._downloads = asyncio.Semaphore(_DOWNLOADS_AT_ONCE)

    async def take(self, what: Did | Pictured | Pressed | Answered) -> None:
        """Make the turn; it is lasting when this comes back, and the answer is on its way.

        Raises Unreachable: then nothing was done, and the update has to come again.
        """
        match what:
            case Did():
                await self._traces.keep(what.address, [what.message] if what.message else [])
                answer = await self._receive(what.address, what.number, what.event)
            case Pictured():
                await self._traces.keep(what.address, [what.message] if what.message else [])
                async with self._answers.taking_file(what.address):
                    event = await self._picture(what)
                    answer = await self._receive(what.address, what.number, event)
                    late = self._is_late(what.at)
                    self._answers.give(what.address, answer, late=late, of_file=True)
                return
            case Pressed():
                # A pressed button turns until it is answered, and waits 150 seconds at most.
                self._group.create_task(self._acknowledge(what.query))
                answer = await self._receive(
                    what.address, what.number, Chose(what.choice), what.turn
                )
                self._answers.give(what.address, answer)
                return
            case Answered():
                self._group.create_task(self._acknowledge(what.query))
                answer = await self._receive(what.address, what.number, what.event)
                self._answers.give(what.address, answer)
                return
            case _:
                assert_never(what)
        self._answers.give(what.address, answer, late=self._is_late(what.at))

    async def left(self, address: str) -> None:
        """Somebody blocked the bot. Raises Unreachable: the update has to come again."""
        await self._inbound.left(NAME, address)

    async def tell(self, told: list[tuple[str, Answer]]) -> None:
        """Say unasked what `Inbound.endings` or `closings` has given."""
        for address, answer in told:
            self._answers.give(address, answer)

    async def _receive(
        self, address: str, number: str, event: Event, turn: int | None = None
    ) -> Answer:
        arrival = Arrival(NAME, address, number, event, turn)
        return await self._inbound.receive(arrival, comes_again=True)

    async def _acknowledge(self, query: str) -> None:
        try:
            await self._line.bot.answer_callback_query(query)
        except TelegramError:
            # Too late, or answered before: the button stops turning by itself.
            return
        except Exception as error:  # noqa: BLE001 - the outermost frame of this call
            note_failure(Log.CHAT_FAILED, error)

    def _is_late(self, at: datetime | None) -> bool:
        return at is not None and self._clock() - at > LATE

    async def _picture(self, what: Pictured) -> Event:
        if what.size > MOST_FILE_BYTES:
            return Brought(Unusable.TOO_BIG, what.words)
        if await self._inbound.has_enough(NAME, what.address):
            return Brought(Unusable.ENOUGH, what.words)
        said = Notice(self._line, what.address)
        language = await self._inbound.language_of(NAME, what.address)
        try:
            kept = await self._slow.over(self._kept(what), language, said.say)
        finally:
            await self._traces.keep(what.address, await said.take_back())
        if isinstance(kept, Picture):
            return Showed(kept, what.words)
        return Brought(kept, what.words)

    async def _kept(self, what: Pictured) -> Picture | Unusable:
        async with self._downloads:
            data = await fetch(self._line.bot, what.file)
            if isinstance(data, Unusable):
                return data
            return await self._inbound.keep_picture(NAME, what.address, data)
