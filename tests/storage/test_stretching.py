"""Argon2id over receipt codes: two at once, in a fair order, perhaps before it is asked for."""

import asyncio
import threading

import pytest

from storage import crypto, stretching
from storage.stretching import MOST_READY, Stretcher
from tests.fakes.waiting import until

CODE, OTHER, SALT = "0123456789ABCDEX", "ZYXWVTSRQPNMKJHG", bytes(range(16))
_PATIENCE_SECONDS = 30.0


async def test_no_more_than_two_slow_hashes_run_at_once() -> None:
    stretcher = Stretcher()
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            names = [thread.name for thread in threading.enumerate()]
            most = max(most, sum(name.startswith("argon2id") for name in names))
            await asyncio.sleep(0.001)

    async with asyncio.TaskGroup() as group:
        watcher = group.create_task(watch())
        jobs = [group.create_task(stretcher.stretch(CODE, bytes([n]) * 16)) for n in range(8)]
        jobs[0].cancel()
        done = await asyncio.gather(*jobs, return_exceptions=True)
        watcher.cancel()
    stretcher.close()
    assert most == 2
    assert len({result for result in done if isinstance(result, bytes)}) == 7


async def test_who_sends_a_tip_goes_before_a_crowd_that_types_codes() -> None:
    stretcher, done = Stretcher(), list[str]()

    async def stretch(name: str, *, first: bool = False) -> None:
        await stretcher.stretch(CODE, SALT, first=first)
        done.append(name)

    async with asyncio.TaskGroup() as group:
        crowd = [group.create_task(stretch(f"types {number}")) for number in range(12)]
        await asyncio.sleep(0)
        group.create_task(stretch("sends", first=True))
        # Whoever gives up, running or waiting, holds up nobody.
        await asyncio.sleep(0)
        crowd[0].cancel()
        crowd[7].cancel()
    stretcher.close()
    assert len(done) == 11
    # Last would be 12; a busy machine tells the loop late of two or three that were done before.
    assert done.index("sends") < 10


async def test_what_was_prepared_needs_no_job_at_send(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = counted(monkeypatch)
    stretcher = Stretcher()
    stretcher.prepare(CODE, SALT)
    stretcher.prepare(CODE, SALT)
    await until(lambda: stretcher._ready[CODE].result.done() or None, _PATIENCE_SECONDS, "a job")
    await stretcher.stretch(OTHER, SALT)
    assert await stretcher.stretch(CODE, SALT, first=True) == crypto.stretched(CODE, SALT)
    assert jobs == [CODE, OTHER]
    # It was there for one press only.
    await stretcher.stretch(CODE, SALT)
    assert jobs == [CODE, OTHER, CODE]
    stretcher.close()


async def test_who_sends_does_not_wait_for_what_was_prepared_behind_a_crowd() -> None:
    stretcher, done = Stretcher(), list[str]()

    async def type_code(number: int) -> None:
        await stretcher.stretch(OTHER, bytes([number]) * 16)
        done.append("types")

    async with asyncio.TaskGroup() as group:
        for number in range(12):
            group.create_task(type_code(number))
        await asyncio.sleep(0)
        stretcher.prepare(CODE, SALT)
        await stretcher.stretch(CODE, SALT, first=True)
        done.append("sends")
    stretcher.close()
    # Last would be 12; a busy machine tells the loop late of two or three that were done before.
    assert done.index("sends") < 10


async def test_what_is_prepared_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = counted(monkeypatch)
    stretcher = Stretcher()
    for number in range(MOST_READY + 5):
        stretcher.prepare(f"{number:016}", SALT)
    ready = stretcher._ready
    assert len(ready) == MOST_READY
    assert f"{4:016}" not in ready
    last = ready[f"{MOST_READY + 4:016}"]
    await until(lambda: last.result.done() or None, _PATIENCE_SECONDS, "the last job")
    assert len(jobs) <= MOST_READY + 2, "the oldest were given up before their turn had come"
    stretcher.close()


async def test_what_is_prepared_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretching, "READY_SECONDS", 0.05)
    stretcher = Stretcher()
    stretcher.prepare(CODE, SALT)
    await until(lambda: CODE not in stretcher._ready or None, _PATIENCE_SECONDS, "its end")
    jobs = counted(monkeypatch)
    assert await stretcher.stretch(CODE, SALT) == crypto.stretched(CODE, SALT)
    assert jobs == [CODE]
    stretcher.close()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes that a job was run for; the job itself is quick where many are."""
    jobs: list[str] = []

    def job(code: str, salt: bytes) -> bytes:
        jobs.append(code)
        return crypto.stretched(code, salt) if code in (CODE, OTHER) else bytes(32)

    monkeypatch.setattr(stretching, "stretched", job)
    return jobs
