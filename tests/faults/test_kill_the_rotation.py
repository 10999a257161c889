"""A rotation is killed again and again while people file and look up: nothing is ever lost."""

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

from bot import keyfile
from storage import accounts, installation, tips
from storage import ring as keyring
from storage.chance import random_bytes
from storage.database import Database
from storage.keys import Purpose
from tests import bulletin_world, rotation_world, services
from tests.rotation_world import check, file_by, numbers, typed

PATIENCE_SECONDS = 60.0
LIVES, LIFE_SECONDS = 3, (0.1, 1.0)
SUBSCRIBERS = 300
BREATH_SECONDS = 0.05
STAYS = (Purpose.TOMBSTONES, Purpose.PEPPER, Purpose.STAFF)
"""Whose old keys stay: for backups, for codes that nobody typed, for a link that still lives."""


@asynccontextmanager
async def rotator(url: str, key: Path) -> AsyncIterator[Process]:
    """A process that forks rotations."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.rotator", url, str(key)),
        stdin=PIPE,
        stdout=PIPE,
        env=services.environment(),
        cwd=Path(__file__).parents[2],
    )
    try:
        assert await asked(server) == "ready"
        yield server
    finally:
        server.kill()
        await server.communicate()


async def asked(server: Process, command: str = "") -> str:
    assert server.stdin is not None
    assert server.stdout is not None
    if command:
        server.stdin.write(f"{command}\n".encode())
    async with asyncio.timeout(PATIENCE_SECONDS):
        return (await server.stdout.readline()).decode().strip()


async def work(serving: Database, codes: list[bytes], stop: asyncio.Event) -> None:
    """Workers file, and look up what was filed before; now and then the code moves its tip."""
    while not stop.is_set():
        code = random_bytes(32)
        await file_again(serving, code)
        codes.append(code)
        await read(serving, random.choice(codes))
        await typed(serving, random.choice(codes))
        await asyncio.sleep(BREATH_SECONDS)


async def file_again(serving: Database, code: bytes) -> None:
    """As a turn does: where the pepper changed between looking and doing, look again."""
    while True:
        try:
            await file_by(serving, code)
        except tips.OldPepper:
            continue
        return


async def read(serving: Database, code: bytes) -> None:
    async with serving.read() as tx:
        key = await tips.find(tx, tx.keys.reporters(code))
        assert key is not None
        assert await tips.read_thread(tx, key) is not None


@pytest.mark.long
async def test_a_rotation_that_is_killed_goes_on_and_everything_is_readable_all_the_time(
    database_url: str, tmp_path: Path
) -> None:
    key = tmp_path / "master.key"
    async with rotation_world.database(database_url) as (made, world):
        assert made.ring is not None
        [master] = made.ring.masters()
        keyfile.make(key, master)
        made.ring.masters = lambda: keyfile.candidates(key)
        async with made.read() as tx:
            [account, _] = await accounts.every(tx)
        await bulletin_world.subscribe(made, account, SUBSCRIBERS)
        codes, stop = [world.stretched], asyncio.Event()
        async with rotator(database_url, key) as server, asyncio.TaskGroup() as group:
            group.create_task(work(made, codes, stop))
            killed = 0
            for _ in range(LIVES):
                child = int(await asked(server, "start"))
                await asyncio.sleep(random.uniform(*LIFE_SECONDS))
                os.kill(child, signal.SIGKILL)
                ended = int(await asked(server, f"wait {child}"))
                assert ended in (0, -signal.SIGKILL)
                killed += ended != 0
            last = await asked(server, "start")
            assert await asked(server, f"wait {last}") == "0"
            stop.set()
        assert killed
        await check(made, world)
        for code in codes:
            await read(made, code)
        await nothing_is_left(made, key)
        again = Database(database_url)
        await installation.open_with(again, keyfile.read(key))
        await check(again, world)
        await again.close()


async def nothing_is_left(made: Database, key: Path) -> None:
    """No second key file; only what has to has older keys, and no row is under one."""
    assert not keyfile.next_of(key).exists()
    async with made.read() as tx:
        rows = await keyring.read(tx.connection)
        older = {row.purpose for row in rows if not row.current}
        current = {row.purpose: row.number for row in rows if row.current}
    assert older <= set(STAYS)
    for purpose in set(Purpose) - set(STAYS):
        assert await numbers(made, purpose) <= {current[purpose]}
