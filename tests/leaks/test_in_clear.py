"""What anybody may read in the rows of tips, addresses and objects: not a word of them."""

import dataclasses
import hashlib
import importlib
import pkgutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

import bot
import broadcasts
import handlers
import storage
from handlers.receipt import read
from handlers.tips import Category
from storage.database import file_of
from tests import desk_world
from tests.desk_world import PLACE, STORY
from tests.leaks import columns, reading
from tests.players import on_the_page, open_house
from tests.tip_world import file, new_tip

# Addresses that a page asks for by itself or by a press, and what a script reads.
_ADDRESSES = ("href", "src", "action", "formaction", "content", "srcset", "ping", "cite")
# Whatever is called so is somebody's, or opens something of theirs.
_SECRET = frozenset(
    """
    words story address chat secret token salt hashed private stamp login bell locator code codes
    """.split()
)
_TEXTS = ("str", "bytes", "tuple[str, ...]", "str | None")
# What is called so and is everybody's: codes of places, files of the page, what a bulletin says.
_OPEN = frozenset(
    """
    handlers.places.Place.code handlers.places.Place.codes
    broadcasts.audience.Nowhere.codes bot.web.rendering.Asset.address
    handlers.broadcasters.changes.Piece.words handlers.worker.learning.Door.words
    """.split()
)


async def test_no_row_of_a_tip_shows_unit_category_place_or_words(sqlite_url: str) -> None:
    telling = ["north-park", "north", "harassment", STORY[:12], PLACE.name, PLACE.province]
    telling += [PLACE.code, "Cây tre xanh", "triage", "received"]
    async with desk_world.database(sqlite_url) as made:
        new = new_tip(
            "north-park", category=Category.HARASSMENT, danger=True, may_go_to_police=True
        )
        tip = await file(made, new)
    rows = list(_rows(sqlite_url))
    assert {name for name, _ in rows} >= {"tips", "parts", "wraps", "letters"}
    for name, value in rows:
        for each in telling:
            assert each.encode() not in value, f"{each} in {name}"
    # An id that anybody can compute from unit and tip tells as much as the unit itself.
    ids = {value for name, value in rows if name == "wraps"}
    for unit in desk_world.UNITS:
        for guess in _guesses(unit.id.encode(), tip):
            assert guess not in ids, f"who reads the tip can be computed: {unit.id}"


def _rows(url: str) -> Iterator[tuple[str, bytes]]:
    path = file_of(url)
    assert path is not None
    connection = sqlite3.connect(path)
    try:
        for name in columns.TIPS:
            for row in connection.execute(f"SELECT * FROM {name}"):
                yield from ((name, each if isinstance(each, bytes) else b"") for each in row)
    finally:
        connection.close()


def _guesses(unit: bytes, tip: bytes) -> Iterator[bytes]:
    for data in (unit + tip, tip + unit, b"wrap" + tip + unit, unit):
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            yield hashlib.new(name, data).digest()[:16]
        yield hashlib.blake2b(data, digest_size=16).digest()


async def test_no_address_of_the_page_holds_the_receipt_code(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        open_house(sqlite_url, tmp_path) as (house, clock),
        on_the_page(house, clock) as player,
    ):
        await player.bring("look")
        for name in ("report", "wages", "danger_no", "no_place"):
            await player.press(name)
        await player.type("Công ty nợ lương hai tháng nay.")
        shown = await player.press("skip_all")
        [code] = [found for line in shown.lines for found in read(line.text)]
        pages = [player.page]
        for step in ("send", "open_thread"):
            await player.press(step)
            pages.append(player.page)
        assert sum(_holds(str(page), code) for page in pages) >= 2, "the code is shown somewhere"
        for page in pages:
            for address in _addresses(page):
                assert not _holds(address, code), "the code stands in an address"
            forms = page.find_all("form")
            assert {str(form.get("method")).lower() for form in forms} == {"post"}, "words in a GET"


def _addresses(page: BeautifulSoup) -> Iterator[str]:
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            if name in _ADDRESSES or name.startswith("data-"):
                yield str(value)


def _holds(text: str, code: str) -> bool:
    return code in text.upper().replace("-", "").replace(" ", "")


def test_what_is_somebodys_is_not_printed_with_the_object_that_holds_it() -> None:
    found = list(_fields())
    assert len(found) > 60, "the classes are not found any more"
    printed = {name for name, is_printed in found if is_printed}
    assert printed == set(_OPEN), "declare it with field(repr=False)"


def _fields() -> Iterator[tuple[str, bool]]:
    """Every field with such a name in the data of the product, and whether it is printed."""
    for room in (bot, broadcasts, handlers, storage):
        for about in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if about.name.endswith("__main__") or ".migrations" in about.name:
                continue
            for name, each in vars(importlib.import_module(about.name)).items():
                is_own = isinstance(each, type) and each.__module__ == about.name
                if not is_own or not dataclasses.is_dataclass(each):
                    continue
                for one in dataclasses.fields(each):
                    kind = getattr(one.type, "__name__", "")
                    kind = kind if isinstance(one.type, type) and kind != "tuple" else str(one.type)
                    if one.name in _SECRET and kind in _TEXTS:
                        yield f"{about.name}.{name}.{one.name}", one.repr


def test_no_page_is_served_with_a_log_of_its_visitors() -> None:
    served = list(reading.runners())
    assert served, "nothing is served any more?"
    for where, is_silent in served:
        assert is_silent, f"{where}: access_log=None, or every visitor's address is written down"
