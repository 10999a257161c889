"""Texts are cleaned in a time that grows with their length and no faster, whatever they hold."""

from handlers.folding import clean


def test_thousands_of_marks_on_one_letter_are_cut_off_and_a_few_stay() -> None:
    # Putting marks in order takes the square of their number: so many in a row never get there.
    few = "o" + "\u0323\u0302" * 15
    assert clean(few).startswith("ộ")
    assert len(clean(few)) == 29
    assert len(clean("o" + "\u0323\u0301" * 5_000)) < 40
    # What cannot be seen does not part them: it is gone before.
    assert len(clean("o" + "\u0323\u0301\u200b\u115f" * 5_000)) < 40


def test_signs_and_small_pictures_in_a_row_are_no_marks() -> None:
    row = "!" * 100 + "😀" * 100
    assert clean(row) == row
