"""What is brought to our pages by a chat app: whether it comes from there, and what it says."""

import hmac
import json
from typing import Any


def is_from_app(given: str, secret: str) -> bool:
    """Whether the caller knows the secret; takes the same time for every wrong one, and nobody
    knows an empty one.
    """
    wanted = secret.encode()
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "replace"), wanted)


def decoded(body: bytes) -> dict[str, Any] | None:
    """The update in a call's body; None for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
