"""What somebody typed, as words to look for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from handlers.folding import clean, fold
from storage.places.keys import undone
from storage.places.marks import marked
from storage.places.vocabulary import ABROAD, ENGLISH, NUMBERED, NUMBERS, TYPES

# Longer texts are stories. A full address with its park takes about 25 words.
LONGEST_QUERY = 200
_MOST_WORDS = 40
_MOST_DIGITS = 11
_WORD = re.compile(r"[^\W_]+|[,;\n()|]")
_NUMBER_GLUED = re.compile(r"(quan|phuong|[qpf])(0*[1-9]\d?)(?:(quan|q)(0*[1-9]\d?))?")
_TEN = 10
_LONGEST_COUNTRY = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One word without its marks and with them; whether a comma follows; whether Telex or VNI had
    to be undone.
    """

    folded: str
    marked: str
    ends: bool = False
    is_undone: bool = False


def read(text: str, is_known: Callable[[str], bool]) -> tuple[tuple[Word, ...], ...]:
    """The ways to read `text`: as it is, and with numbers in words as digits where there are any;
    none for what cannot be a place. `is_known` tells the syllables of names.
    """
    if len(text) > LONGEST_QUERY:
        return ()
    words = tuple(_translated(tuple(_words(clean(text), is_known))))
    letters = " ".join(word.folded for word in words)
    if not 0 < len(words) <= _MOST_WORDS or not re.search("[a-z]", letters) or letters in TYPES:
        return ()
    if sum(map(str.isdecimal, letters)) > _MOST_DIGITS:
        return ()
    counted = tuple(_counted(words))
    return (words,) if counted == words else (words, counted)


def is_abroad(words: tuple[Word, ...]) -> bool:
    """Whether the words end with the name of another country."""
    letters = " ".join(word.folded for word in words[-_LONGEST_COUNTRY:])
    return any(letters == name or letters.endswith(f" {name}") for name in ABROAD)


def _words(text: str, is_known: Callable[[str], bool]) -> Iterator[Word]:
    last: Word | None = None
    for token in _WORD.findall(text):
        if not token[0].isalnum():
            last = replace(last, ends=True) if last else None
            continue
        for word in _read(token, is_known):
            if last is not None:
                yield last
            last = word
    if last is not None:
        yield last


def _read(token: str, is_known: Callable[[str], bool]) -> Iterator[Word]:
    folded = fold(token)
    glued = _NUMBER_GLUED.fullmatch(folded)
    if glued:
        yield from (Word(part, part) for part in glued.groups() if part)
        return
    if token.isascii() and not is_known(folded):
        made = undone(folded)
        plain = fold(made)
        if len(plain) > 1 and is_known(plain):
            yield Word(plain, made, is_undone=True)
            return
    parts, marks = folded.split(), marked(token).split()
    for at, part in enumerate(parts):
        yield Word(part, marks[at] if at < len(marks) else part)


def _translated(words: tuple[Word, ...]) -> Iterator[Word]:
    """The words without type words of English that follow a name; those before a number stay."""
    last: Word | None = None
    for at, word in enumerate(words):
        ahead = words[at + 1].folded if at + 1 < len(words) and not word.ends else ""
        if last is not None and word.folded in ENGLISH and not ahead.isdecimal():
            last = replace(last, ends=last.ends or word.ends)
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


def _counted(words: tuple[Word, ...]) -> Iterator[Word]:
    """The words, a number in words behind `quận` or `phường` as digits."""
    at = 0
    while at < len(words):
        yield words[at]
        is_type = TYPES.get(words[at].folded) in NUMBERED
        at += 1
        if is_type:
            at += at < len(words) and words[at].folded == "so"
            number, length = _number([word.folded for word in words[at : at + 3]])
            if number:
                at += length
                yield Word(str(number), str(number), ends=words[at - 1].ends)


def _number(words: list[str]) -> tuple[int, int]:
    """The number that these words begin with, and how many words it takes; 0 for none."""
    tens, units = 0, NUMBERS.get(words[0], 0) if words else 0
    if words[:1] == ["muoi"]:
        tens, rest = 1, words[1:]
    elif units and words[1:2] == ["muoi"]:
        tens, rest = units, words[2:]
    else:
        return units, 1
    more = NUMBERS.get(rest[0], 0) if rest else 0
    return tens * _TEN + more, len(words) - len(rest) + bool(more)
