"""Being told in the chat that there is news: only who wants it, and after a second look."""

from handlers.effects import TellHere, TellNoMore
from handlers.events import Chose
from handlers.screens import Choice, Screen, say
from handlers.states import ConfirmingTold, ReadingThread
from handlers.tips import Move, after
from handlers.turn import Facts, Thread
from handlers.worker.step import BACK, Input, Step, by_word, choice, not_taken, note


def offered(thread: Thread, facts: Facts) -> tuple[Choice, ...]:
    """What an open thread offers here: to be told in this chat, or, wherever it is read, to end
    that.
    """
    if after(thread.status, Move.WITHDRAW) is None:
        return ()
    if thread.is_told:
        return (choice("tell_no_more"),)
    return (choice("tell_here"),) if facts.room.tells else ()


def confirming_told(
    state: ConfirmingTold, event: Input, facts: Facts
) -> Step[ConfirmingTold | ReadingThread]:
    """The worker's own yes: from then on their chat stands with the tip."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("tell_yes") if facts.thread is not None and offered(facts.thread, facts):
            return Step(thread, (note("told.begun"),), (TellHere(state.key),))
        case Chose():
            return Step(thread)
        case _:
            return Step(state, not_taken(event))


def told_screen(_: ConfirmingTold, __: Facts) -> Screen:
    """What would be kept, for how long, and what somebody who holds the phone would see."""
    return Screen(
        (say("told.ask"), say("told.kept"), say("told.seen")),
        (by_word("tell_yes"), choice("no_keep")),
        (BACK,),
    )


def ended(thread: ReadingThread) -> Step[ReadingThread]:
    """It ends at once, with nothing asked."""
    return Step(thread, (note("told.ended"),), (TellNoMore(thread.key),))
