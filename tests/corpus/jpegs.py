"""JPEG with the canary in each of its blocks, in what the blocks hold, and outside of them."""

import struct
from collections.abc import Iterator

from PIL import Image

from tests.corpus import tiff
from tests.corpus.drawn import encoded, exif, profile, small, upright, with_segment
from tests.corpus.planting import CANARY, WORD, Planted, xmp

_IPTC = {
    "title": 5,
    "keywords": 25,
    "instructions": 40,
    "day": 55,
    "program": 65,
    "by-line": 80,
    "by-line title": 85,
    "city": 90,
    "sublocation": 92,
    "province": 95,
    "country": 101,
    "reference": 103,
    "headline": 105,
    "credit": 110,
    "source": 115,
    "copyright": 116,
    "contact": 118,
    "caption": 120,
    "writer": 122,
}
_PHOTOSHOP = {
    "caption of Mac": 0x03F0,
    "alpha names": 0x03EE,
    "address": 0x040B,
    "copyright": 0x040A,
    "slices": 0x041A,
    "path": 0x07D0,
    "layer state": 0x0400,
    "print flags": 0x0BB7,
    "exif": 0x0422,
    "xmp": 0x0424,
    "unknown": 0x0FA0,
}
_TRAILERS = {
    "words": b"",
    "zip": b"PK\x03\x04",
    "second file": b"%PDF-1.7\n",
    "samsung": b"\0\0\1\x0a",
    "google motion": b"\0\0\0\x18ftypmp42",
}


def planted() -> Iterator[Planted]:
    """The files, by place."""
    plain = small("JPEG")
    for name, block in tiff.single():
        yield Planted(f"jpeg exif {name}", with_segment(plain, 0xE1, b"Exif\0\0" + block))
    word = WORD + b"\0"
    for name, entries in (("maker", [(0x10F, 2, word)]), ("windows", [(0x9C9C, 1, word)])):
        block = tiff.block(entries, camera=[(0x927C, 7, word)], order=">")
        yield Planted(f"jpeg exif {name}, big end", with_segment(plain, 0xE1, b"Exif\0\0" + block))
    yield Planted("jpeg exif thumbnail", with_segment(plain, 0xE1, b"Exif\0\0" + exif()))
    yield from _segments(plain)
    yield from _resources(plain)
    yield from _outside(plain)
    yield from _kinds()


def _segments(plain: bytes) -> Iterator[Planted]:
    yield Planted("jpeg xmp", with_segment(plain, 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp()))
    longer = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", 99, 0)
    yield Planted("jpeg long xmp", with_segment(plain, 0xE1, longer + xmp()))
    yield Planted("jpeg comment", with_segment(plain, 0xFE, WORD))
    twice = with_segment(with_segment(plain, 0xFE, WORD), 0xFE, b"another")
    yield Planted("jpeg second comment", twice)
    wide = with_segment(plain, 0xFE, CANARY.encode("utf-16-le"))
    yield Planted("jpeg comment in wide letters", wide)
    for number in range(16):
        yield Planted(f"jpeg app{number}", with_segment(plain, 0xE0 + number, b"Word\0" + WORD))
    jfxx = b"JFXX\0\x10" + with_segment(plain, 0xFE, WORD)
    yield Planted("jpeg jfxx thumbnail", with_segment(plain, 0xE0, jfxx))
    yield Planted("jpeg adobe", with_segment(plain, 0xEE, b"Adobe\0\x64\0\0\0\0\x01" + WORD))
    yield Planted("jpeg ducky", with_segment(plain, 0xEC, b"Ducky\0\2\0\x0d" + WORD))
    yield Planted("jpeg c2pa", with_segment(plain, 0xEB, b"JP\0\1\0\0\0\1jumb" + WORD))
    flir = b"FLIR\0\1\0\0" + WORD
    yield Planted("jpeg thermal", with_segment(plain, 0xE1, flir))
    yield Planted("jpeg profile", encoded(upright((48, 32)), "JPEG", icc_profile=profile()))
    cut = profile()
    both = with_segment(plain, 0xE2, b"ICC_PROFILE\0\2\2" + cut[100:])
    both = with_segment(both, 0xE2, b"ICC_PROFILE\0\1\2" + cut[:100])
    yield Planted("jpeg profile in two", both)
    place = plain.index(b"\xff\xda")
    comment = b"\xff\xfe" + struct.pack(">H", len(WORD) + 2) + WORD
    yield Planted("jpeg comment before the scan", plain[:place] + comment + plain[place:])


def _resources(plain: bytes) -> Iterator[Planted]:
    for name, number in _IPTC.items():
        iptc = b"\x1c\x02" + bytes((number,)) + struct.pack(">H", len(WORD)) + WORD
        yield Planted(f"jpeg iptc {name}", with_segment(plain, 0xED, _resource(0x0404, iptc)))
    for name, number in _PHOTOSHOP.items():
        body = xmp() if name == "xmp" else WORD
        yield Planted(f"jpeg photoshop {name}", with_segment(plain, 0xED, _resource(number, body)))
    thumbnail = struct.pack(">7I", 1, 16, 16, 48, 768, 0, 1) + with_segment(plain, 0xFE, WORD)
    yield Planted("jpeg photoshop preview", with_segment(plain, 0xED, _resource(0x40C, thumbnail)))
    named = b"8BIM\x03\xed" + bytes((len(WORD),)) + WORD + struct.pack(">I", 0)
    yield Planted("jpeg photoshop name", with_segment(plain, 0xED, b"Photoshop 3.0\0" + named))


def _resource(number: int, body: bytes) -> bytes:
    head = b"8BIM" + struct.pack(">HHI", number, 0, len(body))
    return b"Photoshop 3.0\0" + head + body + b"\0" * (len(body) % 2)


def _outside(plain: bytes) -> Iterator[Planted]:
    for name, mark in _TRAILERS.items():
        yield Planted(f"jpeg behind the end, {name}", plain + mark + WORD)
    second = upright((48, 32)).rotate(180)
    both = encoded(upright((48, 32)), "MPO", save_all=True, append_images=[second])
    place = both.rindex(b"\xff\xd8\xff")
    marked = both[:place] + with_segment(both[place:], 0xFE, WORD)
    yield Planted("jpeg second picture", marked)


def _kinds() -> Iterator[Planted]:
    image = upright((48, 32))
    grey = encoded(image.convert("L"), "JPEG")
    yield Planted("jpeg comment in grey", with_segment(grey, 0xFE, WORD))
    progressive = encoded(image, "JPEG", progressive=True)
    yield Planted("jpeg progressive comment", with_segment(progressive, 0xFE, WORD))
    place = progressive.rindex(b"\xff\xda")
    comment = b"\xff\xfe" + struct.pack(">H", len(WORD) + 2) + WORD
    yield Planted("jpeg between scans", progressive[:place] + comment + progressive[place:])
    ink = encoded(image.convert("CMYK"), "JPEG", comment=WORD)
    yield Planted("jpeg cmyk comment", ink)
    turned = image.transpose(Image.Transpose.ROTATE_90)
    block = tiff.full(6)
    yield Planted("jpeg turned", with_segment(encoded(turned, "JPEG"), 0xE1, b"Exif\0\0" + block))
