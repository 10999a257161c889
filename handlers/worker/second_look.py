"""A tip that its unit closed as out of scope: what that means, and asking the unit above."""

from handlers import routing
from handlers.clocks import deadlines
from handlers.effects import AskAbove
from handlers.events import Chose
from handlers.routing import Unit
from handlers.screens import Choice, Say, Screen, say
from handlers.states import AskingAbove, ReadingThread
from handlers.tips import Outcome
from handlers.turn import Facts, Thread
from handlers.worker.step import BACK, Input, Step, by_word, choice, not_taken, note, shown_day

NUMBERS = "a_numbers"
"""The handbook's article on others who help, as its talk names it."""


def is_outside(thread: Thread) -> bool:
    """Whether the tip was closed as out of scope."""
    return thread.outcome is Outcome.OUT_OF_SCOPE and thread.appeal_until is not None


def above(thread: Thread | None, facts: Facts) -> Unit | None:
    """Who can be asked to look again today; None where it is nobody, or too late."""
    if thread is None or not is_outside(thread) or _is_over(thread, facts):
        return None
    return routing.second_look(
        facts.tree,
        thread.unit_id,
        thread.category,
        excluded=thread.excluded,
        danger=thread.danger,
    )


def explained(thread: Thread, facts: Facts) -> tuple[Say, ...]:
    """What happened, what it means, and until when something can be done."""
    day = shown_day(thread.appeal_until) if thread.appeal_until else ""
    unit = above(thread, facts)
    if unit is not None:
        last = say("outside.until", unit=unit.name, day=day)
    elif _is_over(thread, facts):
        last = say("outside.over", day=day)
    else:
        last = say("outside.nobody", day=day)
    return (say("outside.closed", unit=thread.unit), say("outside.meaning"), last)


def choices(thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    """What can be done with such a tip."""
    ask = (choice("ask_above"),) if above(thread, facts) is not None else ()
    return (*ask, choice("numbers"), choice("refresh"), choice("delete"))


def asking_above(
    state: AskingAbove, event: Input, facts: Facts
) -> Step[AskingAbove | ReadingThread]:
    """The worker's own yes: a unit that never saw the tip will read it."""
    thread, unit = ReadingThread(state.key), above(facts.thread, facts)
    match event:
        case Chose("ask_above_yes") if unit is not None and facts.thread is not None:
            dates = deadlines(
                facts.now,
                facts.today,
                danger=facts.thread.danger,
                clocks=unit.clocks,
                category=facts.thread.category,
            )
            sent = note("outside.sent", unit=unit.name, day=shown_day(dates.answer_on))
            return Step(thread, (sent,), (AskAbove(state.key, unit.id, dates),))
        case Chose():
            return Step(thread)
        case _:
            return Step(state, not_taken(event))


def asking_above_screen(_: AskingAbove, facts: Facts) -> Screen:
    """Who will read it, and who will not."""
    thread, unit = facts.thread, above(facts.thread, facts)
    if thread is None or unit is None:
        told = explained(thread, facts) if thread is not None and is_outside(thread) else ()
        return Screen(told or (say("code.gone"),), (), (BACK,))
    return Screen(
        (say("outside.ask", unit=unit.name, before=thread.unit),),
        (by_word("ask_above_yes"), choice("no_keep")),
        (BACK,),
    )


def _is_over(thread: Thread, facts: Facts) -> bool:
    return thread.appeal_until is not None and facts.today > thread.appeal_until
