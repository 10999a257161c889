"""A tip's card as text, for a group of officers: what it shows and which buttons it carries. Pure.

A card never holds a worker's words, and no place finer than the province: a chat app keeps what it
is shown.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from handlers.moderators.actions import Offer
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.tips import Category, Outcome, Status

READ = "read"
"""The button that sends a tip's words to the officer's private chat."""

# Whoever speaks of these may be known by their words alone.
_NEVER_IN_CHAT = frozenset({Category.VIOLENCE, Category.HARASSMENT, Category.FORCED})


@dataclass(frozen=True, slots=True)
class Face:
    """What a card may show of a tip. `due` is in the time zone of the reader; `holder` a name;
    `theirs`: it is for a unit that is responsible, and does not only read.
    """

    nickname: str
    category: Category
    province: str
    danger: bool
    files: int
    day: date
    due: datetime | None
    overdue: bool
    status: Status
    outcome: Outcome | None
    holder: str | None = field(default=None, repr=False)
    theirs: bool = True


def card(face: Face, today: date) -> Screen:
    """The card as it stands in a group."""
    if not face.theirs:
        # Who was given it reads it on the page, and says there that it was received.
        told = say("desk.police.card")
        return Screen((*_head(face), *_facts(face, today), told))
    return Screen((*_head(face), *_facts(face, today)), card_choices(face.status, face.holder))


def card_choices(status: Status, holder: str | None) -> tuple[Choice, ...]:
    """The buttons of a card: whoever presses one is looked up, and may be told no."""
    if status is Status.CLOSED:
        return ()
    if holder is None:
        return _labelled(Offer.CLAIM, READ)
    return _labelled(READ, Offer.ANSWER, Offer.ASK, Offer.CLOSE)


def digest(count: int) -> Screen:
    """One message in the place of many calm cards, when the group takes no more in this minute."""
    return Screen((say("desk.chat.digest", count=count),))


def ping(nickname: str, *, danger: bool) -> Screen:
    """All that an officer's alarm says of a tip, over whichever app: no category, no place, no
    unit, nothing that leads to it without signing in.
    """
    return Screen((say("desk.chat.ping_danger" if danger else "desk.chat.ping", name=nickname),))


def ping_of_several(count: int, urgent: int) -> Screen:
    """The same for several tips at once."""
    if urgent:
        return Screen((say("desk.chat.ping_several_danger", count=count, urgent=urgent),))
    return Screen((say("desk.chat.ping_several", count=count),))


def trial_ping() -> Screen:
    """What an officer's alarm says when they try it."""
    return Screen((say("desk.chat.ping_test"),))


def gone() -> Screen:
    """What stands in a card's place when its tip is gone and the message cannot be deleted."""
    return Screen((say("desk.chat.gone"),))


def may_be_read_in_chat(category: Category, *, allowed: bool, shuts_out: bool) -> bool:
    """Whether a tip's words may be sent to an officer's private chat: the unit chose so (`allowed`)
    and nobody is named who must not see it, as in a tip about an officer (`shuts_out`).
    """
    return allowed and not shuts_out and category not in _NEVER_IN_CHAT


def _head(face: Face) -> tuple[Say, ...]:
    name = say("desk.chat.name", name=face.nickname)
    return (say("desk.chat.in_danger", Tone.DANGER), name) if face.danger else (name,)


def _facts(face: Face, today: date) -> tuple[Say, ...]:
    none = say("desk.card.files_none")
    files = say("desk.card.files_count", count=face.files) if face.files else none
    days = (today - face.day).days
    place = say("raw", text=face.province) if face.province else say("desk.card.no_place")
    told = [
        say("desk.chat.category", category=say(f"category.{face.category}")),
        say("desk.chat.place", place=place),
        say("desk.chat.files", files=files),
        say("desk.chat.age", day=f"{face.day:%d/%m/%Y}", days=days, today=f"{today:%d/%m}"),
        say("desk.chat.status", status=_status(face)),
    ]
    if face.holder is not None:
        told.append(say("desk.chat.holder", by=face.holder))
    if face.due is not None:
        told.append(say("desk.chat.due", due=due(face.due, overdue=face.overdue)))
    return tuple(told)


def due(moment: datetime, *, overdue: bool) -> Say:
    """A deadline for reading; midnight is the end of the day before."""
    if (moment.hour, moment.minute) == (0, 0):
        shown = say("desk.card.end_of_day", day=f"{moment - timedelta(days=1):%d/%m/%Y}")
    else:
        shown = say("raw", text=f"{moment:%H:%M, %d/%m/%Y}")
    return say("desk.card.overdue_since" if overdue else "desk.card.due_by", when=shown)


def _status(face: Face) -> Say:
    status = say(f"desk.status.{face.status}")
    if face.outcome is None:
        return status
    return say("desk.chat.ended", status=status, outcome=say(f"desk.outcome.{face.outcome}"))


def _labelled(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(str(name), say(f"desk.chat.press_{name}")) for name in names)
