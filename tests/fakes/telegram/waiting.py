"""Pressed buttons that wait for their answer."""

from dataclasses import dataclass, field

from tests.fakes.telegram.view import PopUp
from tests.fakes.telegram.world import Query
from tests.fakes.waiting import PATIENCE_SECONDS, until

__all__ = ["PATIENCE_SECONDS", "Press", "until"]


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, whose circle turns until the bot answers."""

    query: Query = field(repr=False)

    @property
    def pop_up(self) -> PopUp | None:
        """The answer, None as long as there is none; its text may be empty."""
        if self.query.answer is None:
            return None
        return PopUp(self.query.answer["text"], self.query.answer["show_alert"])

    async def answered(self, seconds: float = PATIENCE_SECONDS) -> PopUp:
        """Wait for the answer. Raises AssertionError where none comes."""
        return await until(lambda: self.pop_up, seconds, "an answer to a pressed button")
