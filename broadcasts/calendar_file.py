"""A calendar of bulletins as an iCalendar file (RFC 5545), for the broadcaster's own calendar."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

MOST_OCTETS = 75
"""Of a line, without its end (RFC 5545, 3.1)."""
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Event:
    """One time that something is sent. `id` stays the same as long as it is the same event."""

    id: str
    at: datetime
    title: str = field(repr=False)
    words: str = field(default="", repr=False)


def ics(events: Iterable[Event], made_at: datetime) -> bytes:
    """The file; times are in UTC. It names nobody."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tieng Tho//Bulletins//VI"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.id}@bulletins",
            f"DTSTAMP:{_moment(made_at)}",
            f"DTSTART:{_moment(event.at)}",
            "DURATION:PT15M",
            f"SUMMARY:{_escaped(event.title)}",
            f"DESCRIPTION:{_escaped(event.words)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Text as a value: other control characters than the end of a line are not allowed in one."""
    plain = "\n".join(text.splitlines())
    return "".join(c for c in plain if c == "\n" or c >= " ").translate(_ESCAPES)


def _folded(line: str) -> str:
    """Cut between characters, never inside of one; each further piece begins with a space."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > MOST_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    return "\r\n".join([*pieces, piece])
