"""A PDF: its pages drawn as a reader shows them, each a picture of its own."""

import struct

from PIL import Image, JpegImagePlugin  # noqa: F401
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from bot.media_child import pixels

_POINTS_AN_INCH, _DOTS_AN_INCH = 72, 150
_LENGTH_BYTES = 4


def prepare(kind: str) -> None:
    """Nothing is left to load: PDFium came with this module."""
    del kind
    Image.preinit()


def clean(data: bytes, kind: str, max_pages: int, max_side: int, max_output: int) -> bytes:
    """A bare JPEG for each page, behind its length; or the name of a refusal.

    What is drawn is what the sender saw: the pages with their notes and filled fields. A black box
    that somebody laid over a name stays black, and what lies under it is gone.
    """
    del kind
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        return b"protected" if error.err_code == raw.FPDF_ERR_PASSWORD else b"broken"
    count = len(document)
    if count > max_pages:
        return b"too_many_pages"
    if not count:
        return b"broken"
    document.init_forms()
    share = max_output // count - _LENGTH_BYTES
    try:
        drawn = (pixels.encode(_drawn(page, max_side), share, photo=True) for page in document)
        return b"".join(struct.pack(">I", len(each)) + each for each in drawn)
    except MemoryError:
        return b"too_many_pixels"


def _drawn(page: PdfPage, max_side: int) -> Image.Image:
    longer = max(page.get_size())
    scale = min(_DOTS_AN_INCH / _POINTS_AN_INCH, (max_side - 1) / max(longer, 1.0))
    bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True, draw_annots=True)
    drawn: Image.Image = bitmap.to_pil().convert("RGB")
    page.close()
    return drawn
