"""Fields of units in words: what one holds, what changed, and why something is not done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handlers.coverage import Loss
from handlers.places import Place
from handlers.routing import WHOLE_COUNTRY, Tree
from handlers.screens import Say, say
from handlers.texts import Texts
from handlers.tips import Category
from handlers.unit_checks import Flaw, Reason
from handlers.unit_editing import FIELDS, Value, Values
from storage.places import Places
from storage.unit_editing import Declined, Why
from storage.unit_standing import Wrong

MOST_NAMED = 12
_MOST_COMMUNES = 8
_LISTS = frozenset({"places", "categories", "conflicts"})


@dataclass(frozen=True, slots=True)
class Turned:
    """A field that changed, in words; of a list (`is_list`) only what came (`now`) and what went
    (`was`).
    """

    name: str
    was: str = field(repr=False)
    now: str = field(repr=False)
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """What is needed to tell fields of units in one language."""

    texts: Texts
    tree: Tree = field(repr=False)
    places: Places = field(repr=False)

    def turned(self, before: Values, after: Values) -> tuple[Turned, ...]:
        """What changed, in the order of the page."""
        return tuple(self._turned(before, after))

    def told(self, name: str, value: Value) -> str:
        """What a field holds."""
        match value:
            case list():
                return self._listed(name, value)
            case bool():
                return self.texts.get(f"desk.edit.told.{name}.{'yes' if value else 'no'}")
            case None:
                return self.texts.get("desk.edit.nothing")
            case _ if name == "kind":
                return self.texts.get(f"desk.edit.kind.{value}")
            case _ if name == "parent":
                return self.unit(value)
            case _:
                return value or self.texts.get("desk.edit.nothing")

    def place(self, code: str) -> str:
        """The full name of a place by its code."""
        if code == WHOLE_COUNTRY:
            return self.texts.get("desk.edit.country")
        place = self.places.by_code(code)
        return place.label if place is not None else code

    def unit(self, key: str) -> str:
        """The name of a unit, its id where it is gone."""
        unit = self.tree.get(key)
        return unit.name if unit is not None else key

    def _turned(self, before: Values, after: Values) -> Iterator[Turned]:
        for name in FIELDS:
            was, now = before.get(name), after.get(name)
            if was == now:
                continue
            # No category at all means every one: one more is then fewer.
            if name in _LISTS and not (name == "categories" and not (was and now)):
                had = was if isinstance(was, list) else []
                has = now if isinstance(now, list) else []
                gone = [each for each in had if each not in has]
                come = [each for each in has if each not in had]
                yield Turned(
                    name,
                    self._listed(name, gone) if gone else "",
                    self._listed(name, come) if come else "",
                    is_list=True,
                )
            else:
                yield Turned(name, self.told(name, was), self.told(name, now))

    def _listed(self, name: str, value: Sequence[str]) -> str:
        if not value:
            return self.texts.get(f"desk.edit.empty.{name}")
        told = [self._one(name, each) for each in value[:MOST_NAMED]]
        if len(value) > MOST_NAMED:
            told.append(self.texts.get("desk.edit.more", count=len(value) - MOST_NAMED))
        return "; ".join(told)

    def _one(self, name: str, each: str) -> str:
        match name:
            case "places":
                return self.place(each)
            case "categories":
                return self.texts.get(f"category.{each}")
            case _:
                return self.unit(each)


def refused(declined: Declined, wording: Wording) -> tuple[Say, ...]:
    """Why it is not done, and what can be done about it."""
    names = declined.named
    if declined.why is Why.FAR_PLACES:
        names = tuple(wording.place(each) for each in names)
    named = "; ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        named += "; " + wording.texts.get("desk.edit.more", count=len(names) - MOST_NAMED)
    fields = {"named": named} if named else {}
    says = [Say(f"desk.edit.no.{declined.why}", tuple(fields.items()))]
    return (*says, *(say(f"desk.edit.use.{use}") for use in sorted(declined.uses)))


def faults(wrong: Wrong) -> dict[str, tuple[Say, ...]]:
    """What is wrong, by the field where it is told; a fault of another unit with its name."""
    found: dict[str, tuple[Say, ...]] = {}
    for flaw, other in zip(wrong.flaws, wrong.others, strict=True):
        told = _said(flaw)
        told = say("desk.edit.other", unit=other, told=told) if other else told
        found[flaw.column] = (*found.get(flaw.column, ()), told)
    return found


def _said(flaw: Flaw) -> Say:
    """A page names the field already."""
    match flaw.reason:
        case Reason.FORMULA:
            return say("desk.edit.flaw.formula")
        case Reason.DUPLICATE_ID:
            return say("desk.edit.flaw.taken", id=flaw.detail)
        case Reason.TOO_LONG:
            return say("desk.edit.flaw.too_long", most=flaw.detail.rpartition(" ")[2])
        case _:
            return flaw.said()


def moved(losses: Sequence[Loss], wording: Wording) -> tuple[str, ...]:
    """A line for all communes whose tips go the same other way, with the categories where these
    are not all.
    """
    alike: dict[tuple[str, str, tuple[Category, ...]], list[str]] = {}
    for loss in losses:
        alike.setdefault((loss.was, loss.now, loss.categories), []).append(loss.place.label)
    return tuple(_moved(*way, labels, wording) for way, labels in alike.items())


def _moved(
    was: str, now: str, some: tuple[Category, ...], labels: Sequence[str], wording: Wording
) -> str:
    texts, told = wording.texts, list(labels[:_MOST_COMMUNES])
    if len(labels) > _MOST_COMMUNES:
        told.append(texts.get("desk.edit.more", count=len(labels) - _MOST_COMMUNES))
    way = texts.get("desk.edit.then_to", was=wording.unit(was), now=wording.unit(now))
    if len(some) < len(Category):
        kinds = ", ".join(texts.get(f"category.{each}") for each in some)
        way = texts.get("desk.edit.then_some", categories=kinds, told=way)
    return texts.get("desk.edit.then_where", told=way, places="; ".join(told))


def label_of(places: Sequence[Place]) -> list[tuple[str, str]]:
    """What was found, as the codes of a box and its words; a former unit with how many it is."""
    return [(place.code or " ".join(place.codes), place.label) for place in places]
