"""The desk's page on where there is a desk and where tips go from other places, and its file."""

import asyncio
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from aiohttp import web

from bot import coverage_sheets
from bot.coverage_sheets import COUNTS, STANDINGS
from bot.web.access import NotYours, Seat, seated
from bot.web.desk_pages import guarded, page
from bot.web.parts import PARTS
from bot.web.sheets import XLSX
from handlers import coverage as report
from handlers.coverage import Coverage, Standing
from handlers.tips import Category, category_named
from storage import audit, coverage
from storage.audit import Act
from storage.days import local_day

PAGE = "/desk/don-vi/do-phu"
_FILE = f"{PAGE}.xlsx"
_HEADINGS = {
    Standing.OWN: "desk.coverage.standing_own",
    Standing.PARTLY: "desk.coverage.standing_partly",
    Standing.PROVINCE: "desk.coverage.standing_province",
    Standing.NONE: "desk.coverage.standing_none",
}


@dataclass(slots=True)
class _Kept:
    """The report on the whole country that was made last, and what it was made of: a second look
    costs nothing while nobody came or went.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    made_of: tuple[object, ...] = ()
    coverage: Coverage | None = field(default=None, repr=False)


_KEPT: web.AppKey[_Kept] = web.AppKey("coverage", _Kept)


@dataclass(frozen=True, slots=True)
class _Form:
    """What is asked for, as it stands in the address."""

    province: str = ""
    category: Category | None = None
    missing: bool = False

    def query(self, **changes: str) -> str:
        """This as the end of an address."""
        told = {
            "tinh": self.province,
            "nhom": self.category or "",
            "thieu": "1" if self.missing else "",
        }
        left = {name: value for name, value in (told | changes).items() if value}
        return f"?{urlencode(left)}" if left else ""


def add_routes(app: web.Application) -> None:
    """GET /desk/don-vi/do-phu and /desk/don-vi/do-phu.xlsx."""
    app[_KEPT] = _Kept()
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_get(_FILE, guarded(_download))


async def _show(request: web.Request) -> web.Response:
    seat = await seated(request)
    mine = await _mine(request, seat)
    form = _form(request, mine)
    found = _asked(mine, form)
    lines = report.summaries(found)
    texts = request.app[PARTS].texts[seat.language]
    return page(
        request,
        "coverage",
        language=seat.language,
        seat=seat,
        form=form,
        empty=not mine.served,
        # All provinces stay in the box; the list below holds only what was asked for.
        provinces=report.summaries(mine),
        lines=lines,
        total=report.total(lines),
        groups=report.groups(found) if form.province else (),
        units=found.units,
        standings=STANDINGS,
        counts=COUNTS,
        headings=_HEADINGS,
        categories=tuple(Category),
        categories_of=lambda share: coverage_sheets.categories_of(share, texts),
        whole=len(Category) if form.category is None else 1,
        file=_FILE + form.query(),
    )


async def _download(request: web.Request) -> web.Response:
    """Who takes the table away stands in the audit."""
    seat, parts = await seated(request), request.app[PARTS]
    # A link on a foreign page must not put takings into somebody's audit entries.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotYours
    mine = await _mine(request, seat)
    form, now, texts = _form(request, mine), parts.clock(), parts.texts[seat.language]
    found = _asked(mine, replace(form, missing=False))
    made = await asyncio.to_thread(
        coverage_sheets.xlsx, found, local_day(now), texts, missing=form.missing
    )
    async with parts.database.write() as tx:
        note = " ".join(("xlsx", form.province or "*", form.category or "*"))
        await audit.write(tx, Act.COVERAGE_TAKEN, staff=seat.member.id, minute=now, note=note)
    name = f"do-phu-{local_day(now)}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made, content_type=XLSX, headers=headers)


async def _mine(request: web.Request, seat: Seat) -> Coverage:
    """What this member may see of the country."""
    parts, kept = request.app[PARTS], request.app[_KEPT]
    async with parts.database.read() as tx:
        looked = await coverage.of_member(tx, seat.member.id)
    if looked is None:
        raise NotYours
    async with kept.lock:
        made_of = (looked.tree, looked.communes)
        if kept.coverage is None or kept.made_of != made_of:
            kept.coverage = await asyncio.to_thread(report.of, looked.tree, looked.communes)
            kept.made_of = made_of
        whole = kept.coverage
    return await asyncio.to_thread(report.within, whole, looked.tree, looked.units)


def _asked(mine: Coverage, form: _Form) -> Coverage:
    found = report.narrowed(mine, province=form.province, category=form.category)
    return report.lacking(found) if form.missing else found


def _form(request: web.Request, mine: Coverage) -> _Form:
    """What the address asks for; what is not understood is left out. Whoever has to do with one
    province only is shown that one.
    """
    query = request.query
    provinces = {one.place.province_code for one in mine.served.values()}
    asked = query.get("tinh", "")
    province = asked if asked in provinces else ""
    if not province and len(provinces) == 1:
        [province] = provinces
    return _Form(province, category_named(query.get("nhom", "")), query.get("thieu") == "1")
