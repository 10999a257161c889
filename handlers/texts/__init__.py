"""The words of the screen, loaded from the files of a language and rendered with their fields."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from handlers.address import Address, of_screen
from handlers.languages import Language
from handlers.screens import Button, Choice, Line, Rendered, Say, Screen

_HANDBOOKS = frozenset(f"handbook.{language}.toml" for language in Language)


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of one language, by dotted key."""

    language: Language
    by_key: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls, language: Language, address: Address = Address.BAN) -> "Texts":
        """Read the texts of `language` from the package; a file for each part of the house.
        Vietnamese workers are spoken to as `address` says.
        """
        by_key: dict[str, str] = {}
        for source in resources.files("handlers.texts").iterdir():
            # The handbook is no text of the screen: it has a reader of its own.
            if f".{source.name}".endswith(f".{language}.toml") and source.name not in _HANDBOOKS:
                by_key.update(_flat(tomllib.loads(source.read_text(encoding="utf-8")), ""))
        if language is Language.VI:
            by_key = of_screen(by_key, address)
        return cls(language, by_key)

    def say(self, said: Say) -> str:
        """`said` in this language. An unknown key is a KeyError: a bug, found by the tests."""
        fields = {
            name: self.say(value) if isinstance(value, Say) else str(value)
            for name, value in said.fields
        }
        # One pass over the text: a person's words that hold braces are not read again.
        return self.by_key[said.key].format_map(fields)

    def get(self, key: str, **fields: "str | int | Say") -> str:
        """The text of `key` with its fields."""
        return self.say(Say(key, tuple(fields.items())))

    def line(self, said: Say) -> Line:
        """`said` as a line."""
        return Line(self.say(said), said.tone, said.file, said.bar)

    def render(self, screen: Screen) -> Rendered:
        """`screen` in this language; sayings that come out empty are left out."""
        lines = [self._stripped(said) for said in screen.says]
        return Rendered(
            tuple(line for line in lines if line.text),
            self.buttons(screen.choices),
            self.buttons(screen.ways),
            screen.accepts,
            screen.step,
        )

    def _stripped(self, said: Say) -> Line:
        return Line(self.say(said).strip(), said.tone, said.file, said.bar)

    def buttons(self, choices: tuple[Choice, ...]) -> tuple[Button, ...]:
        """Choices with their labels."""
        return tuple(
            Button(each.name, self.say(each.label), self.say(each.word) if each.word else "")
            for each in choices
        )


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        else:
            yield key, str(value)
