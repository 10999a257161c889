"""The first week at work in the talk: read at once, or sent one a day to a chat that asks."""

from handlers import first_week
from handlers.effects import BeginWeek, Effect, EndWeek
from handlers.events import Chose
from handlers.first_week import Part
from handlers.screens import Choice, Screen, say
from handlers.states import AskingWeek, ReadingHandbook, ReadingWeek, State
from handlers.turn import Facts
from handlers.worker import learning
from handlers.worker.step import (
    BACK,
    HOME,
    Input,
    Step,
    by_word,
    choice,
    named,
    not_taken,
    note,
    shown_day,
)

_PART = "week_"


def reading_week(state: ReadingWeek, event: Input, facts: Facts) -> Step[ReadingWeek | AskingWeek]:
    """The list of messages, and each of them."""
    match event:
        case Chose("week_send"):
            if facts.is_full and not facts.in_week:
                return Step(state, (note("week.full"),))
            return Step(AskingWeek(state.back))
        case Chose("week_end"):
            return Step(ReadingWeek(state.back), (note("week.ended"),), (EndWeek(),))
        case Chose(name):
            part = _named(name.removeprefix(_PART), facts)
            return Step(ReadingWeek(state.back, part.id if part else ""))
        case _:
            return Step(state, not_taken(event))


def week_screen(state: ReadingWeek, facts: Facts) -> Screen:
    """One message, or all by their titles with what this chat can ask for."""
    part = _named(state.part, facts)
    if part is not None:
        return _part_screen(part, facts)
    titles = tuple(
        named(f"{_PART}{each.id}", each.told(facts.language).title) for each in _parts(facts)
    )
    if not titles:
        return Screen((say("week.none"),), _ends(facts), (BACK, HOME))
    sent = say("week.on_its_way" if facts.in_week else "week.can_be_sent")
    says = (say("week.what"), *((sent,) if facts.may_subscribe else ()))
    if not facts.may_subscribe:
        return Screen(says, titles, (BACK, HOME))
    return Screen(says, (*titles, *(_ends(facts) or (choice("week_send"),))), (BACK, HOME))


def asking_week(state: AskingWeek, event: Input, facts: Facts) -> Step[AskingWeek | ReadingWeek]:
    """Begin, and read the first message at once."""
    match event:
        case Chose("week_begin"):
            return _begun(state, facts)
        case Chose():
            return Step(ReadingWeek(state.back))
        case _:
            return Step(state, not_taken(event))


def asking_screen(_: AskingWeek, facts: Facts) -> Screen:
    """What is kept for it, and until when."""
    keeper = facts.room.keeper
    knows = (say("week.keeper", keeper=keeper),) if keeper else ()
    says = (say("week.ask"), say("week.kept"), say("week.gone"), *knows)
    return Screen(says, (by_word("week_begin"), choice("week_read")), (BACK, HOME))


def up(state: ReadingWeek | AskingWeek) -> State:
    """Where [Back] leads: to the list, and from there to the shelf of the handbook."""
    if isinstance(state, AskingWeek) or state.part:
        return ReadingWeek(state.back)
    return ReadingHandbook(state.back, learning.SHELF)


def ended(facts: Facts) -> tuple[Effect, ...]:
    """What ends the sending to this chat, where there is one."""
    return (EndWeek(),) if facts.in_week else ()


def _begun(state: AskingWeek, facts: Facts) -> Step[AskingWeek | ReadingWeek]:
    first = first_week.following(1, facts.today, facts.replaced)
    if first is None or not facts.may_subscribe:
        return Step(ReadingWeek(state.back), (note("week.none"),))
    begins = BeginWeek(facts.language, following=first.number + 1)
    return Step(ReadingWeek(state.back, first.id), (note("week.begun"),), (begins,))


def _part_screen(part: Part, facts: Facts) -> Screen:
    told = part.told(facts.language)
    says = (
        say("week.number", number=part.number, of=len(first_week.load())),
        say("raw", text=told.title),
        say("raw", text=told.body),
        say("handbook.law", law=part.law(facts.language)),
        say("handbook.checked", day=shown_day(part.checked_on)),
    )
    after = first_week.following(part.number + 1, facts.today, facts.replaced)
    further = (_onward(after, facts),) if after else ()
    return Screen(says, further, (BACK, HOME))


def _onward(part: Part, facts: Facts) -> Choice:
    """The way to the next message, by its title."""
    title = part.told(facts.language).title
    return Choice(f"{_PART}{part.id}", say("week.next", title=title))


def _ends(facts: Facts) -> tuple[Choice, ...]:
    return (by_word("week_end"),) if facts.in_week else ()


def _parts(facts: Facts) -> tuple[Part, ...]:
    return first_week.current(facts.today, facts.replaced)


def _named(key: str, facts: Facts) -> Part | None:
    return next((each for each in _parts(facts) if each.id == key), None)
