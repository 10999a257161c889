"""A backup as a file: the lines of `storage.dump`, compressed and sealed, read without trust."""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from storage import migrate, sealed_file
from storage.crypto import Pair
from storage.dump import FORMAT
from storage.keys import Purpose, WrappedKey
from storage.sealed_file import Damaged, OtherVersion, SealedWriter

LARGEST_LINE_BYTES = 32 * 1024 * 1024
"""More than any row has; else a small file could grow until the memory is full."""
_STEP_BYTES = 1024 * 1024
_QUICK = 1
"""Sealed rows hardly become smaller, whatever the trouble: only what encodes them does."""


class NewerSchema(Exception):
    """The archive comes from a later version of the program."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: the schema's revision, when it was made, and the columns of each table."""

    revision: str
    made: datetime
    kind: str
    tables: dict[str, list[str]]


@dataclass(slots=True)
class Contents:
    """What must be known of an archive before anything of it is believed or written."""

    header: Header
    keyring: list[WrappedKey] = field(default_factory=list, repr=False)
    tips: list[bytes] = field(default_factory=list, repr=False)
    tombstones: dict[bytes, date] = field(default_factory=dict, repr=False)
    rows: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    digest: bytes = field(default=b"", repr=False)
    mac: bytes = field(default=b"", repr=False)


class ArchiveWriter:
    """Takes lines and writes them into `file`, compressed and sealed to `public`."""

    def __init__(self, file: BinaryIO, public: bytes) -> None:
        """Raises ValueError for what is no public key."""
        self._sealed = SealedWriter(file, public)
        self._squeezer = zlib.compressobj(_QUICK, strategy=zlib.Z_HUFFMAN_ONLY)

    def write(self, line: bytes) -> None:
        """The next line."""
        self._sealed.write(self._squeezer.compress(line))

    def finish(self) -> None:
        """That was all."""
        self._sealed.write(self._squeezer.flush())
        self._sealed.finish()


class Reading:
    """One pass through an archive. Raises what `sealed_file.read` raises, and Damaged for what is
    sealed well and is no archive all the same.
    """

    def __init__(self, file: BinaryIO, pair: Pair, told: Callable[[int], None]) -> None:
        """`told` hears how many more bytes of the file were read."""
        self._lines = _lines(file, pair, told)
        self._hash = hashlib.sha256()
        self._counts: dict[str, int] = {}
        self.header = self._header(self._line())
        self.numbers: dict[str, int] = {}
        self.digest = self.mac = b""

    def rows(self) -> Iterator[tuple[str, list[Any]]]:
        """All rows, each with the name of its table; at the end, whether they are as many as there
        were. After that `numbers`, `digest` and `mac` are known.
        """
        table = ""
        while isinstance(line := self._line(), list) or "table" in line:
            if isinstance(line, dict):
                table = str(line["table"])
                if table not in self.header.tables or table in self._counts:
                    raise Damaged
                self._counts[table] = 0
                continue
            if len(line) != len(self.header.tables.get(table, ())):
                raise Damaged
            self._counts[table] += 1
            yield table, line
        if line.get("rows") != self._counts or self._counts.keys() != self.header.tables.keys():
            raise Damaged
        self.numbers = {str(name): int(value) for name, value in line["numbers"].items()}
        self.digest = self._hash.digest()
        last = self._line()
        if not isinstance(last, dict):
            raise Damaged
        self.mac = bytes.fromhex(str(last.get("mac", "")))
        if next(self._lines, None) is not None:
            raise Damaged

    def _line(self) -> Any:
        line = next(self._lines, None)
        if line is None:
            raise Damaged
        self._hash.update(line)
        try:
            read = json.loads(line)
        except ValueError:
            raise Damaged from None
        if not isinstance(read, dict | list):
            raise Damaged
        return read

    @staticmethod
    def _header(line: Any) -> Header:
        if not isinstance(line, dict) or line.get("format") != FORMAT:
            raise OtherVersion
        made = datetime.strptime(line["made"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        return Header(line["revision"], made, line["kind"], line["tables"])


def examine(path: Path, pair: Pair, told: Callable[[int], None] = lambda _: None) -> Contents:
    """Read an archive to its end. What it says is only believed once its `mac` is (`dump.proofs`).

    Raises OSError, NewerSchema, and what `Reading` raises.
    """
    with path.open("rb") as file, _no_nonsense():
        reading = Reading(file, pair, told)
        if not migrate.knows(reading.header.revision):
            raise NewerSchema
        found = Contents(reading.header)
        for table, row in reading.rows():
            _keep(found, table, dict(zip(reading.header.tables[table], row, strict=True)))
            found.rows[table] = found.rows.get(table, 0) + 1
    found.numbers, found.digest, found.mac = reading.numbers, reading.digest, reading.mac
    return found


def read_again(
    path: Path, pair: Pair, known: Contents, told: Callable[[int], None]
) -> Iterator[tuple[str, list[Any]]]:
    """All rows of an archive that was examined. Raises Damaged, at the latest at the end, when it
    is not the same any more.
    """
    with path.open("rb") as file, _no_nonsense():
        reading = Reading(file, pair, told)
        yield from reading.rows()
        if reading.digest != known.digest:
            raise Damaged


def _keep(found: Contents, table: str, row: dict[str, Any]) -> None:
    if table == "keyring":
        wrapped = base64.b64decode(row["wrapped"])
        key = WrappedKey(Purpose(row["purpose"]), row["number"], wrapped, row["current"])
        found.keyring.append(key)
    elif table == "tips":
        found.tips.append(base64.b64decode(row["id"]))
    elif table == "tombstones":
        found.tombstones[base64.b64decode(row["id"])] = date.fromisoformat(row["day"])


@contextmanager
def _no_nonsense() -> Iterator[None]:
    """What is sealed well but makes no sense was not written by us."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error):
        raise Damaged from None


def _lines(file: BinaryIO, pair: Pair, told: Callable[[int], None]) -> Iterator[bytes]:
    """The lines, each with its end."""
    unpacker, waiting, at = zlib.decompressobj(), b"", 0
    for piece in sealed_file.read(file, pair):
        told(file.tell() - at)
        at, packed = file.tell(), piece
        while packed:
            waiting += unpacker.decompress(packed, _STEP_BYTES)
            packed = unpacker.unconsumed_tail
            *whole, waiting = waiting.split(b"\n")
            yield from (line + b"\n" for line in whole)
            if len(waiting) > LARGEST_LINE_BYTES:
                raise Damaged
    if waiting or not unpacker.eof or unpacker.unused_data:
        raise Damaged
