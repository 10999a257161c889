"""A choice was made: by its button, its number or its label."""

from dataclasses import replace

from handlers.entries import is_pick
from handlers.events import Chose, Command, Commanded, Said
from handlers.screens import Screen
from handlers.states import (
    Aside,
    Calculating,
    ChoosingCategory,
    ConfirmingWord,
    Early,
    ReadingThread,
    Received,
    Resting,
    State,
    Talk,
)
from handlers.turn import Facts, Turn
from handlers.worker import followup, leaving
from handlers.worker.commands import commanded, turn
from handlers.worker.dispatch import screen
from handlers.worker.reading_over import step
from handlers.worker.step import Step, note

_COMMANDS = frozenset({"help", "language", "forget", "bell", "bulletins", "rights"})
_OF_SHORT_PAGES = frozenset({"privacy", "code", "bulletins", "handbook", "forget"})


def chose(talk: Talk, event: Chose, facts: Facts) -> Turn:
    """Carry out a choice of the present screen; one of another screen changes nothing."""
    state = talk.state
    shown = screen(state, facts)
    if isinstance(state, ReadingThread) and is_pick(event.name) and not _offers(shown, event):
        now = followup.opened(state.key, facts)
        return turn(talk, Step(now, (note("reply.question_over"),)))
    if not _offers(shown, event):
        return turn(talk, Step(state, (note(_why_not(talk, event)),)))
    match event.name:
        case "back":
            return turn(talk, leaving.back(state, facts))
        case "home":
            return turn(talk, _home(state))
        case "stop":
            return turn(talk, leaving.cancel(state))
        case name if name in _commands(state):
            return commanded(talk, Commanded(Command(event.name)), facts)
        case "report" if isinstance(state, Received):
            return turn(talk, Step(ChoosingCategory(Early())))
        case "open_thread" if isinstance(state, Received):
            return open_thread(talk, state.code, facts, state)
        case "my_words" if isinstance(state, ConfirmingWord):
            return turn(talk, step(state.back, Said(state.words), facts))
        case "open_code" if isinstance(state, ConfirmingWord):
            opened = open_thread(talk, state.words, facts, state.back)
            if not isinstance(opened.talk.state, ReadingThread):
                return opened
            return replace(opened, effects=(*opened.effects, *leaving.drop(state)))
        case _:
            return turn(talk, step(state, event, facts))


def _commands(state: State) -> frozenset[str]:
    """The choices that are commands there."""
    if isinstance(state, Aside):
        return _OF_SHORT_PAGES
    return _COMMANDS | {"report"} if isinstance(state, Calculating) else _COMMANDS


def _offers(shown: Screen, event: Chose) -> bool:
    return event.name in {each.name for each in (*shown.choices, *shown.ways)}


def is_fresh(talk: Talk) -> bool:
    """Whether nothing has happened in this talk yet, but perhaps the choice of a language: what
    refers to something before it refers to a talk that has ended.
    """
    return isinstance(talk.state, Resting) and talk.turn <= 1


def _why_not(talk: Talk, event: Chose) -> str:
    if isinstance(talk.state, Received) and event.name == "send":
        return "received.before"
    return "lost" if is_fresh(talk) else "old_button"


def open_thread(talk: Talk, code: str, facts: Facts, otherwise: State) -> Turn:
    """Open the thread of `code`, which was looked up; or say why not, and go to `otherwise`."""
    if facts.thread is not None and not facts.wait_seconds:
        return turn(talk, Step(followup.opened(facts.thread.key, facts)))
    missed = turn(talk, Step(otherwise, followup.code_notes(code, facts)))
    return replace(missed, wrong_code=not facts.wait_seconds)


def _home(state: State) -> Step[State]:
    return Step(leaving.beneath(state) if leaving.holds_draft(state) else Resting())
