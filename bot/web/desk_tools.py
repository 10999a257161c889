"""What can be done about a tip beyond its own page: a list of links, each to a page of its own."""

from dataclasses import dataclass

from aiohttp import web

from bot.web import (
    desk_aside,
    desk_export,
    desk_holding,
    desk_labels,
    desk_likeness,
    desk_passing,
    desk_police,
    desk_stepping,
    desk_valuable,
)
from bot.web.parts import PARTS
from storage.cases import Card


@dataclass(frozen=True, slots=True)
class Tool:
    """A link under a tip: the key of its words, and what follows the tip's address."""

    label: str
    path: str


def of_tip(request: web.Request, card: Card) -> tuple[Tool, ...]:
    """What an officer is offered for a tip that stands so, in the order of the page.
    Each page checks the right again.
    """
    tools = []
    if desk_labels.offers(card):
        tools.append(Tool("desk.search.labels_offer", desk_labels.LABELS))
    if desk_likeness.offers(card):
        tools.append(Tool("desk.merge.tool", desk_likeness.PAGE))
    if desk_passing.offers_passing(card):
        tools.append(Tool("desk.pass.offer", desk_passing.PAGE))
    if police := desk_police.offered_to(card):
        tools.append(Tool(police, desk_police.PAGE))
    if desk_aside.offers_mute(card, request.app[PARTS]):
        tools.append(Tool("desk.mute.offer", desk_aside.MUTE))
    if desk_valuable.offers_mark(card):
        tools.append(Tool("desk.numbers.mark.offer", desk_valuable.PAGE))
    if card.mine:
        tools.append(Tool("desk.export.offer", desk_export.EXPORT))
    if (label := desk_holding.label(card)) is not None:
        tools.append(Tool(label, desk_holding.PAGE))
    tools.append(Tool("desk.step.offer", desk_stepping.PAGE))
    return tuple(tools)
