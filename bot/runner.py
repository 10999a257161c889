"""What a command of the command line is given; `bot/cli.py` makes it."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from bot.config import Settings
from storage.database import Database

Result = TypeVar("Result")


class Runner(Protocol):
    """What every command gets: the settings, and a way to work with the opened database."""

    @property
    def settings(self) -> Settings:
        """The settings of this start."""

    def run(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        """Open the database, do `work` with it, close it."""
