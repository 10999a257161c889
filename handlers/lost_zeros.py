"""Codes that a spreadsheet took for numbers: `00025` comes back as `25`."""

from collections.abc import Callable

_LENGTHS_OF_PLACES = (2, 5)
_LONGEST_ID = 12


def places(cell: str, known: Callable[[str], bool], *, is_number: bool) -> tuple[str, ...]:
    """The codes of places that `cell` may have been; none where it has lost nothing. A cell that is
    a number may have lost zeros although what is left is the code of a province.
    """
    if not _is_short(cell) or (known(cell) and not is_number):
        return ()
    meant = dict.fromkeys(cell.zfill(length) for length in _LENGTHS_OF_PLACES)
    found = tuple(code for code in meant if known(code))
    return () if found == (cell,) else found


def ids(cell: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """The ids that `cell` may have been; none where it is one itself, or no number."""
    if not _is_short(cell) or known(cell):
        return ()
    meant = dict.fromkeys(cell.zfill(length) for length in range(len(cell) + 1, _LONGEST_ID + 1))
    return tuple(each for each in meant if known(each))


def _is_short(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) <= _LONGEST_ID
