"""Numbers in digits, with points and commas as Vietnamese, English and tired hands set them."""

import re
from dataclasses import dataclass
from fractions import Fraction

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,\s])\d{3})(?:\1\d{3})*")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_MIXED = re.compile(r"([1-9]\d{0,2}(?:([.,])\d{3})+)([.,])(\d+)")
_MOST_DIGITS = 18
_THREE = 3


@dataclass(frozen=True, slots=True)
class Number:
    """What digits with their marks may be. `decimal`: the last mark begins the decimals; `grouped`:
    every mark only groups. `groups_of_three`: it can be grouped; `is_mixed`: points and commas
    stand in it together, so that either may be meant.
    """

    decimal: Fraction
    grouped: Fraction
    groups_of_three: bool = False
    has_separator: bool = False
    is_mixed: bool = False


def plain_number(text: str) -> Number | None:
    """The number; None where the marks stand as in no number."""
    digits = re.sub(r"\D", "", text)
    if not digits or len(digits) > _MOST_DIGITS:
        return Number(Fraction(10) ** 30, Fraction(10) ** 30) if digits else None
    every = Fraction(int(digits))
    if _GROUPED.fullmatch(text):
        is_single = _DECIMAL.fullmatch(text) is not None
        decimal = Fraction(text.replace(",", ".")) if is_single else every
        return Number(decimal, every, groups_of_three=True, has_separator=is_single)
    if mixed := _MIXED.fullmatch(text):
        return _mixed(mixed, every)
    if _DECIMAL.fullmatch(text):
        decimal = Fraction(text.replace(",", "."))
        return Number(decimal, decimal, has_separator="." in text or "," in text)
    return None


def _mixed(found: re.Match[str], every: Fraction) -> Number | None:
    if found[2] == found[3]:
        return None
    head, tail = Fraction(int(re.sub(r"\D", "", found[1]))), found[4]
    decimal = head + Fraction(int(tail), 10 ** len(tail))
    if len(tail) != _THREE and decimal == head:
        # "5.000.000,00": nothing stands behind the comma.
        return Number(decimal, decimal, groups_of_three=True)
    grouped = every if len(tail) == _THREE else decimal
    return Number(decimal, grouped, has_separator=True, is_mixed=True)
