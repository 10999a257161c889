"""The handbook in the talk: shelves, articles, a search without diacritics."""

from handlers.events import Chose, Said
from handlers.handbook import Article, Handbook
from handlers.screens import MOST_CHOICES, Accepts, Say, Screen, say
from handlers.states import ReadingHandbook, Resting, State
from handlers.turn import Facts
from handlers.worker import boarding, learning
from handlers.worker.step import (
    BACK,
    HOME,
    Input,
    Step,
    given_back,
    named,
    not_taken,
    note,
    shown_day,
)

_LONGEST_QUERY = 60


def reading_handbook(state: ReadingHandbook, event: Input, facts: Facts) -> Step[State]:
    """Open a shelf or an article; words search."""
    match event:
        case Chose(name):
            door = learning.door(name)
            return Step(door.opens(state) if door else ReadingHandbook(state.back, name))
        case Said(words) if boarding.is_page(state.article) and facts.places.found:
            return Step(ReadingHandbook(state.back, boarding.page_of(facts.places)))
        case Said(words):
            query = words[:_LONGEST_QUERY]
            found = _book(facts).search(query)
            if not found:
                key = "boarding.no_place" if boarding.is_page(state.article) else "handbook.nothing"
                return Step(state, (note(key), *given_back(words)))
            if len(found) == 1:
                return Step(ReadingHandbook(state.back, f"a_{found[0].id}"))
            return Step(ReadingHandbook(state.back, f"s_{query}"))
        case _:
            return Step(state, not_taken(event))


def finds(words: str, facts: Facts) -> bool:
    """Whether the handbook has something on `words`."""
    return bool(_book(facts).search(words[:_LONGEST_QUERY]))


def up(state: ReadingHandbook, facts: Facts) -> State:
    """Where [Back] leads: from an article to its shelf, from a shelf to the list, then out."""
    kind, _, rest = state.article.partition("_")
    article = _book(facts).article(rest) if kind == "a" else None
    if article is not None:
        return ReadingHandbook(state.back, f"g_{article.group}")
    if kind == boarding.PAGE and rest:
        return ReadingHandbook(state.back, boarding.PAGE)
    return ReadingHandbook(state.back) if state.article else state.back


def handbook_screen(state: ReadingHandbook, facts: Facts) -> Screen:
    """The list of shelves, one shelf, what a search found, or one article."""
    book = _book(facts)
    kind, _, rest = state.article.partition("_")
    article = book.article(rest) if kind == "a" else None
    ways = (HOME,) if isinstance(state.back, Resting) and not state.article else (BACK, HOME)
    if article is not None:
        return Screen(_article(article), (), ways, Accepts.SEARCH)
    if boarding.is_page(state.article):
        page = boarding.shown(state.article, facts)
        return Screen(page.says, page.choices, ways, Accepts.PLACE)
    if state.article == learning.SHELF:
        return Screen(learning.SAYS, learning.tools_shelf(), ways, Accepts.SEARCH)
    shown = book.search(rest) if kind == "s" else book.in_group(rest) if kind == "g" else ()
    if shown:
        return Screen(
            (say("handbook.shelf"),),
            tuple(named(f"a_{each.id}", each.title) for each in shown[:MOST_CHOICES]),
            ways,
            Accepts.SEARCH,
        )
    return Screen(
        (say("raw", text=book.intro),),
        (
            *(named(f"g_{group.id}", group.title) for group in book.groups),
            *learning.entry(),
            boarding.entry(),
        ),
        ways,
        Accepts.SEARCH,
    )


def _article(article: Article) -> tuple[Say, ...]:
    law = (say("handbook.law", law="; ".join(article.law)),) if article.law else ()
    checked = say("handbook.checked", day=shown_day(article.checked_on))
    lines = tuple(say("raw", text=line) for line in article.lines)
    return (say("raw", text=article.title), *lines, *law, checked)


def _book(facts: Facts) -> Handbook:
    return facts.handbooks[facts.language].current(facts.today)
