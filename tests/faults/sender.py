"""A mail room as a process of its own, to be killed: `python -m tests.faults.sender URL KEY API`.

Reads commands from its input: `start` forks a mail room and says its process id, `wait ID` says how
it ended (0, or below zero the signal). Forking spares a slow start for each life.
"""

import asyncio
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from handlers.bulletins import Run
from storage import installation, sendings
from storage.database import Database
from tests import bulletin_world as world
from tests.tip_world import Clock
from tests.world import places

LEASE_SECONDS = 3.0


class Running(Clock):
    """The same time in all processes of this machine; it begins at noon."""

    def __init__(self, begun: float) -> None:
        super().__init__(world.NOON)
        self.begun = begun

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=monotonic() - self.begun)


async def send(url: str, key: bytes, api: str, begun: float) -> None:
    """Send until nothing is under way any more."""
    made = Database(url)
    await installation.open_with(made, key)
    async with world.office(
        made, api, Running(begun), lease_seconds=LEASE_SECONDS, look_seconds=0.2
    ):
        while True:
            async with made.read() as tx:
                if not await sendings.in_stages(tx, [Run.SENDING]):
                    break
            await asyncio.sleep(0.1)
    await made.close()


def main() -> None:
    url, key, api = sys.argv[1], Path(sys.argv[2]).read_bytes(), sys.argv[3]
    begun = monotonic()
    places()
    print("ready", flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "wait":
            _, status = os.waitpid(int(rest[0]), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
        elif (child := os.fork()) == 0:
            asyncio.run(send(url, key, api, begun))
            os._exit(0)
        else:
            print(child, flush=True)


if __name__ == "__main__":
    main()
