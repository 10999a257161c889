"""Scope: what is only about opinions, beliefs, meetings, petitions, organising or strikes is turned
away with an answer about rights; read inside its sender's own turn, and kept nowhere.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto

from handlers.folding import clean, has_letters
from handlers.worker import plain_words, scope_words
from handlers.worker.plain_words import Reading

CUT = "(…)"
"""Stands where something was left out of the middle of a sentence."""

# Of a run of stops only the first is tried, and never given back: thousands of them take no longer.
_SENTENCE = re.compile(r".+?(?:(?<![.!?])[.!?]++(?=\s|$)\s*|\n\s*|$)", re.DOTALL)
# Where a sentence can be cut: after a comma, before a word that joins.
_JOINT = re.compile(
    r"(?<=[,;:])\s+|\s+(?=(?:vì|vi|do|tại|tai|nên|nen|khi|mà|rồi|roi|because|when|so)\s)",
    re.IGNORECASE,
)


class Verdict(Enum):
    """What words are about; never stored, counted or logged."""

    CLEAR = auto()
    MIXED = auto()
    ONLY = auto()


def read(words: str, *, after_story: bool = False) -> Verdict:
    """CLEAR: nothing protected is spoken of. ONLY: nothing else is. MIXED: a story that also does,
    or words of which that cannot be told. `after_story`: a story was told before these words, which
    may be a part of it.
    """
    words = clean(words)
    verdict = _read(words, after_story=after_story)
    pieces = words.split("\n\n")
    if verdict is Verdict.CLEAR and len(pieces) > 1:
        # A story makes nothing harmless that was written beside it.
        all_clear = all(_read(each) is Verdict.CLEAR for each in pieces)
        return Verdict.CLEAR if all_clear else Verdict.MIXED
    return verdict


def is_silent(words: str) -> bool:
    """Whether a tip with these words may go to the police, as far as this rule is asked."""
    return read(words) is Verdict.CLEAR


def without(words: str) -> str:
    """The words without what is protected, sentence by sentence; where one tells of both, what is
    protected is cut out of it. Silent afterwards, perhaps empty.
    """
    words = clean(words)
    kept = "".join(map(_shortened, _SENTENCE.findall(words))).strip()
    if is_silent(kept) and has_letters(kept):
        return kept
    kept = "".join(each for each in _SENTENCE.findall(words) if is_silent(each)).strip()
    return kept if is_silent(kept) else ""


def _read(words: str, *, after_story: bool = False) -> Verdict:
    ways = plain_words.readings(words)
    tells = any(_STORY.search(way.plain) for way in ways)
    if next(_spoken(ways), None) is not None:
        belongs = after_story and _CAUSE.search(ways[0].plain)
        return Verdict.MIXED if tells or belongs else Verdict.ONLY
    if tells:
        return Verdict.CLEAR
    if _WEAK.search(ways[0].plain):
        return Verdict.MIXED if after_story else Verdict.ONLY
    return Verdict.MIXED if _is_doubtful(words, ways[0]) else Verdict.CLEAR


def _shortened(sentence: str) -> str:
    verdict = read(sentence)
    if verdict is not Verdict.MIXED:
        return sentence if verdict is Verdict.CLEAR else ""
    end = sentence[len(sentence.rstrip(" .!?\n")) :]
    kept: list[str] = []
    for part in _JOINT.split(sentence):
        if read(part) is not Verdict.ONLY:
            kept.append(_cut(part))
        elif kept and part.endswith((",", ";", ":")) and not kept[-1].endswith((",", ";", ":")):
            kept[-1] += part[-1]
    return " ".join(kept).rstrip(" ,;:.!?\n") + end


def _cut(part: str) -> str:
    found = tuple(_spoken(plain_words.readings(part)))
    for start, end in reversed(found):
        part = f"{part[:start]}{CUT}{part[end:]}"
    return part


def _spoken(ways: tuple[Reading, ...]) -> Iterator[tuple[int, int]]:
    """Where something protected is spoken of; no two of these places touch."""
    every = [(way, match) for way in ways for match in _SURE.finditer(way.plain)]
    every += [(ways[0], match) for match in _STRONG.finditer(ways[0].plain)]
    places = sorted(way.where(*match.span()) for way, match in every)
    while places:
        start, end = places.pop(0)
        while places and places[0][0] <= end + 1:
            end = max(end, places.pop(0)[1])
        yield start, end


def _is_doubtful(words: str, way: Reading) -> bool:
    return bool(_DOUBTFUL.search(way.plain) or _MARKED.search(words.casefold()))


def _compiled(lines: str) -> re.Pattern[str]:
    whole = re.sub(r"\n +", "", lines.strip()).split("\n")
    return re.compile("|".join(rf"\b(?:{each})\b" for each in whole))


_SURE = _compiled(scope_words.SURE)
_STRONG = _compiled(scope_words.STRONG)
_WEAK = _compiled(scope_words.WEAK)
_DOUBTFUL = _compiled(scope_words.DOUBTFUL)
_MARKED = _compiled(scope_words.MARKED)
_STORY = _compiled(scope_words.STORY)
_CAUSE = _compiled(scope_words.CAUSE)
