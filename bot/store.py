"""Opens the volatile store: in the Redis that the settings name, else in this process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from bot import redis_doctor
from bot.config import Settings
from bot.logs import Event as Log
from bot.logs import note
from bot.tasks import tasks
from storage.keys import Keys, Purpose
from storage.volatile import Memory, Volatile


class Unfit(Exception):
    """This Redis cannot be used; the message is one readable line without its address."""


@asynccontextmanager
async def open_store(
    settings: Settings, keys: Keys, clock: Callable[[], datetime], *, shared: bool = True
) -> AsyncIterator[Volatile]:
    """The store, and an end that leaves to other processes what is theirs. Not `shared`: in this
    process, whatever the settings say. Raises Unfit.
    """
    key = keys.subkey(Purpose.VOLATILE, "memory")
    url = settings.redis_url.get_secret_value() if shared else ""
    async with AsyncExitStack() as stack:
        if url:
            store = await _redis(stack, settings, key, lambda: clock().timestamp())
        else:
            store = Memory(key, lambda: clock().timestamp())
        stack.push_async_callback(store.close)
        yield store


async def _redis(
    stack: AsyncExitStack, settings: Settings, key: bytes, clock: Callable[[], float]
) -> Volatile:
    # Imported here, for without an address nothing of Redis shall be in the process.
    from storage.volatile import Away  # noqa: PLC0415
    from storage.volatile.line import Line  # noqa: PLC0415
    from storage.volatile.redis import Redis  # noqa: PLC0415

    line = Line(settings.redis_url.get_secret_value(), key)
    stack.push_async_callback(line.close)
    for well, told, doubt in await redis_doctor.judged(line, confirmed=settings.redis_is_volatile):
        if well is False:
            raise Unfit(told)
        note(Log.STORE_DOUBTED, why=doubt)
    store = Redis(line, key, clock)
    try:
        await store.reach()
    except Away:
        raise Unfit(redis_doctor.REFUSED) from None
    group = await stack.enter_async_context(tasks())
    group.create_task(store.keep_holds())
    return store
