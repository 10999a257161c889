"""Writes the TIFF block that cameras put beside a picture: directories, values, a thumbnail."""

import struct
from collections.abc import Iterable

from tests.corpus.planting import CANARY, WORD

Entry = tuple[int, int, bytes]  # tag, type, value

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}

MAIN_WORDS = {
    "document name": 0x10D,
    "description": 0x10E,
    "maker": 0x10F,
    "model": 0x110,
    "page name": 0x11D,
    "software": 0x131,
    "time": 0x132,
    "artist": 0x13B,
    "computer": 0x13C,
    "copyright": 0x8298,
    "camera serial": 0xC62F,
    "unique model": 0xC614,
}
WINDOWS_WORDS = {
    "title": 0x9C9B,
    "comment": 0x9C9C,
    "author": 0x9C9D,
    "keywords": 0x9C9E,
    "subject": 0x9C9F,
}
CAMERA_WORDS = {
    "time taken": 0x9003,
    "time stored": 0x9004,
    "zone": 0x9010,
    "fraction of a second": 0x9290,
    "security": 0x9212,
    "history": 0x9213,
    "spectral": 0x8824,
    "sound file": 0xA004,
    "picture id": 0xA420,
    "owner": 0xA430,
    "body serial": 0xA431,
    "lens maker": 0xA433,
    "lens model": 0xA434,
    "lens serial": 0xA435,
    "title of 3.0": 0xA436,
    "photographer": 0xA437,
    "editor": 0xA438,
}
CAMERA_BYTES = {"maker note": 0x927C, "user comment": 0x9286, "device setting": 0xA40B}
PLACE_WORDS = {
    "latitude mark": 1,
    "longitude mark": 3,
    "satellites": 8,
    "map": 0x12,
    "aim": 0x13,
    "day": 0x1D,
}
PLACE_BYTES = {"method": 0x1B, "area": 0x1C}


def block(
    main: Iterable[Entry] = (),
    *,
    camera: Iterable[Entry] = (),
    place: Iterable[Entry] = (),
    interop: Iterable[Entry] = (),
    second: Iterable[Entry] = (),
    thumbnail: bytes = b"",
    order: str = "<",
) -> bytes:
    """The block with its five directories; `order` is `<` or `>`."""
    out = bytearray(b"II*\0" if order == "<" else b"MM\0*") + bytes(4)

    def pointer(at: int) -> bytes:
        return struct.pack(f"{order}I", at)

    def table(entries: Iterable[Entry]) -> tuple[int, int]:
        """Where the directory lies, and where the place of the next one is written."""
        entries = sorted(entries)
        at, rows = len(out), b""
        values = at + 2 + 12 * len(entries) + 4
        tail = b""
        for tag, kind, value in entries:
            held = value.ljust(4, b"\0")
            if len(value) > 4:
                held = pointer(values + len(tail))
                tail += value + b"\0" * (len(value) % 2)
            rows += struct.pack(f"{order}HHI", tag, kind, len(value) // _SIZES[kind]) + held
        out.extend(struct.pack(f"{order}H", len(entries)) + rows + bytes(4) + tail)
        return at, at + 2 + 12 * len(entries)

    own, seen = list(main), list(camera)
    if found := list(interop):
        seen.append((0xA005, 4, pointer(table(found)[0])))
    if seen:
        own.append((0x8769, 4, pointer(table(seen)[0])))
    if found := list(place):
        own.append((0x8825, 4, pointer(table(found)[0])))
    first, following = table(own)
    out[4:8] = pointer(first)
    later = list(second)
    if thumbnail:
        where = len(out)
        out += thumbnail
        later += [(0x201, 4, pointer(where)), (0x202, 4, pointer(len(thumbnail)))]
    if later:
        out[following : following + 4] = pointer(table(later)[0])
    return bytes(out)


def full(orientation: int = 1, canary: str = CANARY, *, thumbnail: bytes = b"") -> bytes:
    """A block with the canary in words, maker's note, position and thumbnail."""
    word = canary.encode() + b"\0"
    return block(
        [(tag, 2, word) for tag in (0x10E, 0x10F, 0x110, 0x131, 0x13B, 0x8298)]
        + [(0x112, 3, struct.pack("<H", orientation)), (0x9C9B, 1, canary.encode("utf-16-le"))],
        camera=[(0x927C, 7, word), (0x9286, 7, b"ASCII\0\0\0" + word), (0xA431, 2, word)],
        place=[(1, 2, b"N\0"), (0x1B, 7, b"ASCII\0\0\0" + word), (0x1D, 2, word)],
        thumbnail=thumbnail,
    )


def single() -> Iterable[tuple[str, bytes]]:
    """Blocks that hold the canary in one place each, by name."""
    word = WORD + b"\0"
    for name, tag in MAIN_WORDS.items():
        yield name, block([(tag, 2, word)])
    for name, tag in WINDOWS_WORDS.items():
        yield f"windows {name}", block([(tag, 1, CANARY.encode("utf-16-le") + b"\0\0")])
    for name, tag in CAMERA_WORDS.items():
        yield f"camera {name}", block(camera=[(tag, 2, word)])
    for name, tag in CAMERA_BYTES.items():
        yield f"camera {name}", block(camera=[(tag, 7, b"ASCII\0\0\0" + word)])
    for name, tag in PLACE_WORDS.items():
        yield f"position {name}", block(place=[(tag, 2, word)])
    for name, tag in PLACE_BYTES.items():
        yield f"position {name}", block(place=[(tag, 7, b"ASCII\0\0\0" + word)])
    yield "interoperability", block(interop=[(1, 2, word)])
    yield "second directory", block([(0x112, 3, b"\1\0")], second=[(0x10E, 2, word)])
    yield "private tag", block([(0xFDE9, 7, word)])
    yield "behind the last directory", block([(0x112, 3, b"\1\0")]) + word
