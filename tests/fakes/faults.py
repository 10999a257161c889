"""What may go wrong with any platform's answer, on a test's order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """Answer with these bytes instead; `after` doing what was asked, or without."""

    status: int
    body: bytes
    content_type: str = "application/json"
    after: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer; `after` doing what was asked, or without."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Slow:
    """Do it and answer well, but only after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection: `after` doing it or without, `halfway` through the answer or before."""

    after: bool = False
    halfway: bool = False
