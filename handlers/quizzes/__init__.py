"""The quizzes: five questions for each topic, out of the texts of the library.

A question names its text, the article it rests on, and the last day on which the text may be
shown: after it, and once an editor says that the document was replaced, it is not asked any more.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from handlers import laws
from handlers.bulletins import Topic
from handlers.folding import fold
from handlers.languages import Language

QUESTIONS = 5
FEWEST = 3
"""A quiz of which fewer questions still hold is not offered."""
OPTIONS = ("a", "b", "c", "d")


class BadQuiz(Exception):
    """A file is no quiz: which, at which question, and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one language; `options` are its answers by their letters, `why` explains the
    right one.
    """

    ask: str
    options: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `text` is the id of the text of the library that answers it, `document` the
    number of what it rests on, `article` as it is cited, empty where the whole document is meant;
    both are empty where that text rests on no law. `expires_on` is the last day of that text.
    """

    id: str
    text: str
    document: str
    article: str
    expires_on: date
    right: str
    vi: Asked
    en: Asked

    def asked(self, language: Language) -> Asked:
        """The question in `language`."""
        return self.vi if language is Language.VI else self.en

    def holds(self, today: date, replaced: Collection[str] = ()) -> bool:
        """Whether it may be asked today; `replaced` are numbers of documents that do not count."""
        return today <= self.expires_on and self.document not in replaced

    def law(self, language: Language) -> str:
        """What it rests on, for people: "Điều 98 Bộ luật Lao động 45/2019/QH14"; empty where that
        is no law.
        """
        if not self.document:
            return ""
        document = laws.load()[self.document]
        named = f"{document.name(language)} {document.number}"
        if not self.article:
            return named
        vietnamese = language is Language.VI
        return f"Điều {self.article} {named}" if vietnamese else f"{named}, art. {self.article}"


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz on a topic, whose id is its own."""

    topic: Topic
    questions: tuple[Question, ...]

    @property
    def id(self) -> str:
        """What it is called in the talk and where it is counted."""
        return self.topic.value

    def question(self, key: str) -> Question | None:
        """The question of that id."""
        return next((each for each in self.questions if each.id == key), None)

    def current(self, today: date, replaced: Collection[str] = ()) -> tuple[Question, ...]:
        """The questions that may be asked today; none where too few are left."""
        found = tuple(each for each in self.questions if each.holds(today, replaced))
        return found if len(found) >= FEWEST else ()


@cache
def load() -> Mapping[str, Quiz]:
    """All quizzes by id, in the order of the topics. Raises BadQuiz."""
    folder = resources.files(__name__)
    names = (f"{topic}.toml" for topic in Topic)
    read = (parse(name, folder.joinpath(name).read_text("utf-8")) for name in names)
    return MappingProxyType({quiz.id: quiz for quiz in read})


def current(today: date, replaced: Collection[str] = ()) -> tuple[Quiz, ...]:
    """The quizzes that can be played today."""
    return tuple(quiz for quiz in load().values() if quiz.current(today, replaced))


def parse(name: str, text: str) -> Quiz:
    """The quiz in the words of a file. Raises BadQuiz."""
    try:
        tree = tomllib.loads(text)
        topic = Topic(tree["topic"])
        found = tree["questions"]
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise BadQuiz(f"{name}: {error}") from None
    questions = tuple(_question(name, at, each) for at, each in enumerate(found, start=1))
    if len(questions) != QUESTIONS or len({each.id for each in questions}) != QUESTIONS:
        raise BadQuiz(f"{name}: a quiz has {QUESTIONS} questions with ids of their own")
    return Quiz(topic, questions)


def _question(name: str, at: int, tree: Mapping[str, Any]) -> Question:
    try:
        made = Question(
            id=tree["id"],
            text=tree["text"],
            document=tree.get("document", ""),
            article=tree.get("article", ""),
            expires_on=tree["expires_on"],
            right=tree["right"],
            vi=_asked(tree["vi"]),
            en=_asked(tree["en"]),
        )
    except KeyError as error:
        raise BadQuiz(f"{name}: question {at} has no {error}") from None
    if problem := _problem(made):
        raise BadQuiz(f"{name}: question {at}: {problem}")
    return made


def _asked(tree: Mapping[str, str]) -> Asked:
    options = {letter: tree[letter] for letter in OPTIONS if letter in tree}
    return Asked(tree["ask"], MappingProxyType(options), tree["why"])


def _problem(made: Question) -> str:
    for asked in (made.vi, made.en):
        if len(asked.options) < 3 or set(asked.options) != set(made.vi.options):
            return "three or four answers, the same letters in both languages"
        if len({fold(each) for each in asked.options.values()}) < len(asked.options):
            return "two answers are alike without their marks"
    if made.right not in made.vi.options:
        return "the right answer is not among the answers"
    if not made.document:
        return ""
    if made.document not in laws.load():
        return f"no document {made.document} in the register"
    if not laws.load()[made.document].has_articles(made.article):
        return f"{made.document} has no article {made.article}"
    return ""
