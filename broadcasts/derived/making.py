"""From one bulletin to a file in the form that is asked for."""

import re
from collections.abc import Mapping

from broadcasts.derived import card, leaflet, post, radio
from broadcasts.derived.origin import Form, Made, Origin, Refused, is_whole
from handlers.languages import Language
from handlers.screens import Say

KINDS: Mapping[Form, tuple[str, str]] = {
    Form.RADIO: ("txt", "text/plain"),
    Form.POST: ("txt", "text/plain"),
    Form.CARD: ("png", "image/png"),
    Form.LEAFLET: ("pdf", "application/pdf"),
    Form.SHEET: ("pdf", "application/pdf"),
}
"""How the file of each form ends, and its media type."""
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def made(form: Form, origin: Origin, language: Language) -> Made | Refused:
    """The file, or why there is none. It takes up to a second; equal origins give equal bytes."""
    if not is_whole(origin.content, language):
        return Refused(Say("derived.none_yet"))
    file = _file(form, origin, language)
    if isinstance(file, Refused):
        return file
    return Made(name_of(form, origin, language), KINDS[form][1], file)


def name_of(form: Form, origin: Origin, language: Language) -> str:
    """What the file is called: nothing of the words, nothing that a disk would trip over."""
    about = _NOT_A_NAME.sub("-", origin.name).strip("-")[:40] or "tin"
    return f"ban-tin-{about}-{form}-{language}.{KINDS[form][0]}"


def _file(form: Form, origin: Origin, language: Language) -> bytes | Refused:
    match form:
        case Form.RADIO:
            return radio.script(origin, language).encode()
        case Form.POST:
            text = post.text(origin, language)
            return text if isinstance(text, Refused) else text.encode()
        case Form.CARD:
            return card.png(origin, language)
        case Form.LEAFLET:
            return leaflet.pdf(origin, language)
        case Form.SHEET:
            return leaflet.pdf(origin, language, two_up=True)
