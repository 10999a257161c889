"""Cuts a long text into messages, never inside what a reader sees as one letter."""

import regex

_CLUSTER = regex.compile(r"\X")
_ADDRESS = regex.compile(r"https?://\S+")
# Where a reader would turn the page, the best first.
_SEAMS = ("\n\n", "\n", ". ", "? ", "… ", " ")
# A page is not cut so early only because there is a better seam there.
_LEAST_FILLED = 0.5
_MARK_UNITS = 10


def units(text: str) -> int:
    """The length as Telegram and Zalo count it: in UTF-16 units, two for most emoji."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split(text: str, most: int) -> list[str]:
    """`text` in messages of at most `most` UTF-16 units, none of them blank: cut between
    paragraphs, else between lines, sentences, words, else between grapheme clusters; an address of
    a page is cut only when it is longer than a message.
    """
    parts = []
    while units(text) > most:
        at = _cut(text, _reach(text, most))
        parts.append(text[:at].strip())
        text = text[at:]
    return [part for part in (*parts, text.strip()) if part]


def numbered(text: str, most: int) -> list[str]:
    """The same, and each of several messages says at its end which of how many it is."""
    if units(text) <= most:
        return split(text, most)
    parts = split(text, most - _MARK_UNITS)
    return [f"{part}\n({at}/{len(parts)})" for at, part in enumerate(parts, start=1)]


def _reach(text: str, most: int) -> int:
    """How many characters of `text` fit, in whole clusters; at least one character.

    A single cluster may be as long as somebody likes (marks heaped on one letter), so one that
    does not fit into a message by itself is cut between its characters.
    """
    at = used = 0
    for cluster in _CLUSTER.finditer(text):
        used += units(cluster[0])
        if used > most:
            break
        at = cluster.end()
    if at:
        return at
    used = 0
    for at, letter in enumerate(text):
        used += units(letter)
        if used > most:
            return max(at, 1)
    return len(text)


def _cut(text: str, reach: int) -> int:
    """The best seam within reach, else its end, but not within an address."""
    for seam in _SEAMS:
        at = text.rfind(seam, int(reach * _LEAST_FILLED), reach)
        if at > 0:
            return at + len(seam)
    within = (found.start() for found in _ADDRESS.finditer(text) if found.end() > reach)
    start = next(within, reach)
    return start if 0 < start < reach else reach
