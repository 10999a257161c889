"""What may be logged: names of events, numbers and enum values; all libraries are hushed here.

A line never carries a person: no words, names, addresses or tokens, and no hour at which a worker
did something. From everything that is not our own event only the logger, the level, the class of
the exception and its place in the code are kept.
"""

import asyncio
import json
import logging
import re
import sys
import threading
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

Number = int | float | StrEnum

_OURS = "tiengtho"
_KEY = "tiengtho_line"
_TAKEN = frozenset({"time", "level", "event", "logger", "error", "place"})
# Counts, sizes and milliseconds stay below; chat ids, phone numbers and times of the day do not.
_LARGEST_NUMBER = 100_000_000
_LOGGER_NAME = re.compile(r"[A-Za-z_.]{1,60}")


class Event(StrEnum):
    """Everything that is ever logged by us."""

    STARTED = "started"
    STOPPED = "stopped"
    TURN = "turn"
    TURN_FAILED = "turn_failed"
    TIP_FILED = "tip_filed"
    LETTER_SETTLED = "letter_settled"
    LETTER_FAILED = "letter_failed"
    PICTURE_CLEANED = "picture_cleaned"
    PICTURE_REFUSED = "picture_refused"
    REQUEST_FAILED = "request_failed"
    STAFF_SIGNED_IN = "staff_signed_in"
    STAFF_REFUSED = "staff_refused"
    TICK_FAILED = "tick_failed"
    SENDING_FAILED = "sending_failed"
    SENDING_ENDED = "sending_ended"
    LEASE_LOST = "lease_lost"
    STORE_FULL = "store_full"
    STORE_DOUBTED = "store_doubted"
    UPDATE_UNREADABLE = "update_unreadable"
    UPDATE_PASSED = "update_passed"
    ANSWER_NOT_SENT = "answer_not_sent"
    CHAT_FAILED = "chat_failed"
    BOT_UNHEARD = "bot_unheard"
    ACCOUNT_REFUSED = "account_refused"
    TWO_POLLERS = "two_pollers"
    HOOK_FORGED = "hook_forged"
    MEDIA_FROM_ANY_HOST = "media_from_any_host"
    MEDIA_REFUSED = "media_refused"
    QUOTA_LEVEL = "quota_level"
    RETENTION_DONE = "retention_done"
    CARDS_LEFT = "cards_left"
    ORDER_LEFT = "order_left"
    TIPS_MOVED_UP = "tips_moved_up"
    NO_READERS = "no_readers"
    LIBRARY = "library"
    WARNED = "warned"
    UNHANDLED = "unhandled"


# What a worker does, or what follows at once from it: said at DEBUG only and with the day only,
# for the time of filing is stored nowhere, and a log is a store.
_DAY_ONLY = frozenset(
    {
        Event.TURN,
        Event.TIP_FILED,
        Event.LETTER_SETTLED,
        Event.PICTURE_CLEANED,
        Event.PICTURE_REFUSED,
        Event.UPDATE_PASSED,
        Event.ANSWER_NOT_SENT,
        Event.MEDIA_FROM_ANY_HOST,
        Event.MEDIA_REFUSED,
    }
)
_WARNINGS = frozenset(
    {
        Event.STORE_FULL,
        Event.STORE_DOUBTED,
        Event.UPDATE_UNREADABLE,
        Event.STAFF_REFUSED,
        Event.ACCOUNT_REFUSED,
        Event.TWO_POLLERS,
        Event.BOT_UNHEARD,
        Event.HOOK_FORGED,
        Event.QUOTA_LEVEL,
        Event.CARDS_LEFT,
        Event.NO_READERS,
    }
)


@dataclass(frozen=True, slots=True)
class _Line:
    event: Event
    numbers: dict[str, Number]
    error: str = ""
    place: str = ""


def set_up(level: str, stream: TextIO) -> None:
    """Write our events from `level` up ("DEBUG" … "ERROR") to `stream`, one JSON object a line.

    Takes the handlers of all other loggers away, and with them the ways in which Python prints an
    exception or a warning by itself. Libraries are heard from WARNING up, whatever `level` says.
    Raises ValueError for an unknown level.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter())
    handler.addFilter(_may_pass)
    logging.raiseExceptions = False  # else a bad format string prints message and arguments
    logging.lastResort = None
    for logger in [*logging.root.manager.loggerDict.values(), logging.root]:
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
            logger.setLevel(logging.NOTSET)
    logging.root.setLevel(logging.WARNING)
    logging.root.addHandler(handler)
    logging.getLogger(_OURS).setLevel(level)
    sys.excepthook = _on_exception
    sys.unraisablehook = _on_unraisable
    threading.excepthook = _on_thread
    warnings.showwarning = _on_warning


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Log what nobody caught inside `loop`, by class and place."""
    loop.set_exception_handler(_on_loop)


def note(event: Event, **numbers: Number) -> None:
    """Log `event` with numbers and enum values.

    Raises TypeError for anything else, text above all, and ValueError for a number so large that it
    could be an address (100 million and more).
    """
    level = logging.WARNING if event in _WARNINGS else logging.INFO
    _write(logging.DEBUG if event in _DAY_ONLY else level, _Line(event, _checked(event, numbers)))


def note_failure(event: Event, error: BaseException, **numbers: Number) -> None:
    """Log at ERROR that `event` failed with `error`: its class and its place, never its text.

    Raises as `note`.
    """
    line = _Line(event, _checked(event, numbers), type(error).__name__, _last(error.__traceback__))
    _write(logging.ERROR, line)


def _checked(event: Event, numbers: dict[str, Number]) -> dict[str, Number]:
    if not isinstance(event, Event):
        raise TypeError("an event is a member of the closed list")
    for name, value in numbers.items():
        if name in _TAKEN:
            raise TypeError(f"a number cannot be called {name}")
        if not isinstance(value, int | float | StrEnum):
            raise TypeError(f"{name} is neither a number nor an enum value")
        # Written so that "not a number" is refused too: it is no JSON.
        if not isinstance(value, StrEnum) and not abs(value) < _LARGEST_NUMBER:
            raise ValueError(f"{name} is too large for a count")
    return numbers


def _write(level: int, line: _Line) -> None:
    logging.getLogger(_OURS).log(level, "", extra={_KEY: line})


def _may_pass(record: logging.LogRecord) -> bool:
    return isinstance(_line(record), _Line) or record.levelno >= logging.WARNING


def _line(record: logging.LogRecord) -> object:
    return getattr(record, _KEY, None)


class _Formatter(logging.Formatter):
    """Looks at our own lines, and of foreign records at nothing that was written by hand."""

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record)
        day_only = isinstance(line, _Line) and line.event in _DAY_ONLY
        moment = datetime.fromtimestamp(record.created, UTC)
        time = moment.date().isoformat() if day_only else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        said = _own(line) if isinstance(line, _Line) else _foreign(record)
        return json.dumps({"time": time, "level": logging.getLevelName(record.levelno)} | said)


def _own(line: _Line) -> dict[str, object]:
    said: dict[str, object] = {"event": line.event, **line.numbers}
    return said | ({"error": line.error, "place": line.place} if line.error else {})


def _foreign(record: logging.LogRecord) -> dict[str, object]:
    name = record.name if _LOGGER_NAME.fullmatch(record.name) else "other"
    said: dict[str, object] = {"event": Event.LIBRARY, "logger": name}
    kind, _, trace = record.exc_info or (None, None, None)
    if kind is None:
        return said | {"place": _short(record.pathname, record.lineno)}
    return said | {"error": kind.__name__, "place": _last(trace)}


def _last(trace: TracebackType | None) -> str:
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return _short(trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _short(path: str, line: int) -> str:
    """The last two parts only: the whole path may name the operator's home."""
    return f"{'/'.join(PurePath(path).parts[-2:])}:{line}"


def _on_exception(
    _: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    note_failure(Event.UNHANDLED, error.with_traceback(trace))


def _on_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    name = unraisable.exc_type.__name__
    _write(logging.ERROR, _Line(Event.UNHANDLED, {}, name, _last(unraisable.exc_traceback)))


def _on_thread(failure: threading.ExceptHookArgs) -> None:
    name = failure.exc_type.__name__
    _write(logging.ERROR, _Line(Event.UNHANDLED, {}, name, _last(failure.exc_traceback)))


def _on_loop(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        note_failure(Event.UNHANDLED, error)
    else:
        _write(logging.ERROR, _Line(Event.UNHANDLED, {}))


def _on_warning(*told: Any, **_: Any) -> None:
    _, category, filename, lineno = told[:4]
    place = _short(filename, lineno)
    _write(logging.WARNING, _Line(Event.WARNED, {}, category.__name__, place))
