"""Tasks that live as long as a context, and waiting for something no longer than so long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager


async def until(work: Awaitable[object], seconds: float) -> None:
    """Wait for `work`, but no longer than `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return


async def rest(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until `stop` is set."""
    await until(stop.wait(), seconds)


@asynccontextmanager
async def tasks() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that does not wait at its end: what still runs is cancelled."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[asyncio.TaskGroup] = loop.create_future()

    async def hold() -> None:
        async with asyncio.TaskGroup() as inner:
            made.set_result(inner)
            await asyncio.Event().wait()

    raised: BaseException | None = None
    async with asyncio.TaskGroup() as outer:
        holding = outer.create_task(hold())
        try:
            yield await made
        except BaseException as error:  # noqa: BLE001 - raised again, but not inside a group
            raised = error
        holding.cancel()
    if raised is not None:
        raise raised
