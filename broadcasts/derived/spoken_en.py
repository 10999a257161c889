"""English as it is read aloud: numbers, dates, hours, money, law and short forms in words."""

import calendar
import re
from collections.abc import Mapping

from broadcasts.derived import cardinals
from broadcasts.derived.cardinals import EN_DIGITS, en, en_ordinal, en_year
from broadcasts.derived.rules import (
    CLOCK,
    DOCUMENT,
    EMERGENCY,
    ITEM,
    PHONE,
    Rule,
    is_day,
    pieces,
    roman,
    rule,
)

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|\d+(?:\.\d+)?"
_MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
_MONTH = "|".join(_MONTHS)
_UNITS = (
    r"(?:dong|thousand|million|billion|percent|people|workers|persons|days?|months?|years?|hours?"
    r"|minutes?|seconds?|weeks?|times|cases|companies|working|of|per|%)"
)
_SPELLED = ("OTP", "ATM", "SMS", "HIV", "QR", "ID", "AI", "PDF", "URL", "UN", "EU")
_SHORT: Mapping[str, str] = {
    "VNeID": "V N e I D",
    "BHXH": "social insurance",
    "BHYT": "health insurance",
    "KCN": "industrial park",
    **{each: " ".join(each) for each in _SPELLED},
}
_SIGNS: Mapping[str, str] = {
    "%": "percent",
    "₫": "dong",
    "$": "dollars",
    "€": "euros",
    "&": "and",
    "+": "plus",
    "=": "equals",
    "≥": "at least",
    "≤": "at most",
    ">": "over",
    "<": "under",
    "≈": "about",
    "×": "times",
    "°": "degrees",
    "@": "at",
    "→": ", then",
    "§": "section",
    "/": "over",
}
_MEASURES: Mapping[str, str] = {
    "kg": "kilograms",
    "mg": "milligrams",
    "km": "kilometres",
    "cm": "centimetres",
    "mm": "millimetres",
    "ml": "millilitres",
    "m^2": "square metres",
    "m2": "square metres",
    "m^3": "cubic metres",
    "m3": "cubic metres",
    "m": "metres",
    "g": "grams",
    "k": "thousand",
    "h": "hours",
}
_FRACTIONS: Mapping[str, str] = {
    "1/2": "a half",
    "1/3": "a third",
    "2/3": "two thirds",
    "1/4": "a quarter",
    "3/4": "three quarters",
}
_NOON = 12


def number(told: str) -> str:
    """A number as it stands in English: commas part thousands, a point decimals. What begins with a
    zero, or is longer than any sum, is read digit by digit.
    """
    if re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", told):
        told = told.replace(".", "")
    whole, point, after = told.replace(",", "").partition(".")
    if len(whole) > 15 or (len(whole) > 1 and whole[0] == "0"):
        said = cardinals.digits(whole, EN_DIGITS)
    else:
        said = en(int(whole))
    return f"{said} point {cardinals.digits(after, EN_DIGITS)}" if point else said


def hour(told: re.Match[str]) -> str:
    """22:30 is ten thirty in the evening."""
    clock, minutes = int(told[1]) % 24, int(told[2] or told[3] or 0)
    if not minutes and not clock % _NOON:
        return "noon" if clock else "midnight"
    said = en(clock % _NOON or _NOON)
    if minutes:
        said += f" oh {en(minutes)}" if minutes < 10 else f" {en(minutes)}"
    if clock < _NOON:
        return f"{said} in the morning"
    return f"{said} in the {'afternoon' if clock < 18 else 'evening'}"


def _date(before: str, day: str, month: str, year: str = "") -> str:
    said = f"{before or 'the '}{en_ordinal(int(day))} of {month}"
    return f"{said} {en_year(int(year))}" if year else said


def _day(told: re.Match[str]) -> str:
    before, day, month, *year = told.groups()
    if not is_day(day, month) or (not year and told[0] in _FRACTIONS):
        return told[0]
    return _date(before or "", day, _MONTHS[int(month) - 1], *year)


def _iso_day(told: re.Match[str]) -> str:
    year, month, day = told.groups()
    return _date("", day, _MONTHS[int(month) - 1], year) if is_day(day, month) else told[0]


def _named_day(told: re.Match[str]) -> str:
    before, day, month, year = told.groups()
    return _date(before or "", day, month, year or "") if is_day(day, "1") else told[0]


def _month(told: re.Match[str]) -> str:
    month, year = told.groups()
    if not 1 <= int(month) <= len(calendar.month_name) - 1:
        return told[0]
    return f"{_MONTHS[int(month) - 1]} {en_year(int(year))}"


def _document(told: re.Match[str]) -> str:
    before, of, year = told[1] or "", told[2], told[3]
    numbered = before if before.rstrip().lower().endswith("number") else f"{before}number "
    return f"{numbered}{en(int(of))}" + (f" of {en_year(int(year))}" if year else "")


def _article(item: str) -> str:
    first, *rest = pieces(item)
    said = en(int(first))
    for each in rest:
        said += f", clause {en(int(each))}" if each.isdigit() else f", point {each}"
    return said


def _articles(told: re.Match[str]) -> str:
    listed = re.sub(r"\s?[–—-]\s?(?=\d)", " to ", told[2])
    return told[1] + re.sub(ITEM, lambda each: _article(each[0]), listed)


def _range(told: re.Match[str]) -> str:
    return f"{number(told[1])} to {number(told[2])}"


def _hours(told: re.Match[str]) -> str:
    first, last = (re.fullmatch(CLOCK, each) for each in (told[2], told[6]))
    if first is None or last is None:
        return told[0]
    return f"{told[1] or 'from '}{hour(first)} to {hour(last)}"


def _fraction(told: re.Match[str]) -> str:
    return _FRACTIONS.get(f"{told[1]}/{told[2]}") or f"{en(int(told[1]))} over {en(int(told[2]))}"


def _romans(told: re.Match[str]) -> str:
    return told[1] + re.sub(r"\b[IVX]+\b", lambda each: en(roman(each[0])), told[2])


def _among_letters(told: re.Match[str]) -> str:
    before = " " if told.start() and told.string[told.start() - 1].isalpha() else ""
    after = " " if told.string[told.end() : told.end() + 1].isalpha() else ""
    return f"{before}{number(told[0])}{after}"


_LIST = rf"{ITEM}(?:(?:\s?[,;–—-]\s?| and |, and | or ){ITEM})*"
_I = re.IGNORECASE

RULES: tuple[Rule, ...] = (
    rule(PHONE, lambda told: cardinals.digits(told[0], EN_DIGITS)),
    rule(r"(\bthe\s+)?\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?![\d/])", _day, _I),
    rule(r"\b(\d{4})-(\d{2})-(\d{2})\b", _iso_day),
    rule(rf"(\b(?:number|no\.)\s+)?(?<![\d/]){DOCUMENT}(?!\w)", _document, _I),
    rule(
        r"(\b(?:decree|law|code|resolution|circular|decision)\s+)(\d{1,4})/((?:19|20)\d\d)(?![\d/])",
        _document,
        _I,
    ),
    rule(rf"(\b(?:articles?|clauses?|points?|sections?)\s+|\barts?\.\s?)({_LIST})", _articles, _I),
    rule(r"\b\d+\.\d{1,2}\.[a-zđ]\b", lambda told: _article(told[0])),
    rule(rf"(\bfrom\s+)?({CLOCK})\s?(?:–|—|-|to)\s?({CLOCK})", _hours, _I),
    rule(rf"(?<![\d.,]){CLOCK}", hour),
    rule(rf"(\bthe\s+)?\b(\d{{1,2}})\s+({_MONTH})\b(?:,?\s+(\d{{4}})\b)?", _named_day),
    rule(
        rf"\b({_MONTH})\s+(\d{{1,2}})\b(?![.,/:]\d)",
        lambda told: f"{told[1]} the {en_ordinal(int(told[2]))}",
    ),
    rule(r"\b(?<![\d/])(\d{1,2})/((?:19|20)\d\d)(?![\d/])", _month),
    rule(r"(\bthe\s+)?\b(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/%])", _day, _I),
    rule(r"\b(\d{1,6})(?:st|nd|rd|th)\b", lambda told: en_ordinal(int(told[1]))),
    rule(
        rf"(?<![\w.,/])({EMERGENCY})(?![\w/])(?![.,]\d)(?!\s*{_UNITS})",
        lambda told: cardinals.digits(told[1], EN_DIGITS),
    ),
    rule(rf"\b(?:VND|VNĐ)\s?({_NUMBER})", lambda told: f"{number(told[1])} dong"),
    rule(r"(?<=\d)\s?(?:đ|₫|vnd|vnđ)(?!\w)", " dong", _I),
    rule(rf"\$\s?({_NUMBER})", lambda told: f"{number(told[1])} dollars"),
    rule(r"(?<=[\w%])\s?/\s?(?=(?:hour|day|week|month|year|person|shift)\b)", " a "),
    rule(r"\band\s?/\s?or\b", "or", _I),
    rule(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])", " or "),
    rule(rf"({_NUMBER})\s?[–—-]\s?({_NUMBER})", _range),
    rule(r"(?<![\d.,])(\d{1,4})\s?/\s?(\d{1,4})(?![\d.,/])", _fraction),
    rule(
        r"\b(?<![.,])((?:19|20)\d\d)\b(?![.,]\d|\s*(?:dong|%|percent))",
        lambda told: en_year(int(told[1])),
    ),
    rule(
        r"(?<=\d)\s?(" + "|".join(map(re.escape, _MEASURES)) + r")(?![\w^])",
        lambda told: f" {_MEASURES[told[1]]}",
    ),
    # "Region II 4,730,000 dong": without a pause it would be one number.
    rule(r"(\bregion\s+[IVX]+)\s+(?=\d)", lambda told: f"{told[1]}, ", _I),
    rule(r"\b(kg|mg|km|cm|mm|ml)\b", lambda told: _MEASURES[told[1]]),
    rule(
        r"(\b(?:regions?|chapters?|parts?|sections?|annex|categories|category)\s+)"
        r"([IVX]+(?:(?:, and |, | and | or |–|-)[IVX]+)*)\b",
        _romans,
        _I,
    ),
    rule(_NUMBER, _among_letters),
    rule(
        r"(?<!\w)(" + "|".join(sorted(_SHORT, key=len, reverse=True)) + r")(?!\w)",
        lambda told: _SHORT[told[1]],
    ),
    rule(r"[" + re.escape("".join(_SIGNS)) + r"]", lambda told: f" {_SIGNS[told[0]]} "),
)
