"""What always works: start, a code, the bell, the handbook, sums, help, back, the language."""

from dataclasses import replace

from handlers.effects import ForgetChat
from handlers.events import Command, Commanded
from handlers.languages import Language
from handlers.states import (
    Aside,
    ChoosingCategory,
    ChoosingQuiz,
    Early,
    ReadingHandbook,
    ReadingWeek,
    Resting,
    State,
    Talk,
    TypingCode,
)
from handlers.turn import Facts, Turn
from handlers.worker import calculating, first_week, leaving, subscription
from handlers.worker.step import Step, note


def turn(talk: Talk, made: Step[State]) -> Turn:
    """The turn that a step makes of a talk."""
    return Turn(Talk(made.state, talk.language, talk.turn + 1), made.effects, made.notes)


def commanded(talk: Talk, event: Commanded, facts: Facts) -> Turn:
    """Carry out a command, whatever is going on."""
    if event.command is Command.LANGUAGE:
        other = Language.EN if talk.language is Language.VI else Language.VI
        talk = replace(talk, language=event.language or other)
    return turn(talk, _command(talk.state, event.command, facts))


def _command(state: State, command: Command, facts: Facts) -> Step[State]:
    match command:
        case Command.LANGUAGE:
            return Step(state)
        case Command.BACK:
            return leaving.back(state, facts)
        case Command.CANCEL:
            return leaving.cancel(state)
        case Command.FORGET:
            # Of bulletins nothing is stopped: who subscribed is told that they go on.
            still = (note("subscription.goes_on"),) if facts.subscription else ()
            over = (note("week.ended"),) if facts.in_week else ()
            dropped = (*leaving.drop(state), *first_week.ended(facts), ForgetChat())
            return Step(Resting(), (note("forgotten"), *still, *over), dropped)
        case Command.HELP | Command.RIGHTS | Command.PRIVACY | Command.BELL:
            return Step(Aside(leaving.beneath(state), command.value))
        case Command.BULLETINS:
            return subscription.opened(state, facts)
        case Command.HANDBOOK:
            return Step(ReadingHandbook(leaving.beneath(state)))
        case Command.SUMS:
            return Step(calculating.opened(ReadingHandbook(leaving.beneath(state))))
        case Command.QUIZ:
            return Step(ChoosingQuiz(leaving.beneath(state)))
        case Command.WEEK:
            return Step(ReadingWeek(leaving.beneath(state)))
        case Command.START | Command.CODE | Command.REPORT | Command.TRY:
            if leaving.holds_draft(state):
                # What was begun is never thrown away by a command: it is finished or stopped.
                return Step(leaving.beneath(state), (note("draft_open"),))
            return _begun(command)


def _begun(command: Command) -> Step[State]:
    match command:
        case Command.CODE:
            return Step(TypingCode())
        case Command.REPORT:
            return Step(ChoosingCategory(Early()))
        case Command.TRY:
            return Step(ChoosingCategory(Early(practice=True)), (note("practice.begins"),))
        case _:
            return Step(Resting())
