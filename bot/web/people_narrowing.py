"""Whom the administrator's page shows where thousands work: whom a search finds, some at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.web.unit_narrowing import Narrowed
from handlers.folding import fold
from handlers.routing import Tree
from storage.staff import Member

MOST_PEOPLE = 25
"""How many are shown at once; each has forms of their own."""


def most_shown(
    visible: Sequence[Member], shown: Narrowed, about: Member | None
) -> Sequence[Member]:
    """Of many people those of that name, log-in name or unit; first who was just spoken of."""
    if len(visible) <= MOST_PEOPLE:
        return visible
    words, here = fold(shown.typed).split(), {unit.id for unit in shown.units}
    found = [member for member in visible if _is_meant(member, words, here if words else set())]
    first = [member for member in visible if about is not None and member.id == about.id]
    return tuple(dict.fromkeys((*first, *found)))[:MOST_PEOPLE]


def names_of(tree: Tree, members: Iterable[Member]) -> Mapping[str, str]:
    """The names of the units where these people work."""
    found = (tree.get(unit) for member in members for unit, _ in member.grants)
    return {unit.id: unit.name for unit in found if unit is not None}


def _is_meant(member: Member, words: Sequence[str], here: Collection[str]) -> bool:
    known = (*fold(member.name).split(), member.login)
    named = all(any(each.startswith(word) for each in known) for word in words)
    return named or any(unit in here for unit, _ in member.grants)
