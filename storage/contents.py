"""The content of a bulletin as JSON: how a version of it is stored."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from handlers.bulletins import Citation, Content, OnHoliday, Plan, Repeat, Topic, Urgency, Wording


def written(content: Content) -> str:
    """`content` as it is stored."""
    return json.dumps(asdict(content), default=_plain, ensure_ascii=False)


def read(stored: str) -> Content:
    """What `written` wrote."""
    told = json.loads(stored)
    return Content(
        topic=Topic(told["topic"]),
        urgency=Urgency(told["urgency"]),
        legal=told["legal"],
        scope=tuple(told["scope"]),
        vi=Wording(**told["vi"]),
        en=Wording(**told["en"]),
        citations=tuple(_citation(each) for each in told["citations"]),
        checked_on=_day(told["checked_on"]),
        expires_on=_day(told["expires_on"]),
        source=told["source"],
        plan=_plan(told["plan"]),
        library=told["library"],
    )


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a content holds no {type(value).__name__}")


def _citation(told: dict[str, Any]) -> Citation:
    return Citation(told["document"], told["article"], _day(told["effective_from"]))


def _plan(told: dict[str, Any]) -> Plan:
    return Plan(
        first=datetime.fromisoformat(told["first"]) if told["first"] else None,
        repeat=Repeat(told["repeat"]),
        cron=told["cron"],
        until=_day(told["until"]),
        on_holiday=OnHoliday(told["on_holiday"]),
        asap=told.get("asap", False),
    )


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None
