"""Undoes what a phone without a Vietnamese keyboard leaves of a word: the keys of Telex and VNI."""

import unicodedata
from collections.abc import Mapping

_HATS: Mapping[str, str] = {"a": "â", "e": "ê", "o": "ô"}
_HORNS: Mapping[str, str] = {"a": "ă", "o": "ơ", "u": "ư"}
_TELEX_TONES: Mapping[str, str] = {
    "f": "\u0300",
    "s": "\u0301",
    "r": "\u0309",
    "x": "\u0303",
    "j": "\u0323",
}
_VNI_TONES: Mapping[str, str] = {
    "1": "\u0301",
    "2": "\u0300",
    "3": "\u0309",
    "4": "\u0303",
    "5": "\u0323",
}
_LONGEST = 12


def undone(word: str) -> str:
    """The word that these keys were meant to write, its tone at the end (as `marks.marked` gives
    it); empty if they are none. `word` is in small letters.
    """
    if not word.isascii() or not 1 < len(word) <= _LONGEST or not word[0].isalpha():
        return ""
    return _telex(word) if word.isalpha() else _vni(word)


def _telex(word: str) -> str:
    letters: list[str] = []
    tone = ""
    for key in word:
        has_vowel = any(letter not in "dđ" and letter in "aăâeêioôơuưy" for letter in letters)
        if key in _TELEX_TONES and has_vowel:
            tone = _TELEX_TONES[key]
        elif key == "w":
            _horned(letters, "ư")
        elif key == "d" and letters[:1] == ["d"]:
            letters[0] = "đ"
        elif key in _HATS and key in letters:
            at = len(letters) - 1 - letters[::-1].index(key)
            letters[at] = _HATS[key]
        else:
            letters.append(key)
    return _written(letters, tone)


def _vni(word: str) -> str:
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _VNI_TONES:
            tone = _VNI_TONES[key]
        elif key == "6":
            _hatted(letters)
        elif key in "78":
            _horned(letters, "")
        elif key == "9" and "d" in letters:
            letters[letters.index("d")] = "đ"
        elif key.isdigit():
            return ""
        else:
            letters.append(key)
    return _written(letters, tone)


def _hatted(letters: list[str]) -> None:
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in _HATS:
            letters[at] = _HATS[letters[at]]
            return


def _horned(letters: list[str], otherwise: str) -> None:
    """Give the last letter that can have one its horn or bowl, both letters of `uo`."""
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in _HORNS:
            if letters[at] == "o" and at and letters[at - 1] == "u":
                letters[at - 1] = "ư"
            letters[at] = _HORNS[letters[at]]
            return
    if otherwise:
        letters.append(otherwise)


def _written(letters: list[str], tone: str) -> str:
    return unicodedata.normalize("NFD", "".join(letters)) + tone
