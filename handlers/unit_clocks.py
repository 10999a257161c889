"""A unit's clocks as they are kept, and as they are typed into a form."""

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any

from handlers.clocks import DEFAULT, Clocks, Times
from handlers.duty import DAYS, Duty, Span
from handlers.tips import Category, category_named

BOUNDS: Mapping[str, tuple[int, int]] = {
    "triage_hours": (1, 48),
    "danger_minutes": (5, 60),
    "answer_days": (1, 5),
    "answer_limit": (1, 10),
    "result_days": (3, 30),
    "closing_days": (7, 120),
}
"""How far a unit may move each of its promises: tighter as it likes, looser only a little."""
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")


class Fault(StrEnum):
    """What can be wrong with a form."""

    NUMBER = "number"
    HOURS = "hours"
    NO_DUTY = "no_duty"


class BadClocks(ValueError):
    """A form that cannot be taken; `field` is the name of the field at fault."""

    def __init__(self, fault: Fault, field: str) -> None:
        super().__init__(field)
        self.fault = fault
        self.field = field


def plain(clocks: Clocks) -> dict[str, Any]:
    """The clocks as JSON holds them."""
    return {
        "week": [[each.start, each.end] if each else None for each in clocks.duty.week],
        "on_holidays": clocks.duty.on_holidays,
        "times": asdict(clocks.times),
        "special": {category.value: asdict(times) for category, times in clocks.special},
    }


def read(kept: Any) -> Clocks:
    """The clocks that `plain` gave; the house's where none were kept."""
    if kept is None:
        return DEFAULT
    week = tuple(Span(*each) if each else None for each in kept["week"])
    special = tuple(
        (Category(category), Times(**times)) for category, times in sorted(kept["special"].items())
    )
    return Clocks(Duty(week, kept["on_holidays"]), Times(**kept["times"]), special)


def typed(fields: Mapping[str, str], before: Clocks, category: Category | None) -> Clocks:
    """The clocks after a form: the times of `category` alone, else duty and the times of all.
    Raises BadClocks.
    """
    times = Times(**{name: _number(fields, name) for name in BOUNDS})
    if category is None:
        return replace(before, duty=_duty(fields), times=times)
    return with_special(before, category, times)


def with_special(before: Clocks, category: Category, times: Times | None) -> Clocks:
    """The clocks with times of its own for one category; None: it goes with the others."""
    others = tuple(each for each in before.special if each[0] is not category)
    mine = ((category, times),) if times is not None and times != before.times else ()
    return replace(before, special=tuple(sorted((*others, *mine))))


def special_of(fields: Mapping[str, str]) -> Category | None:
    """Which category a form is about; None: all."""
    return category_named(fields.get("category", ""))


def shown(span: Span | None) -> tuple[str, str]:
    """A span as it is typed; both empty where nobody is there."""
    return (_clock(span.start), _clock(span.end)) if span is not None else ("", "")


def _duty(fields: Mapping[str, str]) -> Duty:
    week = tuple(_span(fields, day) for day in range(DAYS))
    if not any(week):
        raise BadClocks(Fault.NO_DUTY, "from0")
    return Duty(week, bool(fields.get("on_holidays")))


def _span(fields: Mapping[str, str], day: int) -> Span | None:
    start, end = (fields.get(f"{name}{day}", "").strip() for name in ("from", "to"))
    if not start and not end:
        return None
    try:
        return Span(_minute(start), _minute(end))
    except ValueError:
        raise BadClocks(Fault.HOURS, f"from{day}") from None


def _minute(written: str) -> int:
    found = _CLOCK.fullmatch(written)
    if found is None:
        raise ValueError("no time of day")
    return int(found[1]) * 60 + int(found[2])


def _number(fields: Mapping[str, str], name: str) -> int:
    written = fields.get(name, "").strip()
    least, most = BOUNDS[name]
    # int() would take digits of other scripts too.
    if not (written.isascii() and written.isdigit()) or not least <= int(written[:4]) <= most:
        raise BadClocks(Fault.NUMBER, name)
    return int(written[:4])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
