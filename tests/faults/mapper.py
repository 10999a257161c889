"""A change of the map that is killed when all is written and nothing is committed: `python -m
tests.faults.mapper URL`, with the master key in hex on its input.
"""

import asyncio
import os
import signal
import sys

from storage import following, installation, stamps
from storage.database import Database, Tx
from storage.stamps import Stamp
from tests.changed_map import present
from tests.desk_world import NOW


async def _dies(tx: Tx, stamp: Stamp) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, master: bytes) -> None:
    stamps.renew = _dies
    made = present()
    made.merge("20335", "20341")
    database = Database(url)
    await installation.open_with(database, master)
    async with database.write(alone=True) as tx:
        await following.follow(tx, made.tables(), NOW)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], bytes.fromhex(sys.stdin.readline())))
