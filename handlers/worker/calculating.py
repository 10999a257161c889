"""The calculators in the talk: a few short questions, then the result and how it came about.

Answers stand in the state of the talk alone; nothing is stored, and no effect comes out of it.
"""

from collections.abc import Iterator
from dataclasses import replace

from handlers.calculators import Calculator, asked
from handlers.calculators.amounts import Unclear
from handlers.calculators.asked import NONE, UNSURE, Question, Reads
from handlers.calculators.minimum import Region
from handlers.events import Chose, Said
from handlers.folding import fold
from handlers.screens import Accepts, Choice, Say, Screen, say
from handlers.states import Calculating, ChoosingCalculator, ReadingHandbook, State
from handlers.texts import Texts
from handlers.turn import Facts
from handlers.worker import calculated, words
from handlers.worker.step import BACK, HOME, Input, Step, choice, given_back, not_taken, note

MOST_MEANINGS = 6
ARTICLES: dict[str, str] = {
    Calculator.MINIMUM: "a_minimum",
    Calculator.INTEREST: "a_loans",
    Calculator.OVERTIME: "a_overtime",
    Calculator.PAYSLIP: "a_deductions",
    Calculator.NOTICE: "a_resigning",
    Calculator.LEAVE: "a_leave",
    Calculator.FAMILY: "a_maternity",
    "father": "a_father",
}
_UNSURE = frozenset(
    "khong ro|khong biet|ko ro|ko biet|k ro|k biet|hong biet|chua biet|bo qua|not sure|dont know"
    "|don t know|skip".split("|")
)


def opened(under: ReadingHandbook) -> ChoosingCalculator:
    """The list of calculators, over a page of the handbook; what was worked out before is left."""
    base = under.back
    while isinstance(base, ReadingHandbook | ChoosingCalculator | Calculating):
        base = base.back
    return ChoosingCalculator(ReadingHandbook(base, under.article))


def choosing_calculator(
    state: ChoosingCalculator, event: Input, _: Facts
) -> Step[ChoosingCalculator | Calculating]:
    """Each is one press away."""
    match event:
        case Chose(name) if name.startswith("c_"):
            return Step(Calculating(state.back, Calculator(name.removeprefix("c_"))))
        case _:
            return Step(state, not_taken(event))


def calculators_screen(_: ChoosingCalculator, __: Facts) -> Screen:
    """What can be worked out."""
    choices = tuple(Choice(f"c_{each}", say(f"calculators.name.{each}")) for each in Calculator)
    return Screen((say("calculators.choose"),), choices, (BACK, HOME))


def calculating(
    state: Calculating, event: Input, facts: Facts
) -> Step[Calculating | ChoosingCalculator | ReadingHandbook]:
    """An answer, or what follows a result."""
    open_question = _question(state)
    match event:
        case Chose("again_sum"):
            return Step(Calculating(state.back, state.calculator))
        case Chose("other_sum"):
            return Step(ChoosingCalculator(state.back))
        case Chose(name) if name in ARTICLES.values():
            return Step(ReadingHandbook(state, name))
        case Chose(name) if open_question is not None:
            meant = dict(_meanings(state)).get(name)
            return _answered(state, open_question, meant, facts) if meant else _given(state, name)
        case Said(typed) if asks_place(state) and facts.regions:
            return _placed(state, typed, facts)
        case Said(typed) if open_question is not None and open_question.is_typed:
            return _typed(state, open_question, typed, facts)
        case _:
            return Step(state, not_taken(event))


def calculating_screen(state: Calculating, facts: Facts) -> Screen:
    """The question that is open, or the result."""
    open_question = _question(state)
    if open_question is None:
        return _result(state, facts)
    title = say(f"calculators.name.{state.calculator}")
    options = tuple(_option(open_question, name) for name in open_question.choices)
    accepts = Accepts.NUMBER if open_question.is_typed else Accepts.NOTHING
    if asks_place(state) and facts.regions:
        accepts = Accepts.PLACE
    says = (title, say(f"calculators.ask.{open_question.id}"))
    if state.perhaps:
        reads = open_question.reads
        meant = tuple(
            Choice(name, calculated.shown_answer(each, reads, facts.language))
            for name, each in _meanings(state)
        )
        is_day = reads is Reads.DAY
        which = say("calculators.which_day") if is_day else say("calculators.which")
        return Screen((title, which), (*meant, *options), (BACK, HOME), accepts)
    return Screen(says, options, (BACK, HOME), accepts)


def up(state: Calculating) -> State:
    """Where [Back] leads: to the answer before, and from the first question to the list."""
    if state.perhaps:
        return replace(state, perhaps=())
    if state.answers:
        return replace(state, answers=state.answers[:-1])
    return ChoosingCalculator(state.back)


def waits(state: State, facts: Facts) -> bool:
    """Whether an answer is typed in `state`, numbers too."""
    if not isinstance(state, Calculating):
        return False
    open_question = _question(state)
    if open_question is None:
        return False
    return open_question.is_typed


def asks_place(state: State) -> bool:
    """Whether a place may be typed for an answer."""
    if not isinstance(state, Calculating):
        return False
    open_question = _question(state)
    return open_question is not None and open_question.id == "region"


def meant(state: Calculating, typed: str, shown: Screen, texts: Texts) -> Chose | None:
    """The choice that was typed where numbers are answers: "không rõ", "không", and the number of a
    meaning that is asked back.
    """
    open_question = _question(state)
    ways_round = open_question.choices if open_question else ()
    if UNSURE in ways_round and fold(typed) in _UNSURE:
        return Chose(UNSURE)
    if NONE in ways_round and words.is_no(typed):
        return Chose(NONE)
    if state.perhaps and words.is_digits(typed):
        found = words.chosen(typed, shown, texts)
        return found if found and found.name in dict(_meanings(state)) else None
    return None


def _question(state: Calculating) -> Question | None:
    return asked.question(state.calculator, state.answers)


def _meanings(state: Calculating) -> Iterator[tuple[str, str]]:
    """The meanings to choose from, by names that say nothing."""
    for number, each in enumerate(state.perhaps[:MOST_MEANINGS], start=1):
        yield f"v{number}", each


def _given(state: Calculating, answer: str) -> Step[Calculating]:
    return Step(replace(state, answers=(*state.answers, answer), perhaps=()))


def _typed(
    state: Calculating, open_question: Question, typed: str, facts: Facts
) -> Step[Calculating]:
    read = asked.read(open_question, typed, facts.today)
    if isinstance(read, tuple):
        return Step(replace(state, perhaps=read[:MOST_MEANINGS]))
    if isinstance(read, Unclear):
        told = note(f"calculators.unclear.{read}")
        return Step(replace(state, perhaps=()), (told, *given_back(typed)))
    return _answered(state, open_question, read, facts)


def _answered(
    state: Calculating, open_question: Question, answer: str, facts: Facts
) -> Step[Calculating]:
    """What was understood is always said back."""
    value = calculated.shown_answer(answer, open_question.reads, facts.language)
    return replace(_given(state, answer), notes=(note("calculators.understood", value=value),))


def _placed(state: Calculating, typed: str, facts: Facts) -> Step[Calculating]:
    """A place for its region, where the operator's table has one region for all it may mean."""
    codes = [code for place in facts.places.places for code in place.codes or (place.code,)]
    regions = {facts.regions.get(code) for code in codes}
    if len(regions) != 1 or (region := regions.pop()) is None:
        return Step(state, (note("calculators.unclear.no_region"), *given_back(typed)))
    told = note(
        "calculators.minimum.place",
        place=facts.places.places[0].label if len(facts.places.places) == 1 else typed,
        region=Region(region).roman,
    )
    return replace(_given(state, f"region_{region}"), notes=(told,))


def _option(open_question: Question, name: str) -> Choice:
    """A choice; where numbers are typed it has no number of its own, and a word is typed for it."""
    word = say(f"calculators.typed.{name}") if open_question.is_typed else None
    return Choice(name, say(f"calculators.option.{name}"), word)


def _result(state: Calculating, facts: Facts) -> Screen:
    title: Say = say(f"calculators.name.{state.calculator}")
    choices = [
        choice("again_sum", "calculators.again"),
        choice("other_sum", "calculators.other"),
        *_further(state, facts),
    ]
    if state.calculator is Calculator.INTEREST:
        choices.append(choice("report"))
    says = (title, *calculated.result(state.calculator, state.answers, facts))
    return Screen(says, tuple(choices), (BACK, HOME))


def _further(state: Calculating, facts: Facts) -> tuple[Choice, ...]:
    """The article of the handbook on it; none where it has run out."""
    about = "father" if "father" in state.answers else str(state.calculator)
    name = ARTICLES[about]
    book = facts.handbooks[facts.language].current(facts.today, facts.replaced)
    if book.article(name.removeprefix("a_")) is None:
        return ()
    return (choice(name, f"calculators.article.{about}"),)
