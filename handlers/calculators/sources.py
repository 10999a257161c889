"""Which articles each calculator rests on, when they were checked, and until when that holds."""

from dataclasses import dataclass
from datetime import date

from handlers import laws
from handlers.calculators import Calculator, minimum
from handlers.languages import Language

CHECKED_ON = date(2026, 11, 21)
_A_YEAR_ON = date(2027, 11, 21)


@dataclass(frozen=True, slots=True)
class Source:
    """`articles` are pairs of a document's number and the articles in it. After `holds_until` a
    result says that the law may have changed.
    """

    articles: tuple[tuple[str, str], ...]
    holds_until: date = _A_YEAR_ON
    checked_on: date = CHECKED_ON


_LABOUR = "45/2019/QH14"
_SOCIAL = "41/2024/QH15"
_POPULATION = "113/2025/QH15"

SOURCES = {
    Calculator.MINIMUM: Source(
        (("293/2025/NĐ-CP", "3"), (_LABOUR, "90")), holds_until=minimum.LAST_DAY
    ),
    Calculator.INTEREST: Source((("91/2015/QH13", "468"), ("100/2015/QH13", "201"))),
    Calculator.OVERTIME: Source(((_LABOUR, "98"), ("145/2020/NĐ-CP", "57"))),
    Calculator.PAYSLIP: Source(((_SOCIAL, "33, 34"), (_LABOUR, "102, 127"))),
    Calculator.NOTICE: Source(((_LABOUR, "35, 36, 37"),)),
    Calculator.LEAVE: Source(((_LABOUR, "113, 114"),)),
    Calculator.FAMILY: Source(((_LABOUR, "139"), (_SOCIAL, "53"), (_POPULATION, ""))),
}


def documents(source: Source, language: Language) -> tuple[tuple[str, str, str], ...]:
    """For each document its name with its number, the articles (perhaps empty), and since when."""
    every = laws.load()
    return tuple(
        (f"{every[number].name(language)} {number}", articles, f"{every[number].since:%d/%m/%Y}")
        for number, articles in source.articles
    )
