"""The library: ten checked texts, whole in both languages, short, cited, and of nobody's party."""

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from broadcasts import library, wording
from broadcasts.checks import of_law, of_wording
from handlers.bulletins import Content, Plan, Topic, Urgency
from handlers.languages import Language

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
TEXTS = list(library.load().values())
every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.library)


def told(text: Content, language: Language) -> str:
    said = text.wording(language)
    return f"{said.title} {said.body} {said.action}"


def numbers(words: str) -> Counter[str]:
    """The numbers as bare digits: 2.740 and 2,740 are the same number."""
    return Counter(re.sub(r"[.,]", "", number) for number in NUMBER.findall(words))


def test_there_are_ten_on_all_topics() -> None:
    assert len(TEXTS) == 10
    assert {text.topic for text in TEXTS} == set(Topic)
    wanted = {"culture_day", "loan_interest", "unpaid_wages", "harassment", "fake_recruiters"}
    assert wanted <= set(library.load())
    assert all(name == text.library for name, text in library.load().items())


@every_text
@pytest.mark.parametrize("language", Language)
def test_each_is_of_60_to_90_words_with_one_line_on_what_to_do(
    text: Content, language: Language
) -> None:
    said = text.wording(language)
    assert 60 <= len(f"{said.body} {said.action}".split()) <= 90
    assert len(said.title.split()) <= 14
    assert "\n" not in said.title + said.action
    assert said.action.endswith((".", "?"))


@every_text
def test_both_languages_tell_the_same_numbers(text: Content) -> None:
    assert numbers(told(text, Language.VI)) == numbers(told(text, Language.EN))


@every_text
def test_each_can_be_scheduled_on_the_day_it_was_checked(text: Content) -> None:
    checked_at = datetime(2026, 11, 21, 5, tzinfo=UTC)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert of_law(text, checked_at, zone) == []
    assert of_wording(text, "Liên đoàn Lao động thành phố") == []
    assert text.legal
    assert text.checked_on == date(2026, 11, 21)
    assert text.expires_on is not None
    assert text.expires_on <= date(2027, 11, 21)
    assert text.source
    assert all(cited.document and cited.effective_from for cited in text.citations)
    assert text.urgency is Urgency.ORDINARY


@every_text
@pytest.mark.parametrize("language", Language)
def test_each_fits_four_times_into_a_message(text: Content, language: Language) -> None:
    assert wording.length_of(text, language, "Liên đoàn Lao động") * 4 < wording.MOST_UNITS


@every_text
def test_every_text_is_composed_and_has_no_double_spaces(text: Content) -> None:
    for language in Language:
        words = told(text, language)
        assert words == unicodedata.normalize("NFC", words)
        assert "  " not in words


def test_the_holiday_ends_with_the_day() -> None:
    assert library.load()["culture_day"].expires_on == date(2026, 11, 24)


def test_word_for_word_it_needs_nobody_and_with_one_word_changed_it_does() -> None:
    text = library.load()["unpaid_wages"]
    plan = Plan(datetime(2026, 11, 24, 5, tzinfo=UTC))
    sent = replace(text, scope=("48",), plan=plan, urgency=Urgency.ALERT)
    assert library.is_unedited(sent)
    assert library.honest(sent) == sent
    for edited in (
        replace(sent, vi=replace(text.vi, body=text.vi.body + " Hết.")),
        replace(sent, en=replace(text.en, action="Wait.")),
        replace(sent, citations=text.citations[1:]),
        replace(sent, expires_on=date(2030, 1, 1)),
        replace(sent, topic=Topic.LIVING),
        replace(sent, legal=False),
    ):
        assert not library.is_unedited(edited)
        assert library.honest(edited) == replace(edited, library="")


def test_what_only_calls_itself_a_text_of_the_library_is_none() -> None:
    assert not library.is_unedited(Content(library="unpaid_wages"))
    assert not library.is_unedited(Content(library="no_such_text"))
    assert not library.is_unedited(Content())
