"""Notices on this machine: a browser that asks for them becomes a subscriber; nobody else does."""

from http import HTTPStatus
from importlib import resources

from aiohttp import web

from bot import subscribing
from bot.web.bulletins import PAGE, Filter, filter_of, language_of_page, today_of
from bot.web.parts import PARTS
from bot.web.uploads import BUDGET, Form, TooMuch
from handlers.bulletins import Topic
from handlers.effects import Subscribe, Unsubscribe
from handlers.languages import Language
from handlers.subscriptions import WHOLE_COUNTRY, Subscription

SCRIPT = "/push.js"
"""At the root: a worker serves the pages beside it and below."""
START, STOP = f"{PAGE}/nhan", f"{PAGE}/thoi"
CHANNEL = "webpush"
_MOST_BYTES = 8 * 1024


def add_routes(app: web.Application) -> None:
    """The worker script, and its two answers; none is there while no push key is set."""
    if not app[PARTS].push_key:
        return
    script = resources.files("bot.web").joinpath("static", "push_worker.js").read_bytes()

    async def worker(_: web.Request) -> web.Response:
        """GET /push.js: the same for all; a browser looks for a newer one by itself."""
        headers = {"Cache-Control": "no-cache"}
        return web.Response(
            body=script, content_type="text/javascript", charset="utf-8", headers=headers
        )

    app.router.add_get(SCRIPT, worker)
    app.router.add_post(START, start)
    app.router.add_post(STOP, stop)


async def start(request: web.Request) -> web.Response:
    """POST /ban-tin/nhan?topic=wages&place=48: this browser gets what this page shows."""
    chosen = filter_of(request)
    effect = Subscribe(subscription_of(chosen, language_of_page(request, chosen)))
    return await _carry_out(request, effect)


async def stop(request: web.Request) -> web.Response:
    """POST /ban-tin/thoi: this browser gets none any more, and is forgotten."""
    return await _carry_out(request, Unsubscribe())


def subscription_of(chosen: Filter, language: Language) -> Subscription:
    """What a page shows, as a subscription: no topic chosen is all topics."""
    return Subscription(
        topics=chosen.topics or frozenset(Topic),
        places=(chosen.place or WHOLE_COUNTRY,),
        language=language,
    )


async def _carry_out(request: web.Request, effect: Subscribe | Unsubscribe) -> web.Response:
    # Imported here, for without a key nothing of it shall be loaded.
    from bot.push import endpoint  # noqa: PLC0415

    if (request.content_length or 0) > _MOST_BYTES:
        raise TooMuch
    form = Form(request, request.app[BUDGET])
    await form.begin()
    await form.drain()
    given = [form.fields.get(name, "") for name in ("endpoint", "p256dh", "auth")]
    found = endpoint.read(*given)
    if found is None:
        raise web.HTTPBadRequest
    parts = request.app[PARTS]
    async with parts.database.write() as tx:
        await subscribing.carry_out(tx, f"{CHANNEL}|{found.address}", effect, today_of(parts))
    return web.Response(status=HTTPStatus.NO_CONTENT)
