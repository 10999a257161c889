"""The handbook is whole in both languages, plain, cited, findable, and drops what expired."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import laws
from handlers.folding import fold
from handlers.handbook import Article, Handbook, load
from handlers.languages import Language

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# The old way of placing the mark: hoà, huỷ, khoẻ. "quỹ" is right, its u belongs to the q.
OLD_SPELLING = re.compile(r"o[àáảãạèéẻẽẹ](?!\w)|(?<!q)u[ỳýỷỹỵ](?!\w)", re.IGNORECASE)
SPEAK_OF_NO_LAW = {"channel", "numbers", "theft"}
SHELVES = ["pay", "contract", "insurance", "safety", "danger", "collective", "how"]
# Documents whose articles nobody read for us: cited whole.
CITED_WHOLE = {
    "113/2025/QH15",
    "135/2020/NĐ-CP",
    "136/2025/QH15",
    "168/2026/NĐ-CP",
    "28/2026/QH16",
    "356/2025/NĐ-CP",
}

both_languages = pytest.mark.parametrize("language", list(Language))


def numbers(*texts: str) -> Counter[str]:
    """The numbers in the texts as bare digits: 2.740 and 2,740 are the same number."""
    found = (NUMBER.findall(text) for text in texts)
    return Counter(re.sub(r"[.,]", "", number) for each in found for number in each)


def every_text(book: Handbook) -> Iterator[str]:
    yield book.intro
    yield from book.promises
    yield from (group.title for group in book.groups)
    for article in book.articles:
        yield from (article.title, *article.lines, *article.law, article.keywords)


def words(*texts: str) -> int:
    return sum(len(text.split()) for text in texts)


def shape(article: Article) -> tuple[str, str, int, date, date | None]:
    return (
        article.id,
        article.group,
        len(article.lines),
        article.checked_on,
        article.expires_on,
    )


def test_both_languages_have_the_same_articles_in_the_same_order() -> None:
    vietnamese, english = load(Language.VI), load(Language.EN)

    assert [shape(a) for a in vietnamese.articles] == [shape(a) for a in english.articles]
    assert [g.id for g in vietnamese.groups] == [g.id for g in english.groups]
    assert len(vietnamese.promises) == len(english.promises)


def test_both_languages_cite_the_same_law() -> None:
    for vietnamese, english in zip(
        load(Language.VI).articles, load(Language.EN).articles, strict=True
    ):
        assert [numbers(law) for law in vietnamese.law] == [numbers(law) for law in english.law]


def test_every_number_is_the_same_in_both_languages() -> None:
    vietnamese, english = load(Language.VI), load(Language.EN)
    for here, there in zip(vietnamese.articles, english.articles, strict=True):
        assert numbers(here.title, *here.lines) == numbers(there.title, *there.lines), here.id
    for promise, same_promise in zip(vietnamese.promises, english.promises, strict=True):
        assert numbers(promise) == numbers(same_promise)


@both_languages
def test_ids_are_unique_and_every_group_is_one_screen_or_two(
    language: Language,
) -> None:
    book = load(language)
    ids = [article.id for article in book.articles]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+", article_id) for article_id in ids)
    assert [g.id for g in book.groups] == SHELVES
    assert {a.group for a in book.articles} == {g.id for g in book.groups}
    assert all(5 <= len(book.in_group(group.id)) <= 10 for group in book.groups)
    assert book.in_group("no such group") == ()


@both_languages
def test_articles_are_short_enough_for_a_tired_reader(language: Language) -> None:
    for article in load(language).articles:
        assert 40 <= words(*article.lines) <= 90, article.id
        assert 3 <= len(article.lines) <= 6, article.id
        assert len(article.title) <= 50, article.id
        assert words(article.lines[-1]) <= 26, article.id
        assert all(line == line.strip() and line.endswith(".") for line in article.lines)


@both_languages
def test_the_rights_page_is_six_to_eight_lines(language: Language) -> None:
    promises = load(language).promises

    assert 6 <= len(promises) <= 8
    assert all(15 <= words(promise) <= 60 for promise in promises)
    assert words(*promises) <= 300


@both_languages
def test_the_page_is_calm_no_exclamation_marks_no_emoji(language: Language) -> None:
    for text in every_text(load(language)):
        assert "!" not in text
        assert all(unicodedata.category(letter) not in {"So", "Cn", "Co"} for letter in text)
        assert text == unicodedata.normalize("NFC", text)


def test_vietnamese_is_spelled_the_modern_way_and_asks_nobody_officially() -> None:
    assert OLD_SPELLING.search("hoà giải")  # the net catches what it is for
    assert not OLD_SPELLING.search("quỹ, hòa, toàn, hủy, khỏe")
    for text in every_text(load(Language.VI)):
        assert not OLD_SPELLING.search(text), text
        assert "đề nghị" not in text.casefold()


@both_languages
def test_every_article_on_rights_cites_document_articles_and_date(language: Language) -> None:
    form = re.compile(r"\d+/\d{4}/(QH\d+|NĐ-CP), (Điều|art\.) \d+.*\d{2}/\d{2}/\d{4}\)$")
    for article in load(language).articles:
        assert bool(article.law) == (article.id not in SPEAK_OF_NO_LAW), article.id
        for law, number in zip(article.law, article.documents, strict=True):
            assert number in law
            assert bool(form.search(law)) == (number not in CITED_WHOLE), law


@both_languages
def test_every_cited_document_is_registered_in_force_and_has_those_articles(
    language: Language,
) -> None:
    register = laws.load()
    for article in load(language).articles:
        for law, number in zip(article.law, article.documents, strict=True):
            document = register[number]
            assert document.until is None or document.until > article.checked_on, article.id
            assert document.has_articles(law.partition(number)[2].partition("(")[0]), law


@both_languages
def test_no_article_was_checked_before_its_law_came_into_force(language: Language) -> None:
    for article in load(language).articles:
        for law in article.law:
            day, month, year = law[-11:-1].split("/")
            assert date(int(year), int(month), int(day)) <= article.checked_on, article.id


@both_languages
def test_only_emergency_numbers_and_no_telephone_numbers_or_addresses(language: Language) -> None:
    for text in every_text(load(language)):
        assert not re.search(r"\b(0|\+?84)\d{8,}\b|\b1[89]00\b|@|https?:", text), text


@both_languages
def test_the_emergency_numbers_are_all_there(language: Language) -> None:
    article = load(language).article("numbers")
    assert article is not None
    assert set(numbers(*article.lines)) == {"113", "114", "115", "111", "112"}


@both_languages
def test_the_answer_about_unions_and_strikes_says_that_nothing_is_stored(
    language: Language,
) -> None:
    stores_nothing = {Language.VI: "Kênh này không lưu gì", Language.EN: "stores nothing"}
    articles = load(language).in_group("collective")

    silent = ["union", "unionwork", "strikes", "strikerights"]
    assert [article.id for article in articles if article.id not in {"disputes", "court"}] == silent
    for article in articles:
        said = any(stores_nothing[language] in line for line in article.lines)
        assert said == (article.id in silent)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("no luong", "wages"),
        ("Nợ lương", "wages"),
        ("giam luong", "wages"),
        ("luong toi thieu", "minimum"),
        ("tang ca", "overtime"),
        ("giữ giấy tờ", "contract"),
        ("phat tien", "deductions"),
        ("nghi viec", "resigning"),
        ("bhxh", "insurance"),
        ("mang thai", "maternity"),
        ("tu choi", "refuse"),
        ("tai nạn", "accidents"),
        ("bao ho", "gear"),
        ("nha tro", "fire"),
        ("lai suat", "loans"),
        ("ĐÒI NỢ", "usury"),
        ("tin dung den", "loans"),
        ("lua dao", "fraud"),
        ("quay roi", "harassment"),
        ("to cao", "denunciation"),
        ("vneid", "vneid"),
        ("kênh này giữ gì", "channel"),
        ("du lieu", "data"),
        ("khan cap", "numbers"),
        ("cong doan", "union"),
        ("dinh cong", "strikes"),
    ],
)
def test_a_worker_finds_the_article_with_or_without_diacritics(typed: str, found: str) -> None:
    assert load(Language.VI).search(typed)[0].id == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("wage unpaid", "wages"),
        ("interest", "loans"),
        ("dismiss", "dismissal"),
        ("strike", "strikes"),
        ("Harassment", "harassment"),
    ],
)
def test_english_finds_too_even_by_the_beginning_of_a_word(typed: str, found: str) -> None:
    assert load(Language.EN).search(typed)[0].id == found


def test_short_syllables_match_whole_and_all_words_must_occur() -> None:
    book = load(Language.VI)

    for article in book.search("no luong"):
        assert {"no", "luong"} <= set(
            fold(" ".join((article.title, *article.lines, article.keywords))).split()
        )
    assert book.search("lương khủng long") == ()
    assert book.search("") == book.search(" ?! ") == ()


def test_articles_with_the_words_in_the_title_come_first() -> None:
    hits = load(Language.VI).search("lương")
    in_title = ["luong" in fold(article.title) for article in hits]

    assert any(in_title)
    assert not all(in_title)
    assert in_title == sorted(in_title, reverse=True)


def test_an_article_is_found_by_its_id_or_there_is_none() -> None:
    book = load(Language.EN)

    assert [book.article(article.id) for article in book.articles] == list(book.articles)
    assert book.article("nothing") is None


@both_languages
def test_an_expired_wage_table_is_left_out_the_day_after_its_last_day(language: Language) -> None:
    book = load(language)
    minimum = book.article("minimum")
    assert minimum is not None
    assert minimum.expires_on == date(2026, 12, 31)

    assert book.current(minimum.expires_on) == book
    later = book.current(minimum.expires_on + timedelta(days=1))
    gone = {"minimum", "gambling"}
    assert later.articles == tuple(a for a in book.articles if a.id not in gone)
    assert later.article("minimum") is None
    assert "minimum" not in {a.id for a in later.search("luong wage")}
    assert later.promises == book.promises


@both_languages
def test_on_the_day_of_its_check_no_article_has_expired(language: Language) -> None:
    book = load(language)
    for article in book.articles:
        assert article in book.current(article.checked_on).articles


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tc", "overtime"),
        ("cty ko dong bhxh", "evasion"),
        ("tins dungj ddeen", "loans"),
        ("ti1n du5ng d9en", "loans"),
        ("tnld", "accidents"),
        ("hd", "contract"),
        ("em bị nợ lương thì phải làm sao ạ", "wages"),
        ("nghỉ phép còn lại có được trả tiền không", "leave"),
        ("ep tang ca", "limits"),
        ("thu viec may ngay", "probation"),
        ("rut bhxh 1 lan", "oneoff"),
        ("that nghiep", "jobless"),
        ("vo sinh", "father"),
        ("trẻ em", "young"),
        ("tam tru", "residence"),
        ("viec nhe luong cao", "recruiters"),
        ("lo de", "gambling"),
        ("kien cong ty", "disputes"),
        ("hoa giai vien", "disputes"),
        ("mat dien", "stoppage"),
        ("24/11", "holidays"),
        ("ve huu", "pension"),
        ("112", "numbers"),
    ],
)
def test_a_worker_finds_it_typed_as_on_a_phone(typed: str, found: str) -> None:
    assert found in {article.id for article in load(Language.VI).search(typed)[:3]}


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("bao hiemm", "insurance"),
        ("quay rooi tinh duc", "harassment"),
        ("hopp dong lao dong", "contract"),
    ],
)
def test_with_a_wrong_letter_the_nearest_are_offered(typed: str, near: str) -> None:
    book = load(Language.VI)
    assert near in {article.id for article in (*book.search(typed), *book.nearest(typed)[:5])}


@given(st.text(max_size=200))
def test_any_string_can_be_searched_and_finds_what_is_there(typed: str) -> None:
    book = load_once()
    for article in (*book.search(typed), *book.nearest(typed)):
        assert article in book.articles


@given(st.data())
def test_any_words_of_an_article_find_it(data: st.DataObject) -> None:
    article = data.draw(st.sampled_from(load_once().articles))
    words = fold(" ".join((article.title, *article.lines, article.keywords))).split()
    typed = " ".join(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=6)))
    assert article in load_once().search(typed)


def test_a_long_search_takes_no_time() -> None:
    # With each word compared with each of thousands, this would end after the test's own time-out.
    load_once().nearest("tien luong " * 2_000)
    load_once().search("x" * 200_000)


@both_languages
def test_an_article_whose_law_was_replaced_is_left_out(language: Language) -> None:
    book = load(language)
    today = book.articles[0].checked_on
    later = book.current(today, frozenset({"55/2024/qh15"}))
    assert {a.id for a in book.articles} - {a.id for a in later.articles} == {"fire"}
    listed = later.checklist("fire")
    assert listed is not None
    assert listed.by_law == ()
    assert listed.advice


@both_languages
def test_a_list_to_check_by_tells_the_law_from_advice(language: Language) -> None:
    register = laws.load()
    for listed in load(language).checklists:
        assert listed.by_law
        assert listed.advice
        for point in listed.by_law:
            cited = point.law.partition(point.document)[2].partition("(")[0]
            assert register[point.document].has_articles(cited), point


@cache
def load_once() -> Handbook:
    return load(Language.VI)
