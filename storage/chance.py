"""What is drawn by chance, always from the system's secure source: ids, tokens, receipt codes."""

import secrets
from collections.abc import Sequence
from typing import TypeVar

from handlers import receipt

Choice = TypeVar("Choice")


def random_bytes(size: int) -> bytes:
    """`size` random bytes."""
    return secrets.token_bytes(size)


def random_id() -> bytes:
    """16 random bytes."""
    return secrets.token_bytes(16)


def random_digits(length: int) -> str:
    """A random number of `length` digits."""
    return "".join(secrets.choice("0123456789") for _ in range(length))


def random_size(least: int, most: int) -> int:
    """A number from `least` to `most`."""
    return least + secrets.randbelow(most - least + 1)


def random_choice(choices: Sequence[Choice]) -> Choice:
    """One of `choices`, all equally likely."""
    return secrets.choice(choices)


def shuffled(some: Sequence[Choice]) -> list[Choice]:
    """The same in an order of chance."""
    left = list(some)
    secrets.SystemRandom().shuffle(left)
    return left


def new_token() -> str:
    """A secret of 32 random bytes that may stand in an address."""
    return secrets.token_urlsafe(32)


def link_code() -> str:
    """A one-time code of 60 bits that somebody types to link a group or an account."""
    return "".join(secrets.choice(receipt.ALPHABET) for _ in range(12))


def fresh_code() -> str:
    """A random receipt code of 75 bits; the few that would be read as ordinary words or numbers are
    drawn again.
    """
    while True:
        symbols = "".join(secrets.choice(receipt.ALPHABET) for _ in range(receipt.CODE_LENGTH - 1))
        code = symbols + receipt.check_symbol(symbols)
        if receipt.read(receipt.show(code)) == (code,):
            return code
