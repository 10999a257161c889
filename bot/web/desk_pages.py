"""How a page of the desk is made: one frame for all, texts by key, refusals that are pages too."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.web.access import (
    NoTip,
    NotYours,
    Seat,
    SignedOut,
    Stopped,
    cookie,
    session_of,
    typed_words,
)
from bot.web.parts import PARTS
from bot.web.rendering import RENDERER
from bot.web.sessions import form_token
from bot.web.uploads import BUDGET, Form
from handlers.languages import Language
from handlers.screens import Say
from handlers.texts import Texts
from storage.chance import new_token
from storage.volatile import Full

TIP = "/desk/tin/{tip:[0-9a-f]{32}}"
"""The address of a tip's page; what can be done about it beyond that page lies below it."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page(
    request: web.Request,
    template: str,
    *,
    language: Language,
    seat: Seat | None = None,
    status: int = HTTPStatus.OK,
    **values: Any,
) -> web.Response:
    """`<room>/<template>.html` in `language`; `room` is `desk` unless it is told. Forms on it are
    guarded by this browser's cookie, or by `guest`, the token of a cookie that the caller is about
    to give.
    """
    parts = request.app[PARTS]
    texts = parts.texts[language]
    token = values.pop("guest", None) or cookie(request, "desk")
    room = values.pop("room", "desk")
    told = {
        "say": texts.say,
        "when": lambda moment: _when(texts, moment.astimezone(parts.timezone)),
        "language": language,
        "other": Language.EN if language is Language.VI else Language.VI,
        "other_name": parts.texts[language].get("desk.language"),
        "demo": parts.demo,
        "seat": seat,
        "guard": form_token(token) if token else "",
        "here": request.path,
        "says": (),
    }
    text = request.app[RENDERER].render(f"{room}/{template}.html", texts.get, told | values)
    return web.Response(text=text, content_type="text/html", status=status)


def tip_of(request: web.Request) -> bytes:
    """The tip that an address below `TIP` names."""
    return bytes.fromhex(request.match_info["tip"])


def see_other(where: str) -> web.Response:
    """Go on with a page of its own."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": where})


def guarded(handler: Handler) -> Handler:
    """`handler`, whose refusals become pages."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SignedOut:
            if request.method != "POST":
                return see_other("/desk/vao")
            return await _stopped(request, Stopped(await _typed(request)))
        except NotYours as why:
            return await lost(request, "no_tip" if isinstance(why, NoTip) else "lost")
        except Stopped as stopped:
            return await _stopped(request, stopped)
        except Full:
            return await _stopped(request, Stopped(status=HTTPStatus.SERVICE_UNAVAILABLE))

    return answered


async def lost(request: web.Request, template: str = "lost") -> web.Response:
    """The one answer for what is not there and for what is not theirs."""
    session = await session_of(request, quiet=True)
    language, status = await language_of(request), HTTPStatus.NOT_FOUND
    signed_in = session is not None and session.sure
    return page(request, template, language=language, status=status, signed_in=signed_in)


async def language_of(request: web.Request) -> Language:
    """The language of the session, else the one that the address asks for, else Vietnamese."""
    session = await session_of(request, quiet=True)
    if session is not None:
        return session.language
    return guest_language(request.query.get("tieng", ""))


def guest_language(asked: str) -> Language:
    """A language by its id; Vietnamese for everything else."""
    return Language.EN if asked == Language.EN else Language.VI


def guest_token(request: web.Request) -> str:
    """The token that guards the forms of somebody who is not signed in: theirs, or a new one."""
    return cookie(request, "desk") or new_token()


def said(key: str, **fields: str | int | Say) -> tuple[Say, ...]:
    """One saying for the top of a page."""
    return (Say(key, tuple(fields.items())),)


async def _stopped(request: web.Request, stopped: Stopped) -> web.Response:
    language = await language_of(request)
    return page(request, "stopped", language=language, status=stopped.status, words=stopped.words)


async def _typed(request: web.Request) -> tuple[str, ...]:
    """What was typed on a page whose session ended meanwhile, so that it can be copied."""
    form = Form(request, request.app[BUDGET])
    await form.begin()
    return typed_words(form.fields)


def _when(texts: Texts, moment: datetime) -> str:
    """A moment for reading; midnight is the end of the day before."""
    if (moment.hour, moment.minute) == (0, 0):
        day = moment - timedelta(days=1)
        return texts.get("desk.card.end_of_day", day=f"{day:%d/%m/%Y}")
    return f"{moment:%H:%M, %d/%m/%Y}"
