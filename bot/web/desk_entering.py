"""The desk's pages for entering a tip that came by phone, on paper or in person, and its slip."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from http import HTTPStatus

import segno
from aiohttp import web

from bot import entered
from bot.entered import Sheet
from bot.logs import Event as Log
from bot.logs import note
from bot.web import entering_form
from bot.web.access import NotYours, Seat, Stopped, seated
from bot.web.desk_pages import guarded, page, said, see_other
from bot.web.entering_form import Filled
from bot.web.parts import PARTS, Parts
from handlers import clocks
from handlers.coach import ABOUT_ONESELF, Finding
from handlers.effects import FileTip
from handlers.receipt import show
from handlers.roles import READERS_OF_TIPS
from handlers.routing import Exclusion
from handlers.screens import Say
from handlers.states import Draft
from handlers.tips import Category
from handlers.turn import Needs
from handlers.worker import by_staff
from handlers.worker.by_staff import Weighed
from storage import entering, units
from storage.chance import new_token
from storage.database import Tx
from storage.tips import AlreadyFiled, OldPepper, PictureData
from storage.volatile import Full

PAGE = "/desk/nhap-tin"
_FIELDS = ("category", "danger", "words", "place", "place-of", "place-at", "day", "police")
_COVER = "cover-"


def add_routes(app: web.Application) -> None:
    """GET and POST /desk/nhap-tin."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_post(PAGE, guarded(_do))


async def _show(request: web.Request) -> web.Response:
    seat = await _entering(request)
    fields = {"day": _today(request).isoformat()}
    return await _form(request, seat, Sheet(seat.member.id, new_token()), fields)


async def _do(request: web.Request) -> web.Response:
    seat, parts = await _entering(request), request.app[PARTS]
    fields, sheet, told = await entering_form.read(
        request, seat.session.token, parts, seat.member.id
    )
    if not sheet.name:
        raise Stopped((fields.get("words", ""),), HTTPStatus.BAD_REQUEST)
    match fields.get("do", ""):
        case "printed":
            await entered.forget(parts.volatile, sheet)
            return see_other("/desk")
        case "edit":
            return await _form(request, seat, sheet, fields)
        case "check" | "answered" | "send" as do:
            pass
        case _:
            raise Stopped((fields.get("words", ""),), HTTPStatus.BAD_REQUEST)
    if await entered.is_filed(parts.volatile, sheet):
        return await _slip(request, seat, sheet)
    known = entering_form.filled(fields, parts.places(), _today(request))
    if known.draft is None or told:
        says, conflict = (*told, *known.says), HTTPStatus.CONFLICT
        return await _form(request, seat, sheet, known.fields, says, known, conflict)
    weighed = by_staff.weigh(known.draft.story)
    if weighed.turned_away:
        return await _turned_away(request, seat, sheet, known, known.draft)
    if do == "check" and (weighed.mixed or weighed.findings):
        return _asked(request, seat, sheet, known, weighed)
    if do == "answered":
        known = _answered(known, weighed, seat)
    draft = known.draft
    if draft is None or not draft.story:
        return await _form(request, seat, sheet, fields, said("desk.entering.no_story"))
    if do == "send":
        return await _send(request, seat, sheet, known, draft)
    return await _review(request, seat, sheet, known, draft)


async def _send(
    request: web.Request, seat: Seat, sheet: Sheet, known: Filled, draft: Draft
) -> web.Response:
    """File it once, whatever comes twice: with the code that was drawn for this form."""
    parts, code = request.app[PARTS], await entered.code(request.app[PARTS].volatile, sheet)
    if code is None:
        return await _review(request, seat, sheet, known, draft, said("desk.entering.again"))
    facts = await parts.inbound.look_up(Needs(filing=code))
    new = by_staff.filing(replace(draft, code=code), facts)
    if new is not None:
        files = await entered.files(parts.volatile, sheet)
        if len(files) != _count(known.fields.get("files", "")):
            # They have waited too long, or there was a restart.
            return await _review(
                request, seat, sheet, known, draft, said("desk.entering.files_gone")
            )
        await _file(parts, seat, new, files, known.day)
    await entered.filed(parts.volatile, sheet)
    return await _slip(request, seat, sheet)


async def _file(
    parts: Parts, seat: Seat, new: FileTip, files: Sequence[PictureData], day: date
) -> None:
    try:
        async with parts.database.write() as tx:
            due = await _due(tx, new, parts)
            refused = await entering.file(
                tx, seat.member.id, new, files, day=day, due=due, now=parts.clock()
            )
    except AlreadyFiled:
        return  # the same form, a moment before
    except OldPepper:
        raise Stopped((new.story,), HTTPStatus.CONFLICT) from None
    if refused is not None:
        raise NotYours
    note(Log.TIP_FILED)


async def _due(tx: Tx, new: FileTip, parts: Parts) -> datetime:
    at_once = await units.shows_at_once(tx, new.unit)
    return clocks.card_leaves_at(parts.clock(), danger=new.danger, at_once=at_once)


async def _slip(request: web.Request, seat: Seat, sheet: Sheet) -> web.Response:
    """The receipt, for printing; a code that its time has passed is shown to nobody any more."""
    parts, thread = request.app[PARTS], None
    code = await entered.code(parts.volatile, sheet)
    if code is not None:
        thread = (await parts.inbound.look_up(Needs(filing=code))).filed
    if code is None or thread is None:
        return page(
            request, "slip", language=seat.language, seat=seat, code="", status=HTTPStatus.GONE
        )
    address = f"{parts.public_url or request.url.origin()}/ma"
    # It leads to the page for codes; the code is not in it.
    picture = segno.make(address, error="m", micro=False)
    return page(
        request,
        "slip",
        language=seat.language,
        seat=seat,
        sheet=sheet.name,
        code=show(code),
        thread=thread,
        address=address,
        picture=picture.svg_inline(scale=4, border=4, light="#fff"),
    )


async def _turned_away(
    request: web.Request, seat: Seat, sheet: Sheet, known: Filled, draft: Draft
) -> web.Response:
    """What the officer tells the worker instead; nothing is kept, counted or logged."""
    await entered.drop_files(request.app[PARTS].volatile, sheet)
    facts = await request.app[PARTS].inbound.look_up(Needs())
    unit = by_staff.reader_of(draft, facts)
    says = (*said("desk.entering.only"), *said("scope.whom", unit=unit.name))
    return await _form(request, seat, sheet, known.fields, says, status=HTTPStatus.CONFLICT)


def _answered(known: Filled, weighed: Weighed, seat: Seat) -> Filled:
    """The story without what the officer chose to cover or to leave out."""
    story = known.fields["words"]
    chosen = tuple(
        each for at, each in enumerate(weighed.findings) if known.fields.get(f"{_COVER}{at}")
    )
    story = by_staff.covered(story, chosen, seat.language)
    if known.fields.get("leave_out") == "yes" and weighed.rest:
        story = by_staff.without(story)
    return entering_form.told_anew(known, story)


def _asked(
    request: web.Request, seat: Seat, sheet: Sheet, known: Filled, weighed: Weighed
) -> web.Response:
    story = known.fields["words"]
    return page(
        request,
        "entering_asked",
        language=seat.language,
        seat=seat,
        sheet=sheet.name,
        kept=_kept(known.fields),
        mixed=weighed.mixed,
        rest=weighed.rest,
        found=[_found(each, story) for each in weighed.findings],
        cover=_COVER,
    )


def _found(found: Finding, story: str) -> tuple[str, str, bool]:
    """What kind it is, the words, and whether it is most likely the worker's own."""
    return found.kind.value, found.told(story), found.kind in ABOUT_ONESELF


async def _review(
    request: web.Request,
    seat: Seat,
    sheet: Sheet,
    known: Filled,
    draft: Draft,
    says: tuple[Say, ...] = (),
) -> web.Response:
    parts = request.app[PARTS]
    facts = await parts.inbound.look_up(Needs(fresh_code=True))
    if await entered.code(parts.volatile, sheet) is None:
        try:
            await entered.keep_code(parts.volatile, sheet, facts.fresh_code)
        except Full:
            # The words at least are shown back.
            raise Stopped((draft.story,), HTTPStatus.SERVICE_UNAVAILABLE) from None
    unit = by_staff.reader_of(draft, facts)
    mine = {each for each, role in seat.member.grants if role in READERS_OF_TIPS}
    files = len(await entered.files(parts.volatile, sheet))
    return page(
        request,
        "entering_review",
        language=seat.language,
        seat=seat,
        says=says,
        status=HTTPStatus.CONFLICT if says else HTTPStatus.OK,
        sheet=sheet.name,
        kept={**_kept(known.fields), "files": str(files)},
        draft=draft,
        day=known.day,
        unit=unit,
        own=unit.id in mine,
        files=files,
        unhidden=not by_staff.is_hidden(draft, facts),
        police=_police(draft),
    )


def _police(draft: Draft) -> str:
    """What becomes of the consent: yes, no, or not for such tips."""
    if not draft.police:
        return "no"
    return "yes" if by_staff.may_go_to_police(draft) else "never"


async def _form(
    request: web.Request,
    seat: Seat,
    sheet: Sheet,
    fields: Mapping[str, str],
    says: tuple[Say, ...] = (),
    known: Filled | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    return page(
        request,
        "entering",
        language=seat.language,
        seat=seat,
        says=says,
        status=status,
        sheet=sheet.name,
        kept=_kept(fields),
        categories=tuple(Category),
        hides=tuple(Exclusion),
        places=known.places if known is not None else (),
        no_place=entering_form.NO_PLACE,
        files=len(await entered.files(request.app[PARTS].volatile, sheet)),
        most=entered.MOST_FILES,
        today=_today(request).isoformat(),
    )


def _kept(fields: Mapping[str, str]) -> dict[str, str]:
    """What stands on the next page of the form as well."""
    names = (*_FIELDS, "files", *(f"hide-{each}" for each in Exclusion))
    return {name: fields.get(name, "") for name in names}


async def _entering(request: web.Request) -> Seat:
    seat = await seated(request)
    async with request.app[PARTS].database.read() as tx:
        if not await entering.may_enter(tx, seat.member.id):
            raise NotYours
    return seat


def _today(request: web.Request) -> date:
    parts = request.app[PARTS]
    return parts.clock().astimezone(parts.timezone).date()


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
