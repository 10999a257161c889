"""A script for a loudspeaker: every number in words, and on each line what one breath says."""

import re

from broadcasts.derived.origin import Origin
from broadcasts.derived.spoken import spoken
from broadcasts.derived.told import sentences, texts_of, told
from handlers.languages import Language

MOST_SECONDS = 90
# Syllables of Vietnamese and words of English a second, read slowly over a loudspeaker.
_PACE = {Language.VI: 3.3, Language.EN: 2.5}
_BREATH = 0.6
_HOST = re.compile(r"\Ahttps?://([^/?#:]*).*\Z")


def script(origin: Origin, language: Language) -> str:
    """The whole sheet: for the reader how long it takes, then what is read, a sentence a line."""
    texts = texts_of(language)
    lines = _lines(origin, language)
    seconds = seconds_of(lines, language)
    told_so = "derived.radio.note" if seconds <= MOST_SECONDS else "derived.radio.long"
    note = spoken(texts.get(told_so, seconds=seconds), language)
    warning = told(origin, language).warning
    head = [spoken(warning, language)] if warning else []
    return "\n\n".join((*head, note, "\n".join(lines))) + "\n"


def seconds_of(lines: list[str], language: Language) -> int:
    """How long reading takes, up to full fives."""
    words = sum(len(line.replace("-", " ").split()) for line in lines)
    took = words / _PACE[language] + len(lines) * _BREATH
    return 5 * round(took / 5 + 0.49)


def _lines(origin: Origin, language: Language) -> list[str]:
    texts, words = texts_of(language), told(origin, language)
    opening = texts.get("derived.radio.opening", kicker=words.kicker)
    if origin.unit:
        opening = texts.get("derived.radio.opening_of", kicker=words.kicker, unit=origin.unit)
    said = [opening, words.title, *sentences(words.body), words.action]
    if words.cited_aloud:
        said.append(texts.get("derived.radio.basis", cited="; ".join(words.cited_aloud)))
    said.append(words.ask)
    if origin.home:
        host = _host(origin.home, language)
        said.append(texts.get("derived.radio.tip", address=host))
    return [_ended(spoken(each, language)) for each in said]


def _host(address: str, language: Language) -> str:
    """The host of an address as it is said: its points by their name."""
    host = _HOST.sub(r"\1", address)
    return host.replace(".", texts_of(language).get("derived.radio.dot")).replace("-", " - ")


def _ended(line: str) -> str:
    return line if line.endswith((".", "?", "!", "…", ":")) else f"{line}."
