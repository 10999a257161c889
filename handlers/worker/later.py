"""What a worker may do with an open thread for good: close, delete, shut out, the police."""

from handlers import routing
from handlers.effects import AllowPolice, CloseTip, DeleteTip, HideTip
from handlers.events import Chose
from handlers.routing import Unit
from handlers.screens import Screen, Tone, say
from handlers.states import (
    ConfirmingClose,
    ConfirmingDelete,
    HidingLater,
    PoliceLater,
    ReadingThread,
    Resting,
)
from handlers.tips import Author, police_allowed
from handlers.turn import Facts, Thread
from handlers.worker import scope
from handlers.worker.additions import is_open
from handlers.worker.second_look import is_outside
from handlers.worker.step import BACK, Input, Step, by_word, choice, not_taken, note


def confirming_close(
    state: ConfirmingClose, event: Input, facts: Facts
) -> Step[ConfirmingClose | ReadingThread]:
    """Closing ends the work on a tip; its words stay until retention or deletion."""
    thread = ReadingThread(state.key)
    match event:
        case Chose("close_yes") if is_open(facts):
            return Step(thread, (note("closed"),), (CloseTip(state.key),))
        case Chose():
            return Step(thread)
        case _:
            return Step(state, not_taken(event))


def close_screen(_: ConfirmingClose, __: Facts) -> Screen:
    """Are you sure?"""
    return Screen((say("close.ask"),), (by_word("close_yes"), choice("no_keep")), (BACK,))


def confirming_delete(
    state: ConfirmingDelete, event: Input, _: Facts
) -> Step[ConfirmingDelete | ReadingThread | Resting]:
    """Deletion cannot be undone."""
    match event:
        case Chose("delete_yes"):
            return Step(Resting(), (note("deleted"),), (DeleteTip(state.key),))
        case Chose():
            return Step(ReadingThread(state.key))
        case _:
            return Step(state, not_taken(event))


def delete_screen(_: ConfirmingDelete, __: Facts) -> Screen:
    """What is deleted, and what is beyond us."""
    return Screen(
        (say("delete.ask", Tone.DANGER),),
        (by_word("delete_yes"), choice("no_keep")),
        (BACK,),
    )


def hiding_later(
    state: HidingLater, event: Input, facts: Facts
) -> Step[HidingLater | ReadingThread]:
    """A unit that is shut out later loses the tip at once; what it has read it has read."""
    thread = facts.thread
    match event:
        case Chose(name) if name.startswith("hide_") and thread and not is_outside(thread):
            added = _hideable(thread, facts).get(name.removeprefix("hide_"), frozenset())
            excluded = thread.excluded | added
            unit = _reader(thread, excluded, facts)
            effect = HideTip(state.key, excluded, unit.id)
            return Step(ReadingThread(state.key), (note("hidden", unit=unit.name),), (effect,))
        case Chose():
            return Step(ReadingThread(state.key))
        case _:
            return Step(state, not_taken(event))


def _reader(thread: Thread, excluded: frozenset[str], facts: Facts) -> Unit:
    """Who is responsible from now on: the same unit, unless it is shut out or nobody reads there
    any more; a tip that went up does not come down again.
    """
    tree, unit = facts.tree, facts.tree.get(thread.unit_id)
    is_there = unit is not None and unit.has_desk and (unit.has_alarm or not thread.danger)
    may_stay = is_there or unit is tree.root
    if unit is not None and may_stay and unit.id not in routing.barred(tree, excluded):
        return unit
    return routing.reader(
        tree, thread.category, thread.place, excluded=excluded, danger=thread.danger
    )


def hiding_later_screen(_: HidingLater, facts: Facts) -> Screen:
    """Who may be shut out; those who are already are not offered again."""
    offered = _hideable(facts.thread, facts) if facts.thread else {}
    choices = tuple(choice(f"hide_{key}", "hide.on", who=say(f"hide.{key}")) for key in offered)
    return Screen(
        (say("hide.later" if offered else "hide.nothing"),), (*choices, choice("no_keep")), (BACK,)
    )


def _hideable(thread: Thread, facts: Facts) -> dict[str, frozenset[str]]:
    """The units that may still be shut out, by their sort."""
    every = {
        each.key.value: frozenset(each.units)
        for each in routing.excludable(facts.tree, thread.place)
    }
    return {key: units for key, units in every.items() if not units <= thread.excluded}


def police_later(
    state: PoliceLater, event: Input, facts: Facts
) -> Step[PoliceLater | ReadingThread]:
    """The worker's own consent, given or withdrawn with the code."""
    match event:
        case Chose("police_yes" | "police_no") if facts.thread is not None:
            allowed = event.name == "police_yes" and _police_possible(facts.thread)
            text = "police.given" if allowed else "police.withdrawn"
            return Step(ReadingThread(state.key), (note(text),), (AllowPolice(state.key, allowed),))
        case Chose():
            return Step(ReadingThread(state.key))
        case _:
            return Step(state, not_taken(event))


def police_later_screen(_: PoliceLater, facts: Facts) -> Screen:
    """The question, and what stands now."""
    thread = facts.thread
    if thread is not None and not _police_possible(thread):
        return Screen(
            (say("police.not_this"), say("police.now_no")), (choice("police_no"),), (BACK,)
        )
    unit = thread.unit if thread else ""
    now = say("police.now_yes" if thread and thread.may_go_to_police else "police.now_no")
    return Screen(
        (say("police.ask", unit=unit), now),
        (by_word("police_yes"), choice("police_no")),
        (BACK,),
    )


def _police_possible(thread: Thread) -> bool:
    """The same check as before sending, on the worker's own words, which their code has opened."""
    own = (each.words for each in thread.entries if each.author is Author.WORKER)
    return police_allowed(thread.category) and scope.is_silent("\n\n".join(own))
