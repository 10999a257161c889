"""The order of the Vietnamese alphabet, and that every list of names has it."""

import ast
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import alphabet
from tests.world import places

LIST = (
    "An, Ăn, Ân, Cà Mau, Cao Bằng, Cần Thơ, Dương, Đà Nẵng, Đắk Lắk, Điện Biên, Đồng Nai, E, Ê"
).split(", ")
ROOT = Path(__file__).parents[2]
# Sorted for machines: tables of a dump, pieces of a unit that keep its name first.
NOT_FOR_READING = {"storage/dump.py", "storage/places/gazetteer.py", "storage/places/finder.py"}
NAMES = {"name", "label", "bare_name", "shown_name"}


def in_order(names: Sequence[str]) -> list[str]:
    """Sorted from the wrong way round, so that equal ones would show."""
    turned = [*names]
    turned.reverse()
    return sorted(turned, key=alphabet.key)


def test_the_list_that_everybody_knows_is_in_order() -> None:
    assert in_order(LIST) == LIST


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_form_of_the_letters_does_not_matter(form: str) -> None:
    other = [unicodedata.normalize(form, name) for name in LIST]  # type: ignore[arg-type]
    assert in_order(other) == other
    assert [alphabet.key(name) for name in other] == [alphabet.key(name) for name in LIST]


@pytest.mark.parametrize(
    "row",
    [
        ("a", "à", "ả", "ã", "á", "ạ", "ă", "ằ", "ẳ", "ẵ", "ắ", "ặ", "â", "ầ", "ẩ", "ẫ", "ấ", "ậ"),
        ("d", "đ"),
        ("o", "ò", "ọ", "ô", "ồ", "ộ", "ơ", "ờ", "ợ"),
        ("u", "ù", "ụ", "ư", "ừ", "ự", "y"),
        ("ba", "bà", "Bà", "bá"),
        ("Quận 1", "Quận 2", "Quận 9"),
        ("Bà Rịa", "Ba Tơ", "Ba Vì"),
        ("Hòa An", "Hóa Châu", "Hoa Lư", "Hòa Lư"),
    ],
)
def test_letters_go_before_tones_and_tones_before_capitals(row: tuple[str, ...]) -> None:
    assert in_order(row) == sorted(row, key=row.index)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_texts_can_be_put_in_one_order(some: list[str]) -> None:
    once = sorted(some, key=alphabet.key)
    assert sorted(once, key=alphabet.key) == once
    assert [alphabet.key(each) for each in once] == sorted(map(alphabet.key, some))


def test_provinces_are_listed_by_their_names_without_the_type() -> None:
    known = places()
    named = [known.of_today[code].bare_name for code in known.provinces]
    assert named == sorted(named, key=alphabet.key)
    assert named[0] == "An Giang"
    assert named.index("Cần Thơ") < named.index("Đà Nẵng") < named.index("Hà Nội")


def test_no_list_of_names_is_sorted_by_the_codes_of_its_letters() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for room in ("bot", "broadcasts", "handlers", "storage")
        for path in (ROOT / room).rglob("*.py")
        if str(path.relative_to(ROOT)) not in NOT_FOR_READING
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _sorts_names(call)
    ]
    assert found == [], "use handlers.alphabet"


def _sorts_names(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in ("sorted", "sort", "order_by", "min", "max"):
        return False
    inside = [node for part in (*call.args, *call.keywords) for node in ast.walk(part)]
    if any(isinstance(node, ast.Name) and node.id == "alphabet" for node in inside):
        return False
    if name == "order_by":
        names = (node for node in inside if isinstance(node, ast.Attribute))
        return any(node.attr == "name" and _is_column(node.value, "units") for node in names)
    keys = [word for word in call.keywords if word.arg == "key"]
    return any(
        (isinstance(node, ast.Attribute) and node.attr in NAMES)
        or (isinstance(node, ast.Constant) and node.value in NAMES)
        for word in keys
        if not isinstance(getattr(word.value, "body", None), ast.Subscript)
        for node in ast.walk(word)
    )


def _is_column(node: ast.expr, table: str) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) == f"{table}.c"
