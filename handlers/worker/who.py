"""Saying who one is: only after sending, only if it is wished, with a second look."""

from handlers.effects import SayWho, TakeBackWho
from handlers.events import Chose, Said, Showed
from handlers.folding import has_letters
from handlers.screens import Accepts, Choice, Say, Screen, Tone, say
from handlers.states import AddingVideo, ConfirmingWho, ReadingThread, TakingBackWho, TellingWho
from handlers.tips import Kind, said_who
from handlers.turn import Facts, Thread
from handlers.worker.additions import add_picture, is_open
from handlers.worker.step import (
    BACK,
    Input,
    Step,
    by_word,
    choice,
    given_back,
    not_taken,
    note,
)

MOST_LETTERS = 2000


def who_choice(thread: Thread) -> tuple[Choice, ...]:
    """What may be chosen in an open thread: to say it, or to take it back while nobody read it."""
    said = stands(thread)
    return (choice("take_who_back" if said is Kind.IDENTITY else "say_who"),)


def who_line(thread: Thread) -> tuple[Say, ...]:
    """That something was said and whether it was read, never what: the phone may be in other hands
    by now.
    """
    said = stands(thread)
    return (say(f"who.{said}"),) if said is not None else ()


def stands(thread: Thread) -> Kind | None:
    """How it stands with who the worker is."""
    return said_who(entry.kind for entry in thread.entries)


def telling_who(
    state: TellingWho, event: Input, facts: Facts
) -> Step[TellingWho | ConfirmingWho | ReadingThread | AddingVideo]:
    """Free words."""
    match event:
        case Said(words) if not has_letters(words):
            return Step(state, (note("story.empty"),))
        case Said(words) if len(words) > MOST_LETTERS:
            return Step(state, (note("who.too_long", most=MOST_LETTERS), *given_back(words)))
        case Said(words):
            return Step(ConfirmingWho(state.key, words))
        case Showed():
            # A file is a part of the tip: it is never folded away as these words are.
            return add_picture(ReadingThread(state.key), event, facts)
        case _:
            return Step(state, not_taken(event))


def telling_who_screen(_: TellingWho, facts: Facts) -> Screen:
    """What it means, who reads it, and that what was read cannot be unread."""
    unit = facts.thread.unit if facts.thread else ""
    return Screen(
        (
            say("thread.free"),
            say("who.means", unit=unit),
            say("who.for_good", Tone.DANGER),
            say("who.ask"),
        ),
        (),
        (BACK,),
        Accepts.WORDS,
    )


def confirming_who(
    state: ConfirmingWho, event: Input, facts: Facts
) -> Step[ConfirmingWho | ReadingThread]:
    """Nothing is laid into the thread before the second look."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("tell_who") if is_open(facts):
            return Step(thread, (note("who.said"),), (SayWho(state.key, state.words),))
        case Chose("tell_who"):
            return Step(thread, (note("closed_meanwhile"), *given_back(state.words)))
        case Chose():
            return Step(thread, (note("who.unsaid"),))
        case Said(words) if not has_letters(words):
            return Step(state, not_taken(event))
        case Said(words) if len(state.words) + len(words) > MOST_LETTERS:
            return Step(state, (note("who.too_long", most=MOST_LETTERS), *given_back(words)))
        case Said(words):
            return Step(ConfirmingWho(state.key, f"{state.words}\n\n{words}"))
        case _:
            return Step(state, not_taken(event))


def confirming_who_screen(state: ConfirmingWho, facts: Facts) -> Screen:
    """The words as the officer will read them."""
    unit = facts.thread.unit if facts.thread else ""
    return Screen(
        (
            say("who.confirm", unit=unit),
            say("who.words", Tone.OWN, words=state.words),
            say("who.for_good", Tone.DANGER),
        ),
        (by_word("tell_who"), choice("tell_not")),
        (BACK,),
    )


def taking_back_who(
    state: TakingBackWho, event: Input, facts: Facts
) -> Step[TakingBackWho | ReadingThread]:
    """Possible as long as nobody read it; perhaps somebody did a moment ago."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("take_back"):
            if facts.thread is None or stands(facts.thread) is not Kind.IDENTITY:
                return Step(thread, (note("who.read_meanwhile"),))
            return Step(thread, (note("who.back"),), (TakeBackWho(state.key),))
        case Chose():
            return Step(thread)
        case _:
            return Step(state, not_taken(event))


def taking_back_screen(_: TakingBackWho, __: Facts) -> Screen:
    """What is taken back."""
    return Screen((say("who.back_ask"),), (by_word("take_back"), choice("no_keep")), (BACK,))
