"""The questions of a category's form, one at a time: pressed or told, each can be passed over."""

from dataclasses import replace

from handlers.events import Brought, Chose, Said, Showed
from handlers.forms import UNKNOWN, Question
from handlers.screens import Accepts, Choice, Say, Screen, Tone, say
from handlers.states import (
    ChangingDetails,
    ChangingStory,
    ChoosingDetail,
    Detail,
    Draft,
    KnownToFew,
    Received,
    Reviewing,
    TellingDetail,
)
from handlers.turn import Facts
from handlers.worker import placing
from handlers.worker.onward import (
    UNKNOWN_SAID,
    Onward,
    answered,
    asked,
    detail,
    form_of,
    lines_of,
    onward,
    put,
    said_of,
    without,
)
from handlers.worker.review import SEND, keep, send
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    by_word,
    choice,
    given_back,
    is_story,
    named,
    not_taken,
    note,
    too_long,
)
from handlers.worker.story import ROAD

_ANSWER = "is_"
_LISTED = "q_"
_SHOWN_LETTERS = 120


def choosing_detail(
    state: ChoosingDetail, event: Input, facts: Facts
) -> Step[Onward | KnownToFew | ChangingDetails]:
    """An answer is pressed, or given in a few words; a whole story belongs to the tip."""
    match event:
        case Chose(name) if name.startswith(_ANSWER):
            return _pressed(state, name.removeprefix(_ANSWER), facts)
        case Said(words) if placing.does_not_know(words):
            return _pressed(state, UNKNOWN, facts)
        case Said(words) if not is_story(words):
            return _told(state, words, facts)
        case _:
            return _other(state, event, facts)


def telling_detail(
    state: TellingDetail, event: Input, facts: Facts
) -> Step[Onward | KnownToFew | ChangingDetails]:
    """The answer is told in free words."""
    match event:
        case Chose(name) if name.startswith(_ANSWER):
            return _pressed(state, name.removeprefix(_ANSWER), facts)
        case Said(words) if placing.does_not_know(words):
            return _pressed(state, UNKNOWN, facts)
        case Said(words) if not any(each.isalnum() for each in words):
            return Step(state, (note("nothing_said"),))
        case Said(words):
            return _told(state, words, facts)
        case _:
            return _other(state, event, facts)


def detail_screen(state: ChoosingDetail | TellingDetail, facts: Facts) -> Screen:
    """The question with its number, the answer that was given before, and that it can be passed."""
    draft, question = state.draft, _question(state, facts)
    if question is None:
        return Screen((say("form.gone"),), (choice("skip"),), (BACK, STOP), step=(4, ROAD))
    begins = draft.asks and not draft.asked_to and not draft.details
    given = detail(draft, question.name)
    return Screen(
        (
            *((say("form.begin"),) if begins else ()),
            _asks(draft, question, facts),
            *((_given(given, draft, facts),) if given else ()),
            *((say("form.words"),) if isinstance(state, TellingDetail) else ()),
        ),
        _choices(draft, question, facts, is_given=given is not None),
        (BACK, STOP),
        Accepts.WORDS if isinstance(state, TellingDetail) else Accepts.NOTHING,
        (4, ROAD),
    )


def known_to_few(
    state: KnownToFew, event: Input, facts: Facts
) -> Step[KnownToFew | Onward | ChangingStory | ChangingDetails]:
    """The worker decides how much stays; the unit is told that few know, so that it takes care."""
    draft = state.draft
    match event:
        case Chose("keep_details"):
            return Step(_after(draft, facts))
        case Chose("drop_details"):
            kept = tuple(each for each in draft.details if each.question == state.question)
            return Step(
                Reviewing(replace(draft, details=kept, asks=False)), (note("form.dropped"),)
            )
        case Chose("write_anew"):
            return Step(ChangingStory(draft))
        case Said() | Showed():
            kept_draft, notes = keep(draft, event, facts)
            return Step(replace(state, draft=kept_draft), notes)
        case _:
            return Step(state, not_taken(event))


def few_screen(state: KnownToFew, _: Facts) -> Screen:
    """Why details may give the worker away, and what can be done about it."""
    others = any(each.question != state.question for each in state.draft.details)
    return Screen(
        (say("form.few"),),
        (
            *((choice("drop_details"),) if others else ()),
            choice("write_anew", "choice.let_me_write"),
            choice("keep_details"),
        ),
        (BACK, STOP),
        step=(4, ROAD),
    )


def changing_details(
    state: ChangingDetails, event: Input, facts: Facts
) -> Step[ChangingDetails | ChoosingDetail | TellingDetail | Reviewing | Received]:
    """One of the questions again."""
    draft = state.draft
    match event:
        case Chose("send"):
            return send(draft, facts)
        case Chose("done"):
            return Step(Reviewing(draft))
        case Chose(name) if (question := _listed(draft, name, facts)) is not None:
            return Step(put(draft, question))
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(ChangingDetails(kept), notes)
        case _:
            return Step(state, not_taken(event))


def changing_details_screen(state: ChangingDetails, facts: Facts) -> Screen:
    """The questions that are asked, with what was answered."""
    language, questions = facts.language, asked(state.draft, facts)
    listed = tuple(named(f"{_LISTED}{each.name}", each.label.get(language)) for each in questions)
    lines = lines_of(state.draft, facts)
    return Screen(
        (say("form.which"), *((say("raw", Tone.OWN, text=lines),) if lines else ())),
        (SEND, *listed, choice("done")),
        (BACK, STOP),
    )


def _question(state: ChoosingDetail | TellingDetail, facts: Facts) -> Question | None:
    return form_of(state.draft, facts).question(state.question)


def _listed(draft: Draft, name: str, facts: Facts) -> Question | None:
    names = {f"{_LISTED}{each.name}": each for each in asked(draft, facts)}
    return names.get(name)


def _asks(draft: Draft, question: Question, facts: Facts) -> Say:
    """The question; counted are all that may still be asked, so that there are never more."""
    ask = question.ask.get(facts.language)
    if not draft.asks:
        return say("form.ask_again", ask=ask)
    names = [each.name for each in asked(draft, facts)]
    every = form_of(draft, facts).questions
    after = every.index(question) + 1
    at = names.index(question.name) + 1 if question.name in names else 1
    return say("form.ask", at=at, of=at + len(_ahead(draft, question, after, facts)), ask=ask)


def _ahead(draft: Draft, question: Question, after: int, facts: Facts) -> tuple[Question, ...]:
    """The questions after this one that may still come."""
    every = form_of(draft, facts).questions
    names = {each.name for each in asked(draft, facts)} | {question.name}
    ahead: list[Question] = []
    for each in every[after:]:
        on = each.when.question if each.when else ""
        if not on or each.name in names or on == question.name or on in {a.name for a in ahead}:
            ahead.append(each)
    return tuple(ahead)


def _choices(
    draft: Draft, question: Question, facts: Facts, *, is_given: bool
) -> tuple[Choice, ...]:
    """At most nine: the answers, then the ways past the question."""
    own = tuple(
        named(f"{_ANSWER}{each.name}", each.label.get(facts.language)) for each in question.options
    )
    past = [by_word("is_unknown")]
    past += [by_word("keep_answer"), by_word("drop_answer")] if is_given else [by_word("skip")]
    if draft.asks and not is_given:
        past.append(by_word("skip_all"))
    # A number may be the answer where words are free: only there the ways past it are words.
    ways = (replace(each, word=None) if question.options else each for each in past)
    return (*own, *ways)


def _pressed(
    state: ChoosingDetail | TellingDetail, name: str, facts: Facts
) -> Step[Onward | KnownToFew | ChangingDetails]:
    question = _question(state, facts)
    if question is None:
        return Step(_after(state.draft, facts))
    option = question.option(name)
    said = (option.label if option else UNKNOWN_SAID).vi
    given = Detail(question.name, question.label.vi, said, name)
    return _taken(state, given, facts, careful=option is not None and option.careful)


def _told(
    state: ChoosingDetail | TellingDetail, words: str, facts: Facts
) -> Step[Onward | KnownToFew | ChangingDetails]:
    question = _question(state, facts)
    if question is None:
        kept, notes = keep(state.draft, Said(words), facts)
        return Step(_after(kept, facts), notes)
    if too_long(without(state.draft, question.name).whole, question.label.vi, words):
        return Step(state, (note("too_long"), *given_back(words)))
    given = Detail(question.name, question.label.vi, " ".join(words.splitlines()))
    # In their own words it may well be few.
    return _taken(state, given, facts, careful=question.is_careful)


def _taken(
    state: ChoosingDetail | TellingDetail, given: Detail, facts: Facts, *, careful: bool
) -> Step[Onward | KnownToFew | ChangingDetails]:
    draft, gone = answered(state.draft, given, facts)
    notes = tuple(each for one in gone for each in (note("form.no_more"), *given_back(one.said)))
    if careful:
        return Step(KnownToFew(draft, given.question), notes)
    return Step(_after(draft, facts), notes)


def _other(
    state: ChoosingDetail | TellingDetail, event: Input, facts: Facts
) -> Step[Onward | KnownToFew | ChangingDetails]:
    """What is no answer: passing over, and what belongs to the tip."""
    draft = state.draft
    match event:
        case Chose("skip" | "keep_answer"):
            return Step(_after(replace(draft, asked_to=state.question), facts))
        case Chose("drop_answer"):
            bare = without(draft, state.question)
            return Step(_after(replace(bare, asked_to=state.question), facts))
        case Chose("skip_all"):
            return Step(Reviewing(replace(draft, asks=False)))
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(replace(state, draft=kept), notes)
        case Chose() | Brought():
            return Step(state, not_taken(event))


def _after(draft: Draft, facts: Facts) -> Onward | ChangingDetails:
    """The next question; once the road is over, the list from which this one was picked."""
    return onward(draft, facts) if draft.asks else ChangingDetails(draft)


def _given(given: Detail, draft: Draft, facts: Facts) -> Say:
    return say("form.given", said=_short(said_of(given, draft, facts)))


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN_LETTERS else f"{words[:_SHOWN_LETTERS]}…"
