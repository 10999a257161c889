"""One `run` per SQLite file: a lock beside it that ends with the process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import file_of


class Taken(Exception):
    """The lock cannot be had; the message is one readable line."""


@contextmanager
def only_one(database_url: str) -> Iterator[None]:
    """Hold the lock of an SQLite database; PostgreSQL needs none. Raises Taken."""
    file = file_of(database_url)
    if file is None:
        yield
        return
    # By whichever name the file is called, it is the same lock.
    lock = Path(f"{file.resolve()}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = lock.open("w", encoding="ascii")
    except OSError:
        raise Taken(f"the folder {file.parent} cannot be written to") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Taken(
                "another `run` already serves this SQLite database; stop it first,"
                " or use PostgreSQL for several processes"
            ) from None
        yield
