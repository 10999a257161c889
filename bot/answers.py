"""What workers are shown: one chat after the other's own pace, none behind another chat."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from enum import StrEnum

from bot.channels import Gone, Outcome, Refused, Sent, TryLater, Unknown
from bot.inbound import Answer
from bot.logs import Event as Log
from bot.logs import note, note_failure
from handlers.languages import Language
from handlers.screens import say
from handlers.texts import Texts

Show = Callable[[str, Answer], Awaitable[Outcome]]
"""Brings an answer to an address; where it is `forgotten`, takes away what it can before that."""


class Fate(StrEnum):
    """An outcome by a name that may be logged."""

    LATER = "later"
    GONE = "gone"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Answers:
    """The answers that are on their way. Nothing of them is stored; each is sent once."""

    def __init__(
        self,
        show: Show,
        group: asyncio.TaskGroup,
        texts: Mapping[Language, Texts],
        now: Callable[[], float],
        fold_seconds: float,
    ) -> None:
        """`group` does the sending. What was done long ago is answered once it has been silent for
        `fold_seconds`: after a night offline a chat is told where it stands, not each step to it.
        """
        self._show = show
        self._group = group
        self._texts = texts
        self._now = now
        self._fold_seconds = fold_seconds
        self._queues: dict[str, deque[Answer]] = {}
        self._late: dict[str, Answer] = {}
        self._late_until = 0.0
        self._folder: asyncio.Task[None] | None = None

    def give(self, address: str, answer: Answer, *, late: bool = False) -> None:
        """Send `answer` after those that wait for the same chat; `late`: only the last of them."""
        if answer.repeated:
            return
        if late and not answer.forgotten:
            self._late[address] = answer
            self._late_until = self._now() + self._fold_seconds
            if self._folder is None:
                self._folder = self._group.create_task(self._give_late())
            return
        self._late.pop(address, None)
        self._put(address, answer)

    def is_on_its_way(self, address: str) -> bool:
        """Whether an answer to that chat has not arrived yet."""
        return address in self._queues or address in self._late

    async def sent(self) -> None:
        """Wait until nothing is on its way any more, the late answers included."""
        self._late_until = 0.0
        while self._queues or self._late:  # noqa: ASYNC110 - answers leave in many ways
            await asyncio.sleep(0.02)

    def _put(self, address: str, answer: Answer) -> None:
        waiting = self._queues.get(address)
        if waiting is not None:
            waiting.append(answer)
            return
        self._queues[address] = deque([answer])
        self._group.create_task(self._work(address))

    async def _give_late(self) -> None:
        while (rest := self._late_until - self._now()) > 0:  # noqa: ASYNC110 - it moves
            await asyncio.sleep(min(rest, 0.1))
        self._folder, late = None, self._late
        self._late = {}
        for address, answer in late.items():
            line = self._texts[answer.language].line(say("offline"))
            shown = replace(answer.rendered, lines=(line, *answer.rendered.lines))
            self._put(address, replace(answer, rendered=shown))

    async def _work(self, address: str) -> None:
        waiting = self._queues[address]
        while waiting:
            try:
                await self._send(address, waiting[0])
            except Exception as error:  # noqa: BLE001 - the outermost frame of an answer
                note_failure(Log.CHAT_FAILED, error)
            waiting.popleft()
        del self._queues[address]

    async def _send(self, address: str, answer: Answer) -> None:
        outcome = await self._show(address, answer)
        if not isinstance(outcome, Sent):
            note(Log.ANSWER_NOT_SENT, outcome=_fate(outcome))


def _fate(outcome: TryLater | Gone | Refused | Unknown) -> Fate:
    match outcome:
        case TryLater():
            return Fate.LATER
        case Gone():
            return Fate.GONE
        case Refused():
            return Fate.REFUSED
        case Unknown():
            return Fate.UNKNOWN
