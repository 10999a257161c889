"""What the pages of the studio share: who may be there, and how a bulletin's places are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot.broadcasting import Ground
from bot.web.access import NotYours, Seat, seated
from bot.web.desk_pages import page as desk_page
from bot.web.parts import Parts
from broadcasts.checks import cited_by, expires_soon
from handlers.bulletins import REMINDER, Bulletin, Content
from handlers.languages import Language
from handlers.laws.changes import Changes, touching
from handlers.roles import Role
from handlers.routing import Tree
from handlers.screens import Say, say
from storage import bulletins, staff, units
from storage.database import Tx

BULLETIN = "{bulletin:[0-9a-zA-Z_-]{1,16}}"


async def broadcaster(request: web.Request) -> Seat:
    """Who sits before a page of the studio. Raises SignedOut, NotYours. A page that fetches itself
    keeps nobody signed in.
    """
    by_itself = request.path == "/studio/live"
    quiet = by_itself or "X-Live" in request.headers or "song" in request.query
    seat = await seated(request, quiet=quiet)
    if not seat.member.broadcasts:
        raise NotYours
    return seat


def page(
    request: web.Request, template: str, seat: Seat, *, status: int = 200, **values: Any
) -> web.Response:
    """`studio/<template>.html` in the language of the seat."""
    return desk_page(
        request,
        template,
        language=seat.language,
        seat=seat,
        status=status,
        room="studio",
        **values,
    )


def ground_of(parts: Parts) -> Ground:
    """What acting on bulletins stands on, for these pages."""
    return Ground(parts.timezone, parts.clock, parts.places)


async def reach(tx: Tx, seat: Seat) -> frozenset[str]:
    """The units whose bulletins this member may see: those where they write or approve, and all
    below.
    """
    written = await staff.units_under(tx, seat.member.id, Role.AUTHOR)
    return written | await staff.units_under(tx, seat.member.id, Role.APPROVER)


async def theirs(tx: Tx, seat: Seat, key: str) -> Bulletin:
    """The bulletin, if it is theirs to see. Raises NotYours."""
    found = await bulletins.by_id(tx, key)
    if found is None or found.id == REMINDER or found.unit not in await reach(tx, seat):
        raise NotYours
    return found


async def every_unit(tx: Tx) -> Tree:
    """The tree of units. Raises NotYours before the first import, when nobody has a right."""
    tree = await units.tree(tx)
    if tree is None:
        raise NotYours
    return tree


def labels_of(parts: Parts, content: Content) -> Mapping[str, str]:
    """The names of the places in a bulletin's scope, by code; a place that is no more keeps its
    code.
    """
    places = parts.places()
    found = {code: places.by_code(code.rpartition("/")[2]) for code in content.scope}
    return {code: place.label if place else code for code, place in found.items()}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is to be seen of a text's last day and of the laws it rests on. `flags` are short,
    `told` whole sentences; `stops`: it cannot be used as it is.
    """

    flags: tuple[Say, ...] = ()
    told: tuple[Say, ...] = ()
    stops: bool = False


def marks_of(content: Content, changes: Changes, today: date) -> Marks:
    """The marks of a bulletin, or of a text of the library, on the local day `today`."""
    flags, told, stops = list[Say](), list[Say](), False
    for each in touching(cited_by(content), changes):
        since, holds = f"{each.since:%d/%m/%Y}", each.since > today
        key = "studio.change.ahead" if holds else "studio.change.told"
        told.append(say(key, number=each.number, since=since, by=each.replaced_by))
        coming = say("studio.change.coming", since=since)
        flags.append(coming if holds else say("studio.change.flag"))
        stops = stops or not holds
    if expires_soon(content, today):
        flags.append(say("studio.expiry.flag", day=f"{content.expires_on:%d/%m/%Y}"))
    return Marks(tuple(dict.fromkeys(flags)), tuple(told), stops)


def title_of(content: Content, language: Language) -> str:
    """What a bulletin is called on a list, in the reader's language where it has one."""
    return content.wording(language).title or content.vi.title or content.en.title
