"""Photos as a phone makes them, and files that only pretend to be some."""

import io
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import FilePayload

CANARY: Final = "CANARY5150PHONE"
MEGABYTE: Final = 1024 * 1024
_ARTIST, _GPS = 0x013B, 0x8825
_PLACE: Final = {1: "N", 2: (16.0, 3.0, 15.5), 3: "E", 4: (108.0, 12.0, 40.25)}


def photo(name: str = "IMG_0001.jpg", colour: str = "teal") -> FilePayload:
    """A JPEG whose EXIF says where it was taken, and by whom."""
    image = Image.new("RGB", (640, 480), colour)
    exif = image.getexif()
    exif[_ARTIST] = CANARY
    exif.get_ifd(_GPS).update(_PLACE)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    assert CANARY.encode() in out.getvalue()
    return _file(name, out.getvalue())


def truncated() -> FilePayload:
    """The first half of a JPEG."""
    whole = photo()["buffer"]
    return _file("half.jpg", whole[: len(whole) // 2])


def disguised() -> FilePayload:
    """An old Word file that calls itself a JPEG."""
    return _file("letter.jpg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def huge(folder: Path) -> Path:
    """25 megabytes that begin like a JPEG."""
    file = folder / "huge.jpg"
    file.write_bytes(photo()["buffer"].ljust(25 * MEGABYTE, b"\0"))
    return file


def _file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}
