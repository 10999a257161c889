"""Units are found by words of their names; what was typed exactly stands first."""

import pytest

from handlers.routing import Tree, Unit, UnitKind
from handlers.unit_finding import find


def _union(key: str, parent: str | None, name: str) -> Unit:
    return Unit(key, parent, UnitKind.UNION, name)


NAMES = {
    "a": "Công đoàn phường Thanh Xuân",
    "b": "Công đoàn xã Thạnh Xuân",
    "c": "Công đoàn xã Thạnh Xuân Đông",
    "d": "Công đoàn xã Thanh Xuân Trường",
    "e": "Công đoàn xã Thạnhh Xuân",
}
TREE = Tree.of(
    (
        _union("top", None, "Công đoàn cả nước"),
        _union("high", "top", "Liên đoàn Thanh Xuân"),
        *(_union(key, "high", name) for key, name in NAMES.items()),
    )
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("thạnh xuân", ["b", "c", "high", "a", "d", "e"]),
        ("Thanh Xuân", ["high", "a", "d", "b", "c", "e"]),
        ("thanh xuan", ["high", "a", "b", "c", "d", "e"]),
        ("thanh xu", ["high", "a", "b", "c", "d", "e"]),
        ("d", ["d", "top", "high", "a", "b", "c", "e"]),
    ],
)
def test_what_was_typed_exactly_stands_before_what_is_like_it(typed: str, found: list[str]) -> None:
    units, more = find(TREE, typed, (), lambda _: True)
    assert ([unit.id for unit in units], more) == (found, False)
