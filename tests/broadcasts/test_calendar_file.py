"""The calendar file: whatever a title holds, it says the same when read by the rules."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from broadcasts.calendar_file import MOST_OCTETS, Event, ics

AT = datetime(2027, 1, 5, 4, 30, tzinfo=UTC)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300
)


def read(made: bytes) -> list[tuple[str, str]]:
    """Lines of a calendar as RFC 5545 reads them: unfolded, unescaped."""
    told = made.decode().replace("\r\n ", "").split("\r\n")
    assert told.pop() == ""
    found = []
    for line in told:
        name, _, value = line.partition(":")
        plain, rest = "", iter(value)
        for letter in rest:
            plain += {"n": "\n"}.get(after := next(rest), after) if letter == "\\" else letter
        found.append((name, plain))
    return found


@given(words, words)
def test_titles_and_words_come_back_as_they_were(title: str, told: str) -> None:
    made = ics([Event("a1", AT, title, told)], AT)
    lines = dict(read(made))
    assert lines["SUMMARY"] == title
    assert lines["DESCRIPTION"] == told
    assert lines["DTSTART"] == "20270105T043000Z"
    assert all(len(line) <= MOST_OCTETS for line in made.split(b"\r\n"))
    assert made.count(b"\n") == made.count(b"\r\n")


def test_what_would_begin_a_line_of_its_own_does_not() -> None:
    made = ics([Event("a1", AT, "x\r\nEND:VEVENT\r\nBEGIN:VALARM", "a\x00b\u2028c")], AT)
    assert [name for name, _ in read(made)].count("END") == 2
    assert b"VALARM" in made
    assert dict(read(made))["DESCRIPTION"] == "ab\nc"
    assert ics([], AT).startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
