"""The short road of a tip begins: notice and category, danger."""

from dataclasses import replace

from handlers.events import Chose
from handlers.screens import Choice, Screen, Tone, say
from handlers.states import (
    AskingDanger,
    AskingPlace,
    ChoosingCategory,
    ReadingNotice,
)
from handlers.tips import Category, category_named
from handlers.turn import Facts
from handlers.worker.step import (
    BACK,
    STOP,
    Input,
    Step,
    choice,
    note,
)
from handlers.worker.story import ROAD, keep_early

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


def choosing_category(
    state: ChoosingCategory, event: Input, facts: Facts
) -> Step[ChoosingCategory | ReadingNotice | AskingDanger]:
    """The notice stands above the categories: who chooses one has been told."""
    match event:
        case Chose("more"):
            early = replace(state.early, longer=state.early.longer + 1)
            return Step(ChoosingCategory(early, more=True))
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
