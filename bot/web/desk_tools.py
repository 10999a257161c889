"""What can be done about a tip beyond its own page: a list of links, each to a page of its own."""

from dataclasses import dataclass

from aiohttp import web

from bot.web import desk_aside, desk_holding
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
    if desk_aside.offers_mute(card, request.app[PARTS]):
        tools.append(Tool("desk.mute.offer", desk_aside.MUTE))
    if (label := desk_holding.label(card)) is not None:
        tools.append(Tool(label, desk_holding.PAGE))
    return tuple(tools)
