"""A file that many may write and one can read: sealed to a public key, in pieces of 256 KiB.

It begins with what it is, a version, which key it is for, a random file key in a sealed box, and
the start of the stream. What stands in front is bound to every piece. Nobody has to hold the whole.
"""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from storage.chance import random_bytes
from storage.crypto import (
    BOX_BYTES,
    CHUNK_BYTES,
    KEY_BYTES,
    STREAM_START_BYTES,
    STREAM_TAG_BYTES,
    Pair,
    StreamOpener,
    StreamSealer,
    Unopenable,
    box_to,
    open_box,
)

_MAGIC = b"TIENGTHO-BACKUP\n"
_VERSION = 1
_NAME_BYTES = 8
_BOX = KEY_BYTES + BOX_BYTES
_PIECE_BYTES = CHUNK_BYTES - STREAM_TAG_BYTES


class NotOurs(Exception):
    """The file is no sealed file of ours."""


class OtherVersion(Exception):
    """The file is sealed in a way that this version does not know."""


class OtherKey(Exception):
    """The file was sealed to another key. `wanted` and `given` are the names of both."""

    def __init__(self, wanted: str, given: str) -> None:
        super().__init__(wanted, given)
        self.wanted = wanted
        self.given = given


class Damaged(Exception):
    """The file was changed, or its end is missing."""


def name_of(public: bytes) -> str:
    """What a public key is called, to tell one from another: 16 hex digits."""
    return hashlib.sha256(public).digest()[:_NAME_BYTES].hex()


class SealedWriter:
    """Seals what is written to it into `file`, which the caller opens and closes."""

    def __init__(self, file: BinaryIO, public: bytes) -> None:
        """Raises ValueError for what is no public key."""
        key = random_bytes(KEY_BYTES)
        front = _MAGIC + bytes((_VERSION,)) + bytes.fromhex(name_of(public)) + box_to(public, key)
        self._file = file
        self._sealer = StreamSealer(key, front)
        self._waiting = bytearray()
        file.write(front + self._sealer.start)

    def write(self, plain: bytes) -> None:
        """The next bytes."""
        self._waiting += plain
        while len(self._waiting) > _PIECE_BYTES:
            piece = bytes(self._waiting[:_PIECE_BYTES])
            del self._waiting[:_PIECE_BYTES]
            self._file.write(self._sealer.seal(piece, is_last=False))

    def finish(self) -> None:
        """Write the rest, and that this is all: without it nobody takes the file for whole."""
        self._file.write(self._sealer.seal(bytes(self._waiting), is_last=True))
        self._waiting.clear()


def read(file: BinaryIO, pair: Pair) -> Iterator[bytes]:
    """What was sealed into `file`, piece by piece; each is genuine when it is given, but only who
    came to the end knows that there is nothing more.

    Raises NotOurs, OtherVersion, OtherKey, Damaged.
    """
    opener = _opener(file, pair)
    sealed = file.read(CHUNK_BYTES)
    while True:
        try:
            plain, is_last = opener.open(sealed)
        except Unopenable:
            raise Damaged from None
        following = file.read(CHUNK_BYTES)
        # The last piece is the end of the file, and the end of the file is the last piece.
        if is_last == bool(following):
            raise Damaged
        yield plain
        if is_last:
            return
        sealed = following


def _opener(file: BinaryIO, pair: Pair) -> StreamOpener:
    front = file.read(len(_MAGIC) + 1 + _NAME_BYTES + _BOX)
    if front[: len(_MAGIC)] != _MAGIC:
        raise NotOurs
    rest = front[len(_MAGIC) :]
    if rest[:1] != bytes((_VERSION,)):
        raise OtherVersion if rest else Damaged
    name, box = rest[1 : 1 + _NAME_BYTES].hex(), rest[1 + _NAME_BYTES :]
    start = file.read(STREAM_START_BYTES)
    if len(box) != _BOX or len(start) != STREAM_START_BYTES:
        raise Damaged
    if name != name_of(pair.public):
        raise OtherKey(name, name_of(pair.public))
    try:
        return StreamOpener(open_box(pair, box), start, front)
    except Unopenable:
        raise Damaged from None
