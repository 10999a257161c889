"""A rotation of every key as a process of its own, to be killed: `python -m tests.faults.rotator
URL KEYFILE`.

Reads commands from its input: `start` forks one and says its process id, `wait ID` says how it
ended (0, or below zero the signal). Forking spares a slow start for each life.
"""

import asyncio
import os
import sys
import traceback
from pathlib import Path

from pydantic import SecretStr

from bot import keyfile, rotating
from bot.config import Settings
from storage.keys import Purpose


def rotate(settings: Settings) -> None:
    """As `keys rotate all` does; what was not finished before is finished first."""
    rotating.SETTLE_SECONDS = 0.05
    if not keyfile.next_of(settings.master_key_file).exists():
        asyncio.run(rotating.rotate_purposes(settings, tuple(Purpose)))
    asyncio.run(rotating.rotate_master(settings))


def main() -> None:
    url, key = sys.argv[1], Path(sys.argv[2])
    settings = Settings(_env_file=None, database_url=SecretStr(url), master_key_file=key)
    print("ready", flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "wait":
            _, status = os.waitpid(int(rest[0]), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
        elif (child := os.fork()) == 0:
            # What it says is not for the test.
            os.dup2(2, 1)
            try:
                rotate(settings)
            except BaseException:  # noqa: BLE001 - said, and told by the exit code
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        else:
            print(child, flush=True)


if __name__ == "__main__":
    main()
