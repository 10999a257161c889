"""Free words over the tips that an officer may see now: opened in memory, and noted in the audit.

No index of words exists anywhere, and what was looked for is kept nowhere. That words were opened
is: one entry of the audit for each unit through which a search opened tips, with their number.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from handlers.searching import Where, found_in, page_of, where_of
from storage import audit, board, stored, thread
from storage.audit import Act
from storage.board import Line, Seen
from storage.crypto import Unopenable
from storage.database import Database, Tx
from storage.shelves import Kept, Shelf, Shelves
from storage.stored import Wrapped
from storage.thread import Part

_AT_ONCE = 200
"""Tips that are opened in a row."""
_THREADS = 2
"""So many rows are opened at once: libsodium lets other threads work meanwhile."""


@dataclass(frozen=True, slots=True)
class Found:
    """The tips that hold all the words, with where. `unopened`: tips whose words could not be
    read.
    """

    seen: Seen = field(repr=False)
    hits: Mapping[bytes, frozenset[Where]] = field(repr=False)
    unopened: int = 0


async def find(
    database: Database,
    shelves: Shelves,
    session: str,
    officer: bytes,
    looked_for: Sequence[bytes],
    now: datetime,
) -> Found:
    """Look for words (as `handlers.searching.needles` reads them) in all tips that this officer may
    see at this moment. Nothing is told before it stands in the audit that words were opened; where
    that fails they are wiped.
    """
    shelf = shelves.of(session, officer)
    async with shelf.lock, nullcontext() if shelf.tips else shelves.filling:
        try:
            opened = Counter[str]()
            async with database.read() as tx:
                seen = await board.seen(tx, officer, now)
                shelf.begin(seen.sight, now)
                shelf.only([line.tip for line in seen.lines])
                hits, unopened = await _look(tx, seen, shelf, looked_for, opened)
            if opened:
                async with database.write() as tx:
                    await _note(tx, officer, opened, now)
        except BaseException:
            shelf.wipe()
            raise
        shelves.settle(session, shelf)
    return Found(seen, hits, unopened)


async def _look(
    tx: Tx, seen: Seen, shelf: Shelf, looked_for: Sequence[bytes], opened: Counter[str]
) -> tuple[dict[bytes, frozenset[Where]], int]:
    hits: dict[bytes, frozenset[Where]] = {}
    unopened = 0
    missing: list[Line] = []
    for line in seen.lines:
        kept = shelf.fresh(line.tip, line.known.end)
        if kept is None:
            missing.append(line)
        elif places := _found(line, kept, looked_for):
            hits[line.tip] = places
    async for line, fresh in _opened(tx, seen, missing):
        if fresh is None:
            unopened += 1
            continue
        opened[fresh.unit] += 1
        if places := _found(line, fresh, looked_for):
            hits[line.tip] = places
        if not shelf.keep(line.tip, fresh):
            fresh.wipe()
    return hits, unopened


def _found(line: Line, kept: Kept, looked_for: Sequence[bytes]) -> frozenset[Where]:
    return found_in((*line.pages, *kept.pages), looked_for)


async def _opened(
    tx: Tx, seen: Seen, lines: Sequence[Line]
) -> AsyncIterator[tuple[Line, Kept | None]]:
    """The words of these tips. While some are opened in threads, the next ones are fetched, and
    nobody else has to wait for it.
    """
    loop = asyncio.get_running_loop()
    working: deque[asyncio.Future[list[tuple[Line, Kept | None]]]] = deque()
    for at in range(0, len(lines), _AT_ONCE):
        some = lines[at : at + _AT_ONCE]
        units_of = {line.tip: sorted(seen.sight.through(line.known)) for line in some}
        keys = await stored.wraps_for(tx, units_of)
        rows = await thread.rows_of(tx, units_of)
        while len(working) >= _THREADS:
            for each in await working.popleft():
                yield each
        working.append(loop.run_in_executor(None, _open_some, some, keys, rows))
    while working:
        for each in await working.popleft():
            yield each


def _open_some(
    lines: Sequence[Line], keys: Wrapped, rows: Mapping[bytes, Sequence[Row[Any]]]
) -> list[tuple[Line, Kept | None]]:
    return [(line, _open(line, keys, rows[line.tip])) for line in lines]


def _open(line: Line, keys: Wrapped, rows: Sequence[Row[Any]]) -> Kept | None:
    """The words of a tip; None where nothing opens it, or a part of it is not as it was."""
    with suppress(Unopenable):
        held = keys.open(line.tip)
        if held is not None:
            unit, case = held
            parts = thread.in_order(line.tip, case, rows, line.known.end)
            return Kept(unit, line.known.end, _pages(parts))
    return None


def _pages(parts: Sequence[Part]) -> tuple[tuple[Where, bytearray], ...]:
    texts: dict[Where, list[str]] = {}
    for part in parts:
        where = where_of(part.kind)
        if where is not None and part.words:
            texts.setdefault(where, []).append(part.words)
    return tuple((where, bytearray(page_of(words))) for where, words in texts.items())


async def _note(tx: Tx, officer: bytes, opened: Mapping[str, int], now: datetime) -> None:
    for unit, count in sorted(opened.items()):
        await audit.write(
            tx, Act.SEARCHED, staff=officer, unit=unit, minute=now, note=f"{count} tips"
        )
