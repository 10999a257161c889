"""The record of what bots have asked, without their tokens; and whether a log holds one."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

TOKEN_MARK = "<token>"


@dataclass(slots=True, eq=False)
class Record:
    """A call as it came in. `at` by the fake's clock, `seconds` by the machine's own.

    `status` is the HTTP status of the answer, 0 for a call without one (cut or hanging), and
    `code` the error code in it, 0 for a success. `bot` is a bot's name, or None for a token that
    is no bot's.
    """

    path: str
    method: str
    verb: str
    parameters: dict[str, Any] = field(repr=False)
    content_type: str
    chat: str | None = field(repr=False)
    bot: str | None
    at: float
    seconds: float
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    status: int = 0
    code: int = 0


def leaks(text: str, token: str) -> bool:
    """Whether a captured log holds the token, its form in an address, or its secret half."""
    secret = token.partition(":")[2]
    forms = (token, quote(token, safe=""), token.replace(":", "%3A"), secret)
    small = text.lower()
    return any(form and form.lower() in small for form in forms)
