"""What a bulletin says, as lines for reading, and how one version differs from another. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from difflib import SequenceMatcher
from enum import StrEnum

from handlers.bulletins import Citation, Content, Repeat
from handlers.screens import Say, say

_PIECES = re.compile(r"\s+|\w+|[^\w\s]+")


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    OUT = "out"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they stayed."""

    mark: Mark
    words: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a bulletin says: its name (`studio.fact.<name>`) and what it is."""

    name: str
    value: Say


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that became another one."""

    name: str
    pieces: tuple[Piece, ...] = field(repr=False)


def facts(content: Content, labels: Mapping[str, str], zone: tzinfo) -> tuple[Fact, ...]:
    """Everything that an approver approves beside the wording. `labels` are the names of places."""
    return (
        Fact("topic", say(f"studio.topic.{content.topic}")),
        Fact("urgency", say(f"studio.urgency.{content.urgency}")),
        Fact("scope", _scope(content, labels)),
        Fact("when", _when(content, zone)),
        Fact("legal", say("studio.fact.yes" if content.legal else "studio.fact.no")),
        Fact("citations", _raw("\n".join(_cited(each) for each in content.citations))),
        Fact("checked_on", _day(content.checked_on)),
        Fact("expires_on", _day(content.expires_on)),
        Fact("source", _raw(content.source)),
    )


def wording(content: Content) -> tuple[Fact, ...]:
    """The words in both languages."""
    return tuple(
        Fact(f"{language}_{name}", _raw(getattr(told, name)))
        for language, told in (("vi", content.vi), ("en", content.en))
        for name in ("title", "body", "action")
    )


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """What became different, fact by fact; both hold rendered facts by their names."""
    return tuple(
        Change(name, tuple(compared(before.get(name, ""), words)))
        for name, words in after.items()
        if before.get(name, "") != words
    )


def compared(before: str, after: str) -> Iterable[Piece]:
    """Two texts as one, word by word: what stayed, what went, what came."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    # Texts of nonsense could take long to compare; then all of it went, and all of it came.
    if len(old) * len(new) > 1_000_000:
        return [Piece(Mark.OUT, before), Piece(Mark.NEW, after)]
    pieces = []
    for tag, first, last, begin, end in SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Mark.SAME, "".join(old[first:last])))
            continue
        if first < last:
            pieces.append(Piece(Mark.OUT, "".join(old[first:last])))
        if begin < end:
            pieces.append(Piece(Mark.NEW, "".join(new[begin:end])))
    return pieces


def _scope(content: Content, labels: Mapping[str, str]) -> Say:
    if not content.scope:
        return say("studio.fact.everywhere")
    return _raw("\n".join(labels.get(code, code) for code in content.scope))


def _when(content: Content, zone: tzinfo) -> Say:
    plan = content.plan
    if plan.asap:
        return say("studio.fact.asap")
    if plan.first is None:
        return say("studio.fact.unplanned")
    first = f"{plan.first.astimezone(zone):%H:%M, %d/%m/%Y}"
    if plan.repeat is Repeat.ONCE:
        return _raw(first)
    until = _day(plan.until) if plan.until else say("studio.fact.no_end")
    repeat = say(f"studio.repeat.{plan.repeat}")
    holiday = say(f"studio.on_holiday.{plan.on_holiday}")
    if plan.repeat is Repeat.CRON:
        repeat = _raw(plan.cron)
    return say("studio.fact.repeated", first=first, repeat=repeat, until=until, holiday=holiday)


def _cited(each: Citation) -> str:
    since = f"{each.effective_from:%d/%m/%Y}" if each.effective_from else ""
    return ", ".join(told for told in (each.document, each.article, since) if told)


def _day(day: date | None) -> Say:
    return _raw(f"{day:%d/%m/%Y}" if day else "")


def _raw(words: str) -> Say:
    return say("raw", text=words) if words else say("studio.fact.none")
