"""The record of what a bot has asked: every call, when, with what, and how it was answered."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Arrival:
    """A call as it came in. `at` by the fake's clock, `seconds` by the machine's own.

    `status` is the HTTP code of the answer, 0 for a call without one (cut or hanging).
    `files` are the uploaded files by the name of their field.
    """

    token: str = field(repr=False)
    method: str
    chat_id: int | str | None
    at: float
    seconds: float
    parameters: dict[str, Any] = field(repr=False)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    content_type: str = ""
    status: int = 0
