"""Agreements with the police, as data: which police unit takes which categories from which union
unit, whom to call there, and until when that was looked over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.folding import clean
from handlers.tips import Category, category_named, police_allowed

MOST_LETTERS = 300
"""The longest of the fields that are words, in characters after cleaning."""

OFFERED = tuple(each for each in Category if police_allowed(each))
"""The categories that an agreement can be about: the others stay with the union."""

_WORDS = ("document", "contact", "hours", "backup")
_NEEDED = ("document", "contact")
# A spreadsheet that opens an export later would run these.
_FORMULA = ("=", "+", "-", "@")


class Flaw(StrEnum):
    """What is wrong with a form."""

    UNIT = "unit"
    POLICE = "police"
    CATEGORIES = "categories"
    NEEDED = "needed"
    LONG = "long"
    FORMULA = "formula"
    DAY = "day"


class Standing(StrEnum):
    """How an agreement stands on a day; LAPSED: the day of its review has passed."""

    HOLDS = "holds"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which `police` unit takes which `categories` (none: all that may go there) from the union
    `unit` and those below it, under which signed document.
    """

    unit: str
    police: str
    categories: frozenset[Category]
    document: str = field(repr=False)
    contact: str = field(repr=False)
    hours: str = field(repr=False)
    backup: str = field(repr=False)
    review_on: date
    ended_on: date | None = None

    def standing(self, today: date) -> Standing:
        """Whether it holds today."""
        if self.ended_on is not None:
            return Standing.ENDED
        return Standing.LAPSED if self.review_on < today else Standing.HOLDS

    def covers(self, category: Category) -> bool:
        """Whether tips of `category` go by it."""
        return police_allowed(category) and (not self.categories or category in self.categories)


def typed(
    fields: Mapping[str, str], named: Iterable[str], units: Iterable[str], police: Iterable[str]
) -> Agreement | Flaw:
    """The agreement of a form, with the categories `named` on it, whose unit is one of `units` and
    whose police unit one of `police`; or the first thing that is wrong with it.
    """
    words = {name: clean(fields.get(name, "")) for name in _WORDS}
    categories = {category_named(each) for each in named}
    day = _day(fields.get("review_on", ""))
    if fields.get("unit", "") not in set(units):
        return Flaw.UNIT
    if fields.get("police", "") not in set(police):
        return Flaw.POLICE
    if not categories <= set(OFFERED):
        return Flaw.CATEGORIES
    if not all(words[name] for name in _NEEDED):
        return Flaw.NEEDED
    if any(len(each) > MOST_LETTERS for each in words.values()):
        return Flaw.LONG
    if any(each.startswith(_FORMULA) for each in words.values()):
        return Flaw.FORMULA
    if day is None:
        return Flaw.DAY
    return Agreement(
        unit=fields["unit"],
        police=fields["police"],
        categories=frozenset(each for each in categories if each is not None),
        document=words["document"],
        contact=words["contact"],
        hours=words["hours"],
        backup=words["backup"],
        review_on=day,
    )


def _day(text: str) -> date | None:
    """A day as a browser's box gives it, or as people write it: 2027-01-31, 31/01/2027."""
    text = text.strip()
    if text.count("/") == 2:
        day, month, year = text.split("/")
        text = f"{year.strip():0>4}-{month.strip():0>2}-{day.strip():0>2}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
