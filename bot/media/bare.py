"""Tells whether a picture is bare: the frame that its pixels need, and not one block more.

The cleaner's parent asks this about everything that comes out of the sandbox, so that a child which
an evil picture has taken over cannot hand the original file through.
"""

import re
import struct
from typing import NamedTuple

_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_TABLES, _FRAME, _SCAN, _APP0 = {0xDB, 0xC4}, 0xC0, 0xDA, 0xE0
# Version 1.1, no unit, density 1 by 1, no thumbnail.
_JFIF = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
# Inside the scan a 0xFF is followed by a stuffed zero; any other marker may only be the end.
_MARKER = re.compile(rb"\xff[^\0]", re.DOTALL)


class Shape(NamedTuple):
    """What a bare picture is: MIME type, width and height in pixels, number of colour channels (of
    a PNG always 0: nobody asks).
    """

    kind: str
    width: int
    height: int
    colours: int = 0


def read(data: bytes) -> Shape | None:
    """The shape of a bare baseline JPEG or bare PNG; None for everything else."""
    try:
        if data.startswith(_JPEG_START):
            return _jpeg(data)
        if data.startswith(_PNG_START):
            return _png(data)
    except struct.error:  # the data ends before a block does
        return None
    return None


def _jpeg(data: bytes) -> Shape | None:
    place, shape = len(_JPEG_START), None
    while True:
        lead, marker, length = struct.unpack_from(">BBH", data, place)
        body = data[place + 4 : place + 2 + length]
        if lead != 0xFF or len(body) != length - 2:
            return None
        place += 2 + length
        if marker == _FRAME and shape is None:
            height, width, colours = struct.unpack_from(">HHB", body, 1)
            if len(body) != 6 + 3 * colours or not width or not height:
                return None
            shape = Shape("image/jpeg", width, height, colours)
        elif marker == _SCAN:
            found = _MARKER.search(data, place)
            ends_well = found is not None and data[found.start() :] == _JPEG_END
            return shape if ends_well else None
        elif not (marker in _TABLES or (marker == _APP0 and body == _JFIF)):
            return None


def _png(data: bytes) -> Shape | None:
    place, names = len(_PNG_START), []
    while place < len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        names.append(name)
        place += 12 + length
    middle = set(names[1:-1])
    if place != len(data) or (names[:1], names[-1:], middle) != ([b"IHDR"], [b"IEND"], {b"IDAT"}):
        return None
    width, height = struct.unpack_from(">II", data, 16)
    # The first block is of one length, and the last one empty.
    if data[8:12] != b"\0\0\0\x0d" or data[-12:-8] != bytes(4) or not width or not height:
        return None
    return Shape("image/png", width, height)
