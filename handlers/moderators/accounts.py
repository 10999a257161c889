"""Which log-in names, names and passwords a member of staff may have."""

import re
from enum import StrEnum

from handlers.folding import clean, fold

FEWEST_LETTERS = 12
MOST_LETTERS = 200
NAME_LETTERS = 80
_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,38})[a-z0-9]")
_FEWEST_DIFFERENT = 5
_FEWEST_OWN = 4

# What the common lists are made of. A password that is little more than these is guessed in the
# first minute, however long it is.
_COMMON = (
    "0123456789", "1234567890", "123456789", "12345678", "1234567", "123456", "12345", "1234",
    "987654321", "abcdefghijkl", "abcdefgh", "abcdef", "abc", "qwertyuiop", "qwerty", "asdfghjkl",
    "asdfgh", "zxcvbnm", "1q2w3e4r5t", "1q2w3e4r", "1qaz2wsx", "qazwsx", "password", "passwort",
    "passw0rd", "pass", "matkhau", "welcome", "administrator", "admin", "letmein", "login",
    "iloveyou", "anhyeuem", "emyeuanh", "yeuem", "monkey", "dragon", "football", "sunshine",
    "princess", "changeme", "secret", "default", "master", "hello", "vietnam", "hanoi", "saigon",
    "hochiminh", "danang", "cantho", "quochoi", "congdoan", "congan", "lienminh", "liendoan",
    "laodong", "tiengtho", "congnhan", "canbo", "toiyeu", "yeuvn", "xinchao", "dongnai", "haiphong",
)  # fmt: skip


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"


def login_name(typed: str) -> str | None:
    """The log-in name that was meant, or None when it cannot be one."""
    name = typed.strip().casefold()
    return name if _LOGIN.fullmatch(name) else None


def shown_name(typed: str) -> str | None:
    """The name that workers and colleagues read, on one line; None when it is empty or too long."""
    name = " ".join(clean(typed).split())
    return name if 0 < len(name) <= NAME_LETTERS else None


def weakness(password: str, *names: str) -> Weakness | None:
    """Why `password` will not do, or None. `names` are what everybody knows (log-in name, own
    name); they count for nothing in it.
    """
    if len(password) < FEWEST_LETTERS:
        return Weakness.SHORT
    if len(password) > MOST_LETTERS:
        return Weakness.LONG
    bare = fold(password).replace(" ", "")
    known = {fold(part).replace(" ", "") for name in names for part in (name, *name.split())}
    for word in sorted({*known, *_COMMON}, key=len, reverse=True):
        if len(word) > 2:
            bare = bare.replace(word, "")
    own = re.sub(r"\d{1,4}$", "", bare)
    if len(own) < _FEWEST_OWN or len(set(fold(password))) < _FEWEST_DIFFERENT:
        return Weakness.COMMON
    return None
