"""The master key on paper: 24 English words (BIP39) and the same as a QR code.

They are shown on a terminal and nowhere else: what goes through a pipe ends in a file or a log.
"""

import io
import re
from collections.abc import Callable, Sequence

import click
import segno
from mnemonic import Mnemonic

from storage.chance import random_choice

WORDS = 24
ASKED_BACK = 4
_A_LINE = 4
_TRIES = 3
_LANGUAGE = "english"
_FORGET_WHAT_SCROLLED_BY = "\033[3J"


class NotTheWords(Exception):
    """What was typed is no key; the message is one readable line without the words."""


def words_of(key: bytes) -> list[str]:
    """The 24 words of a master key."""
    return Mnemonic(_LANGUAGE).to_mnemonic(key).split()


def key_of(typed: str) -> bytes:
    """The key that 24 words say; the first four letters of each are enough, numbers before them are
    forgiven. Raises NotTheWords.
    """
    language = Mnemonic(_LANGUAGE)
    words = [language.expand_word(word) for word in re.findall(r"[a-z]+", typed.lower())]
    if len(words) != WORDS:
        raise NotTheWords(f"these are {len(words)} words; a key has {WORDS}")
    for place, word in enumerate(words, 1):
        if word not in language.wordlist:
            raise NotTheWords(f"word {place} is none of the list: look at its letters")
    try:
        return bytes(language.to_entropy(words))
    except ValueError:
        raise NotTheWords("the words are no key: one is wrong, or two changed places") from None


def sheet(key: bytes) -> str:
    """What is shown to be written down: the words in their order, and the QR code."""
    words = words_of(key)
    numbered = [f"{place:2}. {word:<10}" for place, word in enumerate(words, 1)]
    rows = ["  ".join(numbered[at : at + _A_LINE]).rstrip() for at in range(0, WORDS, _A_LINE)]
    picture = io.StringIO()
    segno.make(" ".join(words), micro=False).terminal(picture, compact=True)
    return "\n".join((*rows, "", picture.getvalue()))


def ask_back(words: Sequence[str], ask: Callable[[str], str]) -> bool:
    """Whether four of the words, at places nobody knows before, are told rightly; each may be
    typed three times.
    """
    left = list(range(WORDS))
    places = [left.pop(left.index(random_choice(left))) for _ in range(ASKED_BACK)]
    return all(_is_told(words[place], place + 1, ask) for place in sorted(places))


def show_and_ask(key: bytes) -> bool:
    """Show the sheet, take it from the screen, ask four words back; whether they were right."""
    click.echo("\nWrite these 24 words down, in their order and as they are (they are English),")
    click.echo("or print the code with a printer that keeps nothing. Whoever has them can read")
    click.echo("every tip; without them and without the key file nobody ever can again.\n")
    click.echo(sheet(key))
    click.prompt("Press Enter when they are on paper", default="", show_default=False)
    # Else they are read from the screen, and who looks over a shoulder reads them too.
    click.clear()
    click.echo(_FORGET_WHAT_SCROLLED_BY, nl=False)
    return ask_back(words_of(key), lambda asked: str(click.prompt(asked)))


def _is_told(word: str, place: int, ask: Callable[[str], str]) -> bool:
    return any(ask(f"Word {place}").strip().lower() == word for _ in range(_TRIES))
