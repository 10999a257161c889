"""Where it happened: one place goes on, several are asked back, a wide one is narrowed once."""

from dataclasses import replace

from handlers import narrowing
from handlers.events import Chose, Said
from handlers.folding import fold, has_letters
from handlers.places import Place
from handlers.screens import Accepts, Screen, Tone, say
from handlers.states import (
    AskingPlace,
    AtDoorway,
    Early,
    NarrowingPlace,
    PickingPlace,
    TellingStory,
)
from handlers.turn import Facts
from handlers.worker import placing
from handlers.worker.onward import Onward
from handlers.worker.placing import Doubtful, Taken
from handlers.worker.step import BACK, STOP, Input, Step, choice, is_story, note
from handlers.worker.story import ROAD, keep_early, offers_page, to_story
from handlers.worker.tip import SECOND_PAGE

_FEWEST_BESIDE = 3

_Told = AtDoorway | TellingStory | Onward


def asking_place(
    state: AskingPlace, event: Input, facts: Facts
) -> Step[AskingPlace | PickingPlace | NarrowingPlace | AtDoorway | TellingStory | Onward]:
    """One place that is certain goes on at once; several are asked back; a whole story is kept and
    the place asked again.
    """
    if isinstance(event, Said):
        # Another answer takes the place of the last one.
        state = replace(state, early=replace(state.early, where=""), tried="")
    match event:
        case Chose("no_place"):
            return to_story(state, None, facts)
        case Chose("keep_place"):
            early = replace(state.early, where=state.tried)
            return to_story(replace(state, early=early), None, facts)
        case Said(words) if not has_letters(words):
            return Step(state, (note("nothing_said"),))
        case Said(words) if placing.does_not_know(words):
            return to_story(state, None, facts)
        case Said(words) if placing.is_phone(words):
            return Step(state, (note("place.number"),))
        case Said(words) if is_story(words) and not facts.places.is_certain:
            return _story(state, words, facts)
        case Said(words):
            return _looked_up(state, words, facts)
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(replace(state, early=early), notes)


def place_screen(state: AskingPlace, _: Facts) -> Screen:
    """Typed freely, or rather not said."""
    danger = (say("danger.again", Tone.DANGER),) if state.danger else ()
    own = (choice("keep_place"),) if state.tried else ()
    return Screen(
        (*danger, say("place.ask")),
        (*own, choice("no_place")),
        (BACK, STOP),
        Accepts.PLACE,
        (3, ROAD),
    )


def picking_place(
    state: PickingPlace, event: Input, facts: Facts
) -> Step[PickingPlace | NarrowingPlace | AskingPlace | AtDoorway | TellingStory | Onward]:
    """One of the places that may be meant; typing again searches again."""
    asking = AskingPlace(state.early, state.category, state.danger)
    match event:
        case Chose("again"):
            return Step(asking)
        case Chose("no_place"):
            return to_story(state, None, facts)
        case Chose("keep_place"):
            return asking_place(replace(asking, tried=state.typed), event, facts)
        case Chose(name) if (place := placing.chosen(name, state.candidates)) is not None:
            early = _with_rest(state.early, state.typed, place)
            return _known(replace(state, early=early), place, facts, picked=True)
        case Said():
            return asking_place(asking, event, facts)
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(replace(state, early=early), notes)


def picking_screen(state: PickingPlace, _: Facts) -> Screen:
    """The suggestions; what was typed can go into the tip as it is."""
    says, answers = placing.which(state.candidates)
    own = (choice("keep_place"),) if state.typed else ()
    return Screen(
        says,
        (*answers, *own, choice("again"), choice("no_place")),
        (BACK, STOP),
        Accepts.PLACE,
        (3, ROAD),
    )


def narrowing_place(
    state: NarrowingPlace, event: Input, facts: Facts
) -> Step[NarrowingPlace | AskingPlace | AtDoorway | TellingStory | Onward]:
    """One question more, and only one: who does not know keeps the whole of it."""
    match event:
        case Chose("keep_area"):
            return to_story(state, state.whole, facts)
        case Chose("again"):
            return Step(AskingPlace(state.early, state.category, state.danger))
        case Chose("no_place"):
            return to_story(state, None, facts)
        case Chose(name) if (place := placing.picked(name, state.candidates)) is not None:
            if not narrowing.covers(state.whole, place):
                # Its name was typed, which is no more a place that was not found.
                state = replace(state, early=replace(state.early, where=""))
            return to_story(state, narrowing.within(state.whole, place), facts)
        case Said(words) if not has_letters(words):
            return Step(state, (note("nothing_said"),))
        case Said(words) if placing.does_not_know(words):
            return to_story(state, state.whole, facts)
        case Said(words) if placing.is_phone(words):
            return Step(state, (note("place.number"),))
        case Said(words) if not is_story(words) or facts.places.is_certain:
            return _narrowed(state, words, facts)
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(replace(state, early=early), notes)


def narrowing_screen(state: NarrowingPlace, facts: Facts) -> Screen:
    """Its communes where they are few; their names are typed where they are many."""
    answers = placing.place_choices(state.candidates, state.whole)
    again = (choice("again"),) if answers else ()
    return Screen(
        (placing.in_which(state.whole, state.candidates, facts),),
        (*answers, choice("keep_area"), *again, choice("no_place")),
        (BACK, STOP),
        Accepts.PLACE,
        (3, ROAD),
    )


def _looked_up(
    state: AskingPlace, words: str, facts: Facts
) -> Step[AskingPlace | PickingPlace | NarrowingPlace | AtDoorway | TellingStory | Onward]:
    match placing.heard(facts):
        case Taken(place):
            rest = "" if facts.places.is_certain else words
            early = _with_rest(state.early, rest, place)
            return _known(replace(state, early=early), place, facts)
        case Doubtful(places):
            early = _longer(state.early)
            return Step(PickingPlace(early, state.category, state.danger, places, words))
        case None:
            after = replace(state, early=_longer(state.early), tried=words)
            return Step(after, (note("place.not_found", words=words),))


def _story(state: AskingPlace, words: str, facts: Facts) -> Step[AskingPlace | PickingPlace]:
    """What happened, told where the place was asked: it is kept; a place named in it is offered."""
    early, notes = keep_early(state.early, Said(words), facts)
    after = replace(state, early=early)
    if early == state.early:
        return Step(after, notes)
    match placing.heard(facts):
        case Taken(place):
            return Step(PickingPlace(early, state.category, state.danger, (place,)), notes)
        case Doubtful(places):
            return Step(PickingPlace(early, state.category, state.danger, places), notes)
        case None:
            return Step(after, notes)


def _known(
    state: AskingPlace | PickingPlace, place: Place, facts: Facts, *, picked: bool = False
) -> Step[NarrowingPlace | AtDoorway | TellingStory | Onward]:
    """The place is known, perhaps only roughly."""
    telling = TellingStory(state.early, state.category, state.danger, place)
    # The road has eight answers at most: of what makes it longer, two things are one too many.
    longer = (picked, state.category in SECOND_PAGE, offers_page(telling, facts))
    asks = placing.is_narrowed(place, state.category, facts, danger=state.danger)
    if not asks or sum(longer) > 1:
        return to_story(state, place, facts)
    found = narrowing.offered(place, facts.places, facts.places_of_today)
    early = _longer(state.early)
    return Step(NarrowingPlace(early, state.category, state.danger, place, found))


def _narrowed(
    state: NarrowingPlace, words: str, facts: Facts
) -> Step[NarrowingPlace | AtDoorway | TellingStory | Onward]:
    match placing.heard_within(state.whole, facts):
        case Taken(place):
            # Elsewhere, too, they are not asked a second time.
            place = narrowing.within(state.whole, place)
            return to_story(state, place, facts)
        case Doubtful(places) if narrowing.covers(state.whole, places[0]):
            early = _longer(_with_rest(state.early, words, places[0]))
            return Step(replace(state, early=early, candidates=places))
        case Doubtful(places):
            early = _longer(replace(state.early, where=words))
            told = note("place.not_found_in", words=words, place=state.whole.label)
            return Step(replace(state, early=early, candidates=places), (told,))
        case None:
            # The one question was asked: what they typed goes into the tip beside the whole.
            early = replace(state.early, where=words)
            on = to_story(replace(state, early=early), state.whole, facts)
            told = note("place.kept_whole", words=words, place=state.whole.label)
            return replace(on, notes=(told, *on.notes))


def _longer(early: Early) -> Early:
    """One question more is asked than most roads have."""
    return replace(early, longer=early.longer + 1)


def _with_rest(early: Early, typed: str, place: Place) -> Early:
    """What was typed beside the name of the place, a company or a street, stays in the tip."""
    beside = set(fold(typed).split()) - set(fold(place.label).split())
    return replace(early, where=typed) if len(beside) >= _FEWEST_BESIDE else early
