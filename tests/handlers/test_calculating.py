"""The calculators in the talk: nothing is kept, no finding is made, old numbers say so."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import placing
from handlers import packing, worker
from handlers.calculators import Calculator, asked
from handlers.calculators.sources import SOURCES
from handlers.events import Chose, Said
from handlers.languages import Language
from handlers.screens import Accepts, Rendered
from handlers.states import Calculating, ChoosingCalculator, ReadingHandbook, Resting, State, Talk
from handlers.turn import Facts
from tests.world import World, places, texts

HANOI_WARD = "phường Hoàng Mai, Hà Nội"


def facts(typed: str = "", regions: dict[str, str] | None = None) -> Facts:
    at = World()
    known = at.facts(worker.needs(Talk(), Said("")))
    return replace(known, regions=regions or {}, places=placing.look_up(places(), typed, None))


def shown(state: State, known: Facts, language: Language = Language.VI) -> Rendered:
    known = replace(known, language=language)
    return texts()[language].render(worker.show(Talk(state, language), (), known))


def after(state: State, event: Chose | Said, known: Facts) -> State:
    made = worker.respond(Talk(state), event, known, texts())
    assert made.effects == (), "a calculator does nothing but talk"
    return made.talk.state


def results(calculator: Calculator, known: Facts) -> list[Calculating]:
    """A result for every way through a calculator, with an example for what is typed."""
    example = {
        "per_million": "3000", "percent_month": "10", "percent_day": "1", "received": "8 triệu",
        "each_day": "250k", "times": "40", "hours_a_month": "208", "hours_a_day": "8",
        "overtime_hours": "4", "insured": "6tr", "taken": "630.000", "damage": "500k",
        "net": "5tr4", "last_day": "31/12/2027", "worked": "8 tháng", "days_off": "5",
    }  # fmt: skip
    open_states = [Calculating(Resting(), calculator)]
    found: list[Calculating] = []
    while open_states:
        state = open_states.pop()
        question = asked.question(calculator, state.answers)
        if question is None:
            found.append(state)
            continue
        events: list[Chose | Said] = [Chose(name) for name in question.choices]
        if question.id == "wage":
            events += [Said("30k"), Said("250k/ngày"), Said("6tr5")]
        elif question.is_typed:
            events.append(Said(example[question.id]))
        for event in events:
            reached = after(state, event, known)
            assert isinstance(reached, Calculating)
            assert len(reached.answers) == len(state.answers) + 1, (question.id, event)
            open_states.append(reached)
    return found


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("calculator", Calculator)
def test_every_way_through_ends_in_at_most_four_answers_with_its_law_and_day(
    calculator: Calculator, language: Language
) -> None:
    known = facts()
    every = results(calculator, known)
    assert every
    for state in every:
        assert len(state.answers) <= 4
        text = shown(state, known, language).text
        assert "21/11/2026" in text
        assert any(number in text for number in ("/QH1", "NĐ-CP"))
        for word in ("nạn nhân", "bất hợp pháp", "victim", "illegal"):
            assert word not in text


def test_last_years_minimum_wage_is_shown_as_last_years_only() -> None:
    state = Calculating(Resting(), Calculator.MINIMUM, ("region_1",))
    assert "chưa có" not in shown(state, facts()).text
    later = replace(facts(), today=date(2027, 1, 1))
    text = shown(state, later).text
    assert text.index("chúng tôi chưa có") < text.index("5.310.000")
    assert "hết hạn ngày 31/12/2026" in text
    names = [each.name for each in shown(state, later).choices]
    assert names == ["again_sum", "other_sum"], "the article has run out, too"


@pytest.mark.parametrize("calculator", Calculator)
def test_a_law_that_was_replaced_is_told_before_the_sum(calculator: Calculator) -> None:
    state = results(calculator, facts())[0]
    for number, _ in SOURCES[calculator].articles:
        after = replace(facts(), replaced=frozenset({number.lower()}))
        words = shown(state, after).text
        assert f"đã được thay: {number}" in words
        assert words.index("đã được thay") < words.index("Căn cứ")
    assert "đã được thay" not in shown(state, facts()).text
    assert (
        "đã được thay"
        not in shown(state, replace(facts(), replaced=frozenset({"1/2020/QH14"}))).text
    )


@pytest.mark.parametrize(
    "calculator", [each for each in Calculator if each is not Calculator.MINIMUM]
)
def test_what_was_checked_long_ago_says_so(calculator: Calculator) -> None:
    state = results(calculator, facts())[0]
    later = replace(facts(), today=date(2027, 11, 22))
    assert "đối chiếu này đã lâu" in shown(state, later).text
    assert "đối chiếu này đã lâu" not in shown(state, facts()).text


def test_a_place_is_an_answer_where_the_operators_table_knows_its_region() -> None:
    ward = facts(HANOI_WARD).places.places[0].code
    state = Calculating(Resting(), Calculator.MINIMUM)
    known = facts(HANOI_WARD, {ward: "1"})
    reached = after(state, Said(HANOI_WARD), known)
    assert isinstance(reached, Calculating)
    assert reached.answers == ("region_1",)
    assert worker.needs(Talk(state), Said(HANOI_WARD)).place == HANOI_WARD
    assert shown(state, known).accepts is Accepts.PLACE
    assert shown(state, facts()).accepts is Accepts.NOTHING
    elsewhere = facts("phường Dĩ An", {ward: "1"})
    assert after(state, Said("phường Dĩ An"), elsewhere) == state


def test_answers_stand_in_the_state_alone_and_never_in_what_a_log_could_show() -> None:
    state = Calculating(Resting(), Calculator.PAYSLIP, ("5310000",), ("630000",))
    assert "5310000" not in repr(state)
    assert "630000" not in repr(state)
    names = [each.name for each in shown(state, facts()).choices]
    assert not any("630000" in name for name in names)
    assert packing.unpack(packing.pack(Talk(state))).state == state


@pytest.mark.parametrize(
    ("each_million", "bar"), [("548", 10), ("2740", 50), ("5000", 91), ("99999", 100)]
)
def test_a_bar_stands_beside_the_words_with_the_two_lines_of_the_law(
    each_million: str, bar: int
) -> None:
    state = Calculating(Resting(), Calculator.INTEREST, ("per_day", each_million))
    bars = [each.bar for each in shown(state, facts()).lines if each.bar]
    assert bars == [(bar, 10, 50)]


def test_pages_do_not_pile_up_below_a_calculator() -> None:
    known, state = facts(), Calculating(Resting(), Calculator.INTEREST, ("per_day", "3000"))
    reached: State = state
    sizes = []
    for _ in range(5):
        for name in ("a_loans", "back", "back"):
            reached = after(reached, Chose(name), known)
        assert isinstance(reached, ReadingHandbook)
        reached = ReadingHandbook(reached.back, "tools")
        for name in ("calculators", "c_interest", "per_day"):
            reached = after(reached, Chose(name), known)
        reached = after(reached, Said("3000"), known)
        sizes.append(len(packing.pack(Talk(reached))))
    assert len(set(sizes[1:])) == 1


@given(st.sampled_from(Calculator), st.lists(st.text(max_size=30) | st.sampled_from(
    ["5tr", "10", "0", "-1", "không rõ", "1", "2", "3", "9", "huy", "5,5", "31/12/2026"]
), max_size=8))  # fmt: skip
def test_whatever_is_typed_gets_an_answer_and_nothing_is_done(
    calculator: Calculator, typed: list[str]
) -> None:
    known = facts()
    state: State = Calculating(Resting(), calculator)
    for each in typed:
        made = worker.respond(Talk(state), Said(each), known, texts())
        if not isinstance(made.talk.state, Calculating | ChoosingCalculator):
            return
        assert made.effects == ()
        state = made.talk.state
        assert shown(state, known).lines
