"""Which figures of a review are hidden: small ones point at people, and so does what gives them
away by subtraction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST_SHOWN = 5
"""The smallest figure that is shown; none at all counts as small, for the zeros of a row often tell
the rest of it.
"""

Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """The reader can add up: `total` is the sum of `parts`."""

    total: Cell
    parts: tuple[Cell, ...]


def hidden(numbers: Mapping[Cell, int], sums: Sequence[Sum[Cell]]) -> frozenset[Cell]:
    """The cells that are not shown: those below LEAST_SHOWN, and in every sum in which only one
    could be worked out from the others, the next smallest as well (of equal ones the first, and a
    total after its parts).

    No hidden cell follows from those that are shown, as long as the sums hang together like a tree:
    two of them share one cell at most, and no chain of them leads back to its beginning.
    """
    gone = {cell for cell, number in numbers.items() if number < LEAST_SHOWN}
    while True:
        known = _known_to_be_none(numbers, sums, gone)
        fresh = {
            min(left, key=lambda cell: numbers[cell])
            for cells in map(_cells, sums)
            if len([cell for cell in cells if cell in gone and cell not in known]) == 1
            and (left := [cell for cell in cells if cell not in gone])
        }
        if not fresh:
            return frozenset(gone)
        gone |= fresh


def _known_to_be_none(
    numbers: Mapping[Cell, int], sums: Iterable[Sum[Cell]], gone: set[Cell]
) -> frozenset[Cell]:
    """Hidden cells of which everybody sees that they are zero: what is shown is all there is."""
    return frozenset(
        part
        for each in sums
        if each.total not in gone and not sum(numbers[part] for part in each.parts if part in gone)
        for part in each.parts
        if part in gone
    )


def _cells(added: Sum[Cell]) -> tuple[Cell, ...]:
    return (*added.parts, added.total)
