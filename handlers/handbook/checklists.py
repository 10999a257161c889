"""Lists with which people check a boarding house or a company themselves: shown and printed, and
never stored, counted or judged by us.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from handlers.languages import Language

Cite = Callable[[str, str], str]
"""A citation from the number of a document and its articles."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at. `law` cites what says so; empty: it is advice, and nobody's duty."""

    line: str
    law: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """One list; `page` is the name of its own page."""

    id: str
    page: str
    title: str
    intro: str
    points: tuple[Point, ...]

    @property
    def by_law(self) -> tuple[Point, ...]:
        """What the law names."""
        return tuple(point for point in self.points if point.law)

    @property
    def advice(self) -> tuple[Point, ...]:
        """What is only wise."""
        return tuple(point for point in self.points if not point.law)


def load(language: Language, cite: Cite) -> tuple[Checklist, ...]:
    """All of them in `language`, read from the package."""
    source = resources.files(__package__).joinpath("checklists.toml")
    tree = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(
        Checklist(
            id=entry["id"],
            page=entry["page"],
            title=entry[language]["title"],
            intro=entry[language]["intro"],
            points=tuple(_point(item, language, cite) for item in entry["items"]),
        )
        for entry in tree["checklists"]
    )


def _point(item: Mapping[str, Any], language: Language, cite: Cite) -> Point:
    law = item.get("law")
    if law is None:
        return Point(item[language], "")
    return Point(item[language], cite(law["number"], law["articles"]), law["number"])
