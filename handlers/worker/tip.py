"""The short road of a tip: notice and category, danger, place, story."""

from dataclasses import replace

from handlers.events import Chose, Said
from handlers.folding import fold, has_letters
from handlers.places import Place
from handlers.screens import MOST_CHOICES, Accepts, Choice, Screen, Tone, say
from handlers.states import (
    AskingDanger,
    AskingPlace,
    AtDoorway,
    ChoosingCategory,
    PickingPlace,
    ReadingNotice,
    Reviewing,
    TellingStory,
)
from handlers.tips import Category, category_named
from handlers.turn import Facts
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    choice,
    is_story,
    named,
    note,
)
from handlers.worker.story import ROAD, keep_early, to_story

FIRST_PAGE = (
    Category.WAGES,
    Category.UNSAFE,
    Category.LOANS,
    Category.THEFT,
    Category.VIOLENCE,
    Category.HARASSMENT,
    Category.FIRE,
)
SECOND_PAGE = (Category.DRUGS, Category.INSURANCE, Category.FORCED, Category.OTHER)
_UNKNOWN = frozenset("khong biet|ko biet|khong nho|ko nho|khong ro|khong noi|khong".split("|"))


def choosing_category(
    state: ChoosingCategory, event: Input, facts: Facts
) -> Step[ChoosingCategory | ReadingNotice | AskingDanger]:
    """The notice stands above the categories: who chooses one has been told."""
    match event:
        case Chose("more"):
            return Step(ChoosingCategory(state.early, more=True))
        case Chose("notice"):
            return Step(ReadingNotice(state.early))
        case Chose("about_officer"):
            early = replace(state.early, officer=True)
            return Step(ChoosingCategory(early), (note("category.officer"),))
        case Chose(name) if (category := category_named(name)) is not None:
            return Step(AskingDanger(state.early, category))
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(ChoosingCategory(early, state.more), notes)


def category_screen(state: ChoosingCategory, facts: Facts) -> Screen:
    """Three lines of notice, then the question."""
    if state.more:
        return Screen(
            (say("category.more"), say("category.not_here")),
            (*category_choices(more=True), *_about_officer(state)),
            (BACK, STOP),
            step=(1, ROAD),
        )
    return Screen(
        (say("notice.short"), say("category.ask")),
        (*category_choices(more=False), choice("notice")),
        (BACK, STOP),
        step=(1, ROAD),
    )


def _about_officer(state: ChoosingCategory) -> tuple[Choice, ...]:
    return () if state.early.officer else (choice("about_officer"),)


def category_choices(*, more: bool) -> tuple[Choice, ...]:
    """One page of categories."""
    page = SECOND_PAGE if more else FIRST_PAGE
    choices = tuple(Choice(each.value, say(f"category.{each}")) for each in page)
    return choices if more else (*choices, choice("more"))


def reading_notice(
    state: ReadingNotice, event: Input, facts: Facts
) -> Step[ChoosingCategory | ReadingNotice]:
    """The long notice leads to the categories."""
    if isinstance(event, Chose):
        return Step(ChoosingCategory(state.early))
    early, notes = keep_early(state.early, event, facts)
    return Step(ReadingNotice(early), notes)


def notice_screen(_: ReadingNotice, facts: Facts) -> Screen:
    """What we keep, what we do not, and what we cannot promise."""
    web = (say("notice.web", url=facts.public_url),) if facts.public_url else ()
    return Screen((say("notice.long"), *web), (choice("understood"),), (BACK, STOP))


def asking_danger(
    state: AskingDanger, event: Input, facts: Facts
) -> Step[AskingDanger | AskingPlace]:
    """The numbers stand in the question itself, so that the answer leads on."""
    match event:
        case Chose("danger_yes" | "danger_no"):
            return Step(AskingPlace(state.early, state.category, event.name == "danger_yes"))
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(AskingDanger(early, state.category), notes)


def danger_screen(state: AskingDanger, facts: Facts) -> Screen:
    """Numbers first, then the question."""
    numbers = "danger.child" if state.category is Category.FORCED else "danger.numbers"
    return Screen(
        (say(numbers, Tone.DANGER), say("danger.ask")),
        (choice("danger_yes"), choice("danger_no")),
        (BACK, STOP),
        step=(2, ROAD),
    )


def asking_place(
    state: AskingPlace, event: Input, facts: Facts
) -> Step[AskingPlace | PickingPlace | AtDoorway | TellingStory | Reviewing]:
    """One place goes on at once; several are asked back; a whole story is kept and the place asked
    again.
    """
    match event:
        case Chose("no_place"):
            return to_story(state, None, facts)
        case Chose("keep_place"):
            early = replace(state.early, where=state.tried)
            return to_story(replace(state, early=early), None, facts)
        case Said(words) if not has_letters(words):
            return Step(state, (note("nothing_said"),))
        case Said(words) if fold(words) in _UNKNOWN:
            # Before the look-up: "không" would find Xã Khổng Lào.
            return to_story(state, None, facts)
        case Said() if len(facts.places) == 1:
            return to_story(state, facts.places[0], facts)
        case Said() if facts.places:
            found = facts.places[: MOST_CHOICES - 2]
            return Step(PickingPlace(state.early, state.category, state.danger, found))
        case Said(words) if not is_story(words):
            return Step(replace(state, tried=words), (note("place.not_found", words=words),))
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
) -> Step[PickingPlace | AskingPlace | AtDoorway | TellingStory | Reviewing]:
    """One of the places that may be meant; typing again searches again."""
    asking = AskingPlace(state.early, state.category, state.danger)
    match event:
        case Chose("again"):
            return Step(asking)
        case Chose("no_place"):
            return to_story(state, None, facts)
        case Chose(name) if (place := picked(name, state.candidates)) is not None:
            return to_story(state, place, facts)
        case Said():
            return asking_place(asking, event, facts)
        case _:
            early, notes = keep_early(state.early, event, facts)
            return Step(PickingPlace(early, state.category, state.danger, state.candidates), notes)


def picking_screen(state: PickingPlace, _: Facts) -> Screen:
    """The suggestions."""
    return Screen(
        (say("place.pick"),),
        (*place_choices(state.candidates), choice("again"), choice("no_place")),
        (BACK, STOP),
        Accepts.PLACE,
        (3, ROAD),
    )


def place_choices(places: tuple[Place, ...]) -> tuple[Choice, ...]:
    """Places as choices, by their position."""
    return tuple(named(f"place{at}", place.label) for at, place in enumerate(places))


def picked(name: str, places: tuple[Place, ...]) -> Place | None:
    """The place that a choice of `place_choices` stands for."""
    at = name.removeprefix("place")
    return places[int(at)] if at.isdigit() and int(at) < len(places) else None
