"""HEIC as phones write it, and AVIF, with the canary in their items, properties and other boxes."""

import struct
from base64 import b85decode
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.corpus import tiff
from tests.corpus.boxes import box, full
from tests.corpus.drawn import encoded, exif, profile, upright
from tests.corpus.planting import WORD, Planted, xmp

SIZE = (64, 48)
# The coloured corners in HEVC: what its decoder must know first, and the one frame. Made once,
# because nothing that we use to run can code a picture so.
_SETTINGS = b85decode(
    b"0RdnD0058x000009`FGC{rLC*01pEo0096PKmiN^|NjAC00093kN^M!000939+j90ApijYC_(`N0bl?C0|1Z!00RI30{|YN"
    b"AcGcJS*}d3Xb1oR0{{pB00RKXKq3GE00u+>!E?}w"
)
_FRAME = b85decode(
    b"0000=C;_h>fcMew|8q(9G8Pq$w=D~83R9=;*&0{WraGS0KqU|T9lVSGoeAo8`>RasD(>IJc(em$*uP;uWD*xt(w=_~T0uK0"
    b"vVZ"
)
_SEI = b"\x4e\x01\x05" + bytes((16 + len(WORD),)) + bytes(16) + WORD + b"\x80"
_SOME = ("maker", "camera owner", "camera maker note", "position method", "position map")


@dataclass(frozen=True, slots=True)
class Item:
    """Something beside the picture: its four letters, what it is called, its bytes."""

    kind: bytes
    data: bytes = field(repr=False)
    name: bytes = b""
    mime: bytes = b""
    relation: bytes = b"cdsc"


def heic(
    items: tuple[Item, ...] = (),
    *,
    brand: bytes = b"heic",
    turn: int = 0,
    title: bytes = b"",
    properties: tuple[bytes, ...] = (),
    extra: bytes = b"",
    in_meta: bytes = b"",
    settings: bytes = b"",
) -> bytes:
    """A HEIC of the coloured corners. `turn` counts quarter turns against the clock, `title` names
    the picture, `properties` hang on it, `extra` are boxes of the file, `in_meta` of its index;
    `settings` is what stands behind the decoder's settings.
    """
    decoder, coded = box(b"hvcC", _SETTINGS), _FRAME
    everything = (Item(b"hvc1", coded, title), *items)
    own = [_with_more(decoder, settings), full(b"ispe", struct.pack(">II", *SIZE))]
    own += [box(b"irot", bytes((turn,)))] if turn else []
    own += properties
    head = box(b"ftyp", brand, bytes(4), b"mif1", b"heic") + extra
    places = [0] * len(everything)
    for _ in range(2):  # the second time with the right places
        meta = _meta(everything, own, places, in_meta)
        start = len(head) + len(meta) + 8
        places = [
            start + sum(len(each.data) for each in everything[:at]) for at in range(len(items) + 1)
        ]
    return head + meta + box(b"mdat", *(each.data for each in everything))


def planted() -> Iterator[Planted]:
    """The files, by place."""
    blocks = dict(tiff.single()) | {"all": exif()}
    for name in ("all", *_SOME):
        item = Item(b"Exif", bytes(4) + blocks[name])
        yield Planted(f"heic exif {name}", heic((item,)))
    named = Item(b"Exif", struct.pack(">I", 6) + b"Exif\0\0" + blocks["all"])
    yield Planted("heic exif behind its name", heic((named,)))
    yield Planted("heic xmp", heic((Item(b"mime", xmp(), mime=b"application/rdf+xml"),)))
    yield Planted("heic other text", heic((Item(b"mime", WORD, mime=b"text/plain"),)))
    yield Planted("heic unknown item", heic((Item(b"caNy", WORD),)))
    yield Planted("heic name of an item", heic((Item(b"Exif", bytes(8), name=WORD),)))
    yield Planted("heic name of the picture", heic(title=WORD))
    preview = Item(b"hvc1", _FRAME + struct.pack(">I", len(_SEI)) + _SEI, relation=b"thmb")
    yield Planted("heic thumbnail", heic((preview,)))
    yield Planted("heic notes of the coder", heic(settings=_SEI))
    yield Planted("heic profile", heic(properties=(box(b"colr", b"prof", profile()),)))
    for place in ("free", "skip", "uuid", "udta"):
        letters = place.encode()
        yield Planted(f"heic box {place}", heic(extra=box(letters, bytes(16), WORD)))
        yield Planted(f"heic box {place} in the index", heic(in_meta=box(letters, bytes(16), WORD)))
    yield Planted("heic description", heic(properties=(_description(),)))
    yield Planted("heic unknown property", heic(properties=(box(b"caNy", WORD),)))
    yield Planted("heic behind the end", heic() + WORD)
    yield Planted("heic video behind the end", heic() + box(b"mpvd", WORD))
    yield Planted("heic turned", heic((Item(b"Exif", bytes(4) + exif(6)),), turn=1))
    yield Planted("heic of another brand", heic((Item(b"Exif", bytes(4) + exif()),), brand=b"mif1"))
    yield from _avifs()


def _avifs() -> Iterator[Planted]:
    image = upright(SIZE)
    yield Planted("avif exif", encoded(image, "AVIF", exif=exif()))
    yield Planted("avif xmp", encoded(image, "AVIF", xmp=xmp()))
    yield Planted("avif profile", encoded(image, "AVIF", icc_profile=profile()))
    plain = encoded(image, "AVIF")
    yield Planted("avif behind the end", plain + WORD)
    yield Planted("avif box free", plain + box(b"free", WORD))
    yield Planted("avif box uuid", plain + box(b"uuid", bytes(16), WORD))


def _with_more(decoder: bytes, note: bytes) -> bytes:
    """The settings with one more unit among theirs."""
    if not note:
        return decoder
    body = bytearray(decoder[8:])
    body[22] += 1
    body += b"\xa7" + struct.pack(">HH", 1, len(note)) + note
    return box(b"hvcC", bytes(body))


def _description() -> bytes:
    return full(b"udes", b"vi\0", WORD + b"\0", WORD + b"\0", WORD + b"\0")


def _meta(items: tuple[Item, ...], own: list[bytes], places: list[int], extra: bytes) -> bytes:
    infos = [
        full(
            b"infe",
            struct.pack(">HH", number, 0),
            *(item.kind, item.name, b"\0", item.mime + b"\0" if item.mime else b""),
            version=2,
        )
        for number, item in enumerate(items, start=1)
    ]
    extents = b"".join(
        struct.pack(">HHHII", number, 0, 1, place, len(item.data))
        for number, (item, place) in enumerate(zip(items, places, strict=True), start=1)
    )
    relations = [
        box(item.relation, struct.pack(">HHH", number, 1, 1))
        for number, item in enumerate(items[1:], start=2)
    ]
    # What the decoder must know is marked, so that nobody shows the picture without it.
    needed = {b"hvcC", b"irot"}
    marks = bytes(at | (0x80 if each[4:8] in needed else 0) for at, each in enumerate(own, start=1))
    pictures = [number for number, item in enumerate(items, start=1) if item.kind == b"hvc1"]
    links = b"".join(struct.pack(">HB", number, len(marks)) + marks for number in pictures)
    return full(
        b"meta",
        full(b"hdlr", bytes(4), b"pict", bytes(12), b"\0"),
        full(b"pitm", b"\0\1"),
        full(b"iloc", b"\x44\0", struct.pack(">H", len(items)), extents),
        full(b"iinf", struct.pack(">H", len(items)), *infos),
        full(b"iref", *relations) if relations else b"",
        box(b"iprp", box(b"ipco", *own), full(b"ipma", struct.pack(">I", len(pictures)), links)),
        extra,
    )
