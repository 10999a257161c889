"""Canaries: words said nowhere else, every way to write them down, and a search for them all."""

import base64
import ipaddress
import json
import quopri
import random
import re
import struct
import sys
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

# Looked up at every byte; a writing of a canary is never shorter.
_HEAD_BYTES = 8
_LETTERS = "bcdfghjkmnpqrstvwxz"
_MARKED = "ạảấầậẩắằặẳếềệểốồộổớờợởứừựửđ"
_STRIDE_BYTES = 4 * 1024 * 1024
_MOST_UNPACKED_BYTES = 64 * 1024 * 1024
# gzip, and zlib with a right check in its first two bytes.
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
# No needle has so many; a page that is not full is mostly these.
_EMPTY = re.compile(rb"\0{64,}")


@dataclass(frozen=True, slots=True)
class Canary:
    """Something that nobody may find. `writings` are its bytes, by the name of the encoding."""

    kind: str
    writings: dict[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read, and which canaries lay in it: (kind, encoding, file)."""

    count: int
    hits: frozenset[tuple[str, str, str]]


class Cage:
    """Makes canaries and keeps them; every word that it gives out is sought afterwards."""

    def __init__(self, dice: random.Random) -> None:
        """Empty."""
        self._dice = dice
        self.canaries: list[Canary] = []

    def words(self, kind: str) -> str:
        """Two words, one of plain letters and one of Vietnamese ones."""
        plain = "q" + "".join(self._dice.choices(_LETTERS, k=11))
        marked = "".join(self._dice.choices(_MARKED, k=9))
        self.canaries += [
            Canary(kind, writings_of(plain)),
            Canary(f"{kind} with marks", writings_of(marked)),
        ]
        return f"{plain} {marked}"

    def plain(self, kind: str) -> str:
        """One word of plain letters, for where only those can stand."""
        word = "q" + "".join(self._dice.choices(_LETTERS, k=11))
        self.canaries.append(Canary(kind, writings_of(word)))
        return word

    def number(self, kind: str) -> int:
        """A number as large as a chat's id."""
        number = self._dice.randrange(10**15, 10**16)
        self.keep_number(kind, number)
        return number

    def keep_number(self, kind: str, number: int) -> None:
        """A number that somebody else gave; one of fewer than ten digits would be found by chance.

        Raises ValueError for such a one.
        """
        if abs(number) < 10**9:
            raise ValueError("too small to be sought")
        self.canaries.append(Canary(kind, writings_of_number(number)))

    def keep_hex(self, kind: str, digits: str) -> None:
        """A number that is told in hexadecimal digits, which somebody may have packed."""
        packed = bytes.fromhex(digits)
        writings = writings_of(digits) | _of_bytes("packed", packed)
        self.canaries.append(Canary(kind, writings | _of_bytes("packed reversed", packed[::-1])))

    def network(self, kind: str) -> str:
        """An address of the network (of the range kept for documentation)."""
        address = ipaddress.IPv6Address(
            int(ipaddress.IPv6Address("2001:db8::")) + self._dice.getrandbits(90)
        )
        writings = writings_of(str(address)) | {
            "exploded": address.exploded.encode(),
            "packed": address.packed,
            "packed reversed": address.packed[::-1],
        }
        self.canaries.append(Canary(kind, writings))
        return str(address)

    def keep(self, kind: str, text: str) -> None:
        """Something that the product itself gave: a receipt code, a session's token."""
        for form in dict.fromkeys((text, text.replace("-", ""), text.replace("-", " "))):
            self.canaries.append(Canary(kind, writings_of(form)))

    def keep_bytes(self, kind: str, data: bytes) -> None:
        """Some bytes out of the middle of something that was given."""
        middle = data[len(data) // 2 :][:24]
        self.canaries.append(Canary(kind, _of_bytes("raw", middle)))

    @property
    def encodings(self) -> int:
        """How many different encodings are sought."""
        return len({name for each in self.canaries for name in each.writings})


def writings_of(text: str) -> dict[str, bytes]:
    """`text` in every encoding that something on the way may have put it in."""
    forms = {
        "": text,
        "decomposed ": unicodedata.normalize("NFD", text),
        "folded ": _folded(text),
        "upper ": text.upper(),
        "lower ": text.lower(),
        "reversed ": text[::-1],
    }
    written: dict[str, bytes] = {}
    for name, form in forms.items():
        written |= _of_bytes(f"{name}utf-8", form.encode())
        written[f"{name}utf-16-le"] = form.encode("utf-16-le")
        written[f"{name}utf-16-be"] = form.encode("utf-16-be")
        written[f"{name}utf-32-le"] = form.encode("utf-32-le")
        written[f"{name}url"] = quote(form, safe="").encode()
        written[f"{name}url lower"] = quote(form, safe="").lower().encode()
        written[f"{name}json"] = json.dumps(form)[1:-1].encode()
        written[f"{name}html"] = "".join(f"&#{ord(each)};" for each in form).encode()
        written[f"{name}json twice"] = json.dumps(json.dumps(form)[1:-1])[1:-1].encode()
        written[f"{name}python"] = repr(form.encode())[2:-1].encode()
        written[f"{name}quoted-printable"] = quopri.encodestring(form.encode()).rstrip(b"=\n")
        written[f"{name}base32"] = base64.b32encode(form.encode()).rstrip(b"=")[:-1]
        written[f"{name}octal"] = "".join(f"\\{each:03o}" for each in form.encode()).encode()
    return written


def writings_of_number(number: int) -> dict[str, bytes]:
    """A number in decimal and hex, as eight bytes of either order, as seven bits a byte, and as a
    float.
    """
    varint = _varint(abs(number))
    return {
        **({"varint": varint} if len(varint) >= _HEAD_BYTES else {}),
        "float little endian": struct.pack("<d", number),
        "float big endian": struct.pack(">d", number),
        **writings_of(str(number)),
        "hex number": f"{number:x}".encode(),
        "upper hex number": f"{number:X}".encode(),
        **_of_bytes("little endian", number.to_bytes(8, "little", signed=number < 0)),
        **_of_bytes("big endian", number.to_bytes(8, "big", signed=number < 0)),
    }


def search(
    roots: Iterable[Path], canaries: Iterable[Canary], *, stride: int = _STRIDE_BYTES
) -> Found:
    """Read every byte below `roots`, `stride` at once, and what is compressed there."""
    needles = _Needles(canaries)
    count, hits = 0, set()
    for path in _files(roots):
        data = path.read_bytes()
        count += len(data)
        for kind, encoding in _hits(data, needles, stride):
            hits.add((kind, encoding, path.name))
        for plain in _unpacked(data):
            for kind, encoding in _hits(plain, needles, stride):
                hits.add((kind, f"{encoding}, compressed", path.name))
    return Found(count, frozenset(hits))


class _Needles:
    """All writings of all canaries, by their first eight bytes."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._heads: dict[int, list[tuple[bytes, str, str]]] = {}
        self.longest = 0
        for canary in canaries:
            for encoding, needle in canary.writings.items():
                if len(needle) >= _HEAD_BYTES:
                    head = int.from_bytes(needle[:_HEAD_BYTES], sys.byteorder)
                    self._heads.setdefault(head, []).append((needle, canary.kind, encoding))
                    self.longest = max(self.longest, len(needle))

    def within(self, part: bytes) -> Iterator[tuple[str, str]]:
        """What begins anywhere in `part`: eight bytes from every place are looked up as one number,
        so that the cost does not grow with the canaries.
        """
        heads = self._heads.keys()
        for shift in range(_HEAD_BYTES):
            end = shift + max(0, len(part) - shift) // _HEAD_BYTES * _HEAD_BYTES
            numbers = memoryview(part)[shift:end].cast("Q")
            if heads.isdisjoint(numbers):
                continue
            for place, number in enumerate(numbers):
                for needle, kind, encoding in self._heads.get(number, ()):
                    if part.startswith(needle, shift + place * _HEAD_BYTES):
                        yield kind, encoding


def _hits(data: bytes, needles: _Needles, stride: int) -> Iterator[tuple[str, str]]:
    for start in range(0, len(data), stride):
        for part in _full(data[start : start + stride + needles.longest]):
            yield from needles.within(part)


def _full(piece: bytes) -> Iterator[bytes]:
    """What stands between empty stretches, with a few zeros of theirs: a needle may have some."""
    start = 0
    for empty in _EMPTY.finditer(piece):
        yield piece[max(0, start - _HEAD_BYTES) : empty.start() + _HEAD_BYTES]
        start = empty.end()
    yield piece[max(0, start - _HEAD_BYTES) :]


def _files(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        yield from (
            (each for each in sorted(root.rglob("*")) if each.is_file())
            if (root.is_dir())
            else (root,)
        )


def _of_bytes(name: str, data: bytes) -> dict[str, bytes]:
    """Bytes as they are, and in the ways that bytes are written as text."""
    written = {
        name: data,
        f"{name} hex": data.hex().encode(),
        f"{name} HEX": data.hex().upper().encode(),
    }
    for shift in range(3):
        # Cut to the letters that do not depend on what stands before and after.
        encoded = base64.b64encode(bytes(shift) + data)
        skipped, kept = -(-shift * 8 // 6), (shift + len(data)) * 8 // 6
        inner = encoded[skipped:kept]
        written[f"{name} base64 {shift}"] = inner
        written[f"{name} base64url {shift}"] = inner.replace(b"+", b"-").replace(b"/", b"_")
    return written


def _varint(number: int) -> bytes:
    """As Protocol Buffers write a number."""
    groups = []
    while number > 127:
        number, low = divmod(number, 128)
        groups.append(low | 128)
    return bytes([*groups, number])


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What was compressed (gzip, zlib, as in an archive or a PNG), wherever it begins in `data`."""
    for match in _PACKED.finditer(data):
        reader = zlib.decompressobj(wbits=47)
        try:
            plain = reader.decompress(data[match.start() :], _MOST_UNPACKED_BYTES)
        except zlib.error:
            continue
        if len(plain) >= _HEAD_BYTES:
            yield plain


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(each for each in apart if not unicodedata.combining(each))
