"""Rings for officers whose desk is closed: each letter is claimed, checked anew, rung, settled."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from bot.channels import Gone, Outcome, Refused, Sent, TryLater, Unknown
from bot.logs import Event as Log
from bot.logs import note, note_failure
from handlers.moderators import notices
from handlers.screens import Screen
from storage import alarms, outbox, pings
from storage.alarms import Alarm, Path, Trouble
from storage.database import Database
from storage.outbox import Letter, LetterKind
from storage.pings import Ping

LEASE_SECONDS = 120
AGAIN_SECONDS = 30
DEAD_SECONDS = 300
"""Whoever says "later" and means more than this does not ring for now."""
AT_ONCE_MOST = 20
"""How many alarms ring at the same time: a great unit shall not take all of the network."""
_RINGS = (LetterKind.PING, LetterKind.GIVEN)


class Ringer(Protocol):
    """One way to ring; it says `handlers.moderators.cards.ping` and nothing else of the tip."""

    async def ring(self, address: str, tip: bytes, nickname: str, danger: bool) -> Outcome:
        """Ring once. `tip` is for a button that leads back to it, never shown. Does not raise for
        what the app answers.
        """
        ...

    async def ring_for_several(self, address: str, rung: Sequence[Ping]) -> Outcome:
        """Ring once for several tips; the same in every other way."""
        ...

    async def tell(self, address: str, shown: Screen) -> Outcome:
        """Tell something of the desk that is about no single tip."""
        ...


class Alarms:
    """The letters that ring officers. Those of a path without a ringer here are left as they are:
    another process may ring them at once.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Joined by `bot/outbound.py`."""
        self._database = database
        self._clock = clock
        self._ringers: dict[Path, Ringer] = {}
        # Letters that another process must ring, and until when nobody here looks at them again.
        self._passed: dict[bytes, datetime] = {}
        self._gate = asyncio.Semaphore(AT_ONCE_MOST)

    def ring_over(self, path: Path, ringer: Ringer) -> None:
        """Alarms of `path` ring this way from now on."""
        self._ringers[path] = ringer
        self._passed.clear()

    async def ring_due(self) -> None:
        """Ring what is due, each alarm one ring after the other."""
        now = self._clock()
        self._passed = {letter: until for letter, until in self._passed.items() if until > now}
        async with self._database.read() as tx:
            due: dict[str, list[Letter]] = defaultdict(list)
            for letter in await outbox.waiting(tx):
                if _rings(letter) and self._is_due(letter, now):
                    due[letter.to].append(letter)
        async with asyncio.TaskGroup() as group:
            for letters in due.values():
                group.create_task(self._serve(letters))

    def _is_due(self, letter: Letter, now: datetime) -> bool:
        is_free = letter.lease is None or letter.lease <= now
        is_here = letter.id not in self._passed
        return is_here and is_free and letter.due is not None and letter.due <= now

    async def _serve(self, letters: Sequence[Letter]) -> None:
        try:
            async with self._gate:
                rings = [each for each in letters if each.kind in _RINGS]
                await self._ring(await self._all_taken(rings))
                for letter in letters:
                    if letter.kind is LetterKind.NOTICE:
                        await self._tell(letter)
        except Exception as error:  # noqa: BLE001 - one alarm's failure is no other alarm's
            note_failure(Log.LETTER_FAILED, error)

    async def _all_taken(self, letters: Sequence[Letter]) -> list[tuple[Letter, Ping]]:
        taken = []
        for letter in letters:
            try:
                found = await self._taken(letter)
            except Exception as error:  # noqa: BLE001 - one tip's failure is no other tip's
                note_failure(Log.LETTER_FAILED, error)
            else:
                taken += [found] if found is not None else []
        return taken

    async def _taken(self, letter: Letter) -> tuple[Letter, Ping] | None:
        """The letter, claimed, and what it rings for; None where it does not ring now."""
        now = self._clock()
        async with self._database.write() as tx:
            # The tip first, as everybody does who takes both: else two would wait for each other.
            wanted = await pings.ping(tx, letter)
            # With a lease: whoever rang did not come back. It may have rung, and is not rung again.
            if wanted is None or letter.lease is not None:
                await outbox.settle(tx, letter)
                return None
            if wanted.alarm.path not in self._ringers:
                self._passed[letter.id] = now + timedelta(seconds=AGAIN_SECONDS)
                return None
            claimed = await outbox.claim(tx, letter, now + timedelta(seconds=LEASE_SECONDS))
        return (claimed, wanted) if claimed is not None else None

    async def _tell(self, letter: Letter) -> None:
        """A message that is about no single tip; what may have arrived is not sent again."""
        now = self._clock()
        async with self._database.write() as tx:
            alarm = await pings.still_reads(tx, letter)
            if alarm is None or letter.lease is not None or letter.notice is None:
                await outbox.settle(tx, letter)
                return
            if alarm.path not in self._ringers:
                self._passed[letter.id] = now + timedelta(seconds=AGAIN_SECONDS)
                return
            claimed = await outbox.claim(tx, letter, now + timedelta(seconds=LEASE_SECONDS))
        if claimed is not None:
            shown = notices.screen(letter.notice, letter.counts)
            outcome = await self._ringers[alarm.path].tell(alarm.address, shown)
            await self._conclude(claimed, alarm, outcome)

    async def _ring(self, taken: Sequence[tuple[Letter, Ping]]) -> None:
        """Once for all that an alarm has to tell now: the cards of an hour are one message."""
        if not taken:
            return
        rung = [wanted for _, wanted in taken]
        first = rung[0]
        ringer, address = self._ringers[first.alarm.path], first.alarm.address
        if len(rung) == 1:
            outcome = await ringer.ring(address, first.tip, first.nickname, first.danger)
        else:
            outcome = await ringer.ring_for_several(address, rung)
        for letter, wanted in taken:
            await self._conclude(letter, wanted.alarm, outcome)

    async def _conclude(self, letter: Letter, rung: Alarm, outcome: Outcome) -> None:
        """Settle a letter by what came of it."""
        async with self._database.write() as tx:
            match outcome:
                case TryLater(seconds):
                    if seconds >= DEAD_SECONDS:
                        # The account itself does not work: danger must not wait for it.
                        await alarms.set_trouble(tx, rung.id, Trouble.REFUSED)
                    later = self._clock() + timedelta(seconds=max(seconds, 1))
                    await outbox.postpone(tx, letter, later)
                    return
                case Sent():
                    await alarms.set_trouble(tx, rung.id, None)
                case Gone():
                    await alarms.unlink(tx, rung.id)
                case Refused():
                    await alarms.set_trouble(tx, rung.id, Trouble.REFUSED)
                case Unknown():
                    pass
                case _:
                    assert_never(outcome)
            await outbox.settle(tx, letter)
        note(Log.LETTER_SETTLED, letters=1)


def _rings(letter: Letter) -> bool:
    is_notice = letter.kind is LetterKind.NOTICE and not letter.group
    return letter.kind in _RINGS or is_notice
