"""What a calculator found: the result, each step of the sum, the law, and what it does not say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from handlers.calculators import Calculator, interest, leave, minimum, overtime, payslip
from handlers.calculators import leaving_days as notice
from handlers.calculators.asked import FIXED_HOURS, NONE, UNSURE, Answers
from handlers.calculators.rounding import decimal, tenths, whole, written
from handlers.calculators.sources import SOURCES, documents
from handlers.languages import Language
from handlers.laws.changes import same
from handlers.screens import Say, Tone, say
from handlers.turn import Facts
from handlers.worker.step import shown_day

_WHOLE_BAR_PERCENT = 200
"""What is more fills the bar, too: by then the words matter."""


def result(calculator: Calculator, answers: Answers, facts: Facts) -> tuple[Say, ...]:
    """All of it, from top to bottom."""
    found = _RESULTS[calculator](answers, facts)
    return (*_replaced(calculator, facts), *found, *_law(calculator, facts))


def shown_answer(answer: str, reads: str, language: Language) -> Say:
    """A typed answer as it was understood: "5.500.000 đồng", "2,5 giờ"."""
    if reads == "day":
        return say("raw", text=shown_day(date.fromisoformat(answer)))
    if reads == "worked":
        return _worked(int(answer))
    time, _, number = answer.rpartition(":")
    if time:
        return say(f"calculators.wage.{time}", money=_money(int(number), language))
    return say(f"calculators.unit.{reads}", value=_value(Fraction(answer), reads, language))


def _value(value: Fraction, reads: str, language: Language) -> str:
    if reads == "money":
        return written(int(value), language)
    if reads.startswith("percent") and (value * 10).denominator != 1:
        exact = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
        return exact.replace(".", ",") if language is Language.VI else exact
    return decimal(value, language, 2)


def _worked(months: int) -> Say:
    if months < leave.YEAR_MONTHS:
        return say("calculators.unit.months", value=months)
    years, rest = divmod(months, leave.YEAR_MONTHS)
    if not rest:
        return say("calculators.unit.years", value=years)
    return say("calculators.unit.years_months", years=years, months=rest)


def _money(value: Fraction | int, language: Language) -> str:
    return written(whole(value), language)


def _replaced(calculator: Calculator, facts: Facts) -> tuple[Say, ...]:
    """A warning before everything, where an editor told that a law of this sum was replaced."""
    over = frozenset(map(same, facts.replaced))
    gone = [number for number, _ in SOURCES[calculator].articles if same(number) in over]
    if not gone:
        return ()
    return (say("calculators.law_replaced", Tone.NOTE, documents=", ".join(gone)),)


def _law(calculator: Calculator, facts: Facts) -> tuple[Say, ...]:
    source = SOURCES[calculator]
    cited = [
        say("calculators.cited", document=name, articles=articles, day=since)
        if articles
        else say("calculators.cited_whole", document=name, day=since)
        for name, articles, since in documents(source, facts.language)
    ]
    law = reduce(lambda first, then: say("calculators.cited_and", first=first, then=then), cited)
    checked = say("handbook.checked", day=shown_day(source.checked_on))
    is_old = facts.today > source.holds_until and calculator is not Calculator.MINIMUM
    return (
        say("handbook.law", law=law),
        checked,
        *((say("calculators.may_be_old", Tone.NOTE),) if is_old else ()),
    )


def _together(*lines: Say) -> Say:
    """Lines that belong together, one below the other."""
    return reduce(lambda first, then: say("calculators.below", first=first, then=then), lines)


def _minimum(answers: Answers, facts: Facts) -> tuple[Say, ...]:
    chosen = answers[0].removeprefix("region_")
    regions = tuple(minimum.Region) if answers[0] == UNSURE else (minimum.Region(chosen),)
    rows = tuple(
        say(
            "calculators.minimum.row",
            region=each.roman,
            month=_money(minimum.LEAST[each].month, facts.language),
            hour=_money(minimum.LEAST[each].hour, facts.language),
        )
        for each in regions
    )
    old = minimum.ran_out(facts.today)
    head = say(f"calculators.minimum.{'of_last_year' if old else 'title'}", year=minimum.YEAR)
    where = (say("calculators.minimum.where"),) if len(rows) > 1 else ()
    return (head, _together(*rows), *where, say("calculators.minimum.not_below"))


def _interest(answers: Answers, facts: Facts) -> tuple[Say, ...]:
    lang = facts.language
    if answers[0] == "instalments":
        received, each_day, days = (int(Fraction(each)) for each in answers[1:])
        return _instalments(received, each_day, days, lang)
    rate = Fraction(answers[1])
    yearly = {
        "per_day": interest.of_day,
        "percent_month": interest.of_percent_a_month,
        "percent_day": interest.of_percent_a_day,
    }[answers[0]](rate)
    if answers[0] == "per_day":
        year = _money(rate * interest.YEAR_DAYS, lang)
        how = say(
            "calculators.interest.how_per_day",
            day=_money(rate, lang),
            year=year,
            percent=decimal(yearly, lang),
        )
    else:
        how = say(
            f"calculators.interest.how_{answers[0]}",
            rate=_value(rate, answers[0], lang),
            percent=decimal(yearly, lang),
        )
    return (_a_year(yearly, lang), how, *_lines_of_the_law(yearly, lang))


def _instalments(received: int, each_day: int, days: int, lang: Language) -> tuple[Say, ...]:
    cost = interest.cost(received, each_day, days)
    paid = say(
        "calculators.interest.how_paid",
        each=_money(each_day, lang),
        days=days,
        all=_money(each_day * days, lang),
    )
    if cost <= 0:
        return (say("calculators.interest.no_cost"), paid)
    yearly = interest.of_instalments(received, each_day, days)
    average = decimal(interest.of_average(received, each_day, days), lang)
    how_cost = say(
        "calculators.interest.how_cost",
        all=_money(each_day * days, lang),
        received=_money(received, lang),
        cost=_money(cost, lang),
    )
    return (
        _a_year(yearly, lang),
        _together(paid, how_cost),
        say("calculators.interest.how_worth", percent=decimal(yearly, lang)),
        say("calculators.interest.how_average", percent=average),
        *_lines_of_the_law(yearly, lang),
    )


def _a_year(yearly: Fraction, lang: Language) -> Say:
    """The number in words, and a bar with the two lines of the law as its marks."""
    said = say("calculators.interest.a_year", percent=decimal(yearly, lang))
    marks = (interest.CEILING_PERCENT, interest.USURY_PERCENT)
    return replace(said, bar=tuple(_on_the_bar(each) for each in (yearly, *marks)))


def _on_the_bar(percent: Fraction | int) -> int:
    return min(100, whole(Fraction(100 * percent) / _WHOLE_BAR_PERCENT))


def _lines_of_the_law(yearly: Fraction, lang: Language) -> tuple[Say, ...]:
    """The two lines of the law, of which side of each the number lies, and no finding."""
    ceiling = _side(yearly, interest.CEILING_PERCENT)
    usury = _side(yearly, interest.USURY_PERCENT)
    return (
        say(f"calculators.interest.ceiling_{ceiling}"),
        _together(
            say(f"calculators.interest.usury_{usury}"),
            say("calculators.interest.condition", gain=_money(interest.USURY_GAIN, lang)),
        ),
        say("calculators.interest.does_not_say", Tone.NOTE),
    )


def _side(yearly: Fraction, line: int) -> str:
    """On which side of a line of the law; `near` where what is shown of it is the line itself."""
    if tenths(yearly) == line:
        return "near"
    return "above" if yearly > line else "below"


def _overtime(answers: Answers, facts: Facts) -> tuple[Say, ...]:
    lang = facts.language
    time, _, wage = answers[0].partition(":")
    work, worked = overtime.Work(answers[-2]), Fraction(answers[-1])
    hourly = Fraction(wage)
    hour: tuple[Say, ...] = ()
    if time != "hour":
        normal = Fraction(FIXED_HOURS.get(answers[1], answers[1]))
        hourly /= normal
        hour = (
            say(
                "calculators.overtime.how_hour",
                wage=_money(Fraction(wage), lang),
                hours=decimal(normal, lang, 2),
                hourly=_money(hourly, lang),
            ),
        )
    pay, percent = overtime.pay(hourly, worked, work), overtime.percent(work)
    how = say(
        "calculators.overtime.how_pay",
        hours=decimal(worked, lang, 2),
        hourly=_money(hourly, lang),
        percent=decimal(percent, lang),
        pay=_money(pay, lang),
    )
    is_holiday = work in (overtime.Work.HOLIDAY, overtime.Work.HOLIDAY_NIGHT)
    return (
        say("calculators.overtime.pay", pay=_money(pay, lang)),
        _together(*hour, how),
        *((say("calculators.overtime.holiday"),) if is_holiday else ()),
        say("calculators.overtime.least", Tone.NOTE),
    )


def _payslip(answers: Answers, facts: Facts) -> tuple[Say, ...]:
    lang = facts.language
    wage = int(answers[0])
    found = payslip.shares(wage)
    return (
        say("calculators.payslip.worker", all=_money(found.worker, lang)),
        say(
            "calculators.payslip.how",
            social=_money(found.social, lang),
            health=_money(found.health, lang),
            jobless=_money(found.jobless, lang),
        ),
        say("calculators.payslip.employer", employer=_money(found.employer, lang)),
        *_compared(wage, answers[1], lang),
        *_damage(answers, lang),
        say("calculators.payslip.does_not_say", Tone.NOTE),
    )


def _compared(wage: int, taken: str, lang: Language) -> tuple[Say, ...]:
    if taken == UNSURE:
        return (say("calculators.payslip.see_slip"),)
    more = payslip.difference(wage, int(taken))
    if not more:
        return (say("calculators.payslip.same"),)
    key = "more" if more > 0 else "less"
    return (say(f"calculators.payslip.{key}", difference=_money(abs(more), lang)),)


def _damage(answers: Answers, lang: Language) -> tuple[Say, ...]:
    if answers[2] == NONE:
        return (say("calculators.payslip.no_fines"),)
    taken, most = int(answers[2]), payslip.most_for_damage(int(answers[3]))
    key = "within" if taken <= most else "above"
    return (
        say("calculators.payslip.most", net=_money(int(answers[3]), lang), most=_money(most, lang)),
        say(f"calculators.payslip.damage_{key}", taken=_money(taken, lang)),
        say("calculators.payslip.no_fines"),
    )


def _notice(answers: Answers, facts: Facts) -> tuple[Say, ...]:
    who, contract = answers[:2]
    protected = say(f"calculators.notice.{'without' if who == 'worker' else 'not_now'}")
    if contract == UNSURE:
        return (say("calculators.notice.every"), say("calculators.notice.which"), protected)
    kind = notice.Contract(contract)
    needed = say(f"calculators.notice.{kind}")
    if answers[2] == UNSURE:
        first = notice.earliest(facts.today, notice.NOTICE[kind])
        today = say("calculators.notice.if_today", day=shown_day(first))
        return (needed, today, *_working(kind), protected)
    last = date.fromisoformat(answers[2])
    return (needed, *_dates(last, kind, facts.today), *_working(kind), protected)


def _dates(last: date, kind: notice.Contract, today: date) -> tuple[Say, ...]:
    told = notice.latest(last, notice.NOTICE[kind])
    if last < today:
        return (say("calculators.notice.past", last=shown_day(last)),)
    key = "tell_by" if told >= today else "too_late"
    by = say(f"calculators.notice.{key}", last=shown_day(last), told=shown_day(told))
    if told >= today:
        return (by,)
    first = notice.earliest(today, notice.NOTICE[kind])
    return (by, say("calculators.notice.if_today", day=shown_day(first)))


def _working(kind: notice.Contract) -> tuple[Say, ...]:
    return (say(f"calculators.notice.{'working' if notice.NOTICE[kind].working else 'calendar'}"),)


def _leave(answers: Answers, facts: Facts) -> tuple[Say, ...]:
    lang = facts.language
    job, months = leave.Job(answers[0]), int(answers[1])
    days = leave.annual(job, months)
    base = leave.DAYS[job]
    shown = decimal(days, lang)
    if months < leave.YEAR_MONTHS:
        found = say("calculators.leave.so_far", months=months, days=shown)
        how = say("calculators.leave.how_part", base=base, months=months, days=shown)
    else:
        years = months // leave.YEAR_MONTHS
        found = say("calculators.leave.days", days=shown)
        how = say("calculators.leave.how_years", base=base, years=years, extra=int(days) - base)
    return (
        found,
        how,
        *_left(days, answers[2], lang),
        say("calculators.leave.paid_out"),
    )


def _left(days: Fraction, taken: str, lang: Language) -> tuple[Say, ...]:
    if taken == UNSURE:
        return ()
    left = days - Fraction(taken)
    if left < 0:
        return (say("calculators.leave.over", taken=decimal(Fraction(taken), lang)),)
    taken_days, left_days = decimal(Fraction(taken), lang), decimal(left, lang)
    return (say("calculators.leave.left", taken=taken_days, left=left_days),)


def _family(answers: Answers, _: Facts) -> tuple[Say, ...]:
    if answers[0] == "father":
        birth = leave.Birth(answers[1])
        return (
            say("calculators.family.father", days=leave.FATHER_DAYS[birth]),
            say(f"calculators.family.{birth}"),
            say("calculators.family.within", days=leave.FATHER_WITHIN_DAYS),
        )
    second = answers[1] == "child_second"
    children = int(answers[2].removeprefix("children_"))
    months = leave.mother(second_child=second, children=children)
    more = (say("calculators.family.more", count=children - 1),) if children > 1 else ()
    return (
        say("calculators.family.mother", months=months),
        say(f"calculators.family.{'seven' if second else 'six'}"),
        *more,
        say("calculators.family.before"),
    )


_RESULTS: dict[Calculator, Callable[[Answers, Facts], tuple[Say, ...]]] = {
    Calculator.MINIMUM: _minimum,
    Calculator.INTEREST: _interest,
    Calculator.OVERTIME: _overtime,
    Calculator.PAYSLIP: _payslip,
    Calculator.NOTICE: _notice,
    Calculator.LEAVE: _leave,
    Calculator.FAMILY: _family,
}
