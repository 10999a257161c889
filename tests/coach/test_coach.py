"""The coach on its labelled lines, and on what tries to get past it."""

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import coach, receipt
from handlers.coach import Doubt, Kind
from handlers.folding import plain
from tests import figures
from tests.coach import measuring

NUMBER = "0900 000 012"


def kinds(words: str) -> Sequence[str]:
    return [finding.kind for finding in coach.look(words)]


def test_the_sets_are_as_large_as_was_promised() -> None:
    workers, officers = measuring.lines("worker"), measuring.lines("officer")
    assert len(workers) >= 150
    assert len(officers) >= 60
    for every in (workers, officers):
        assert 0.3 < sum(not line.kinds for line in every) / len(every) < 0.6
        assert len({line.words for line in every}) == len(every)


def test_nobody_in_the_sets_is_real() -> None:
    # No number of a telephone that could be anybody's: of nine digits most are zeros.
    for name in measuring.SETS:
        for line in measuring.lines(name):
            for finding in coach.look(line.words):
                digits = re.sub(r"\D", "", plain(finding.told(line.words)).text)
                if finding.kind is Kind.PHONE and len(digits) >= 9:
                    assert digits.count("0") >= 5, line.words


@pytest.mark.parametrize("name", measuring.SETS)
def test_nine_of_ten_are_found_and_one_of_twenty_harmless_lines_is_asked_about(name: str) -> None:
    seen = measuring.everything()
    figures.keep("coach", **measuring.figures(seen))
    assert measuring.is_kept(seen[name]), (seen[name].missed, seen[name].false)


@pytest.mark.parametrize(
    "hidden",
    [
        "0\u200b900\u200c 000\u200d 012",
        "0900\u2060000\ufeff012",
        "0\u202e900 000 012",
        "\uff10\uff19\uff10\uff10 \uff10\uff10\uff10 \uff10\uff11\uff12",
        "".join(f"{digit}\ufe0f\u20e3" for digit in "0900000012"),
        "\u0660\u0669\u0660\u0660\u0660\u0660\u0660\u0660\u0661\u0662",
        "\U0001d7ce\U0001d7d7\U0001d7ce\U0001d7ce\U0001d7ce\U0001d7ce\U0001d7ce\U0001d7ce12",
        "o9oo ooo o12",
        "\u043e9\u043e\u043e \u043e\u043e\u043e \u043e12",
        "0900\u00a0000\u2009012",
        "0900\n000 012",
    ],
)
def test_no_sign_that_cannot_be_seen_or_looks_alike_hides_a_number(hidden: str) -> None:
    words = f"số em {hidden} nha"
    findings = coach.look(words)
    assert [each.kind for each in findings] == [Kind.PHONE]
    assert coach.covered(words, findings, "[x]") == "số em [x] nha"


def test_letters_that_only_look_latin_hide_no_name() -> None:
    assert kinds("t\u043ei l\u0430 t\u043e trưởng tổ 3") == [Kind.SELF]
    assert kinds("nguyenvana@ex\u0430mple.com") == [Kind.EMAIL]


def test_words_are_found_however_their_marks_are_put_together() -> None:
    composed = "tôi là tổ trưởng tổ 3"
    apart = composed.replace("ô", "o\u0302").replace("ổ", "o\u0302\u0309")
    assert kinds(composed) == kinds(apart) == [Kind.SELF]
    assert coach.covered(apart, coach.look(apart), "[x]") == "[x]"


def test_a_receipt_code_is_nobodys_number() -> None:
    # Codes that a number would be found in, were they not codes.
    for at in range(12, 40):
        symbols = f"090000000{at:06}"
        code = receipt.show(symbols + receipt.check_symbol(symbols))
        assert coach.look(f"mã của em {code}") == ()


def test_the_same_number_is_found_once_wherever_it_stands() -> None:
    words = "Nó gọi 0900.000.034, rồi 0900000034, rồi +84 900 000 034."
    (finding,) = coach.look(words)
    assert len(finding.spans) == 3
    assert coach.covered(words, (finding,), "[x]") == "Nó gọi [x], rồi [x], rồi [x]."


def test_what_was_covered_is_not_found_again() -> None:
    for line in measuring.lines("worker"):
        for mark in ("[đã che]", "[hidden]"):
            words = line.words
            for _ in range(5):
                words = coach.covered(words, coach.look(words), mark)
            assert coach.look(words) == (), line.words


@given(st.text(max_size=300))
def test_anything_can_be_read_and_what_is_found_stands_there(words: str) -> None:
    spans = sorted(span for finding in coach.look(words) for span in finding.spans)
    assert all(0 <= start < end <= len(words) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert all(0 <= each.span[0] < each.span[1] <= len(words) for each in coach.remarks(words))


def test_an_officer_is_told_each_doubt_once_with_its_place() -> None:
    words = "Bạn tên gì? Cho biết họ tên, và số 0900 000 012 có phải của bạn không?"
    remarks = coach.remarks(words)
    assert [each.doubt for each in remarks] == [Doubt.NAME, Doubt.NUMBER]
    assert remarks[0].told(words) == "Bạn tên gì"
    assert remarks[1].told(words) == NUMBER
