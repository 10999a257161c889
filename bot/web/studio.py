"""The studio: the list of bulletins; its other pages are joined here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bot.web import (
    studio_bulletin,
    studio_files,
    studio_forms,
    studio_laws,
    studio_library,
    studio_live,
    studio_outlets,
    studio_quizzes,
    studio_report,
    studio_year,
)
from bot.web.access import NotYours, Seat
from bot.web.desk_pages import guarded, said
from bot.web.parts import PARTS
from bot.web.studio_pages import Marks, broadcaster, marks_of, page, reach, title_of
from broadcasts.checks import expires_soon
from handlers.broadcasters import schedule
from handlers.bulletins import Bulletin, Stage
from handlers.roles import Role
from storage import bulletins, law_changes, sendings, staff, units
from storage.database import Tx
from storage.sendings import Progress

PAGE_SIZE = 50
FILTERS: Final[Mapping[str, Callable[[Bulletin], bool]]] = {
    "all": lambda _: True,
    "draft": lambda one: one.stage is Stage.DRAFT,
    "proposed": lambda one: one.stage is Stage.PROPOSED,
    "approved": lambda one: one.stage is Stage.APPROVED,
    "ended": lambda one: one.stage is Stage.ENDED,
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A bulletin on the list; `progress` is that of what is being sent of it."""

    bulletin: Bulletin
    title: str
    unit: str
    due: datetime | None
    progress: Progress | None
    marked: Marks


def add_routes(app: web.Application) -> None:
    """All pages below `/studio`."""
    app.router.add_get("/studio", guarded(_list))
    studio_library.add_routes(app)
    studio_laws.add_routes(app)
    studio_year.add_routes(app)
    studio_forms.add_routes(app)
    studio_report.add_routes(app)
    studio_bulletin.add_routes(app)
    studio_files.add_routes(app)
    studio_outlets.add_routes(app)
    studio_quizzes.add_routes(app)
    studio_live.add_routes(app)
    app.router.add_route("*", "/studio/{rest:.*}", guarded(_lost))


async def _list(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    today = parts.clock().astimezone(parts.timezone).date()
    which = request.query.get("xem", "all")
    which = which if which in FILTERS else "all"
    async with parts.database.read() as tx:
        found = await bulletins.of_units(tx, await reach(tx, seat))
        writes = bool(await staff.units_under(tx, seat.member.id, Role.AUTHOR))
        chosen = [one for one in found if FILTERS[which](one)]
        pages = max(1, -(-len(chosen) // PAGE_SIZE))
        number = min(max(_number(request.query.get("trang", "1")), 1), pages)
        shown = chosen[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        changes = await law_changes.known(tx)
        rows = [
            await _row(tx, seat, one, parts.clock(), marks_of(one.content, changes, today))
            for one in shown
        ]
    return page(
        request,
        "list",
        seat,
        says=said("studio.done.deleted") if request.query.get("da") == "xoa" else (),
        rows=rows,
        count=len(chosen),
        which=which,
        filters=tuple(FILTERS),
        number=number,
        pages=pages,
        writes=writes,
        refreshes=any(row.progress for row in rows),
        expiring=sorted(
            one.content.expires_on
            for one in found
            if one.content.expires_on is not None and expires_soon(one.content, today)
        ),
    )


async def _lost(_: web.Request) -> web.Response:
    raise NotYours


async def _row(tx: Tx, seat: Seat, bulletin: Bulletin, now: datetime, marked: Marks) -> _Row:
    progress = None
    for each in await sendings.of_bulletin(tx, bulletin.id):
        if schedule.offered(each.stage):
            progress = await sendings.progress(tx, each.id, now)
            break
    seconds = await bulletins.next_due(tx, bulletin.id)
    due = datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    unit = await units.name_of(tx, bulletin.unit)
    return _Row(bulletin, title_of(bulletin.content, seat.language), unit, due, progress, marked)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
