"""Pixels, and nothing that ever stood beside them, as a new JPEG or PNG."""

import io

from PIL import Image

_JPEG_QUALITY = 85
_FEW_COLOURS = 256


def plain(image: Image.Image) -> Image.Image:
    """`image` as L, RGB or premultiplied RGBa: multiplying destroys the colours that lie under
    what somebody has erased, which plain RGBA would carry along unseen.
    """
    if image.has_transparency_data:
        return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode in {"1", "L"}:
        return image.convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def encode(image: Image.Image, max_output: int, *, photo: bool) -> bytes:
    """PNG for transparency and, unless it comes from a `photo`, for drawings of few colours; else
    JPEG. Made smaller until it fits into `max_output` bytes.
    """
    if image.mode == "RGBA" or (not photo and image.getcolors(_FEW_COLOURS) is not None):
        answer = _save(image, "PNG")
        if len(answer) <= max_output:
            return answer
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    answer = _save(image, "JPEG", quality=_JPEG_QUALITY, subsampling="4:2:0")
    while len(answer) > max_output:
        smaller = (max(1, image.width * 3 // 4), max(1, image.height * 3 // 4))
        image = image.resize(smaller, Image.Resampling.LANCZOS)
        answer = _save(image, "JPEG", quality=_JPEG_QUALITY, subsampling="4:2:0")
    return answer


def _save(image: Image.Image, kind: str, **how: object) -> bytes:
    # A new image from raw pixels, else Pillow writes the old one's comment block and resolution.
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    bare.save(out, kind, **how)
    return out.getvalue()
