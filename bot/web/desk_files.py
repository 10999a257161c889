"""Reads a form of the desk that may bring a file, into memory only."""

from collections.abc import Mapping
from contextlib import aclosing

from aiohttp import web

from bot.web.access import Stopped, typed_words
from bot.web.sessions import is_form_token
from bot.web.uploads import BUDGET, Form
from handlers.events import Unusable


async def checked(
    request: web.Request, token: str
) -> tuple[Mapping[str, str], bytes | Unusable | None]:
    """The fields of a form that one of our pages made for this browser, and the file in it: None
    where none was chosen, ENOUGH where there were several.

    Raises Stopped, and what `Form.begin` raises. Nothing is held before the form is known as ours.
    """
    form = Form(request, request.app[BUDGET])
    await form.begin()
    if not token or not is_form_token(token, form.fields.get("guard", "")):
        await form.drain()
        raise Stopped(typed_words(form.fields))
    file: bytes | Unusable | None = None
    async with aclosing(form.files()) as files:
        async for each in files:
            file = each if file is None else Unusable.ENOUGH
    return form.fields, file
