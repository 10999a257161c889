"""The questionnaires: what a worker is asked after the story, so that the tip can be checked. They
are data, one file for each category; who may read the files, and what is wrong with one, is told
in `handlers.forms.reading`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.languages import Language
from handlers.tips import Category

UNKNOWN = "unknown"
"""The choice that every question has: the worker does not know."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The same in both languages."""

    vi: str
    en: str

    def get(self, language: Language) -> str:
        """The words of that language."""
        return self.vi if language is Language.VI else self.en


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to press. `careful`: who gives it may be given away by details."""

    name: str
    label: Wording
    careful: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """A question is asked only if an earlier one was answered by one of these choices."""

    question: str
    among: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `label` begins its line in the tip; without `options` it is answered in free
    words.
    """

    name: str
    label: Wording
    ask: Wording
    options: tuple[Option, ...] = ()
    when: When | None = None

    def option(self, name: str) -> Option | None:
        """The answer of that name."""
        return next((each for each in self.options if each.name == name), None)

    @property
    def is_careful(self) -> bool:
        """Whether it asks how many could know."""
        return any(each.careful for each in self.options)


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of one category, in the order in which they are asked."""

    category: Category
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question | None:
        """The question of that name."""
        return next((each for each in self.questions if each.name == name), None)

    def asked(self, chosen: Mapping[str, str]) -> tuple[Question, ...]:
        """The questions that are to be asked of whoever chose that: choices by question."""
        found: list[Question] = []
        for each in self.questions:
            names = {question.name for question in found}
            if each.when is None or (
                each.when.question in names and chosen.get(each.when.question) in each.when.among
            ):
                found.append(each)
        return tuple(found)
