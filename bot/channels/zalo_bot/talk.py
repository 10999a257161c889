"""The workers' chat on Zalo: what was read becomes a turn, its answer goes out after that."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

from bot.answers import Answers
from bot.channels import Arrival, Outcome, Sent
from bot.channels.zalo_bot import LIMITS, media
from bot.channels.zalo_bot.line import LONGEST_WAIT_SECONDS, Line
from bot.channels.zalo_bot.menus import text_of
from bot.channels.zalo_bot.reading import Did, Grouped, Kept, Pictured
from bot.channels.zalo_bot.sights import Sights, Whose
from bot.inbound import Answer, Inbound
from bot.logs import Event as Log
from bot.logs import note_failure
from bot.patience import Patience
from bot.splitting import numbered
from handlers.events import Brought, Event, Picture, Said, Showed, Unusable, Withheld
from handlers.languages import Language
from handlers.texts import Texts
from storage.volatile import Full, Volatile

MOST_FILE_BYTES = 20 * 1024 * 1024
_IN_A_ROW_SECONDS = 24 * 3600
_TOLD_SECONDS = 24 * 3600
_ALONE = "update"
_DOWNLOADS_AT_ONCE = 4
_WITHHELD, _COUNTED, _TOLD = "withheld", "withheld and counted", "told in a group"


@dataclass(frozen=True, slots=True)
class Media:
    """Where pictures may be fetched from: the platform's own address, and host patterns (none: any
    host on the open internet).
    """

    api_url: str
    hosts: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class OfficersAnswer(Answer):
    """What an officer who is rung here is shown; where there are choices, numbers mean these from
    then on.
    """


class Workers:
    """Every private chat with one bot; `channel` is what arrivals over it are called."""

    def __init__(
        self,
        channel: str,
        line: Line,
        inbound: Inbound,
        volatile: Volatile,
        texts: Mapping[Language, Texts],
        where: Media,
        slow: Patience,
    ) -> None:
        """Joined by the account."""
        self.sights = Sights(volatile, channel)
        self._channel = channel
        self._line = line
        self._inbound = inbound
        self._volatile = volatile
        self._texts = texts
        self._where = where
        self._slow = slow
        self._downloads = asyncio.Semaphore(_DOWNLOADS_AT_ONCE)

    def alone(self, place: str) -> AbstractAsyncContextManager[None]:
        """Whoever takes something from a chat, or changes what numbers mean there, does it in here;
        `place` is the chat's or the group's address.
        """
        return self._volatile.hold(_ALONE, self._name(place))

    async def take(
        self,
        what: Did | Pictured | Kept | Grouped,
        answers: Answers,
        group: asyncio.TaskGroup,
        *,
        comes_again: bool,
    ) -> None:
        """Make the turn; it is lasting when this comes back, and the answer is on its way. The
        caller is alone in the chat. Raises Unreachable where the update comes again.
        """
        match what:
            case Did():
                await self._readable(what.address)
                event: Event = what.event
                if isinstance(event, Said):
                    event = await self._with_sight(what.address, event, what.date, answers)
            case Pictured():
                async with answers.taking_file(what.address):
                    await self._take_picture(what, answers, group, comes_again=comes_again)
                return
            case Kept():
                event = Withheld(await self._times(what))
            case Grouped():
                # Nobody's update waits for a message to a group.
                group.create_task(self._tell_group(what.chat))
                return
            case _:
                assert_never(what)
        await self._turn(what, event, answers, comes_again=comes_again)

    async def show(
        self, address: str, answer: Answer, *, patience: float = LONGEST_WAIT_SECONDS
    ) -> Outcome:
        """Send an answer in as many messages as it needs; the choices stand in the last. What has
        certainly not arrived is tried again for `patience` seconds.
        """
        text = text_of(answer.rendered, self._texts[answer.language])
        outcome, date = await self._say(address, text, patience)
        is_officers = isinstance(answer, OfficersAnswer)
        if is_officers and not answer.rendered.choices:
            return outcome
        whose = Whose.RINGS if is_officers else Whose.TALK
        if isinstance(outcome, Sent):
            await self.sights.shown(address, whose, date)
        else:
            await self.sights.lost(address, whose)
        return outcome

    async def is_in_talk(self, address: str) -> bool:
        """Whether a worker's talk goes on in this chat."""
        return await self._inbound.turn_of(self._channel, address) > 0

    async def _say(self, address: str, text: str, patience: float) -> tuple[Outcome, int]:
        """Send a text; stops at the first part that did not arrive."""
        outcome: Outcome = Sent()
        date = 0
        for part in numbered(text, LIMITS.max_text):
            outcome, date = await self._line.send(address, part, patience=patience)
            if not isinstance(outcome, Sent):
                break
        return outcome, date

    async def _with_sight(self, address: str, said: Said, date: int, answers: Answers) -> Said:
        unseen = await self.sights.are_unseen(address, Whose.TALK, date)
        return replace(said, unseen=unseen or answers.is_on_its_way(address))

    async def _turn(
        self, what: Did | Pictured | Kept, event: Event, answers: Answers, *, comes_again: bool
    ) -> None:
        arrival = Arrival(self._channel, what.address, what.number, event)
        answer = await self._inbound.receive(arrival, comes_again=comes_again)
        if not answer.repeated:
            await self.sights.lost(what.address, Whose.TALK)
        answers.give(what.address, answer, of_file=isinstance(what, Pictured))

    async def _take_picture(
        self, what: Pictured, answers: Answers, group: asyncio.TaskGroup, *, comes_again: bool
    ) -> None:
        await self._readable(what.address)
        if await self._inbound.has_enough(self._channel, what.address):
            event: Event = Brought(Unusable.ENOUGH, what.words)
        else:
            group.create_task(self._line.client.send_typing(what.address))
            language = await self._inbound.language_of(self._channel, what.address)
            say = partial(self._say_aside, what.address)
            event = await self._slow.over(self._picture(what), language, say)
        await self._turn(what, event, answers, comes_again=comes_again)

    async def _say_aside(self, address: str, words: str) -> None:
        """It stays in the chat: here nothing that was said goes away. Raises nothing."""
        try:
            await self._line.send(address, words, patience=0)
        except Exception as error:  # noqa: BLE001 - the outermost frame of this message
            note_failure(Log.CHAT_FAILED, error)

    async def _picture(self, what: Pictured) -> Event:
        # Each is held in memory until it is clean: a hundred chats at once would be two gigabytes.
        async with self._downloads:
            data = await media.fetch(
                what.url,
                api_url=self._where.api_url,
                hosts=self._where.hosts,
                most_bytes=MOST_FILE_BYTES,
            )
            if isinstance(data, Unusable):
                return Brought(data, what.words)
            kept = await self._inbound.keep_picture(self._channel, what.address, data)
        return Showed(kept, what.words) if isinstance(kept, Picture) else Brought(kept, what.words)

    async def _readable(self, address: str) -> None:
        await self._volatile.drop(_WITHHELD, self._name(address))

    async def _times(self, what: Kept) -> int:
        """How often in a row nothing could be read from this chat; a repeat is no second time."""
        name = self._name(what.address)
        try:
            if await self._volatile.add(
                _COUNTED, f"{name}|{what.number}", seconds=_IN_A_ROW_SECONDS
            ):
                return await self._volatile.count(_WITHHELD, name, seconds=_IN_A_ROW_SECONDS)
        except Full:
            return 1
        return int(await self._volatile.get(_WITHHELD, name) or 1)

    async def _tell_group(self, chat: str) -> None:
        """Once a day: what is written in a group is not for us. Raises nothing."""
        try:
            if await self._volatile.add(_TOLD, self._name(chat), seconds=_TOLD_SECONDS):
                words = self._texts[Language.VI].get("keeper.alone")
                await self._line.send(chat, words, patience=0)
        except Full:
            return
        except Exception as error:  # noqa: BLE001 - the outermost frame of this message
            note_failure(Log.CHAT_FAILED, error)

    def _name(self, address: str) -> str:
        return f"{self._channel}|{address}"
