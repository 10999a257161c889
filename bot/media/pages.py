"""Puts a PDF together from bare pictures of its pages: nothing else can be in it.

The child that reads the evil PDF sends pictures only. The file that an officer opens is written
here, from a handful of fixed words, so that whoever takes the child over gains no PDF.
"""

import struct
from collections.abc import Iterator

from bot.media import bare
from bot.media.contract import (
    MAX_CLEAN_PDF_BYTES,
    MAX_PAGE_SIDE_PIXELS,
    MAX_PDF_PAGES,
    CleanFile,
)

# Pages are drawn at 150 dots to the inch, and a PDF counts 72 points to the inch.
_POINTS_A_PIXEL = 72 / 150
# A page needs about 420 bytes beside its picture.
_FRAME_BYTES = 600
_HEAD = b"%PDF-1.4\n"


def joined(answer: bytes) -> CleanFile | None:
    """The PDF of the pages in a child's answer, each behind its length; None unless every one is a
    bare JPEG in colour and of the right size.
    """
    parts = list(_parts(answer))
    shapes = [bare.read(part) for part in parts]
    if not 1 <= len(parts) <= MAX_PDF_PAGES or sum(map(len, parts)) + 4 * len(parts) != len(answer):
        return None
    good = [shape for shape in shapes if shape is not None and _is_page(shape)]
    if len(good) != len(parts):
        return None
    data = _written(parts, good)
    if len(data) > MAX_CLEAN_PDF_BYTES + _FRAME_BYTES * MAX_PDF_PAGES:
        return None
    return CleanFile(data, "application/pdf", good[0].width, good[0].height, pages=len(parts))


def _parts(answer: bytes) -> Iterator[bytes]:
    place = 0
    while place + 4 <= len(answer):
        (length,) = struct.unpack_from(">I", answer, place)
        yield answer[place + 4 : place + 4 + length]
        place += 4 + length


def _is_page(shape: bare.Shape) -> bool:
    longer = max(shape.width, shape.height)
    return shape.kind == "image/jpeg" and shape.colours == 3 and longer <= MAX_PAGE_SIDE_PIXELS


def _written(parts: list[bytes], shapes: list[bare.Shape]) -> bytes:
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = b" ".join(b"%d 0 R" % (3 + 3 * number) for number in range(len(parts)))
    objects.append(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(parts), kids))
    for number, (part, shape) in enumerate(zip(parts, shapes, strict=True)):
        at = 3 + 3 * number
        wide, high = (b"%.2f" % (side * _POINTS_A_PIXEL) for side in (shape.width, shape.height))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R"
            b"/Resources<</XObject<</P %d 0 R>>>>>>" % (wide, high, at + 1, at + 2)
        )
        objects.append(_stream(b"", b"%s 0 0 %s 0 0 cm /P Do" % (wide, high)))
        head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        head += b"/BitsPerComponent 8/Filter/DCTDecode"
        objects.append(_stream(head % (shape.width, shape.height), part))
    return _filed(objects)


def _stream(head: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(body), body)


def _filed(objects: list[bytes]) -> bytes:
    out, places = bytearray(_HEAD), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
