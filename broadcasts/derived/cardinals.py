"""Whole numbers in words, as they are read out in Vietnamese and in English."""

from collections.abc import Mapping

VI_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_VI_GROUPS = ("", "nghìn", "triệu")
_BILLION = 10**9
_EN_TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
)
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_EN_GROUPS = ("", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion")
_EN_FIRST: Mapping[str, str] = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def vi(number: int) -> str:
    """`number` (0 or more) as it is read in the North and on the radio: một trăm linh năm, hai mươi
    mốt, một nghìn không trăm linh năm; an empty group is passed over.
    """
    if number < _BILLION:
        return _vi_below_a_billion(number, after=False) if number else VI_DIGITS[0]
    above, below = divmod(number, _BILLION)
    said = f"{vi(above)} tỷ"
    return f"{said} {_vi_below_a_billion(below, after=True)}" if below else said


def en(number: int) -> str:
    """`number` (0 or more) as the British read it: one thousand and five, five million three
    hundred and ten thousand. Above 10^21 digit by digit.
    """
    if number >= 1000 ** len(_EN_GROUPS):
        return digits(str(number), EN_DIGITS)
    if not number:
        return EN_DIGITS[0]
    said: list[str] = []
    for group, name in _groups(number, _EN_GROUPS):
        words = _en_below_a_thousand(group)
        # "One thousand and five": the last group is joined where it has no hundreds.
        joined = "and " if said and not name and group < 100 else ""
        said.append(f"{joined}{words} {name}".strip())
    return " ".join(said)


def en_ordinal(number: int) -> str:
    """First, twenty-fourth, one hundred and third."""
    said = en(number)
    at = max(said.rfind(" "), said.rfind("-")) + 1
    last = said[at:]
    if last in _EN_FIRST:
        return said[:at] + _EN_FIRST[last]
    return said[:at] + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def en_year(year: int) -> str:
    """Nineteen ninety-nine, two thousand and five, twenty twenty-six."""
    century, rest = divmod(year, 100)
    if not 10 < century < 100 or (century == 20 and rest < 10):
        return en(year)
    if rest == 0:
        return f"{en(century)} hundred"
    return f"{en(century)} {f'oh {EN_DIGITS[rest]}' if rest < 10 else en(rest)}"


def digits(number: str, names: tuple[str, ...]) -> str:
    """Each digit by its name: một một ba. What is no digit is a pause."""
    pieces = "".join(each if each.isdigit() else " " for each in number).split()
    return ", ".join(" ".join(names[int(each)] for each in piece) for piece in pieces)


def _vi_below_a_billion(number: int, *, after: bool) -> str:
    """`after`: something was said before, so that empty hundreds are said."""
    said: list[str] = []
    for group, name in _groups(number, _VI_GROUPS):
        words = _vi_below_a_thousand(group, after=after or bool(said))
        said.append(f"{words} {name}".strip())
    return " ".join(said)


def _vi_below_a_thousand(number: int, *, after: bool) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds and not after:
        return _vi_below_a_hundred(rest)
    said = f"{VI_DIGITS[hundreds]} trăm"
    if not rest:
        return said
    return f"{said} linh {VI_DIGITS[rest]}" if rest < 10 else f"{said} {_vi_below_a_hundred(rest)}"


def _vi_below_a_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return VI_DIGITS[ones]
    said = "mười" if tens == 1 else f"{VI_DIGITS[tens]} mươi"
    if not ones:
        return said
    if ones == 5:
        return f"{said} lăm"
    return f"{said} {'mốt' if ones == 1 and tens > 1 else VI_DIGITS[ones]}"


def _en_below_a_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    said = f"{EN_DIGITS[hundreds]} hundred" if hundreds else ""
    return " and ".join(each for each in (said, _en_below_a_hundred(rest)) if each)


def _en_below_a_hundred(number: int) -> str:
    if number < 10:
        return EN_DIGITS[number] if number else ""
    if number < 20:
        return _EN_TEENS[number - 10]
    tens, ones = divmod(number, 10)
    return _EN_TENS[tens - 2] + (f"-{EN_DIGITS[ones]}" if ones else "")


def _groups(number: int, names: tuple[str, ...]) -> list[tuple[int, str]]:
    """The groups of three digits that are not empty, the highest first, with their names."""
    found = []
    for name in names:
        number, group = divmod(number, 1000)
        if group:
            found.append((group, name))
    return found[::-1]
