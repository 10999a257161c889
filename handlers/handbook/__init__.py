"""The worker's handbook: short articles on rights and safety, and what this channel promises."""

import tomllib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from typing import Any

from handlers import laws
from handlers.address import Address, addressed
from handlers.handbook import checklists
from handlers.handbook.checklists import Checklist
from handlers.handbook.searching import Words, best, every
from handlers.languages import Language
from handlers.laws.changes import same

_SHELVES = ("pay", "contract", "insurance", "safety", "danger", "collective", "how")


@dataclass(frozen=True, slots=True)
class Group:
    """One shelf of the handbook."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Article:
    """One short article: plain lines of which the last says what to do, and the law behind them.

    `law` holds ready citations (document, number, articles, in force since when), `documents` the
    official numbers in them. `keywords` are other words that people use for the matter: searched,
    never shown. `expires_on` is the last day on which the article may be shown, None where nothing
    in it runs out.
    """

    id: str
    group: str
    title: str
    lines: tuple[str, ...]
    law: tuple[str, ...]
    documents: tuple[str, ...]
    checked_on: date
    expires_on: date | None
    keywords: str
    words: Words


@dataclass(frozen=True, slots=True)
class Handbook:
    """All of it in one language, in the order of reading."""

    intro: str
    groups: tuple[Group, ...]
    articles: tuple[Article, ...]
    promises: tuple[str, ...]
    checklists: tuple[Checklist, ...] = ()

    def article(self, article_id: str) -> Article | None:
        """The article of that id; None if there is none (or it expired)."""
        return next((article for article in self.articles if article.id == article_id), None)

    def in_group(self, group_id: str) -> tuple[Article, ...]:
        """The articles of one group; empty for an unknown one.

        The group `collective` is the rights answer to whoever writes about joining a union,
        bargaining or strikes.
        """
        return tuple(article for article in self.articles if article.group == group_id)

    def checklist(self, checklist_id: str) -> Checklist | None:
        """The list of that id; None if there is none."""
        return next((each for each in self.checklists if each.id == checklist_id), None)

    def current(self, today: date, replaced: Set[str] = frozenset()) -> "Handbook":
        """The handbook without the articles that expired before `today`, or that rest on a document
        that another one has replaced by then: by our register, or by its number in `replaced`.
        """
        over = frozenset(map(same, replaced)) | _over(today)
        kept = tuple(
            article
            for article in self.articles
            if (article.expires_on is None or today <= article.expires_on)
            and over.isdisjoint(map(same, article.documents))
        )
        lists = tuple(_current(each, over) for each in self.checklists)
        return replace(self, articles=kept, checklists=lists)

    def search(self, words: str) -> tuple[Article, ...]:
        """The articles in which all `words` occur, titles first. Diacritics are not needed; short
        forms and keys of Telex are understood, and words that only join are passed over.
        """
        return every(words, self.articles)

    def nearest(self, words: str) -> tuple[Article, ...]:
        """What may be meant where `search` finds nothing: the articles in which most of the words
        occur, also with one wrong letter; the nearest first, empty where nothing is near.
        """
        return best(words, self.articles)


def load(language: Language, address: Address = Address.BAN) -> Handbook:
    """Read the handbook of `language` from the package. The caller keeps it. Vietnamese workers are
    spoken to as `address` says; what is searched are the words as they were written.
    """
    book = _read(language)
    return _addressed(book, address) if language is Language.VI else book


def _read(language: Language) -> Handbook:
    source = resources.files("handlers.texts").joinpath(f"handbook.{language}.toml")
    tree = tomllib.loads(source.read_text(encoding="utf-8"))
    return Handbook(
        intro=tree["intro"],
        groups=tuple(Group(name, tree["groups"][name]) for name in _SHELVES),
        articles=tuple(_articles(tree, language)),
        promises=tuple(tree["rights"]["promises"]),
        checklists=checklists.load(
            language, lambda number, articles: _citation(tree, number, articles, language)
        ),
    )


def _addressed(book: Handbook, address: Address) -> Handbook:
    def told(words: str) -> str:
        return addressed(words, address)

    return replace(
        book,
        intro=told(book.intro),
        groups=tuple(replace(each, title=told(each.title)) for each in book.groups),
        promises=tuple(map(told, book.promises)),
        articles=tuple(
            replace(each, title=told(each.title), lines=tuple(map(told, each.lines)))
            for each in book.articles
        ),
        checklists=tuple(
            replace(
                each,
                title=told(each.title),
                intro=told(each.intro),
                points=tuple(replace(point, line=told(point.line)) for point in each.points),
            )
            for each in book.checklists
        ),
    )


def _articles(frame: Mapping[str, Any], language: Language) -> Iterator[Article]:
    for shelf in _SHELVES:
        source = resources.files(__name__).joinpath("shelves", f"{shelf}.toml")
        for entry in tomllib.loads(source.read_text(encoding="utf-8"))["articles"]:
            yield _article(entry, shelf, frame, language)


def _article(
    entry: Mapping[str, Any], shelf: str, frame: Mapping[str, Any], language: Language
) -> Article:
    told = entry[language]
    return Article(
        id=entry["id"],
        group=shelf,
        title=told["title"],
        lines=tuple(told["lines"]),
        law=tuple(
            _citation(frame, law["number"], law["articles"], language) for law in entry["law"]
        ),
        documents=tuple(law["number"] for law in entry["law"]),
        checked_on=entry["checked_on"],
        expires_on=entry.get("expires_on"),
        keywords=told["keywords"],
        words=Words.of(told["title"], (*told["lines"], told["keywords"])),
    )


def _citation(frame: Mapping[str, Any], number: str, articles: str, language: Language) -> str:
    """A document whose articles we could not read ourselves is cited whole."""
    document = laws.load()[number]
    form: str = frame["citation" if articles else "citation_whole"]
    return form.format(
        name=document.name(language),
        number=number,
        articles=articles,
        since=f"{document.since:%d/%m/%Y}",
    )


def _current(each: Checklist, over: Set[str]) -> Checklist:
    return replace(each, points=tuple(p for p in each.points if same(p.document) not in over))


def _over(today: date) -> frozenset[str]:
    """The documents that our own register says are replaced by then."""
    known = laws.load().values()
    return frozenset(same(each.number) for each in known if each.until and each.until <= today)
