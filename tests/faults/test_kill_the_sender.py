"""The sender is killed again and again: nobody is lost, and no more are repeated than it says."""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage import sendings
from storage.database import Database
from storage.sendings import Kind, Progress, Sending
from tests import bulletin_world as world
from tests import services
from tests.fakes.recorder import Recorder

PATIENCE_SECONDS = 90.0
PEOPLE = 5_000
# Above the account's pace, for a busy machine may stamp arrivals late; the pace itself is held to
# its limit in virtual time. Two that spoke for one account would be far above.
LIMIT = 1_500


class Senders:
    """Mail rooms as processes."""

    def __init__(self, server: Process) -> None:
        self.server = server
        self.running: set[int] = set()

    async def start(self) -> int:
        """A mail room begins; its process id."""
        child = int(await self._asked("start"))
        self.running.add(child)
        return child

    async def kill(self, child: int) -> None:
        """It ends without another word."""
        os.kill(child, signal.SIGKILL)
        assert await self.ended(child) == -signal.SIGKILL

    async def ended(self, child: int) -> int:
        """Wait for its end."""
        status = int(await self._asked(f"wait {child}"))
        self.running.discard(child)
        return status

    async def _asked(self, command: str) -> bytes:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(f"{command}\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.server.stdout.readline()


@asynccontextmanager
async def senders(url: str, folder: Path, app: Recorder) -> AsyncIterator[Senders]:
    """A process that forks mail rooms for this database."""
    key = folder / "master.key"
    key.write_bytes(world.MASTER)
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.sender", url, str(key), app.url),
        stdin=PIPE,
        stdout=PIPE,
        env=services.environment(),
        cwd=Path(__file__).parents[2],
    )
    made = Senders(server)
    try:
        assert server.stdout is not None
        assert await server.stdout.readline() == b"ready\n"
        yield made
    finally:
        for child in made.running:
            os.kill(child, signal.SIGKILL)
        server.kill()
        await server.communicate()


async def progress(made: Database, sending: Sending) -> Progress:
    async with made.read() as tx:
        found = await sendings.progress(tx, sending.id, world.NOON)
    assert found is not None
    return found


@pytest.mark.long
# Thirty-one processes that compete for two slow cores; nothing here waits for time.
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("url", "kills"),
    [("sqlite_url", 30), pytest.param("postgresql_url", 3, marks=pytest.mark.postgresql)],
)
async def test_nobody_is_lost_and_repeats_stay_within_the_printed_bound(
    url: str, kills: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    chance, address = random.Random(kills), request.getfixturevalue(url)
    async with world.database(address) as made, Recorder(per_second=LIMIT) as app:
        bot = await world.account(made, per_second=1_000)
        chats = await world.subscribe(made, bot, PEOPLE)
        sending = await world.begin(made)
        lives = sorted(chance.sample(range(1, PEOPLE - 100), kills))
        async with senders(address, tmp_path, app) as processes:
            for count in lives:
                child = await processes.start()
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await app.until(count)
                await processes.kill(child)
            assert await processes.ended(await processes.start()) == 0
        found = await progress(made, sending)
    repeats = len(app.got) - PEOPLE
    assert app.arrived.keys() == set(chats), "nobody is lost"
    assert app.refused == 0
    assert 0 <= repeats <= found.repeats_bound
    # Each life may leave a window and what is written at once: never more.
    assert found.repeats_bound <= kills * (375 + 100)
    assert found.counts[Kind.SENT] == found.sending.planned == PEOPLE
    print(f"{kills} kills: {repeats} repeated, at most {found.repeats_bound} were told")


@pytest.mark.long
@pytest.mark.postgresql
async def test_two_processes_share_the_accounts_and_one_takes_over_from_the_other(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with world.database(postgresql_url) as made, Recorder(per_second=150) as app:
        chats = []
        for name in ("one", "two", "three"):
            bot = await world.account(made, name, per_second=100)
            chats += await world.subscribe(made, bot, 250)
        sending = await world.begin(made)
        async with senders(postgresql_url, tmp_path, app) as processes:
            first, second = await processes.start(), await processes.start()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await app.until(300)
            await processes.kill(first)
            assert await processes.ended(second) == 0
        found = await progress(made, sending)
    assert app.arrived.keys() == set(chats)
    assert app.refused == 0, "two that spoke for one account would be too fast"
    assert len(app.got) - len(chats) <= found.repeats_bound
    assert found.counts[Kind.SENT] == len(chats)
