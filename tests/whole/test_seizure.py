"""The small form of the seizure test, and that its search finds what is there. PostgreSQL is seized
by `make seizure` only, for its files take minutes to search.
"""

import base64
import gzip
import os
import random
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import product
from tests.whole import beside, seizure
from tests.whole.canaries import Cage, Canary, search, writings_of, writings_of_number

TALKS = 12


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_nothing_that_was_said_lies_in_what_sqlite_leaves(tmp_path: Path) -> None:
    seized = await seizure.on_sqlite(tmp_path, TALKS)
    assert seized.filed >= 4
    assert seized.hits == frozenset()
    assert seized.plain == frozenset()
    assert seized.control_found


@pytest.mark.parametrize("before", [0, 5])
def test_every_writing_of_a_canary_is_found_wherever_it_stands(tmp_path: Path, before: int) -> None:
    cage = Cage(random.Random(before))
    cage.words("story")
    cage.number("chat")
    cage.keep_number("group", -1_002_345_678_901)
    cage.network("address")
    cage.keep_hex("chat on Zalo", "6ede9afa66b88fe6d6a9")
    cage.keep("receipt code", "7K3M-9Q2V-XW4T-8HJR")
    for canary in cage.canaries:
        for number, (encoding, needle) in enumerate(canary.writings.items()):
            file = tmp_path / f"{number}"
            file.write_bytes(bytes(before) + needle + b"after")
            found = search([file], [canary]).hits
            assert (canary.kind, encoding, file.name) in found


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_canary_within_longer_base64_is_found(tmp_path: Path, shift: int) -> None:
    cage = Cage(random.Random(shift))
    words = cage.words("story")
    whole = b"x" * shift + f"{{{words}}}".encode() + b"and more"
    (tmp_path / "log").write_bytes(b"noise " + base64.b64encode(whole))
    found = search([tmp_path], cage.canaries)
    assert {kind for kind, _, _ in found.hits} == {"story", "story with marks"}


def test_a_canary_across_two_pieces_of_a_large_file_is_found(tmp_path: Path) -> None:
    needle = "qbcdfghjkmnp"
    stride = 64 * 1024
    for start in (stride - 5, stride - len(needle), stride):
        (tmp_path / "large").write_bytes(b"\1" * start + needle.encode())
        found = search([tmp_path], [Canary("word", writings_of(needle))], stride=stride)
        assert ("word", "utf-8", "large") in found.hits


@pytest.mark.parametrize("before", [0, 7])
def test_a_canary_within_something_compressed_is_found(tmp_path: Path, before: int) -> None:
    cage = Cage(random.Random(before))
    line = f"{random.Random(1).randbytes(9).hex()} {cage.words('story')} and more".encode()
    for name, packed in (("gz", gzip.compress(line)), ("png", zlib.compress(line, 9))):
        (tmp_path / name).write_bytes(random.Random(2).randbytes(before) + packed + b"after")
        found = search([tmp_path / name], cage.canaries).hits
        assert {kind for kind, _, _ in found} == {"story", "story with marks"}
        assert {encoding for _, encoding, _ in found} >= {"utf-8, compressed"}


def test_a_canary_on_an_empty_page_is_found(tmp_path: Path) -> None:
    cage = Cage(random.Random(3))
    cage.number("chat")
    cage.words("story")
    for canary in cage.canaries:
        for encoding, needle in canary.writings.items():
            if len(needle) >= 8:
                (tmp_path / "page").write_bytes(bytes(5000) + needle + bytes(3000))
                found = search([tmp_path / "page"], [canary]).hits
                assert (canary.kind, encoding, "page") in found


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    cage = Cage(random.Random(5))
    for _ in range(50):
        cage.words("story")
    data = random.Random(6).randbytes(2_000_000)
    (tmp_path / "data").write_bytes(data)
    found = search([tmp_path], cage.canaries)
    assert found.count == len(data)
    assert found.hits == frozenset()


def test_a_temporary_file_without_a_name_is_seen(tmp_path: Path) -> None:
    before = product.loose_files(os.getpid(), tmp_path)  # pytest has some of its own
    for kind in (tempfile.TemporaryFile, tempfile.NamedTemporaryFile):
        with kind(dir=tmp_path):
            assert len(product.loose_files(os.getpid(), tmp_path) - before) >= 1
    assert product.loose_files(os.getpid(), tmp_path) == before


def test_the_files_beside_a_database_are_not_loose_but_its_neighbours_are(tmp_path: Path) -> None:
    before = product.loose_files(os.getpid(), tmp_path)
    database = tmp_path / "data.db"
    with ExitStack() as stack:
        for name in ("data.db-shm", "data.db-wal", "data.db-shm-2", "other.db-wal"):
            stack.enter_context((tmp_path / name).open("wb"))
            (tmp_path / name).unlink()
        loose = product.loose_files(os.getpid(), tmp_path, database) - before
        assert loose == {
            f"{tmp_path}/{name} (deleted)" for name in ("data.db-shm-2", "other.db-wal")
        }
        without = product.loose_files(os.getpid(), tmp_path) - before
        assert len(without) == 4


def test_a_number_below_zero_is_written_in_both_orders() -> None:
    writings = writings_of_number(-0x0102030405060708)
    assert writings["big endian"] == (2**64 - 0x0102030405060708).to_bytes(8, "big")
    assert writings["little endian"] == writings["big endian"][::-1]
    assert writings["utf-8"] == b"-72623859790382856"


def test_a_number_is_written_in_both_orders() -> None:
    writings = writings_of_number(0x0102030405060708)
    assert writings["little endian"] == bytes(range(8, 0, -1))
    assert writings["big endian"] == bytes(range(1, 9))
    assert writings["hex number"] == b"102030405060708"


def test_plain_words_beside_a_tip_are_found() -> None:
    clean = {"tips": random.Random(7).randbytes(500_000)}
    assert beside.words_beside(clean) == frozenset()
    for word in ("wages", "ban-thach", "Phường Bàn Thạch", "20335"):
        spoiled = {"tips": clean["tips"] + f'["{word}"]'.encode()}
        assert ("tips", word) in beside.words_beside(spoiled)
