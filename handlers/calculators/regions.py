"""Reads the operator's table of regions: which commune belongs to which of the minimum wage."""

import csv
from collections.abc import Container, Mapping
from io import StringIO

from handlers.calculators.minimum import Region
from handlers.folding import clean

COLUMNS = ("commune", "region")
_BY_ROMAN = {each.roman: each for each in Region}
_BY_DIGIT = {each.value: each for each in Region}


class WrongTable(ValueError):
    """One readable line about the first row that is wrong."""


def read(text: str, known: Container[str]) -> Mapping[str, str]:
    """The region ("1" to "4") of each commune by its code. `text` is CSV with the columns commune
    (the official code of five digits) and region (I to IV, or 1 to 4); `known` are the communes of
    today. Raises WrongTable.
    """
    try:
        rows = list(csv.reader(StringIO(clean(text).removeprefix("\ufeff")), strict=True))
    except csv.Error:
        raise WrongTable("is no CSV") from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != COLUMNS:
        raise WrongTable(f"line 1: the columns are {','.join(COLUMNS)}")
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = tuple(cell.strip() for cell in row)
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS):
            raise WrongTable(f"line {number}: a row has a commune and a region")
        code, region = cells[0], _region(cells[1])
        if code not in known:
            raise WrongTable(f"line {number}: no commune of today has the code {code[:12]}")
        if region is None:
            raise WrongTable(f"line {number}: a region is I, II, III or IV")
        if found.setdefault(code, region) != region:
            raise WrongTable(f"line {number}: the commune {code} stood in another region before")
    return found


def _region(cell: str) -> str | None:
    found = _BY_ROMAN.get(cell.upper()) or _BY_DIGIT.get(cell)
    return found.value if found else None
