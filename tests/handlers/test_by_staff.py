"""Words that an officer writes down for a worker are read over as the worker's own would be."""

from dataclasses import replace
from pathlib import Path

import pytest

from handlers.languages import Language
from handlers.states import Draft
from handlers.tips import Category
from handlers.turn import Needs
from handlers.worker import by_staff
from tests.world import World, places

SETS = Path(__file__).parents[1] / "scope"
STORY = "Máy dập không có che chắn, có người bị thương ở tay."
DRAFT = Draft(Category.UNSAFE, False, None, STORY, "ABCDEFGHJKMNPQRS", police=True)


def lines(name: str) -> list[str]:
    every = (SETS / name).read_text(encoding="utf-8").splitlines()
    return [each for each in every if each.strip() and not each.startswith("#")]


@pytest.mark.parametrize("words", lines("out.txt"))
def test_what_is_only_about_rights_is_turned_away_or_never_for_the_police(words: str) -> None:
    weighed = by_staff.weigh(words)
    assert weighed.turned_away or weighed.mixed
    assert not by_staff.may_go_to_police(replace(DRAFT, story=words))


@pytest.mark.parametrize("words", lines("in.txt"))
def test_no_tip_is_turned_away(words: str) -> None:
    assert not by_staff.weigh(words).turned_away


def test_what_is_left_out_of_a_story_is_offered_before() -> None:
    weighed = by_staff.weigh(f"{STORY} Chúng tôi đã ký đơn kiến nghị tập thể.")
    assert (weighed.turned_away, weighed.mixed, weighed.rest) == (False, True, STORY)
    assert by_staff.without(f"{STORY} Chúng tôi đã ký đơn kiến nghị tập thể.") == STORY
    assert STORY not in repr(weighed)


def test_what_may_tell_who_it_is_is_found_and_covered() -> None:
    words = f"{STORY} Gọi tôi số 0912345678."
    [found] = by_staff.weigh(words).findings
    assert "0912345678" not in by_staff.covered(words, (found,), Language.VI)


@pytest.mark.parametrize(
    ("draft", "allowed"),
    [
        (DRAFT, True),
        (replace(DRAFT, police=False), False),
        (replace(DRAFT, category=Category.WAGES), False),
        (replace(DRAFT, story=f"{STORY} Mai cả xưởng đình công."), False),
    ],
)
def test_a_tip_is_filed_as_sending_would(draft: Draft, allowed: bool) -> None:
    facts = World().facts(Needs(filing=draft.code))
    new = by_staff.filing(draft, facts)
    assert new is not None
    assert (new.story, new.may_go_to_police) == (draft.story, allowed)
    assert new.unit == by_staff.reader_of(draft, facts).id
    assert by_staff.may_go_to_police(draft) is allowed
    # Without a code that was looked up there is nothing to file.
    assert by_staff.filing(draft, replace(facts, filing=None)) is None


def test_it_says_whether_everybody_can_be_shut_out_there() -> None:
    facts = World().facts(Needs())
    hidden = replace(DRAFT, hidden=frozenset({"commune"}))
    assert not by_staff.is_hidden(hidden, facts)
    [place, *_] = places().find("phường bàn thạch đà nẵng")
    assert by_staff.is_hidden(replace(hidden, place=place), facts)
