"""Files made to hurt whoever opens them: bombs, loops, lies, two kinds in one, cut, bent ones."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from PIL import Image

from tests.corpus.boxes import box, find, into
from tests.corpus.coded import film, voice_only
from tests.corpus.drawn import encoded, small, upright, with_chunk, with_segment
from tests.corpus.films import bare
from tests.corpus.heifs import heic
from tests.corpus.pdfs import Paper, filed, stream
from tests.corpus.planting import CANARY, WORD

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, and how it may be answered: the names of refusals, `clean` among them where a decoder
    may find a picture in it.
    """

    name: str
    data: bytes = field(repr=False)
    answers: frozenset[str]


def _of(name: str, data: bytes, *answers: str) -> Hostile:
    return Hostile(name, data, frozenset(answers))


def bombs() -> Iterator[Hostile]:
    """Small files that would need the memory, the pages or the hours of a machine."""
    yield _of("png of 20,000 x 20,000", png_bomb(), "too_many_pixels")
    yield _of("png with 200 MB of text", text_bomb(), "clean", "broken", "too_many_pixels")
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    plain = small("PNG")
    lie = with_chunk(plain[:8], b"IHDR", head, place=8) + plain[33:]
    yield _of("png that says it has no end", lie, "too_many_pixels", "broken")
    huge = bytearray(small("JPEG"))
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    yield _of("jpeg of 65,500 x 65,500", bytes(huge), "too_many_pixels")
    yield _of("gif of 100,000 frames", many_frames(), "clean")
    wide = bytearray(small("GIF"))
    wide[6:10] = struct.pack("<HH", 65_535, 65_535)
    yield _of("gif of 65,535 x 65,535", bytes(wide), "too_many_pixels")
    flat = encoded(Image.new("RGB", (16_383, 8_000)), "WEBP", lossless=True, method=0)
    yield _of("webp of 131 million pixels", flat, "too_many_pixels", "broken")
    large = heic().replace(struct.pack(">II", 64, 48), struct.pack(">II", 2**31, 2**31))
    yield _of("heic that says it is huge", large, "too_many_pixels", "broken", "clean")
    yield from _papers()
    yield from _films()


def _papers() -> Iterator[Hostile]:
    kids = b" ".join(b"3 0 R" for _ in range(10_000))
    many = Paper().objects() | {2: b"<</Type/Pages/Count 10000/Kids[%s]>>" % kids}
    yield _of("pdf of 10,000 pages", filed(many), "too_many_pages")
    said = Paper().objects() | {2: b"<</Type/Pages/Count 2000000000/Kids[3 0 R]>>"}
    yield _of("pdf that says it has no end", filed(said), "too_many_pages", "clean", "broken")
    deep = Paper().objects() | {2: b"<</Type/Pages/Count 1/Kids[10 0 R]>>"}
    deep |= {
        n: b"<</Type/Pages/Parent 2 0 R/Count 1/Kids[%d 0 R]>>" % (n + 1) for n in range(10, 20_000)
    }
    deep[20_000] = deep[3]
    yield _of("pdf tree of 20,000 steps", filed(deep), "clean", "broken", "too_slow")
    loop = Paper().objects() | {2: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"}
    yield _of("pdf tree that bites its tail", filed(loop), "clean", "broken", "too_slow")
    nested = Paper(catalog=b"/Own" + b"[" * 100_000).written()
    yield _of("pdf of 100,000 brackets", nested, "clean", "broken")
    zeros = _zeros(500, b" ")
    packed = Paper().objects() | {4: stream(zeros, b"/Filter/FlateDecode")}
    yield _of(
        "pdf with 500 MB of spaces", filed(packed), "clean", "broken", "too_many_pixels", "too_slow"
    )
    head = b"/Type/XObject/Subtype/Image/Width 20000/Height 20000/ColorSpace/DeviceGray"
    head += b"/BitsPerComponent 8/Filter/FlateDecode"
    image = Paper().objects() | {6: stream(_zeros(400), head)}
    answers = ("clean", "broken", "too_many_pixels", "too_slow")
    yield _of("pdf with a picture of 20,000 x 20,000", filed(image), *answers)
    page = Paper().objects()
    page[3] = page[3].replace(b"[0 0 120 60]", b"[0 0 2000000 2000000]")
    yield _of("pdf page of half a mile", filed(page), "clean", "broken")
    yield _of("pdf that draws itself", filed(_laughing(2, 1)), "clean", "broken", "too_slow")
    protected = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%s)/U(%s)>>" % (b"o" * 32, b"u" * 32)
    asks = Paper(trailer=protected + b"/ID[(0123456789012345)(0123456789012345)]").written()
    yield _of("pdf with a password", asks, "protected")
    yield _of("pdf without anything", b"%PDF-1.7\n%%EOF", "broken")


def endless_pdf() -> bytes:
    """A PDF that draws ten thousand million squares. It takes a child's whole time."""
    return filed(_laughing(10, 10))


def _laughing(times: int, levels: int) -> dict[int, bytes]:
    """Forms that draw the next form several times, the last one a square (or the first again)."""
    objects = Paper(content=b"/X Do").objects()
    objects[3] = objects[3].replace(b"/XObject<<", b"/XObject<</X 10 0 R")
    for level in range(levels):
        following = 10 + (level + 1) % max(levels, 1) if levels == 1 else 11 + level
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 120 60]"
        head += b"/Resources<</XObject<</X %d 0 R>>>>" % following
        objects[10 + level] = stream(b"/X Do " * times, head)
    last = b"/Type/XObject/Subtype/Form/BBox[0 0 120 60]"
    objects.setdefault(10 + levels, stream(b"0 0 99 50 re f", last))
    return objects


def _films() -> Iterator[Hostile]:
    slow = film(rate=Fraction(1, 1440), frames=6, sound="")
    yield _of("video of two hours", slow, "too_long")
    lie = slow
    for name, place in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        at = lie.index(name) + place
        lie = lie[:at] + struct.pack(">I", 1) + lie[at + 4 :]
    yield _of("video of two hours that says one second", lie, "too_long")
    wide = film(size=(4_112, 4_112), frames=1, sound="")
    yield _of("video of 17 million pixels", wide, "too_many_pixels")
    yield _of("sound in a video file", voice_only(), "voice")
    yield _of("sound in a webm file", voice_only("libopus", "webm"), "voice")
    plain = bare()
    at = plain.index(b"stsz") + 8
    many = plain[:at] + struct.pack(">II", 0, 2**32 - 1) + plain[at + 8 :]
    yield _of("video of four thousand million frames", many, "broken", "clean", "too_many_pixels")
    start, _ = find(plain, b"moov")[0]
    endless = plain[:start] + struct.pack(">I", 0) + plain[start + 4 :]
    yield _of("video whose index has no end", endless, "broken", "clean")
    deep = b""
    for _ in range(5_000):
        deep = box(b"moov", deep)
    yield _of("video of 5,000 boxes in boxes", box(b"ftyp", b"isom", bytes(4)) + deep, "broken")
    named = into(plain, (b"moov",), box(b"udta", box(b"meta", bytes(2**20))))
    yield _of("video with a megabyte of tags", named, "clean", "broken")
    other = plain.replace(b"url \0\0\0\1", b"url \0\0\0\0")
    yield _of("video whose frames lie elsewhere", other, "clean", "broken")


def two_kinds() -> Iterator[Hostile]:
    """Files that are one thing to one program and another to the next."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("names.txt", CANARY * 20)
    zipped, page = archive.getvalue(), b"<script>alert('%s')</script>" % WORD
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        yield _of(f"{kind} and archive", small(kind) + zipped, "clean")
        yield _of(f"{kind} and page", small(kind) + page, "clean")
    yield _of("JPEG and program", with_segment(small("JPEG"), 0xFE, b"#!/bin/sh\n" + WORD), "clean")
    paper = Paper().written()
    yield _of("JPEG and PDF", with_segment(small("JPEG"), 0xFE, paper), "clean")
    yield _of("PDF and archive", paper + zipped, "clean")
    yield _of("PDF and page", paper + page, "clean")
    yield _of("page and PDF", page + paper, "web_page")
    yield _of("archive and PDF", zipped + paper, "archive")
    yield _of("video and page", bare() + box(b"free", page), "clean")
    yield _of("HEIC and archive", heic() + zipped, "clean")
    yield _of("program and picture", b"MZ" + bytes(60) + small("JPEG"), "not_a_picture")
    yield _of("GIF and script", b"GIF89a/*" + bytes(20) + b"*/=1;alert('%s')" % WORD, "broken")


def whole() -> dict[str, bytes]:
    """One sound file of each kind, by kind."""
    return {
        "JPEG": encoded(upright(), "JPEG"),
        "PNG": encoded(upright(), "PNG"),
        "WEBP": encoded(upright(), "WEBP"),
        "GIF": encoded(upright(), "GIF"),
        "AVIF": encoded(upright(), "AVIF"),
        "HEIC": heic(),
        "PDF": Paper().written(),
        "VIDEO": film(),
        "WEBM": film("libvpx", "webm", sound="libopus"),
    }


def cut(parts: tuple[float, ...] = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)) -> Iterator[Hostile]:
    """Every kind, broken off at several places."""
    for kind, data in whole().items():
        for part in parts:
            name = f"{kind} cut at {part:.0%}"
            yield Hostile(name, data[: max(16, int(len(data) * part))], _ANYTHING)


def bent(times: int = 5) -> Iterator[Hostile]:
    """Every kind with some of its bytes changed, and its beginning before random bytes."""
    chance = random.Random(7)
    for kind, data in whole().items():
        for number in range(times):
            wrong = bytearray(data)
            for _ in range(1 + number * 4):
                wrong[chance.randrange(16, len(wrong))] = chance.randrange(256)
            yield Hostile(f"{kind} bent {number}", bytes(wrong), _ANYTHING)
        yield Hostile(f"{kind} before chance", data[:64] + chance.randbytes(5_000), _ANYTHING)


_ANYTHING = frozenset(
    (
        "clean",
        "broken",
        "too_many_pixels",
        "too_many_pages",
        "too_long",
        "too_slow",
        "protected",
        "voice",
    )
)


def other_kinds() -> Iterator[Hostile]:
    """What is recognised and not taken."""
    office = io.BytesIO()
    with zipfile.ZipFile(office, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w/>")
    open_office = io.BytesIO()
    with zipfile.ZipFile(open_office, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    sounds = {
        "ogg": b"OggS\0\2",
        "mp3": b"\xff\xfb\x90\0",
        "mp3 with a title": b"ID3\4\0",
        "aac": b"\xff\xf1\x50\x80",
        "amr": b"#!AMR\n",
        "wave": b"RIFF\x24\0\0\0WAVEfmt ",
        "flac": b"fLaC\0",
        "m4a": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42",
        "caf": b"caff\0\1",
    }
    archives = {
        "zip": b"PK\x03\x04\x14\0\0\0\x08\0",
        "rar": b"Rar!\x1a\x07\1\0",
        "7z": b"7z\xbc\xaf\x27\x1c",
        "gzip": b"\x1f\x8b\x08",
        "bzip2": b"BZh91AY",
        "xz": b"\xfd7zXZ\0",
        "tar": b"names.txt".ljust(257, b"\0") + b"ustar",
        "cab": b"MSCF\0",
    }
    pages = {
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "xml": b'<?xml version="1.0"?><svg/>',
        "html": b"\n  <!doctype html><script>alert(1)</script>",
        "html in wide letters": b"\xff\xfe" + "<html>".encode("utf-16-le"),
        "html behind a mark": b"\xef\xbb\xbf<html>",
    }
    rest = {
        "windows program": b"MZ\x90\0",
        "linux program": b"\x7fELF\2\1\1",
        "script": b"#!/bin/sh\nrm -rf ~\n",
        "bmp": encoded(upright((4, 4)), "BMP"),
        "tiff": encoded(upright((4, 4)), "TIFF"),
        "words": b"just words",
        "avi": b"RIFF\x24\0\0\0AVI LIST",
        "bytes": bytes(range(256)) * 4,
    }
    office_files = {
        "new word": office.getvalue(),
        "open office": open_office.getvalue(),
        "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "rtf": b"{\\rtf1 words}",
    }
    families = {"voice": sounds, "archive": archives, "web_page": pages, "office": office_files}
    for answer, files in (families | {"not_a_picture": rest}).items():
        for name, data in files.items():
            yield _of(name, data if len(data) > 200 else data + bytes(200), answer)
    yield _of("nothing", b"", "empty")


@cache
def png_bomb() -> bytes:
    """A PNG of 50 KB that would need 400 million pixels."""
    return encoded(Image.new("1", (20_000, 20_000)), "PNG")


@cache
def text_bomb() -> bytes:
    """A small PNG with 200 MB of compressed text."""
    return with_chunk(encoded(upright(), "PNG"), b"zTXt", b"Comment\0\0" + _zeros(200))


@cache
def many_frames(count: int = 100_000) -> bytes:
    """A GIF that shows the same small square again and again."""
    plain = encoded(Image.new("P", (2, 2)), "GIF")
    start = plain.index(b",", 13)
    return plain[:-1] + plain[start:-1] * (count - 1) + b";"


def jpeg_and_zip() -> bytes:
    """A JPEG that is at the same time an archive."""
    return next(each.data for each in two_kinds() if each.name == "JPEG and archive")


@cache
def _zeros(megabytes: int, of: bytes = b"\0") -> bytes:
    packer, piece = zlib.compressobj(9), of * _MEGABYTE
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
