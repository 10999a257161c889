"""The few regular ticks. APScheduler only wakes us: what is due stands in the database."""

from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.logs import Event as Log
from bot.logs import note_failure

Tick = Callable[[], Awaitable[None]]


def start(ticks: dict[str, tuple[float, Tick]]) -> Callable[[], None]:
    """Call each tick every so many seconds, one at a time; a failure is logged and the next call
    comes as usual. Gives the function that stops them all.
    """
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, (seconds, tick) in ticks.items():
        scheduler.add_job(_guarded(tick), "interval", seconds=seconds, id=name)
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown(wait=False)

    return stop


def _guarded(tick: Tick) -> Tick:
    async def guarded() -> None:
        try:
            await tick()
        except Exception as error:  # noqa: BLE001 - the outermost frame of a tick
            note_failure(Log.TICK_FAILED, error)

    return guarded
