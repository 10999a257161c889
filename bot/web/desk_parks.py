"""The administrators' page of industrial parks and areas of boarding houses: find, add, change,
remove. Everybody may know of them, so everybody who looks after people sees all of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from bot.web.access import NotYours, Seat, Stopped, checked_form, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS, Parts
from handlers import alphabet, park_files, typed_places
from handlers.folding import clean, fold
from handlers.park_files import BadParks, Flaw, Problem
from handlers.parks import Park, ParkKind, bare
from handlers.places import Place
from handlers.screens import Say, say
from handlers.typed_places import Typed
from storage import atlas, parks, staff
from storage.database import Tx
from storage.days import local_day
from storage.parks import Kept
from storage.places import Places

PAGE = "/desk/khu"
FIELD = "tim"
MOST_SHOWN = 30
_MOST_TYPED = 80
_NOTHING = Typed(())
_FIELDS = frozenset(park_files.COLUMNS) - {"id"}


@dataclass(frozen=True, slots=True)
class _Form:
    """What stands in the form: empty, a park that is there, or what was typed and is not taken."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    typed: Typed = _NOTHING
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a form."""

    says: tuple[Say, ...]
    form: _Form = _Form()
    well: bool = False


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/khu."""
    app.router.add_get(PAGE, guarded(_look))
    app.router.add_post(PAGE, guarded(_change))


async def _look(request: web.Request) -> web.Response:
    return await _page(request, await seated(request), None)


async def _change(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    todo = {"save": _save, "remove": _remove}.get(fields.get("do", ""))
    if todo is None:
        raise Stopped(status=HTTPStatus.BAD_REQUEST)
    async with parts.database.write() as tx:
        done = await todo(tx, seat.member.id, fields, parts.clock())
    return await _page(request, seat, done)


async def _save(tx: Tx, admin: bytes, fields: Mapping[str, str], now: datetime) -> _Done:
    every, places = await parks.held(tx), await atlas.current(tx)
    typed = typed_places.read(fields, "communes", places.of_today, places.look_up)
    read = _read(fields, typed, places, every, now)
    if isinstance(read, _Form):
        return _Done(said("desk.parks.look_again"), read)
    is_new = not fields.get("id")
    kept = await parks.put(tx, admin, read, places, now, is_new=is_new)
    if kept is not Kept.DONE:
        return _Done(said(f"desk.parks.no.{kept}"), _Form(fields, typed))
    return _Done(said("desk.parks.saved", name=read.name), well=True)


def _read(
    fields: Mapping[str, str], typed: Typed, places: Places, every: Iterable[Park], now: datetime
) -> Park | _Form:
    """The park that was typed, or the form again with all that is not clear in it."""
    cells = {name: fields.get(name, "") for name in park_files.COLUMNS}
    cells["communes"] = " ".join(typed.codes)
    try:
        park = park_files.check(cells, places.of_today, local_day(now), every)
    except BadParks as error:
        # While a line is asked back about, it is too early to miss communes.
        waits = {Flaw.NO_COMMUNE} if not typed.is_whole else set[Flaw]()
        problems = [each for each in error.problems if each.flaw not in waits]
        return _Form(fields, typed, tuple(problems))
    return park if typed.is_whole else _Form(fields, typed)


async def _remove(tx: Tx, admin: bytes, fields: Mapping[str, str], now: datetime) -> _Done:
    if not fields.get("sure"):
        return _Done(said("desk.parks.unsure"))
    key = fields.get("id", "")
    known, places = await parks.by_id(tx, key), await atlas.current(tx)
    kept = await parks.remove(tx, admin, key, places, now)
    if kept is not Kept.DONE or known is None:
        return _Done(said(f"desk.parks.no.{kept}"))
    return _Done(said("desk.parks.removed", name=known.name), well=True)


async def _page(request: web.Request, seat: Seat, done: _Done | None) -> web.Response:
    """The list, what a search leaves of it, and the form."""
    parts = request.app[PARTS]
    wanted = clean(request.query.get(FIELD, "")[:_MOST_TYPED])
    async with parts.database.read() as tx:
        if not await staff.units_run_by(tx, seat.member.id):
            raise NotYours
        places, every = await atlas.current(tx), await parks.every(tx)
        found = _found(wanted, every, places)
        theirs = await parks.theirs(tx, seat.member.id, found[:MOST_SHOWN], places)
    changed = next((each for each in every if each.id == request.query.get("sua", "")), None)
    form = done.form if done is not None else _filled(changed, places)
    return page(
        request,
        "parks",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.OK if done is None or done.well else HTTPStatus.UNPROCESSABLE_ENTITY,
        says=done.says if done is not None else (),
        count=len(every),
        found=found[:MOST_SHOWN],
        left_out=max(0, len(found) - MOST_SHOWN),
        wanted=wanted,
        theirs=theirs,
        label=lambda code: _label(code, places),
        form=form,
        faults=_faults(form),
        kinds=tuple(ParkKind),
        pick_of=typed_places.pick_of,
        most=park_files.NAME_LETTERS,
        today=_today(parts),
        path=PAGE,
    )


def _faults(form: _Form) -> dict[str, tuple[Say, ...]]:
    """What is wrong, by the field where it is told; under no name what belongs to none."""
    found: dict[str, tuple[Say, ...]] = {}
    for problem in form.problems:
        field_of = problem.column if problem.column in _FIELDS else ""
        told = (*found.get(field_of, ()), _told(problem))
        found[field_of] = tuple(dict.fromkeys(told))
    lost = tuple(say("desk.parks.unknown_place", typed=line) for line in form.typed.unknown)
    if lost:
        found["communes"] = (*found.get("communes", ()), *lost)
    return found


def _told(problem: Problem) -> Say:
    """A page names the field already, and in another language than a file."""
    most = problem.detail.rpartition(" ")[2]
    match problem.flaw:
        case Flaw.FORMULA:
            return say("desk.edit.flaw.formula")
        case Flaw.TOO_LONG:
            return say("desk.edit.flaw.too_long", most=most)
        case Flaw.TOO_MANY:
            return say("desk.parks.most", most=most)
        case _:
            return say(f"desk.parks.flaw.{problem.flaw}", detail=problem.detail)


def _found(wanted: str, every: Iterable[Park], places: Places) -> list[Park]:
    """Parks by name whose name or alias holds the words, or that lie where the words mean."""
    sorted_by_name = alphabet.by_name(every, _bare_name)
    words = fold(wanted).split()
    if not words:
        return sorted_by_name
    near = {code for place in places.look_up(wanted).places for code in (place.code, *place.codes)}
    return [park for park in sorted_by_name if _fits(park, words, near, places.of_today)]


def _fits(park: Park, words: Iterable[str], near: set[str], known: Mapping[str, Place]) -> bool:
    names = f" {fold(' '.join((park.name, *park.aliases)))}"
    if all(f" {word}" in names for word in words):
        return True
    inside = {known[code].province_code for code in park.communes if code in known}
    return bool(near & (inside | set(park.communes)))


def _bare_name(park: Park) -> str:
    """The name by which a list is sorted: without the word for the kind before it."""
    dropped = len(fold(park.name).split()) - len(bare(fold(park.name)).split())
    return " ".join(park.name.split()[dropped:]) or park.name


def _label(code: str, places: Places) -> str:
    place = places.by_code(code)
    return place.label if place is not None else code


def _filled(park: Park | None, places: Places) -> _Form:
    if park is None:
        return _Form()
    return _Form(
        {
            "id": park.id,
            "kind": park.kind.value,
            "name": park.name,
            "aliases": "\n".join(park.aliases),
            "communes": "\n".join(_label(code, places) for code in park.communes),
            "source": park.source,
            "checked_on": park.checked_on.isoformat() if park.checked_on else "",
        }
    )


def _today(parts: Parts) -> str:
    return local_day(parts.clock()).isoformat()
