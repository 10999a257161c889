"""Writing and editing a bulletin: whatever is wrong with the form, nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from aiohttp import web

from bot import broadcasting
from bot.web.access import SESSION_SECONDS, NotYours, Seat, Stopped, checked_form, typed_words
from bot.web.desk_pages import guarded, said, see_other
from bot.web.parts import PARTS, Parts
from bot.web.studio_pages import (
    BULLETIN,
    broadcaster,
    every_unit,
    ground_of,
    labels_of,
    page,
    theirs,
)
from bot.web.unit_narrowing import narrowed
from broadcasts import library
from handlers import typed_places
from handlers.broadcasters import changes, drafts
from handlers.broadcasters.approval import OPEN
from handlers.broadcasters.drafts import Fault, Form
from handlers.bulletins import Bulletin, OnHoliday, Repeat, Stage, Topic, Urgency
from handlers.places import Place
from handlers.roles import Role
from handlers.routing import Tree
from handlers.screens import Say
from storage import audit, bulletins, released_texts, staff
from storage.audit import Act
from storage.chance import new_token

MOST_FOUND = 5


@dataclass(frozen=True, slots=True)
class _Own:
    """The ids of the units where somebody writes, all in this tree."""

    tree: Tree
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page of a form shows. `saved` is what stands there now, where it is edited; `theirs`
    what somebody else saved meanwhile.
    """

    fields: Mapping[str, str] = field(repr=False)
    own: _Own
    saved: Bulletin | None = None
    form: Form | None = None
    theirs: Bulletin | None = None
    unit_fault: bool = False
    says: tuple[Say, ...] = ()
    status: int = HTTPStatus.OK


def add_routes(app: web.Application) -> None:
    """The form of a new bulletin, and that of one that is there."""
    app.router.add_get("/studio/moi", guarded(_show_new))
    app.router.add_post("/studio/moi", guarded(_write))
    app.router.add_get(f"/studio/tin/{BULLETIN}/sua", guarded(_show_edit))
    app.router.add_post(f"/studio/tin/{BULLETIN}/sua", guarded(_edit))


async def _show_new(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    own = await _own_units(parts, seat)
    if not own.ids:
        raise NotYours
    fields = {"legal": "1", "repeat": "once", "on_holiday": "send", "urgency": "ordinary"}
    async with parts.database.read() as tx:
        taken = library.usable(await released_texts.seals(tx)).get(request.query.get("mau", ""))
    if taken is not None:
        fields = drafts.filled(taken, (), parts.timezone)
    return _page(request, seat, _Shown(fields, own))


async def _write(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    own = await _own_units(parts, seat)
    form = await _read(parts, fields)
    right = fields.get("unit", "") in own.ids
    if not form.is_whole or not right:
        shown = _Shown(fields, own, form=form, unit_fault=not right)
        return _page(request, seat, replace(shown, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    # Sent twice by a quick finger, it is written once.
    once = f"{seat.session.staff} {fields.get('once', '')[:64]}"
    if not await parts.volatile.add("studio once", once, seconds=SESSION_SECONDS):
        return see_other("/studio")
    now = parts.clock()
    today = now.astimezone(parts.timezone).date()
    async with parts.database.write() as tx:
        if fields["unit"] not in await staff.units_under(tx, seat.member.id, Role.AUTHOR):
            raise NotYours
        made = await bulletins.create(tx, fields["unit"], seat.member.id, form.content, today)
        await audit.write(
            tx,
            Act.BULLETIN_WRITTEN,
            staff=seat.member.id,
            unit=made.unit,
            minute=now,
            note=f"{made.id} {made.version}",
        )
    return see_other(f"/studio/tin/{made.id}?da=luu")


async def _show_edit(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    saved = await _editable(request, seat)
    labels = labels_of(parts, saved.content)
    fields = drafts.filled(saved.content, labels.values(), parts.timezone)
    fields["version"] = str(saved.version)
    return _page(request, seat, _Shown(fields, await _own_units(parts, seat), saved))


async def _edit(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    fields = await checked_form(request, seat.session.token)
    saved = await _still_editable(request, seat, fields)
    form = await _read(parts, fields)
    shown = _Shown(fields, await _own_units(parts, seat), saved, form)
    if not form.is_whole:
        return _page(request, seat, replace(shown, status=HTTPStatus.UNPROCESSABLE_ENTITY))
    version = fields.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    now = parts.clock()
    async with parts.database.write() as tx:
        if saved.unit not in await staff.units_under(tx, seat.member.id, Role.AUTHOR):
            raise NotYours
        done = await bulletins.edit(tx, saved.id, form.content, number, author=seat.member.id)
        if done is not None and done.version != number:
            await audit.write(
                tx,
                Act.BULLETIN_WRITTEN,
                staff=seat.member.id,
                unit=saved.unit,
                minute=now,
                note=f"{done.id} {done.version}",
            )
            if saved.stage is not Stage.DRAFT:
                await broadcasting.propose_again(tx, seat.member.id, done, ground_of(parts))
    if done is not None:
        return see_other(f"/studio/tin/{saved.id}?da=luu")
    theirs_now = await _still_editable(request, seat, fields)
    fields = {**fields, "version": str(theirs_now.version)}
    shown = replace(shown, fields=fields, theirs=theirs_now, says=said("studio.no.version"))
    return _page(request, seat, replace(shown, status=HTTPStatus.CONFLICT))


async def _editable(request: web.Request, seat: Seat) -> Bulletin:
    async with request.app[PARTS].database.read() as tx:
        found = await theirs(tx, seat, request.match_info["bulletin"])
        written = await staff.units_under(tx, seat.member.id, Role.AUTHOR)
    if found.unit not in written or found.stage not in OPEN:
        raise NotYours
    return found


async def _still_editable(request: web.Request, seat: Seat, fields: Mapping[str, str]) -> Bulletin:
    """The same for somebody who has typed: they get their words back."""
    try:
        return await _editable(request, seat)
    except NotYours:
        raise Stopped(typed_words(fields), HTTPStatus.CONFLICT) from None


async def _own_units(parts: Parts, seat: Seat) -> _Own:
    async with parts.database.read() as tx:
        written = await staff.units_under(tx, seat.member.id, Role.AUTHOR)
        return _Own(await every_unit(tx), written)


async def _read(parts: Parts, fields: Mapping[str, str]) -> Form:
    form = drafts.read(fields, _found(parts, fields), parts.timezone)
    async with parts.database.read() as tx:
        released = await released_texts.seals(tx)
    return replace(form, content=library.honest(form.content, released))


def _found(parts: Parts, fields: Mapping[str, str]) -> Mapping[str, tuple[Place, ...]]:
    typed = drafts.typed_places(fields)[: drafts.MOST_PLACES + 1]
    return {
        words: typed_places.of_today(parts.places().look_up(words, MOST_FOUND)) for words in typed
    }


def _page(request: web.Request, seat: Seat, shown: _Shown) -> web.Response:
    parts, form, saved = request.app[PARTS], shown.form, shown.saved
    faults = list(form.faults) if form is not None else []
    if form is not None:
        faults += [Fault("scope", "doubt", each.typed) for each in form.doubts]
    if shown.unit_fault:
        faults.insert(0, Fault("unit", "unit"))
    own = narrowed(request, shown.own.tree, shown.own.ids, (shown.fields.get("unit", ""),))
    theirs_now: tuple[changes.Fact, ...] = ()
    if shown.theirs is not None:
        theirs_now = changes.wording(shown.theirs.content) + changes.facts(
            shown.theirs.content, labels_of(parts, shown.theirs.content), parts.timezone
        )
    return page(
        request,
        "form",
        seat,
        status=shown.status,
        says=shown.says,
        fields=shown.fields,
        units=own.units,
        narrowed=own,
        kept={"mau": request.query.get("mau", "")},
        saved=saved,
        faults=faults,
        doubts=form.doubts if form is not None else (),
        pick_of=drafts.pick_of,
        theirs=theirs_now,
        topics=tuple(Topic),
        urgencies=tuple(Urgency),
        repeats=tuple(Repeat),
        holidays=tuple(OnHoliday),
        citations=range(1, drafts.CITATIONS + 1),
        cites_more=_cites_more(shown.fields),
        once=new_token(),
    )


def _cites_more(fields: Mapping[str, str]) -> bool:
    """Whether more than the first document is named."""
    return any(
        fields.get(f"c{at}_{name}")
        for at in range(2, drafts.CITATIONS + 1)
        for name in ("document", "article", "from")
    )
