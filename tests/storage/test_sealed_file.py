"""A file sealed to a public key: only its owner reads it, and not a bit of it can be changed."""

import io

import pytest

from storage import sealed_file
from storage.crypto import CHUNK_BYTES, Pair, new_pair, pair_of
from storage.sealed_file import Damaged, NotOurs, OtherKey, OtherVersion, SealedWriter

WORDS = b"canary of a tip " * 40_000
"""More than two pieces."""


def sealed(pair: Pair, plain: bytes = WORDS) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, pair.public)
    for at in range(0, len(plain), 100_000):
        writer.write(plain[at : at + 100_000])
    writer.finish()
    return file.getvalue()


def opened(data: bytes, pair: Pair) -> bytes:
    return b"".join(sealed_file.read(io.BytesIO(data), pair))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 17, CHUNK_BYTES - 16, len(WORDS)])
def test_only_the_private_half_opens_it(size: int) -> None:
    pair, other = new_pair(), new_pair()
    data = sealed(pair, WORDS[:size])
    assert opened(data, pair_of(pair.private)) == WORDS[:size]
    assert b"canary" not in data
    with pytest.raises(OtherKey) as refused:
        opened(data, other)
    assert refused.value.wanted == sealed_file.name_of(pair.public)
    # Even if the file says that it is for the other key.
    name = bytes.fromhex(sealed_file.name_of(pair.public))
    with pytest.raises(Damaged):
        opened(data.replace(name, bytes.fromhex(sealed_file.name_of(other.public))), other)


def test_two_files_of_the_same_words_share_nothing() -> None:
    pair = new_pair()
    one, other = sealed(pair), sealed(pair)
    front = 16 + 1 + 8
    assert one[:front] == other[:front]
    assert one[front : front + 100] != other[front : front + 100]


def test_no_bit_can_be_flipped_and_no_byte_cut_off_or_put_behind() -> None:
    pair = new_pair()
    data = sealed(pair)
    for at in (*range(0, 170, 3), CHUNK_BYTES, CHUNK_BYTES + 200, len(data) - 1):
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises((Damaged, NotOurs, OtherVersion, OtherKey)):
            opened(bytes(changed), pair)
    front = len(sealed(pair, b"")) - 17
    ends = (0, 5, 16, 17, 30, front - 1, front, front + CHUNK_BYTES, front + 2 * CHUNK_BYTES)
    for end in (*ends, len(data) - 1):
        with pytest.raises((Damaged, NotOurs)):
            opened(data[:end], pair)
    with pytest.raises(Damaged):
        opened(data + b"\0", pair)


def test_pieces_of_one_file_cannot_be_exchanged() -> None:
    pair = new_pair()
    data = sealed(pair)
    front = len(sealed(pair, b"")) - 17
    one, two = front + CHUNK_BYTES, front + 2 * CHUNK_BYTES
    with pytest.raises(Damaged):
        opened(data[:front] + data[one:two] + data[front:one] + data[two:], pair)


def test_what_is_no_file_of_ours_or_of_a_later_version_is_told_apart() -> None:
    pair = new_pair()
    with pytest.raises(NotOurs):
        opened(b"PK\x03\x04 some other archive", pair)
    data = bytearray(sealed(pair))
    data[16] = 2
    with pytest.raises(OtherVersion):
        opened(bytes(data), pair)


def test_what_is_no_key_is_refused() -> None:
    for public in (bytes(32), b"short"):
        with pytest.raises(ValueError, match="no public key"):
            SealedWriter(io.BytesIO(), public)
    with pytest.raises(ValueError, match="32 bytes"):
        pair_of(b"short")
