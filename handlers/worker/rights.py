"""The answer about rights: to words that this channel does not take, and to a story that also has
such words, which may be left out of it.
"""

from dataclasses import replace

from handlers import routing
from handlers.effects import AddWords
from handlers.events import Chose
from handlers.folding import has_letters
from handlers.routing import Unit
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.states import (
    AddingWords,
    Aside,
    AtDoorway,
    ChangingStory,
    ChoosingCategory,
    Draft,
    Early,
    LeavingOut,
    LeavingOutLater,
    ReadingHandbook,
    ReadingThread,
    Resting,
    State,
    TellingStory,
)
from handlers.tips import Category
from handlers.turn import Facts
from handlers.worker import leaving, scope
from handlers.worker.additions import added_words, takes_more
from handlers.worker.onward import Onward, onward, written_anew
from handlers.worker.review import reader_of
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    by_word,
    choice,
    given_back,
    not_taken,
    note,
)

PAGE = "outside"
"""The short page with the answer alone."""

_SHELF = "g_collective"


def page(state: Aside, event: Input) -> Step[State]:
    """The answer leads to the handbook, back to where the worker was, or to a tip."""
    match event:
        case Chose("collective"):
            return Step(ReadingHandbook(leaving.beneath(state), _SHELF))
        case Chose("report"):
            return Step(ChoosingCategory(Early()))
        case Chose():
            return Step(state.back)
        case _:
            return Step(state, not_taken(event))


def page_screen(state: Aside, facts: Facts) -> Screen:
    """Nothing was kept; what the law says of stoppages, whom to ask, and what can be told here. The
    same for whatever was written: what it was about is known to nobody after the turn.
    """
    unit = _near(state.back, facts)
    contact = (say("scope.contact", contact=unit.contact),) if unit.contact else ()
    begins = isinstance(state.back, Resting)
    return Screen(
        (
            say("scope.outside"),
            say("stoppage.law"),
            say("scope.whom", unit=unit.name),
            *contact,
            say("stoppage.mediator"),
            say("scope.other"),
        ),
        (choice("collective"), choice("report") if begins else choice("go_on")),
        (choice("home"),) if begins else (BACK,),
    )


def leaving_out(
    state: LeavingOut, event: Input, facts: Facts
) -> Step[LeavingOut | Onward | ChangingStory | ReadingHandbook]:
    """The worker decides what stays in the draft; whether police may get it hangs on that alone."""
    match event:
        case Chose("leave_out"):
            return Step(onward(_shortened(state), facts), (note("scope.left_out"),))
        case Chose("keep_all"):
            return Step(onward(state.draft, facts))
        case Chose("write_anew"):
            return Step(written_anew(state.draft, state.words, facts))
        case Chose("collective"):
            return Step(ReadingHandbook(state, _SHELF))
        case _:
            return Step(state, not_taken(event))


def leaving_out_screen(state: LeavingOut, _: Facts) -> Screen:
    """What would stay, and that the tip is taken either way."""
    rest = has_letters(_shortened(state).whole)
    return Screen(_question(state.words), _choices(can_leave_out=rest), (BACK, STOP))


def leaving_out_later(
    state: LeavingOutLater, event: Input, facts: Facts
) -> Step[LeavingOutLater | ReadingThread | AddingWords | ReadingHandbook]:
    """The same for words that are added to a tip."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("leave_out" | "keep_all") if not takes_more(facts):
            return Step(thread, (note("closed_meanwhile"), *given_back(state.words)))
        case Chose("leave_out"):
            rest = scope.without(state.words)
            return Step(thread, (added_words(facts),), (AddWords(state.key, rest),))
        case Chose("keep_all"):
            return Step(thread, (added_words(facts),), (AddWords(state.key, state.words),))
        case Chose("write_anew"):
            return Step(AddingWords(state.key))
        case Chose("collective"):
            return Step(ReadingHandbook(state, _SHELF))
        case _:
            return Step(state, not_taken(event))


def leaving_out_later_screen(state: LeavingOutLater, _: Facts) -> Screen:
    """What would be added."""
    rest = has_letters(scope.without(state.words))
    return Screen(_question(state.words), _choices(can_leave_out=rest), (BACK,))


def _question(words: str) -> tuple[Say, ...]:
    rest = scope.without(words)
    shown = (say("scope.rest", Tone.OWN, words=rest),) if has_letters(rest) else ()
    return (say("scope.mixed"), *shown, say("scope.either_way"))


def _choices(*, can_leave_out: bool) -> tuple[Choice, ...]:
    first = (by_word("leave_out"),) if can_leave_out else ()
    return (*first, choice("keep_all"), choice("write_anew"), choice("collective"))


def _shortened(state: LeavingOut) -> Draft:
    draft, words = state.draft, state.words
    if words == draft.whole and draft.details:
        for piece in draft.pieces:
            draft = draft.rewritten(piece, scope.without(piece))
        # Pieces that say nothing each may still say it together.
        return draft if scope.is_silent(draft.whole) else replace(draft, details=())
    if any(each.is_own and each.said == words for each in draft.details):
        return draft.rewritten(words, scope.without(words))
    story = draft.story
    before = story.removesuffix(words)
    kept = before + scope.without(words) if before != story else scope.without(story)
    return replace(state.draft, story=kept.strip())


def _near(state: State, facts: Facts) -> Unit:
    """The union to ask: the one that would read a tip from there."""
    given = leaving.gathered(state)
    if isinstance(given, Draft):
        return reader_of(given, facts)
    place = state.place if isinstance(state, TellingStory | AtDoorway) else None
    return routing.reader(facts.tree, Category.OTHER, place)
