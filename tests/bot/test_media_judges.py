"""What a child says is never believed: pictures, pages, frames must be bare, to the last byte."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.media import bare, films, pages
from tests import corpus
from tests.corpus import drawn, hostile
from tests.corpus.drawn import encoded, small, upright
from tests.corpus.planting import CANARY, WORD, Planted

_PICTURES = [each for name in ("jpeg", "png", "webp", "gif") for each in corpus.family(name)]
_SETS = (b"\x67\x4d\x40\x1f\x96", b"\x68\xee\x3c\x80")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_bare_picture_with_one_block_more_is_not_bare(kind: str) -> None:
    noise = Image.effect_noise((64, 48), 80).convert("RGB")
    plain = encoded(noise, kind)
    shape = bare.read(plain)
    assert shape is not None
    assert shape[:3] == (Image.MIME[kind], 64, 48)
    assert bare.read(plain + b"\0") is None
    for end in range(len(plain)):
        assert bare.read(plain[:end]) is None
    if kind == "PNG":
        for name in (b"tEXt", b"eXIf", b"IEND", b"IHDR", b"PLTE"):
            for late in (False, True):
                assert bare.read(drawn.with_chunk(plain, name, b"a", at_the_end=late)) is None
        longer = plain[:-12] + b"\0\0\0\x03IEND" + b"abc" + b"\0" * 4
        assert bare.read(longer) is None
        return
    for marker in (0xFE, 0xE0, 0xE1, 0xED, 0xEE, 0xC0, 0xC2, 0xDA, 0xD9, 0x01):
        assert bare.read(drawn.with_segment(plain, marker, b"abcdefgh")) is None
    inside = plain[:-2] + b"\xff\xfe\0\x05abc" + plain[-2:]
    assert bare.read(inside) is None
    at = plain.index(b"\xff\xc0")
    wider = plain[: at + 2] + struct.pack(">H", 17 + len(WORD)) + plain[at + 4 : at + 19] + WORD
    assert bare.read(wider + plain[at + 19 :]) is None, "words behind the size"


@pytest.mark.parametrize("planted", _PICTURES, ids=lambda planted: planted.place)
def test_no_planted_picture_is_bare(planted: Planted) -> None:
    # Secrets in unseen pixels are pixels: only drawing them anew removes these.
    in_pixels = ("png hidden behind packed pixels", "png more rows than it has")
    assert bare.read(planted.data) is None or planted.place in in_pixels


@given(st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"]), st.binary(max_size=200))
def test_the_judge_of_pictures_never_stumbles(start: bytes, rest: bytes) -> None:
    assert bare.read(start + rest) is None


def test_a_pdf_is_made_of_bare_pages_only() -> None:
    page = small("JPEG")
    whole = _paged(page, page)
    made = pages.joined(whole)
    assert made is not None
    assert (made.kind, made.pages, made.width, made.height) == ("application/pdf", 2, 48, 32)
    assert made.data.count(page) == 2
    refused = {
        "no page": b"",
        "one page too many": _paged(*[page] * 31),
        "a word of the author": _paged(drawn.with_segment(page, 0xFE, WORD)),
        "a drawing": _paged(small("PNG")),
        "a grey page": _paged(encoded(upright((48, 32)).convert("L"), "JPEG")),
        "a page too large": _paged(encoded(Image.new("RGB", (1755, 10)), "JPEG")),
        "words behind the last page": whole + WORD,
        "a length that is not kept": whole[:-1],
        "a whole PDF": hostile.whole()["PDF"],
    }
    assert {name: pages.joined(each) for name, each in refused.items()} == dict.fromkeys(refused)


def test_a_video_is_made_of_bare_frames_and_sound_only() -> None:
    key, other = _unit(b"\x65abc"), _unit(b"\x41abc")
    picture, sound = _part(b"k", key) + _part(b"p", other), _part(b"s", b"\x01\x02")
    made = films.joined(_head() + picture + sound)
    assert made is not None
    assert (made.kind, made.width, made.height, made.seconds) == ("video/mp4", 64, 48, 1)
    assert made.with_sound is not None
    assert len(made.data) < len(made.with_sound)
    silent = films.joined(_head() + picture)
    assert silent is not None
    assert silent.with_sound is None
    note = _unit(b"\x06\x05" + WORD)
    refused = {
        "nothing": b"",
        "no picture": _head() + sound,
        "no beginning": _head() + _part(b"p", other),
        "a note of the maker": _head() + _part(b"k", note + key),
        "a set among the frames": _head() + _part(b"k", _unit(_SETS[0]) + key),
        "a frame that says it is a beginning": _head() + _part(b"k", other),
        "words behind a frame": _head() + _part(b"k", key + WORD[:3]),
        "a frame of no length": _head() + _part(b"k", bytes(4) + key),
        "an unknown part": _head() + picture + _part(b"x", WORD),
        "words behind the last part": _head() + picture + WORD,
        "a block of sound to be skipped": _head() + picture + _part(b"s", b"\xc0" + WORD),
        "sound without an end": _head() + picture + _part(b"s", bytes(1025)),
        "too many pictures": _head() + _part(b"k", key) * 1501,
        "too much sound": _head() + picture + sound * 2588,
        "a picture too wide": _head(size=(1282, 720)) + picture,
        "a picture too large": _head(size=(1280, 1280)) + picture,
        "no picture at all": _head(size=(0, 0)) + picture,
        "words in the set": _head(sets=(_SETS[0] + WORD * 5, _SETS[1])) + picture,
        "another kind of set": _head(sets=(b"\x06abcd", _SETS[1])) + picture,
        "a whole video": hostile.whole()["VIDEO"],
    }
    assert {name: films.joined(each) for name, each in refused.items()} == dict.fromkeys(refused)


@given(st.binary(max_size=120), st.binary(max_size=120))
def test_the_judges_of_pages_and_frames_never_stumble(start: bytes, rest: bytes) -> None:
    assert pages.joined(struct.pack(">I", len(start)) + start + rest) is None
    assert films.joined(_head() + start + rest) is None


def test_a_clean_file_does_not_print_its_bytes() -> None:
    made = pages.joined(_paged(small("JPEG")))
    assert made is not None
    assert "%PDF" not in repr(made)
    assert CANARY not in repr(made)


def _paged(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def _head(*, size: tuple[int, int] = (64, 48), sets: tuple[bytes, bytes] = _SETS) -> bytes:
    lengths = len(sets[0]), len(sets[1])
    return struct.pack(">4sHHBB", b"FILM", *size, *lengths) + b"".join(sets)


def _part(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + body


def _unit(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body
