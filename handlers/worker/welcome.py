"""The start, and the short pages that can be looked at in the middle of something."""

from itertools import groupby

from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import fold
from handlers.screens import Accepts, Say, Screen, Tone, say
from handlers.states import (
    Aside,
    ChoosingCategory,
    Early,
    ReadingHandbook,
    Resting,
    State,
    TypingCode,
)
from handlers.turn import Facts
from handlers.worker import privacy, rights, subscription
from handlers.worker.step import BACK, HOME, Input, Step, choice, not_taken, note
from handlers.worker.story import keep_early
from handlers.worker.words import is_greeting

# What is typed for choices of steps that may have ended meanwhile, and says nothing by itself.
_OF_A_STEP = frozenset(("gui", "send", "xoa", "delete", "bo", "drop", "ket thuc", "agree"))


def resting(
    _: Resting, event: Input, facts: Facts
) -> Step[Resting | ChoosingCategory | TypingCode | ReadingHandbook]:
    """Nothing is going on: words and pictures begin a tip."""
    match event:
        case Chose(name):
            return _start(name)
        case Said(words) if is_greeting(words):
            return Step(Resting())
        case Said(words) if fold(words) in _OF_A_STEP:
            # Taken for a story, it would look as if the draft were there still.
            return Step(Resting(), (note("gone_step"),))
        case Said() | Showed():
            early, notes = keep_early(Early(), event, facts)
            return Step(ChoosingCategory(early) if early != Early() else Resting(), notes)
        case Brought():
            return Step(Resting(), not_taken(event))


def _start(name: str) -> Step[Resting | ChoosingCategory | TypingCode | ReadingHandbook]:
    match name:
        case "report":
            return Step(ChoosingCategory(Early()))
        case "try":
            return Step(ChoosingCategory(Early(practice=True)), (note("practice.begins"),))
        case "code":
            return Step(TypingCode())
        case "handbook":
            return Step(ReadingHandbook())
        case _:
            return Step(Resting())


def resting_screen(_: Resting, facts: Facts) -> Screen:
    """Hello, and what can be done here."""
    keeper = facts.room.keeper
    return Screen(
        (
            say("welcome.hello", service=facts.service),
            *((say("keeper.knows", keeper=keeper),) if keeper else ()),
            say("welcome.danger", Tone.DANGER),
            say("welcome.what"),
        ),
        (
            choice("report"),
            choice("code"),
            choice("bell"),
            choice("bulletins"),
            choice("rights"),
            choice("handbook"),
            choice("try"),
        ),
        (choice("help"), choice("language")),
        Accepts.WORDS,
    )


def aside(state: Aside, event: Input, _: Facts) -> Step[State]:
    """A short page: [Back] leads to where the worker was."""
    if state.page == rights.PAGE:
        return rights.page(state, event)
    if isinstance(event, Chose):
        return Step(state.back)
    return Step(state, not_taken(event))


def aside_screen(state: Aside, facts: Facts) -> Screen:
    """The bell's list, where bulletins are read, what is outside, what we keep, a person's rights,
    help.
    """
    ways = (BACK,) if not isinstance(state.back, Resting) else (HOME,)
    match state.page:
        case rights.PAGE:
            return rights.page_screen(state, facts)
        case "bell":
            return Screen(_bell(facts), (), ways)
        case "bulletins":
            return subscription.page_screen(facts, ways)
        case "full":
            return subscription.full_screen(facts, ways)
        case "call":
            return Screen(call(facts), (), ways)
        case "rights":
            promises = facts.handbooks[facts.language].promises
            told = (say("raw", text=each) for each in promises)
            says = (say("learning.rights"), say("rights.title"), *told)
            return Screen(says, (choice("handbook"), choice("privacy")), ways)
        case "privacy":
            return privacy.page_screen(facts, ways)
        case _:
            words = say("help" if facts.room.buttons else "help_words")
            return Screen((words, say("welcome.danger", Tone.DANGER)), (), ways)


def call(facts: Facts) -> tuple[Say, ...]:
    """Whom to call where nothing that is typed arrives."""
    return (*contact(facts), say("welcome.danger", Tone.DANGER))


def contact(facts: Facts) -> tuple[Say, ...]:
    """Where the unit at the top is found, if its table says so."""
    found = facts.tree.root.contact
    return (say("withheld.call", contact=found),) if found else ()


def _bell(facts: Facts) -> tuple[Say, ...]:
    if not facts.bells:
        return (say("bell.title"), say("bell.none"), say("bell.how"))
    # A line for each first digit, of four at most: easy to run an eye over on a small screen.
    rows = [
        " ".join(alike[at : at + 4])
        for _, found in groupby(facts.bells, key=lambda number: number[:1])
        for alike in [list(found)]
        for at in range(0, len(alike), 4)
    ]
    return (
        say("bell.title"),
        say("bell.list", Tone.LIST, numbers="\n".join(rows)),
        say("bell.how"),
    )
