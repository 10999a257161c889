"""Sends the first week at work over one leased account: to each chat one message a day at most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.bulletins.bulk import Bulk, Delivered, Letter, Result
from bot.bulletins.weather import Weather
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.pace import Lane
from broadcasts import first_week as wording
from handlers import first_week
from handlers.first_week import Part
from handlers.languages import Language
from handlers.laws import changes
from storage import law_changes, series
from storage.database import Database, Tx
from storage.leases import Lease
from storage.series import Followed

LOOK_SECONDS = 60.0
"""So often it is looked whether somebody's minute has come; every row has to be opened for that."""


@dataclass(slots=True)
class Looked:
    """When it is looked again, every so many seconds, as long as the lane of an account works."""

    seconds: float = LOOK_SECONDS
    again_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the sending of an account stands on."""

    database: Database
    clock: Callable[[], datetime]
    zone: ZoneInfo
    bulk: Bulk
    weather: Weather
    looked: Looked


@dataclass(frozen=True, slots=True)
class _Ready:
    """What goes to one chat now; `following` is the number of the message after it."""

    followed: Followed
    part: Part
    following: int
    is_last: bool = field(default=False)


class Weeks:
    """The messages of one leased account.

    A row is moved on before its message leaves: whoever dies between sends that one never, and none
    twice. Only what certainly did not leave is put back.
    """

    def __init__(self, ground: Ground, lease: Lease) -> None:
        """Made by a lane, for the time of a lease."""
        self._ground, self._lease = ground, lease
        self._stopped, self._over = asyncio.Event(), asyncio.Event()

    async def has_work(self, tx: Tx) -> bool:
        """Whether somebody's message may leave now, or is over. Looks once a minute."""
        if self._ground.looked.again_at > _now():
            return False
        self._ground.looked.again_at = _now() + self._ground.looked.seconds
        return bool(await self._waiting(tx))

    def stop(self) -> None:
        """Send nothing more than what is under way."""
        self._stopped.set()
        self._over.set()

    def finish(self) -> None:
        """`run` ends once it has sent what may leave now."""
        self._over.set()

    async def run(self) -> None:
        """Send what may leave, and look again each minute while the lane has other work. Raises
        Lost.
        """
        while not self._stopped.is_set():
            await self._send_all()
            try:
                async with asyncio.timeout(self._ground.looked.seconds):
                    await self._over.wait()
            except TimeoutError:
                continue
            return

    async def _send_all(self) -> None:
        async with self._ground.database.read() as tx:
            waiting = await self._waiting(tx)
            replaced = await _replaced(tx, self._today())
        for followed in waiting:
            if not await self._is_ready(followed):
                return
            if not await self._send(followed, replaced):
                return

    async def _waiting(self, tx: Tx) -> list[Followed]:
        now, zone = self._ground.clock(), self._ground.zone
        found = await series.of_day(tx, self._lease.account, self._today())
        return [each for each in found if wording.may_leave(each.spread, now, zone)]

    async def _send(self, followed: Followed, replaced: frozenset[str]) -> bool:
        """Send to one chat; False where nothing more can be sent now."""
        ready = self._made(followed, replaced)
        database, today = self._ground.database, self._today()
        async with database.write() as tx:
            number = ready.following if ready else followed.course.next
            taken = await series.take(tx, self._lease, followed, following=number, today=today)
            if taken is not None and ready is None:
                await series.end(tx, taken)
        if taken is None or ready is None:
            return True
        address = followed.course.address
        self._ground.bulk.pace.sent(_now(), self._ground.bulk.scope(address), Lane.BULK)
        result = await self._ground.bulk.send(address, self._letter(ready))
        async with database.write() as tx:
            return await self._settle(tx, ready, taken, result)

    async def _settle(self, tx: Tx, ready: _Ready, taken: Followed, result: Result) -> bool:
        match result:
            case Gone():
                await series.end(tx, taken)
            case TryLater(seconds):
                await series.give_back(tx, taken, ready.followed)
                self._ground.weather.later(_now(), seconds)
                return False
            case Delivered() | Unknown() | Refused():
                if ready.is_last:
                    await series.end(tx, taken)
            case _:
                assert_never(result)
        return True

    def _made(self, followed: Followed, replaced: frozenset[str]) -> _Ready | None:
        """The next message that holds today; None where there is none any more."""
        today = self._today()
        part = first_week.following(followed.course.next, today, replaced)
        if part is None:
            return None
        after = first_week.following(part.number + 1, today, replaced)
        return _Ready(followed, part, part.number + 1, is_last=after is None)

    def _letter(self, ready: _Ready) -> Letter:
        language: Language = ready.followed.course.language
        text = wording.text_of(ready.part, language, is_last=ready.is_last)
        return self._ground.bulk.letter(text, wording.buttons(language, is_last=ready.is_last))

    async def _is_ready(self, followed: Followed) -> bool:
        """Wait until the pace allows it; False where we stop, rest, or may send no more today."""
        scope = self._ground.bulk.scope(followed.course.address)
        while not self._stopped.is_set():
            now = _now()
            if self._ground.weather.rest_until > now or not self._is_open(followed):
                return False
            ready = self._ground.bulk.pace.ready_at(now, scope, Lane.BULK)
            if ready <= now:
                return True
            try:
                async with asyncio.timeout(ready - now):
                    await self._stopped.wait()
            except TimeoutError:
                continue
        return False

    def _is_open(self, followed: Followed) -> bool:
        return wording.may_leave(followed.spread, self._ground.clock(), self._ground.zone)

    def _today(self) -> date:
        return self._ground.clock().astimezone(self._ground.zone).date()


async def _replaced(tx: Tx, today: date) -> frozenset[str]:
    """The numbers of documents of law in whose place another one counts today."""
    return changes.replaced_by(today, await law_changes.known(tx))


def _now() -> float:
    return asyncio.get_running_loop().time()
