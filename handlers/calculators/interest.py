"""What a loan costs in percent a year, beside the two lines that the law draws.

A year has 365 days and twelve months, and interest is not compounded: so the law's ceilings are
worked out by hand, too (2,740 đồng a day for each million are 100 % a year).
"""

from decimal import Decimal, localcontext
from fractions import Fraction

CEILING_PERCENT = 20
"""Between people at most so much a year. Civil Code 91/2015/QH13, art. 468."""
USURY_PERCENT = 5 * CEILING_PERCENT
"""From here on, with a further condition, the Penal Code speaks. 100/2015/QH13, art. 201."""
USURY_GAIN = 30_000_000
"""That condition: so many đồng of unlawful gain, or an earlier fine or conviction. Art. 201."""

YEAR_DAYS = 365
YEAR_MONTHS = 12
MILLION = 1_000_000
_ROUNDS = 160
_DIGITS = 60


def of_day(dong_per_million: Fraction | int) -> Fraction:
    """Percent a year where each million borrowed costs so many đồng a day."""
    return Fraction(dong_per_million) * 100 * YEAR_DAYS / MILLION


def of_percent_a_day(percent: Fraction | int) -> Fraction:
    """Percent a year of so many percent a day."""
    return Fraction(percent) * YEAR_DAYS


def of_percent_a_month(percent: Fraction | int) -> Fraction:
    """Percent a year of so many percent a month."""
    return Fraction(percent) * YEAR_MONTHS


def cost(received: int, each_day: int, days: int) -> int:
    """What is paid back beyond what was received; 0 or less where nothing is."""
    return each_day * days - received


def of_average(received: int, each_day: int, days: int) -> Fraction:
    """Percent a year of the cost on the money that is in hand on average, which anybody can work
    out: it falls by equal steps from all that was received, so on average `(days + 1) / 2 days` of
    it are still owed.
    """
    average = Fraction(received * (days + 1), 2 * days)
    return Fraction(cost(received, each_day, days)) / (average * days) * 100 * YEAR_DAYS


def of_instalments(received: int, each_day: int, days: int) -> Fraction:
    """Percent a year at which the daily payments are worth what was received (the internal rate of
    return of a day, times 365); 0 where not more is paid back than that.

    Found by halving: the worth of the payments only falls as the rate rises. It lies below
    `each_day / received`, at which payments that never end would be worth as much.
    """
    if cost(received, each_day, days) <= 0:
        return Fraction(0)
    with localcontext() as context:
        context.prec = _DIGITS
        low, high = Decimal(0), Decimal(each_day) / Decimal(received)
        for _ in range(_ROUNDS):
            middle = (low + high) / 2
            if _worth(each_day, days, middle) > received:
                low = middle
            else:
                high = middle
        return Fraction(high) * 100 * YEAR_DAYS


def _worth(each_day: int, days: int, rate: Decimal) -> Decimal:
    return each_day * (1 - (1 + rate) ** -days) / rate
