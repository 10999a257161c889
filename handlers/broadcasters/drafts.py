"""Reads the form of a bulletin, and fills it in again: whatever is wrong, nothing typed is lost."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import TypeVar

from handlers.bulletins import (
    Citation,
    Content,
    OnHoliday,
    Plan,
    Repeat,
    Topic,
    Urgency,
    Wording,
)
from handlers.folding import clean, fold
from handlers.places import Place
from handlers.subscriptions import WHOLE_COUNTRY

CITATIONS = 4
MOST_PLACES = 20
MOST_LETTERS = 6000
PICK = "pick_"
_BETWEEN = "."
WORDS = ("title", "body", "action")
"""The fields of one language's wording, each after `vi_` or `en_`."""
TYPED = (
    *(f"{language}_{name}" for language in ("vi", "en") for name in WORDS),
    *(f"c{at}_{name}" for at in range(1, CITATIONS + 1) for name in ("document", "article")),
    "source",
    "scope",
)
"""The fields that hold what somebody wrote."""
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_AS_SPOKEN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_TIME = re.compile(r"(\d{1,2})[:hg.](\d{2})(?::00)?")
_LONE_LINES = {"title", "action"}

One = TypeVar("One", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the form that cannot be read: where, and why (`studio.fault.<why>`)."""

    where: str
    why: str
    typed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place that was typed and may be several; `found` is what it may be."""

    typed: str
    found: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What a form says. With faults or doubts `content` holds what could be read."""

    content: Content
    faults: tuple[Fault, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether everything could be read."""
        return not self.faults and not self.doubts


class _Reader:
    """One form; gathers what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.faults: list[Fault] = []

    def text(self, name: str, *, one_line: bool = False) -> str:
        words = clean(self.fields.get(name, ""))
        if one_line:
            words = " ".join(words.split())
        if len(words) > MOST_LETTERS:
            self.faults.append(Fault(name, "too_long"))
        return words

    def day(self, name: str) -> date | None:
        typed = clean(self.fields.get(name, ""))
        found = day_in(typed)
        if typed and found is None:
            self.faults.append(Fault(name, "day", typed))
        return found

    def hour(self, name: str) -> time | None:
        typed = clean(self.fields.get(name, "")).replace(" ", "")
        found = _TIME.fullmatch(typed)
        if found and int(found[1]) < 24 and int(found[2]) < 60:
            return time(int(found[1]), int(found[2]))
        if typed:
            self.faults.append(Fault(name, "hour", typed))
        return None

    def chosen(self, name: str, kind: type[One], default: One, *, must: bool = False) -> One:
        typed = self.fields.get(name, "")
        if not typed and not must:
            return default
        found = next((each for each in kind if each == typed), None)
        if found is None:
            self.faults.append(Fault(name, "choice", typed))
        return found or default


def read(
    fields: Mapping[str, str],
    found: Mapping[str, tuple[Place, ...]],
    zone: tzinfo,
) -> Form:
    """What the form says. `found` holds what each typed place (`typed_places`) may mean, likeliest
    first; `zone` is that in which times are meant.
    """
    reader = _Reader(fields)
    scope, doubts = _scope(reader, found)
    urgency = reader.chosen("urgency", Urgency, Urgency.ORDINARY)
    content = Content(
        topic=reader.chosen("topic", Topic, Topic.ALERTS, must=True),
        urgency=urgency,
        legal=bool(fields.get("legal")),
        scope=scope,
        vi=_wording(reader, "vi"),
        en=_wording(reader, "en"),
        citations=tuple(_citations(reader)),
        checked_on=reader.day("checked_on"),
        expires_on=reader.day("expires_on"),
        source=reader.text("source", one_line=True),
        plan=_plan(reader, urgency, zone),
        library=fields.get("library", "")[:40],
    )
    return Form(content, tuple(reader.faults), doubts)


def day_in(typed: str) -> date | None:
    """The day that somebody typed ("2026-11-24", "24/11/2026"); None where it is none."""
    bare = clean(typed)
    found, spoken = _DAY.fullmatch(bare), _DAY_AS_SPOKEN.fullmatch(bare)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if spoken:
            return date(int(spoken[3]), int(spoken[2]), int(spoken[1]))
    except ValueError:
        return None
    return None


def typed_places(fields: Mapping[str, str]) -> tuple[str, ...]:
    """The places as they were typed, one a line, without those that were picked from a list."""
    picked = {fields[name] for name in fields if name.startswith(PICK)}
    lines = [clean(line) for line in fields.get("scope", "").splitlines()]
    return tuple(dict.fromkeys(line for line in lines if line and line not in picked))


def scope_codes(place: Place) -> tuple[str, ...]:
    """A place as a bulletin's scope names it: `PP` or `PP/CCCCC`; a park by its communes."""
    if place.code == place.province_code:
        return (place.code,)
    communes = (place.code,) if place.code else place.codes
    return tuple(f"{place.province_code}/{code}" for code in communes)


def pick_of(place: Place) -> str:
    """The name of the checkbox by which a place is picked from a list."""
    return PICK + _BETWEEN.join(scope_codes(place))


def filled(content: Content, labels: Iterable[str], zone: tzinfo) -> dict[str, str]:
    """The fields of a form that says `content`; `labels` are its places as they are read."""
    first = content.plan.first.astimezone(zone) if content.plan.first else None
    fields = {
        "topic": content.topic.value,
        "urgency": content.urgency.value,
        "legal": "1" if content.legal else "",
        "scope": "\n".join(labels),
        "checked_on": _shown(content.checked_on),
        "expires_on": _shown(content.expires_on),
        "source": content.source,
        "day": _shown(first.date() if first else None),
        "hour": f"{first:%H:%M}" if first else "",
        "repeat": content.plan.repeat.value,
        "cron": content.plan.cron,
        "until": _shown(content.plan.until),
        "on_holiday": content.plan.on_holiday.value,
        "asap": "1" if content.plan.asap else "",
        "library": content.library,
    }
    for language, wording in (("vi", content.vi), ("en", content.en)):
        fields |= {f"{language}_{name}": getattr(wording, name) for name in WORDS}
    for at, each in enumerate(content.citations[:CITATIONS], start=1):
        fields[f"c{at}_document"], fields[f"c{at}_article"] = each.document, each.article
        fields[f"c{at}_from"] = _shown(each.effective_from)
    return fields


def _wording(reader: _Reader, language: str) -> Wording:
    told = {name: reader.text(f"{language}_{name}", one_line=name in _LONE_LINES) for name in WORDS}
    return Wording(**told)


def _citations(reader: _Reader) -> Iterable[Citation]:
    for at in range(1, CITATIONS + 1):
        document = reader.text(f"c{at}_document", one_line=True)
        article = reader.text(f"c{at}_article", one_line=True)
        since = reader.day(f"c{at}_from")
        if document or article or since:
            yield Citation(document, article, since)


def _plan(reader: _Reader, urgency: Urgency, zone: tzinfo) -> Plan:
    day, hour = reader.day("day"), reader.hour("hour")
    told = {name for name in ("day", "hour") if clean(reader.fields.get(name, ""))}
    repeat = reader.chosen("repeat", Repeat, Repeat.ONCE)
    if reader.fields.get("asap"):
        if urgency is Urgency.ORDINARY:
            reader.faults.append(Fault("asap", "not_urgent"))
        elif told or repeat is not Repeat.ONCE:
            reader.faults.append(Fault("asap", "two_times"))
        return Plan(asap=True)
    if len(told) == 1:
        reader.faults.append(Fault("hour" if "day" in told else "day", "half"))
    first = None
    if day and hour:
        first = datetime.combine(day, hour, zone).astimezone(UTC)
    return Plan(
        first=first,
        repeat=repeat,
        cron=reader.text("cron", one_line=True),
        until=reader.day("until"),
        on_holiday=reader.chosen("on_holiday", OnHoliday, OnHoliday.SEND),
    )


def _scope(
    reader: _Reader, found: Mapping[str, tuple[Place, ...]]
) -> tuple[tuple[str, ...], tuple[Doubt, ...]]:
    codes: dict[str, None] = {}
    doubts = []
    for name in reader.fields:
        if name.startswith(PICK):
            codes.update(dict.fromkeys(name.removeprefix(PICK).split(_BETWEEN)))
    for typed in typed_places(reader.fields):
        if typed == WHOLE_COUNTRY:
            codes[typed] = None
            continue
        places = found.get(typed, ())
        meant = _meant(typed, places)
        if meant is not None:
            codes.update(dict.fromkeys(scope_codes(meant)))
        elif places:
            doubts.append(Doubt(typed, places))
        else:
            reader.faults.append(Fault("scope", "place", typed))
    if len(codes) > MOST_PLACES:
        reader.faults.append(Fault("scope", "places"))
    return tuple(codes), tuple(doubts)


def _meant(typed: str, places: tuple[Place, ...]) -> Place | None:
    """The place that is meant without doubt: the only one, or the one whose full name it is."""
    if len(places) == 1:
        return places[0]
    exact = [place for place in places if fold(typed) in _full_names(place)]
    return exact[0] if len(exact) == 1 else None


def _full_names(place: Place) -> set[str]:
    """Several communes have one name; a park is called by its name alone."""
    return {fold(place.label)} | (set() if place.code else {fold(place.name)})


def _shown(day: date | None) -> str:
    return day.isoformat() if day else ""
