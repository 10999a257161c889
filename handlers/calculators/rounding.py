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


def decimal(value: Fraction | int, language: Language, places: int = 1) -> str:
    """A number with at most so many decimals, without zeros at their end: `109,5`, in English
    `109.5`.
    """
    scaled = whole(value * 10**places)
    sign, scaled = ("-" if scaled < 0 else ""), abs(scaled)
    shown = written(scaled // 10**places, language)
    decimals = f"{scaled % 10**places:0{places}}".rstrip("0")
    if decimals:
        shown += f"{',' if language is Language.VI else '.'}{decimals}"
    return f"{sign}{shown}"
