"""Careful words: what in a worker's own words, or in an officer's, may tell who the worker is.

Rules for Vietnamese and English, no model and no memory: words come in, places in them come out.
It is asked about, and what the worker wants to hide is hidden. Nothing of it is kept.
"""

from collections.abc import Callable

from handlers.coach import asking, numbers, oneself
from handlers.coach.asking import Doubt, Remark
from handlers.coach.finding import ABOUT_ONESELF, Finding, Kind, Span
from handlers.folding import Plain, plain

__all__ = [
    "ABOUT_ONESELF",
    "Doubt",
    "Finding",
    "Kind",
    "Remark",
    "covered",
    "look",
    "remarks",
]


def look(words: str) -> tuple[Finding, ...]:
    """What in `words` may tell who somebody is, in the order in which it stands there. The same
    number in several places is found once, with all of them.
    """
    seen = plain(words)
    is_capital = _capitals(words, seen)

    numbered = ((kind, (span,)) for kind, span in numbers.found(seen.text, is_capital))
    taken = bytearray(len(seen.text))
    found: dict[tuple[Kind, str], list[Span]] = {}
    for kind, parts in (*numbered, *oneself.found(seen.text, is_capital)):
        if any(any(taken[start:end]) for start, end in parts):
            continue
        for start, end in parts:
            taken[start:end] = b"1" * (end - start)
        spans = tuple(seen.span(*part) for part in parts)
        found.setdefault((kind, Finding(kind, spans).key(words)), []).extend(spans)
    every = (Finding(kind, tuple(sorted(spans))) for (kind, _), spans in found.items())
    return tuple(sorted(every, key=lambda each: each.spans))


def covered(words: str, findings: tuple[Finding, ...], mark: str) -> str:
    """`words` with `mark` in every place where the findings stood."""
    spans = {span for finding in findings for span in finding.spans}
    for start, end in sorted(spans, reverse=True):
        words = f"{words[:start]}{mark}{words[end:]}"
    return words


def remarks(words: str) -> tuple[Remark, ...]:
    """Why an officer had better read `words` again before the worker gets them: each doubt once, in
    the order in which they stand there.
    """
    seen = plain(words)
    is_capital = _capitals(words, seen)
    numbered = ((Doubt.NUMBER, span) for _, span in numbers.found(seen.text, is_capital))
    first: dict[Doubt, Span] = {}
    for doubt, span in (*asking.found(seen.text, is_capital), *numbered):
        first[doubt] = min(span, first.get(doubt, span))
    found = (Remark(doubt, seen.span(*span)) for doubt, span in first.items())
    return tuple(sorted(found, key=lambda each: each.span))


def _capitals(words: str, seen: Plain) -> Callable[[int], bool]:
    """Whether a letter of the plain words was written large."""
    return lambda at: words[seen.starts[at]].isupper()
