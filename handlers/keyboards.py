"""What Vietnamese keyboards (Telex, VNI) make of a code, and which keys they may have swallowed."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

STROKE = "-"
CIRCUMFLEX, BREVE, HORN = "\u0302", "\u0306", "\u031b"
TONES = "\u0301\u0300\u0309\u0303\u0323"
"""Acute, grave, hook above, tilde, dot below: the order of the tone keys."""

_ALIKE = {"O": "0", "I": "1", "L": "1"}
_VOWELS = "AEIOUY"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter or digit in upper case, its marks apart (combining characters, `STROKE` for đ)."""

    base: str
    marks: str = ""


Run = tuple[Letter, ...]
Swallowed = tuple[int, str]
"""A key that left no symbol of its own: the place of the letter it was typed after, and the key."""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The keys of one way of typing Vietnamese, as far as a code has them.

    `tones` stand in the order of `TONES`; an empty `circumflex` means the letter again; `lone_horn`
    is the key that shows Ư by itself.
    """

    tones: str
    circumflex: str
    breve: str
    horn: str
    stroke: str
    removes_tone: str
    lone_horn: str

    def symbols(self, run: Run) -> str:
        """The symbols that are still there, O as 0, I and L as 1."""
        return "".join(self._symbol(letter) for letter in run)

    def swallowed(self, run: Run) -> list[Swallowed]:
        """The keys that the marks in `run` give away."""
        return [(at, key) for at, letter in enumerate(run) for key in self._keys(letter)]

    def hidden(self, run: Run, missing: int) -> Iterator[list[Swallowed]]:
        """What else may be gone without a trace when `missing` symbols are not accounted for (at
        most two):

        a key typed twice takes its mark away again, a second tone replaces the first, and one key
        removes the tone.
        """
        single = [(at, key) for at in range(len(run)) for key in self._overruled(run, at)]
        if missing == 0:
            yield []
        elif missing == 1:
            yield from ([swallowed] for swallowed in single)
        elif missing == 2:
            yield from (list(pair) for pair in combinations(single, 2))
            for at, letter in enumerate(run):
                if letter.base in _VOWELS and not set(letter.marks) & set(TONES):
                    yield from ([(at, self.removes_tone), (at, tone)] for tone in self.tones)

    def _symbol(self, letter: Letter) -> str:
        if letter.base == "U" and HORN in letter.marks:
            return self.lone_horn or "U"
        return _ALIKE.get(letter.base, letter.base)

    def _keys(self, letter: Letter) -> Iterator[str]:
        for mark in letter.marks:
            if mark in TONES:
                yield self.tones[TONES.index(mark)]
            elif mark == CIRCUMFLEX:
                yield self._circumflex(letter)
            elif mark == BREVE:
                yield self.breve
            elif mark == HORN and letter.base != "U":
                yield self.horn
            elif mark == STROKE:
                yield self.stroke

    def _overruled(self, run: Run, at: int) -> Iterator[str]:
        """Keys for the letter at `at` whose effect a later key took away."""
        letter = run[at]
        later = self.symbols(run[at + 1 :])
        tone = next((mark for mark in letter.marks if mark in TONES), "")
        if letter.base in _VOWELS:
            for mark, key in zip(TONES, self.tones, strict=True):
                if (tone and mark != tone) or (not tone and key in later):
                    yield key
        if letter.base in "AE":
            shapes = {CIRCUMFLEX: self._circumflex(letter)}
            if letter.base == "A":
                shapes[BREVE] = self.breve
            shaped = any(mark in shapes for mark in letter.marks)
            for mark, key in shapes.items():
                if (shaped and mark not in letter.marks) or (not shaped and key in later):
                    yield key
        if letter.base == "D" and not letter.marks and self.stroke in later:
            yield self.stroke
        if letter.base == self.lone_horn:
            yield self.lone_horn

    def _circumflex(self, letter: Letter) -> str:
        return self.circumflex or _ALIKE.get(letter.base, letter.base)


KEYBOARDS = (
    Keyboard(
        tones="SFRXJ",
        circumflex="",
        breve="W",
        horn="W",
        stroke="D",
        removes_tone="Z",
        lone_horn="W",
    ),
    Keyboard(
        tones="12345",
        circumflex="6",
        breve="8",
        horn="7",
        stroke="9",
        removes_tone="0",
        lone_horn="",
    ),
)
"""Telex and VNI."""


def letters_of(text: str) -> list[Run]:
    """The runs of letters and digits in `text`, in upper case, full-width characters as plain ones;
    everything else separates, invisible characters are ignored.
    """
    runs: list[list[Letter]] = [[]]
    for sign in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).upper()):
        kind = unicodedata.category(sign)
        if kind == "Mn":
            if runs[-1]:
                runs[-1][-1] = Letter(runs[-1][-1].base, runs[-1][-1].marks + sign)
        elif kind[0] in "LN":
            runs[-1].append(Letter("D", STROKE) if sign == "Đ" else Letter(sign))
        elif kind != "Cf" and runs[-1]:
            runs.append([])
    return [tuple(run) for run in runs if run]
