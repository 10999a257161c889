"""A file in, a clean file out: nothing but pixels survives, and nothing evil reaches the parent."""

import io
import random
import zipfile

import pytest
from PIL import Image, ImageOps

from bot.media import Cleaner, CleanFile, Refusal
from bot.media.contract import MAX_CLEAN_PICTURE_BYTES, MAX_SIDE_PIXELS
from tests.corpus import drawn, hostile
from tests.corpus.drawn import corners, encoded, upright
from tests.corpus.planting import CANARY


async def _cleaned(data: bytes) -> CleanFile:
    answer = await Cleaner().clean(data)
    assert isinstance(answer, CleanFile), answer
    return answer


def _opened(picture: CleanFile) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert (Image.MIME[image.format or ""], *image.size) == (
        picture.kind,
        picture.width,
        picture.height,
    )
    return image


# What survives (what does not: tests/corpus)


async def test_colours_under_an_erased_part_are_destroyed() -> None:
    image = upright().convert("RGBA")
    image.putalpha(0)
    hidden = Image.open(io.BytesIO(encoded(image, "PNG"))).convert("RGB")
    assert corners(hidden) == list(drawn.CORNERS), "the control: one could look under it"
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
    block = b"Exif\0\0" + drawn.exif(orientation)
    data = encoded(drawn.turned(orientation), kind, exif=block)
    viewer = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert corners(viewer) == list(drawn.CORNERS), "the control: any viewer turns it so"
    picture = await _cleaned(data)
    assert (picture.width, picture.height) == drawn.SIZE
    assert corners(_opened(picture)) == list(drawn.CORNERS)


@pytest.mark.parametrize("orientation", [0, 9, 255])
async def test_an_impossible_orientation_is_ignored(orientation: int) -> None:
    block = b"Exif\0\0" + drawn.exif(orientation)
    picture = await _cleaned(encoded(upright(), "JPEG", exif=block))
    assert corners(_opened(picture)) == list(drawn.CORNERS)


async def test_broken_metadata_does_not_cost_the_picture() -> None:
    exif = b"Exif\0\0" + drawn.exif(6)[:40]
    for body in (exif, b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"):
        data = drawn.with_segment(encoded(upright(), "JPEG"), 0xE1, body)
        assert (await _cleaned(data)).kind == "image/jpeg"
    broken_profile = encoded(upright(), "JPEG", icc_profile=b"no profile")
    assert corners(_opened(await _cleaned(broken_profile))) == list(drawn.CORNERS)


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
        assert corners(_opened(await _cleaned(data))) == list(drawn.CORNERS)


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
    assert max(picture.width, picture.height) == min(max(size), MAX_SIDE_PIXELS)


async def test_what_stays_large_is_made_smaller_until_it_fits() -> None:
    # Noise, the worst case: as PNG with transparency it fits into no limit at all.
    size = (2900, 2900)
    noise = Image.frombytes("L", size, random.Random(1).randbytes(size[0] * size[1]))
    data = encoded(noise, "JPEG", quality=80)
    picture = await _cleaned(data)
    assert len(picture.data) <= MAX_CLEAN_PICTURE_BYTES
    see_through = Image.frombytes("RGBA", (1400, 1400), random.Random(2).randbytes(4 * 1400**2))
    picture = await _cleaned(encoded(see_through, "PNG"))
    assert picture.kind == "image/jpeg"
    assert len(picture.data) <= MAX_CLEAN_PICTURE_BYTES


def test_a_clean_picture_does_not_print_its_bytes() -> None:
    assert CANARY not in repr(CleanFile(CANARY.encode(), "image/png", 1, 1))


# What is refused


async def test_nothing_and_too_much_are_refused_without_a_child() -> None:
    cleaner = Cleaner(child=("/nonexistent",))
    assert await cleaner.clean(b"") is Refusal.EMPTY
    assert await cleaner.clean(b"\xff\xd8\xff" + bytes(25 * 1024 * 1024)) is Refusal.TOO_BIG


async def test_a_picture_that_needs_more_memory_than_a_child_may_have_is_refused() -> None:
    data = encoded(Image.new("RGBA", (8000, 6000), (255, 0, 0, 100)), "WEBP", method=0)
    assert await Cleaner().clean(data) is Refusal.TOO_MANY_PIXELS


async def test_a_picture_that_is_also_an_archive_is_only_a_picture_afterwards() -> None:
    data = hostile.jpeg_and_zip()
    assert zipfile.is_zipfile(io.BytesIO(data))
    picture = await _cleaned(data)
    assert not zipfile.is_zipfile(io.BytesIO(picture.data))
    page = drawn.with_segment(encoded(upright(), "JPEG"), 0xFE, b"<script>alert(1)</script>")
    assert b"script" not in (await _cleaned(page)).data
