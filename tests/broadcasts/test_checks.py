"""What keeps a bulletin from being scheduled is found, and told in both languages."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from broadcasts import checks, library
from broadcasts.checks import WARNINGS, Checked, Finding, Problem
from broadcasts.wording import MOST_UNITS, length_of
from handlers.bulletins import Citation, Content, OnHoliday, Plan, Repeat, Urgency, Wording
from handlers.languages import Language
from handlers.laws.changes import Change, known
from storage import released_texts
from storage.database import Database
from storage.released_texts import Release
from tests.planning_world import (
    CONTENT,
    GAZETTEER,
    NOW,
    OTHER,
    PROVINCE,
    ZONE,
    at,
    local,
    subscribe,
    wants,
    who,
)
from tests.world import texts


def problems(findings: Iterable[Finding]) -> list[Problem]:
    return [finding.problem for finding in findings]


def law(content: Content) -> list[Problem]:
    return problems(checks.of_law(content, NOW, ZONE))


def plan(content: Content) -> list[Problem]:
    return problems(checks.of_plan(content, NOW, ZONE))


def words(content: Content) -> list[Problem]:
    return problems(checks.of_wording(content, "Liên đoàn"))


def test_a_bulletin_in_order_has_nothing_wrong() -> None:
    fine = at(local("2026-11-25 12:00"))
    assert law(fine) == plan(fine) == words(fine) == []


def test_a_legal_bulletin_says_what_it_rests_on_when_checked_and_until_when() -> None:
    bare = replace(CONTENT, citations=(), checked_on=None, expires_on=None)
    wrong = [Problem.NO_CITATION, Problem.NOT_CHECKED, Problem.NO_EXPIRY]
    assert law(bare) == wrong
    assert law(replace(CONTENT, citations=(Citation(" "),))) == [Problem.NO_CITATION]
    assert law(replace(bare, legal=False)) == []


def test_nothing_is_sent_after_its_last_day() -> None:
    last = NOW.astimezone(ZONE).date()
    assert law(replace(CONTENT, expires_on=last)) == []
    assert law(replace(CONTENT, expires_on=last - timedelta(days=1))) == [Problem.EXPIRED]
    soon = replace(at(local("2026-11-25 12:00")), expires_on=date(2026, 11, 24))
    assert plan(soon) == [Problem.EXPIRES_FIRST]
    assert plan(replace(soon, expires_on=date(2026, 11, 25))) == []


def test_a_time_is_needed_and_must_be_to_come() -> None:
    assert plan(replace(CONTENT, plan=Plan())) == [Problem.NO_TIME]
    assert plan(at(NOW)) == [Problem.PAST]
    assert plan(at(NOW - timedelta(days=400))) == [Problem.PAST]
    # Of a repeated one only what comes next counts.
    assert plan(at(local("2026-10-24 09:00"), repeat=Repeat.DAILY)) == [
        Problem.RUNS_OUT,
        Problem.HOLIDAY,
    ]
    ended = at(local("2026-10-25 12:00"), repeat=Repeat.DAILY, until=date(2026, 11, 1))
    assert plan(ended) == [Problem.PAST]
    never = at(local("2026-11-25 12:00"), repeat=Repeat.DAILY, until=date(2026, 11, 24))
    assert plan(never) == [Problem.NEVER]


@pytest.mark.parametrize("cron", ["", "often", "0 12 * * * *", "99 * * * *", "0 12 30 2 *"])
def test_a_cron_line_that_cannot_be_read_is_told(cron: str) -> None:
    assert plan(at(local("2026-11-25 12:00"), repeat=Repeat.CRON, cron=cron)) == [Problem.BAD_CRON]


def test_nobody_hears_the_same_every_hour() -> None:
    hourly = at(local("2026-11-25 00:00"), repeat=Repeat.CRON, cron="0 * * * *")
    assert plan(hourly) == [Problem.TOO_OFTEN]
    twice = at(local("2026-11-25 00:00"), repeat=Repeat.CRON, cron="30 11,17 * * *")
    assert plan(twice) == [Problem.RUNS_OUT]


def test_quiet_hours_holidays_and_the_end_of_a_series_are_good_to_know() -> None:
    night = local("2026-11-25 22:30")
    assert plan(at(night)) == [Problem.WAITS]
    assert plan(replace(at(night), urgency=Urgency.ALERT)) == [Problem.WAITS]
    assert plan(replace(at(night), urgency=Urgency.DANGER)) == []
    assert plan(at(local("2026-11-24 12:00"))) == [Problem.HOLIDAY]
    moved = at(local("2026-11-24 12:00"), repeat=Repeat.WEEKLY, on_holiday=OnHoliday.NEXT_DAY)
    assert plan(moved) == [Problem.RUNS_OUT]
    ends = at(local("2026-11-25 12:00"), repeat=Repeat.WEEKLY, until=date(2027, 1, 1))
    assert plan(ends) == []


def test_both_languages_have_title_text_and_a_line_on_what_to_do() -> None:
    assert words(replace(CONTENT, vi=Wording())) == [Problem.EMPTY_VI]
    assert words(replace(CONTENT, en=replace(CONTENT.en, action=" \n"))) == [Problem.EMPTY_EN]
    assert words(replace(CONTENT, vi=Wording(), en=Wording())) == [
        Problem.EMPTY_VI,
        Problem.EMPTY_EN,
    ]


def test_a_message_of_4096_emoji_is_too_long_and_half_of_it_less_the_rest_is_not() -> None:
    many = replace(CONTENT, vi=replace(CONTENT.vi, body="😀" * 4096))
    [found] = checks.of_wording(many, "Liên đoàn")
    assert found.problem is Problem.TOO_LONG_VI
    assert dict(found.fields)["over"] == length_of(many, Language.VI, "Liên đoàn") - MOST_UNITS
    spare = MOST_UNITS - length_of(
        replace(CONTENT, en=replace(CONTENT.en, body="")), Language.EN, ""
    )
    fits = replace(CONTENT, en=replace(CONTENT.en, body="😀" * ((spare - 2) // 2)))
    assert checks.of_wording(fits, "") == []
    over = replace(CONTENT, en=replace(CONTENT.en, body="😀" * (spare // 2 + 1)))
    assert problems(checks.of_wording(over, "")) == [Problem.TOO_LONG_EN]


def test_signs_of_html_are_letters_like_others() -> None:
    tags = replace(CONTENT, vi=Wording("<b>Lương</b>", "<script>&amp;", "a < b"))
    assert words(tags) == []


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_is_a_sentence_in_both_languages(problem: Problem) -> None:
    fields: dict[str, str | int] = {
        "over": 1,
        "most": 2,
        "day": "24/11/2026",
        "hours": 6,
        "hour": "22:30",
        "places": "x",
        **dict.fromkeys(("number", "since", "by", "document", "article"), "x"),
        **dict.fromkeys(("last", "words", "seconds"), 220),
    }
    finding = Finding(problem, tuple(fields.items()))
    for language in Language:
        told = texts()[language].say(finding.sentence)
        assert told.endswith(".")
        assert "{" not in told
    assert finding.blocks is (problem not in WARNINGS)


def documents(*cited: Citation) -> list[Problem]:
    return problems(checks.of_documents(replace(CONTENT, citations=cited)))


def test_an_article_is_one_of_its_document() -> None:
    code = "Bộ luật Lao động 45/2019/QH14"
    assert documents(Citation(code, "Điều 98, 107", date(2021, 1, 1))) == []
    assert documents(Citation(code, "Điều 98, 221")) == [Problem.NO_SUCH_ARTICLE]
    assert documents(Citation(code, "Điều 98", date(2020, 1, 1))) == [Problem.OTHER_START]
    assert documents(Citation("Nghị định 1/1999/NĐ-CP", "Điều 7")) == [Problem.UNKNOWN_DOCUMENT]
    assert documents(Citation("Bộ luật Lao động", "Điều 500")) == [Problem.UNKNOWN_DOCUMENT]
    assert documents(Citation(" ")) == []


def test_a_wrong_article_blocks_and_an_unknown_document_does_not() -> None:
    assert Problem.NO_SUCH_ARTICLE not in WARNINGS
    assert {Problem.UNKNOWN_DOCUMENT, Problem.OTHER_START} <= WARNINGS


def replaced(content: Content, since: date) -> list[Problem]:
    told = known([Change("45/2019/QH14", "Bộ luật mới", since)])
    return problems(checks.of_changes(content, told, NOW, ZONE))


def test_what_rests_on_a_replaced_law_is_blocked_from_that_day_on() -> None:
    sent_on = date(2026, 11, 24)
    assert replaced(CONTENT, sent_on) == [Problem.LAW_REPLACED]
    assert replaced(CONTENT, sent_on + timedelta(days=1)) == [Problem.LAW_CHANGES]
    assert Problem.LAW_CHANGES in WARNINGS
    assert Problem.LAW_REPLACED not in WARNINGS
    assert replaced(replace(CONTENT, citations=()), sent_on) == []
    typed = replace(CONTENT, citations=(Citation("bộ luật lao động 45/2019/qh14", "98"),))
    assert replaced(typed, sent_on) == [Problem.LAW_REPLACED]


@pytest.mark.parametrize(("days", "is_soon"), [(-1, False), (0, True), (30, True), (31, False)])
def test_the_last_thirty_days_are_told(days: int, *, is_soon: bool) -> None:
    today = NOW.astimezone(ZONE).date()
    ends = replace(CONTENT, expires_on=today + timedelta(days=days))
    assert problems(checks.of_last_day(ends, today)) == [Problem.EXPIRES_SOON] * is_soon
    assert checks.of_last_day(replace(CONTENT, expires_on=None), today) == []


def test_more_than_ninety_words_are_told_and_ninety_are_not() -> None:
    many = replace(CONTENT, en=Wording("Pay", "pay " * 86, "Look at your pay"))
    assert words(many) == []
    assert words(replace(many, en=replace(many.en, action="Look at your own pay"))) == [
        Problem.WORDY_EN
    ]


def test_what_takes_longer_than_a_minute_to_read_is_told() -> None:
    body = "pay " * (library.WORDS_A_MINUTE - 6)
    minute = replace(CONTENT, en=Wording("Your pay", body, "Look at your pay"))
    assert words(minute) == [Problem.WORDY_EN]
    longer = replace(minute, en=replace(minute.en, action="Look at your own pay"))
    assert words(longer) == [Problem.WORDY_EN, Problem.SLOW]
    assert Problem.SLOW in WARNINGS


async def test_a_draft_that_nobody_released_does_not_pass_for_a_text_of_the_library(
    made: Database,
) -> None:
    draft = library.texts()["overtime_limits"]
    assert Problem.NOT_IN_LIBRARY in await blocking(made, draft.content)
    member = await who(made, "duyet1")
    async with made.write() as tx:
        assert await released_texts.release(tx, member, draft.id, draft.seal, NOW) is Release.DONE
    assert Problem.NOT_IN_LIBRARY not in await blocking(made, draft.content)
    changed = replace(draft.content, source="elsewhere")
    assert Problem.NOT_IN_LIBRARY in await blocking(made, changed)


async def blocking(made: Database, content: Content) -> list[Problem]:
    return problems((await checked(made, "root", content)).findings)


async def checked(made: Database, unit: str, content: Content) -> Checked:
    async with made.read() as tx:
        return await checks.check(tx, unit, content, NOW, ZONE, GAZETTEER)


async def test_an_audience_of_zero_is_told_and_does_not_block(made: Database) -> None:
    fine = at(local("2026-11-25 12:00"))
    empty = await checked(made, "city", fine)
    assert problems(empty.findings) == [Problem.NOBODY]
    assert not empty.blocked
    await subscribe(made, [wants(PROVINCE)])
    found = await checked(made, "city", fine)
    assert found.findings == ()
    assert found.estimate is not None
    assert found.estimate.people == 1


async def test_places_that_are_not_the_units_or_are_no_more_block(made: Database) -> None:
    fine = at(local("2026-11-25 12:00"))
    for unit, scope, wrong, named in (
        ("city", (OTHER,), Problem.OUTSIDE, "Thành phố Hồ Chí Minh"),
        ("root", ("48/99999",), Problem.DISSOLVED, "48/99999"),
        ("paper", (), Problem.NO_PLACES, ""),
        ("gone", (), Problem.NO_UNIT, ""),
    ):
        found = await checked(made, unit, replace(fine, scope=scope))
        assert problems(found.findings) == [wrong]
        assert dict(found.findings[0].fields)["places"] == named
        assert found.blocked
        assert found.estimate is None


async def test_what_blocks_stands_first(made: Database) -> None:
    found = await checked(made, "old", replace(CONTENT, vi=Wording()))
    assert problems(found.findings) == [
        Problem.EMPTY_VI,
        Problem.HOLIDAY,
        Problem.PLACES_LOST,
        Problem.NOBODY,
    ]
    assert found.blocked
