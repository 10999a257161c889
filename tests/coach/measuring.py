"""How well the coach sees: labelled lines in, figures out."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from handlers import coach

FOLDER = Path(__file__).parent
SETS = ("worker", "worker_held_out", "officer", "officer_held_out")
"""What is held out was written after the rules, which were not changed for it."""
FOUND, FALSE_ALARMS = 0.9, 0.05
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line: the kinds that must be found in its words, none in a harmless one."""

    kinds: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out of a set; `missed` and `false` are the lines where it went wrong."""

    labelled: int
    harmless: int
    missed: tuple[Line, ...]
    false: tuple[Line, ...]

    @property
    def found(self) -> float:
        """The share of labelled lines in which all was found."""
        return 1 - len(self.missed) / self.labelled

    @property
    def false_alarms(self) -> float:
        """The share of harmless lines in which something was found."""
        return len(self.false) / self.harmless


def lines(name: str) -> tuple[Line, ...]:
    """The lines of a set."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(_line(each) for each in text.splitlines() if each and not each.startswith("#"))


def measure(name: str, look: Callable[[str], Iterable[str]]) -> Seen:
    """Let `look` at every line of a set."""
    every = lines(name)
    told = {line: frozenset(look(line.words)) for line in every}
    labelled = [line for line in every if line.kinds]
    harmless = [line for line in every if not line.kinds]
    return Seen(
        len(labelled),
        len(harmless),
        tuple(line for line in labelled if not line.kinds <= told[line]),
        tuple(line for line in harmless if told[line]),
    )


def worker(words: str) -> set[str]:
    """The kinds that are found in a worker's words."""
    return {finding.kind.value for finding in coach.look(words)}


def officer(words: str) -> set[str]:
    """The doubts about an officer's words."""
    return {remark.doubt.value for remark in coach.remarks(words)}


def _line(text: str) -> Line:
    kinds, _, words = text.partition(" | ")
    words = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), words)
    return Line(frozenset(kinds.split()) - {"-"}, words)


def is_kept(seen: Seen) -> bool:
    """Whether a set shows what was promised: 90 of 100 found, 5 of 100 false alarms at most."""
    return seen.found >= FOUND and seen.false_alarms <= FALSE_ALARMS


def everything() -> dict[str, Seen]:
    """All four sets, by their names."""
    return {name: measure(name, worker if name.startswith("worker") else officer) for name in SETS}


def figures(seen: dict[str, Seen]) -> dict[str, object]:
    """What is printed and kept of them."""
    return {
        name: {
            "labelled": each.labelled,
            "harmless": each.harmless,
            "found": round(each.found, 4),
            "false_alarms": round(each.false_alarms, 4),
        }
        for name, each in seen.items()
    }
