"""A file in, a clean file out: nothing but pixels survives, and nothing evil reaches the parent."""

import asyncio
import io
import json
import random
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from bot import media, media_shape
from bot.media import Cleaner, CleanPicture, Refusal
from tests import figures, media_corpus
from tests.media_corpus import CANARY, Planted, encoded, upright
from tests.services import exiftool

PLANTED = list(media_corpus.planted())

each_planted = pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.place)


async def _cleaned(data: bytes) -> CleanPicture:
    answer = await Cleaner().clean(data)
    assert isinstance(answer, CleanPicture), answer
    return answer


def _opened(picture: CleanPicture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert (Image.MIME[image.format or ""], *image.size) == (
        picture.kind,
        picture.width,
        picture.height,
    )
    return image


def _leaks(data: bytes) -> list[bytes]:
    return [form for form in media_corpus.forms() if form in data]


def _corners(image: Image.Image) -> list[str]:
    """The names of the colours a little inside the four corners."""
    names = {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue", (1, 1, 0): "yellow"}
    right, low = image.width - 20, image.height - 20
    found = []
    for place in ((20, 20), (right, 20), (20, low), (right, low)):
        pixel = image.convert("RGB").getpixel(place)
        assert isinstance(pixel, tuple)
        found.append(names[pixel[0] // 128, pixel[1] // 128, pixel[2] // 128])
    return found


# What survives


@each_planted
async def test_of_a_canary_planted_anywhere_nothing_survives(planted: Planted) -> None:
    assert planted.packed or _leaks(planted.data), "the control: it is there before"
    picture = await _cleaned(planted.data)
    assert _leaks(picture.data) == []
    image = _opened(picture)
    assert _leaks(repr(image.info).encode()) == []
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not image.getexif()
    assert getattr(image, "n_frames", 1) == 1
    assert media_shape.read(picture.data) is not None


@pytest.mark.exiftool
async def test_exiftool_finds_nothing_in_any_cleaned_picture(tmp_path: Path) -> None:
    cleaner = Cleaner()
    dirty, clean = tmp_path / "dirty", tmp_path / "clean"
    dirty.mkdir()
    clean.mkdir()
    answers = await asyncio.gather(*(cleaner.clean(planted.data) for planted in PLANTED))
    for number, (planted, answer) in enumerate(zip(PLANTED, answers, strict=True)):
        assert isinstance(answer, CleanPicture)
        (dirty / f"{number:03}").write_bytes(planted.data)
        (clean / f"{number:03}").write_bytes(answer.data)
    before, after = _judged(dirty), _judged(clean)
    assert len(before) == len(after) == len(PLANTED)
    assert sum(CANARY in json.dumps(tags) for tags in before) > len(PLANTED) // 3, "the control"
    figures.keep(
        "files",
        pictures=len(PLANTED),
        bytes_found=sum(bool(_leaks(each.read_bytes())) for each in clean.iterdir()),
        exiftool_before=sum(CANARY in json.dumps(tags) for tags in before),
        exiftool_after=sum(CANARY in json.dumps(tags) for tags in after),
    )
    for tags in after:
        assert CANARY not in json.dumps(tags)
        groups = {name.partition(":")[0] for name in tags if name != "SourceFile"}
        assert groups <= {"ExifTool", "System", "File", "JFIF", "PNG", "Composite"}
        assert not {"ExifTool:Warning", "ExifTool:Error", "File:Comment"} & set(tags)
        assert {name for name in tags if name.startswith("PNG:")} <= {
            f"PNG:{name}"
            for name in ("ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression")
        } | {"PNG:Filter", "PNG:Interlace"}


def _judged(folder: Path) -> list[dict[str, object]]:
    done = subprocess.run(
        [exiftool() or "exiftool", "-j", "-G1", "-a", "-u", "-U", "-ee", *sorted(folder.iterdir())],
        capture_output=True,
        check=False,
        timeout=60,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


async def test_colours_under_an_erased_part_are_destroyed() -> None:
    image = upright().convert("RGBA")
    image.putalpha(0)
    hidden = Image.open(io.BytesIO(encoded(image, "PNG"))).convert("RGB")
    assert _corners(hidden) == list(media_corpus.CORNERS), "the control: one could look under it"
    for kind in ("PNG", "WEBP"):
        answer = _opened(await _cleaned(encoded(image, kind)))
        assert answer.mode == "RGBA"
        assert answer.convert("RGB").getextrema() == ((0, 0), (0, 0), (0, 0))


async def test_two_cleanings_of_a_clean_picture_add_nothing() -> None:
    once = await _cleaned(encoded(upright(), "PNG"))
    assert (await _cleaned(once.data)).data == once.data


# How it looks afterwards


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_comes_out_upright(kind: str, orientation: int) -> None:
    block = b"Exif\0\0" + media_corpus.exif(orientation)
    data = encoded(media_corpus.turned(orientation), kind, exif=block)
    viewer = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert _corners(viewer) == list(media_corpus.CORNERS), "the control: any viewer turns it so"
    picture = await _cleaned(data)
    assert (picture.width, picture.height) == media_corpus.SIZE
    assert _corners(_opened(picture)) == list(media_corpus.CORNERS)


@pytest.mark.parametrize("orientation", [0, 9, 255])
async def test_an_impossible_orientation_is_ignored(orientation: int) -> None:
    block = b"Exif\0\0" + media_corpus.exif(orientation)
    picture = await _cleaned(encoded(upright(), "JPEG", exif=block))
    assert _corners(_opened(picture)) == list(media_corpus.CORNERS)


async def test_broken_metadata_does_not_cost_the_picture() -> None:
    exif = b"Exif\0\0" + media_corpus.exif(6)[:40]
    for body in (exif, b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"):
        data = media_corpus.with_segment(encoded(upright(), "JPEG"), 0xE1, body)
        assert (await _cleaned(data)).kind == "image/jpeg"
    broken_profile = encoded(upright(), "JPEG", icc_profile=b"no profile")
    assert _corners(_opened(await _cleaned(broken_profile))) == list(media_corpus.CORNERS)


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 128, (128, 128, 128)),
        ("I;16", 0x8080, (128, 128, 128)),
        ("LA", (128, 255), (128, 128, 128)),
        ("RGB", (200, 100, 50), (200, 100, 50)),
        ("RGBA", (200, 100, 50, 255), (200, 100, 50)),
    ],
)
async def test_every_kind_of_png_keeps_its_colours(
    mode: str, colour: int | tuple[int, ...], shown: tuple[int, ...]
) -> None:
    data = encoded(Image.new(mode, (40, 30), colour), "PNG")
    image = _opened(await _cleaned(data))
    assert image.mode in {"L", "RGB"}
    assert image.convert("RGB").getpixel((20, 15)) == shown


async def test_an_ink_jpeg_and_an_indexed_png_keep_their_colours() -> None:
    for data in (
        encoded(upright().convert("CMYK"), "JPEG"),
        encoded(upright().quantize(4), "PNG"),
        encoded(upright(), "WEBP"),
    ):
        assert _corners(_opened(await _cleaned(data))) == list(media_corpus.CORNERS)


async def test_photos_become_jpeg_drawings_and_transparency_stay_png() -> None:
    photo = Image.merge("RGB", [Image.effect_noise((300, 200), 80) for _ in range(3)])
    see_through = photo.convert("RGBA")
    see_through.putalpha(Image.linear_gradient("L").resize(photo.size))
    assert (await _cleaned(encoded(photo, "PNG"))).kind == "image/jpeg"
    assert (await _cleaned(encoded(photo, "WEBP"))).kind == "image/jpeg"
    assert (await _cleaned(encoded(upright(), "PNG"))).kind == "image/png"
    assert (await _cleaned(encoded(upright(), "JPEG"))).kind == "image/jpeg"
    for kind in ("PNG", "WEBP"):
        picture = await _cleaned(encoded(see_through, kind))
        assert (picture.kind, _opened(picture).mode) == ("image/png", "RGBA")


async def test_a_phone_of_fifty_megapixels_is_scaled_down() -> None:
    data = encoded(Image.linear_gradient("L").resize((8192, 6144)), "JPEG")
    picture = await _cleaned(data)
    assert (picture.width, picture.height) == (2560, 1920)


@pytest.mark.parametrize("size", [(60_000, 1), (1, 60_000), (1, 1), (2561, 3)])
async def test_odd_sizes_are_cleaned(size: tuple[int, int]) -> None:
    picture = await _cleaned(encoded(Image.new("RGB", size, "red"), "JPEG"))
    assert max(picture.width, picture.height) == min(max(size), media.MAX_SIDE_PIXELS)


async def test_what_stays_large_is_made_smaller_until_it_fits() -> None:
    # Noise, the worst case: as PNG with transparency it fits into no limit at all.
    size = (2900, 2900)
    noise = Image.frombytes("L", size, random.Random(1).randbytes(size[0] * size[1]))
    data = encoded(noise, "JPEG", quality=80)
    picture = await _cleaned(data)
    assert len(picture.data) <= media.MAX_CLEAN_BYTES
    see_through = Image.frombytes("RGBA", (1400, 1400), random.Random(2).randbytes(4 * 1400**2))
    picture = await _cleaned(encoded(see_through, "PNG"))
    assert picture.kind == "image/jpeg"
    assert len(picture.data) <= media.MAX_CLEAN_BYTES


def test_a_clean_picture_does_not_print_its_bytes() -> None:
    assert CANARY not in repr(CleanPicture(CANARY.encode(), "image/png", 1, 1))


# What is refused


@pytest.mark.parametrize(("name", "data"), media_corpus.not_pictures().items())
async def test_other_kinds_of_files_are_refused(name: str, data: bytes) -> None:
    assert await Cleaner().clean(data) is Refusal.NOT_A_PICTURE


async def test_nothing_and_too_much_are_refused_without_a_child() -> None:
    cleaner = Cleaner(child=("/nonexistent",))
    assert await cleaner.clean(b"") is Refusal.EMPTY
    assert await cleaner.clean(b"\xff\xd8\xff" + bytes(25 * 1024 * 1024)) is Refusal.TOO_BIG


async def test_bombs_are_refused_before_the_time_limit() -> None:
    cleaner = Cleaner()
    assert await cleaner.clean(media_corpus.bomb()) is Refusal.TOO_MANY_PIXELS
    answer = await cleaner.clean(media_corpus.text_bomb())
    assert isinstance(answer, CleanPicture) or answer is Refusal.BROKEN


async def test_a_picture_that_needs_more_memory_than_a_child_may_have_is_refused() -> None:
    data = encoded(Image.new("RGBA", (8000, 6000), (255, 0, 0, 100)), "WEBP", method=0)
    assert await Cleaner().clean(data) is Refusal.TOO_MANY_PIXELS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_cut_off_pictures_are_refused(kind: str) -> None:
    data, cleaner = encoded(upright(), kind), Cleaner()
    for part in (0.2, 0.5, 0.9):
        assert await cleaner.clean(data[: int(len(data) * part)]) is Refusal.BROKEN


@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\1\0\0WEBPVP8 "])
async def test_random_bytes_behind_a_right_beginning_are_refused(start: bytes) -> None:
    cleaner = Cleaner()
    for seed in range(3):
        answer = await cleaner.clean(start + random.Random(seed).randbytes(5_000))
        assert answer is Refusal.BROKEN


async def test_flipped_bits_give_a_bare_picture_or_a_refusal() -> None:
    chance, cleaner = random.Random(7), Cleaner()
    for data in (PLANTED[0].data, media_corpus.with_chunk(encoded(upright(), "PNG"), b"eXIf", b"")):
        for _ in range(10):
            broken = bytearray(data)
            broken[chance.randrange(20, len(broken))] ^= 1 << chance.randrange(8)
            answer = await cleaner.clean(bytes(broken))
            assert isinstance(answer, CleanPicture) or answer is Refusal.BROKEN
            assert not isinstance(answer, CleanPicture) or _leaks(answer.data) == []


async def test_a_picture_that_is_also_an_archive_is_only_a_picture_afterwards() -> None:
    data = media_corpus.jpeg_and_zip()
    assert zipfile.is_zipfile(io.BytesIO(data))
    picture = await _cleaned(data)
    assert not zipfile.is_zipfile(io.BytesIO(picture.data))
    page = media_corpus.with_segment(encoded(upright(), "JPEG"), 0xFE, b"<script>alert(1)</script>")
    assert b"script" not in (await _cleaned(page)).data


def test_the_planted_text_bomb_is_one() -> None:
    """The control: a small file, a large text."""
    data = media_corpus.text_bomb()
    assert len(data) < 1_000_000
    packed = data[data.index(b"Comment\0\0") + 9 :]
    assert len(zlib.decompressobj().decompress(packed, 150_000_000)) == 150_000_000
