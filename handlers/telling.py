"""What a worker is told of a move of their tip: the house's words, or those of the unit."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from string import Formatter

from handlers.coach import Doubt, remarks
from handlers.folding import clean
from handlers.languages import Language
from handlers.screens import Say, Tone, say
from handlers.tips import LIFE, Move, Told

MOST_LETTERS = 600
"""The longest words of a unit for one move in one language, in characters after cleaning."""

MOVES = tuple(move for move, rule in LIFE.items() if rule.told is Told.HOUSE_WORDS)
"""The moves for which a unit may write words of its own, in the order of the table."""

_WITH_DAY = frozenset({Move.PASS_ON, Move.RETURN, Move.MOVE_UP})
_FIELD = re.compile(r"\{[^{}]*\}")


class Flaw(StrEnum):
    """Why words cannot be a unit's own."""

    LONG = "long"
    BRACES = "braces"
    FIELD = "field"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Telling:
    """What was told: the name of the unit that it is about, by when that one answers, and the
    unit's own words by language, their fields filled in.
    """

    move: Move
    unit: str
    day: date | None = None
    own: Mapping[Language, str] = field(default_factory=dict, repr=False)


def fields_of(move: Move) -> tuple[str, ...]:
    """What words about `move` may hold in braces."""
    return ("unit", "day") if move in _WITH_DAY else ("unit",)


def flaw_in(words: str, move: Move) -> tuple[Flaw, str] | None:
    """What is wrong with a unit's cleaned words, and the field that nobody knows; None: nothing."""
    if len(words) > MOST_LETTERS:
        return Flaw.LONG, ""
    try:
        found = list(Formatter().parse(words))
    except ValueError:
        return Flaw.BRACES, ""
    for _, name, form, conversion in found:
        if name is None:
            continue
        if form or conversion or not name.strip():
            return Flaw.BRACES, ""
        if name not in fields_of(move):
            return Flaw.FIELD, name
    return (Flaw.DOUBTED, "") if doubted(words) is not None else None


def doubted(words: str) -> Say | None:
    """What in a unit's words asks its workers who they are, and why it is better left out. A number
    in words for everybody is nobody's of them.
    """
    plain = _FIELD.sub("…", words)
    found = [each for each in remarks(plain) if each.doubt is not Doubt.NUMBER]
    return say(f"desk.coach.{found[0].doubt}", words=found[0].told(plain)) if found else None


def filled(words: str, unit: str, day: date | None) -> str:
    """A unit's words, in which nothing is wrong, with their fields."""
    return words.format_map({"unit": unit, "day": _shown(day)})


def said(telling: Telling, language: Language, tone: Tone = Tone.PLAIN) -> Say:
    """How it reads in `language`: the unit's own words, where it wrote some in that language."""
    own = telling.own.get(language, "")
    if own:
        return say("told.own", tone, words=own)
    told: dict[str, str | int | Say] = {"unit": telling.unit}
    if telling.move in _WITH_DAY:
        told["day"] = _shown(telling.day)
    return say(f"told.{telling.move}", tone, **told)


def pack(telling: Telling) -> str:
    """As the words of a part, for `unpack`."""
    return json.dumps(
        {
            "move": telling.move,
            "unit": telling.unit,
            "day": telling.day.isoformat() if telling.day else None,
            "own": {language: clean(words) for language, words in telling.own.items()},
        },
        ensure_ascii=False,
    )


def unpack(words: str) -> Telling:
    """What `pack` made."""
    read = json.loads(words)
    day = date.fromisoformat(read["day"]) if read["day"] else None
    own = {Language(language): words for language, words in read["own"].items()}
    return Telling(Move(read["move"]), read["unit"], day, own)


def _shown(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
