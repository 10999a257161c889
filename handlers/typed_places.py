"""Places that somebody types into a form, one a line: which are meant, and which have to be asked
back. A checkbox that answers names all codes of its place, and holds the line that it answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from handlers.folding import clean, fold
from handlers.places import Answer, Place, Why

PICK = "pick_"
MOST_LINES = 80


@dataclass(frozen=True, slots=True)
class Doubt:
    """A line that may mean several places, or one that is not certain."""

    typed: str = field(repr=False)
    found: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """The official codes that are meant, in the order of typing, and the lines in doubt; `unknown`
    lines mean no place.
    """

    codes: tuple[str, ...] = field(repr=False)
    doubts: tuple[Doubt, ...] = ()
    unknown: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether every line means something, and one thing."""
        return not self.doubts and not self.unknown


def codes_of(place: Place) -> tuple[str, ...]:
    """A place by its own code; a former unit or a park by those of its communes."""
    return (place.code,) if place.code else place.codes


def pick_of(place: Place) -> str:
    """The name of the checkbox that answers with this place."""
    return PICK + ".".join(codes_of(place))


def of_today(answer: Answer) -> tuple[Place, ...]:
    """The places of today that words may mean, and parks; one where it is certain. A former unit
    gives its pieces to choose from: the whole of it may be more than somebody may choose.
    """
    kept = (each for each in answer.found if each.place.code or each.why is Why.PARK)
    places = tuple(each.place for each in kept)
    return places[:1] if answer.is_certain and places[:1] == answer.places[:1] else places


def read(
    fields: Mapping[str, str],
    name: str,
    known: Mapping[str, Place],
    look_up: Callable[[str], Answer],
) -> Typed:
    """What the field `name` of a form means, with the boxes that were ticked for its lines; a line
    may be a code.
    """
    answers = {key: value for key, value in fields.items() if key.startswith(PICK)}
    codes = dict.fromkeys(
        code for key in answers for code in key.removeprefix(PICK).split(".") if code in known
    )
    answered = set(answers.values())
    lines = dict.fromkeys(filter(None, map(clean, fields.get(name, "").splitlines())))
    doubts, unknown = [], []
    for line in list(lines)[:MOST_LINES]:
        if line in answered:
            continue
        if line in known:
            codes[line] = None
            continue
        answer = look_up(line)
        meant = _meant(line, answer)
        if meant is not None:
            codes.update(dict.fromkeys(codes_of(meant)))
        elif answer.found:
            doubts.append(Doubt(line, answer.places))
        else:
            unknown.append(line)
    return Typed(tuple(codes), tuple(doubts), tuple(unknown))


def _meant(line: str, answer: Answer) -> Place | None:
    """The place that is certain, or the only one that is called in full what was typed."""
    if answer.is_certain:
        return answer.places[0]
    exact = [place for place in answer.places if place.label.casefold() == line.casefold()]
    exact = exact or [place for place in answer.places if fold(place.label) == fold(line)]
    return exact[0] if len(exact) == 1 else None
