"""One installation: its salt, its wrapped keys, whether it is a demo."""

from dataclasses import dataclass, field

from sqlalchemy import insert, select

from storage.bell import DECOYS_DRAWN
from storage.chance import random_bytes
from storage.crypto import Keys, Purpose, WrappedKey, new_keys
from storage.database import TIPS_CHANGED, Database
from storage.tables import counters, instance, keyring

_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Installation:
    """`salt` goes into every receipt code's Argon2id; `demo` marks a database for trying out."""

    salt: bytes = field(repr=False)
    demo: bool


async def make(database: Database, master: bytes, *, demo: bool) -> Installation:
    """Write a fresh set of keys, wrapped under `master`, into an empty database."""
    made = Installation(random_bytes(_SALT_BYTES), demo)
    async with database.engine.begin() as connection:
        await connection.execute(
            insert(keyring),
            [
                {
                    "purpose": key.purpose.value,
                    "number": key.number,
                    "wrapped": key.wrapped,
                    "current": key.current,
                }
                for key in new_keys(master)
            ],
        )
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
            [{"name": name, "value": 0} for name in (TIPS_CHANGED, DECOYS_DRAWN)],
        )
    return made


async def is_made(database: Database) -> bool:
    """Whether `make` was done here; its tables have to be there."""
    async with database.engine.connect() as connection:
        found = await connection.execute(select(instance).where(instance.c.name == "salt"))
        return found.first() is not None


async def open_with(database: Database, master: bytes) -> Installation:
    """Open the keys with `master` and give them to the database.

    Raises WrongMasterKey, TwinKeys, MissingKey.
    """
    async with database.engine.connect() as connection:
        stored = {
            row.name: bytes(row.value) for row in (await connection.execute(select(instance)))
        }
        rows = (await connection.execute(select(keyring))).all()
    database.keys = Keys.open(
        master,
        [
            WrappedKey(Purpose(row.purpose), row.number, bytes(row.wrapped), row.current)
            for row in rows
        ],
    )
    return Installation(stored["salt"], stored.get("demo") == b"yes")
