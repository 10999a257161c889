"""The press of the pages: derived forms are made once, one after another, beside the event loop."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Mapping

from aiohttp import web

from broadcasts.derived.making import KINDS, made
from broadcasts.derived.origin import Form, Made, Origin, Refused
from handlers.languages import Language

SLUGS: Mapping[Form, str] = {
    Form.RADIO: "bai-doc",
    Form.POST: "bai-dang",
    Form.CARD: "the",
    Form.LEAFLET: "to-roi",
    Form.SHEET: "hai-to-roi",
}
"""What each form is called in an address."""
FILE = "{file:[a-z-]{2,12}\\.(?:txt|png|pdf)}"
MOST_BYTES = 16 * 1024 * 1024
MOST_WAITING = 24
COME_AGAIN_SECONDS = 20

Asked = tuple[Form, Language, Origin]


class Press:
    """Keeps what it made, the newest 16 MiB of it, so that asking again and again costs nothing;
    with a changed text, unit or address it is another file.
    """

    def __init__(self) -> None:
        """Nothing was made yet."""
        self._kept: OrderedDict[Asked, Made | Refused] = OrderedDict()
        self._bytes = 0
        self._waiting = 0
        self._turn = asyncio.Lock()
        # The library of papers keeps its letters in one place for all threads.
        self._machine = threading.Lock()

    async def made(self, form: Form, origin: Origin, language: Language) -> Made | Refused | None:
        """The file, or why there is none; None where too many wait already."""
        asked = (form, language, origin)
        if asked in self._kept:
            return self._again(asked)
        if self._waiting >= MOST_WAITING:
            return None
        self._waiting += 1
        try:
            async with self._turn:
                if asked in self._kept:
                    return self._again(asked)
                found = await asyncio.to_thread(self._make, asked)
                self._keep(asked, found)
                return found
        finally:
            self._waiting -= 1

    def _make(self, asked: Asked) -> Made | Refused:
        form, language, origin = asked
        with self._machine:
            return made(form, origin, language)

    def _again(self, asked: Asked) -> Made | Refused:
        self._kept.move_to_end(asked)
        return self._kept[asked]

    def _keep(self, asked: Asked, found: Made | Refused) -> None:
        self._kept[asked] = found
        self._bytes += _weight(found)
        while self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _weight(oldest)


PRESS: web.AppKey[Press] = web.AppKey("press", Press)


def form_of(file: str) -> Form:
    """The form that the last part of an address names. Raises HTTPNotFound."""
    for form in Form:
        if file == file_of(form):
            return form
    raise web.HTTPNotFound


def file_of(form: Form) -> str:
    """The last part of the address of a form."""
    return f"{SLUGS[form]}.{KINDS[form][0]}"


def answer(found: Made) -> web.Response:
    """The file, to be kept under its name and not shown in the page's place."""
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    charset = "utf-8" if found.kind == "text/plain" else None
    return web.Response(body=found.file, content_type=found.kind, charset=charset, headers=headers)


async def pressed(
    request: web.Request, form: Form, origin: Origin, language: Language
) -> Made | Refused:
    """What the press makes. Raises HTTPServiceUnavailable where it has too much to do."""
    found = await request.app[PRESS].made(form, origin, language)
    if found is None:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": str(COME_AGAIN_SECONDS)})
    return found


def home_of(public_url: str | None) -> str:
    """The start page as it is printed; empty where nobody outside can open it."""
    return f"{public_url}/" if public_url else ""


def _weight(found: Made | Refused) -> int:
    """What keeping it costs, with some room for the text that it was made of."""
    return 4_096 + (len(found.file) if isinstance(found, Made) else 0)
