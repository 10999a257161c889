"""Labels on a tip: what there is to do for it, as one closed list. None speaks of a person, of what
somebody thinks, or of who is accused: a label may be read on a screen that others see.
"""

from collections.abc import Iterable
from enum import StrEnum


class Label(StrEnum):
    """Facts about the work; the ids are fixed in code, data and addresses."""

    NEEDS_VISIT = "needs_visit"
    NEEDS_TRANSLATION = "needs_translation"
    NEEDS_EXPERT = "needs_expert"
    MEDICAL = "medical"
    CHILD = "child"
    NIGHT_SHIFT = "night_shift"
    SEVERAL_WORKERS = "several_workers"
    EVIDENCE_FILES = "evidence_files"
    REPEATED = "repeated"
    DEADLINE_OUTSIDE = "deadline_outside"
    WAITING_AUTHORITY = "waiting_authority"
    WAITING_EMPLOYER = "waiting_employer"


def known_labels(names: Iterable[str]) -> frozenset[Label]:
    """Those of `names` that are labels; what an older or newer version called otherwise is none."""
    return frozenset(Label(name) for name in names if name in _NAMES)


def in_order(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Labels as a page shows them."""
    held = frozenset(labels)
    return tuple(label for label in Label if label in held) if held else ()


_NAMES = frozenset(label.value for label in Label)
