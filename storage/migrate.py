"""Brings a database to the present schema, and says whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.database import Database

_FOLDER = Path(__file__).parent / "migrations"


async def upgrade(database: Database) -> None:
    """Run every migration that has not run yet, each in a transaction."""
    async with database.engine.connect() as connection:
        await connection.run_sync(upgrade_within)
        await connection.commit()


async def is_current(database: Database) -> bool:
    """Whether the schema is the present one."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_revision) == head()


async def is_empty(database: Database) -> bool:
    """Whether no migration ever ran here."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_revision) is None


async def revision(database: Database) -> str | None:
    """The revision of the schema; None where no migration ever ran."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_revision)


def knows(revision: str) -> bool:
    """Whether there is such a revision in this version of the program."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, in the transaction that `connection` is in."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision of the present schema."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
