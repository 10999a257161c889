"""WebP with the canary in its chunks and behind them."""

import struct
from collections.abc import Iterator

from tests.corpus import tiff
from tests.corpus.drawn import encoded, erased, exif, profile, small, upright
from tests.corpus.planting import WORD, Planted, xmp

_SOME = ("maker", "model", "artist", "camera owner", "camera maker note", "position method")


def planted() -> Iterator[Planted]:
    """The files, by place."""
    image = upright((48, 32))
    yield Planted("webp exif", small("WEBP", exif=exif()))
    blocks = dict(tiff.single())
    for name in _SOME:
        yield Planted(f"webp exif {name}", small("WEBP", exif=blocks[name]))
    yield Planted("webp xmp", small("WEBP", xmp=xmp()))
    yield Planted("webp profile", small("WEBP", icc_profile=profile()))
    lossless = encoded(erased((48, 32)), "WEBP", lossless=True, xmp=xmp())
    yield Planted("webp lossless xmp", lossless)
    yield Planted("webp behind the end", small("WEBP") + WORD)
    yield Planted("webp zip behind the end", small("WEBP") + b"PK\x03\x04" + WORD)
    frames = [image, image.rotate(180)]
    moving = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], xmp=xmp())
    yield Planted("webp animation xmp", moving)
    for letters in ("caNy", "JUNK", "LIST", "C2PA"):
        chunks = small("WEBP", xmp=b"<x/>")
        chunks += letters.encode() + struct.pack("<I", len(WORD) + 1) + WORD + b"\0"
        whole = b"RIFF" + struct.pack("<I", len(chunks) - 8) + chunks[8:]
        yield Planted(f"webp chunk {letters}", whole)
    simple = small("WEBP") + b"caNy" + struct.pack("<I", len(WORD) + 1) + WORD + b"\0"
    whole = b"RIFF" + struct.pack("<I", len(simple) - 8) + simple[8:]
    yield Planted("webp chunk of a simple file", whole)
