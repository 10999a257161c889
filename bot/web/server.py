"""Makes the web application: routes, what every answer tells the browser, the outermost frame."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web

from bot.logs import Event, note_failure
from bot.web import (
    bulletin_files,
    bulletins,
    desk,
    handbook,
    hooks,
    lent,
    onion,
    practices,
    push,
    quarters,
    stream,
    studio,
    worker,
)
from bot.web.parts import PARTS, Parts
from bot.web.printing import PRESS, Press
from bot.web.rendering import RENDERER, Renderer, page, static
from bot.web.uploads import BUDGET, Budget, Malformed, Stalled, TooMuch
from bot.web.views import VISITS, Visits, guess_language, language_of
from handlers.languages import Language
from storage.database import Unreachable
from storage.volatile import Away

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# No search engine, archive or preview of a link shows what a page of ours says.
_UNSEEN = "noindex, nofollow, nosnippet, noarchive, noimageindex"
# A crawler that were kept out would not learn that, and name our address all the same.
_ROBOTS = "User-agent: *\nDisallow:\n"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": _UNSEEN,
}
# A browser shows a picture by itself in a page of its own making, with styles in it.
_POLICY_OF_PICTURES = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
_POLICY = "Content-Security-Policy"
_NO_STORE = "no-store"
_YEAR_OF_HTTPS = "max-age=31536000; includeSubDomains"
_COME_AGAIN_SECONDS = 10
_KEPT_HEADERS = ("Allow", "Retry-After")
# What the frame explains in words of its own; any other refusal is told as "not understood".
_EXPLAINED = (403, 404, 405, 408, 413, 500, 503)


def make_application(
    parts: Parts, chat_apps: Mapping[str, hooks.Hook] | None = None
) -> web.Application:
    """The application with all pages; of its own it keeps only what streams and uploads hold.
    `chat_apps` are those that bring their updates here, by the path to which they bring them.

    Form bodies are read and bounded by `bot/web/uploads.py`; what reads a body in aiohttp's own way
    gets at most 256 KiB.
    """
    app = web.Application(middlewares=[frame], client_max_size=256 * 1024)
    app[PARTS] = parts
    app[RENDERER] = Renderer()
    app[BUDGET] = Budget()
    app[VISITS] = Visits()
    app[PRESS] = Press()
    app.on_response_prepare.append(_say_to_the_browser)
    worker.add_routes(app)
    bulletins.add_routes(app)
    handbook.add_routes(app)
    bulletin_files.add_routes(app)
    quarters.add_routes(app)
    practices.add_routes(app)
    push.add_routes(app)
    stream.add_routes(app)
    desk.add_routes(app)
    studio.add_routes(app)
    hooks.add_routes(app, chat_apps or {})
    if parts.lent is not None:
        lent.add_routes(app, parts.lent)
    app.router.add_get("/static/{name}", static)
    app.router.add_get("/health", health)
    app.router.add_get("/favicon.ico", no_icon)
    app.router.add_get("/robots.txt", robots)
    return app


async def health(request: web.Request) -> web.Response:
    """GET /health: 200 when database and volatile store answer, else 503; tells nothing else."""
    try:
        await request.app[PARTS].volatile.reach()
        async with request.app[PARTS].database.read():
            return web.json_response({"status": "ok"})
    except Away:
        return web.json_response({"status": "no store"}, status=503)
    except Unreachable:
        return web.json_response({"status": "no database"}, status=503)


async def no_icon(_: web.Request) -> web.Response:
    """GET /favicon.ico: none; a browser asks for it when it shows a picture by itself."""
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def robots(_: web.Request) -> web.Response:
    """GET /robots.txt: everything may be read, for every page says that it is not to be shown."""
    return web.Response(text=_ROBOTS, headers={"Cache-Control": "public, max-age=86400"})


@web.middleware
async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost frame: everything that goes wrong is answered kindly, and logged without words.

    A POST from another site's page is refused here, for worker and desk alike.
    """
    try:
        if _comes_from_elsewhere(request):
            return await _explain(request, HTTPStatus.FORBIDDEN)
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = await _explain(request, refusal.status)
        answer.headers.extend(
            {name: refusal.headers[name] for name in _KEPT_HEADERS if name in refusal.headers}
        )
        return answer
    except TooMuch:
        return await _explain(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except Stalled:
        return await _explain(request, HTTPStatus.REQUEST_TIMEOUT)
    except (Malformed, web.RequestPayloadError, ConnectionError):
        return await _explain(request, HTTPStatus.BAD_REQUEST)
    except Away as error:
        note_failure(Event.REQUEST_FAILED, error)
        return _away(request)
    except Exception as error:  # noqa: BLE001 - the outermost frame; logged by class and place
        note_failure(Event.REQUEST_FAILED, error)
        return _kind_page(request, guess_language(request, {}), HTTPStatus.INTERNAL_SERVER_ERROR)


def _comes_from_elsewhere(request: web.Request) -> bool:
    """Whether the browser says that another site's page sent this.

    `Origin` cannot be asked: our own referrer policy makes it "null". `Host` is whatever a visitor
    writes. A link on another site may still open a page.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    may_be_linked = request.method in {"GET", "HEAD"} and request.path != "/live"
    return not may_be_linked and site not in {"same-origin", "none"}


async def _explain(request: web.Request, status: int) -> web.Response:
    """A kind page in the visitor's language; even a broken talk may not stand in its way."""
    try:
        language = await language_of(request)
    except Exception as error:  # noqa: BLE001 - still the outermost frame
        note_failure(Event.REQUEST_FAILED, error)
        language = guess_language(request, {})
    return _kind_page(request, language, status)


def _away(request: web.Request) -> web.Response:
    """Nothing is known of anybody's talk or session now: not now, please try again."""
    language, status = guess_language(request, {}), int(HTTPStatus.SERVICE_UNAVAILABLE)
    response = page(request, "worker/error.html", language, status=status, about="away")
    response.headers["Retry-After"] = str(_COME_AGAIN_SECONDS)
    return response


def _kind_page(request: web.Request, language: Language, status: int) -> web.Response:
    about = str(int(status)) if status in _EXPLAINED else "400"
    return page(request, "worker/error.html", language, status=int(status), about=about)


async def _say_to_the_browser(request: web.Request, response: web.StreamResponse) -> None:
    own = response.headers.get(_POLICY)
    response.headers.update(_HEADERS)
    if own is not None:
        response.headers[_POLICY] = own
    elif response.content_type.startswith("image/"):
        response.headers[_POLICY] = _POLICY_OF_PICTURES
    response.headers.setdefault("Cache-Control", _NO_STORE)
    if onion.is_secure(request):
        response.headers["Strict-Transport-Security"] = _YEAR_OF_HTTPS
    response.headers.pop("Server", None)
