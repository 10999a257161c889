"""The export of one tip for an authority: for whom, why, and who has to agree."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

EXPORT_HOURS = 72
"""From asking until it is void, agreed to or not."""
MOST_LETTERS = 200
"""The longest words that explain a request, in characters after cleaning."""


class Authority(StrEnum):
    """Who gets it. POLICE stands for all who investigate crimes, and for fire police."""

    LABOUR = "labour"
    INSURANCE = "insurance"
    HEALTH = "health"
    LOCAL = "local"
    UNION = "union"
    POLICE = "police"


class Reason(StrEnum):
    """Why."""

    IN_WRITING = "in_writing"
    COMPETENT = "competent"
    PROTECTION = "protection"
    WORKER_ASKED = "worker_asked"


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the member `by` (id in hex), who holds a tip of `unit`; `agreed` is the id of
    whoever agreed, empty until then. It is void from `until` on.
    """

    by: str
    unit: str
    authority: Authority
    reason: Reason
    words: str = field(repr=False)
    until: datetime
    agreed: str = ""
