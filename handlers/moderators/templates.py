"""Ready words of a unit for its workers: what may stand in them, and how their fields are filled.

Words of a template go as plain words: once they are in a thread, nothing of a field is left.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.coach import remarks
from handlers.folding import clean
from handlers.languages import Language
from handlers.moderators.actions import Offer
from handlers.screens import Say
from handlers.texts import Texts
from handlers.tips import Category

NAME_LETTERS = 60
MOST_LETTERS = 2000
"""The longest wording of a template; with its fields filled it stays below what may be sent."""
MOST_TEMPLATES = 40
KINDS = (Offer.ASK, Offer.ANSWER, Offer.CLOSE)
"""What a template can be for, in the order of the pages."""
_FIELD = re.compile(r"\{([^{}]*)\}")


class Field(StrEnum):
    """What the house fills in by itself: the unit's name, how and when it is reached, the day until
    which the worker was promised a result, what the tip is about.
    """

    UNIT = "unit"
    CONTACT = "contact"
    HOURS = "hours"
    ANSWER_DAY = "answer_day"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Template:
    """One of a unit's. `english` may be empty: then everybody reads `words`. `category`: it is for
    tips about that; None: for all.
    """

    id: str
    name: str
    kind: Offer
    words: str = field(repr=False)
    english: str = field(default="", repr=False)
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A template, filled in for one tip."""

    id: str
    name: str
    kind: Offer
    words: str = field(repr=False)
    english: str = field(default="", repr=False)


# What every desk writes every day; a unit makes them its own.
_STARTERS: tuple[tuple[str, Offer, Category | None], ...] = (
    ("where", Offer.ASK, None),
    ("still", Offer.ASK, None),
    ("seen", Offer.ASK, None),
    ("pay_papers", Offer.ASK, Category.WAGES),
    ("begun", Offer.ANSWER, None),
    ("longer", Offer.ANSWER, None),
    ("reach", Offer.ANSWER, None),
    ("done", Offer.CLOSE, None),
    ("not_found", Offer.CLOSE, None),
    ("too_little", Offer.CLOSE, None),
)
STARTERS = tuple(each for each, _, _ in _STARTERS)
"""The ids of the house's own set; the words stand among the texts."""


def starters(texts: Mapping[Language, Texts], language: Language) -> tuple[Template, ...]:
    """The house's own set, by which a unit goes that has none of its own."""
    vietnamese, english = texts[Language.VI].by_key, texts[Language.EN].by_key
    return tuple(
        Template(
            id=each,
            name=texts[language].by_key[f"reply.starter_name.{each}"],
            kind=kind,
            words=vietnamese[f"reply.starter.{each}"],
            english=english[f"reply.starter.{each}"],
            category=category,
        )
        for each, kind, category in _STARTERS
    )


def tidied(template: Template) -> Template:
    """The same, its words and name cleaned as they are kept."""
    return Template(
        template.id,
        clean(template.name).replace("\n", " "),
        template.kind,
        clean(template.words),
        clean(template.english),
        template.category,
    )


def unfit(template: Template) -> Say | None:
    """Why a tidied template cannot be kept, or None when it can. What would be doubted when it is
    sent is refused here: so many workers would read it.
    """
    if not template.name:
        return _no("name_empty")
    if len(template.name) > NAME_LETTERS:
        return _no("name_long", over=len(template.name) - NAME_LETTERS, most=NAME_LETTERS)
    if not template.words:
        return _no("words_empty")
    return _unfit_words(template.words) or _unfit_words(template.english)


def fill(words: str, values: Mapping[Field, str]) -> str | None:
    """The words with their fields filled in; None where one of them is not known here."""
    named = {Field(name) for name in _FIELD.findall(words)}
    if any(not values.get(each) for each in named):
        return None
    return clean(_FIELD.sub(lambda found: values[Field(found[1])], words))


def ready(
    template: Template, values: Mapping[Language, Mapping[Field, str]], category: Category
) -> Ready | None:
    """The template for a tip about `category`; None where it is for others, or a field of it is not
    known there.
    """
    if template.category not in (None, category):
        return None
    words = fill(template.words, values[Language.VI])
    if words is None:
        return None
    known = values.get(Language.EN)
    english = fill(template.english, known) if known is not None else None
    return Ready(template.id, template.name, template.kind, words, english or "")


def _unfit_words(words: str) -> Say | None:
    for name in _FIELD.findall(words):
        if name not in Field.__members__.values():
            return _no("unknown_field", field=name)
    if set(_FIELD.sub("", words)) & set("{}"):
        return _no("braces")
    if len(words) > MOST_LETTERS:
        return _no("words_long", over=len(words) - MOST_LETTERS, most=MOST_LETTERS)
    # Without the braces, so that the name of a field does not hide what stands around it.
    plain = _FIELD.sub("…", words)
    found = remarks(plain)
    if found:
        return _no("doubted", why=Say(f"desk.coach.{found[0].doubt}", _told(plain, found[0].span)))
    return None


def _told(words: str, span: tuple[int, int]) -> tuple[tuple[str, str], ...]:
    return (("words", words[slice(*span)]),)


def _no(key: str, **fields: str | int | Say) -> Say:
    return Say(f"desk.reply.template.no.{key}", tuple(fields.items()))
