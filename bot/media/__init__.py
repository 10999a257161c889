"""A file in, a clean file out: pixels and sound are taken over, everything else is left behind.

A file is recognised by its content, decoded in a sandboxed process of its own (`bot/media_child`),
and what comes back is believed only as far as this package can check it: bare pictures, bare pages,
bare frames. PDF and MP4 are put together here, from those parts and nothing else.
"""

from bot.media.cleaner import Cleaner, Sandbox
from bot.media.contract import (
    MAX_BYTES,
    MAX_PDF_BYTES,
    MAX_PDF_PAGES,
    MAX_PICTURE_BYTES,
    MAX_VIDEO_BYTES,
    MAX_VIDEO_SECONDS,
    CleanFile,
    Kind,
    Refusal,
)
from bot.media.recognising import is_slow, recognise

__all__ = [
    "MAX_BYTES",
    "MAX_PDF_BYTES",
    "MAX_PDF_PAGES",
    "MAX_PICTURE_BYTES",
    "MAX_VIDEO_BYTES",
    "MAX_VIDEO_SECONDS",
    "CleanFile",
    "Cleaner",
    "Kind",
    "Refusal",
    "Sandbox",
    "is_slow",
    "recognise",
]
