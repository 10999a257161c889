"""What is said to a database, for tests that count it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from storage.database import Database


@contextmanager
def counted(made: Database) -> Iterator[list[str]]:
    """Every statement that is said to the database meanwhile."""
    said: list[str] = []

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    event.listen(made.engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(made.engine.sync_engine, "before_cursor_execute", hear)
