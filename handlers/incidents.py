"""When data may be in strange hands: the clock, what to do, the draft of a notice. No persons."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.screens import Say, say
from handlers.texts import Texts

NOTICE_HOURS = 72
"""Law 91/2025/QH15, article 23, from a secondary source: counted from when it became known."""
TASKS = ("hold", "keys", "bots", "people", "backup", "workers", "officers", "notice")
THIEVES = ("disk", "keys", "server", "staff", "bot", "backup", "group")
SECTIONS = tuple(
    "who contact moment nature people kinds place guard harm done planned sign".split()
)
_BLANK = "…"


class Size(StrEnum):
    """About how many: a notice and a page tell no number more closely."""

    NONE = "none"
    UNDER_10 = "under_10"
    UNDER_100 = "under_100"
    UNDER_1000 = "under_1000"
    UNDER_10000 = "under_10000"
    MORE = "more"
    UNKNOWN = "unknown"


_LIMITS = {
    1: Size.NONE,
    10: Size.UNDER_10,
    100: Size.UNDER_100,
    1000: Size.UNDER_1000,
    10_000: Size.UNDER_10000,
}


@dataclass(frozen=True, slots=True)
class Held:
    """About how much is held, whatever of it got out."""

    tips: Size = Size.UNKNOWN
    subscribers: Size = Size.UNKNOWN
    staff: Size = Size.UNKNOWN


@dataclass(frozen=True, slots=True)
class Incident:
    """What the house knows of an incident. `known` is local time for showing, None while none is
    open; `service`, `contact` and `hosted` may be empty.
    """

    known: datetime | None
    held: Held = Held()
    service: str = ""
    contact: str = field(default="", repr=False)
    hosted: str = ""


def size_of(count: int) -> Size:
    """The range in which `count` lies."""
    return next((size for limit, size in _LIMITS.items() if count < limit), Size.MORE)


def ends(known: datetime) -> datetime:
    """Until when the notice has to be sent."""
    return known + timedelta(hours=NOTICE_HOURS)


def clock(known: datetime, now: datetime) -> tuple[Say, ...]:
    """Since when it is known, until when to tell, how many whole hours are left, or since when it
    is too late. `known` is local, for showing.
    """
    left = (ends(known) - now) / timedelta(hours=1)
    how_long = say("incident.left", hours=int(left))
    if left <= 0:
        how_long = say("incident.late", hours=int(-left))
    return (
        say("incident.known", known=_shown(known)),
        say("incident.until", until=_shown(ends(known))),
        how_long,
    )


def tasks() -> tuple[Say, ...]:
    """What to do, the most pressing first."""
    return tuple(Say(f"incident.task.{each}") for each in TASKS)


def thieves() -> tuple[Say, ...]:
    """Who took what, and what they learn."""
    return tuple(Say(f"incident.thief.{each}") for each in THIEVES)


def notice(incident: Incident, texts: Texts) -> str:
    """The draft of the notice as Markdown, with what the house knows; the rest is to be filled."""
    return "\n".join(_notice(incident, texts))


def _notice(incident: Incident, texts: Texts) -> Iterator[str]:
    yield f"# {texts.get('incident.notice.heading')}\n"
    yield f"{texts.get('incident.notice.how')}\n"
    known = incident.known
    fields: dict[str, str | Say] = {
        "service": incident.service or _BLANK,
        "contact": incident.contact or _BLANK,
        "hosted": incident.hosted or _BLANK,
        "known": _shown(known) if known else _BLANK,
        "tips": Say(f"incident.size.{incident.held.tips}"),
        "subscribers": Say(f"incident.size.{incident.held.subscribers}"),
        "staff": Say(f"incident.size.{incident.held.staff}"),
    }
    for each in SECTIONS:
        yield f"## {texts.get(f'incident.notice.{each}.title')}\n"
        yield f"{texts.get(f'incident.notice.{each}.told', **fields)}\n"


def _shown(moment: datetime) -> str:
    return f"{moment:%H:%M, %d/%m/%Y}"
