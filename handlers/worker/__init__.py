"""The worker's talk: `needs` says what to look up, `respond` makes a turn, `show` its screen."""

from dataclasses import replace

from handlers.effects import AddPicture, DropPictures
from handlers.events import (
    Brought,
    Chose,
    Commanded,
    Ending,
    Event,
    Looked,
    Picture,
    PressedUnder,
    Said,
    Showed,
    Unusable,
    Withheld,
)
from handlers.folding import clean, has_letters
from handlers.routing import Unit
from handlers.screens import Say, Screen
from handlers.states import Aside, Draft, Resting, State, Talk
from handlers.turn import Facts, Turn
from handlers.worker import leaving, subscription
from handlers.worker.commands import commanded, turn
from handlers.worker.dispatch import screen
from handlers.worker.lookups import code_read_over, key_of, needs
from handlers.worker.pressed import chose, is_fresh
from handlers.worker.reading_over import step
from handlers.worker.review import reader_of
from handlers.worker.step import Step, given_back, note
from handlers.worker.typed import Wording, said
from handlers.worker.welcome import call, contact

__all__ = ["Wording", "code_read_over", "key_of", "needs", "respond", "show"]

MOST_WITHHELD = 3


def respond(talk: Talk, event: Event, facts: Facts, wording: Wording) -> Turn:
    """One turn. The same input gives the same turn, always; everything gets an answer."""
    facts = replace(facts, language=talk.language)
    match event:
        case Looked(stale, typed):
            if not stale:
                return Turn(talk)
            told = note("lost" if is_fresh(talk) else "stale")
            return Turn(talk, (), (told, *given_back(clean(typed))))
        case Ending():
            return Turn(talk, (), (note("ending"),))
        case Commanded():
            return commanded(talk, event, facts)
        case Chose():
            return chose(talk, event, facts)
        case PressedUnder():
            return turn(talk, subscription.pressed_under(talk.state, event, facts))
        case Said(typed, unseen):
            return said(talk, clean(typed), facts, wording, unseen=unseen)
        case Withheld(times):
            return _withheld(talk, times, facts)
        case Showed(picture, typed):
            return turn(talk, _showed(talk.state, Showed(picture, clean(typed)), facts))
        case Brought(why, typed):
            return _brought(talk, Brought(why), clean(typed), facts, wording)


def show(talk: Talk, notes: tuple[Say, ...], facts: Facts) -> Screen:
    """The screen of the state reached, with what is to be said before it. Every screen of a
    practice run says that it is one.
    """
    shown = screen(talk.state, replace(facts, language=talk.language))
    practice = (note("practice.line"),) if leaving.is_practice(talk.state) else ()
    return replace(shown, says=(*practice, *notes, *shown.says))


def _showed(state: State, event: Showed, facts: Facts) -> Step[State]:
    """A file belongs to what lies under a short page. One that is not kept is forgotten."""
    if isinstance(state, leaving.SHORT):
        state = state.back
    made = step(state, event, facts)
    if _is_kept(event.picture, made):
        return made
    return replace(made, effects=(*made.effects, DropPictures((event.picture,))))


def _is_kept(picture: Picture, made: Step[State]) -> bool:
    if picture in leaving.pictures_in(made.state):
        return True
    return any(isinstance(effect, AddPicture) for effect in made.effects)


def _withheld(talk: Talk, times: int, facts: Facts) -> Turn:
    """Perhaps nothing that this person types ever arrives: they are told whom to call, and from the
    third time on nothing else.
    """
    if times >= MOST_WITHHELD:
        return turn(talk, Step(Aside(leaving.beneath(talk.state), "call")))
    page = (note("withheld.page", url=facts.public_url),) if facts.public_url else ()
    # The welcome has the numbers for an emergency itself.
    whom = contact(facts) if isinstance(talk.state, Resting) else call(facts)
    told = (note("withheld.why", keeper=facts.room.keeper), *whom, *page)
    return turn(talk, Step(talk.state, told))


def _whom_to_call(state: State, facts: Facts) -> tuple[Say, ...]:
    """The unit that reads this tip, or will, as its table says that it is found; else the top."""
    unit: Unit | None = None
    if isinstance(draft := leaving.gathered(state), Draft):
        unit = reader_of(draft, facts)
    elif facts.thread is not None:
        unit = facts.tree.get(facts.thread.unit_id)
    found = next((each for each in (unit, facts.tree.root) if each and each.contact), None)
    return (note("unusable.call", unit=found.name, contact=found.contact),) if found else ()


def _brought(talk: Talk, event: Brought, typed: str, facts: Facts, wording: Wording) -> Turn:
    """What cannot be taken is refused kindly; words that came with it are used."""
    refused = turn(talk, step(talk.state, event, facts))
    if event.why is Unusable.VOICE:
        # Who would rather speak than write shall have somebody to speak to.
        refused = replace(refused, notes=(*refused.notes, *_whom_to_call(talk.state, facts)))
    if not has_letters(typed):
        return refused
    after = said(talk, typed, facts, wording)
    return replace(after, notes=(*refused.notes, *after.notes))
