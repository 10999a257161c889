"""The file that an authority gets: a table, a page to print, the clean files; made in memory."""

import io
import zipfile
from datetime import datetime
from types import MappingProxyType
from typing import Final

from bot.web.rendering import Renderer
from bot.web.sheets import Sheet, as_xlsx
from handlers.texts import Texts
from handlers.tips import Author, Kind
from storage.exporting import Export, Item

_ENDINGS: Final = MappingProxyType(
    {
        "image/jpeg": "jpg",
        "image/png": "png",
        "application/pdf": "pdf",
        "video/mp4": "mp4",
    }
)
# All entries of an archive say this: when it was made stands in the audit.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_WIDTHS = (8, 26, 90, 14)


def make(export: Export, texts: Texts, renderer: Renderer, local: datetime) -> bytes:
    """The archive, in the words of `texts`; its own day (of `local`) stands in it, no other time
    than those of `export`. On every sheet and page stands that nothing of it is proven.
    """
    stamp = texts.get("desk.export.stamp")
    facts = _facts(export, texts, local)
    rows = [_row(number, item, texts, export) for number, item in enumerate(export.items, 1)]
    head = [texts.get(f"desk.export.{name}") for name in ("number", "what", "words", "day")]
    sheets = [
        Sheet(texts.get("desk.export.sheet_facts"), ("", ""), facts, (26, 90), (stamp,)),
        Sheet(texts.get("desk.export.sheet_thread"), head, rows, _WIDTHS, (stamp,)),
    ]
    told = {"facts": facts, "head": head, "rows": rows, "stamp": stamp}
    html = renderer.render("desk/export_page.html", texts.get, told)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        _put(archive, "tin.xlsx", as_xlsx(sheets, local))
        _put(archive, "tin.html", html.encode())
        for number, file in export.files.items():
            if file is not None:
                _put(archive, _name(number, file.mime), file.data)
    return made.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _NO_TIME), data, zipfile.ZIP_DEFLATED)


def _facts(export: Export, texts: Texts, local: datetime) -> list[tuple[str, str]]:
    request = export.request
    told = [
        ("desk.export.nickname", export.nickname),
        ("desk.export.unit", export.unit),
        ("desk.export.category", texts.get(f"category.{export.category}")),
        ("desk.export.place", export.place),
        ("desk.export.received", f"{export.day:%d/%m/%Y}"),
        ("desk.export.authority_label", texts.get(f"desk.export.authority.{request.authority}")),
        ("desk.export.reason_label", texts.get(f"desk.export.reason.{request.reason}")),
        ("desk.export.explained", request.words),
        ("desk.export.made_on", f"{local:%d/%m/%Y}"),
        ("desk.export.left_out", texts.get("desk.export.left_out_what")),
    ]
    return [(texts.get(key), value) for key, value in told if value]


def _row(number: int, item: Item, texts: Texts, export: Export) -> tuple[str, str, str, str]:
    by = "worker" if item.author is Author.WORKER else "unit"
    kind = Kind.PHOTO if item.file else item.kind
    what = texts.get(f"desk.export.{by}_{kind}")
    words = item.words
    if item.file:
        file = export.files[item.file]
        words = (
            _name(item.file, file.mime)
            if file is not None
            else texts.get("desk.export.too_large", number=item.file)
        )
    return str(number), what, words, f"{item.day:%d/%m/%Y}" if item.day else ""


def _name(number: int, mime: str) -> str:
    """Says nothing of where the file came from."""
    return f"chua-kiem-chung-tep-{number:02}.{_ENDINGS.get(mime, 'bin')}"
