"""GIF with the canary in its extensions, its later frames and its table of colours."""

from collections.abc import Iterator

from tests.corpus.drawn import encoded, upright
from tests.corpus.planting import CANARY, WORD, Planted, xmp

_HEAD_END = 13


def planted() -> Iterator[Planted]:
    """The files, by place."""
    plain = encoded(upright((48, 32)).quantize(4), "GIF")
    colours_end = _HEAD_END + 3 * 2 ** ((plain[10] & 7) + 1)
    places = {"before the picture": colours_end, "behind the picture": len(plain) - 1}
    blocks = {
        "comment": _extension(0xFE, WORD),
        "wide comment": _extension(0xFE, CANARY.encode("utf-16-le")),
        "program": _extension(0xFF, b"MADEBY01001", WORD),
        "name of a program": _extension(0xFF, WORD[:11], WORD),
        "xmp": b"!\xff\x0bXMP DataXMP" + xmp() + b"\1" + bytes(range(255, -1, -1)) + b"\0",
        "profile": _extension(0xFF, b"ICCRGBG1012", WORD),
        "plain text": _extension(0x01, bytes(12), WORD),
        "unknown block": _extension(0x99, WORD),
    }
    for place, at in places.items():
        for name, block in blocks.items():
            yield Planted(f"gif {name} {place}", plain[:at] + block + plain[at:])
    yield Planted("gif behind the end", plain + WORD)
    yield Planted("gif zip behind the end", plain + b"PK\x03\x04" + WORD)
    second = plain[:colours_end] + blocks["comment"] + plain[colours_end:]
    yield Planted("gif second picture", plain + second)
    frames = [upright((48, 32)).rotate(90 * turn, expand=False).quantize(4) for turn in range(3)]
    moving = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    end = len(moving) - 1
    yield Planted("gif comment of an animation", moving[:end] + blocks["comment"] + moving[end:])
    yield Planted("gif unused colours", _with_more_colours(plain, colours_end, WORD))


def _extension(kind: int, *parts: bytes) -> bytes:
    return b"!" + bytes((kind,)) + b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def _with_more_colours(gif: bytes, end: int, words: bytes) -> bytes:
    """A table of twice as many colours, of which no pixel uses the second half."""
    colours = gif[_HEAD_END:end]
    head = bytearray(gif[:_HEAD_END])
    bits = 4
    head[10] = head[10] & 0xF8 | (bits - 1)
    table = (colours + words).ljust(3 * 2**bits, b".")
    return bytes(head) + table + gif[end:]
