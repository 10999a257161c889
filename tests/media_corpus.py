"""Pictures with a canary in every place known to leak, and pictures made to hurt a decoder."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from PIL import Image, ImageCms, ImageDraw

# As long as the description in Pillow's own sRGB profile, which it replaces there.
CANARY = "CANARY7411QXZ"
SIZE = (300, 200)
CORNERS = ("red", "lime", "blue", "yellow")  # upper left, upper right, lower left, lower right

_PNG_HEAD_END = 8 + 25


@dataclass(frozen=True, slots=True)
class Planted:
    """A picture that holds the canary at `place`; `packed` says that it lies there compressed."""

    place: str
    data: bytes = field(repr=False)
    packed: bool = False


def forms(canary: str = CANARY) -> list[bytes]:
    """How the canary may be written in a file."""
    plain = canary.encode()
    written = [plain, canary.encode("utf-16-le"), canary.encode("utf-16-be"), plain[::-1]]
    return [*written, plain.hex().encode(), plain.hex().upper().encode()]


def upright() -> Image.Image:
    """A picture whose four corners differ, so that every turn and mirroring is seen."""
    image = Image.new("RGB", SIZE)
    draw, (width, height) = ImageDraw.Draw(image), SIZE
    for number, colour in enumerate(CORNERS):
        left, top = (number % 2) * width // 2, (number // 2) * height // 2
        draw.rectangle((left, top, left + width // 2, top + height // 2), fill=colour)
    return image


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
    main = _directory(
        [(tag, 2, word) for tag in (0x10E, 0x10F, 0x110, 0x131, 0x13B, 0x8298)]
        + [(0x112, 3, struct.pack("<H", orientation)), (0x9C9B, 1, canary.encode("utf-16-le"))],
        {0x8769: [(0x927C, 7, word), (0x9286, 7, b"ASCII\0\0\0" + word), (0xA431, 2, word)]}
        | {0x8825: [(1, 2, b"N\0"), (0x1B, 7, word), (0x1D, 2, word)]},
        thumbnail,
    )
    return b"II*\0\x08\0\0\0" + main


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its first two bytes."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def with_chunk(png: bytes, name: bytes, body: bytes, *, at_the_end: bool = False) -> bytes:
    """A PNG with one more chunk, behind the header or before the last chunk."""
    whole = struct.pack(">I", len(body)) + name + body
    whole += struct.pack(">I", zlib.crc32(name + body))
    place = len(png) - 12 if at_the_end else _PNG_HEAD_END
    return png[:place] + whole + png[place:]


def planted() -> Iterator[Planted]:
    """The whole corpus: JPEG, PNG and WebP."""
    yield from _jpegs()
    yield from _pngs()
    yield from _webps()


def bomb() -> bytes:
    """A PNG of 50 KB that would need 400 million pixels."""
    return encoded(Image.new("1", (20_000, 20_000)), "PNG")


@cache
def text_bomb() -> bytes:
    """A small PNG with 200 MB of compressed text."""
    return with_chunk(encoded(upright(), "PNG"), b"zTXt", b"Comment\0\0" + _zeros(200))


def jpeg_and_zip() -> bytes:
    """A JPEG that is at the same time an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("names.txt", CANARY * 20)
    return encoded(upright(), "JPEG") + out.getvalue()


def not_pictures() -> dict[str, bytes]:
    """Files of other kinds, by name."""
    picture = encoded(upright(), "JPEG")
    return {
        "gif": encoded(upright(), "GIF"),
        "bmp": encoded(upright(), "BMP"),
        "tiff": encoded(upright(), "TIFF"),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "html": b"<!doctype html><script>alert(1)</script>",
        "pdf": b"%PDF-1.7\n" + picture,
        "zip": b"PK\x03\x04" + picture,
        "mp4": b"\0\0\0\x18ftypmp42" + bytes(200),
        "html before a picture": b"<script>alert(1)</script>" + picture,
        "other": bytes(range(256)) * 40,
        "sound in RIFF": b"RIFF\x24\0\0\0WAVEfmt " + bytes(100),
    }


def _jpegs() -> Iterator[Planted]:
    plain, word = encoded(upright(), "JPEG"), CANARY.encode()
    yield Planted("jpeg exif", with_segment(plain, 0xE1, b"Exif\0\0" + exif()))
    yield Planted("jpeg xmp", with_segment(plain, 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _xmp()))
    longer = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", 99, 0)
    yield Planted("jpeg long xmp", with_segment(plain, 0xE1, longer + _xmp()))
    iptc = b"\x1c\x02\x78" + struct.pack(">H", len(word)) + word
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    yield Planted("jpeg iptc", with_segment(plain, 0xED, b"Photoshop 3.0\0" + resource))
    yield Planted("jpeg comment", with_segment(plain, 0xFE, word))
    for number in range(16):
        yield Planted(f"jpeg app{number}", with_segment(plain, 0xE0 + number, b"Word\0" + word))
    jfxx = b"JFXX\0\x10" + with_segment(plain, 0xFE, word)
    yield Planted("jpeg jfxx thumbnail", with_segment(plain, 0xE0, jfxx))
    adobe = b"Adobe\0\x64\0\0\0\0\x01" + word
    yield Planted("jpeg adobe", with_segment(plain, 0xEE, adobe))
    yield Planted("jpeg profile", encoded(upright(), "JPEG", icc_profile=_profile()))
    yield Planted("jpeg trailing", plain + word)
    yield Planted("jpeg second picture", _two_pictures(word))
    yield Planted("jpeg comment in grey", with_segment(encoded(_grey(), "JPEG"), 0xFE, word))
    progressive = encoded(upright(), "JPEG", progressive=True, comment=word)
    yield Planted("jpeg progressive comment", progressive)
    cmyk = encoded(upright().convert("CMYK"), "JPEG", comment=word)
    yield Planted("jpeg cmyk comment", cmyk)


def _pngs() -> Iterator[Planted]:
    plain, word = encoded(upright(), "PNG"), CANARY.encode()
    packed = zlib.compress(word * 3)
    bodies = {
        b"tEXt": b"Comment\0" + word,
        b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(),
        b"eXIf": exif(),
        b"caNy": word,
        b"sPLT": word + b"\0\x08",
        b"dSIG": word,
    }
    for name, body in bodies.items():
        for end in (False, True):
            place = f"png {name.decode()} {'behind' if end else 'before'} the pixels"
            yield Planted(place, with_chunk(plain, name, body, at_the_end=end))
    yield Planted("png zTXt", with_chunk(plain, b"zTXt", b"Comment\0\0" + packed), packed=True)
    text = b"Comment\0\x01\0\0\0" + packed
    yield Planted("png packed iTXt", with_chunk(plain, b"iTXt", text), packed=True)
    profile = encoded(upright(), "PNG", icc_profile=_profile())
    yield Planted("png profile", profile, packed=True)
    yield Planted("png name of the profile", with_chunk(plain, b"iCCP", word + b"\0\0" + packed))
    yield Planted("png trailing", plain + word)
    yield Planted("png alpha text", with_chunk(encoded(_erased(), "PNG"), b"tEXt", b"A\0" + word))
    indexed = encoded(upright().quantize(4), "PNG")
    yield Planted("png indexed text", with_chunk(indexed, b"tEXt", b"A\0" + word))
    frames = [upright(), upright().rotate(180)]
    moving = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
    yield Planted("png animation text", with_chunk(moving, b"tEXt", b"A\0" + word))


def _webps() -> Iterator[Planted]:
    word = CANARY.encode()
    yield Planted("webp exif", encoded(upright(), "WEBP", exif=exif()))
    yield Planted("webp xmp", encoded(upright(), "WEBP", xmp=_xmp()))
    yield Planted("webp profile", encoded(upright(), "WEBP", icc_profile=_profile()))
    yield Planted("webp lossless xmp", encoded(_erased(), "WEBP", lossless=True, xmp=_xmp()))
    yield Planted("webp trailing", encoded(upright(), "WEBP") + word)
    frames = [upright(), upright().rotate(180)]
    moving = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], xmp=_xmp())
    yield Planted("webp animation xmp", moving)
    chunks = encoded(upright(), "WEBP", xmp=b"<x/>")
    chunks += b"caNy" + struct.pack("<I", len(word) + 1) + word + b"\0"
    yield Planted("webp unknown chunk", b"RIFF" + struct.pack("<I", len(chunks) - 8) + chunks[8:])


def _grey() -> Image.Image:
    return upright().convert("L")


def _erased() -> Image.Image:
    """The left half is fully transparent."""
    image = upright().convert("RGBA")
    image.paste((255, 0, 0, 0), (0, 0, SIZE[0] // 2, SIZE[1]))
    return image


def _xmp() -> bytes:
    name = f"<dc:creator>{CANARY}</dc:creator>"
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{name}</rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'.encode()


def _profile() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    described = profile.replace("sRGB built-in".encode("utf-16-be"), CANARY.encode("utf-16-be"))
    if described == profile:
        raise ValueError("the profile's description is no longer where it was")
    return described


def _two_pictures(word: bytes) -> bytes:
    """A phone's picture with a second one behind it (MPF), which carries the comment."""
    second = upright().rotate(180)
    both = encoded(upright(), "MPO", save_all=True, append_images=[second])
    place = both.rindex(b"\xff\xd8\xff")
    return both[:place] + with_segment(both[place:], 0xFE, word)


def _zeros(megabytes: int) -> bytes:
    packer, piece = zlib.compressobj(9), bytes(1024 * 1024)
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()


Entry = tuple[int, int, bytes]  # tag, type, value


def _directory(entries: list[Entry], parts: dict[int, list[Entry]], thumbnail: bytes) -> bytes:
    """The directories of a little-endian TIFF block, the first of them at offset 8."""
    start, tail = 8, b""
    rest = start + _length(len(entries) + len(parts))
    for tag, inner in parts.items():
        place = rest + len(tail)
        tail += _table(inner, place + _length(len(inner)), 0)
        entries = [*entries, (tag, 4, struct.pack("<I", place))]
    after = _values(entries)
    second = rest + len(tail) + len(after)
    head = _table(entries, rest + len(tail), second, inline_only=True)
    where = second + _length(2)
    small = [
        (0x201, 4, struct.pack("<I", where)),
        (0x202, 4, struct.pack("<I", len(thumbnail))),
    ]
    return head + tail + after + _table(small, 0, 0) + thumbnail


def _length(count: int) -> int:
    return 2 + 12 * count + 4


def _values(entries: list[Entry]) -> bytes:
    return b"".join(value for _, _, value in sorted(entries) if len(value) > 4)


def _table(
    entries: list[Entry], values_at: int, following: int, *, inline_only: bool = False
) -> bytes:
    sizes, rows = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}, b""
    for tag, kind, value in sorted(entries):
        field_value = value.ljust(4, b"\0")
        if len(value) > 4:
            field_value = struct.pack("<I", values_at)
            values_at += len(value)
        rows += struct.pack("<HHI", tag, kind, len(value) // sizes[kind]) + field_value
    table = struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)
    return table if inline_only else table + _values(entries)
