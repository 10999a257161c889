"""What the law's own rates come to: the sums behind the numbers of the library, nothing else.

Rates stand here as the law has them, with their article; whatever follows from them is computed.
Percent are percent of what the function names; money is in dong.
"""

from decimal import ROUND_HALF_UP, Decimal

MILLION = Decimal(1_000_000)
DAYS_A_YEAR = 365
CIVIL_CEILING = Decimal(20)
"""Percent a year between people: Civil Code, art. 468."""
USURY_TIMES = 5
"""Penal Code, art. 201: how many times the ceiling."""

PAID_HOLIDAYS = {"new_year": 1, "tet": 5, "hung_kings": 1, "30/4": 1, "1/5": 1, "national_day": 2}
"""Labour Code, art. 112."""
CULTURE_DAY = 1
"""Resolution 28/2026/QH16."""

OVERTIME = {"weekday": Decimal(150), "rest_day": Decimal(200), "holiday": Decimal(300)}
NIGHT, NIGHT_OVERTIME = Decimal(30), Decimal(20)
"""Labour Code, art. 98: percent of a normal hour's pay."""

BENEFIT_TIMES = 5
"""Employment Law, art. 39: how many times the regional minimum wage."""
MINIMUM_MONTH = {
    "I": Decimal(5_310_000),
    "II": Decimal(4_730_000),
    "III": Decimal(4_140_000),
    "IV": Decimal(3_700_000),
}
"""Decree 293/2025/NĐ-CP, art. 3."""

RETIREMENT = {"men": (60 * 12 + 3, 3, 62 * 12), "women": (55 * 12 + 4, 4, 60 * 12)}
"""Labour Code, art. 169: the age in 2021, what each year adds, where it ends; in months."""
RETIREMENT_SINCE = 2021

REFERENCE_LEVEL = Decimal(2_530_000)
BIRTH_TIMES = 2
"""Social Insurance Law, art. 58."""
INJURY_FROM_11_PERCENT = (Decimal("1.5"), Decimal("0.4"), Decimal(30))
"""OSH Law, art. 38: months for up to 10 %, for each % more, and from 81 % on."""


def percent_a_year(dong_a_day: int) -> Decimal:
    """What `dong_a_day` for each million borrowed is in percent a year."""
    return dong_a_day * DAYS_A_YEAR * 100 / MILLION


def percent_of_months(percent_a_month: int) -> Decimal:
    """Percent a year of a rate that is told by the month."""
    return Decimal(percent_a_month * 12)


def dong_a_day(percent: Decimal) -> Decimal:
    """What each million costs a day at `percent` a year, in whole dong."""
    return (MILLION * percent / 100 / DAYS_A_YEAR).quantize(Decimal(1), ROUND_HALF_UP)


def usury_line() -> Decimal:
    """Percent a year from which lending can be a crime."""
    return CIVIL_CEILING * USURY_TIMES


def paid_holidays() -> Decimal:
    """How many paid public holidays a year has."""
    return Decimal(sum(PAID_HOLIDAYS.values()) + CULTURE_DAY)


def night_overtime(day: str, *, after_daytime: bool = False) -> Decimal:
    """Percent of a normal hour for overtime at night (Decree 145/2020/NĐ-CP, art. 57): the rate of
    the day, the supplement of the night, and a fifth of what the daytime of that day pays; on a
    weekday that is the normal hour, or the overtime rate where the daytime had overtime, too.
    """
    daytime = OVERTIME[day] if after_daytime or day != "weekday" else Decimal(100)
    return OVERTIME[day] + NIGHT + daytime * NIGHT_OVERTIME / 100


def benefit_ceiling(region: str) -> Decimal:
    """The most unemployment benefit a month."""
    return BENEFIT_TIMES * MINIMUM_MONTH[region]


def retirement_age(who: str, year: int) -> tuple[int, int]:
    """Years and months of the age at which `who` may retire in `year`."""
    first, step, last = RETIREMENT[who]
    return divmod(min(first + step * (year - RETIREMENT_SINCE), last), 12)


def retirement_settled(who: str) -> int:
    """The first year in which the age of `who` rises no more."""
    year = RETIREMENT_SINCE
    while retirement_age(who, year) != retirement_age(who, year + 1):
        year += 1
    return year


def pension_of_men(years: int) -> Decimal:
    """Percent of the average insured wage (art. 66): 45 at 20 years, 1 less for each year below."""
    return Decimal(45 - (20 - years))


def doubled(individual: Decimal) -> Decimal:
    """What an organisation pays for what costs an individual so much."""
    return 2 * individual


def birth_allowance(children: int) -> Decimal:
    """The one-off allowance."""
    return BIRTH_TIMES * REFERENCE_LEVEL * children


def injury_months(percent: int) -> Decimal:
    """Months of wages for a loss of `percent` of working capacity, at least."""
    first, more, most = INJURY_FROM_11_PERCENT
    return most if percent >= 81 else first + more * max(0, percent - 10)
