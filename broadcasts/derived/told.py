"""The words of a bulletin that all its forms share: wording, basis, days, whom to ask."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from broadcasts import citing
from broadcasts.citing import plain
from broadcasts.derived.origin import Origin, Standing
from handlers.bulletins import Citation, Content
from handlers.languages import Language
from handlers.texts import Texts

_SENTENCE = re.compile(r"(?<=[.?!…])\s+")
_LINK = re.compile(r"(https?://[^\s?#]+)[?#]\S*")


@dataclass(frozen=True, slots=True)
class Told:
    """One bulletin in one language. Empty: there is nothing to say of it. `cited` are documents
    with their articles, as they are written and as they are read aloud; `warning`
    says why it may not be given out.
    """

    kicker: str
    title: str
    body: str
    action: str
    cited: tuple[str, ...]
    cited_aloud: tuple[str, ...]
    source: str
    checked: str
    expires: str
    unit: str
    ask: str
    warning: str


def told(origin: Origin, language: Language) -> Told:
    """The words, composed (NFC) and without invisible signs."""
    content, texts = origin.content, texts_of(language)
    wording = content.wording(language)
    unit = plain(origin.unit)
    citations = [each for each in content.citations if each.document.strip()]
    return Told(
        kicker=texts.get("derived.kicker_law" if content.legal else "derived.kicker"),
        title=plain(wording.title),
        body=plain(wording.body),
        action=plain(wording.action),
        cited=tuple(_cited(each, language, "derived.cited") for each in citations),
        cited_aloud=tuple(_cited(each, language, "derived.radio.cited") for each in citations),
        source=bare(citing.source(content.source, language)),
        checked=_day(content, "checked", texts),
        expires=_day(content, "expires", texts),
        unit=texts.get("derived.from", unit=unit) if unit else "",
        ask=texts.get("derived.ask", unit=unit or texts.get("derived.anyone")),
        warning=_warning(origin.standing, texts),
    )


def sentences(words: str) -> list[str]:
    """The sentences of a text, each whole."""
    return [each for each in _SENTENCE.split(words) if each]


def bare(words: str) -> str:
    """Without what addresses carry behind `?` and `#`: that tells where a reader came from."""
    return _LINK.sub(r"\1", words)


def overrun(words: Told, fits: Callable[[Told], bool]) -> int:
    """By how many characters the text has to be shorter before it fits; at most all it has."""
    low, high = 1, len(words.body) + len(words.action) + len(words.title)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(_shorter(words, middle)) else (middle + 1, high)
    return low


@cache
def texts_of(language: Language) -> Texts:
    """The texts of a language, read once."""
    return Texts.load(language)


def _shorter(words: Told, by: int) -> Told:
    """Without so many characters at the end of its body, then of its action, then of its title."""
    body = words.body[: max(0, len(words.body) - by)]
    by -= len(words.body) - len(body)
    action = words.action[: max(0, len(words.action) - by)]
    by -= len(words.action) - len(action)
    return replace(words, body=body, action=action, title=words.title[: len(words.title) - by])


def _cited(citation: Citation, language: Language, joined: str) -> str:
    document, article = citing.cited(citation, language)
    if not article:
        return document
    return texts_of(language).get(joined, document=document, article=article)


def _day(content: Content, which: str, texts: Texts) -> str:
    if which == "checked":
        day = content.checked_on
        return texts.get("derived.checked", day=f"{day:%d/%m/%Y}") if day else ""
    day = content.expires_on
    return texts.get("derived.expires", day=f"{day:%d/%m/%Y}") if day else ""


def _warning(standing: Standing, texts: Texts) -> str:
    match standing:
        case Standing.VALID:
            return ""
        case Standing.DRAFT:
            return texts.get("derived.draft")
        case Standing.EXPIRED:
            return texts.get("derived.expired")
        case Standing.REPLACED:
            return texts.get("derived.replaced")
