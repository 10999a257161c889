"""Tells what a file is by its content, never by its name, and why some kinds are not taken."""

import re

from bot.media.contract import Kind, Refusal

_PICTURES = {
    b"\xff\xd8\xff": Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"GIF87a": Kind.GIF,
    b"GIF89a": Kind.GIF,
}
_STARTS = {
    # Sound alone: Ogg and Opus, MP3 with and without a title, AAC, AMR, FLAC, AIFF, Apple's CAF.
    **dict.fromkeys((b"OggS", b"ID3", b"#!AMR", b"fLaC", b"FORM", b"caff"), Refusal.VOICE),
    # Old Word and Excel, RTF.
    **dict.fromkeys((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf"), Refusal.OFFICE),
    **dict.fromkeys(
        (
            *(b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"),
            *(b"MSCF", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"),
        ),
        Refusal.ARCHIVE,
    ),
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# The names inside of new Word, Excel and PowerPoint files and of OpenDocument.
_OFFICE_INSIDE = re.compile(
    rb"\[Content_Types\]\.xml|application/vnd\.oasis|(?:word|xl|ppt)/|_rels/\.rels"
)
_HEIF_BRANDS = {*(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")}
_AVIF_BRANDS = {b"avif", b"avis"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A "}
# What an old QuickTime film, which has no `ftyp`, may begin with.
_FILM_BOXES = {*(b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")}
_EBML = b"\x1a\x45\xdf\xa3"
_WIDE = b"\xff\xfe"
_HEAD_BYTES = 4096
_BIG_PDF_BYTES = 300 * 1024


def recognise(data: bytes) -> Kind | Refusal:
    """The kind of a file, or why files of its kind are not taken.

    Only the beginning is looked at (and, of a ZIP, its names): that a JPEG is one is known when it
    has been decoded. A video that turns out to be sound alone is refused later, as `VOICE`.
    """
    if not data:
        return Refusal.EMPTY
    for start, kind in _PICTURES.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], Refusal.NOT_A_PICTURE)
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    if data[4:8] in _FILM_BOXES or data.startswith(_EBML):
        return Kind.VIDEO
    if data.startswith(_ZIP):
        return Refusal.OFFICE if _OFFICE_INSIDE.search(data) else Refusal.ARCHIVE
    for start, refusal in _STARTS.items():
        if data.startswith(start):
            return refusal
    # MPEG audio and AAC have no mark but eleven bits, which wide letters have too.
    if data[:2] != _WIDE and data[0] == 0xFF and len(data) > 1 and data[1] & 0xE0 == 0xE0:
        return Refusal.VOICE
    if data[257:262] == b"ustar":
        return Refusal.ARCHIVE
    return _by_text(data[:_HEAD_BYTES])


def is_slow(data: bytes) -> bool:
    """Whether cleaning takes so long that somebody should be told: a video, a larger PDF."""
    kind = recognise(data)
    return kind is Kind.VIDEO or (kind is Kind.PDF and len(data) > _BIG_PDF_BYTES)


_RIFF: dict[bytes, Kind | Refusal] = {b"WEBP": Kind.WEBP, b"WAVE": Refusal.VOICE}


def _by_brand(data: bytes) -> Kind | Refusal:
    """An ISO base media file says in its first box whose rules it follows; the first brand is the
    main one, and some pictures are known by the others only.
    """
    length = int.from_bytes(data[:4], "big")
    box = data[8 : min(length, 256)]
    brands = [box[place : place + 4] for place in (0, *range(8, len(box), 4))]
    if brands[0] in _SOUND_BRANDS:
        return Refusal.VOICE
    if brands[0] in _AVIF_BRANDS:
        return Kind.AVIF
    if brands[0] in _HEIF_BRANDS:
        # Both are HEIF; which decoder is needed stands among the other brands.
        return Kind.AVIF if _AVIF_BRANDS & set(brands) else Kind.HEIC
    return Kind.VIDEO


def _by_text(head: bytes) -> Kind | Refusal:
    for mark, encoding in ((_WIDE, "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            head = head[2:].decode(encoding, "ignore").encode()
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\f\0")
    if bare.startswith(b"%PDF-"):
        return Kind.PDF
    return Refusal.WEB_PAGE if re.match(rb"<[!?a-zA-Z]", bare) else Refusal.NOT_A_PICTURE
