"""What whoever leads a desk decides for it: the list of the pages where they do. Administrators and
auditors, who lead none, are led on to what this part of the pages holds for them.
"""

from dataclasses import dataclass

from aiohttp import web

from bot.web import (
    desk_clocks,
    desk_coverage,
    desk_passing,
    desk_templates,
    desk_words,
    unit_finding,
)
from bot.web.access import NotYours, seated
from bot.web.desk_pages import guarded, page, see_other
from storage.staff import Member

HOME = "/desk/don-vi"


@dataclass(frozen=True, slots=True)
class Link:
    """A page of a unit's own rules, and the keys of what stands on the link and below it."""

    path: str
    label: str
    hint: str


PAGES = (
    Link(desk_clocks.PAGE, "desk.clock.title", "desk.clock.short"),
    Link(desk_templates.PAGE, "desk.reply.template.nav", "desk.reply.template.short"),
    Link(desk_words.PAGE, "desk.life.words.title", "desk.life.words.short"),
    Link(desk_coverage.PAGE, "desk.coverage.title", "desk.coverage.short"),
    Link(desk_passing.READING, "desk.pass.reading.title", "desk.pass.reading.short"),
)


def add_routes(app: web.Application) -> None:
    """GET /desk/don-vi."""
    app.router.add_get(HOME, guarded(_home))


async def _home(request: web.Request) -> web.Response:
    seat = await seated(request)
    if not seat.member.leads:
        return _elsewhere(seat.member)
    return page(request, "unit", language=seat.language, seat=seat, links=PAGES)


def _elsewhere(member: Member) -> web.Response:
    if member.administers:
        return see_other(unit_finding.PAGE)
    if member.sees_coverage:
        return see_other(desk_coverage.PAGE)
    raise NotYours
