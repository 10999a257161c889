"""Small numbers are hidden so that no sum gives them away."""

from hypothesis import given
from hypothesis import strategies as some

from broadcasts.hiding import LEAST, hidden


@some.composite
def tables(draw: some.DrawFn) -> list[list[int]]:
    """Some rows of counts, each with its sum."""
    width = draw(some.integers(1, 5))
    number = some.integers(0, 12) | some.integers(0, 5000)
    rows = draw(some.lists(some.lists(number, min_size=width, max_size=width), max_size=8))
    return [[*row, sum(row)] for row in rows]


def test_numbers_below_five_are_hidden_with_the_next_smallest() -> None:
    rows = [[3000, 12, 40, 3052], [900, 2, 41, 943], [70, 80, 90, 240]]
    assert hidden(rows) == (
        (3000, None, None, 3052),
        (900, None, None, 943),
        (70, 80, 90, 240),
    )


def test_what_nobody_met_is_a_zero_that_the_sum_says_anyway() -> None:
    assert hidden([[50, 0, 50], [60, 0, 60]]) == ((50, 0, 50), (60, 0, 60))
    assert hidden([[50, 0, 50], [60, 9, 69]]) == ((None, None, 50), (None, None, 69))


def test_no_rows_are_no_rows() -> None:
    assert hidden([]) == ()


@given(tables())
def test_no_number_below_five_is_shown(rows: list[list[int]]) -> None:
    used = [any(row[at] for row in rows) for at in range(len(rows[0]))] if rows else []
    for row, shown in zip(rows, hidden(rows), strict=True):
        for at, number in enumerate(row):
            if used[at] and number < LEAST:
                assert shown[at] is None
            else:
                assert shown[at] in (None, number)


@given(tables())
def test_no_row_and_no_column_has_only_one_hidden_number(rows: list[list[int]]) -> None:
    shown = hidden(rows)
    used = [at for at in range(len(rows[0])) if any(row[at] for row in rows)] if rows else []
    lines = [[row[at] for at in used] for row in shown]
    lines += [[row[at] for row in shown] for at in used]
    assert all(line.count(None) != 1 for line in lines if len(line) > 1)


@given(some.lists(some.lists(some.integers(5, 900), min_size=3, max_size=3), max_size=5))
def test_where_nothing_is_small_nothing_is_hidden(rows: list[list[int]]) -> None:
    summed = [[*row, sum(row)] for row in rows]
    assert hidden(summed) == tuple(tuple(row) for row in summed)
