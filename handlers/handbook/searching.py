"""Finds the articles that somebody means, however they type: in memory, kept and logged nowhere."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from handlers.folding import fold

# A syllable of Vietnamese must match whole ("no" is not "nội"); a longer word may be a beginning
# ("wage" finds "wages", and somebody who is still typing finds something).
PREFIX_LETTERS = 4
# With fewer letters a wrong one makes another word of it.
_TYPO_LETTERS = 5
MOST_WORDS = 12
"""Of a search that are read; whoever writes more tells a story."""

# What people type on a phone, folded, and what it stands for (each may mean one of several).
_SHORT = {
    "ko": ("khong",), "k": ("khong",), "kg": ("khong",), "hok": ("khong",), "hem": ("khong",),
    "khum": ("khong",), "hk": ("khong",), "kh": ("khong",), "hong": ("khong",),
    "dc": ("duoc",), "dk": ("duoc", "dang ky"), "cty": ("cong ty",), "cti": ("cong ty",),
    "ct": ("cong ty",), "cn": ("cong nhan", "chu nhat"), "nv": ("nhan vien",), "ql": ("quan ly",),
    "tt": ("to truong",), "xn": ("xi nghiep",), "bh": ("bao hiem",), "bhxh": ("bao hiem xa hoi",),
    "bhyt": ("bao hiem y te",), "bhtn": ("that nghiep",), "tc": ("tang ca",),
    "hd": ("hop dong",), "hdld": ("hop dong",), "sdt": ("dien thoai",), "stk": ("so tai khoan",),
    "bn": ("bao nhieu",), "cd": ("cong doan",), "ca": ("cong an", "ca"), "cax": ("cong an",),
    "pccc": ("chay",), "tnld": ("tai nan",), "qrtd": ("quay roi",), "ts": ("thai san",),
    "nld": ("nguoi lao dong",), "ot": ("tang ca", "overtime"),
    "bv": ("bao ve", "benh vien"), "ntn": (), "vs": (), "j": (), "r": (), "ad": (),
}  # fmt: skip
# They join or ask, and say nothing about the matter.
_JOINING = frozenset(
    "toi em minh ban anh chi co bi duoc khong la gi thi ma va hay voi cho cua nhu the nao bao nhieu"
    " lam sao phai nen dang da se roi thi khi nao o dau tai vi nay kia do cac nhung mot voi ve ra"
    " xin hoi ad oi a u nhe nha di den tu hoac neu con moi cung rat qua chua xem cho"
    " the an of to in is are am i my me do does how what when can may a for on at if it about"
    .split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a page, folded: those of its title, and all of them in their order."""

    title: tuple[str, ...]
    all: tuple[str, ...] = field(repr=False)
    known: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, title: str, rest: Iterable[str]) -> "Words":
        """The words of a page with this title, and these lines below it."""
        first = tuple(fold(title).split())
        everything = (*first, *fold(" ".join(rest)).split())
        return cls(first, everything, frozenset(everything))


class Page(Protocol):
    """Whatever can be found: an article, or a door to something else."""

    @property
    def words(self) -> Words:
        """Its words."""


Found = TypeVar("Found", bound=Page)
# Each word that somebody typed, with the ways in which it can be meant; each way is some words.
_Meant = tuple[tuple[tuple[str, ...], ...], ...]


def every(typed: str, pages: Sequence[Found]) -> tuple[Found, ...]:
    """The pages in which every word occurs, or else every word but those that only join; those with
    all of them in the title first.
    """
    words = fold(typed).split()[:MOST_WORDS]
    return _ranked(_meant(words), pages) or _ranked(_meant(_telling(words)), pages)


def best(typed: str, pages: Sequence[Found]) -> tuple[Found, ...]:
    """The pages in which at least half of the words occur, if only with a wrong letter; those with
    the most of them, and what is rare before what stands everywhere.
    """
    wanted = _meant(_telling(fold(typed).split()[:MOST_WORDS]))
    least = -(-len(wanted) // 2)
    scores = [0.0] * len(pages)
    found = [0] * len(pages)
    for ways in wanted:
        hits = [at for at, page in enumerate(pages) if _perhaps(ways, page.words.known)]
        for at in hits:
            found[at] += 1
            in_title = _perhaps(ways, frozenset(pages[at].words.title))
            scores[at] += (2 if in_title else 1) / len(hits)
    enough = [at for at in range(len(pages)) if wanted and found[at] >= least]
    most = max((scores[at] for at in enough), default=0.0)
    near = (at for at in enough if scores[at] >= most / 2)
    return tuple(pages[at] for at in sorted(near, key=lambda at: -scores[at]))


def _ranked(wanted: _Meant, pages: Sequence[Found]) -> tuple[Found, ...]:
    ranked = [(_rank(wanted, page.words), page) for page in pages] if wanted else []
    hits = [(rank, page) for rank, page in ranked if rank is not None]
    return tuple(page for _, page in sorted(hits, key=lambda hit: hit[0]))


def _telling(words: list[str]) -> list[str]:
    """The words without those that only join, unless there are no others."""
    return [word for word in words if word not in _JOINING] or words


def _meant(words: list[str]) -> _Meant:
    """The words with all that each may mean; what means nothing is left out."""
    return tuple(ways for word in words if (ways := tuple(_ways(word))))


def _ways(word: str) -> Iterator[tuple[str, ...]]:
    if word in _SHORT:
        yield from (tuple(meant.split()) for meant in _SHORT[word])
        if not _SHORT[word]:
            return
    yield (word,)
    plain = _without_telex(word)
    if plain != word:
        yield (plain,)


def _without_telex(word: str) -> str:
    """Undo what the keys of Telex and VNI leave of marks: `tins dungj ddeen`, `ti1n du5ng`."""
    if not word.isdigit():
        word = re.sub(r"(?<=[a-z])\d+", "", word)
    word = re.sub(r"(d)d|(a)a|(e)e|(o)o", lambda found: "".join(filter(None, found.groups())), word)
    word = re.sub(r"(?<=[aou])w", "", word)
    return re.sub(r"(?<=[aeiouy])[sfrxj]|(?<=.)[sfrxj]$", "", word)


def _rank(wanted: _Meant, page: Words) -> tuple[bool, bool, int] | None:
    """How near a page is to the words, nearest first in sorting; None if one is missing."""
    if not all(any(_occurs(way, page.known) for way in ways) for ways in wanted):
        return None
    title = frozenset(page.title)
    in_title = sum(any(_occurs(way, title) for way in ways) for ways in wanted)
    # As it stands for (short forms come first), and as it was meant (keys of Telex undone, last).
    phrases = {f" {' '.join(' '.join(ways[at]) for ways in wanted)} " for at in (0, -1)}
    said_so = any(phrase in f" {' '.join(page.all)} " for phrase in phrases)
    return in_title < len(wanted), not said_so, -in_title


def _occurs(way: tuple[str, ...], known: frozenset[str]) -> bool:
    return all(
        word in known
        or (len(word) >= PREFIX_LETTERS and any(other.startswith(word) for other in known))
        for word in way
    )


def _perhaps(ways: tuple[tuple[str, ...], ...], known: frozenset[str]) -> bool:
    return any(
        _occurs(way, known) or (len(way) == 1 and any(_is_near(way[0], other) for other in known))
        for way in ways
    )


def _is_near(word: str, other: str) -> bool:
    """Whether one letter is wrong, missing, too many, or changed places with its neighbour."""
    if max(len(word), len(other)) < _TYPO_LETTERS or abs(len(word) - len(other)) > 1:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b),
        min(len(word), len(other)),
    )
    rest, others = word[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == others or rest == others[1:] or rest[1:] == others[1:] or swapped == others
