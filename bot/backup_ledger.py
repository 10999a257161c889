"""The ledger of deletions, written beside the backups by the clock of the running house."""

import asyncio
from datetime import datetime

from bot import backup_files
from bot.app import House
from bot.clock import Tick
from storage import ledger


def keeping(house: House) -> Tick:
    """At a start, and then in every hour: also where nobody deleted anything, for the ledger says
    up to when that is known. Writing it with each deletion would tell the minute of one.
    """
    written: datetime | None = None

    async def keep_ledger() -> None:
        nonlocal written
        now, settings = house.clock(), house.settings
        hour = now.replace(minute=0, second=0, microsecond=0)
        if not settings.has_backups or hour == written:
            return
        path = settings.backup_folder / ledger.NAME
        before = await asyncio.to_thread(path.read_bytes) if path.exists() else None
        async with house.database.read() as tx:
            data = await ledger.write(tx, now, before)
        await asyncio.to_thread(backup_files.put, path, data)
        written = hour

    return keep_ledger
