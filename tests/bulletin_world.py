"""Subscribers, bulletins and senders on a real database, for the tests of the sending engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from bot.bulletins.bulk import Bulk
from bot.bulletins.mailing import Mailing
from bot.channels.telegram.bulk import TelegramBulk
from bot.pace import Limits, Pace
from handlers.bulletins import Citation, Content, Run, Stage, Topic, Wording
from handlers.languages import Language
from handlers.routing import Unit, UnitKind
from handlers.subscriptions import Subscription, mask_of, number_of
from storage import accounts, bulletins, installation, sendings, subscribers, units
from storage.accounts import Account
from storage.crypto import new_master
from storage.database import Database
from storage.keys import Purpose
from storage.sendings import Progress, Sending
from storage.tables import accounts as rows
from storage.tables import metadata
from storage.tables import subscribers as people
from tests import databases
from tests.tip_world import Clock
from tests.world import places

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""Monday, twelve o'clock in Viet Nam: everybody but the readers of the evening may be sent to."""
TODAY = date(2026, 11, 23)
FIRST_CHAT = 5_550_000_000
MASTER = new_master()
PATIENCE_SECONDS = 60.0


def content(**changes: object) -> Content:
    """A legal bulletin on wages."""
    plain = Content(
        topic=Topic.WAGES,
        scope=(),
        vi=Wording(
            "Lương chậm trả", "Công ty trả lương chậm thì phải bồi thường.", "Gọi công đoàn."
        ),
        en=Wording("Late wages", "Wages that come late must be made good.", "Call the union."),
        citations=(Citation("Bộ luật Lao động 2019", "Điều 97"),),
        expires_on=date(2026, 12, 31),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name what they change


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    """A fresh installation with a union for the whole country, and one for Hà Nội below it."""
    await databases.prepare(url, _fill)
    made = Database(url)
    try:
        await installation.open_with(made, MASTER)
        yield made
    finally:
        await made.close()


async def _fill(url: str) -> None:
    """Make it in an empty database."""
    made = Database(url)
    try:
        async with made.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await installation.make(made, MASTER, demo=True)
        await installation.open_with(made, MASTER)
        async with made.write() as tx:
            await units.import_all(
                tx,
                [
                    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
                    Unit("hanoi", "root", UnitKind.UNION, "Công đoàn Hà Nội", frozenset({"01"})),
                ],
                at_once=True,
            )
    finally:
        await made.close()


async def account(made: Database, name: str = "one", per_second: int = 1000) -> Account:
    """A bot that may send so much."""
    async with made.write() as tx:
        added = await accounts.add(tx, name, "telegram", token_of(name), per_second=per_second)
    assert added is not None
    return added


def token_of(name: str) -> str:
    return f"{abs(hash(name)) % 10**9}:{name}-{'x' * 30}"


async def subscribe(
    made: Database,
    of: Account,
    count: int,
    *,
    first: int = 0,
    chosen: Callable[[int], Subscription] = lambda _: Subscription(frozenset({Topic.WAGES})),
) -> list[int]:
    """Chats `first` and on subscribe, all in one statement; gives their numbers at the app."""
    chats = [FIRST_CHAT + of.id * 1_000_000 + first + number for number in range(count)]
    async with made.write() as tx:
        rows = []
        for number, chat in enumerate(chats):
            key = tx.keys.mac(Purpose.SUBSCRIBERS, of.id.to_bytes(4) + str(chat).encode())
            sealed = tx.keys.seal(Purpose.SUBSCRIBERS, str(chat).encode(), key, size=32)
            wanted = chosen(number)
            numbers = [*map(number_of, wanted.places), None, None]
            rows.append(
                {
                    "account": of.id,
                    "fingerprint": key,
                    "address": sealed,
                    "language": list(Language).index(wanted.language),
                    "topics": mask_of(wanted.topics, bell=wanted.bell),
                    "place_1": numbers[0],
                    "place_2": numbers[1],
                    "place_3": numbers[2],
                    "per_week": wanted.per_week,
                    "part": subscribers.number_of_part(wanted.part),
                    "paused_until": wanted.paused_until,
                    "joined": TODAY.replace(day=1),
                }
            )
        await tx.run(insert(people), rows)
    return chats


async def begin(
    made: Database,
    told: Content | None = None,
    *,
    unit: str = "root",
    due: datetime = NOON,
    stage: Run = Run.SENDING,
) -> Sending:
    """A bulletin is due: its sending."""
    async with made.write() as tx:
        bulletin = await bulletins.create(tx, unit, b"a" * 16, told or content(), TODAY)
        await bulletins.set_stage(tx, bulletin.id, Stage.APPROVED)
        high = await subscribers.high_water(tx)
        begun = await sendings.start(tx, bulletin, due, high, stage=stage)
    assert begun is not None
    return begun


@dataclass(slots=True)
class Office:
    """A mail room at work, for the time of an `async with`."""

    made: Database
    clock: Clock
    mailing: Mailing

    async def progress(self, sending: Sending) -> Progress:
        """How far a sending is."""
        async with self.made.read() as tx:
            found = await sendings.progress(tx, sending.id, self.clock())
        assert found is not None
        return found

    async def until(self, sending: Sending, stage: Run = Run.DONE) -> Progress:
        """Wait until a sending stands there."""
        return await self.when(sending, lambda found: found.sending.stage is stage)

    async def when(self, sending: Sending, met: Callable[[Progress], bool]) -> Progress:
        """Wait until something holds for a sending."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The database is asked, as anybody else would: nobody tells us.
            while not met(found := await self.progress(sending)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return found

    async def mailing_looked(self, times: int = 3) -> None:
        """Wait until the mail room has looked around that often, and found nothing to do."""
        for _ in range(times):
            seen = self.mailing.looks
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self.mailing.looks < seen + 2:
                    self.mailing.wake()
                    await asyncio.sleep(0.02)

    async def mailing_rests(self) -> None:
        """Wait until no account is sent over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            # Nobody tells us either.
            while await self._is_leased():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await self.mailing_looked()

    async def disable(self, name: str) -> None:
        """What an operator types."""
        async with self.made.write() as tx:
            assert await accounts.disable(tx, name)

    async def _is_leased(self) -> bool:
        async with self.made.read() as tx:
            held = select(rows.c.id).where(rows.c.holder.is_not(None))
            return await tx.row(held) is not None

    async def set(self, sending: Sending, stage: Run) -> bool:
        """What a broadcaster presses."""
        async with self.made.write() as tx:
            return await sendings.set_stage(tx, sending.id, stage, now=self.clock())


def opener(url: str) -> Callable[[Account, str], AbstractAsyncContextManager[Bulk]]:
    """Opens accounts at a fake Bot API."""

    def open_bulk(each: Account, token: str) -> AbstractAsyncContextManager[Bulk]:
        limits = Limits(bulk_per_second=each.per_second)
        return TelegramBulk(token, url, Pace(limits), each.per_second)

    return open_bulk


@asynccontextmanager
async def office(
    made: Database,
    url: str,
    clock: Clock | None = None,
    *,
    lease_seconds: float = 10.0,
    look_seconds: float = 0.2,
) -> AsyncIterator[Office]:
    """A mail room that sends to `url`; at the end it stops in order."""
    clock = clock or Clock(NOON)
    mailing = Mailing(
        made, clock, VIETNAM, places, lease_seconds=lease_seconds, look_seconds=look_seconds
    )
    mailing.send_over("telegram", opener(url))
    async with asyncio.TaskGroup() as group:
        group.create_task(mailing.run())
        try:
            yield Office(made, clock, mailing)
        finally:
            mailing.stop()
