"""The receipt code: how it is checked, shown, and read back from what a person typed."""

import re
from collections.abc import Sequence
from heapq import nsmallest

from handlers.keyboards import KEYBOARDS, Keyboard, Run, Swallowed, letters_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
GROUP_LENGTH = 4
CANDIDATES = 4
"""More readings than this are not given: each one costs its reader a slow hash."""

_FIELD_POLYNOMIAL = 0b100101
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_READINGS_KEPT = 1024
_HIDDEN_COST = 4
# Not U: a keyboard makes Ư of a W.
_IN_NO_CODE = frozenset("ILO")
_WINDOWS_TRIED = 8
_MOST_GROUPS = 8
_CODE_LIKE_LENGTHS = range(13, 20)
_CODE_LIKE_GROUPS = range(3, 6)
_LABEL_WORDS = frozenset(
    "MA BIEN NHAN TRA CUU SO CHUONG LA DAY CUA TOI EM CODE RECEIPT BELL NUMBER MY THE IS".split()
)
_MOST_LETTERS = 20_000
_SHOWN = re.compile(r"(?<![\w-])[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}(?![\w-])")
_ADDRESS = re.compile(r"://|@|www\.", re.IGNORECASE)
_ORDINARY = re.compile(
    r"(?:(?:NGH|NG|NH|CH|GH|GI|KH|PH|QU|TH|TR|D9|[BCDGHKLMNPQRSTVX])?"
    r"[AEIOUY]{1,3}[1-8]{0,2}(?:NG|NH|CH|[CMNPT])?[1-8]{0,2})+"
    r"|[0-9]+|[0-9]{1,2}[HGP][0-9]{0,2}"
)
"""Vietnamese syllables (also as VNI keys, `D9EN`), numbers, times of day (`7H30`)."""

Reading = tuple[int, str]
"""How far it lies from what was typed, and the symbols."""


def check_symbol(symbols: str) -> str:
    """The sixteenth symbol for fifteen `symbols` of the alphabet."""
    if len(symbols) != CODE_LENGTH - 1:
        raise ValueError("a check symbol belongs to fifteen symbols")
    return ALPHABET[_weighed(symbols)]


def is_code(code: str) -> bool:
    """Whether `code` is sixteen symbols of the alphabet with the right check symbol.

    One wrong symbol, or two different symbols that changed places (near or far), always make it
    false: the weights are distinct and none is zero.
    """
    return (
        len(code) == CODE_LENGTH
        and all(symbol in _VALUES for symbol in code)
        and _weighed(code[:-1]) == _VALUES[code[-1]]
    )


def show(code: str) -> str:
    """`code` as it is written down: `ABCD-EFGH-JKMN-PQRS`."""
    return "-".join(code[at : at + GROUP_LENGTH] for at in range(0, CODE_LENGTH, GROUP_LENGTH))


def read(text: str) -> tuple[str, ...]:
    """The codes that a person may have meant with `text`, the likeliest first; empty when it holds
    no code.

    Forgives case, spaces, dashes, dots, full-width characters, O for 0, I and L for 1, words around
    the code, and what a Telex or VNI keyboard made of it. At most four codes, each with the right
    check symbol. What could as well be ordinary words or a number of digits alone is not read as a
    code (one code in a few hundred; those are not given out). Text that is longer than any tip may
    be is not looked through: a form may send four million letters.
    """
    if len(text) > _MOST_LETTERS:
        return ()
    # Exactly as it was shown, whatever stands around it: no sentence has that by chance.
    shown = {each.replace("-", "") for each in _SHOWN.findall(text)}
    if len(shown) == 1 and is_code(*shown):
        return tuple(shown)
    for window in _windows(_groups(text)):
        found: dict[str, int] = {}
        for keyboard in KEYBOARDS:
            for distance, code in _readings(window, keyboard):
                found[code] = min(distance, found.get(code, distance))
        if found:
            return tuple(sorted(found, key=lambda code: (found[code], code))[:CANDIDATES])
    return ()


def looks_like_code(text: str) -> bool:
    """Whether somebody evidently tried to type a code, right or wrong: groups that mix letters and
    digits as no sentence does. For the answer "there is a typo".
    """
    if len(text) > _MOST_LETTERS or _ADDRESS.search(text):
        return False
    groups = _without_labels(_groups(text))
    if any(_size([group]) in _CODE_LIKE_LENGTHS and _changes(group) >= 3 for group in groups):
        return True
    if len(groups) in (2, 3) and abs(_size(groups) - CODE_LENGTH) <= 1:
        return all(_is_jumble(group) for group in groups)
    return any(_are_jumbled_fours(groups[at : at + 4]) for at in range(len(groups) - 3))


def _weighed(symbols: str) -> int:
    """The sum over GF(32) of fifteen symbols, weighed by the powers 15 to 1 of x (the sixteenth
    weighs 1).
    """
    total = 0
    for symbol in symbols:
        total = (total ^ _VALUES[symbol]) << 1
        if total >= len(ALPHABET):
            total ^= _FIELD_POLYNOMIAL
    return total


def _groups(text: str) -> list[Run]:
    """The runs of letters and digits; a code spelled with a space after every symbol becomes one
    run.
    """
    runs = letters_of(text)
    if len(runs) in _CODE_LIKE_LENGTHS and all(len(run) == 1 for run in runs):
        return [tuple(letter for run in runs for letter in run)]
    return runs


def _without_labels(groups: list[Run]) -> list[Run]:
    return [group for group in groups if _bases(group) not in _LABEL_WORDS]


def _windows(groups: list[Run]) -> list[Sequence[Run]]:
    """Where a code may stand: the whole text in any grouping, else one or four whole groups among
    other words; those that look least like words first.
    """
    if _size(groups) != CODE_LENGTH:
        # `THẺ` stands before a code, or it is the group THER of one.
        groups = _without_labels(groups)
    windows: list[Sequence[Run]] = []
    for size in (GROUP_LENGTH, 1):
        longest = CODE_LENGTH // size
        for at in range(len(groups) - size + 1):
            window = groups[at : at + size]
            if all(longest // 2 <= len(group) <= longest for group in window):
                windows.append(window)
    if len(groups) <= _MOST_GROUPS:
        windows.insert(0, groups)
    unlike = [
        window for window in windows if _may_be_code(window, alone=len(window) == len(groups))
    ]
    return nsmallest(_WINDOWS_TRIED, unlike, key=lambda window: -_unlikeness(window))


def _readings(groups: Sequence[Run], keyboard: Keyboard) -> list[Reading]:
    """Every code near what `groups` show on `keyboard`; nothing when they do not make sixteen
    symbols.
    """
    shown = [keyboard.symbols(group) for group in groups]
    if not all(symbol in _VALUES for symbols in shown for symbol in symbols):
        return []
    lengths = [len(group) + len(keyboard.swallowed(group)) for group in groups]
    marked = any(letter.marks for group in groups for letter in group)
    if sum(lengths) != CODE_LENGTH and (marked or len(groups) == CODE_LENGTH // GROUP_LENGTH):
        # Another key may be gone without a trace; then only whole groups of four tell where.
        lengths = [-(-length // GROUP_LENGTH) * GROUP_LENGTH for length in lengths]
    if sum(lengths) != CODE_LENGTH:
        return []
    readings: list[Reading] = [(0, "")]
    for group, length in zip(groups, lengths, strict=True):
        further = _group_readings(group, keyboard, length)
        readings = nsmallest(
            _READINGS_KEPT,
            ((near + far, head + tail) for near, head in readings for far, tail in further),
        )
    return [(distance, code) for distance, code in readings if is_code(code)]


def _group_readings(group: Run, keyboard: Keyboard, length: int) -> list[Reading]:
    symbols, evident = keyboard.symbols(group), keyboard.swallowed(group)
    missing = length - len(symbols) - len(evident)
    nearest: dict[str, int] = {}
    for hidden in keyboard.hidden(group, missing):
        for distance, reading in _put_back(symbols, evident + hidden):
            total = distance + _HIDDEN_COST * missing
            nearest[reading] = min(total, nearest.get(reading, total))
        if len(nearest) > _READINGS_KEPT:
            break
    return nsmallest(_READINGS_KEPT, ((distance, reading) for reading, distance in nearest.items()))


def _put_back(symbols: str, swallowed: list[Swallowed]) -> list[Reading]:
    """`symbols` with the swallowed keys put back at every place after their letter, the nearest
    places first.
    """
    readings = {symbols: 0}
    for at, key in sorted(swallowed, reverse=True):
        further: dict[str, int] = {}
        for reading, distance in readings.items():
            for place in range(at + 1, len(reading) + 1):
                longer = reading[:place] + key + reading[place:]
                total = distance + place - at - 1
                further[longer] = min(total, further.get(longer, total))
        readings = dict(sorted(further.items(), key=lambda item: item[1])[:_READINGS_KEPT])
    return [(distance, reading) for reading, distance in readings.items()]


def _may_be_code(groups: Sequence[Run], *, alone: bool) -> bool:
    """Whether `groups` are no words. A keyboard may have swallowed the digits of a group, so four
    groups that stand alone need less to show for it.
    """
    few, unlikeness = alone and len(groups) <= GROUP_LENGTH, _unlikeness(groups)
    if any(_is_jumble(group) for group in groups):
        return few or unlikeness >= 1 / 2
    if any(letter.base in _IN_NO_CODE for group in groups for letter in group):
        # No group mixes letters and digits, and there are letters that no code has, as in
        # `laix hỏi 9704 laix`.
        return False
    # Four groups that are whole with the keys that their marks stand for are hardly words.
    are_fours = few and all(_size([group]) == GROUP_LENGTH for group in groups)
    least = 1 / 2 if are_fours and len(groups) == CODE_LENGTH // GROUP_LENGTH else 3 / 4
    has_digit = any(letter.base.isdecimal() for group in groups for letter in group)
    return few and unlikeness >= least and has_digit


def _unlikeness(groups: Sequence[Run]) -> float:
    """The share of groups that are neither syllables nor numbers."""
    return sum(not _is_ordinary(group) for group in groups) / max(1, len(groups))


def _is_ordinary(group: Run) -> bool:
    return _ORDINARY.fullmatch(_bases(group)) is not None


def _is_jumble(group: Run) -> bool:
    return _changes(group) > 0 and not _is_ordinary(group)


def _changes(group: Run) -> int:
    """How often letters and digits take turns."""
    return len(re.findall(r"(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Z])", _bases(group)))


def _are_jumbled_fours(groups: Sequence[Run]) -> bool:
    return (
        all(len(group) in _CODE_LIKE_GROUPS for group in groups)
        and _size(groups) in _CODE_LIKE_LENGTHS
        and sum(_is_jumble(group) for group in groups) > 1
        and sum(not _is_ordinary(group) for group in groups) > 2
    )


def _size(groups: Sequence[Run]) -> int:
    return sum(1 + len(letter.marks) for group in groups for letter in group)


def _bases(group: Run) -> str:
    return "".join(letter.base for letter in group)
