"""Choosing a unit on a page of the desk: what is suggested, and what a search by name or place
finds. What cannot be chosen is not there, and nothing says why.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot import placing
from bot.web.access import NoTip, Seat
from bot.web.desk_pages import said
from bot.web.parts import PARTS
from handlers import narrowing, unit_finding
from handlers.routing import Tree, Unit
from handlers.screens import Say
from storage import cases
from storage.cards import Card
from storage.cases import Refusal
from storage.database import Tx
from storage.passing import Declined, Why

FIELD = "tim"
"""What is searched for, in the address: the page works without a script, and with the back key."""
MOST_FOUND = 12
"""How many units a search shows."""
_MOST_TYPED = 80


@dataclass(frozen=True, slots=True)
class Choices:
    """The units that can be chosen: `suggested` ones, and what `typed` words found."""

    typed: str
    suggested: tuple[Unit, ...]
    found: tuple[Unit, ...]

    def named(self, unit: str) -> Unit | None:
        """The unit of that id, where it stands on the page."""
        return next((each for each in (*self.suggested, *self.found) if each.id == unit), None)


def choices(
    request: web.Request,
    tree: Tree,
    fits: Callable[[Unit], bool],
    suggested: tuple[Unit, ...],
    chosen: str = "",
) -> Choices:
    """What the page offers; one that was `chosen` before stays there."""
    typed = request.query.get(FIELD, "")[:_MOST_TYPED]
    places = narrowing.meanings(placing.look_up(request.app[PARTS].places(), typed.strip()))
    found, _ = unit_finding.find(tree, typed, places, fits, MOST_FOUND)
    before, known = tree.get(chosen), (*suggested, *found)
    is_new = before is not None and before not in known and fits(before)
    more = (before,) if before is not None and is_new else ()
    near = tuple(unit for unit in suggested if unit not in found)
    return Choices(typed, near, (*found, *more))


async def card_of(tx: Tx, request: web.Request, seat: Seat, tip: bytes) -> Card:
    """The card of the tip that a page is about. Raises NoTip."""
    card = await cases.see(tx, seat.member.id, tip, request.app[PARTS].clock())
    if isinstance(card, Refusal):
        raise NoTip
    return card


def why(declined: Declined, card: Card) -> tuple[Say, ...]:
    """What an officer reads who sees the tip, and may not do that with it."""
    if declined.why is Why.NOT_YOURS:
        return said("desk.pass.no.status" if card.theirs else "desk.no.elsewhere")
    if declined.why is Why.NOT_HELD and declined.by:
        return said("desk.pass.no.held_by", by=declined.by)
    return said(f"desk.pass.no.{declined.why}")
