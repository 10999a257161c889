"""What workers are shown: one chat after the other's own pace, none behind another chat."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from bot.channels import Gone, Refused, Sent, TryLater, Unknown
from bot.channels.telegram import sending
from bot.channels.telegram.sending import Line
from bot.channels.telegram.traces import Traces
from bot.inbound import Answer
from bot.logs import Event as Log
from bot.logs import note, note_failure
from handlers.languages import Language
from handlers.screens import say
from handlers.texts import Texts


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
        line: Line,
        traces: Traces,
        group: asyncio.TaskGroup,
        texts: Mapping[Language, Texts],
        fold_seconds: float,
    ) -> None:
        """`group` does the sending. What was done long ago is answered once it has been silent for
        `fold_seconds`: after a night offline a chat is told where it stands, not each step to it.
        """
        self._line = line
        self._traces = traces
        self._group = group
        self._texts = texts
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
            self._late_until = self._line.now() + self._fold_seconds
            if self._folder is None:
                self._folder = self._group.create_task(self._give_late())
            return
        self._late.pop(address, None)
        self._put(address, answer)

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
        while (rest := self._late_until - self._line.now()) > 0:  # noqa: ASYNC110 - it moves
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
        if answer.forgotten:
            await sending.delete(self._line, address, await self._traces.take(address))
        outcome, messages = await sending.show(self._line, address, answer.rendered, answer.turn)
        await self._traces.keep(address, messages)
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
