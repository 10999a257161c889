"""What workers are shown: one chat after the other's own pace, none behind another chat.

Files that come together, as an album does, are answered together once the last of them was taken.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
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


@dataclass(slots=True)
class _Burst:
    """Files of one chat that come close together: how many are being taken at this moment, what is
    to be said of those before, and the timer that says it.
    """

    taking: int = 0
    answer: Answer | None = None
    timer: asyncio.Task[None] | None = None


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
        Files are answered once none has come for half of that.
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
        self._bursts: dict[str, _Burst] = {}

    @asynccontextmanager
    async def taking_file(self, address: str) -> AsyncIterator[None]:
        """Around the turn of one file: what is given inside waits for the files after it."""
        burst = self._bursts.setdefault(address, _Burst())
        burst.taking += 1
        if burst.timer is not None:
            burst.timer.cancel()
            burst.timer = None
        try:
            yield
        finally:
            burst.taking -= 1
            if burst.taking == 0 and self._bursts.get(address) is burst:
                if burst.answer is None:
                    del self._bursts[address]
                else:
                    burst.timer = self._group.create_task(self._end_burst(address, burst))

    def give(
        self, address: str, answer: Answer, *, late: bool = False, of_file: bool = False
    ) -> None:
        """Send `answer` after those that wait for the same chat; `late`: only the last of them;
        `of_file`: together with those of the files after it, inside `taking_file`.
        """
        if answer.repeated:
            return
        burst = self._bursts.get(address)
        if burst is not None and of_file and not late:
            burst.answer = _together(burst.answer, answer)
            return
        if burst is not None:
            # Something else happened: first what became of the files, then this.
            self._flush(address, burst, forgotten=answer.forgotten)
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
        waits = address in self._queues or address in self._late
        return waits or address in self._bursts

    async def sent(self) -> None:
        """Wait until nothing is on its way any more, the late answers included."""
        self._late_until = 0.0
        while self._queues or self._late or self._bursts:  # noqa: ASYNC110 - answers leave in many ways
            await asyncio.sleep(0.02)

    def _put(self, address: str, answer: Answer) -> None:
        waiting = self._queues.get(address)
        if waiting is not None:
            waiting.append(answer)
            return
        self._queues[address] = deque([answer])
        self._group.create_task(self._work(address))

    def _flush(self, address: str, burst: _Burst, *, forgotten: bool = False) -> None:
        """Say what waits; of a talk that was forgotten, nothing any more."""
        if burst.timer is not None:
            burst.timer.cancel()
            burst.timer = None
        answer, burst.answer = burst.answer, None
        if not burst.taking:
            self._bursts.pop(address, None)
        if answer is not None and not forgotten:
            self._put(address, answer)

    async def _end_burst(self, address: str, burst: _Burst) -> None:
        await asyncio.sleep(self._fold_seconds / 2)
        burst.timer = None
        self._flush(address, burst)

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


def _together(before: Answer | None, after: Answer) -> Answer:
    """Both answers as one: the screen of the second, and above it the remarks of both. Each stands
    there once, however many files it was about.
    """
    if before is None:
        return after
    told = before.rendered.lines[: before.remarks]
    more = [line for line in told if line not in after.rendered.lines]
    rendered = replace(after.rendered, lines=(*more, *after.rendered.lines))
    return replace(after, rendered=rendered, remarks=len(more) + after.remarks)


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
