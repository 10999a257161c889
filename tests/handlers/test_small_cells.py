"""Small figures are hidden, and none of them can be worked out from those that are shown."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as some

from handlers.small_cells import LEAST_SHOWN, Sum, hidden

LINE = Sum("all", ("a", "b", "c"))


def shown(numbers: Mapping[str, int], *sums: Sum[str]) -> dict[str, int]:
    gone = hidden(numbers, sums)
    return {cell: number for cell, number in numbers.items() if cell not in gone}


def test_large_figures_are_shown() -> None:
    numbers = {"a": 5, "b": 7, "c": 9, "all": 21}
    assert shown(numbers, LINE) == numbers


def test_with_a_small_one_the_next_smallest_is_hidden() -> None:
    assert shown({"a": 4, "b": 7, "c": 9, "all": 20}, LINE) == {"c": 9, "all": 20}


def test_none_at_all_is_small_too() -> None:
    """That it is none can be seen here, and points at nobody; beside another it cannot."""
    assert shown({"a": 0, "b": 7, "c": 9, "all": 16}, LINE) == {"b": 7, "c": 9, "all": 16}
    assert shown({"a": 0, "b": 3, "c": 9, "all": 12}, LINE) == {"c": 9, "all": 12}


def test_two_small_ones_hide_each_other() -> None:
    assert shown({"a": 1, "b": 4, "c": 9, "all": 14}, LINE) == {"c": 9, "all": 14}


def test_a_small_whole_is_hidden_with_all_its_parts() -> None:
    assert shown({"a": 1, "b": 0, "c": 3, "all": 4}, LINE) == {}


def test_a_hidden_part_of_one_sum_is_not_told_by_another() -> None:
    """`all` of the first is a part of the second, where it has to be hidden."""
    above = Sum("sky", ("all", "rest"))
    numbers = {"a": 5, "b": 7, "c": 9, "all": 21, "rest": 2, "sky": 23}
    # Were only `rest` and `all` hidden, the parts of `all` would give it away.
    assert shown(numbers, LINE, above) == {"b": 7, "c": 9, "sky": 23}


@some.composite
def trees(draw: some.DrawFn) -> tuple[dict[str, int], list[Sum[str]]]:
    """Figures whose sums hang together like a tree."""
    numbers: dict[str, int] = {}
    sums: list[Sum[str]] = []

    def grow(name: str, depth: int) -> int:
        if depth == 0 or draw(some.booleans()):
            numbers[name] = draw(some.integers(0, 12))
            return numbers[name]
        parts = [f"{name}.{each}" for each in range(draw(some.integers(2, 4)))]
        numbers[name] = sum(grow(part, depth - 1) for part in parts)
        sums.append(Sum(name, tuple(parts)))
        return numbers[name]

    grow("t", 3)
    return numbers, sums


@given(trees())
def test_no_hidden_figure_follows_from_the_sums(
    tree: tuple[dict[str, int], list[Sum[str]]],
) -> None:
    numbers, sums = tree
    gone = sorted(hidden(numbers, sums))
    assert {cell for cell, number in numbers.items() if number < LEAST_SHOWN} <= set(gone)
    for cell in solved(gone, sums):
        # Nobody is found by a zero that everybody sees: what is shown is all there is.
        assert numbers[cell] == 0, (cell, numbers, gone)


def solved(unknown: Sequence[str], sums: Sequence[Sum[str]]) -> list[str]:
    """The unknown cells that linear algebra gives exactly."""
    rows = [
        [Fraction(each.parts.count(cell) - (cell == each.total)) for cell in unknown]
        for each in sums
    ]
    for at in range(len(unknown)):
        pivot = next((row for row in rows if row[at] and not any(row[:at])), None)
        if pivot is None:
            continue
        pivot[:] = [value / pivot[at] for value in pivot]
        for row in rows:
            if row is not pivot and row[at]:
                factor = row[at]
                row[:] = [one - factor * two for one, two in zip(row, pivot, strict=True)]
    alone = [row for row in rows if sum(value != 0 for value in row) == 1]
    return [unknown[next(at for at, value in enumerate(row) if value)] for row in alone]
