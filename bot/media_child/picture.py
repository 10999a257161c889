"""A picture: its first frame, upright, in sRGB, as raw pixels."""

import contextlib
import copy  # noqa: F401 - the GIF decoder asks for it when no file can be opened any more
import io

from PIL import (
    GifImagePlugin,  # noqa: F401
    Image,
    ImageCms,
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from bot.media_child import pixels

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow calls the formats that it knows by another name.
_PILLOWS_NAME = {"HEIC": "HEIF"}


def prepare(kind: str) -> None:
    """Load what a picture of this kind needs beside Pillow."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # our own check is stricter, Pillow's only warns at first
    if kind == "HEIC":
        import pi_heif  # noqa: PLC0415 - only for pictures that need it

        # Only the picture itself: neither its thumbnail nor its depths.
        pi_heif.register_heif_opener(
            decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
        )
    elif kind == "AVIF":
        from PIL import AvifImagePlugin  # noqa: PLC0415 - the same

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def clean(data: bytes, kind: str, max_pixels: int, max_side: int, max_output: int) -> bytes:
    """A bare JPEG or PNG of at most `max_output` bytes; or the name of a refusal."""
    try:
        form = _PILLOWS_NAME.get(kind, kind)
        image: Image.Image = Image.open(io.BytesIO(data), formats=(form,))
        if image.width * image.height > max_pixels:
            return b"too_many_pixels"
        drawn = _decode(image, max_side)
        # A photo that was compressed with losses is not made larger by keeping the dust exactly.
        return pixels.encode(drawn, max_output, photo=kind in {"JPEG", "HEIC", "AVIF"})
    except MemoryError:
        return b"too_many_pixels"


def _decode(image: Image.Image, max_side: int) -> Image.Image:
    """The first frame: upright, sRGB, mode L, RGB or RGBA, no side over `max_side` pixels."""
    image.draft(None, (max_side, max_side))  # a large JPEG is decoded at a half, fourth or eighth
    image.load()
    turn, profile = _UPRIGHT.get(_orientation(image)), image.info.get("icc_profile")
    image = pixels.plain(image)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if image.mode == "RGBa":
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema()[0] == 255:
            image = image.convert("RGB")
    if turn is not None:
        image = image.transpose(turn)
    return _to_srgb(image, profile)


def _orientation(image: Image.Image) -> int:
    # Hostile EXIF may break the parser in any way; that costs the orientation, not the picture.
    with contextlib.suppress(Exception):
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    return 1


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    if not isinstance(profile, bytes) or image.mode == "L":
        return image
    # A profile that does not fit or cannot be read is dropped: better colours a little off.
    with contextlib.suppress(Exception):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=image.mode) or image
    return image
