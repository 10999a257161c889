"""A process that destroys what is due and is killed in the middle of its second transaction.

`python -m tests.faults.retainer URL MASTER DAY`: it has destroyed a tip, and not committed it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from datetime import date

from storage import installation, retention, stored
from storage.database import Database, Tx
from storage.record import Record
from storage.retention import LONGEST


async def main(url: str, master: bytes, today: date) -> None:
    """Does not come back."""
    database = Database(url)
    await installation.open_with(database, master)
    retention.BATCH_WEIGHT = 2
    really, calls = stored.destroy, 0

    async def destroy(tx: Tx, gone: Mapping[bytes, Record], day: date) -> None:
        nonlocal calls
        await really(tx, gone, day)
        calls += 1
        if calls == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    stored.destroy = destroy
    await retention.run(database, today, LONGEST)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], bytes.fromhex(sys.argv[2]), date.fromisoformat(sys.argv[3])))
