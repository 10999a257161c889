"""The cleaner's child: a picture comes in by stdin, nothing but its pixels goes out by stdout.

Started by `bot/media.py`, one process for one file. It runs isolated and therefore imports nothing
of the house. A bare picture on stdout is success, the words `too_many_pixels` are a refusal, and
dying is an answer too: whatever is raised here means that the picture could not be read.
"""

import contextlib
import ctypes
import io
import resource
import struct
import sys

# All is imported now: the sandbox closes the file system before the picture is read.
from PIL import (
    Image,
    ImageCms,
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

_MEMORY_BYTES = 640 * 1024 * 1024
_CPU_SECONDS = 8
_OPEN_FILES = 8

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVILEGES = 1, 4, 38
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_SIGKILL = 9

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
_JPEG_QUALITY = 85
_FEW_COLOURS = 256


def main(words: list[str]) -> None:
    """`probe` tells how strong the sandbox is; `FORMAT MAX_PIXELS MAX_SIDE MAX_OUTPUT` cleans."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # our own check is stricter, Pillow's only warns at first
    namespaces = confine()
    if words == ["probe"]:
        answer = b"namespaces" if namespaces else b"limits only"
    else:
        answer = _clean(sys.stdin.buffer.read(), words[0], *(int(word) for word in words[1:]))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def confine() -> bool:
    """Give up all that a decoder does not need; returns whether we are alone on a network without
    a way out (some kernels refuse that).
    """
    if not sys.platform.startswith("linux"):
        _limit()
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    namespaces = int(libc.unshare(_NEW_USER | _NEW_NETWORK)) == 0
    _limit()
    # After unshare: new credentials make the kernel forget the death signal and the dumpable flag.
    for option, value in ((_NO_NEW_PRIVILEGES, 1), (_DUMPABLE, 0), (_PDEATHSIG, _SIGKILL)):
        libc.prctl(option, value, 0, 0, 0)
    _close_file_system(libc)
    return namespaces


def _limit() -> None:
    limits = (
        (resource.RLIMIT_AS, _MEMORY_BYTES, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS, _CPU_SECONDS + 1),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for name, soft, hard in limits:
        with contextlib.suppress(ValueError, OSError):  # a lower limit already holds
            resource.setrlimit(name, (soft, hard))


def _close_file_system(libc: ctypes.CDLL) -> None:
    """Landlock without a single permission: no path can be opened any more, the key file least of
    all. Kernels that lack it answer an error, and the other fences stand alone.
    """
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    paths = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}.get(version, 0xFFFF)
    tcp, signals_and_sockets = 0b11, 0b11
    size = 8 if version < 4 else 16 if version < 6 else 24
    refused = struct.pack("=QQQ", paths, tcp, signals_and_sockets)[:size]
    rules = ctypes.create_string_buffer(refused, size)
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0)
    if ruleset >= 0:
        libc.syscall(_RESTRICT_SELF, ruleset, 0)


def _clean(data: bytes, source: str, max_pixels: int, max_side: int, max_output: int) -> bytes:
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=(source,))
        if image.width * image.height > max_pixels:
            return b"too_many_pixels"
        return _encode(_decode(image, max_side), source, max_output)
    except MemoryError:
        return b"too_many_pixels"


def _decode(image: Image.Image, max_side: int) -> Image.Image:
    """The first frame: upright, sRGB, mode L, RGB or RGBA, no side over `max_side` pixels."""
    image.draft(None, (max_side, max_side))  # a large JPEG is decoded at a half, fourth or eighth
    image.load()
    turn, profile = _UPRIGHT.get(_orientation(image)), image.info.get("icc_profile")
    image = _plain(image)
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


def _plain(image: Image.Image) -> Image.Image:
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


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    if not isinstance(profile, bytes) or image.mode == "L":
        return image
    # A profile that does not fit or cannot be read is dropped: better colours a little off.
    with contextlib.suppress(Exception):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode=image.mode) or image
    return image


def _encode(image: Image.Image, source: str, max_output: int) -> bytes:
    """PNG for transparency and for drawings of few colours, else JPEG; made smaller until it fits
    into `max_output` bytes.
    """
    if image.mode == "RGBA" or (source != "JPEG" and image.getcolors(_FEW_COLOURS) is not None):
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


if __name__ == "__main__":
    main(sys.argv[1:])
