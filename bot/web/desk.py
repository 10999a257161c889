"""All pages of the desk, joined."""

from aiohttp import web

from bot.web import (
    desk_aside,
    desk_bell,
    desk_clocks,
    desk_holding,
    desk_list,
    desk_live,
    desk_outside,
    desk_tip,
    desk_unit,
    desk_words,
    enter,
    incident,
    installing,
    people,
)
from bot.web.access import NotYours
from bot.web.desk_pages import guarded

ROOMS = (
    enter,
    people,
    desk_live,
    desk_bell,
    desk_outside,
    desk_aside,
    desk_clocks,
    desk_holding,
    desk_unit,
    desk_words,
    installing,
    incident,
    desk_list,
    desk_tip,
)
"""Every part of the desk that has pages of its own."""


def add_routes(app: web.Application) -> None:
    """All pages below `/desk`."""
    for room in ROOMS:
        room.add_routes(app)
    app.router.add_route("*", "/desk/{rest:.*}", guarded(_lost))


async def _lost(_: web.Request) -> web.Response:
    raise NotYours
