"""The sums are the law's own, worked out a second time here in other ways."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import laws
from handlers.calculators import Calculator, interest, leave, minimum, overtime, payslip
from handlers.calculators.leave import Birth, Job
from handlers.calculators.leaving_days import NOTICE, Contract, Notice, earliest, is_working, latest
from handlers.calculators.overtime import Work
from handlers.calculators.rounding import decimal, tenths, whole, written
from handlers.calculators.sources import SOURCES
from handlers.languages import Language
from tests.world import handbooks

MONEY = st.integers(1, 10**10)
DAYS = st.integers(1, 400)


@pytest.mark.parametrize(
    ("each_million", "shown"), [(548, "20"), (2_740, "100"), (3_000, "109,5"), (5_000, "182,5")]
)
def test_dong_a_day_for_a_million_is_the_percent_of_the_bulletins(
    each_million: int, shown: str
) -> None:
    assert decimal(interest.of_day(each_million), Language.VI) == shown


def test_ten_percent_a_month_is_120_a_year_and_one_a_day_365() -> None:
    assert interest.of_percent_a_month(10) == 120
    assert interest.of_percent_a_day(1) == 365


def test_usury_is_five_times_the_ceiling_of_the_civil_code() -> None:
    assert (interest.CEILING_PERCENT, interest.USURY_PERCENT) == (20, 100)


@given(MONEY, MONEY, st.integers(1, 60))
def test_the_rate_of_instalments_makes_the_payments_worth_what_was_received(
    received: int, each_day: int, days: int
) -> None:
    yearly = interest.of_instalments(received, each_day, days)
    if each_day * days <= received:
        assert yearly == 0
        return
    a_day = 1 + Fraction(whole(yearly / 36500 * 10**30), 10**30)
    worth, later = Fraction(0), Fraction(1)
    for _ in range(days):
        later /= a_day
        worth += each_day * later
    assert abs(worth - received) < Fraction(received, 10**9)


@given(MONEY, DAYS, st.integers(1, 10**6), st.integers(1, 10**6))
def test_who_pays_more_a_day_pays_a_higher_rate(
    received: int, days: int, first: int, more: int
) -> None:
    lower = interest.of_instalments(received, first, days)
    assert interest.of_instalments(received, first + more, days) >= lower


@given(st.integers(1, 10**8), st.integers(1, 10**8))
def test_a_loan_that_is_paid_back_in_one_sum_costs_its_plain_interest(
    received: int, extra: int
) -> None:
    yearly = interest.of_instalments(received, received + extra, 1)
    assert tenths(yearly) == tenths(Fraction(extra * 365 * 100, received))
    assert interest.of_average(received, received + extra, 1) == Fraction(extra * 36500, received)


def test_eight_million_paid_back_as_forty_times_250_thousand() -> None:
    """The worked example of docs/decisions/0052."""
    yearly = interest.of_instalments(8_000_000, 250_000, 40)
    assert decimal(yearly, Language.VI) == "414,8"
    by_hand = interest.of_average(8_000_000, 250_000, 40)
    assert by_hand == Fraction(2_000_000) / (Fraction(8_000_000 * 41, 80) * 40) * 36500
    assert decimal(by_hand, Language.VI) == "445,1"


PERCENT_OF_THE_DECREE = {
    Work.WEEKDAY: 150,
    Work.WEEKDAY_NIGHT: 200,
    Work.WEEKDAY_NIGHT_AFTER: 210,
    Work.REST: 200,
    Work.REST_NIGHT: 270,
    Work.HOLIDAY: 300,
    Work.HOLIDAY_NIGHT: 390,
    Work.NIGHT: 130,
}


def test_overtime_is_paid_as_the_decree_works_it_out() -> None:
    assert {work: overtime.percent(work) for work in Work} == PERCENT_OF_THE_DECREE


@given(st.integers(1, 10**7), st.fractions(0, 744, max_denominator=60), st.sampled_from(Work))
def test_overtime_is_hours_times_wage_times_percent(
    hourly: int, hours: Fraction, work: Work
) -> None:
    assert overtime.pay(hourly, hours, work) * 100 == hourly * hours * PERCENT_OF_THE_DECREE[work]
    assert overtime.pay(hourly, hours, work) >= hourly * hours * Fraction(13, 10)


@given(st.integers(1, 10**9))
def test_the_shares_of_a_pay_slip_are_ten_and_a_half_percent(wage: int) -> None:
    found = payslip.shares(wage)
    assert abs(found.worker - Fraction(105 * wage, 1000)) <= Fraction(3, 2)
    assert abs(found.employer - Fraction(17 * wage, 100)) <= Fraction(1, 2)
    assert payslip.difference(wage, found.worker) == 0
    assert payslip.difference(wage, found.worker + 1_001) == 1_001
    assert payslip.difference(wage, found.worker - 1_001) == -1_001


@given(st.integers(0, 10**9))
def test_for_damage_never_more_than_thirty_percent_is_taken(net: int) -> None:
    assert payslip.most_for_damage(net) * 10 <= net * 3 < (payslip.most_for_damage(net) + 1) * 10


def test_the_minimum_wages_are_those_of_the_decree_and_run_out_with_the_year() -> None:
    found = [(each.month, each.hour) for each in minimum.LEAST.values()]
    assert found == [(5310000, 25500), (4730000, 22700), (4140000, 20000), (3700000, 17800)]
    assert all(a > b for a, b in pairwise(found))
    assert not minimum.ran_out(date(2026, 12, 31))
    assert minimum.ran_out(date(2027, 1, 1))


@given(st.dates(date(2026, 1, 1), date(2029, 12, 31)), st.sampled_from(Contract))
def test_the_latest_day_for_notice_leaves_just_enough_days(day: date, contract: Contract) -> None:
    notice = NOTICE[contract]
    assert _between(latest(day, notice), day, notice) == notice.days
    assert earliest(latest(day, notice), notice) <= day
    assert _between(day, earliest(day, notice), notice) == notice.days
    assert latest(earliest(day, notice), notice) >= day


def _between(told: date, last: date, notice: Notice) -> int:
    days = (told + timedelta(days=ahead) for ahead in range(1, (last - told).days + 1))
    return sum(1 for each in days if not notice.working or is_working(each))


def test_notice_is_45_30_or_3_working_days() -> None:
    assert latest(date(2026, 12, 31), NOTICE[Contract.INDEFINITE]) == date(2026, 11, 16)
    assert latest(date(2026, 12, 31), NOTICE[Contract.FIXED]) == date(2026, 12, 1)
    # Thursday: Thursday, Wednesday and Tuesday are the three.
    assert latest(date(2026, 12, 31), NOTICE[Contract.SHORT]) == date(2026, 12, 28)
    # Wednesday the 25th; Tuesday is a holiday and Sunday a day of rest.
    assert latest(date(2026, 11, 25), NOTICE[Contract.SHORT]) == date(2026, 11, 20)


@given(st.sampled_from(Job), st.integers(0, 700))
def test_leave_only_grows_with_the_months(job: Job, months: int) -> None:
    days = leave.annual(job, months)
    assert days <= leave.annual(job, months + 1)
    if months < 12:
        assert days * 12 == {"normal": 12, "heavy": 14, "special": 16}[job] * months
    else:
        assert days - {"normal": 12, "heavy": 14, "special": 16}[job] == months // 60


def test_leave_at_a_birth_is_that_of_the_bulletins() -> None:
    assert leave.mother(second_child=False, children=1) == 6
    assert leave.mother(second_child=True, children=1) == 7
    assert leave.mother(second_child=False, children=3) == 8
    assert [leave.FATHER_DAYS[each] for each in Birth] == [5, 7, 10, 14, 10]


@given(st.fractions(0, 10**12, max_denominator=1000))
def test_rounding_is_half_up_and_never_drifts(value: Fraction) -> None:
    assert -Fraction(1, 2) <= value - whole(value) < Fraction(1, 2)
    assert abs(tenths(value) - value) <= Fraction(1, 20)


def test_numbers_are_written_as_each_language_does() -> None:
    assert written(5_310_000, Language.VI) == "5.310.000"
    assert written(5_310_000, Language.EN) == "5,310,000"
    assert decimal(Fraction(219, 2), Language.VI) == "109,5"
    assert decimal(Fraction(36500, 1), Language.EN) == "36,500"


@pytest.mark.parametrize("calculator", Calculator)
def test_every_calculator_rests_on_articles_that_exist(calculator: Calculator) -> None:
    source = SOURCES[calculator]
    assert source.articles
    for number, articles in source.articles:
        assert laws.load()[number].has_articles(articles)
    assert source.checked_on < source.holds_until


def test_every_calculator_has_its_article_in_the_handbook() -> None:
    from handlers.worker.calculating import ARTICLES  # noqa: PLC0415 - the talk's own table

    book = handbooks()[Language.VI]
    for name in ARTICLES.values():
        assert book.article(name.removeprefix("a_")) is not None, name
    assert set(ARTICLES) == {*Calculator, "father"}
