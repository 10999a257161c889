"""One installation: its salt, its wrapped keys, whether it is a demo."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select

from storage import ring
from storage.bell import DECOYS_DRAWN
from storage.chance import random_bytes
from storage.crypto import new_master
from storage.database import TIPS_CHANGED, Database, Tx
from storage.keys import Keys, Purpose, WrappedKey, WrongMasterKey, new_keys, wrap_key
from storage.tables import counters, instance

_SALT_BYTES = 16
_LOCK = 7_401_003
_COUNTERS = (TIPS_CHANGED, DECOYS_DRAWN, ring.KEYRING_CHANGED)


@dataclass(frozen=True, slots=True)
class Installation:
    """`salt` goes into every receipt code's Argon2id; `demo` marks a database for trying out."""

    salt: bytes = field(repr=False)
    demo: bool


async def make(database: Database, master: bytes, *, demo: bool) -> Installation:
    """Write a fresh set of keys, wrapped under `master`, into an empty database."""
    made = Installation(random_bytes(_SALT_BYTES), demo)
    async with database.engine.begin() as connection:
        await ring.add(connection, new_keys(master))
        await connection.execute(
            insert(instance),
            [
                {"name": "salt", "value": made.salt},
                {"name": "demo", "value": b"yes" if demo else b"no"},
            ],
        )
        # Made here, so that a transaction finds a row to lock.
        await connection.execute(
            insert(counters),
            [{"name": name, "value": 0} for name in _COUNTERS],
        )
    return made


async def is_made(database: Database) -> bool:
    """Whether `make` was done here; its tables have to be there."""
    async with database.engine.connect() as connection:
        found = await connection.execute(select(instance).where(instance.c.name == "salt"))
        return found.first() is not None


def keys_of(master: bytes, rows: list[WrappedKey]) -> Keys:
    """The keys of a keyring that lies in a backup, which may lack those that came after it.

    Raises WrongMasterKey, TwinKeys, MissingKey.
    """
    fresh = [wrap_key(master, purpose, 1, new_master()) for purpose in _newer(rows)]
    return Keys.open(master, [*rows, *fresh])


async def open_with(
    database: Database, master: bytes, masters: Callable[[], Iterable[bytes]] | None = None
) -> Installation:
    """Open the keys with `master` and give them to the database, which opens them again whenever
    they changed, with one of `masters` (else the same). Keys for purposes that came after all those
    it has are made now; one that is missing in between is never made anew.

    Raises WrongMasterKey, TwinKeys, MissingKey.
    """
    async with database.engine.connect() as connection:
        stored = {
            row.name: bytes(row.value) for row in (await connection.execute(select(instance)))
        }
        rows = await ring.read(connection)
    if _newer(rows):
        rows = await _complete(database, master)
    database.keys = Keys.open(master, rows)
    database.ring = ring.Ring(masters or (lambda: (master,)))
    return Installation(stored["salt"], stored.get("demo") == b"yes")


async def is_demo(tx: Tx) -> bool:
    """Whether this database is for trying out: there nobody has to enrol."""
    row = await tx.row(select(instance.c.value).where(instance.c.name == "demo"))
    return row is not None and bytes(row.value) == b"yes"


async def opens(database: Database, master: bytes) -> bool:
    """Whether this master key opens the keyring. Raises TwinKeys, MissingKey."""
    async with database.engine.connect() as connection:
        rows = await ring.read(connection)
    try:
        Keys.open(master, rows)
    except WrongMasterKey:
        return False
    return True


async def _complete(database: Database, master: bytes) -> list[WrappedKey]:
    """The keyring with the keys that it lacked."""
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(immediate=True)
        async with connection.begin():
            if not database.is_sqlite:
                # Two processes that are started at once must not make two keys for one purpose.
                await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            rows = await ring.read(connection)
            made = [wrap_key(master, purpose, 1, new_master()) for purpose in _newer(rows)]
            # Before anything is written: this master key has to be the right one.
            Keys.open(master, [*rows, *made])
            await ring.add(connection, made)
            await ring.count_change(connection)
    return [*rows, *made]


def _newer(rows: list[WrappedKey]) -> list[Purpose]:
    """The purposes that were thought of after this keyring was made: those behind all of its own.
    One that is missing in between was there and is gone.
    """
    purposes, held = list(Purpose), {row.purpose for row in rows}
    known = [number for number, purpose in enumerate(purposes) if purpose in held]
    return purposes[known[-1] + 1 :] if known else []
