"""The table of mutations: one file of `edits/` for each promise that might be broken unseen."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EDITS = Path(__file__).resolve().parent / "edits"
_KEYS = frozenset({"promise", "file", "before", "after", "test"})


class Unusable(Exception):
    """A mutation that says nothing (any more), and why."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One edit of the product that must not pass unnoticed.

    `before` stands exactly once in `file` (a path from the root); with `after` in its place, `test`
    (as pytest names it) must fail by an assertion of its own. `promise` is what would be broken.
    """

    name: str
    promise: str
    file: str
    before: str
    after: str
    test: str

    def applied(self, text: str) -> str:
        """The text of its file with the edit. Raises Unusable unless it applies exactly once."""
        times = text.count(self.before)
        if times != 1:
            raise Unusable(f"{self.name}: its text stands {times} times in {self.file}")
        return text.replace(self.before, self.after)

    @property
    def test_file(self) -> str:
        """Where its test is."""
        return self.test.partition("::")[0]

    @property
    def test_name(self) -> str:
        """The test's function."""
        return self.test.partition("::")[2].partition("[")[0]


def load(folder: Path = EDITS) -> Sequence[Mutation]:
    """All mutations, by name. Raises Unusable for a file that is not one."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Mutation:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"{path.name}: {error}") from None
    if set(told) != _KEYS or not all(isinstance(each, str) for each in told.values()):
        raise Unusable(f"{path.name}: needs exactly {', '.join(sorted(_KEYS))}")
    mutation = Mutation(name=path.stem, **told)
    if mutation.before == mutation.after:
        raise Unusable(f"{path.name}: changes nothing")
    return mutation
