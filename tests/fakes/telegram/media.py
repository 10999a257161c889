"""Files at Telegram: photos in sizes and without metadata, everything else as it came."""

import io

from PIL import Image, UnidentifiedImageError

from tests.fakes.telegram.refusals import bad
from tests.fakes.telegram.world import File, Json, Media, World

MOST_PHOTO_BYTES = 10 * 1024 * 1024
MOST_DOWNLOAD_BYTES = 20 * 1024 * 1024
_SIDES = (90, 320, 800, 1280)


def keep(world: World, data: bytes, path: str) -> File:
    """Keep a file under a path with a number in it (`{}`)."""
    number = world.serial()
    file = File(f"AQAD{number:08d}", data, path.format(number))
    world.files[file.unique] = file
    return file


def photo(world: World, data: bytes) -> Media:
    """A photo: JPEG without metadata, in every standard side that is not larger than the picture.

    Raises Refusal as Telegram does for what it cannot show as a photo.
    """
    if len(data) > MOST_PHOTO_BYTES:
        raise bad(
            f"file of size {len(data)} bytes is too big for a photo; "
            f"the maximum size is {MOST_PHOTO_BYTES} bytes"
        )
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = opened.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise bad("IMAGE_PROCESS_FAILED") from error
    wide, high = picture.size
    if wide + high > 10_000 or max(wide, high) > 20 * min(wide, high):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    sides = [side for side in _SIDES if side < max(wide, high)] + [min(max(wide, high), 2560)]
    files, facts = [], []
    for side in sides:
        small = picture.copy()
        small.thumbnail((side, side))
        written = io.BytesIO()
        small.save(written, "JPEG", quality=87)
        files.append(keep(world, written.getvalue(), "photos/file_{}.jpg"))
        facts.append({"width": small.width, "height": small.height})
    return Media("photo", tuple(files), tuple(facts))


def raw_photo(world: World, data: bytes) -> Media:
    """A "photo" that no one looked into: what a broken or hostile sender might get through."""
    file = keep(world, data, "photos/file_{}.jpg")
    return Media("photo", (file,), ({"width": 100, "height": 100},))


def single(world: World, kind: str, data: bytes, path: str, facts: Json) -> Media:
    """A document, voice message, sticker, video …: one file with its facts."""
    return Media(kind, (keep(world, data, path),), (facts,))
