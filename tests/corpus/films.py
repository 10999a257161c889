"""MP4, QuickTime and WebM with the canary in their tags, tracks, gaps and coded frames."""

import re
import struct
from collections.abc import Iterator
from functools import cache

from tests.corpus import tiff
from tests.corpus.boxes import box, find, full, into, without
from tests.corpus.coded import film
from tests.corpus.drawn import small, with_segment
from tests.corpus.planting import WORD, Planted, xmp
from tests.corpus.remuxing import remuxed

_MOOV, _TRAK = (b"moov",), (b"moov", b"trak")
_TAGS = {
    "title": b"\xa9nam",
    "artist": b"\xa9ART",
    "day": b"\xa9day",
    "comment": b"\xa9cmt",
    "tool": b"\xa9too",
    "album": b"\xa9alb",
    "writer": b"\xa9wrt",
    "place": b"\xa9xyz",
    "maker": b"\xa9mak",
    "model": b"\xa9mod",
    "software": b"\xa9swr",
    "text": b"\xa9txt",
}
_KEYS = (
    *("location.ISO6709", "make", "model", "software", "creationdate", "author", "comment"),
    *("content.identifier", "displayname"),
)
_OLD_WORDS = (b"titl", b"auth", b"dscp", b"cprt", b"perf", b"gnre", b"loci", b"albm")
_UUIDS = {
    "xmp": bytes.fromhex("be7acfcb97a942e89c71999491e3afac"),
    "sony": b"PROF" + bytes.fromhex("21d24fcebb88695cfac9c740"),
    "spherical": bytes.fromhex("ffcc8263f8554a938814587a02521fdd"),
    "unknown": bytes(range(16)),
}
_PLAYERS_MATRIX = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}


def planted() -> Iterator[Planted]:
    """The files, by place."""
    plain = bare()
    for name, letters in _TAGS.items():
        old = struct.pack(">HH", len(WORD), 0x15C7) + WORD
        tag = box(b"udta", box(letters, old))
        yield Planted(f"mp4 tag {name}", into(plain, _MOOV, tag))
        value = box(b"data", struct.pack(">II", 1, 0), WORD)
        yield Planted(f"mp4 list {name}", into(plain, _MOOV, _listed(box(letters, value))))
    for letters in _OLD_WORDS:
        rest = bytes(15) if letters == b"loci" else b""
        body = full(letters, struct.pack(">H", 0x15C7), WORD, b"\0", rest)
        yield Planted(f"mp4 3gp {letters.decode()}", into(plain, _MOOV, box(b"udta", body)))
    for key in _KEYS:
        yield Planted(f"mp4 key {key}", into(plain, _MOOV, _keyed(f"com.apple.quicktime.{key}")))
    yield from _containers(plain)
    yield from _tracks(plain)
    yield from _streams()
    yield from _webms()


@cache
def bare(form: str = "mp4") -> bytes:
    """A film without the words of who made it; its index stands at the end."""
    return without(film(form=form), b"moov", b"udta")


def turned(orientation: int) -> bytes:
    """A film whose player turns it as EXIF names the orientation (1 to 8)."""
    plain = film(sound="", size=(128, 96))
    (start, _) = find(plain, b"moov", b"trak", b"tkhd")[-1]
    place = start + 8 + 4 + 20 + 16
    first, second, third, fourth = (each << 16 for each in _PLAYERS_MATRIX[orientation])
    matrix = struct.pack(">9i", first, second, 0, third, fourth, 0, 0, 0, 1 << 30)
    return plain[:place] + matrix + plain[place + len(matrix) :]


def _listed(*tags: bytes) -> bytes:
    handler = full(b"hdlr", bytes(4), b"mdirappl", bytes(9))
    return box(b"udta", full(b"meta", handler, box(b"ilst", *tags)))


def _keyed(key: str) -> bytes:
    """QuickTime's own kind of tags: a table of keys, and a list that counts on it."""
    handler = full(b"hdlr", bytes(4), b"mdta", bytes(13))
    keys = full(b"keys", struct.pack(">I", 1), box(b"mdta", key.encode()))
    value = box(b"data", struct.pack(">II", 1, 0), WORD)
    return box(b"meta", handler, keys, box(b"ilst", box(struct.pack(">I", 1), value)))


def _containers(plain: bytes) -> Iterator[Planted]:
    for place in ("free", "skip", "wide", "caNy", "junk"):
        letters = place.encode()
        yield Planted(f"mp4 box {place} in the index", into(plain, _MOOV, box(letters, WORD)))
        yield Planted(f"mp4 box {place} at the end", plain + box(letters, WORD))
    for name, number in _UUIDS.items():
        body = xmp() if name == "xmp" else WORD
        yield Planted(f"mp4 uuid {name}", plain + box(b"uuid", number, body))
        yield Planted(
            f"mp4 uuid {name} in the index", into(plain, _MOOV, box(b"uuid", number, body))
        )
    handler = full(b"hdlr", bytes(4), b"mp7t", bytes(12), WORD + b"\0")
    written = full(b"meta", handler, box(b"xml ", bytes(4), WORD))
    yield Planted("mp4 xml of the file", plain + written)
    yield Planted("mp4 xml of the film", into(plain, _MOOV, written))
    yield Planted("mp4 behind the end", plain + WORD)
    yield Planted("mp4 zip behind the end", plain + b"PK\x03\x04" + WORD)
    cover = box(b"data", struct.pack(">II", 13, 0), with_segment(small("JPEG"), 0xFE, WORD))
    yield Planted("mp4 comment of the cover", into(plain, _MOOV, _listed(box(b"covr", cover))))
    thumbnail = box(b"udta", box(b"thmb", with_segment(small("JPEG"), 0xFE, WORD)))
    yield Planted("mp4 thumbnail", into(plain, _MOOV, thumbnail))
    camera = box(b"udta", box(b"CNTH", box(b"CNDA", b"Exif\0\0" + tiff.full())))
    yield Planted("mp4 camera block", into(plain, _MOOV, camera))
    chapters = b"\0\0\0\0\1" + bytes(8) + bytes((len(WORD),)) + WORD
    chapter = box(b"udta", full(b"chpl", chapters, version=1))
    yield Planted("mp4 old chapter", into(plain, _MOOV, chapter))
    id3 = full(
        b"ID32", struct.pack(">H", 0x15C7), b"ID3\4\0\0\0\0\0\x18TIT2\0\0\0\x0e\0\0\0" + WORD
    )
    yield Planted("mp4 id3", into(plain, _MOOV, full(b"meta", id3)))
    (at, length) = find(plain, b"mdat")[0]
    # Words between the frames: longer frames, and an index that does not know of them.
    longer = box(b"mdat", plain[at + 8 : at + length], WORD)
    yield Planted("mp4 gap behind the frames", plain[:at] + longer + plain[at + length :])


def _tracks(plain: bytes) -> Iterator[Planted]:
    for name, old in (("picture", b"VideoHandler"), ("sound", b"SoundHandler")):
        yield Planted(f"mp4 handler of the {name}", _renamed(plain, old))
    tag = box(b"udta", box(b"name", WORD))
    yield Planted("mp4 name of a track", into(plain, _TRAK, tag))
    yield Planted("mp4 index of a track", into(plain, _TRAK, full(b"meta", box(b"xml ", WORD))))
    yield Planted("mp4 free in a track", into(plain, _TRAK, box(b"free", WORD)))
    # The name of the program that coded stands in the description of each frame's coding.
    place = plain.index(b"avc1", plain.index(b"stsd")) + 4 + 42
    named = plain[:place] + bytes((len(WORD),)) + WORD.ljust(31, b"\0") + plain[place + 32 :]
    yield Planted("mp4 name of the coder", named)
    described = (b"moov", b"trak", b"mdia")
    yield Planted("mp4 free in the media", into(plain, described, box(b"free", WORD)))
    moov = bare("mov")
    yield Planted("mov tag", into(moov, _MOOV, box(b"udta", box(b"\xa9nam", b"\0\x0d\0\0" + WORD))))
    yield Planted("mov behind the end", moov + WORD)


def _renamed(data: bytes, old: bytes) -> bytes:
    """The name of a handler has no fixed length; all boxes around it grow."""
    place = data.index(old)
    grown = len(WORD) - len(old)
    for name in (b"hdlr", b"mdia", b"trak", b"moov"):
        start = data.rindex(name, 0, place) - 4
        (length,) = struct.unpack_from(">I", data, start)
        data = data[:start] + struct.pack(">I", length + grown) + data[start + 4 :]
    return data[:place] + WORD + data[place + len(old) :]


def _streams() -> Iterator[Planted]:
    for form in ("mp4", "mov", "matroska"):
        source = bare()
        yield Planted(f"{form} notes in the frames", remuxed(source, form, noted=True))
        yield Planted(f"{form} subtitles", remuxed(source, form, subtitles=True))
        yield Planted(f"{form} chapters", remuxed(source, form, chapters=True))
        yield Planted(f"{form} tags of a stream", remuxed(source, form, stream_tags=True))
    yield Planted("matroska attachment", remuxed(bare(), "matroska", attachment=True))
    yield Planted("matroska title", remuxed(bare(), "matroska", tag="title"))


def _webms() -> Iterator[Planted]:
    plain = film("libvpx", "webm", sound="libopus")
    for tag in ("title", "artist", "LOCATION", "OWN"):
        yield Planted(f"webm tag {tag}", remuxed(plain, "webm", tag=tag))
    yield Planted("webm tags of a stream", remuxed(plain, "webm", stream_tags=True))
    yield Planted("webm chapters", remuxed(plain, "webm", chapters=True))
    yield Planted("webm behind the end", plain + WORD)
    yield Planted("webm void", plain + b"\xec" + bytes((0x80 | len(WORD),)) + WORD)
    program = re.compile(rb"Lavf[0-9.]+")
    named = program.sub(lambda found: WORD.ljust(len(found[0]))[: len(found[0])], plain)
    yield Planted("webm program", named)
