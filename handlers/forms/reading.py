"""Reads questionnaires, and says of each mistake in which line of which file it stands.

TOML tells the line of what is no TOML, and of nothing else. Where a question or an answer stands is
found by a look over the lines: for its header, its key, its place in the list. Words that look like
a header, in a text of several lines, can mislead that look by a few lines; never the check itself.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

from handlers.folding import clean
from handlers.forms import UNKNOWN, Form, Option, Question, When, Wording
from handlers.tips import Category, category_named

FEWEST_QUESTIONS = 3
MOST_QUESTIONS = 6
FEWEST_OPTIONS = 2
MOST_OPTIONS = 6
"""With "don't know" and the two ways past a question nine, which is what a screen can hold."""
LABEL_LETTERS = 40
"""What a button of Telegram shows without cutting it off."""
ASK_LETTERS = 300
ENDING = ".toml"
LANGUAGES = ("vi", "en")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_HEADER = re.compile(r"\s*\[\[\s*questions\s*\]\]")
_AT_LINE = re.compile(r"at line (\d+)")
_KEYS = frozenset({"id", "label", "ask", "choices", "when"})
_CHOICE_KEYS = frozenset({"id", *LANGUAGES, "careful"})


class Flaw(StrEnum):
    """What can be wrong with a form."""

    NOT_TEXT = "not_text"
    NOT_TOML = "not_toml"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_KEY = "unknown_key"
    WRONG_KIND = "wrong_kind"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    BAD_NAME = "bad_name"
    SAME_NAME = "same_name"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    TOO_FEW_CHOICES = "too_few_choices"
    TOO_MANY_CHOICES = "too_many_choices"
    UNKNOWN_QUESTION = "unknown_question"
    LATER_QUESTION = "later_question"
    UNKNOWN_CHOICE = "unknown_choice"
    NO_CONDITION = "no_condition"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: the file, the line (from 1), what is wrong, and what it is about."""

    file: str
    line: int
    flaw: Flaw
    about: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What came of some files: the forms without a mistake, and every mistake, by file and line."""

    forms: Mapping[Category, Form]
    mistakes: tuple[Mistake, ...] = ()


def read(files: Mapping[str, bytes]) -> Read:
    """The forms of files, which are named after their category (`loans.toml`)."""
    forms: dict[Category, Form] = {}
    mistakes: list[Mistake] = []
    for name in sorted(files):
        reader = _Reader(name)
        form = reader.form(files[name])
        if form is not None and not reader.mistakes:
            forms[form.category] = form
        mistakes += sorted(reader.mistakes, key=lambda each: (each.line, each.flaw))
    return Read(forms, tuple(mistakes))


def with_own(own: Mapping[str, bytes]) -> Read:
    """The forms of the product, each replaced by the operator's file of the same name."""
    return read(built_in() | dict(own))


def built_in() -> dict[str, bytes]:
    """The files that come with the product."""
    folder = resources.files("handlers.forms")
    found = (each for each in folder.iterdir() if each.name.endswith(ENDING))
    return {each.name: each.read_bytes() for each in found}


@dataclass(slots=True)
class _Reader:
    """One file; gathers what is wrong with it."""

    file: str
    lines: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def fault(self, line: int, flaw: Flaw, about: object = "") -> None:
        shown = clean(str(about)).replace("\n", " ")[:LABEL_LETTERS]
        self.mistakes.append(Mistake(self.file, line, flaw, shown))

    def form(self, data: bytes) -> Form | None:
        category = category_named(self.file.removesuffix(ENDING))
        if category is None:
            self.fault(1, Flaw.UNKNOWN_CATEGORY, self.file.removesuffix(ENDING))
        tables = self._tables(data)
        if tables is None:
            return None
        if len(tables) < FEWEST_QUESTIONS:
            self.fault(self._start(len(tables) - 1), Flaw.TOO_FEW, len(tables))
        if len(tables) > MOST_QUESTIONS:
            self.fault(self._start(MOST_QUESTIONS), Flaw.TOO_MANY, len(tables))
        questions: list[Question] = []
        names = [each.get("id") if isinstance(each, dict) else None for each in tables]
        for at, table in enumerate(tables):
            question = self._question(at, table)
            if question is not None:
                self._check_name(at, question, questions)
                self._check_condition(at, question, questions, names)
                questions.append(question)
        return Form(category, tuple(questions)) if category is not None else None

    def _tables(self, data: bytes) -> list[Any] | None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(data[: error.start].count(b"\n") + 1, Flaw.NOT_TEXT)
            return None
        self.lines = text.splitlines()
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = _AT_LINE.search(str(error))
            self.fault(int(found[1]) if found else max(len(self.lines), 1), Flaw.NOT_TOML)
            return None
        except RecursionError:
            # Thousands of brackets in one another.
            self.fault(1, Flaw.NOT_TOML)
            return None
        for key in table.keys() - {"questions"}:
            self.fault(self._line_of(key, 0, len(self.lines)), Flaw.UNKNOWN_KEY, key)
        found_tables = table.get("questions", [])
        if not isinstance(found_tables, list):
            self.fault(self._line_of("questions", 0, len(self.lines)), Flaw.WRONG_KIND, "questions")
            return None
        return found_tables

    def _question(self, at: int, table: Any) -> Question | None:
        if not isinstance(table, dict):
            self.fault(self._start(at), Flaw.WRONG_KIND, "questions")
            return None
        for key in table.keys() - _KEYS:
            self.fault(self._key(at, key), Flaw.UNKNOWN_KEY, key)
        return Question(
            self._name(self._key(at, "id"), table.get("id")),
            self._wording(self._key(at, "label"), table.get("label"), "label", LABEL_LETTERS),
            self._wording(self._key(at, "ask"), table.get("ask"), "ask", ASK_LETTERS),
            tuple(self._options(at, table["choices"])) if "choices" in table else (),
            self._when(at, table["when"]) if "when" in table else None,
        )

    def _options(self, at: int, choices: Any) -> Iterator[Option]:
        line = self._key(at, "choices")
        if not isinstance(choices, list) or not all(isinstance(each, dict) for each in choices):
            self.fault(line, Flaw.WRONG_KIND, "choices")
            return
        if len(choices) < FEWEST_OPTIONS:
            self.fault(line, Flaw.TOO_FEW_CHOICES, len(choices))
        if len(choices) > MOST_OPTIONS:
            self.fault(line, Flaw.TOO_MANY_CHOICES, len(choices))
        seen: set[str] = set()
        for place, each in enumerate(choices):
            at_line = self._choice_line(at, place)
            option = self._option(at_line, each)
            if option.name in seen or option.name == UNKNOWN:
                self.fault(at_line, Flaw.SAME_NAME, option.name)
            seen.add(option.name)
            yield option

    def _option(self, line: int, table: dict[str, Any]) -> Option:
        for key in table.keys() - _CHOICE_KEYS:
            self.fault(line, Flaw.UNKNOWN_KEY, key)
        careful = table.get("careful", False)
        if not isinstance(careful, bool):
            self.fault(line, Flaw.WRONG_KIND, "careful")
        texts = {key: table[key] for key in LANGUAGES if key in table}
        name = self._name(line, table.get("id"))
        return Option(name, self._wording(line, texts, name, LABEL_LETTERS), careful is True)

    def _when(self, at: int, table: Any) -> When | None:
        line = self._key(at, "when")
        if not isinstance(table, dict):
            self.fault(line, Flaw.WRONG_KIND, "when")
            return None
        for key in table.keys() - {"question", "is"}:
            self.fault(line, Flaw.UNKNOWN_KEY, key)
        question, among = table.get("question"), table.get("is")
        is_list = isinstance(among, list) and all(isinstance(each, str) for each in among)
        if not isinstance(question, str) or not is_list or not among:
            self.fault(line, Flaw.NO_CONDITION)
            return None
        return When(question, frozenset(among))

    def _check_name(self, at: int, question: Question, before: list[Question]) -> None:
        if question.name and any(each.name == question.name for each in before):
            self.fault(self._key(at, "id"), Flaw.SAME_NAME, question.name)

    def _check_condition(
        self, at: int, question: Question, before: list[Question], names: list[Any]
    ) -> None:
        """A condition looks back only: so no form can lead in a circle."""
        when, line = question.when, self._key(at, "when")
        if when is None:
            return
        on = next((each for each in before if each.name == when.question), None)
        if on is None:
            is_later = when.question in names
            flaw = Flaw.LATER_QUESTION if is_later else Flaw.UNKNOWN_QUESTION
            self.fault(line, flaw, when.question)
            return
        known = {UNKNOWN, *(each.name for each in on.options)}
        for name in sorted(when.among - known):
            self.fault(line, Flaw.UNKNOWN_CHOICE, name)

    def _name(self, line: int, name: Any) -> str:
        if isinstance(name, str) and _NAME.fullmatch(name):
            return name
        self.fault(line, Flaw.BAD_NAME, name if name is not None else "")
        return name if isinstance(name, str) else ""

    def _wording(self, line: int, texts: Any, about: str, most: int) -> Wording:
        if not isinstance(texts, dict):
            texts = {}
        for key in texts.keys() - set(LANGUAGES):
            self.fault(line, Flaw.UNKNOWN_KEY, key)
        found = {}
        for language in LANGUAGES:
            text = texts.get(language)
            found[language] = clean(text) if isinstance(text, str) else ""
            if not found[language]:
                self.fault(line, Flaw.NO_TEXT, f"{about}.{language}")
            elif len(found[language]) > most or (most == LABEL_LETTERS and "\n" in text):
                self.fault(line, Flaw.TOO_LONG, f"{about}.{language} > {most}")
        return Wording(found["vi"], found["en"])

    def _start(self, at: int) -> int:
        """The line of the header of that question; the first one where there is no such header."""
        starts = [number for number, line in enumerate(self.lines, 1) if _HEADER.match(line)]
        return starts[at] if 0 <= at < len(starts) else 1

    def _end(self, at: int) -> int:
        return max(self._start(at + 1) - 1, 0) or len(self.lines)

    def _key(self, at: int, key: str) -> int:
        """The line of that key in that question; of its header where the key is missing."""
        return self._line_of(key, self._start(at), self._end(at)) or self._start(at)

    def _line_of(self, key: str, start: int, end: int) -> int:
        """The line between two lines where `key` begins; `start` where none does."""
        begins = re.compile(rf'\s*(?:\[+\s*)?"?{re.escape(key)}"?\s*[=.\]]')
        inside = enumerate(self.lines[start:end], start + 1)
        return next((number for number, line in inside if begins.match(line)), max(start, 1))

    def _choice_line(self, at: int, place: int) -> int:
        """The line of the answer at that place: where its `id` stands, after `choices`."""
        first, seen = self._key(at, "choices"), -1
        for number in range(first, self._end(at) + 1):
            seen += len(re.findall(r"\bid\s*=", self.lines[number - 1]))
            if seen >= place:
                return number
        return first
