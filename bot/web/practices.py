"""The public page of good practice: what changed for safety, the same for everybody, no names."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from aiohttp import web

from bot.channels import webchat
from bot.web.parts import PARTS, Parts
from bot.web.rendering import page
from bot.web.views import guess_language
from handlers.languages import Language
from storage import practices
from storage.days import local_day
from storage.practices import Shown

PAGE = "/viec-tot"
_LASTS = timedelta(minutes=1)
# Short, for a note that is taken back shall be gone soon.
_PUBLIC = {"Cache-Control": "public, max-age=300, no-transform", "Vary": "Accept-Language"}


@dataclass(slots=True)
class Shelf:
    """What is shown: asked for once in a minute, or when this process changed it."""

    kept: tuple[Shown, ...] = ()
    until: datetime | None = field(default=None)

    async def notes(self, parts: Parts) -> tuple[Shown, ...]:
        """The newest month first."""
        now = parts.clock()
        if self.until is None or not now < self.until <= now + _LASTS:
            async with parts.database.read() as tx:
                self.kept = await practices.shown(tx, local_day(now))
            self.until = now + _LASTS
        return self.kept

    def forget(self) -> None:
        """It was changed just now."""
        self.until = None


PRACTICES: web.AppKey[Shelf] = web.AppKey("practices", Shelf)


def add_routes(app: web.Application) -> None:
    """GET /viec-tot."""
    app[PRACTICES] = Shelf()
    app.router.add_get(PAGE, _show)


async def _show(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    notes = await request.app[PRACTICES].notes(parts)
    chosen = webchat.wanted_language(request.query)
    language = chosen or guess_language(request, {})
    months = [
        (f"{month:%m/%Y}", [each.words[language] for each in some])
        for month, some in groupby(notes, key=lambda each: each.month)
    ]
    response = page(
        request,
        "worker/practices.html",
        language,
        csrf="",
        named=f"?lang={chosen}" if chosen else "",
        in_language={each: f"?lang={each}" for each in Language},
        months=months,
    )
    response.headers.update(_PUBLIC)
    return response
