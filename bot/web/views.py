"""Shows a worker one screen of the talk, or what a visitor without a talk sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from bot.channels import Arrival, webchat
from bot.inbound import Answer, Inbound
from bot.web import sessions
from bot.web.parts import PARTS, Parts
from bot.web.rendering import page
from handlers.events import Command, Commanded
from handlers.languages import Language
from handlers.screens import Accepts
from handlers.worker import subscription

ADDRESSES = {
    Command.CODE: "/ma",
    Command.BELL: "/chuong",
    Command.HANDBOOK: "/so-tay",
    Command.RIGHTS: "/quyen",
    Command.PRIVACY: "/quyen-rieng-tu",
}
# The bulletins are pages of their own, for those who talk here as for everybody.
_LINKED = ADDRESSES | {Command.BULLETINS: subscription.PAGE}
_SHORT_BOXES = (Accepts.PLACE, Accepts.CODE, Accepts.SEARCH, Accepts.NUMBER)
_LONGEST_SHORT_WORDS = 60
_VISITS_LAST = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Extra:
    """What a page shows besides the answer: where a visitor is, notices, words not yet taken."""

    at: Command = Command.START
    notices: tuple[str, ...] = ()
    words: str = field(default="", repr=False)
    status: int = 200


class Visits:
    """What visitors see: the same for all, so it is asked for once in a few seconds.

    Whoever opens the pages without end fills neither the volatile store nor a database with it.
    """

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self._seen: dict[tuple[Language, Command], tuple[datetime, Answer]] = {}

    async def see(self, parts: Parts, language: Language, at: Command) -> Answer:
        """The screen of `at` in `language`."""
        now = parts.clock()
        when, answer = self._seen.get((language, at), (None, None))
        if answer is None or when is None or not now < when + _VISITS_LAST:
            answer = await _see(parts.inbound, language, at)
            self._seen[language, at] = now, answer
        return answer


VISITS: web.AppKey[Visits] = web.AppKey("visits", Visits)


def talk_page(
    request: web.Request, answer: Answer, session: str, extra: Extra | None = None
) -> web.Response:
    """The present screen of a talk, with its forms."""
    return _screen(request, answer, extra or Extra(), sessions.form_token(session))


async def visit(
    request: web.Request, language: Language, extra: Extra, *, stale: bool = False
) -> web.Response:
    """The screen of `extra.at` as anybody sees it.

    With `stale` the talk says that it has forgotten what the form was about, and gives the words
    back.
    """
    parts = request.app[PARTS]
    if stale:
        answer = await _see(parts.inbound, language, extra.at, stale_words=extra.words)
    else:
        answer = await request.app[VISITS].see(parts, language, extra.at)
    return farewell(request, answer, extra)


def farewell(request: web.Request, answer: Answer, extra: Extra | None = None) -> web.Response:
    """`answer` to somebody who has no talk, or none any more: a cookie is dropped."""
    response = _screen(request, answer, extra or Extra(), "")
    if sessions.session_of(request):
        sessions.drop(request, response)
    return response


def guess_language(request: web.Request, named: Mapping[str, str]) -> Language:
    """The language named by form or address, else the one the browser prefers, else Vietnamese."""
    return webchat.wanted_language(named) or _preferred(request.headers.get("Accept-Language", ""))


async def language_of(request: web.Request) -> Language:
    """The language of the visitor's talk, or the guess."""
    if session := sessions.session_of(request):
        answer = await request.app[PARTS].inbound.look(webchat.NAME, session)
        if answer.turn:
            return answer.language
    return guess_language(request, request.query)


async def _see(
    inbound: Inbound, language: Language, at: Command, *, stale_words: str | None = None
) -> Answer:
    """A screen at an address that is dropped at once."""
    address = sessions.fresh()
    try:
        answer = await inbound.look(webchat.NAME, address)
        if answer.language is not language:
            event = Commanded(Command.LANGUAGE, language)
            answer = await inbound.receive(Arrival(webchat.NAME, address, "language", event))
        if at is not Command.START:
            answer = await inbound.receive(Arrival(webchat.NAME, address, "command", Commanded(at)))
        if stale_words is not None:
            answer = await inbound.look(webchat.NAME, address, stale=True, words=stale_words)
        return answer
    finally:
        await inbound.forget(webchat.NAME, address)


def _screen(request: web.Request, answer: Answer, extra: Extra, csrf: str) -> web.Response:
    """`csrf` is empty for a visitor without a talk."""
    shown, parts = answer.rendered, request.app[PARTS]
    in_talk = bool(csrf)
    ends = answer.ends if in_talk else None
    short = len(extra.words) <= _LONGEST_SHORT_WORDS
    has_box = shown.accepts is Accepts.WORDS or (shown.accepts in _SHORT_BOXES and short)
    is_start = extra.at is Command.START and not in_talk
    return page(
        request,
        "worker/talk.html",
        answer.language,
        status=extra.status,
        screen=shown,
        at=extra.at,
        is_start=is_start,
        addresses={command.value: address for command, address in _LINKED.items()},
        named=_named(request, answer.language) if not in_talk else "",
        notices=extra.notices,
        words=extra.words if has_box else "",
        carried="" if has_box else extra.words.strip(),
        ends=ends.astimezone(parts.timezone).strftime("%H:%M") if ends else "",
        seconds_left=max(0, int((ends - parts.clock()).total_seconds())) if ends else 0,
        live=in_talk and (answer.live is not None or ends is not None),
        csrf=csrf,
        turn=answer.turn if in_talk else 0,
    )


def _named(request: web.Request, language: Language) -> str:
    """What a visitor's links say about the language, where the browser would say another one."""
    return "" if guess_language(request, {}) is language else f"?lang={language}"


def _preferred(header: str) -> Language:
    """The language of ours that an Accept-Language header puts first; Vietnamese if none."""
    best, weight = Language.VI, 0.0
    for item in header[:500].split(","):
        tag, _, quality = item.strip().partition(";q=")
        language = next((ours for ours in Language if tag.lower().split("-")[0] == ours), None)
        if language and (found := _weight(quality)) > weight:
            best, weight = language, found
    return best


def _weight(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
