"""POST /: a form becomes one turn of the talk, and is answered with the page itself."""

from collections.abc import Mapping
from contextlib import suppress

from aiohttp import web

from bot.channels import webchat
from bot.inbound import Answer
from bot.web import pictures, sessions
from bot.web.numbering import Turns
from bot.web.parts import PARTS, Parts
from bot.web.uploads import BUDGET, Form
from bot.web.views import Extra, farewell, guess_language, talk_page, visit
from handlers.events import (
    Chose,
    Command,
    Commanded,
    Event,
    Looked,
    Said,
)
from handlers.languages import Language
from handlers.screens import Accepts, Rendered
from storage.volatile import Full

# Choices of the talk that words standing in the box would be lost by, or be kept beside.
_FINISHES = frozenset({"send", "done"})
_BEGINS = frozenset({"report", "try"})
_LONGEST_COMMAND = 60
# What a visitor may look at without a talk, hence without a cookie.
_LOOKS = frozenset(
    {
        Command.START,
        Command.CODE,
        Command.BELL,
        Command.BULLETINS,
        Command.RIGHTS,
        Command.PRIVACY,
        Command.HANDBOOK,
        Command.HELP,
    }
)
_LAST_POST = "web_last_post"
_LAST_POST_SECONDS = 7200.0
# A browser may post the last form again when somebody goes back after the quick exit.
_LEFT = "web_left"
_LEFT_SECONDS = 12 * 3600.0


async def talk(request: web.Request) -> web.Response:
    """One turn, or the present screen when the form was made for another turn or another session.

    No redirect: nothing that was typed ever stands in an address.
    """
    form = Form(request, request.app[BUDGET])
    await form.begin()
    session = sessions.session_of(request)
    turn = await request.app[PARTS].inbound.turn_of(webchat.NAME, session) if session else 0
    if session is None or not turn:
        await form.drain()
        return await _begin(request, form.fields)
    is_ours = sessions.is_form_token(session, form.fields.get("csrf", ""))
    if not is_ours or webchat.read(form.fields).turn != turn:
        await form.drain()
        return await _show_again(request, session, form.fields, 200 if is_ours else 403)
    return await _act(request, session, turn, form)


async def forget(parts: Parts, session: str) -> None:
    """Drop everything of the talk; words that its forms bring again are not shown any more."""
    await parts.inbound.forget(webchat.NAME, session)
    await parts.volatile.drop(_LAST_POST, session)
    with suppress(Full):
        await parts.volatile.add(_LEFT, sessions.form_token(session), seconds=_LEFT_SECONDS)


async def _begin(request: web.Request, fields: Mapping[str, str]) -> web.Response:
    """The first post: now there is a talk, under a token that no browser can have named."""
    post = webchat.read(fields)
    language = guess_language(request, fields)
    at = webchat.wanted_command(fields.get("at", "")) or Command.START
    if post.turn > 0:
        has_left = await _has_left(request.app[PARTS], fields)
        words = "" if has_left else post.words
        return await visit(request, language, Extra(words=words), stale=not has_left)
    if wanted := _language_pressed(post.event, language):
        return await visit(request, wanted, Extra(at, words=post.unsent))
    if (look_at := _only_looks(post.event, at)) is not None:
        return await visit(request, language, Extra(look_at, words=post.unsent))
    parts, session = request.app[PARTS], sessions.fresh()
    turns = Turns(parts, session, 0)
    before = await parts.inbound.look(webchat.NAME, session)
    if before.language is not language:
        await turns.take(Commanded(Command.LANGUAGE, language))
    if at is not Command.START:
        await turns.take(Commanded(at))
    answer, unsent = await _press(turns, post)
    await _remember(parts, session, post)
    response = talk_page(request, answer, session, Extra(words=unsent))
    sessions.keep(request, response, session)
    return response


async def _has_left(parts: Parts, fields: Mapping[str, str]) -> bool:
    return await parts.volatile.get(_LEFT, fields.get("csrf", "")) is not None


def _language_pressed(event: Event, now: Language) -> Language | None:
    other = Language.EN if now is Language.VI else Language.VI
    match event:
        case Commanded(Command.LANGUAGE, language):
            return language or other
        case Chose("language"):
            return other
        case _:
            return None


def _only_looks(event: Event, at: Command) -> Command | None:
    """The page that a visitor asks for by `event`; None when a talk has to begin."""
    match event:
        case Looked():
            return at
        case Chose("home" | "back" | "forget") | Commanded(Command.FORGET):
            # There is no talk to forget either.
            return Command.START
        case Chose(name):
            wanted = webchat.wanted_command(name)
        case Commanded(command):
            wanted = command
        case _:
            return None
    return wanted if wanted in _LOOKS else None


async def _press(turns: Turns, post: webchat.Post) -> tuple[Answer, str]:
    """Do what the form says; gives the answer and the words that it did not take.

    Words that stand in the box when [Send] is pressed belong to what is sent: they go first, and
    the screen that follows offers [Send] again. A story beside the first button goes after it: the
    talk keeps it until it is asked for.
    """
    words = post.unsent
    if not words.strip() or not isinstance(post.event, Chose):
        return await turns.take(post.event), words
    if post.event.name in _FINISHES:
        return await turns.take(Said(words)), ""
    answer = await turns.take(post.event)
    if post.event.name in _BEGINS and answer.rendered.accepts is Accepts.NOTHING:
        return await turns.take(Said(words)), ""
    return answer, words


async def _show_again(
    request: web.Request, session: str, fields: Mapping[str, str], status: int
) -> web.Response:
    """An old or strange form changes nothing; its words are given back, unless they were taken."""
    parts, post = request.app[PARTS], webchat.read(fields)
    last = await parts.volatile.get(_LAST_POST, session)
    if status == 200 and last == post.fingerprint:
        answer = await parts.inbound.look(webchat.NAME, session)
    else:
        answer = await parts.inbound.look(webchat.NAME, session, stale=True, words=post.words)
    is_box = answer.rendered.accepts is Accepts.WORDS
    words = post.carried or (post.words if is_box and last != post.fingerprint else "")
    return talk_page(request, answer, session, Extra(words=words, status=status))


async def _act(request: web.Request, session: str, turn: int, form: Form) -> web.Response:
    """Files first, then what was pressed, unless a file was left: that is said first."""
    parts = request.app[PARTS]
    turns = Turns(parts, session, turn)
    taken = await pictures.take(turns, form)
    post = webchat.read(form.fields)
    answer, unsent = taken.answer, post.unsent
    if answer is None or (not taken.left and _is_offered(post.event, answer.rendered)):
        answer, unsent = await _press(turns, post)
    if await _is_over(parts, session, post.event):
        await forget(parts, session)
        return farewell(request, answer)
    await _remember(parts, session, post)
    notices = pictures.notices(taken, parts.texts[answer.language], answer)
    return talk_page(request, answer, session, Extra(notices=notices, words=unsent))


def _is_offered(event: Event, shown: Rendered) -> bool:
    """Whether what was pressed beside the pictures still makes sense after they were taken."""
    if isinstance(event, Chose):
        return event.name in {button.name for button in shown.choices + shown.ways}
    return isinstance(event, Commanded)


async def _is_over(parts: Parts, session: str, event: Event) -> bool:
    """Whether the talk was dropped by `event`: pressed, or typed as a command."""
    typed = isinstance(event, Said) and len(event.words) <= _LONGEST_COMMAND
    if not typed and event not in (Commanded(Command.FORGET), Chose("forget")):
        return False
    return not await parts.inbound.turn_of(webchat.NAME, session)


async def _remember(parts: Parts, session: str, post: webchat.Post) -> None:
    """So that [Send] pressed twice without JavaScript is not answered as an old form."""
    with suppress(Full):
        await parts.volatile.put(_LAST_POST, session, post.fingerprint, seconds=_LAST_POST_SECONDS)
