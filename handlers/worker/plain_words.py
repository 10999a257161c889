"""Words as they were meant, whatever was done to their letters: without marks, spaced out, in a
keyboard's code, with look-alikes, in short forms. For comparison only; each knows where it stood.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")
_SINGLE_LETTERS = 4
_LETTERS_APART = re.compile(r"[\W_]{1,3}")

# Letters of other alphabets that look like ours.
_ALIKE = str.maketrans(
    "аеоруіѕхсһкмтԁԛѡոɡɩαορνικτυχđðɖ",
    "aeopyisxchkmtdqwngiaopviktuxddd",
)
_LEET = str.maketrans("013457", "oieast")
_SHORT = {
    "cn": "cong nhan", "cty": "cong ty", "cti": "cong ty", "ct": "cong ty", "mn": "moi nguoi",
    "mng": "moi nguoi", "ae": "anh em", "ce": "chi em", "ko": "khong", "k": "khong",
    "hok": "khong", "kg": "khong", "khum": "khong", "kh": "khong", "hk": "khong",
    "dc": "duoc", "nld": "nguoi lao dong", "cd": "cong doan", "cdcs": "cong doan co so",
    "ql": "quan ly", "nv": "nhan vien", "bh": "bao hiem", "tc": "tang ca", "dcong": "dinh cong",
    "dinhkong": "dinh cong", "fb": "facebook", "hdld": "hop dong",
    "hd": "hop dong", "ng": "nguoi", "vs": "voi", "hem": "khong",
}  # fmt: skip
# Written without a space, or with one after each letter.
_JOINED = re.compile(
    "(dinh|bai|lan)(cong)|(bieu)(tinh)|(nghiep|cong)(doan)|(kien)(nghi)|(tap)(the)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text: `plain` words between single spaces, and from where to where in the
    text each letter of it comes.
    """

    plain: str = field(repr=False)
    spans: tuple[tuple[int, int], ...] = field(repr=False)

    def where(self, start: int, end: int) -> tuple[int, int]:
        """The part of the text that a part of `plain` stands for."""
        inside = self.spans[start:end]
        return min(each[0] for each in inside), max(each[1] for each in inside)


def readings(text: str) -> tuple[Reading, ...]:
    """The ways to read `text`; the first is the plain one."""
    tokens = tuple(_tokens(text))
    made = [_reading(tokens, _as_it_stands)]
    for meant in (_from_digits, _without_digits, _without_telex):
        other = _reading(tokens, meant)
        if all(other.plain != each.plain for each in made):
            made.append(other)
    return tuple(made)


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Folded tokens with their places; letters that stand apart are one word."""
    apart: list[re.Match[str]] = []
    for found in _TOKEN.finditer(text):
        is_single = len(found[0]) == 1 and found[0].isalpha()
        if apart and (not is_single or not _near(text, apart[-1], found)):
            yield from _together(apart)
            apart = []
        if is_single:
            apart.append(found)
        else:
            yield _folded(found[0]), *found.span()
    yield from _together(apart)


def _near(text: str, before: re.Match[str], after: re.Match[str]) -> bool:
    return _LETTERS_APART.fullmatch(text[before.end() : after.start()]) is not None


def _together(apart: list[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
    if len(apart) < _SINGLE_LETTERS:
        yield from ((_folded(each[0]), *each.span()) for each in apart)
    else:
        letters = "".join(_folded(each[0]) for each in apart)
        yield letters, apart[0].start(), apart[-1].end()


def _folded(word: str) -> str:
    word = unicodedata.normalize("NFKD", word)
    word = "".join(each for each in word if unicodedata.category(each) != "Mn")
    return word.casefold().translate(_ALIKE)


def _reading(tokens: tuple[tuple[str, int, int], ...], meant: Callable[[str], str]) -> Reading:
    plain: list[str] = []
    spans: list[tuple[int, int]] = []
    for token, start, end in tokens:
        word = meant(token)
        word = _SHORT.get(word, word)
        word = _JOINED.sub(_spaced, word).strip()
        if plain:
            plain.append(" ")
            spans.append((start, start))
        plain.append(word)
        spans += [(start, end)] * len(word)
    return Reading("".join(plain), tuple(spans))


def _spaced(found: re.Match[str]) -> str:
    return f" {' '.join(each for each in found.groups() if each)} "


def _as_it_stands(token: str) -> str:
    return token


def _from_digits(token: str) -> str:
    return token if token.isdigit() else token.translate(_LEET)


def _without_digits(token: str) -> str:
    return token if token.isdigit() else re.sub(r"\d", "", token)


def _without_telex(token: str) -> str:
    """Undo what Telex makes of marks: `ddinhf coong`."""
    token = re.sub(
        r"(d)d|(a)a|(e)e|(o)o", lambda found: "".join(filter(None, found.groups())), token
    )
    token = re.sub(r"(?<=[aou])w", "", token)
    return re.sub(r"(?<=[aeiouy])[sfrxj]|(?<=.)[sfrxj]$", "", token)
