"""A picture that shows how it was turned, and how it is put into a file."""

import io
import struct
import zlib

from PIL import Image, ImageCms, ImageDraw

from tests.corpus import tiff
from tests.corpus.planting import CANARY

SIZE = (300, 200)
CORNERS = ("red", "lime", "blue", "yellow")  # upper left, upper right, lower left, lower right

_PNG_HEAD_END = 8 + 25


def upright(size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture whose four corners differ, so that every turn and mirroring is seen."""
    image = Image.new("RGB", size)
    draw, (width, height) = ImageDraw.Draw(image), size
    for number, colour in enumerate(CORNERS):
        left, top = (number % 2) * width // 2, (number // 2) * height // 2
        draw.rectangle((left, top, left + width // 2, top + height // 2), fill=colour)
    return image


def corners(image: Image.Image) -> list[str]:
    """The names of the colours a little inside the four corners."""
    names = {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue", (1, 1, 0): "yellow"}
    across, down = image.width // 15, image.height // 10
    right, low = image.width - across - 1, image.height - down - 1
    found = []
    for place in ((across, down), (right, down), (across, low), (right, low)):
        pixel = image.convert("RGB").getpixel(place)
        assert isinstance(pixel, tuple)
        found.append(names[pixel[0] // 128, pixel[1] // 128, pixel[2] // 128])
    return found


def turned(orientation: int) -> Image.Image:
    """`upright()` as a camera stores it that notes this EXIF orientation (1 to 8) beside it."""
    image, turn = upright(), Image.Transpose
    stored = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }
    return image if orientation == 1 else image.transpose(stored[orientation])


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    """`image` as the bytes of a file, by Pillow."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def exif(orientation: int = 1, canary: str = CANARY) -> bytes:
    """A TIFF block with the canary in words, maker's note, position and thumbnail."""
    word = canary.encode() + b"\0"
    thumbnail = with_segment(encoded(Image.new("RGB", (16, 16)), "JPEG"), 0xFE, word)
    return tiff.full(orientation, canary, thumbnail=thumbnail)


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its first two bytes."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def with_chunk(
    png: bytes, name: bytes, body: bytes, *, at_the_end: bool = False, place: int = _PNG_HEAD_END
) -> bytes:
    """A PNG with one more chunk: behind the header, or at `place`, or before the last chunk."""
    whole = struct.pack(">I", len(body)) + name + body
    whole += struct.pack(">I", zlib.crc32(name + body))
    place = len(png) - 12 if at_the_end else place
    return png[:place] + whole + png[place:]


def erased(size: tuple[int, int] = SIZE) -> Image.Image:
    """The left half is fully transparent."""
    image = upright(size).convert("RGBA")
    image.paste((255, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return image


def profile() -> bytes:
    """A colour profile that describes itself with the canary."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    described = plain.replace("sRGB built-in".encode("utf-16-be"), CANARY.encode("utf-16-be"))
    if described == plain:
        raise ValueError("the profile's description is no longer where it was")
    return described


def small(kind: str, **how: object) -> bytes:
    """A picture of few pixels, so that hundreds are cleaned in seconds."""
    return encoded(upright((48, 32)), kind, **how)
