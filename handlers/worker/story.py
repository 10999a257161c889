"""Telling what happened: what comes early is kept, the private page is offered, then the words."""

from dataclasses import replace

from handlers import routing
from handlers.doorway import OFFICER
from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import has_letters
from handlers.places import Place
from handlers.screens import Accepts, Say, Screen, say
from handlers.states import (
    AskingPlace,
    AtDoorway,
    Draft,
    Early,
    NarrowingPlace,
    PickingPlace,
    TellingStory,
)
from handlers.turn import Facts
from handlers.worker.onward import Onward, onward
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    choice,
    given_back,
    has_room,
    kept,
    not_taken,
    note,
    too_long,
    with_words,
)

ROAD = 5
"""Steps of the short road."""
MOST_LONGER = 1
"""Answers that may have been added to the seven of most roads, where a form is asked."""


def keep_early(early: Early, event: Input, facts: Facts) -> tuple[Early, tuple[Say, ...]]:
    """What came in the middle of a question: words and pictures are kept, the rest is answered."""
    match event:
        case Said(words) if too_long(early.words, words):
            return early, (note("too_long"), *given_back(words))
        case Said(words) if has_letters(words):
            return with_words(early, words), (note("kept_words"),)
        case Showed(picture, words):
            after, notes = early, (note("unusable.enough"),)
            if has_room(early, picture, facts.most_pictures):
                after = replace(early, pictures=(*early.pictures, picture))
                notes = (kept(picture),)
            if not has_letters(words):
                return after, notes
            after, more = keep_early(after, Said(words), facts)
            return after, (*notes, *more)
        case _:
            return early, not_taken(event)


def to_story(
    state: AskingPlace | PickingPlace | NarrowingPlace, place: Place | None, facts: Facts
) -> Step[AtDoorway | TellingStory | Onward]:
    """The place is known: on to the story, past the doorway where the page is offered first."""
    telling = TellingStory(state.early, state.category, state.danger, place)
    if offers_page(telling, facts):
        return Step(AtDoorway(state.early, state.category, state.danger, place))
    return _go_on(telling, facts)


def at_doorway(
    state: AtDoorway, event: Input, facts: Facts
) -> Step[AtDoorway | TellingStory | Onward]:
    """Whoever stays is not asked again in this tip."""
    match event:
        case Chose("stay"):
            early = replace(state.early, stays=True, longer=state.early.longer + 1)
            return _go_on(TellingStory(early, state.category, state.danger, state.place), facts)
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(replace(state, early=early), notes)


def doorway_screen(state: AtDoorway, facts: Facts) -> Screen:
    """Why the page, and the one address that is the same for everybody."""
    keeper = facts.room.keeper
    told = (say("doorway.told", keeper=keeper),) if has_letters(state.early.words) else ()
    page = say("doorway.page", url=facts.public_url) if facts.public_url else say("doorway.no_page")
    return Screen(
        (say("doorway.why", keeper=keeper), page, *told, say("doorway.ask")),
        (choice("stay"),),
        (BACK, STOP),
        step=(4, ROAD),
    )


def kept_by_app(facts: Facts) -> tuple[Say, ...]:
    """Where the app's history keeps what is typed, its words and its codes: said before both."""
    keeper = facts.room.keeper
    return (say("keeper.history", keeper=keeper),) if keeper else ()


def shut_out(officer: bool, place: Place | None, facts: Facts) -> frozenset[str]:
    """Who must not see a tip about an officer: all who could be that officer's own unit."""
    if not officer:
        return frozenset()
    return frozenset(each.key.value for each in routing.excludable(facts.tree, place))


def telling_story(state: TellingStory, event: Input, facts: Facts) -> Step[TellingStory | Onward]:
    """What happened, in free words; a picture may come before them."""
    match event:
        case Said(words) if not has_letters(words):
            return Step(state, (note("story.empty"),))
        case Said(words) if not too_long(state.early.words, words):
            early = with_words(state.early, words)
            return _reviewed(replace(state, early=early), facts)
        case Said() | Showed() | Brought():
            early, notes = keep_early(state.early, event, facts)
            after = replace(state, early=early)
            if not has_letters(early.words):
                return Step(after, notes)
            return replace(_reviewed(after, facts), notes=notes)
        case Chose():
            return Step(state, not_taken(event))


def story_screen(state: TellingStory, facts: Facts) -> Screen:
    """The question, with what helps a unit to check it."""
    if state.place is not None:
        where = say("place.chosen", place=state.place.label)
    elif state.early.where:
        where = say("place.chosen", place=state.early.where)
    else:
        where = say("place.none")
    return Screen(
        (where, *kept_by_app(facts), say("story.ask")),
        (),
        (BACK, STOP),
        Accepts.WORDS,
        (4, ROAD),
    )


def offers_page(telling: TellingStory, facts: Facts) -> bool:
    """Whether the private page is offered before this story."""
    early = telling.early
    if not facts.room.keeper or early.stays:
        return False
    unit = routing.reader(facts.tree, telling.category, telling.place)
    cases = {telling.category.value} | ({OFFICER} if early.officer else set())
    return bool(cases & unit.page_first)


def _go_on(telling: TellingStory, facts: Facts) -> Step[TellingStory | Onward]:
    return _reviewed(telling, facts) if has_letters(telling.early.words) else Step(telling)


def _reviewed(state: TellingStory, facts: Facts) -> Step[Onward]:
    return Step(onward(_draft(state, facts), facts))


def _draft(telling: TellingStory, facts: Facts) -> Draft:
    early, place = telling.early, telling.place
    story = f"{early.where}\n\n{early.words}" if early.where else early.words
    return Draft(
        telling.category,
        telling.danger,
        place,
        story,
        facts.fresh_code,
        early.pictures,
        hidden=shut_out(early.officer, place, facts),
        practice=early.practice,
        officer=early.officer,
        # In danger nothing more is asked, nor where the road has been eight answers long.
        asks=not telling.danger and early.longer <= MOST_LONGER,
    )
