"""What the cleaner takes, what it gives, why it refuses, and every limit with its unit."""

from dataclasses import dataclass, field
from enum import StrEnum

MAX_PICTURE_BYTES = 10 * 1024 * 1024
MAX_PDF_BYTES = 10 * 1024 * 1024
# As much as Telegram hands to a bot; a minute that a chat app has made smaller fits.
MAX_VIDEO_BYTES = 20 * 1024 * 1024
MAX_BYTES = MAX_VIDEO_BYTES
"""No kind of file may be larger: nobody needs to read on."""

# "50 megapixel" phones take up to 8192 x 6144 pixels, which is 48 of these.
MAX_PIXELS = 50 * 1024 * 1024
MAX_SIDE_PIXELS = 2560
MAX_CLEAN_PICTURE_BYTES = 4 * 1024 * 1024

MAX_PDF_PAGES = 30
# A4 at 150 dots to the inch is 1,754 pixels long: what is printed small stays legible.
MAX_PAGE_SIDE_PIXELS = 1754
MAX_CLEAN_PDF_BYTES = 8 * 1024 * 1024

MAX_VIDEO_SECONDS = 60
MAX_VIDEO_SIDES_PIXELS = (1280, 720)
"""The longer and the shorter side of a clean video."""
FRAMES_A_SECOND = 25
# A minute of 720p at a million bits a second; two such (with sound and without) fit into a draft.
MAX_CLEAN_VIDEO_BYTES = 8 * 1024 * 1024


class Kind(StrEnum):
    """What can be cleaned. HEIC, AVIF and GIF are pictures; VIDEO is MP4, MOV, 3GP or WebM."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    AVIF = "AVIF"
    HEIC = "HEIC"
    PDF = "PDF"
    VIDEO = "VIDEO"


class Refusal(StrEnum):
    """Why a file is not passed on; each has a kind text of the same name (`unusable.…`)."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NOT_A_PICTURE = "not_a_picture"
    """None of the kinds that we know, programs among them."""
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_LONG = "too_long"
    """A video of more than a minute."""
    TOO_SLOW = "too_slow"
    BUSY = "busy"
    """So many videos wait already that whoever holds this one would keep pictures out."""
    PROTECTED = "protected"
    """A PDF that asks for a password."""
    VOICE = "voice"
    """Sound without pictures."""
    OFFICE = "office"
    ARCHIVE = "archive"
    WEB_PAGE = "web_page"
    """HTML, SVG and other XML: a page that may act."""
    UNSAFE = "unsafe"
    """What the child answered is no bare picture, page or frame: it was taken over, or broke."""


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Pixels and nothing else: `kind` is `image/jpeg`, `image/png`, `application/pdf` or
    `video/mp4`. Width and height are those of a PDF's first page, in pixels.

    A video in `data` is silent. `with_sound` is the same one with its sound, where it had any: a
    voice can give somebody away, so it is kept only if the worker says so.
    """

    data: bytes = field(repr=False)
    kind: str
    width: int
    height: int
    pages: int = 0
    seconds: int = 0
    with_sound: bytes | None = field(default=None, repr=False)
