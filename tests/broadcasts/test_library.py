"""The library: checked texts, whole in both languages, short, cited, and of nobody's party."""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from broadcasts import citing, library, wording
from broadcasts.checks import of_law, of_wording
from broadcasts.library import Publish, Text
from handlers import laws
from handlers.bulletins import Content, Plan, Topic, Urgency
from handlers.languages import Language
from tests import style

CHECKED_ON = date(2026, 11, 21)
TEXTS = list(library.texts().values())
every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.id)
DRAFTS = {
    *("safer_borrowing", "overtime_limits", "drugs", "drink_driving", "foreign_workers"),
    *("labour_fines", "workplace_cameras", "union_fees", "birth_allowance"),
}
LAWLESS = {"vneid_report", "theft_boarding", "emergency_numbers"}
"""Advice that rests on no document."""
FROM_ELSEWHERE = {
    "91/2015/QH13": "468, known from several works on the code",
    "50/2024/QH15": "told in an article about the law",
    "68/2020/QH14": "the rule of 30 days was read in the press, its articles were not",
}
"""Documents that texts free to send cite though nobody read these articles themselves."""

# Words of the law that have their place in these texts and in no other. The lists of what takes
# sides stay whole for all of them.
LAWFUL_WORDS = {
    "equal_treatment": r"tôn giáo|dân tộc|chính trị|religion|ethnic\w*|politic\w*",
    "lawful_strike": r"đình công|strikes?\b",
}
CAREFUL = re.compile("|".join(LAWFUL_WORDS.values()), re.IGNORECASE)
COLLECTIVE = ("joining_union", "union_help", "lawful_strike")


def told(text: Text, language: Language) -> str:
    said = text.content.wording(language)
    return f"{said.title}\n{said.body}\n{said.action}"


def test_there_are_all_of_them_numbered_without_a_gap_on_all_topics() -> None:
    assert [text.number for text in TEXTS] == [f"B{each:02}" for each in range(1, 56)]
    assert {text.content.topic for text in TEXTS} == set(Topic)
    assert len({text.content.vi.title for text in TEXTS}) == len(TEXTS)
    assert all(name == text.id for name, text in library.texts().items())


def test_drafts_are_hidden_and_tell_an_editor_what_to_compare() -> None:
    assert {text.id for text in TEXTS if text.publish is Publish.CHECK} == DRAFTS
    assert set(library.load()) == set(library.texts()) - DRAFTS
    for text in TEXTS:
        assert text.note or text.id not in DRAFTS
        assert "  " not in text.note
    assert all(len(library.texts()[each].note) > 60 for each in DRAFTS)


@every_text
@pytest.mark.parametrize("language", Language)
def test_each_is_of_60_to_90_words_with_one_line_on_what_to_do(
    text: Text, language: Language
) -> None:
    said = text.content.wording(language)
    assert 60 <= len(f"{said.body} {said.action}".split()) <= 90
    assert len(said.title.split()) <= 14
    assert "\n" not in said.title + said.body + said.action
    assert said.action.endswith((".", "?"))


@every_text
def test_each_is_read_within_a_minute_and_its_action_is_short(text: Text) -> None:
    assert 15 <= text.reading_seconds <= 60
    for language in Language:
        said = text.content.wording(language)
        assert len([each for each in style.sentences(said.action) if each]) <= 3


def test_seconds_are_counted_from_the_words_of_the_longer_language() -> None:
    text = library.texts()["loan_interest"]
    words = max(len(told(text, each).split()) for each in Language)
    assert text.reading_seconds == math.ceil(words * 60 / library.WORDS_A_MINUTE)


@every_text
def test_each_can_be_scheduled_on_the_day_it_was_checked(text: Text) -> None:
    checked_at = datetime(2026, 11, 21, 5, tzinfo=UTC)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    content = text.content
    assert of_law(content, checked_at, zone) == []
    assert of_wording(content, "Liên đoàn Lao động thành phố") == []
    assert content.legal == (text.id not in LAWLESS) == bool(content.citations)
    assert text.source_url == ("https://vbpl.vn" if content.legal else text.source_url)
    assert content.source or not content.legal
    assert content.urgency is Urgency.ORDINARY


@every_text
def test_a_source_is_read_by_workers_so_it_names_documents_and_pages_and_nothing_else(
    text: Text,
) -> None:
    day = r"(?:\d\d/)?\d\d/\d{4}"
    page = rf"[a-z.]+\.(?:vn|com|net)(?:, {day})?(?: và {day})?"
    pages = rf"{page}(?: và {page})?"
    known = "|".join(re.escape(f"{each.vi} {each.number}") for each in laws.load().values())
    document = rf"(?:{known})(?:, bản sửa đổi năm \d{{4}})?(?:, {pages})?"
    piece = rf"{document}|{pages}|bài viết về (?:{known}), {day}"
    for each in text.content.source.split("; ") if text.content.source else ():
        assert re.fullmatch(piece, each), each


@every_text
def test_a_reader_of_english_finds_no_vietnamese_word_in_what_a_text_rests_on(text: Text) -> None:
    known = sorted(laws.load(), key=len, reverse=True)
    post = wording.post_of(text.content, Language.EN, "Union")
    rest = f"{post.partition('Based on: ')[2]} {citing.source(text.content.source, Language.EN)}"
    for number in known:
        rest = rest.replace(number, "")
    assert rest.isascii(), rest


@every_text
def test_each_says_when_it_was_checked_and_ends_within_a_year(text: Text) -> None:
    checked, expires = text.content.checked_on, text.content.expires_on
    assert checked == CHECKED_ON
    assert expires is not None
    assert checked < expires <= checked.replace(year=checked.year + 1)
    yearly = Counter(each.content.expires_on for each in TEXTS)
    assert set(yearly) == {date(2026, 11, 24), date(2026, 12, 31), date(2027, 11, 21)}


@pytest.mark.parametrize(
    "name",
    [
        *("minimum_wage", "unemployment_benefit", "overtime_pay", "unpaid_wages", "pay_deductions"),
        *("stoppage_pay", "usury_crime", "gambling", "labour_fines", "temporary_residence"),
        *("retirement_age", "insurance_evasion", "forced_labour", "online_fraud"),
    ],
)
def test_wages_fines_and_ages_of_this_year_end_with_it(name: str) -> None:
    assert library.texts()[name].content.expires_on == date(2026, 12, 31)


@every_text
def test_each_citation_is_of_a_document_in_force_and_of_articles_that_it_has(text: Text) -> None:
    for cited in text.content.citations:
        document = laws.cited_in(cited.document)
        assert document is not None, cited.document
        assert cited.document == f"{document.vi} {document.number}"
        assert cited.effective_from == document.since
        assert document.since <= CHECKED_ON
        assert not document.replaced_by
        assert document.has_articles(cited.article)
        assert bool(cited.article) == bool(laws.articles_in(cited.article))


@every_text
def test_what_may_be_sent_rests_on_articles_that_were_read(text: Text) -> None:
    for cited in text.content.citations if text.publish is Publish.YES else ():
        document = laws.cited_in(cited.document)
        assert document is not None
        unread = {str(each) for each in laws.articles_in(cited.article)} - set(document.checked)
        assert not unread or document.number in FROM_ELSEWHERE, (cited.document, unread)


def test_no_article_counts_as_read_that_its_document_cannot_have() -> None:
    for document in laws.load().values():
        assert len(set(document.checked)) == len(document.checked)
        assert document.has_articles(", ".join(document.checked))


def test_no_document_is_excused_that_needs_no_excuse() -> None:
    cited = {
        laws.cited_in(each.document)
        for text in TEXTS
        for each in text.content.citations
        if text.publish is Publish.YES
    }
    assert set(FROM_ELSEWHERE) <= {each.number for each in cited if each is not None}


@every_text
@pytest.mark.parametrize("language", Language)
def test_each_fits_three_times_into_a_message(text: Text, language: Language) -> None:
    long = wording.length_of(text.content, language, "Liên đoàn Lao động thành phố Đà Nẵng")
    assert long * 3 < wording.MOST_UNITS


@every_text
def test_every_text_keeps_the_style_of_the_house_and_is_composed(text: Text) -> None:
    for language in Language:
        words = told(text, language)
        assert style.faults(words, language) == ()
        assert words == unicodedata.normalize("NFC", words)
        assert "  " not in words
    unseen = f"{text.note} {text.content.source}"
    assert unseen == unicodedata.normalize("NFC", unseen)


@every_text
def test_careful_words_stand_only_where_the_law_itself_is_told(text: Text) -> None:
    found = CAREFUL.findall(told(text, Language.VI) + told(text, Language.EN))
    allowed = re.compile(LAWFUL_WORDS.get(text.id, "$^"), re.IGNORECASE)
    assert [each for each in found if not allowed.fullmatch(each)] == []
    assert bool(found) == (text.id in LAWFUL_WORDS)


def test_rights_of_association_are_no_topic_of_their_own() -> None:
    of_unions = {library.texts()[each].content.topic for each in COLLECTIVE}
    assert of_unions == {Topic.CONTRACTS}
    others = [text for text in TEXTS if text.content.topic is Topic.CONTRACTS]
    assert len(others) > 3 * len(COLLECTIVE)


def test_no_text_tells_a_phone_number_but_the_five_for_everybody() -> None:
    number = re.compile(r"(?:gọi|call) (\d+)|(?<![\d.,])((?:1[89]00|0\d)\d{4,9})", re.IGNORECASE)
    found = {
        "".join(each)
        for text in TEXTS
        for language in Language
        for each in number.findall(told(text, language))
    }
    assert found == {"113", "114", "111"}


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
