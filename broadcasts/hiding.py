"""Keeps small numbers out of tables, where they would point at people."""

from collections.abc import Iterator, Sequence

LEAST = 5
"""The smallest number that a cell shows."""

Cells = tuple[tuple[int | None, ...], ...]
_Place = tuple[int, int]


def hidden(rows: Sequence[Sequence[int]]) -> Cells:
    """The table without its small numbers (None in their place). The last number of each row is the
    sum of the others, and readers are told the sum of every column.

    Numbers below five are hidden. Where a row or a column would have only one hidden number, it
    could be worked out from the sum: the next smallest is hidden with it. A column in which all is
    zero stays, for its sum says so anyway.
    """
    if not rows:
        return ()
    columns = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    gone = {(y, x) for y, row in enumerate(rows) for x in columns if row[x] < LEAST}
    lines = list(_lines(len(rows), columns))
    while True:
        lone = [line for line in lines if len(line & gone) == 1 and line - gone]
        if not lone:
            break
        left = lone[0] - gone
        # What mends two lines at once hides less.
        gone.add(min(left, key=lambda at: (rows[at[0]][at[1]], -_mended(at, lone), at)))
    return tuple(
        tuple(None if (y, x) in gone else number for x, number in enumerate(row))
        for y, row in enumerate(rows)
    )


def _lines(height: int, columns: Sequence[int]) -> Iterator[frozenset[_Place]]:
    for y in range(height):
        yield frozenset((y, x) for x in columns)
    for x in columns:
        yield frozenset((y, x) for y in range(height))


def _mended(place: _Place, lone: Sequence[frozenset[_Place]]) -> int:
    return sum(place in line for line in lone)
