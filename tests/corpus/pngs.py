"""PNG with the canary in its text blocks, plain and packed, and where pixels cannot be seen."""

import struct
import zlib
from collections.abc import Iterator

from tests.corpus.drawn import encoded, erased, exif, profile, small, upright, with_chunk
from tests.corpus.planting import CANARY, WORD, Planted, xmp

_KEYWORDS = (
    *("Title", "Author", "Description", "Copyright", "Creation Time", "Software", "Disclaimer"),
    *("Source", "Comment", "Location"),
)
_START = b"\x89PNG\r\n\x1a\n"


def planted() -> Iterator[Planted]:
    """The files, by place."""
    plain = small("PNG")
    for word in _KEYWORDS:
        body = word.encode() + b"\0" + WORD
        yield Planted(f"png text {word}", with_chunk(plain, b"tEXt", body))
    yield from _chunks(plain)
    yield from _packed(plain)
    yield from _unseen(plain)


def _chunks(plain: bytes) -> Iterator[Planted]:
    bodies = {
        b"tEXt": b"Comment\0" + WORD,
        b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(),
        b"eXIf": exif(),
        b"zxIf": b"\0" + exif(),
        b"caNy": WORD,
        b"sPLT": WORD + b"\0\x08",
        b"dSIG": WORD,
        b"pCAL": WORD + b"\0" + bytes(10),
        b"sCAL": b"\1" + WORD,
        b"caBX": b"\0\0\0\1jumb" + WORD,
        b"iDOT": WORD,
        b"tIME": WORD[:7] + WORD,
    }
    for name, body in bodies.items():
        for end in (False, True):
            place = f"png {name.decode()} {'behind' if end else 'before'} the pixels"
            yield Planted(place, with_chunk(plain, name, body, at_the_end=end))
    language = b"Comment\0\0\0" + WORD + b"\0\0words"
    yield Planted("png language of a text", with_chunk(plain, b"iTXt", language))
    translated = b"Comment\0\0\0vi\0" + WORD + b"\0words"
    yield Planted("png translated keyword", with_chunk(plain, b"iTXt", translated))
    yield Planted("png keyword", with_chunk(plain, b"tEXt", WORD + b"\0words"))


def _packed(plain: bytes) -> Iterator[Planted]:
    packed = zlib.compress(WORD * 3)
    yield Planted("png zTXt", with_chunk(plain, b"zTXt", b"Comment\0\0" + packed))
    yield Planted("png packed iTXt", with_chunk(plain, b"iTXt", b"Comment\0\x01\0\0\0" + packed))
    for kind in ("exif", "iptc", "xmp", "8bim"):
        raw = f"\n{kind}\n      13\n{CANARY.encode().hex()}\n".encode()
        body = f"Raw profile type {kind}".encode() + b"\0\0" + zlib.compress(raw)
        yield Planted(f"png raw {kind}", with_chunk(plain, b"zTXt", body))
    yield Planted("png profile", encoded(upright((48, 32)), "PNG", icc_profile=profile()))
    yield Planted("png name of the profile", with_chunk(plain, b"iCCP", WORD + b"\0\0" + packed))


def _unseen(plain: bytes) -> Iterator[Planted]:
    yield Planted("png behind the end", plain + WORD)
    yield Planted("png second picture", plain + with_chunk(plain, b"tEXt", b"A\0" + WORD))
    clear = encoded(erased((48, 32)), "PNG")
    yield Planted("png alpha text", with_chunk(clear, b"tEXt", b"A\0" + WORD))
    indexed = encoded(upright((48, 32)).quantize(4), "PNG")
    yield Planted("png indexed text", with_chunk(indexed, b"tEXt", b"A\0" + WORD))
    frames = [upright((48, 32)), upright((48, 32)).rotate(180)]
    moving = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
    yield Planted("png animation text", with_chunk(moving, b"tEXt", b"A\0" + WORD))
    # Colours that spell the secret: no pixel uses them, or all pixels that do are erased.
    table = b"\xff\0\0\0\xff\0" + WORD.ljust(15, b".")
    yield Planted("png unused colours", _drawn(3, table, b"\0\1\0\1"))
    table = WORD.ljust(15, b".")
    see_through = _drawn(3, table, b"\0\1\2\3\4", alpha=bytes(5))
    yield Planted("png erased colours", see_through)
    yield Planted("png hidden behind packed pixels", _drawn(2, b"", b"\xff\0\0" * 4, behind=WORD))
    more = b"\xff\0\0" * 4 + b"\0" + WORD
    yield Planted("png more rows than it has", _drawn(2, b"", more, width=4))


def _drawn(
    kind: int,
    table: bytes,
    row: bytes,
    *,
    alpha: bytes = b"",
    behind: bytes = b"",
    width: int = 0,
) -> bytes:
    """A PNG of one row, of colour type `kind`: 2 are colours, 3 numbers of the `table`."""
    wide = width or len(row) // {2: 3, 3: 1}[kind]
    out = with_chunk(_START, b"IHDR", struct.pack(">IIBBBBB", wide, 1, 8, kind, 0, 0, 0), place=8)
    for name, body in ((b"PLTE", table), (b"tRNS", alpha)):
        out = with_chunk(out, name, body, place=len(out)) if body else out
    pixels = zlib.compress(b"\0" + row) + behind
    out = with_chunk(out, b"IDAT", pixels, place=len(out))
    return with_chunk(out, b"IEND", b"", place=len(out))
