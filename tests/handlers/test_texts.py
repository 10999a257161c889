"""The words of the screen: the same in both languages, all used, all there."""

import ast
import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from broadcasts.checks import Problem
from broadcasts.derived.origin import Form
from broadcasts.report import Column
from handlers import coach, telling
from handlers.bulletins import Run, Topic
from handlers.calculators import Calculator, asked
from handlers.calculators.amounts import Unclear
from handlers.calculators.leave import Birth
from handlers.calculators.leaving_days import Contract
from handlers.events import Unusable
from handlers.forms.reading import Flaw
from handlers.labels import Label
from handlers.languages import Language
from handlers.moderators.templates import STARTERS
from handlers.routing import Exclusion
from handlers.screens import Say, Screen, Tone, say
from handlers.subscriptions import PartOfDay
from handlers.texts import Texts
from handlers.tips import FILES, OF_IDENTITY, OF_STAFF, Category, Kind, Outcome, Status
from handlers.unit_checks import Reason
from tests.world import texts

HOUSE = Path(__file__).parents[2]
ROOMS = ("handlers", "storage", "broadcasts", "bot")
# The families of keys that are put together in the talk, with all their members.
FAMILIES: dict[str, Iterable[str]] = {
    "category": Category,
    "label": Label,
    "status": Status,
    "outcome": Outcome,
    "unit_flaw": Reason,
    "unusable": Unusable,
    "hide": Exclusion,
    "thread": set(Kind) - OF_IDENTITY - OF_STAFF - {Kind.TOLD},
    "told": (*telling.MOVES, "own"),
    "who": OF_IDENTITY,
    "kept": {*FILES, "loud"},
    "added_file": FILES,
    "unit_file": FILES,
    "form.flaw": Flaw,
    "problem": Problem,
    "column": {*Column, "published", "posted", "held"},
    "run": Run,
    "report": {"account", "province", "by_account", "by_province"},
    "topic": Topic,
    "part": PartOfDay,
    "in_language": Language,
    "coach_kind": coach.Kind,
    "desk.coach": coach.Doubt,
    "derived.form": Form,
    "reply.starter": STARTERS,
    "reply.starter_name": STARTERS,
    "calculators.name": Calculator,
    "calculators.article": (*Calculator, "father"),
    "calculators.ask": asked.questions(),
    "calculators.option": asked.options(),
    "calculators.typed": {
        name for each in asked.questions().values() if each.is_typed for name in each.choices
    },
    "calculators.unit": {*asked.Reads, "months", "years", "years_months"}
    - {"nothing", "wage", "worked", "day"},
    "calculators.wage": ("hour", "day", "month"),
    "calculators.unclear": {*Unclear, "no_region"},
    "calculators.interest": {
        *(f"{line}_{side}" for line in ("ceiling", "usury") for side in ("above", "near", "below")),
        *("how_percent_month", "how_percent_day"),
    },
    "calculators.minimum": ("title", "of_last_year"),
    "calculators.payslip": ("more", "less", "damage_within", "damage_above"),
    "calculators.notice": (
        *Contract,
        *("without", "not_now", "working", "calendar", "tell_by", "too_late"),
    ),
    "calculators.family": (*Birth, "six", "seven"),
}
KEY = re.compile(r"[a-z_]+(\.[a-z_0-9]+)*")
# Keys of these are put together in the templates, and those of an incident from its lists.
PAGES = ("page.", "desk.", "studio.", "incident.")


def keys(language: Language) -> dict[str, str]:
    return dict(texts()[language].by_key)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_exists_in_both_languages() -> None:
    assert keys(Language.VI).keys() == keys(Language.EN).keys()
    assert len(keys(Language.VI)) > 200


def test_every_text_has_the_same_fields_in_both_languages() -> None:
    english = keys(Language.EN)
    differing = {
        key for key, text in keys(Language.VI).items() if fields(text) != fields(english[key])
    }
    assert differing == set()


@pytest.mark.parametrize("language", Language)
def test_no_text_is_empty(language: Language) -> None:
    assert [key for key, text in keys(language).items() if not text.strip()] == []


def test_every_text_that_is_asked_for_exists() -> None:
    known = keys(Language.VI).keys()
    assert asked_for() - known == set()
    assert put_together() - known == set()


def test_every_text_is_used() -> None:
    used = {text for source in sources() for text in literals(source)} | asked_for()
    used |= {
        text
        for each in templates()
        for text in re.findall(r'"((?:page|desk|studio)[.][^"]+)"', each)
    }
    unused = set(keys(Language.VI)) - used - put_together()
    patterns = [re.compile(pattern) for pattern in templates_patterns()]
    left = {
        key
        for key in unused
        if not (key.startswith(PAGES) and any(pattern.fullmatch(key) for pattern in patterns))
    }
    assert left == set()


def put_together() -> set[str]:
    return {f"{family}.{member}" for family, members in FAMILIES.items() for member in members}


@cache
def sources() -> tuple[str, ...]:
    paths = [path for room in ROOMS for path in (HOUSE / room).rglob("*.py")]
    return tuple(path.read_text(encoding="utf-8") for path in sorted(paths))


@cache
def templates() -> tuple[str, ...]:
    found = sorted((HOUSE / "bot").rglob("*.html"))
    return tuple(path.read_text(encoding="utf-8") for path in found)


def literals(source: str) -> Iterator[str]:
    """Every whole string of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def asked_for() -> set[str]:
    """The keys that are named where a text is made: `say`, `note`, `choice`, `t` in a template."""
    found: set[str] = set()
    for source in sources():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                found.update(named_in(node.func.id, node.args))
    for template in templates():
        found.update(re.findall(r"\bt\(\s*[\"']([a-z_.0-9]+)[\"']\s*[,)]", template))
    return found


def named_in(function: str, arguments: list[ast.expr]) -> Iterator[str]:
    first = [text for text in strings(arguments[0]) if KEY.fullmatch(text)]
    match function:
        case "say" | "note" | "Say":
            yield from first
        case "choice":
            second = list(strings(arguments[1])) if len(arguments) > 1 else []
            yield from second or [f"choice.{name}" for name in first]
        case "by_word":
            second = list(strings(arguments[1])) if len(arguments) > 1 else []
            yield from second or [f"choice.{name}" for name in first]
            yield from (f"typed.{name}" for name in first)
        case _:
            return


def strings(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.IfExp(body=body, orelse=orelse):
            yield from strings(body)
            yield from strings(orelse)
        case _:
            return


def templates_patterns() -> Iterator[str]:
    """Keys of pages that are put together: `"desk.role." ~ role`, `f"desk.no.{key}"`."""
    piece = r"[a-z_0-9]+"
    for template in templates():
        for head, tail in re.findall(r"\"([a-z_.]+\.)\" ~ [\w.]+(?: ~ \"([a-z_.]+)\")?", template):
            yield re.escape(head) + piece + re.escape(tail)
    for source in sources():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    else piece
                    for part in node.values
                ]
                if parts[0].startswith(("page", "desk", "studio", "incident")):
                    yield "".join(parts)


@pytest.mark.parametrize("language", Language)
def test_words_of_a_person_that_hold_braces_are_shown_as_they_are(language: Language) -> None:
    said = say("given_back", Tone.OWN, words="{words} {0} {")
    assert texts()[language].say(said).endswith("{words} {0} {")


def test_a_text_within_a_text_is_rendered_first() -> None:
    inner = Say("category.wages")
    assert "Nợ lương" in texts()[Language.VI].get("hide.on", who=inner)


def test_lines_that_come_out_empty_are_left_out() -> None:
    shown = texts()[Language.VI].render(Screen((say("raw", text=" "), say("raw", text="x"))))
    assert shown.text == "x"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        Texts.load(Language.VI).get("no.such.key")
