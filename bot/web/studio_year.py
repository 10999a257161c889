"""A year of checked texts in a unit's calendar: looked at first, then written, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from http import HTTPStatus

from aiohttp import web

from bot import year_calendar
from bot.web.access import NotYours, Seat, Stopped, checked_form
from bot.web.desk_pages import guarded, said
from bot.web.parts import PARTS
from bot.web.studio_pages import broadcaster, every_unit, page
from bot.web.unit_narrowing import narrowed
from bot.year_calendar import Blocked, Wanted, Year
from broadcasts.hours import DAY
from handlers.broadcasters import drafts
from handlers.bulletins import Topic
from handlers.roles import Role
from handlers.screens import Say
from storage import staff
from storage.database import Tx

PAGE = "/studio/ca-nam"
MOST_A_WEEK = 2
_WEEKDAYS = range(7)
_HOUR = "11:30"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the page says and shows: a look at the year, where one was asked for."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    says: tuple[Say, ...] = ()
    status: int = HTTPStatus.OK
    found: Year | None = None
    written: bool = False


def add_routes(app: web.Application) -> None:
    """GET and POST /studio/ca-nam."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_act))


async def _show(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    tomorrow = parts.clock().astimezone(parts.timezone).date() + timedelta(days=1)
    fields = {"start": f"{tomorrow}", "hour": _HOUR, "day1": "1"}
    return await _page(request, seat, _Answer(fields))


async def _act(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    now, zone = parts.clock(), parts.timezone
    do = fields.get("do", "")
    if do not in {"look", "write", "take_out"}:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    read = read_wish(fields, now.astimezone(zone).date())
    if isinstance(read, Say) and do != "take_out":
        return await _page(request, seat, _unread(fields, read))
    opened = parts.database.read if do == "look" else parts.database.write
    async with opened() as tx:
        # The right counts in the transaction that writes.
        if fields.get("unit", "") not in await staff.units_under(tx, seat.member.id, Role.AUTHOR):
            return await _page(request, seat, _unread(fields, said("studio.year.no.unit")[0]))
        if do == "take_out":
            gone = await year_calendar.take_out(tx, fields["unit"], seat.member.id, now)
            answer = _Answer(fields, said("studio.year.taken_out", count=len(gone)))
        elif isinstance(read, Wanted):
            answer = await _answer(tx, read, seat, fields, request)
    return await _page(request, seat, answer)


async def _answer(
    tx: Tx, wanted: Wanted, seat: Seat, fields: Mapping[str, str], request: web.Request
) -> _Answer:
    parts = request.app[PARTS]
    if fields["do"] == "look":
        found = await year_calendar.look(tx, wanted, parts.timezone)
        return _Answer(fields, found=found)
    places = parts.places()
    try:
        found = await year_calendar.write(
            tx, wanted, seat.member.id, parts.clock(), parts.timezone, places
        )
    except Blocked as error:
        why = tuple(each.sentence for each in error.findings)
        says = (*said("studio.year.no.blocked"), *why)
        return _Answer(fields, says, HTTPStatus.CONFLICT)
    says = said("studio.year.written", count=len(found.entries))
    return _Answer(fields, says, found=found, written=True)


def read_wish(fields: Mapping[str, str], today: date) -> Wanted | Say:
    """What was asked for (`unit`, `start`, `hour`, `day0` to `day6`, `topic_…`), or what is wrong
    with it.
    """
    wrote = fields.get("start", "")[:40]
    start = drafts.day_in(wrote)
    if start is None or not today < start <= today + timedelta(days=366):
        return said("studio.year.no.start", typed=wrote)[0]
    weekdays = frozenset(each for each in _WEEKDAYS if fields.get(f"day{each}"))
    if not 1 <= len(weekdays) <= MOST_A_WEEK:
        return said("studio.year.no.weekdays")[0]
    at = _hour(fields.get("hour", ""))
    if at is None:
        return said("studio.year.no.hour", first=f"{DAY[0]:%H:%M}", last=f"{DAY[1]:%H:%M}")[0]
    topics = frozenset(each for each in Topic if fields.get(f"topic_{each}"))
    return Wanted(fields.get("unit", ""), start, weekdays, at, topics)


def _hour(typed: str) -> time | None:
    try:
        at = datetime.strptime(typed.strip(), "%H:%M").time()  # noqa: DTZ007 - of any day
    except ValueError:
        return None
    return at if DAY[0] <= at < DAY[1] else None


def _unread(fields: Mapping[str, str], why: Say) -> _Answer:
    return _Answer(fields, (why,), HTTPStatus.UNPROCESSABLE_ENTITY)


async def _page(request: web.Request, seat: Seat, answer: _Answer) -> web.Response:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        own = await staff.units_under(tx, seat.member.id, Role.AUTHOR)
        tree = await every_unit(tx)
    if not own:
        raise NotYours
    shown = narrowed(request, tree, own, (answer.fields.get("unit", ""),))
    found = answer.found
    left = [each for each in found.left if each[1] != "topic"] if found is not None else []
    return page(
        request,
        "year",
        seat,
        status=answer.status,
        says=answer.says,
        fields=answer.fields,
        units=shown.units,
        narrowed=shown,
        kept={},
        found=found,
        left=left,
        written=answer.written,
        weekdays=_WEEKDAYS,
        topics=tuple(Topic),
        path=PAGE,
        when=lambda moment: f"{moment.astimezone(parts.timezone):%H:%M, %d/%m/%Y}",
        weekday=lambda moment: moment.astimezone(parts.timezone).weekday(),
    )
