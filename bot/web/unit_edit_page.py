"""What the page of one unit shows: its sections as they stand or were typed, and its rules."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat
from bot.web.desk_pages import page
from bot.web.parts import PARTS
from bot.web.people_alarms import Line, lines
from bot.web.unit_words import Wording, label_of
from handlers import alphabet, unit_finding
from handlers.routing import Unit, UnitKind
from handlers.screens import Say
from handlers.tips import Category
from handlers.unit_checks import CONTACT_LETTERS, HOURS_LETTERS, NAME_LETTERS
from handlers.unit_editing import FIELDS_OF, Section, Values, fingerprint
from storage import agreements, unit_editing, unit_rules
from storage.agreements import Signed
from storage.database import Tx
from storage.unit_editing import Shown
from storage.unit_rules import Topic

EDIT = "/desk/don-vi/sua/{unit:[A-Za-z0-9._-]+}"
MOST_CHOICES = 8
"""So many places or units are offered for what was typed."""
LETTERS = {"name": NAME_LETTERS, "hours": HOURS_LETTERS, "contact": CONTACT_LETTERS}
_MOST_TYPED = 100
_OF_DESKS = frozenset({Section.CATEGORIES, Section.CONFLICTS, Section.CARDS})
"""Sections that say nothing of a group of boarding houses, which reads no tips."""

Fits = Callable[[Unit], bool]
Choice = tuple[str, str, bool]
"""The value of a box, its words, and whether it is ticked."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its fields as they stand, or as they were `typed`; `faults` by field; `theirs` is
    what somebody else made of it meanwhile. `words` is what was searched for, `found` what that
    may mean.
    """

    section: Section
    values: Values = field(repr=False)
    seen: str
    typed: bool = False
    says: tuple[Say, ...] = ()
    faults: Mapping[str, tuple[Say, ...]] = field(default_factory=dict)
    theirs: Sequence[tuple[str, str]] = ()
    words: str = field(default="", repr=False)
    found: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What else holds for a unit, and is decided on other pages."""

    alarms: Sequence[Line]
    signed: Sequence[Signed]
    own: Sequence[tuple[Topic, bool]]


def plain(section: Section, shown: Shown) -> Part:
    """A section as it stands."""
    names = FIELDS_OF[section]
    return Part(section, shown.values, fingerprint(shown.values, names))


async def searched(request: web.Request, part: Part, shown: Shown, words: str) -> Part:
    """The section with what these words may mean."""
    words = words[:_MOST_TYPED]
    if not words.strip():
        return part
    places = request.app[PARTS].places()
    if part.section is Section.PLACES:
        found = tuple(label_of(places.find(words, MOST_CHOICES)))
    else:
        fits = _above(shown) if part.section is Section.STANDING else _others(shown)

        def look() -> tuple[tuple[str, str], ...]:
            near = places.find(words)
            some, _ = unit_finding.find(shown.tree, words, near, fits, MOST_CHOICES)
            return tuple((unit.id, _with_above(shown, unit)) for unit in some)

        found = await asyncio.to_thread(look)
    key = "desk.edit.tick" if found else f"desk.edit.not_found.{part.section}"
    return Part(
        part.section,
        part.values,
        part.seen,
        typed=True,
        says=(*part.says, Say(key, (("words", words),))),
        words=words,
        found=found,
    )


async def show(
    request: web.Request,
    seat: Seat,
    unit: str,
    *,
    part: Part | None = None,
    says: tuple[Say, ...] = (),
    at: Section | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    """The page, with one section as it was typed; `says` stands above it, or in the section `at`
    which the browser goes to. Raises NotYours.
    """
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        shown = await unit_editing.look(tx, seat.member.id, unit)
        if shown is None:
            raise NotYours
        rules = await _rules(tx, seat, shown)
    wording = Wording(parts.texts[seat.language], shown.tree, parts.places())
    every = {each: plain(each, shown) for each in Section}
    if part is not None:
        every[part.section] = part
    if at is not None:
        every[at], says = replace(every[at], says=says), ()
    trail = [each for each in reversed(shown.tree.ancestors(unit)) if each.id in shown.reach]
    return page(
        request,
        "unit_edit",
        language=seat.language,
        seat=seat,
        status=status,
        says=says,
        unit=shown.unit,
        shown=shown,
        wording=wording,
        trail=trail,
        below=len(shown.tree.children(unit)),
        parts={each: some for each, some in every.items() if _concerns(each, shown)},
        unsaved={each for each, some in every.items() if _differs(some, shown)},
        may={each: set(FIELDS_OF[each]) <= shown.fields for each in Section},
        fields_of=FIELDS_OF,
        choices=_choices(every, shown, wording),
        kinds=tuple(UnitKind),
        categories=tuple(Category),
        letters=LETTERS,
        rules=rules,
    )


def _concerns(section: Section, shown: Shown) -> bool:
    """A list that a group holds all the same can be taken away."""
    if shown.unit.kind is not UnitKind.BOARDING or section not in _OF_DESKS:
        return True
    held = (shown.values[name] for name in FIELDS_OF[section])
    return any(isinstance(value, list) and value for value in held)


def _differs(part: Part, shown: Shown) -> bool:
    return any(part.values[name] != shown.values[name] for name in FIELDS_OF[part.section])


async def _rules(tx: Tx, seat: Seat, shown: Shown) -> Rules:
    unit = shown.unit
    signed = await agreements.seen_by(tx, seat.member.id)
    return Rules(
        alarms=await lines(tx, [unit], shown.tree.root),
        signed=[each for each in signed if unit.id in (each.agreement.unit, each.agreement.police)],
        own=[(topic, await unit_rules.read(tx, unit.id, topic) is not None) for topic in Topic],
    )


def _choices(
    every: Mapping[Section, Part], shown: Shown, wording: Wording
) -> Mapping[str, list[Choice]]:
    """The boxes of the three sections where something is looked for."""
    places, standing = every[Section.PLACES], every[Section.STANDING]
    conflicts = every[Section.CONFLICTS]
    return {
        "places": _boxes(places, "places", shown, wording.place),
        "conflicts": _boxes(conflicts, "conflicts", shown, wording.unit),
        "parent": _parents(standing, shown, wording),
    }


def _boxes(part: Part, name: str, shown: Shown, word: Callable[[str], str]) -> list[Choice]:
    typed, known = part.values.get(name), shown.values.get(name)
    ticked = typed if isinstance(typed, list) else []
    before = known if isinstance(known, list) else []
    told = [(each, word(each)) for each in {*ticked, *before}]
    return [(each, words, each in ticked) for each, words in alphabet.by_name(told, _second)]


def _parents(part: Part, shown: Shown, wording: Wording) -> list[Choice]:
    wanted = str(part.values.get("parent") or "")
    now = shown.unit.parent or ""
    some = dict.fromkeys(each for each in (now, wanted, *(key for key, _ in part.found)) if each)
    return [(each, wording.unit(each), each == wanted) for each in some]


def _above(shown: Shown) -> Fits:
    below = {shown.unit.id, *shown.tree.below(shown.unit.id)}

    def fits(unit: Unit) -> bool:
        right = unit.kind is UnitKind.UNION or unit.kind is shown.unit.kind
        far = unit.id not in shown.reach or unit.id in below
        return right and unit.kind is not UnitKind.BOARDING and not far

    return fits


def _others(shown: Shown) -> Fits:
    return lambda unit: unit.parent is not None and unit.id != shown.unit.id


def _with_above(shown: Shown, unit: Unit) -> str:
    above = shown.tree.parent(unit)
    return unit.name if above is None else f"{unit.name} ({above.name})"


def _second(pair: tuple[str, str]) -> str:
    return pair[1]
