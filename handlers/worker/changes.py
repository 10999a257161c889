"""What may be changed at the review: category, danger, place, story. The code stays the same."""

from dataclasses import replace

from handlers import narrowing
from handlers.events import Brought, Chose, Said, Showed
from handlers.folding import has_letters
from handlers.places import Place
from handlers.screens import MOST_CHOICES, Accepts, Choice, Say, Screen, Tone, say
from handlers.states import (
    Changing,
    ChangingCategory,
    ChangingDetails,
    ChangingPlace,
    ChangingStory,
    Draft,
    Received,
    Reviewing,
)
from handlers.tips import category_named, police_allowed
from handlers.turn import Facts
from handlers.worker import placing
from handlers.worker.onward import Onward, asked, onward
from handlers.worker.placing import Doubtful, Taken
from handlers.worker.review import SEND, keep, send
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    by_word,
    choice,
    given_back,
    is_story,
    not_taken,
    note,
    too_long,
)
from handlers.worker.story import shut_out
from handlers.worker.tip import category_choices


def changing(
    state: Changing, event: Input, facts: Facts
) -> Step[
    Changing
    | ChangingCategory
    | ChangingPlace
    | ChangingStory
    | ChangingDetails
    | Reviewing
    | Received
]:
    """What shall be changed? The code stays the same."""
    draft = state.draft
    match event:
        case Chose("send"):
            return send(draft, facts)
        case Chose("change_category"):
            return Step(ChangingCategory(draft))
        case Chose("change_danger"):
            return Step(Reviewing(replace(draft, danger=not draft.danger)), (note("changed"),))
        case Chose("change_place"):
            return Step(ChangingPlace(draft))
        case Chose("change_story"):
            return Step(ChangingStory(draft))
        case Chose("change_details"):
            return Step(ChangingDetails(draft))
        case Chose("done"):
            return Step(Reviewing(draft))
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(Changing(kept), notes)
        case _:
            return Step(state, not_taken(event))


def changing_screen(state: Changing, facts: Facts) -> Screen:
    """The parts of the draft."""
    danger = state.draft.danger
    return Screen(
        (say("change.ask"),),
        (
            SEND,
            choice("change_story"),
            *((choice("change_details"),) if asked(state.draft, facts) else ()),
            choice("change_category"),
            choice("change_place"),
            choice(
                "change_danger",
                "choice.change_danger_off" if danger else "choice.change_danger_on",
            ),
            choice("done"),
        ),
        (BACK, STOP),
    )


def changing_category(
    state: ChangingCategory, event: Input, facts: Facts
) -> Step[ChangingCategory | Reviewing | Received]:
    """A category that the police may not see ends the consent that was given."""
    match event:
        case Chose("send"):
            return send(state.draft, facts)
        case Chose("more"):
            return Step(ChangingCategory(state.draft, more=True))
        case Chose(name) if (category := category_named(name)) is not None:
            police = state.draft.police and police_allowed(category)
            return Step(
                Reviewing(replace(state.draft, category=category, police=police)),
                (note("changed"),),
            )
        case Said() | Showed():
            kept, notes = keep(state.draft, event, facts)
            return Step(ChangingCategory(kept, state.more), notes)
        case _:
            return Step(state, not_taken(event))


def changing_category_screen(state: ChangingCategory, _: Facts) -> Screen:
    """The categories again."""
    return Screen((say("category.ask"),), (SEND, *category_choices(more=state.more)), (BACK, STOP))


def changing_place(
    state: ChangingPlace, event: Input, facts: Facts
) -> Step[ChangingPlace | Reviewing | Received]:
    """Another place: who is shut out is asked anew, because other units read there."""
    draft = state.draft
    match event:
        case Chose("send"):
            return send(draft, facts)
        case Chose("again"):
            return Step(ChangingPlace(draft))
        case Chose("no_place"):
            return _moved(draft, None, facts)
        case Chose("keep_area"):
            return _moved(draft, state.whole, facts)
        case Chose(name) if (place := placing.chosen(name, state.candidates)) is not None:
            return _placed(state, place, facts)
        case Said(words) if placing.is_phone(words):
            return Step(state, (note("place.number"),))
        case Said(words) if placing.does_not_know(words) and state.whole is not None:
            return _moved(draft, state.whole, facts)
        case Said(words) if has_letters(words) and (facts.places.is_certain or not is_story(words)):
            return _looked_up(state, words, facts)
        case Said() | Showed():
            kept, notes = keep(draft, event, facts)
            return Step(replace(state, draft=kept), notes)
        case Chose() | Brought():
            return Step(state, not_taken(event))


def _looked_up(state: ChangingPlace, words: str, facts: Facts) -> Step[ChangingPlace | Reviewing]:
    whole = state.whole
    found = placing.heard_within(whole, facts) if whole else placing.heard(facts)
    match found:
        case Taken(place):
            return _placed(state, place, facts)
        case Doubtful(places):
            around = whole if whole and narrowing.covers(whole, places[0]) else None
            return Step(ChangingPlace(state.draft, places, around))
        case None if whole is not None:
            return Step(state, (note("place.not_found_in", words=words, place=whole.label),))
        case None:
            told = note("place.not_found_again", words=words)
            return Step(ChangingPlace(state.draft), (told,))


def _placed(state: ChangingPlace, place: Place, facts: Facts) -> Step[ChangingPlace | Reviewing]:
    """The place was named; one of many communes is narrowed by one question more."""
    draft, whole, known = state.draft, state.whole, facts.places_of_today
    if whole is not None and narrowing.covers(whole, place):
        return _moved(draft, narrowing.within(whole, place), facts)
    if placing.is_narrowed(place, draft.category, facts, danger=draft.danger):
        return Step(ChangingPlace(draft, narrowing.offered(place, facts.places, known), place))
    return _moved(draft, place, facts)


def _moved(draft: Draft, place: Place | None, facts: Facts) -> Step[Reviewing]:
    notes = (note("changed_place"),) if draft.hidden or draft.picked else (note("changed"),)
    hidden = (draft.hidden & {"company"}) | shut_out(draft.officer, place, facts)
    return Step(Reviewing(replace(draft, place=place, picked=None, hidden=hidden)), notes)


def changing_place_screen(state: ChangingPlace, facts: Facts) -> Screen:
    """The question, the suggestions, or in which commune."""
    says: tuple[Say, ...] = (say("place.ask"),)
    answers: tuple[Choice, ...] = ()
    if state.whole is not None:
        says = (placing.in_which(state.whole, state.candidates, facts),)
        answers = (*placing.place_choices(state.candidates, state.whole), choice("keep_area"))
    elif state.candidates:
        says, answers = placing.which(state.candidates)
    again = (choice("again"),) if answers else ()
    # Nine choices at most: from among its communes one goes back to the question by [Back].
    if len(answers) > MOST_CHOICES - 3:
        again = ()
    return Screen(says, (SEND, *answers, *again, choice("no_place")), (BACK, STOP), Accepts.PLACE)


def changing_story(
    state: ChangingStory, event: Input, facts: Facts
) -> Step[ChangingStory | Onward | Received]:
    """New words take the place of the old ones."""
    match event:
        case Chose("send"):
            return send(state.draft, facts)
        case Chose("done"):
            return Step(onward(state.draft, facts))
        case Said(words) if not has_letters(words):
            return Step(state, (note("story.empty"),))
        case Said(words) if too_long(replace(state.draft, story=words).whole):
            return Step(state, (note("too_long"), *given_back(words)))
        case Said(words):
            return Step(
                onward(replace(state.draft, story=words), facts),
                (note("changed_story"), *given_back(state.draft.story)),
            )
        case Showed():
            kept, notes = keep(state.draft, event, facts)
            return Step(ChangingStory(kept), notes)
        case _:
            return Step(state, not_taken(event))


def changing_story_screen(state: ChangingStory, _: Facts) -> Screen:
    """The old words stand there until new ones come."""
    return Screen(
        (say("story.change"), say("review.story", Tone.OWN, story=state.draft.story)),
        # A digit is no story, so where nothing can be pressed these are words.
        (by_word("send"), by_word("done")),
        (BACK, STOP),
        Accepts.WORDS,
    )
