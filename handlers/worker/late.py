"""A tip whose unit missed its clock: what its worker is told, and sending it to the unit above."""

from handlers import clocks, routing
from handlers.effects import SendUp
from handlers.events import Chose
from handlers.routing import Unit
from handlers.screens import Choice, Say, Screen, Tone, say
from handlers.states import ReadingThread, SendingUp
from handlers.tips import Status
from handlers.turn import Facts, Thread
from handlers.worker.step import BACK, Input, Step, by_word, choice, not_taken, note, shown_day


def is_late(thread: Thread, facts: Facts) -> bool:
    """Whether the desk missed a clock, and nothing was done about it yet."""
    if thread.status is Status.CLOSED or thread.sent_to:
        return False
    return clocks.is_missed(thread.triage_by, thread.answer_on, facts.now, facts.today)


def above(thread: Thread | None, facts: Facts) -> Unit | None:
    """Who can get a late tip: the next union unit up that is not shut out; None where nobody is."""
    if thread is None or not is_late(thread, facts):
        return None
    return routing.second_look(
        facts.tree,
        thread.unit_id,
        thread.category,
        excluded=thread.excluded,
        danger=thread.danger,
    )


def told(thread: Thread, facts: Facts) -> tuple[Say, ...]:
    """That the desk is late and what can be done: nobody there is asked, or can stop it."""
    if thread.sent_to:
        return (say("clock.on_its_way", Tone.NOTE, unit=thread.sent_to),)
    if not is_late(thread, facts):
        return ()
    unit = above(thread, facts)
    if unit is None:
        return (say("clock.late_at_the_top", Tone.NOTE, unit=thread.unit),)
    return (say("clock.late", Tone.NOTE, unit=thread.unit, up=unit.name),)


def offered(thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    """The choice that sends it up."""
    unit = above(thread, facts)
    return (choice("send_up", "clock.send_up", unit=unit.name),) if unit is not None else ()


def sending_up(state: SendingUp, event: Input, facts: Facts) -> Step[SendingUp | ReadingThread]:
    """The worker's own yes."""
    thread, unit = ReadingThread(state.key), above(facts.thread, facts)
    match event:
        case Chose("send_up_yes") if unit is not None and facts.thread is not None:
            dates = clocks.deadlines(
                facts.now,
                facts.today,
                danger=facts.thread.danger,
                clocks=unit.clocks,
                category=facts.thread.category,
            )
            sent = note("clock.sent_up", unit=unit.name, day=shown_day(dates.answer_on))
            return Step(thread, (sent,), (SendUp(state.key, unit.id),))
        case Chose():
            return Step(thread)
        case _:
            return Step(state, not_taken(event))


def sending_up_screen(_: SendingUp, facts: Facts) -> Screen:
    """Who will read it too."""
    thread, unit = facts.thread, above(facts.thread, facts)
    if thread is None or unit is None:
        return Screen((say("clock.not_late"),), (), (BACK,))
    return Screen(
        (say("clock.ask", unit=unit.name, before=thread.unit),),
        (by_word("send_up_yes", "clock.send_up_yes"), choice("no_keep")),
        (BACK,),
    )
