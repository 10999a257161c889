"""Ready words: what may stand in them, how they are filled, and the house's own set."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.coach import remarks
from handlers.languages import Language
from handlers.moderators.actions import MOST_LETTERS, Offer
from handlers.moderators.templates import (
    MOST_LETTERS as MOST_OF_A_TEMPLATE,
)
from handlers.moderators.templates import (
    Field,
    Template,
    fill,
    ready,
    starters,
    tidied,
    unfit,
)
from handlers.tips import Category
from tests.world import texts

GOOD = Template("a", "Chào", Offer.ANSWER, "{unit} đã đọc tin của bạn.", "{unit} has read it.")
VALUES = {
    Field.UNIT: "Công đoàn phía bắc",
    Field.CONTACT: "028 3822 0000",
    Field.HOURS: "8:00–17:00",
    Field.ANSWER_DAY: "11/12/2026",
    Field.CATEGORY: "Cháy nổ",
}


def test_a_good_template_is_kept() -> None:
    assert unfit(tidied(GOOD)) is None
    assert unfit(replace(GOOD, english="")) is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"name": ""}, "name_empty"),
        ({"name": "a" * 61}, "name_long"),
        ({"words": ""}, "words_empty"),
        ({"words": "Chào {name}"}, "unknown_field"),
        ({"words": "Chào {unit.name}"}, "unknown_field"),
        ({"words": "Chào {}"}, "unknown_field"),
        ({"words": "Chào {unit!r:>9}"}, "unknown_field"),
        ({"english": "Hello {nobody}"}, "unknown_field"),
        ({"words": "Chào {unit"}, "braces"),
        ({"words": "Chào unit}"}, "braces"),
        ({"words": "Chào {{unit}}"}, "braces"),
        ({"words": "a" * (MOST_OF_A_TEMPLATE + 3)}, "words_long"),
        ({"words": "Bạn tên gì, làm ở {unit} à?"}, "doubted"),
        ({"english": "What is your name?"}, "doubted"),
    ],
)
def test_what_cannot_be_filled_or_asks_who_somebody_is_is_refused(
    change: dict[str, str], key: str
) -> None:
    told = unfit(tidied(replace(GOOD, **change)))  # type: ignore[arg-type]
    assert told is not None
    assert told.key == f"desk.reply.template.no.{key}"
    for language in Language:
        assert "{" not in texts()[language].say(told).replace(change.get("words", ""), "")


def test_how_much_is_too_much_is_told_to_the_letter() -> None:
    told = unfit(replace(GOOD, words="a" * (MOST_OF_A_TEMPLATE + 3)))
    assert told is not None
    assert dict(told.fields)["over"] == 3


@pytest.mark.parametrize("language", Language)
def test_the_house_s_set_is_fit_and_never_leads_to_anybody(language: Language) -> None:
    found = starters(texts(), language)
    assert {each.kind for each in found} == {Offer.ASK, Offer.ANSWER, Offer.CLOSE}
    for each in found:
        assert unfit(tidied(each)) is None, each.id
        for words in (each.words, each.english):
            assert fill(words, VALUES), each.id
            assert not any(figure in words for figure in "0123456789"), each.id


def test_a_field_that_is_not_known_leaves_the_template_out() -> None:
    every = dict.fromkeys(Language, VALUES)
    known = ready(GOOD, every, Category.FIRE)
    assert known is not None
    assert known.words == "Công đoàn phía bắc đã đọc tin của bạn."
    assert known.english == "Công đoàn phía bắc has read it."
    nameless = {language: VALUES | {Field.UNIT: ""} for language in Language}
    assert ready(GOOD, nameless, Category.FIRE) is None
    # Without English texts at hand it goes in Vietnamese.
    alone = ready(GOOD, {Language.VI: VALUES}, Category.FIRE)
    assert alone is not None
    assert alone.english == ""


def test_a_template_for_one_category_is_offered_there_alone() -> None:
    every = dict.fromkeys(Language, VALUES)
    wages = replace(GOOD, category=Category.WAGES)
    assert ready(wages, every, Category.WAGES) is not None
    assert ready(wages, every, Category.FIRE) is None


def test_what_fills_a_field_is_not_read_as_a_field() -> None:
    assert fill("{unit} {hours}", VALUES | {Field.UNIT: "{contact}"}) == "{contact} 8:00–17:00"


@given(st.text(max_size=300))
def test_whatever_is_kept_can_be_filled_and_sent(words: str) -> None:
    template = tidied(replace(GOOD, words=words))
    if unfit(template) is None:
        filled = fill(template.words, VALUES)
        assert filled is not None
        assert len(filled) <= MOST_LETTERS
        # With a field filled, it is doubted at most for the unit's own address.
        assert {each.doubt for each in remarks(template.words)} <= {
            each.doubt for each in remarks(filled)
        }
