"""The life of a bulletin: topics, classes, wording, plan, audience, stages and permitted moves."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum

from handlers.languages import Language

REMINDER = "bell_reminder"
"""The one bulletin that is nobody's: the weekly reminder of the bell, its id and that of its text.
"""


class Topic(StrEnum):
    """What a bulletin is about; the ids are fixed in code, data and addresses."""

    LOANS = "loans"
    WAGES = "wages"
    CONTRACTS = "contracts"
    INSURANCE = "insurance"
    FAMILY = "family"
    SAFETY = "safety"
    LIVING = "living"
    ALERTS = "alerts"


class Urgency(StrEnum):
    """How a bulletin is sent. ALERT goes before others and above the weekly limit; only DANGER (to
    life) may be sent at night.
    """

    ORDINARY = "ordinary"
    ALERT = "alert"
    DANGER = "danger"


class Stage(StrEnum):
    """Where a bulletin stands: written, shown to an approver, free to be sent on its plan, over."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    ENDED = "ended"
    DELETED = "deleted"


class Run(StrEnum):
    """Where one sending of a bulletin stands; LATE waits for its author's word."""

    LATE = "late"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class Repeat(StrEnum):
    """How a plan goes on after its first time."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CRON = "cron"


class OnHoliday(StrEnum):
    """What a repeated bulletin does on a public holiday."""

    SEND = "send"
    SKIP = "skip"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class Wording:
    """The text in one language: a title, 60 to 90 words, one line on what to do."""

    title: str = ""
    body: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a legal bulletin rests on."""

    document: str
    article: str = ""
    effective_from: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """When a bulletin is sent. `first` is aware, in UTC; `cron` is five fields in local time;
    `until` is the last local day. None of `first`: not planned yet. `asap`: once, in the minute in
    which it is approved, whatever the other fields say.
    """

    first: datetime | None = None
    repeat: Repeat = Repeat.ONCE
    cron: str = ""
    until: date | None = None
    on_holiday: OnHoliday = OnHoliday.SEND
    asap: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that an approver approves. `scope` are codes of places, empty for all that the
    unit covers; `library` is the id of the checked text that this is, word for word, or "".
    """

    topic: Topic = Topic.ALERTS
    urgency: Urgency = Urgency.ORDINARY
    legal: bool = True
    scope: tuple[str, ...] = ()
    vi: Wording = field(default_factory=Wording)
    en: Wording = field(default_factory=Wording)
    citations: tuple[Citation, ...] = ()
    checked_on: date | None = None
    expires_on: date | None = None
    source: str = ""
    plan: Plan = field(default_factory=Plan)
    library: str = ""

    def wording(self, language: Language) -> Wording:
        """The wording in `language`."""
        return self.vi if language is Language.VI else self.en


def topics_for(content: Content) -> tuple[Topic, ...]:
    """Whoever chose one of these topics is meant: its own, and with an alert that of alerts."""
    urgent = content.urgency is not Urgency.ORDINARY
    own = (content.topic,)
    return (*own, Topic.ALERTS) if urgent and content.topic is not Topic.ALERTS else own


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin as it stands. `version` rises with every edit; `seal` is the hash of `content`."""

    id: str
    unit: str
    author: bytes = field(repr=False)
    stage: Stage
    version: int
    content: Content
    seal: str


def seal_of(unit: str, content: Content) -> str:
    """The hash that an approval is bound to: wording, audience, time, and everything else that was
    shown. 64 hex digits.
    """
    told = json.dumps([unit, asdict(content)], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()
