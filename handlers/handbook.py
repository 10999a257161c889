"""The worker's handbook: short articles on rights and safety, and what this channel promises."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from typing import Any

from handlers.folding import fold
from handlers.languages import Language

# A syllable of Vietnamese must match whole ("no" is not "nội"); a longer word may be a beginning
# ("wage" finds "wages", and somebody who is still typing finds something).
PREFIX_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Group:
    """One shelf of the handbook."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Article:
    """One short article: plain lines of which the last says what to do, and the law behind them.

    `law` holds ready citations (document, number, articles, in force since when). `keywords` are
    other words that people use for the matter: searched, never shown. `expires_on` is the last day
    on which the article may be shown, None where nothing in it runs out.
    """

    id: str
    group: str
    title: str
    lines: tuple[str, ...]
    law: tuple[str, ...]
    checked_on: date
    expires_on: date | None
    keywords: str


@dataclass(frozen=True, slots=True)
class Handbook:
    """All of it in one language, in the order of reading."""

    intro: str
    groups: tuple[Group, ...]
    articles: tuple[Article, ...]
    promises: tuple[str, ...]

    def article(self, article_id: str) -> Article | None:
        """The article of that id; None if there is none (or it expired)."""
        return next((article for article in self.articles if article.id == article_id), None)

    def in_group(self, group_id: str) -> tuple[Article, ...]:
        """The articles of one group; empty for an unknown one.

        The group `collective` is the rights answer to whoever writes about joining a union,
        bargaining or strikes.
        """
        return tuple(article for article in self.articles if article.group == group_id)

    def current(self, today: date) -> "Handbook":
        """The handbook without the articles that expired before `today`."""
        kept = (a for a in self.articles if a.expires_on is None or today <= a.expires_on)
        return replace(self, articles=tuple(kept))

    def search(self, words: str) -> tuple[Article, ...]:
        """The articles in which all `words` occur, titles first; diacritics are not needed."""
        wanted = fold(words).split()
        if not wanted:
            return ()
        ranked = [(_rank(wanted, article), article) for article in self.articles]
        hits = [(rank, article) for rank, article in ranked if rank is not None]
        return tuple(article for _, article in sorted(hits, key=lambda hit: hit[0]))


def load(language: Language) -> Handbook:
    """Read the handbook of `language` from the package. The caller keeps it."""
    source = resources.files("handlers.texts").joinpath(f"handbook.{language}.toml")
    tree = tomllib.loads(source.read_text(encoding="utf-8"))
    return Handbook(
        intro=tree["intro"],
        groups=tuple(Group(id=name, title=title) for name, title in tree["groups"].items()),
        articles=tuple(_article(entry, tree) for entry in tree["articles"]),
        promises=tuple(tree["rights"]["promises"]),
    )


def _article(entry: Mapping[str, Any], tree: Mapping[str, Any]) -> Article:
    return Article(
        id=entry["id"],
        group=entry["group"],
        title=entry["title"],
        lines=tuple(entry["lines"]),
        law=tuple(
            _citation(tree["citation"], tree["laws"][law["doc"]], law["articles"])
            for law in entry["law"]
        ),
        checked_on=entry["checked_on"],
        expires_on=entry.get("expires_on"),
        keywords=entry["keywords"],
    )


def _citation(form: str, document: Mapping[str, Any], articles: str) -> str:
    since: date = document["since"]
    return form.format(
        name=document["name"],
        number=document["number"],
        articles=articles,
        since=f"{since:%d/%m/%Y}",
    )


def _rank(wanted: list[str], article: Article) -> tuple[bool, bool, int] | None:
    """How near `article` is to the words, nearest first in sorting; None if one is missing."""
    title = fold(article.title).split()
    everything = [*title, *fold(" ".join((*article.lines, article.keywords))).split()]
    if not all(_occurs(word, everything) for word in wanted):
        return None
    in_title = sum(_occurs(word, title) for word in wanted)
    phrase = f" {' '.join(wanted)} "
    said_so = phrase in f" {' '.join(everything)} "
    return in_title < len(wanted), not said_so, -in_title


def _occurs(word: str, text: list[str]) -> bool:
    if len(word) < PREFIX_LETTERS:
        return word in text
    return any(other.startswith(word) for other in text)
