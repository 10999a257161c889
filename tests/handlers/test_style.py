"""The style of every text: short sentences, plain words, no blame, no shouting; and its checker."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from handlers.languages import Language
from tests.style import Fault, faults
from tests.world import places

HOUSE = Path(__file__).parents[2]
ROOMS = ("handlers", "storage", "broadcasts", "bot")
LANGUAGES = {each.value: each for each in Language}
# What is looked for and never shown, or is the title of a paper as its authors gave it.
NOT_SHOWN = frozenset({"keywords", "words", "id", "group", "laws", "law", "source", "source_url"})


@cache
def place_words() -> frozenset[str]:
    found = (places().by_code(f"{code:05}") for code in range(40_000))
    return frozenset(
        word for place in found if place is not None for word in place.label.lower().split()
    )


def test_every_text_keeps_the_rules() -> None:
    assert {name: found for name, found in faults_by_file().items() if found} == {}


def test_all_kinds_of_texts_are_read() -> None:
    read = {path.name for path in files()}
    assert {"vi.toml", "en.toml", "handbook.vi.toml", "loan_interest.toml"} <= read
    assert sum(1 for path in files() for _ in shown(path)) > 1500


@cache
def faults_by_file() -> dict[str, list[tuple[str, Fault]]]:
    """What is wrong with each file of texts, with the key of the text."""
    return {
        str(path.relative_to(HOUSE)): [
            (key, fault)
            for key, language, text in shown(path)
            for fault in faults(text, language, place_words())
        ]
        for path in files()
    }


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.toml"))


def shown(path: Path) -> Iterator[tuple[str, Language, str]]:
    """The texts of a file with their key and language. The language is in the name of the file,
    or in a key above the text: `[vi]`, `vi = "…"`, `title_en = "…"`. What has none is no text.
    """
    stem = path.name.removesuffix(".toml").rsplit(".", 1)[-1]
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    hidden = frozenset() if is_screen(path) else NOT_SHOWN
    yield from leaves(tree, "", LANGUAGES.get(stem), hidden)


def is_screen(path: Path) -> bool:
    """Whether every string of the file is a text of the screen, whatever its key is called."""
    return path.parent.name == "texts" and not path.name.startswith("handbook.")


def leaves(
    node: Any, key: str, language: Language | None, hidden: frozenset[str]
) -> Iterator[tuple[str, Language, str]]:
    match node:
        case str() if language is not None:
            yield key, language, node
        case dict():
            for name, value in node.items():
                ending = name.rsplit("_", 1)[-1]
                if name not in hidden:
                    within = LANGUAGES.get(ending, language)
                    yield from leaves(value, f"{key}.{name}", within, hidden)
        case list():
            for place, value in enumerate(node):
                yield from leaves(value, f"{key}.{place}", language, hidden)
        case _:
            return


def examples() -> list[tuple[Language, str, list[str], frozenset[str]]]:
    labelled = tomllib.loads((Path(__file__).parent / "style_examples.toml").read_text("utf-8"))
    return [
        (Language(language), each["text"], each["breaks"], frozenset(each.get("names", ())))
        for language, kept in labelled.items()
        for each in kept["examples"]
    ]


@pytest.mark.parametrize(("language", "text", "breaks", "names"), examples())
def test_the_checker_judges_a_text_as_a_person_labelled_it(
    language: Language, text: str, breaks: list[str], names: frozenset[str]
) -> None:
    assert [fault.rule.value for fault in faults(text, language, names)] == breaks


def test_the_labelled_texts_show_every_rule_and_as_many_traps() -> None:
    bad = [breaks for _, _, breaks, _ in examples() if breaks]
    good = [text for _, text, breaks, _ in examples() if not breaks]
    assert len(bad) >= 40
    assert len(good) >= 35
    assert {rule for breaks in bad for rule in breaks} == {
        *("long", "official", "spelling", "blame", "shout", "emoji", "address", "political")
    }


def test_a_text_is_found_by_the_language_of_its_file_or_of_a_key_above_it() -> None:
    tree = {
        "a": {"vi": {"b": ["x", "y"]}, "en": "z"},
        "title_vi": "t",
        "id": "no",
        "vi": {"id": "i"},
    }
    assert list(leaves(tree, "", None, NOT_SHOWN)) == [
        (".a.vi.b.0", Language.VI, "x"),
        (".a.vi.b.1", Language.VI, "y"),
        (".a.en", Language.EN, "z"),
        (".title_vi", Language.VI, "t"),
    ]
