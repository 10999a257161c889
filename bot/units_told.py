"""What an import of units would do, or was refused for, as lines for the command line."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from handlers.routing import Tree
from handlers.unit_editing import Value
from storage.unit_effects import Effects
from storage.unit_history import Difference
from storage.unit_uses import Use, Uses

MOST_SHOWN = 20
_EXAMPLES = 5
_VALUE_LETTERS = 60
_NEEDED: dict[Use, str] = {
    Use.STAFF: "people have a role there",
    Use.AGREEMENTS: "an agreement with the police names it",
    Use.BULLETINS: "it has bulletins that wait for approval or for their time",
    Use.BOT: "it has a bot of its own",
    Use.TIPS: "its key is needed for tips that are still kept",
}


def differences(some: Sequence[Difference], *, everything: bool = False) -> Iterator[str]:
    """What becomes of which unit: new ones, changed ones field by field, removed ones; of each the
    first ones and how many more, with `everything` all. The last line has the numbers.
    """
    groups = by_kind(some)
    for mark, group in zip("+~-", groups, strict=True):
        most = len(group) if everything else MOST_SHOWN
        for each in group[:most]:
            told = f": {'; '.join(_fields(each))}" if mark == "~" else ""
            yield f"{mark} {each.unit} {each.name}{told}"
        if len(group) > most:
            yield f"{mark} and {len(group) - most:,} more (--all shows them)"
    yield "{:,} to add, {:,} to change, {:,} to remove.".format(*map(len, groups))


def by_kind(
    some: Iterable[Difference],
) -> tuple[list[Difference], list[Difference], list[Difference]]:
    """Those of new units, of units that change, and of those that go."""
    added, changed, removed = list[Difference](), list[Difference](), list[Difference]()
    for each in some:
        group = added if each.before is None else removed if each.after is None else changed
        group.append(each)
    return added, changed, removed


def effects(found: Effects, before: Tree | None, after: Tree) -> Iterator[str]:
    """What it would do to communes, tips, subscribers and bulletins; nothing where it does none."""

    def name(unit: str) -> str:
        known = after.get(unit) or (before.get(unit) if before is not None else None)
        return known.name if known is not None else unit

    if found.opened:
        yield (
            f"! {len(found.opened):,} unit(s) would not be inside a company any more: tips would go"
            " there without the worker choosing it"
        )
        yield "!   " + "; ".join(name(unit) for unit in found.opened[:_EXAMPLES])
        yield from _more(len(found.opened))
    if found.losses:
        yield f"! {found.communes:,} commune(s) have their tips read farther away than now:"
        for loss in found.losses[:_EXAMPLES]:
            kinds = ", ".join(loss.categories)
            yield f"!   {loss.place.label}: {kinds}: {name(loss.was)} → {name(loss.now)}"
        yield from _more(len(found.losses))
    if found.uncovered:
        yield (
            f"! {len(found.uncovered):,} commune(s) have, for at least one category,"
            " no desk but the highest unit's:"
        )
        yield "!   " + "; ".join(place.label for place in found.uncovered[:_EXAMPLES])
        yield from _more(len(found.uncovered))
    if found.tips:
        yield f"! {found.tips:,} or more open tips are at a unit that they would not go to any more"
    if found.subscribers:
        yield f"! up to {found.subscribers:,} subscribers chose a place where no desk would be left"
    if found.bulletins:
        yield f"! {len(found.bulletins):,} planned bulletin(s) would be for nobody"
    if found.outlets:
        yield f"! {found.outlets:,} channel(s) and group(s) of units that go would go with them"
    if found.agreements:
        yield f"! {found.agreements:,} agreement(s) name a unit that goes"


def uses(found: Uses) -> Iterator[str]:
    """Why units may not be removed or made of another kind: a line for each."""
    for unit, needed in islice(found.items(), MOST_SHOWN):
        why = "; ".join(_NEEDED[use] for use in Use if use in needed)
        yield f"✗ {unit}: {why or 'is not in the file; --remove lets units go'}"
    if len(found) > MOST_SHOWN:
        yield f"✗ and {len(found) - MOST_SHOWN:,} more"


def _more(many: int) -> Iterator[str]:
    if many > _EXAMPLES:
        yield f"!   and {many - _EXAMPLES:,} more"


def _fields(difference: Difference) -> Iterator[str]:
    was, now = difference.before or {}, difference.after or {}
    for field in difference.fields:
        yield f"{field} {_change(field, was.get(field), now.get(field))}"


def _change(field: str, was: Value, now: Value) -> str:
    if isinstance(was, list) and isinstance(now, list):
        if field == "categories" and not (was and now):
            # No category at all means every one: one more is then fewer.
            return _short(f"{_categories(was)} → {_categories(now)}")
        come, gone = sorted(set(now) - set(was)), sorted(set(was) - set(now))
        signs = [*(f"+{each}" for each in come), *(f"−{each}" for each in gone)]
        return _short(" ".join(signs))
    return f"{_shown(was)} → {_shown(now)}"


def _categories(some: list[str]) -> str:
    return " ".join(sorted(some)) or "all"


def _shown(value: Value) -> str:
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _short(f"“{value}”")


def _short(text: str) -> str:
    return text if len(text) <= _VALUE_LETTERS else f"{text[: _VALUE_LETTERS - 1]}…"
