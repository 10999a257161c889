"""All pages of the desk, joined."""

from aiohttp import web

from bot.web import (
    desk_agreements,
    desk_aside,
    desk_bell,
    desk_clocks,
    desk_coverage,
    desk_entering,
    desk_export,
    desk_holding,
    desk_labels,
    desk_likeness,
    desk_list,
    desk_live,
    desk_log,
    desk_numbers,
    desk_outside,
    desk_parks,
    desk_passing,
    desk_police,
    desk_practice,
    desk_search,
    desk_sessions,
    desk_stepping,
    desk_templates,
    desk_tip,
    desk_unit,
    desk_valuable,
    desk_views,
    desk_words,
    enter,
    incident,
    installing,
    people,
    unit_edit,
    unit_finding,
    unit_history_page,
    unit_new,
)
from bot.web.access import NotYours
from bot.web.desk_pages import guarded

ROOMS = (
    enter,
    people,
    unit_finding,
    unit_edit,
    unit_new,
    unit_history_page,
    desk_live,
    desk_bell,
    desk_outside,
    desk_aside,
    desk_numbers,
    desk_valuable,
    desk_clocks,
    desk_holding,
    desk_unit,
    desk_coverage,
    desk_words,
    desk_likeness,
    desk_entering,
    desk_passing,
    desk_police,
    desk_stepping,
    desk_agreements,
    desk_parks,
    desk_templates,
    desk_practice,
    installing,
    incident,
    desk_log,
    desk_sessions,
    desk_export,
    desk_list,
    desk_search,
    desk_views,
    desk_labels,
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
