"""The public page of numbers: one for each quarter that is over, the same for everybody."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.channels import webchat
from bot.web.parts import PARTS, Parts
from bot.web.rendering import page
from bot.web.views import guess_language
from handlers.languages import Language
from handlers.numbers import NO_PROVINCE, WITHDRAWN, Cell, Kept, Table, Whole
from handlers.texts import Texts
from storage import quarters
from storage.quarters import Quarter

PAGE = "/so-lieu"
_NAME = re.compile(r"20\d\d-q[1-4]")
_LASTS = timedelta(minutes=5)
# The same for everybody, and never changed again.
_PUBLIC = {"Cache-Control": "public, max-age=3600, no-transform", "Vary": "Accept-Language"}


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    number: int
    width: int


@dataclass(slots=True)
class Shelf:
    """What was published: asked for once in some minutes."""

    kept: tuple[Quarter, ...] = ()
    until: datetime | None = field(default=None)

    async def quarters(self, parts: Parts) -> tuple[Quarter, ...]:
        """The newest first."""
        now = parts.clock()
        if self.until is None or not now < self.until <= now + _LASTS:
            async with parts.database.read() as tx:
                self.kept = await quarters.every(tx)
            self.until = now + _LASTS
        return self.kept


SHELF: web.AppKey[Shelf] = web.AppKey("quarters", Shelf)


def add_routes(app: web.Application) -> None:
    """GET /so-lieu, the newest quarter, and /so-lieu/2026-q3."""
    app[SHELF] = Shelf()
    app.router.add_get(PAGE, _show)
    app.router.add_get(PAGE + "/{name}", _show)


async def _show(request: web.Request) -> web.Response:
    parts, name = request.app[PARTS], request.match_info.get("name", "")
    every = await request.app[SHELF].quarters(parts)
    found = next((each for each in every if each.name == name or not name), None)
    if name and (found is None or not _NAME.fullmatch(name)):
        raise web.HTTPNotFound
    chosen = webchat.wanted_language(request.query)
    language = chosen or guess_language(request, {})
    response = page(
        request,
        "worker/quarters.html",
        language,
        csrf="",
        named=f"?lang={chosen}" if chosen else "",
        in_language={each: f"?lang={each}" for each in Language},
        quarter=found,
        title=_title(found.name, parts.texts[language]) if found else "",
        others=[(each.name, _title(each.name, parts.texts[language])) for each in every
                if each is not found],
        **(_figures(found, parts, parts.texts[language]) if found else {}),
    )  # fmt: skip
    response.headers.update(_PUBLIC)
    return response


def _figures(quarter: Quarter, parts: Parts, texts: Texts) -> dict[str, Any]:
    def province(code: str) -> str:
        if code == NO_PROVINCE:
            return texts.get("desk.numbers.no_province")
        return parts.places().province_name(code) or code

    def outcome(line: str) -> str:
        own = line == WITHDRAWN
        return texts.get("desk.numbers.outcome.withdrawn" if own else f"desk.outcome.{line}")

    def category(line: str) -> str:
        return texts.get(f"category.{line}")

    whole = {each: quarter[Cell(Table.WHOLE, each)] for each in (Whole.RECEIVED, Whole.CLOSED)}
    return {
        "received": whole[Whole.RECEIVED],
        "closed": whole[Whole.CLOSED],
        "in_time": quarter[Cell(Table.KEPT, Kept.IN_TIME)],
        "tables": [
            ("numbers.ends", _lines(quarter, Table.OUTCOME, outcome)),
            (
                "numbers.kinds",
                _lines(quarter, Table.CATEGORY, category),
            ),
            ("numbers.places", _lines(quarter, Table.PROVINCE, province)),
        ],
    }


def _lines(quarter: Quarter, table: Table, label: Any) -> list[_Line]:
    shown = quarter.shown(table)
    most = max((number for _, number in shown), default=0)
    return [
        _Line(text[:1].upper() + text[1:], number, round(100 * number / most))
        for line, number in shown
        for text in [label(line)]
    ]


def _title(name: str, texts: Texts) -> str:
    return texts.get("numbers.quarter", number=name[-1], year=name[:4])
