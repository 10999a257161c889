"""The handbook in the talk: shelves, articles, lists to check by, a search without diacritics."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.events import Chose, Said
from handlers.folding import has_letters
from handlers.handbook import Article, Handbook
from handlers.handbook.checklists import Checklist, Point
from handlers.screens import MOST_CHOICES, Accepts, Choice, Say, Screen, Tone, say
from handlers.states import ReadingHandbook, Resting, State
from handlers.turn import Facts
from handlers.worker import boarding, learning
from handlers.worker.step import (
    BACK,
    HOME,
    Input,
    Step,
    choice,
    given_back,
    is_story,
    named,
    not_taken,
    note,
    shown_day,
)

PAGES = "/so-tay/doc"
"""Where the same stands as pages, read without a talk."""
ON_A_PAGE = MOST_CHOICES - 1
"""What is listed at once where more is there; the last choice shows more."""

_LONGEST_QUERY = 60
_NEAREST = 5
_CHECKED_FROM = "safety"


def reading_handbook(state: ReadingHandbook, event: Input, facts: Facts) -> Step[State]:
    """Open a shelf, an article, a list or a door; words search."""
    match event:
        case Chose("more"):
            return Step(replace(state, page=state.page + 1))
        case Chose(name):
            door = learning.door(name)
            return Step(door.opens(state) if door else ReadingHandbook(state.back, name))
        case Said(words) if boarding.is_page(state.article):
            if facts.places.found:
                return Step(ReadingHandbook(state.back, boarding.page_of(facts.places)))
            return Step(state, (note("boarding.no_place"), *given_back(words)))
        case Said(words):
            return _searched(state, words, facts)
        case _:
            return Step(state, not_taken(event))


def finds(words: str, facts: Facts) -> bool:
    """Whether the handbook has something on all of `words`."""
    return bool(_book(facts).search(words[:_LONGEST_QUERY]))


def up(state: ReadingHandbook, facts: Facts) -> State:
    """Where [Back] leads: from an article to its shelf, from a shelf to the list, then out."""
    if state.page:
        return replace(state, page=state.page - 1)
    kind, _, rest = state.article.partition("_")
    book = _book(facts)
    if kind == "a" and (article := book.article(rest)) is not None:
        at = book.in_group(article.group).index(article)
        return ReadingHandbook(state.back, f"g_{article.group}", _page_of(at, article.group, book))
    if kind == "c":
        return ReadingHandbook(state.back, f"g_{_CHECKED_FROM}")
    if kind == boarding.PAGE and rest:
        return ReadingHandbook(state.back, boarding.PAGE)
    return ReadingHandbook(state.back) if state.article else state.back


def handbook_screen(state: ReadingHandbook, facts: Facts) -> Screen:
    """The list of shelves, one shelf, what a search found, a list to check by, or one article."""
    ways = (HOME,) if isinstance(state.back, Resting) and not state.article else (BACK, HOME)
    if boarding.is_page(state.article):
        page = boarding.shown(state.article, facts)
        return Screen(page.says, page.choices, ways, Accepts.PLACE)
    shown = _shown(state, facts)
    return replace(shown, ways=ways, accepts=Accepts.SEARCH)


def _shown(state: ReadingHandbook, facts: Facts) -> Screen:
    book = _book(facts)
    kind, _, rest = state.article.partition("_")
    if kind == "a" and (article := book.article(rest)) is not None:
        return Screen(_article(article))
    if kind == "c" and (listed := book.checklist(rest)) is not None:
        return Screen(_checklist(listed, facts))
    if state.article == learning.SHELF:
        return Screen(learning.SAYS, learning.tools_shelf())
    if kind == "s":
        return _found(rest, state.page, book)
    if kind == "g" and (listed_there := _on_shelf(rest, book)):
        return Screen((say("handbook.shelf"),), _paged(listed_there, state.page))
    shelves = (
        named(f"g_{group.id}", group.title) for group in book.groups if book.in_group(group.id)
    )
    return Screen(
        (say("raw", text=book.intro), *_elsewhere(facts)),
        (*shelves, *learning.entry(), boarding.entry()),
    )


def _searched(state: ReadingHandbook, words: str, facts: Facts) -> Step[State]:
    query = words[:_LONGEST_QUERY].strip()
    book = _book(facts)
    found, doors = book.search(query), learning.found(query)
    # It may have been a story after all: then its words are not lost.
    kept = (note("handbook.long"), *given_back(words)) if is_story(words) else ()
    if len(found) == 1 and not doors:
        return Step(ReadingHandbook(state.back, f"a_{found[0].id}"), kept)
    if found or doors:
        return Step(ReadingHandbook(state.back, f"s_{query}"), kept)
    if has_letters(query) and book.nearest(query):
        return Step(ReadingHandbook(state.back, f"s_{query}"), given_back(words))
    return Step(state, (note("handbook.nothing"), *_whom(facts), *given_back(words)))


def _found(query: str, page: int, book: Handbook) -> Screen:
    """What a search found, doors first; or what is nearest to it."""
    found = (*learning.found(query), *map(_choice_of, book.search(query)))
    if found:
        return Screen((say("handbook.shelf"),), _paged(found, page))
    near = tuple(map(_choice_of, book.nearest(query)[:_NEAREST]))
    return Screen((say("handbook.nearest"),), near)


def _on_shelf(group: str, book: Handbook) -> tuple[Choice, ...]:
    lists = tuple(named(f"c_{each.id}", each.title) for each in book.checklists)
    articles = tuple(map(_choice_of, book.in_group(group)))
    return (*articles, *(lists if articles and group == _CHECKED_FROM else ()))


def _choice_of(article: Article) -> Choice:
    return named(f"a_{article.id}", article.title)


def _paged(every: Sequence[Choice], page: int) -> tuple[Choice, ...]:
    """Those of one page; where they do not fit one screen, the last one shows more."""
    if len(every) <= MOST_CHOICES:
        return tuple(every)
    start = page * ON_A_PAGE
    more = (choice("more", "handbook.more"),) if len(every) > start + ON_A_PAGE else ()
    return (*every[start : start + ON_A_PAGE], *more)


def _page_of(at: int, group: str, book: Handbook) -> int:
    return at // ON_A_PAGE if len(_on_shelf(group, book)) > MOST_CHOICES else 0


def _article(article: Article) -> tuple[Say, ...]:
    law = (say("handbook.law", law="; ".join(article.law)),) if article.law else ()
    checked = say("handbook.checked", day=shown_day(article.checked_on))
    lines = tuple(say("raw", text=line) for line in article.lines)
    return (say("raw", text=article.title), *lines, *law, checked)


def _checklist(listed: Checklist, facts: Facts) -> tuple[Say, ...]:
    """Numbered as nothing that can be chosen is: a list of choices has a point after its number."""
    by_law, advice = listed.by_law, listed.advice
    address = f"{facts.public_url}{PAGES}/tu-kiem-tra/{listed.page}"
    where = (say("handbook.print", url=address),) if facts.public_url else ()
    law = "; ".join(dict.fromkeys(point.law for point in by_law))
    return (
        say("raw", text=listed.title),
        say("raw", text=listed.intro),
        say("handbook.by_law", Tone.LIST, points=_numbered(by_law, 1)),
        say("handbook.advice", Tone.LIST, points=_numbered(advice, len(by_law) + 1)),
        say("handbook.law", law=law),
        *where,
    )


def _numbered(points: Sequence[Point], first: int) -> str:
    return "\n".join(f"{number}) {each.line}" for number, each in enumerate(points, first))


def _elsewhere(facts: Facts) -> tuple[Say, ...]:
    """In a chat, where the pages are: they need no talk and leave nothing in its history."""
    if not facts.public_url or not facts.room.keeper:
        return ()
    return (say("handbook.pages", Tone.NOTE, url=f"{facts.public_url}{PAGES}"),)


def _whom(facts: Facts) -> tuple[Say, ...]:
    """The union to ask where nothing is found."""
    root = facts.tree.root
    contact = (say("scope.contact", contact=root.contact),) if root.contact else ()
    return (say("handbook.whom", unit=root.name), *contact)


def _book(facts: Facts) -> Handbook:
    return facts.handbooks[facts.language].current(facts.today, facts.replaced)
