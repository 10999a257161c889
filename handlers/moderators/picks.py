"""Short answers that an officer lays under a question, to be pressed instead of typed."""

from collections.abc import Iterable

from handlers.folding import clean, fold
from handlers.moderators.actions import DeskTurn, refused_reply
from handlers.replies import LEAST_PICKS, MOST_PICKS, PICK_LETTERS, Pick

YES_NO = (Pick("Có", "Yes"), Pick("Không", "No"))
READY = {
    "yes_no": YES_NO,
    "yes_no_unknown": (*YES_NO, Pick("Tôi không biết", "I do not know")),
}
"""Answers that need not be typed, by the name that a form gives them."""
_DASHES = ("-", "–", "—", "*", "•")


def from_lines(text: str) -> tuple[Pick, ...]:
    """The answers of a box, one a line; empty lines are none, and a dash before one is no part."""
    return tuple(Pick(words) for line in text.splitlines() if (words := _bare(line)))


def at_the_end(words: str) -> tuple[str, tuple[Pick, ...]]:
    """A question as it is typed in a chat: the last lines that begin with a dash are answers. Fewer
    than two are none, and all of it is the question.
    """
    lines = clean(words).splitlines()
    at = len(lines)
    while at and _is_dashed(lines[at - 1]):
        at -= 1
    picks = from_lines("\n".join(lines[at:]))
    question = "\n".join(lines[:at]).strip()
    return (question, picks) if question and len(picks) >= LEAST_PICKS else (clean(words), ())


def typed_with(words: str, picks: Iterable[Pick]) -> str:
    """The question as `at_the_end` would read it."""
    return "\n".join((words, *(f"- {each.words}" for each in picks)))


def unfit_picks(picks: tuple[Pick, ...]) -> DeskTurn | None:
    """Why `picks` cannot stand under a question, or None when they can, or there are none."""
    if not picks:
        return None
    if not LEAST_PICKS <= len(picks) <= MOST_PICKS:
        count = len(picks)
        return refused_reply("picks_count", least=LEAST_PICKS, most=MOST_PICKS, count=count)
    for each in picks:
        over = len(each.words) - PICK_LETTERS
        if over > 0:
            return refused_reply("pick_long", words=each.words, most=PICK_LETTERS, over=over)
        if not any(letter.isalpha() for letter in each.words):
            # A number alone would be taken for the number of a choice where there are no buttons.
            return refused_reply("pick_empty", words=each.words)
    if (twice := _twice(each.words for each in picks)) is not None:
        return refused_reply("pick_twice", words=twice)
    return None


def _twice(labels: Iterable[str]) -> str | None:
    """The first label that stands there twice, marks and capitals aside: so it may be typed."""
    seen: set[str] = set()
    for label in labels:
        if (folded := fold(label)) in seen:
            return label
        seen.add(folded)
    return None


def _is_dashed(line: str) -> bool:
    return line.lstrip().startswith(_DASHES) and bool(_bare(line))


def _bare(line: str) -> str:
    words = clean(line)
    return words.lstrip("".join(_DASHES)).strip() if words.startswith(_DASHES) else words
