"""How much a volatile store may hold, and how it says that it cannot."""

from storage.database import Unreachable

MAX_BYTES = 160 * 1024 * 1024
ENTRY_BYTES = 256
"""What one entry costs beside its contents, roughly."""
HOLD_SECONDS = 15.0
"""Far longer than a turn; a process that was killed in one keeps its chat waiting for so long."""


class Full(Exception):
    """The store holds as much as it may. Says nothing more on purpose."""


class Away(Unreachable):
    """The store does not answer. For whoever waits it is like a database that does not: nothing was
    done, please try again.
    """


def with_marks(max_bytes: int) -> int:
    """The limit for counters and seen ids: they keep working when drafts have filled the store."""
    return max_bytes + max_bytes // 8
