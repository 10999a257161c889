"""What the readers of both languages share: rules that turn signs into words, one after another."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from broadcasts.derived import cardinals

Said = Callable[[re.Match[str]], str]
EMERGENCY = r"11[1-5]"
CLOCK = r"([01]?\d|2[0-4])(?:\s?:\s?([0-5]\d)|\s?[hg]([0-5]\d)?)(?![\w:])"
DOCUMENT = r"(\d{1,4})/(?:(\d{4})/)?([A-ZĐ]+\d*(?:-[A-ZĐ][A-ZĐa-z]*\d*)?)"
ITEM = r"\d+(?:\.\d+)*(?:\.[a-zđ])?(?![\w/%])(?![.,:]\d)"
PHONE = (
    r"(?<![\d.,/])(?:\+?84[ .-]?[1-9](?:[ .-]?\d){7,9}|0\d(?:[ .-]?\d){7,9}"
    r"|1[89]00(?:[ .-]?\d){4,6})(?![\d/])"
)
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class Rule:
    """Wherever `pattern` is found, what `said` makes of it stands."""

    pattern: re.Pattern[str]
    said: Said


def rule(pattern: str, said: Said | str, flags: int = 0) -> Rule:
    """A rule of a pattern and a function, or fixed words."""
    if callable(said):
        return Rule(re.compile(pattern, flags), said)
    fixed = said
    return Rule(re.compile(pattern, flags), lambda _: fixed)


def follow(rules: Iterable[Rule], text: str) -> str:
    """`text` after all rules, in their order, tidied: no sign is left that nobody can say."""
    text = _plain(text)
    for each in rules:
        text = each.pattern.sub(each.said, text)
    return _tidied(text)


def roman(numeral: str) -> int:
    """I to XXXIX."""
    values = [_ROMAN[each] for each in numeral]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )


def pieces(item: str) -> list[str]:
    """An article with its clause and point, apart: 35.2.d is 35, 2 and d."""
    return item.split(".")


def is_day(day: str, month: str) -> bool:
    """Whether these are a day and a month."""
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def decimals(after: str, names: tuple[str, ...], whole: Callable[[int], str]) -> str:
    """What stands behind the point: two digits are one number, zeros in front are said."""
    if len(after) == 2 and after[0] != "0":
        return whole(int(after))
    return cardinals.digits(after, names)


def _plain(text: str) -> str:
    """Composed, with the digits that other alphabets, fractions and exponents have as our ten."""
    text = unicodedata.normalize("NFC", text).replace("m²", "m^2").replace("m³", "m^3")
    return "".join(_as_ours(each) for each in text)


def _as_ours(sign: str) -> str:
    if sign.isascii() or not (sign.isnumeric() or sign.isdigit()) or sign.isalpha():
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    if plain.isascii() and plain.isdigit():
        return plain
    if "\u2044" in plain:
        return " " + plain.replace("\u2044", "/")
    number = unicodedata.digit(sign, None)
    return " " if number is None else str(number)


def _tidied(text: str) -> str:
    kept = "".join(each if _can_be_said(each) else " " for each in text)
    kept = re.sub(r"[ \t\u00a0]+", " ", kept)
    kept = re.sub(r" +([,.;:?)])", r"\1", kept)
    kept = re.sub(r"([,;:])(?:\s*[,;])+", r"\1", kept)
    return "\n".join(line.strip() for line in kept.split("\n")).strip()


def _can_be_said(sign: str) -> bool:
    return sign in "\n .,;:?!'’“”\"()-–…" or unicodedata.category(sign)[0] in "LM"
