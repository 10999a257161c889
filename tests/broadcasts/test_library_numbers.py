"""Every number of the library is computed from the law's own rates, or its article is known."""

import re
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts import library
from broadcasts.library import Text
from handlers.languages import Language
from handlers.laws import articles_in
from tests.broadcasts import law_rates as law
from tests.broadcasts.library_numbers import COMPUTED, EMERGENCY, EXAMPLE, PRESS, QUOTED

UNITS = r"%| triệu| tỷ| đồng| ngày| tháng| năm| giờ| phút| tuổi| lần| điểm| mg| ml| gam"
VIETNAMESE = re.compile(
    rf"\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?|\d+(?:\.\d{{3}})*(?:,\d+)?(?:(?:{UNITS})(?!\w))?"
)
PLAIN = {
    Language.VI: re.compile(r"(\d+(?:\.\d{3})*(?:,\d+)?)(%| triệu| tỷ)?"),
    Language.EN: re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)(%| million| billion)?"),
}
SCALES = {"": 1, "%": 1, " triệu": 10**6, " million": 10**6, " tỷ": 10**9, " billion": 10**9}
TEXTS = list(library.texts().values())
every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.id)


def told(text: Text, language: Language) -> str:
    said = text.content.wording(language)
    return f"{said.title} {said.body} {said.action}"


def tokens(text: Text) -> set[str]:
    """The numbers of the Vietnamese text with their units, without days of effect and 113."""
    found = set(VIETNAMESE.findall(told(text, Language.VI)))
    days = {each.effective_from for each in text.content.citations if each.effective_from}
    return found - {f"{day:%d/%m/%Y}" for day in days} - EMERGENCY


def value(token: str) -> Decimal:
    number = re.match(r"[\d.,]+", token)
    assert number is not None
    return Decimal(number.group().replace(".", "").replace(",", "."))


def amounts(words: str, language: Language) -> Counter[tuple[Decimal, bool]]:
    """What the numbers are worth, and whether they are percent: 1,5 triệu is 1.5 million."""
    found: Counter[tuple[Decimal, bool]] = Counter()
    for number, unit in PLAIN[language].findall(words):
        plain = number.replace(".", "") if language is Language.VI else number.replace(",", "")
        found[Decimal(plain.replace(",", ".")) * SCALES[unit], unit == "%"] += 1
    return found


def registered(text: Text) -> set[str]:
    quoted = {token for each in QUOTED.get(text.id, {}).values() for token in each}
    return quoted | set(COMPUTED.get(text.id, {}))


@every_text
def test_every_number_is_computed_or_quoted_and_nothing_else_is_registered(text: Text) -> None:
    assert tokens(text) == registered(text)


@every_text
def test_every_number_that_can_be_computed_is_what_the_rates_come_to(text: Text) -> None:
    told_and_computed = {
        token: (value(token), computed) for token, computed in COMPUTED.get(text.id, {}).items()
    }
    assert {k: (a, b) for k, (a, b) in told_and_computed.items() if a != b} == {}


@every_text
def test_a_quoted_number_stands_in_an_article_that_the_text_cites(text: Text) -> None:
    cited = {
        str(article) for each in text.content.citations for article in articles_in(each.article)
    }
    assert set(QUOTED.get(text.id, {})) - cited <= {EXAMPLE, PRESS}


@every_text
def test_both_languages_tell_the_same_amounts(text: Text) -> None:
    vi, en = (amounts(told(text, each), each) for each in (Language.VI, Language.EN))
    assert vi == en


def test_nothing_is_registered_for_a_text_that_is_not_there() -> None:
    assert (set(QUOTED) | set(COMPUTED)) <= set(library.texts())


def test_the_worked_examples_of_the_law_come_out() -> None:
    nights = [law.night_overtime(day) for day in ("weekday", "rest_day", "holiday")]
    assert nights == [200, 270, 390]
    assert law.night_overtime("weekday", after_daytime=True) == 210
    assert law.dong_a_day(Decimal(100)) == 2740
    assert law.percent_a_year(3000) == Decimal("109.5")
    assert law.benefit_ceiling("I") == 26_550_000
    assert law.retirement_age("men", 2026) == (61, 6)
    assert law.retirement_age("women", 2027) == (57, 4)


@given(st.integers(2021, 2100), st.sampled_from(["men", "women"]))
def test_the_age_of_retirement_never_falls_and_ends(year: int, who: str) -> None:
    age = law.retirement_age(who, year)
    assert age <= law.retirement_age(who, year + 1) <= law.retirement_age(who, 3000)
    assert law.retirement_age("men", 3000) == (62, 0)
    assert law.retirement_age("women", 3000) == (60, 0)


@given(st.integers(5, 99))
def test_a_greater_loss_never_brings_less(percent: int) -> None:
    assert law.injury_months(percent) <= law.injury_months(percent + 1)


@given(st.integers(1, 100_000))
def test_a_rate_by_the_day_and_its_year_lead_back_to_each_other(dong: int) -> None:
    assert law.dong_a_day(law.percent_a_year(dong)) == dong


def test_a_number_that_nobody_accounts_for_is_seen() -> None:
    said = "Phạt 7 triệu đồng trong 3 ngày làm việc, từ 01/07/2026."
    assert VIETNAMESE.findall(said) == ["7 triệu", "3 ngày", "01/07/2026"]
    assert amounts("1,5 triệu", Language.VI) == amounts("1.5 million", Language.EN)
    assert amounts("1.500 đồng", Language.VI) != amounts("1.5 dong", Language.EN)
