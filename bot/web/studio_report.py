"""How one sending went: the page, and the same as a spreadsheet."""

from aiohttp import web

from bot.web.access import NotYours, Seat
from bot.web.desk_pages import guarded
from bot.web.parts import PARTS
from bot.web.studio_pages import BULLETIN, broadcaster, page, theirs, title_of
from broadcasts import reading, report, sheet
from broadcasts.report import Report

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SENDING = "{sending:[0-9]{1,9}}"


def add_routes(app: web.Application) -> None:
    """The report of a sending, and its file."""
    path = f"/studio/tin/{BULLETIN}/ket-qua/{_SENDING}"
    app.router.add_get(path, guarded(_show))
    app.router.add_get(f"{path}/xlsx", guarded(_download))


async def _show(request: web.Request) -> web.Response:
    seat = await broadcaster(request)
    found = await _report(request, seat)
    zone, texts = request.app[PARTS].timezone, request.app[PARTS].texts[seat.language]
    return page(
        request,
        "report",
        seat,
        report=found,
        title=title_of(found.content, seat.language),
        facts=reading.facts(found, texts, zone),
        figures=reading.figures(found, texts),
        by_account=reading.table(found, "account", found.by_account, texts),
        hides=reading.has_hidden(found),
        by_province=reading.table(found, "province", found.by_province, texts),
    )


async def _download(request: web.Request) -> web.Response:
    seat, parts = await broadcaster(request), request.app[PARTS]
    found = await _report(request, seat)
    made = sheet.xlsx(found, parts.texts[seat.language], parts.timezone)
    name = f"{found.sending.bulletin}-{found.sending.id}.xlsx"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made, content_type=XLSX, headers=disposition)


async def _report(request: web.Request, seat: Seat) -> Report:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        bulletin = await theirs(tx, seat, request.match_info["bulletin"])
        number = int(request.match_info["sending"])
        found = await report.of_sending(tx, number, parts.clock(), parts.places())
    if found is None or found.sending.bulletin != bulletin.id:
        raise NotYours
    return found
