"""The house with very many subscribers: who they are, what they are sent, what it costs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from secrets import token_bytes
from time import monotonic
from typing import Any

from aiohttp.test_utils import unused_port
from sqlalchemy import delete, func, insert, select, text, update

from bot import keyfile
from bot.app import utc_now
from broadcasts import library
from handlers.bulletins import Run, Stage, Topic, Urgency
from handlers.subscriptions import PartOfDay, mask_of
from storage import accounts, bulletins, installation, sendings
from storage.database import Database
from storage.keys import Purpose
from storage.sendings import Sending
from storage.subscribers import number_of_part
from storage.tables import accounts as rows_of_accounts
from storage.tables import outcomes, subscribers
from tests import product
from tests.bench.bulletins_far import SECRET, TOKEN, Far, until
from tests.drive import Unexpected
from tests.product import Server

UNIT = "tong"
"""The demo's unit for the whole country."""
LIBRARY = "unpaid_wages"
FIRST_CHAT = 5_550_000_000
_AUTHOR = bytes(16)
_ACCOUNT = "telegram"
_AT_ONCE = 20_000
_LOOK_SECONDS = 0.01
_END_SECONDS = 60
_SEALED_BYTES = 32
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_JOINED = date(2026, 11, 1)
# A third each: the whole country, Đà Nẵng, Thành phố Hồ Chí Minh.
_PLACES = (0, 4_800_000, 7_900_000)
# Copies of the first subscriber, but for what tells people apart.
_COLUMNS = "account, fingerprint, address, language, topics, place_1, per_week, part, joined"
_UNSEALED = (
    f"INSERT INTO subscribers ({_COLUMNS}) SELECT account, {{key}}, {{address}}, language, topics,"
    " (CASE i % 3 WHEN 0 THEN 0 WHEN 1 THEN 4800000 ELSE 7900000 END), per_week, part, joined FROM"
)
_UNSEALED_SQLITE = (
    "WITH RECURSIVE numbers (i) AS"
    " (SELECT :first UNION ALL SELECT i + 1 FROM numbers WHERE i < :last) "
    + _UNSEALED.format(key="randomblob(16)", address="randomblob(length(address))")
    + " subscribers CROSS JOIN numbers WHERE id = 1"
)
_UNSEALED_POSTGRESQL = (
    _UNSEALED.format(
        key="decode(md5(i || 'key'), 'hex')",
        address="substr(decode(repeat(md5(i::text), 9), 'hex'), 1, length(address))",
    )
    + " subscribers CROSS JOIN generate_series"
    "(CAST(:first AS integer), CAST(:last AS integer)) AS i WHERE id = 1"
)
_TABLES = ("outcomes", "sums", "slices", "sendings")


@dataclass(frozen=True, slots=True)
class Hall:
    """An installation whose database is open beside the program, as other commands open it."""

    server: Server
    database: Database
    far: Far
    account: int

    async def set_pace(self, per_second: int) -> None:
        """What the account may send in a second; the program reads it when it starts."""
        of_it = rows_of_accounts.c.id == self.account
        async with self.database.write() as tx:
            await tx.run(update(rows_of_accounts).where(of_it).values(per_second=per_second))

    async def crowd(self, count: int, sealed: int) -> None:
        """So many subscribers in place of all others, numbered from 1; only the first `sealed` can
        be sent to, for sealing a million addresses would take minutes.
        """
        async with self.database.write() as tx:
            await tx.run(delete(subscribers))
            await tx.run(text("DELETE FROM sqlite_sequence WHERE name = 'subscribers'"
                              if tx.is_sqlite else
                              "ALTER SEQUENCE subscribers_id_seq RESTART"))  # fmt: skip
        for first in range(0, sealed, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, sealed))
            async with self.database.write() as tx:
                await tx.run(insert(subscribers), [self._row(number) for number in numbers])
        unsealed = text(_UNSEALED_SQLITE if self.database.is_sqlite else _UNSEALED_POSTGRESQL)
        for first in range(sealed, count, _AT_ONCE):
            last = min(first + _AT_ONCE, count) - 1
            async with self.database.write() as tx:
                await tx.run(unsealed.bindparams(first=first, last=last))
        if not self.database.is_sqlite:
            # What PostgreSQL does by itself a minute later.
            async with self.database.engine.connect() as plain:
                alone = await plain.execution_options(isolation_level="AUTOCOMMIT")
                await alone.execute(text("VACUUM ANALYZE subscribers"))
        await self.database.truncate_log()

    async def begin(self, high_water: int) -> Sending:
        """A bulletin to the subscribers up to that number is under way from now. It says that
        somebody's life is in danger: a measurement at night shall find the same hours.
        """
        told = library.load()[LIBRARY]
        content = replace(told, urgency=Urgency.DANGER, library="", expires_on=None)
        now = utc_now()
        async with self.database.write() as tx:
            bulletin = await bulletins.create(tx, UNIT, _AUTHOR, content, now.date())
            await bulletins.set_stage(tx, bulletin.id, Stage.APPROVED)
            begun = await sendings.start(tx, bulletin, now, high_water)
        if begun is None:
            raise Unexpected("a fresh bulletin was sent before")
        return begun

    async def recorded(self, sending: Sending) -> int:
        """How many outcomes are written."""
        asked = select(func.count()).where(outcomes.c.sending == sending.id)
        async with self.database.read() as tx:
            row = await tx.row(asked)
        return int(row[0]) if row is not None else 0

    async def until_recorded(self, sending: Sending, count: int, patience_seconds: float) -> float:
        """Wait until so many outcomes are written; when that was, on the machine's clock."""

        async def is_written() -> bool:
            return await self.recorded(sending) >= count

        await until(is_written, patience_seconds, _LOOK_SECONDS)
        return monotonic()

    async def end(self, sending: Sending) -> None:
        """Let it be over, whether everybody was sent it or not."""
        async with self.database.write() as tx:
            await sendings.set_stage(tx, sending.id, Run.CANCELLED, now=utc_now())

        async def is_free() -> bool:
            async with self.database.read() as tx:
                held = rows_of_accounts.c.holder.is_not(None)
                return await tx.row(select(rows_of_accounts.c.id).where(held)) is None

        await until(is_free, _END_SECONDS, _LOOK_SECONDS)

    async def bytes_of(self, *tables: str) -> int:
        """What these tables and their indexes take; on SQLite, all pages in use, of whatever
        table.
        """
        await self.database.truncate_log()
        async with self.database.read() as tx:
            if tx.is_sqlite:
                used = "SELECT (p.page_count - f.freelist_count) * s.page_size FROM"
                used += " pragma_page_count p, pragma_freelist_count f, pragma_page_size s"
            else:
                names = ", ".join(f"('{each}')" for each in tables)
                used = "SELECT sum(pg_total_relation_size(name::regclass))"
                used += f" FROM (VALUES {names}) AS every(name)"
            row = await tx.row(text(used))
        return int(row[0]) if row is not None else 0

    async def bytes_of_sendings(self) -> int:
        """What is kept of sendings."""
        return await self.bytes_of(*_TABLES)

    def _row(self, number: int) -> dict[str, Any]:
        if self.database.keys is None:
            raise Unexpected("the database has no keys")
        key, chat = token_bytes(16), str(FIRST_CHAT + number).encode()
        seal = self.database.keys.seal
        return {
            "account": self.account,
            "fingerprint": key,
            "address": seal(Purpose.SUBSCRIBERS, chat, key, size=_SEALED_BYTES),
            "language": 0,
            "topics": mask_of(frozenset(Topic)),
            "place_1": _PLACES[number % len(_PLACES)],
            "place_2": None,
            "place_3": None,
            "per_week": 3,
            "part": number_of_part(PartOfDay.ANY),
            "paused_until": None,
            "joined": _JOINED,
        }


@dataclass(slots=True)
class Watch:
    """What a process used between two looks: share of a core, and the most memory."""

    pid: int
    begun: float = 0.0
    cpu: float = 0.0
    most_bytes: int = 0
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Count from now."""
        self.begun, self.cpu = monotonic(), cpu_seconds(self.pid)

    @property
    def share(self) -> float:
        """Of one core, since `start`."""
        return (cpu_seconds(self.pid) - self.cpu) / (monotonic() - self.begun)

    async def memory(self) -> None:
        """Look at the memory until `stop`."""
        while not self._done.is_set():
            self.most_bytes = max(self.most_bytes, product.resident_bytes(self.pid))
            try:
                async with asyncio.timeout(0.1):
                    await self._done.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Look no more."""
        self._done.set()


@asynccontextmanager
async def open_hall(folder: Path, url: str, far: Far) -> AsyncIterator[Hall]:
    """The installation in `folder`, which was started once before."""
    server = Server(folder, url)
    database = Database(url)
    try:
        await installation.open_with(database, keyfile.read(server.key_file))
        async with database.write() as tx:
            account = await accounts.ensure_first(tx, _ACCOUNT, TOKEN)
        yield Hall(server, database, far, account.id)
    finally:
        await database.close()


@asynccontextmanager
async def at_work(hall: Hall, per_second: int) -> AsyncIterator[int]:
    """The program, running with a bot that may send so much; its process id."""
    await hall.set_pace(per_second)
    port = unused_port()
    hall.server.settings = {
        "TIENGTHO_TELEGRAM_TOKEN": TOKEN,
        "TIENGTHO_TELEGRAM_API_URL": hall.far.address,
        "TIENGTHO_TELEGRAM_MODE": "webhook",
        "TIENGTHO_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TIENGTHO_WEB_PORT": str(port),
        "TIENGTHO_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    async with product.serving(hall.server):
        assert hall.server.process is not None
        yield hall.server.process.pid
        await hall.server.stop()


def cpu_seconds(pid: int) -> float:
    """What all threads of a process have used of the processors, as Linux tells it."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
