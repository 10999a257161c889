"""The documents of law that our texts rest on: what they are called, since when, how far they go.

Who adds a document read its number and its first day somewhere that can be named; who does not know
its last article leaves that out.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from handlers.languages import Language

# "45/2019/QH14", "145/2020/NĐ-CP", "61/QĐ-TLĐ": how documents are numbered in Viet Nam.
_NUMBER = re.compile(r"\d{1,4}/(?:\d{4}/)?[A-ZĐ]+\d*(?:-[A-ZĐ]+\d*)?")
_ARTICLE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `number` is its official one; `last_article` is None where we do not know it;
    `replaced_by` is the number of the document that counts in its place, from the day `until` on;
    `checked` are the articles that somebody read, not all that there are.
    """

    number: str
    vi: str
    en: str
    since: date
    last_article: int | None = None
    replaced_by: str = ""
    until: date | None = None
    checked: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """What people call it, without its number."""
        return self.vi if language is Language.VI else self.en

    def has_articles(self, cited: str) -> bool:
        """Whether every article in `cited` ("Điều 98, 107", "art. 3.1.đ") can be one of this
        document: the first number of each piece is an article.
        """
        found = articles_in(cited)
        return self.last_article is None or all(1 <= each <= self.last_article for each in found)


@cache
def load() -> Mapping[str, Document]:
    """Every document by its number."""
    text = resources.files(__name__).joinpath("laws.toml").read_text("utf-8")
    documents = (_document(each) for each in tomllib.loads(text)["documents"])
    return MappingProxyType({each.number: each for each in documents})


def numbers_in(words: str) -> tuple[str, ...]:
    """The numbers of documents that stand in `words`, in their order, known or not."""
    return tuple(_NUMBER.findall(words))


def cited_in(words: str) -> Document | None:
    """The document that `words` cite: the first number in them that we know."""
    return next((load()[each] for each in numbers_in(words) if each in load()), None)


def articles_in(cited: str) -> tuple[int, ...]:
    """The articles in "Điều 35.2.d, 48, 94–95 khoản 2": the first number of each piece between
    commas, semicolons and dashes; what begins with another word ("khoản 2") is none.
    """
    found = []
    for piece in re.split(r"[,;–]|-| và | and ", cited):
        bare = re.sub(r"^\s*(?:điều|đ\.|articles?|arts?\.?)\s*", "", piece.strip().casefold())
        number = _ARTICLE.match(bare)
        if number:
            found.append(int(number.group()))
    return tuple(found)


def _document(tree: Mapping[str, Any]) -> Document:
    return Document(**{**tree, "checked": tuple(tree.get("checked", ()))})
