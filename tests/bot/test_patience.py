"""Whoever waits for something slow is told once that it is being done."""

import asyncio

import pytest

from bot.patience import told


class Teller:
    """Remembers how often something was told."""

    def __init__(self) -> None:
        self.times = 0
        self.said = asyncio.Event()

    async def __call__(self) -> None:
        self.times += 1
        self.said.set()


async def test_what_is_quick_is_not_announced() -> None:
    teller = Teller()

    async def work() -> str:
        return "done"

    assert await told(work(), teller, after=3600) == "done"
    assert teller.times == 0


async def test_what_is_slow_is_announced_once_and_before_it_is_done() -> None:
    teller = Teller()

    async def work() -> str:
        await teller.said.wait()
        return "done"

    assert await told(work(), teller, after=0) == "done"
    assert teller.times == 1


async def test_the_announcement_has_ended_before_the_work_is_given_back() -> None:
    begun, ended = asyncio.Event(), list[str]()

    async def tell() -> None:
        begun.set()
        await asyncio.sleep(0)
        ended.append("told")

    async def work() -> str:
        await begun.wait()
        return "done"

    assert await told(work(), tell, after=0) == "done"
    assert ended == ["told"]


async def test_what_the_work_raises_comes_through_as_it_is() -> None:
    async def work() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        await told(work(), Teller(), after=3600)
