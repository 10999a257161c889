"""The keyring: its rows, and how a process that serves for weeks learns of new keys.

A rotation counts its change in the transaction that makes it. Each transaction looks at that count
first, so that it has the keys of exactly the rows that it sees.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.keys import Keys, Purpose, WrappedKey, WrongMasterKey
from storage.tables import counters, keyring

KEYRING_CHANGED = "keyring"
"""The counter that counts every change of the keyring."""

_LOCK = 7_401_004
_KEPT = 4
_COUNT = select(counters.c.value).where(counters.c.name == KEYRING_CHANGED)
_SHARE = select(func.pg_advisory_xact_lock_shared(_LOCK))
_ALONE = select(func.pg_advisory_xact_lock(_LOCK))


class Ring:
    """What this process has opened. `masters` gives the master keys to try, freshly read."""

    __slots__ = ("_opened", "masters")

    def __init__(self, masters: Callable[[], Iterable[bytes]]) -> None:
        self.masters = masters
        # Some earlier ones too: a transaction that began before a change still sees the old rows.
        self._opened: dict[int, Keys] = {}

    async def keys(self, connection: AsyncConnection) -> Keys:
        """The keys of what this transaction sees. Raises WrongMasterKey, TwinKeys, MissingKey."""
        version = int((await connection.execute(_COUNT)).scalar_one_or_none() or 0)
        known = self._opened.get(version)
        if known is None:
            known = open_with(self.masters(), await read(connection))
            self._opened[version] = known
            for old in sorted(self._opened)[:-_KEPT]:
                del self._opened[old]
        return known


def open_with(masters: Iterable[bytes], rows: Iterable[WrappedKey]) -> Keys:
    """The keys, opened by the first of `masters` that does. Raises WrongMasterKey, TwinKeys,
    MissingKey.
    """
    held = list(rows)
    for master in masters:
        try:
            return Keys.open(master, held)
        except WrongMasterKey:
            continue
    raise WrongMasterKey


async def lock(connection: AsyncConnection, *, alone: bool) -> None:
    """On PostgreSQL: let the keyring stay as it is until the transaction ends; with `alone`, wait
    for all who write, and let nobody begin. On SQLite there is one writer anyway.

    Before anything else of a transaction: what a statement sees is decided when it begins.
    """
    await connection.execute(_ALONE if alone else _SHARE)


async def read(connection: AsyncConnection) -> list[WrappedKey]:
    """All rows."""
    rows = await connection.execute(select(keyring))
    return [
        WrappedKey(Purpose(row.purpose), row.number, bytes(row.wrapped), row.current)
        for row in rows
    ]


async def add(connection: AsyncConnection, made: Iterable[WrappedKey]) -> None:
    """Put rows in."""
    rows = [
        {
            "purpose": key.purpose.value,
            "number": key.number,
            "wrapped": key.wrapped,
            "current": key.current,
        }
        for key in made
    ]
    if rows:
        await connection.execute(insert(keyring), rows)


async def put(connection: AsyncConnection, rows: Iterable[WrappedKey]) -> None:
    """Put `rows` in the place of all that are there, and count the change."""
    await connection.execute(delete(keyring))
    await add(connection, rows)
    await count_change(connection)


async def count_change(connection: AsyncConnection) -> None:
    """Let every process open the keyring anew, once this transaction is committed."""
    where = counters.c.name == KEYRING_CHANGED
    await connection.execute(update(counters).where(where).values(value=counters.c.value + 1))
