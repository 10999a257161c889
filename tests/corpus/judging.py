"""Looks for the canary in a file: in its bytes, what is packed in it, its pixels; asks exiftool."""

import contextlib
import io
import json
import re
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from bot.media import CleanFile
from tests.corpus.planting import CANARY, forms
from tests.services import exiftool

_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_MOST_BYTES = 1024 * 1024
# What exiftool may see in a clean file: its shape, and that every date and name is empty.
_SHAPE = re.compile(
    r"SourceFile|ExifTool:ExifToolVersion|System:\w+|Composite:\w+"
    r"|File:(?:FileType|FileTypeExtension|MIMEType|ImageWidth|ImageHeight|EncodingProcess"
    r"|BitsPerSample|ColorComponents|YCbCrSubSampling)"
    r"|JFIF:(?:JFIFVersion|ResolutionUnit|XResolution|YResolution)"
    r"|PNG:(?:ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace)"
    r"|PDF:(?:PDFVersion|Linearized|PageCount)"
    r"|(?:QuickTime|Track\d):\w+"
)
_DATES = re.compile(r"(?:QuickTime|Track\d):\w*(?:Create|Modify)Date")


def is_found(data: bytes) -> bool:
    """Whether the canary can be read somewhere in `data`."""
    return any(form in each for form in forms() for each in (data, *_unpacked(data)))


def is_left(cleaned: CleanFile) -> bool:
    """Whether the canary can be read in what was cleaned, in either form of a video."""
    return any(is_found(each) for each in (cleaned.data, cleaned.with_sound or b""))


def told(folder: Path, files: Sequence[bytes]) -> list[dict[str, object]]:
    """What exiftool says about each of `files`, which are written into `folder` for it."""
    for number, data in enumerate(files):
        (folder / f"{number:04}").write_bytes(data)
    done = subprocess.run(
        [exiftool() or "exiftool", "-j", "-G1", "-a", "-u", "-U", "-ee", *sorted(folder.iterdir())],
        capture_output=True,
        check=False,
        timeout=300,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return sorted(found, key=lambda tags: str(tags["SourceFile"]))


def tells(tags: dict[str, object]) -> bool:
    """Whether exiftool saw the canary."""
    return CANARY in json.dumps(tags)


def beside_its_shape(tags: dict[str, object]) -> list[str]:
    """What exiftool saw beyond the shape of a file: a warning, a tag, a date that is not empty."""
    more = [name for name in tags if not _SHAPE.fullmatch(name)]
    dates = [name for name in tags if _DATES.fullmatch(name)]
    return more + [name for name in dates if tags[name] != "0000:00:00 00:00:00"]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What is packed with zlib anywhere in `data` (PNG and PDF do that), and a picture's pixels."""
    for mark in _PACKED.finditer(data):
        unpacker = zlib.decompressobj()
        with contextlib.suppress(zlib.error):
            yield unpacker.decompress(data[mark.start() :], _MOST_BYTES)
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        with contextlib.suppress(OSError, ValueError, SyntaxError):
            image = Image.open(io.BytesIO(data))
            yield image.tobytes()
            yield bytes(image.getpalette() or b"")
