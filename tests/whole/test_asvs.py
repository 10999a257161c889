"""`docs/asvs.md` names tests that exist, each number once, and every key."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from storage.keys import Purpose

CHECKOUT = Path(__file__).parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FILE = re.compile(r"`(tests/[\w/]+\.py)`")
NUMBER = re.compile(r"(?:5|6|7|8|11|16)\.[1-8]\.\d{1,2}")
STANDS = {"met", "not met", "does not apply"}

# How many requirements of levels 1 and 2 each chapter of 5.0 has.
OF_LEVELS_1_AND_2 = {5: 9, 6: 35, 7: 18, 8: 7, 11: 14, 16: 16}


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement of the page."""

    number: str
    level: str
    stands: str
    why: str

    @property
    def chapter(self) -> int:
        return int(self.number.partition(".")[0])


@cache
def page() -> str:
    return (CHECKOUT / "docs" / "asvs.md").read_text(encoding="utf-8")


@cache
def rows() -> tuple[Row, ...]:
    found = []
    for line in page().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 5 and cells[0] != "number":
            number, level, _, stands, why = cells
            found.append(Row(number, level, stands, why))
    return tuple(found)


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(each.name for each in tree.body if isinstance(each, functions))


def test_every_number_stands_once_and_every_row_says_how_it_is() -> None:
    numbers = [row.number for row in rows()]
    assert len(set(numbers)) == len(numbers)
    assert [row for row in rows() if not NUMBER.fullmatch(row.number)] == []
    assert [row for row in rows() if row.stands not in STANDS or len(row.why) < 10] == []
    assert [row for row in rows() if row.level not in {"1", "2", "3"}] == []


@pytest.mark.parametrize("chapter", OF_LEVELS_1_AND_2)
def test_no_requirement_of_the_first_two_levels_is_left_out(chapter: int) -> None:
    asked = [row for row in rows() if row.chapter == chapter and row.level in {"1", "2"}]
    assert len(asked) == OF_LEVELS_1_AND_2[chapter]


def test_what_is_met_names_the_test_that_shows_it_and_all_tests_exist() -> None:
    assert [row.number for row in rows() if row.stands == "met" and not TEST.search(row.why)] == []
    named = TEST.findall(page())
    assert [f"{file}::{test}" for file, test in named if test not in defined_in(file)] == []
    assert [file for file in FILE.findall(page()) if not (CHECKOUT / file).is_file()] == []


def test_every_purpose_key_is_on_the_list() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", page(), re.MULTILINE))
    assert listed == {purpose.value for purpose in Purpose}
