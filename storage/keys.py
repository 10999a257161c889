"""The keys of an installation: random, one for each purpose, stored wrapped under the master."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from storage.crypto import (
    KEY_BYTES,
    MASTER,
    Unopenable,
    derive,
    fingerprint,
    key_number,
    key_pair_of,
    new_master,
    open_as,
    pad,
    seal_as,
    unpad,
)
from storage.padding import part_size


class Purpose(StrEnum):
    """What a key is for. The order is part of the key ids: new ones go to the end."""

    METADATA = "metadata"
    UNITS = "units"
    STAFF = "staff"
    LETTERS = "letters"
    AUDIT = "audit"
    VOLATILE = "volatile"
    PEPPER = "pepper"
    TOMBSTONES = "tombstones"
    BELL = "bell"
    SUBSCRIBERS = "subscribers"
    ACCOUNTS = "accounts"


class WrongMasterKey(Exception):
    """The master key does not open the wrapped keys."""


class TwinKeys(Exception):
    """Two keys are equal, or one equals the master key."""


class MissingKey(Exception):
    """A purpose has no current key, or more than one."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A purpose key as it is stored: sealed under the master key. `number` is 1 to 255."""

    purpose: Purpose
    number: int
    wrapped: bytes = field(repr=False)
    current: bool


@dataclass(frozen=True, slots=True)
class Reporter:
    """What a receipt code opens under one pepper: where its tip lies, and the key pair its case key
    is wrapped to.
    """

    locator: bytes = field(repr=False)
    public: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    pepper: int


def new_keys(master: bytes) -> list[WrappedKey]:
    """One fresh random key for every purpose, wrapped."""
    return [wrap_key(master, purpose, 1, new_master()) for purpose in Purpose]


def wrap_key(
    master: bytes, purpose: Purpose, number: int, raw: bytes, *, current: bool = True
) -> WrappedKey:
    """One purpose key (32 bytes, `number` 1 to 255) as it is stored."""
    wrapped = seal_as(master, MASTER, raw, _about_key(purpose, number))
    return WrappedKey(purpose, number, wrapped, current)


def rewrap(master: bytes, other: bytes, rows: Iterable[WrappedKey]) -> list[WrappedKey]:
    """The same keys wrapped under `other` instead of `master`. Raises WrongMasterKey."""
    return [
        wrap_key(other, row.purpose, row.number, _unwrapped(master, row), current=row.current)
        for row in rows
    ]


class Keys:
    """The opened purpose keys. Made by `Keys.open`."""

    __slots__ = ("_current", "_derived", "_raw")

    def __init__(self, raw: dict[tuple[Purpose, int], bytes], current: dict[Purpose, int]) -> None:
        self._raw = raw
        self._current = current
        # Derived once: a bulletin opens an address for every message.
        self._derived: dict[tuple[Purpose, int, str], bytes] = {}

    @classmethod
    def open(cls, master: bytes, rows: Iterable[WrappedKey]) -> "Keys":
        """Raises WrongMasterKey, TwinKeys, or MissingKey (not one current key for a purpose)."""
        raw: dict[tuple[Purpose, int], bytes] = {}
        current: dict[Purpose, int] = {}
        for row in rows:
            opened = _unwrapped(master, row)
            if opened == master or opened in raw.values():
                raise TwinKeys
            if row.current and current.setdefault(row.purpose, row.number) != row.number:
                raise MissingKey(row.purpose)
            raw[row.purpose, row.number] = opened
        for purpose in Purpose:
            if purpose not in current:
                raise MissingKey(purpose)
        return cls(raw, current)

    def current(self, purpose: Purpose) -> int:
        """The number of the key that is used from now on."""
        return self._current[purpose]

    def older(self, purpose: Purpose) -> tuple[int, ...]:
        """The numbers of the keys that only open what is there, the highest first."""
        return tuple(self._numbers(purpose)[1:])

    def seal(
        self,
        purpose: Purpose,
        plain: bytes,
        about: bytes,
        *,
        size: int | None = None,
        like: bytes | None = None,
    ) -> bytes:
        """`plain` sealed with the current key, bound to `about`; padded to `size` bytes (which it
        must be smaller than, else ValueError), else to a power of two from 1 KiB.

        With the key that sealed `like`, when given: a row whose id is a fingerprint gets a newer
        key as a whole or not at all.
        """
        number = self._current[purpose] if like is None else key_number(like)
        return self._sealed(purpose, number, pad(plain, size or part_size(len(plain))), about)

    def open_sealed(self, purpose: Purpose, sealed: bytes, about: bytes) -> bytes:
        """What was sealed for this purpose and `about`, by whichever key. Raises Unopenable."""
        return unpad(self._padded(purpose, sealed, about))

    def reseal(
        self, purpose: Purpose, sealed: bytes, about: bytes, anew: bytes | None = None
    ) -> bytes:
        """The same words under the current key, at the same length; bound to `anew`, when given,
        instead of `about`. Raises Unopenable.
        """
        padded = self._padded(purpose, sealed, about)
        return self._sealed(
            purpose, self._current[purpose], padded, about if anew is None else anew
        )

    def mac(self, purpose: Purpose, data: bytes, size: int = 16) -> bytes:
        """HMAC-SHA256 with the current key, cut to `size` bytes."""
        return fingerprint(self._key(purpose, self._current[purpose], "mac"), data, size)

    def macs(self, purpose: Purpose, data: bytes, size: int = 16) -> tuple[bytes, ...]:
        """The same with the current key and then with every older one, the newest first."""
        keys = (self._key(purpose, number, "mac") for number in self._numbers(purpose))
        return tuple(fingerprint(key, data, size) for key in keys)

    def subkey(self, purpose: Purpose, name: str) -> bytes:
        """A key of 32 bytes derived from the current key, for a use of its own."""
        return derive(self._key(purpose, self._current[purpose], "subkeys"), name)

    def reporters(self, stretched: bytes) -> tuple[Reporter, ...]:
        """What a stretched code opens under every pepper, the current one first."""
        secrets = self.macs(Purpose.PEPPER, stretched, KEY_BYTES)
        return tuple(map(_reporter, secrets, self._numbers(Purpose.PEPPER)))

    def _sealed(self, purpose: Purpose, number: int, padded: bytes, about: bytes) -> bytes:
        return seal_as(self._key(purpose, number, "seal"), _key_id(purpose, number), padded, about)

    def _padded(self, purpose: Purpose, sealed: bytes, about: bytes) -> bytes:
        number = key_number(sealed)
        if (purpose, number) not in self._raw:
            raise Unopenable
        return open_as(self._key(purpose, number, "seal"), _key_id(purpose, number), sealed, about)

    def _numbers(self, purpose: Purpose) -> list[int]:
        current = self._current[purpose]
        numbers = sorted((number for kind, number in self._raw if kind is purpose), reverse=True)
        return [current, *(number for number in numbers if number != current)]

    def _key(self, purpose: Purpose, number: int, name: str) -> bytes:
        known = self._derived.get((purpose, number, name))
        if known is None:
            known = self._derived[purpose, number, name] = derive(self._raw[purpose, number], name)
        return known


def _unwrapped(master: bytes, row: WrappedKey) -> bytes:
    try:
        return open_as(master, MASTER, row.wrapped, _about_key(row.purpose, row.number))
    except Unopenable:
        raise WrongMasterKey from None


_PLACES = {purpose: at for at, purpose in enumerate(Purpose)}


def _key_id(purpose: Purpose, number: int) -> tuple[int, int]:
    return _PLACES[purpose], number


def _about_key(purpose: Purpose, number: int) -> bytes:
    return b"key" + bytes(_key_id(purpose, number))


def _reporter(secret: bytes, pepper: int) -> Reporter:
    pair = key_pair_of(derive(secret, "box"))
    return Reporter(derive(secret, "locator", 16), pair.public, pair.private, pepper)
