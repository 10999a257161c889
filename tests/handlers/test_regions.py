"""The operator's table of regions is read whole or not at all."""

import pytest

from handlers.calculators.regions import WrongTable, read

KNOWN = frozenset({"00001", "00002"})


def test_a_region_is_roman_or_a_digit() -> None:
    text = "\ufeffcommune,region\r\n00001,IV\n\n 00002 , 1 \n"
    assert read(text, KNOWN) == {"00001": "4", "00002": "1"}
    assert read("Commune,Region\n00001,iv\n00001,4\n", KNOWN) == {"00001": "4"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1"),
        ("00001,IV\n", "line 1"),
        ("commune,region\n00001\n", "line 2"),
        ("commune,region\n00003,I\n", "line 2"),
        ("commune,region\n00001,V\n", "line 2"),
        ("commune,region\n00001,\n", "line 2"),
        ("commune,region\n00001,I\n00001,II\n", "line 3"),
        ("commune,region,more\n00001,I,x\n", "line 1"),
        ('commune,region\n"00001,I\n', "no CSV"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: str) -> None:
    with pytest.raises(WrongTable, match=line):
        read(text, KNOWN)
