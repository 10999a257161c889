"""Free words: read without marks, all of them wanted, and who a worker is never among them."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.folding import fold
from handlers.searching import MOST_WORDS, Where, found_in, needles, page_of, where_of
from handlers.tips import FILES, OF_IDENTITY, Kind

PAGES = (
    (Where.STORY, page_of(["Cửa thoát hiểm của xưởng bị khóa.", "Từ thứ hai."])),
    (Where.ANSWER, page_of(["Đã báo cảnh sát."])),
)


@pytest.mark.parametrize("typed", ["cua thoat hiem", "CỬA   hiểm", "cửa, khoá", "thoat hie"])
def test_words_are_found_without_their_marks_in_any_order(typed: str) -> None:
    assert found_in(PAGES, needles(typed)) == {Where.STORY}


def test_all_words_have_to_occur_but_not_in_one_place() -> None:
    assert found_in(PAGES, needles("cua canh sat")) == {Where.STORY, Where.ANSWER}
    assert found_in(PAGES, needles("cua xe")) == frozenset()


def test_a_word_is_found_by_its_beginning_and_not_within() -> None:
    assert found_in(PAGES, needles("xuo")) == {Where.STORY}
    assert found_in(PAGES, needles("uong")) == frozenset()


@pytest.mark.parametrize("typed", ["", "  ", "...", "😀", "x" * 201, "a " * 99])
def test_nothing_is_looked_for_where_nothing_was_said_or_too_much(typed: str) -> None:
    assert needles(typed) == () or len(needles(typed)) <= MOST_WORDS
    assert found_in((), needles(typed)) == frozenset()


def test_more_words_than_anybody_needs_are_none() -> None:
    assert needles(" ".join(f"w{at}" for at in range(MOST_WORDS))) != ()
    assert needles(" ".join(f"w{at}" for at in range(MOST_WORDS + 1))) == ()


def test_who_the_worker_is_and_files_are_never_searched() -> None:
    of_the_house = {Kind.TOLD, Kind.POLICE_ASKED}
    found = {kind for kind in Kind if where_of(kind) is None}
    assert found == {*OF_IDENTITY, *FILES, *of_the_house}


@given(st.text(alphabet=st.characters(), max_size=60) | st.text("aĐđắ ,._- \n\t3\u0301\u0483ß１😀"))
def test_folding_is_what_it_says_letter_by_letter(text: str) -> None:
    marked = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in marked if unicodedata.category(letter) != "Mn")
    plain = plain.replace("đ", "d").replace("Đ", "D").casefold()
    assert fold(text) == re.sub(r"[^\w]+", " ", plain).replace("_", " ").strip()
