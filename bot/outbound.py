"""The mail room: takes letters that are due, brings them to their desk, settles them.

The web desk is in the same database, so that delivering there is a change; what goes out over a
chat app (`bot/group_mail.py`) and what rings officers (`bot/alarms.py`) have a loop each, for those
may wait on others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.alarms import Alarms, Ringer
from bot.group_mail import GroupMail
from bot.logs import Event as Log
from bot.logs import note, note_failure
from storage import outbox, tips
from storage.alarms import Path
from storage.database import Database
from storage.outbox import Letter, LetterKind

BATCH = 100
LOOK_SECONDS = 1.0
REST_SECONDS = 0.2
"""Between two looks: of many that file at once each wakes us, and every look goes through all that
waits.
"""


class MailRoom:
    """All letters of the house."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Joined by `bot/app.py`."""
        self._database = database
        self._clock = clock
        self._wakes = (asyncio.Event(), asyncio.Event(), asyncio.Event())
        self._alarms = Alarms(database, clock)
        self._groups: GroupMail | None = None

    def send_over(self, groups: GroupMail) -> None:
        """Letters to groups go this way from now on; before, they wait."""
        self._groups = groups
        self.wake()

    def ring_over(self, path: Path, ringer: Ringer) -> None:
        """Alarms of `path` ring this way from now on; before, their letters wait."""
        self._alarms.ring_over(path, ringer)
        self.wake()

    def wake(self) -> None:
        """There may be something to do."""
        for wake in self._wakes:
            wake.set()

    async def run(self) -> None:
        """Work until cancelled; a failure is logged and tried again at the next look."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again_and_again(self.deliver_due, self._wakes[0]))
            group.create_task(_again_and_again(self.send_due, self._wakes[1]))
            group.create_task(_again_and_again(self.ring_due, self._wakes[2]))

    async def send_due(self) -> None:
        """Send what is due over the chat app, where there is one."""
        if self._groups is not None:
            await self._groups.send_due()

    async def ring_due(self) -> None:
        """Ring officers for the tips that reached their desk."""
        await self._alarms.ring_due()

    async def deliver_due(self) -> int:
        """Bring every letter that is due to its desk; how many reached it."""
        now = self._clock()
        async with self._database.read() as tx:
            due = [letter for letter in await outbox.waiting(tx) if _is_due(letter, now)]
        due.sort(key=lambda letter: letter.tip)
        return sum([await self._deliver(due[at : at + BATCH]) for at in range(0, len(due), BATCH)])

    async def _deliver(self, letters: Sequence[Letter]) -> int:
        """One transaction for all: the tips of an hour reach their desks at the same moment."""
        try:
            return await self._settle(letters)
        except Exception as error:
            if len(letters) == 1:
                raise
            note_failure(Log.LETTER_FAILED, error)
        # One of them cannot be brought: the others shall not wait for it.
        settled = 0
        for letter in letters:
            try:
                settled += await self._settle([letter])
            except Exception as error:  # noqa: BLE001 - the next letter has its own chance
                note_failure(Log.LETTER_FAILED, error)
        return settled

    async def _settle(self, letters: Sequence[Letter]) -> int:
        async with self._database.write() as tx:
            settled = sum([await tips.settle(tx, letter) for letter in letters])
        note(Log.LETTER_SETTLED, letters=settled)
        return settled


def _is_due(letter: Letter, now: datetime) -> bool:
    return letter.kind is LetterKind.CARD and letter.due is not None and letter.due <= now


async def _again_and_again(work: Callable[[], Awaitable[object]], wake: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    while True:
        wake.clear()
        rested = loop.time() + REST_SECONDS
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the outermost frame of the mail room
            note_failure(Log.LETTER_FAILED, error)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await wake.wait()
        except TimeoutError:
            continue
        await asyncio.sleep(max(0.0, rested - loop.time()))
