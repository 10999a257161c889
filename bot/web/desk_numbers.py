"""The desk's page of numbers, and the same as files: by unit and period, as of a day."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from bot.numbers import paper, spreadsheet, wording
from bot.numbers.wording import Words
from bot.web.access import NotYours, Seat, seated
from bot.web.desk_pages import guarded, page, said
from bot.web.parts import PARTS, Parts
from handlers import periods
from handlers.periods import Length, Period
from handlers.roles import READERS_OF_NUMBERS, READERS_OF_TIPS
from handlers.screens import Say
from handlers.texts import Texts
from storage import audit, numbers
from storage.audit import Act
from storage.days import local_day
from storage.numbers import Asked, Numbers, Ways

PAGE = "/desk/so-lieu"
_FILE = "ra-soat"
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_OFFERED = {Length.MONTH: 13, Length.QUARTER: 8, Length.HALF: 4, Length.YEAR: 3}


@dataclass(frozen=True, slots=True)
class _Form:
    """What is asked for, as it stands in the address; `says` is what was not understood of it."""

    unit: str
    period: Period
    day: date | None
    says: tuple[Say, ...] = ()

    def query(self, **changes: str) -> str:
        """This as the end of an address."""
        told = {"don-vi": self.unit, "tu": self.period.first, "den": self.period.last}
        if self.day is not None:
            told["ngay"] = self.day.isoformat()
        return "?" + urlencode(told | changes)


def add_routes(app: web.Application) -> None:
    """GET /desk/so-lieu, /desk/so-lieu/ra-soat.xlsx and .pdf."""
    app.router.add_get(PAGE, guarded(_show))
    app.router.add_get(f"{PAGE}/{_FILE}.{{kind:xlsx|pdf}}", guarded(_download))


async def _show(request: web.Request) -> web.Response:
    seat, parts = await seated(request), request.app[PARTS]
    texts = parts.texts[seat.language]
    form = _form(request.query, seat, parts, texts)
    if not form.unit:
        return page(request, "numbers", language=seat.language, seat=seat, form=None)
    found, ways = await _find(seat, parts, form)
    says, day = form.says, found.review.as_of.day
    if form.day is not None and form.day > day:
        says += said("desk.numbers.moved", day=f"{day:%d/%m/%Y}")
    words = wording.words_of(found, texts, parts.places())
    return page(
        request,
        "numbers",
        language=seat.language,
        seat=seat,
        status=HTTPStatus.OK if not form.says else HTTPStatus.BAD_REQUEST,
        says=says,
        form=form,
        words=words,
        empty=found.review.says_nothing,
        number_of=lambda line: wording.number_of(line, texts),
        ways=ways,
        offered=_offered(parts, texts),
        chosen=periods.name_of(form.period),
        files=[(kind, f"{PAGE}/{_FILE}.{kind}{form.query()}") for kind in _KINDS],
    )


async def _download(request: web.Request) -> web.Response:
    """Who takes figures away stands in the audit, with what they are of."""
    seat, parts, kind = await seated(request), request.app[PARTS], request.match_info["kind"]
    # A link on a foreign page must not put takings into somebody's audit entries.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotYours
    texts = parts.texts[seat.language]
    form = _form(request.query, seat, parts, texts)
    if form.says:
        raise NotYours
    found, _ = await _find(seat, parts, form)
    words = wording.words_of(found, texts, parts.places())
    made = await asyncio.to_thread(_made, kind, found, words, texts)
    asked = form.period
    async with parts.database.write() as tx:
        await audit.write(
            tx,
            Act.REVIEW_TAKEN,
            staff=seat.member.id,
            unit=found.unit,
            minute=parts.clock(),
            note=f"{kind} {asked.first} {asked.last} {found.review.as_of.day}",
        )
    name = f"{_FILE}-{asked.first}-{asked.last}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made, content_type=_KINDS[kind], headers=headers)


def _made(kind: str, found: Numbers, words: Words, texts: Texts) -> bytes:
    if kind == "pdf":
        return paper.pdf(words, texts)
    return spreadsheet.xlsx(found, words, texts)


async def _find(seat: Seat, parts: Parts, form: _Form) -> tuple[Numbers, Ways]:
    asked = Asked(form.unit, form.period, form.day, parts.places().counted_provinces)
    async with parts.database.read() as tx:
        member, now = seat.member.id, parts.clock()
        found = await numbers.of_member(tx, member, asked, now, live=parts.demo)
        ways = await numbers.ways(tx, member, form.unit)
    if found is None:
        raise NotYours
    return found, ways


def _form(query: Mapping[str, str], seat: Seat, parts: Parts, texts: Texts) -> _Form:
    """What the address asks for. What is not understood becomes the present quarter and the newest
    day.
    """
    today = local_day(parts.clock())
    present = next(periods.newest_names(today, Length.QUARTER, 1))
    form = _Form(query.get("don-vi") or _own_unit(seat), _named(present), None)
    name, first, last = (query.get(each, "").strip() for each in ("ky", "tu", "den"))
    # Two months that stood in the form before are no choice against a name that was chosen now.
    if name and f"{first} {last}" == query.get("cu", " "):
        found = periods.named(name)
    else:
        found = periods.between(first or last, last or first)
    if found is not None:
        form = replace(form, period=found)
    elif name or first or last:
        told = wording.period_of(form.period, texts)
        form = replace(form, says=said("desk.numbers.wrong_period", period=told))
    return _with_day(form, query.get("ngay", "").strip())


def _own_unit(seat: Seat) -> str:
    """A unit whose numbers they see; empty where there is none."""
    roles = READERS_OF_NUMBERS | READERS_OF_TIPS
    return min((unit for unit, role in seat.member.grants if role in roles), default="")


def _with_day(form: _Form, typed: str) -> _Form:
    if not typed:
        return form
    try:
        return replace(form, day=date.fromisoformat(typed))
    except ValueError:
        return replace(form, says=(*form.says, *said("desk.numbers.wrong_day")))


def _offered(parts: Parts, texts: Texts) -> list[tuple[str, list[tuple[str, str]]]]:
    """The periods with a name that can be chosen, by length: key of the length, ids and names."""
    today = local_day(parts.clock())
    return [
        (
            f"desk.numbers.{length}s" if length is not Length.HALF else "desk.numbers.halves",
            [
                (name, wording.period_of(_named(name), texts))
                for name in periods.newest_names(today, length, count)
            ],
        )
        for length, count in _OFFERED.items()
    ]


def _named(name: str) -> Period:
    found = periods.named(name)
    if found is None:
        raise ValueError(name)
    return found
