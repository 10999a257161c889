"""Numbers as they are rounded and written: half up, as people do it by hand."""

from fractions import Fraction
from math import floor

from handlers.languages import Language

_HALF = Fraction(1, 2)


def whole(value: Fraction | int) -> int:
    """The nearest whole number (đồng); a half goes up."""
    return floor(value + _HALF)


def tenths(value: Fraction | int) -> Fraction:
    """The nearest tenth; a half goes up."""
    return Fraction(whole(value * 10), 10)


def written(value: int, language: Language) -> str:
    """A whole number with its groups of three: `5.310.000`, in English `5,310,000`."""
    grouped = f"{value:,}"
    return grouped.replace(",", ".") if language is Language.VI else grouped


def decimal(value: Fraction | int, language: Language) -> str:
    """A number with one decimal, which is left out where it is 0: `109,5`, in English `109.5`."""
    tenth = whole(value * 10)
    sign, tenth = ("-" if tenth < 0 else ""), abs(tenth)
    shown = written(tenth // 10, language)
    if tenth % 10:
        shown += f"{',' if language is Language.VI else '.'}{tenth % 10}"
    return f"{sign}{shown}"
