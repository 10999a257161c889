"""The sealed parts of a tip: words and files, numbered and chained inside their seals."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from handlers.tips import Author, Kind
from storage.chance import random_id
from storage.crypto import CaseKey, Unopenable
from storage.database import Tx
from storage.record import End
from storage.tables import chunks, parts

START = End(0, "")


@dataclass(frozen=True, slots=True)
class Part:
    """One opened part. `by` stands in an officer's parts only, and `minute` in no worker's;
    `chunks` where it is a file, or who the worker is.
    """

    id: bytes
    number: int
    author: Author
    kind: Kind
    words: str = field(repr=False)
    by: str = field(default="", repr=False)
    minute: datetime | None = None
    mime: str = ""
    chunks: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part to be added."""

    author: Author
    kind: Kind
    words: str = field(default="", repr=False)
    by: str = field(default="", repr=False)
    minute: datetime | None = None
    mime: str = ""
    data: bytes = field(default=b"", repr=False)


async def load(tx: Tx, tip: bytes, case: CaseKey, end: End) -> tuple[Part, ...]:
    """All parts in order, the last of which is `end`. Raises Unopenable when one was changed,
    moved, doubled or taken out.
    """
    rows = await tx.rows(select(parts).where(parts.c.tip == tip))
    opened = [(_open(case, tip, row.id, row.body), _hash(row.body)) for row in rows]
    opened.sort(key=lambda pair: pair[0][0].number)
    reached = START
    for (part, link), own in opened:
        if part.number != reached.count + 1 or link != reached.last:
            raise Unopenable
        reached = End(part.number, own)
    if reached != end:
        raise Unopenable
    return tuple(part for (part, _), _ in opened)


async def extend(tx: Tx, tip: bytes, case: CaseKey, new: Sequence[NewPart], end: End) -> End:
    """Write parts after `end`; the new end. The caller holds the tip's row and seals the end into
    its record.
    """
    rows: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    for part in new:
        part_id = random_id()
        sealed_chunks = case.seal_file(part.data, tip=tip, part=part_id) if part.data else []
        ids = [random_id() for _ in sealed_chunks]
        pieces += [
            {"id": each, "tip": tip, "body": body}
            for each, body in zip(ids, sealed_chunks, strict=True)
        ]
        body = case.seal_part(
            _plain(part, end.count + 1, end.last, ids), tip=tip, part=part_id, author=part.author
        )
        end = End(end.count + 1, _hash(body))
        rows.append({"id": part_id, "tip": tip, "body": body})
    await tx.run(insert(parts), rows)
    await tx.run(insert(chunks), pieces)
    return end


async def file(tx: Tx, tip: bytes, case: CaseKey, part: Part) -> bytes:
    """The file of a part of one of FILES. Raises Unopenable where something of it is missing."""
    found = await tx.rows(select(chunks).where(chunks.c.tip == tip, chunks.c.id.in_(part.chunks)))
    bodies = {row.id: row.body for row in found}
    if len(bodies) != len(part.chunks):
        raise Unopenable
    return case.open_file([bodies[each] for each in part.chunks], tip=tip, part=part.id)


def _open(case: CaseKey, tip: bytes, part: bytes, body: bytes) -> tuple[Part, str]:
    # Who wrote a part is not in clear: it is bound into the seal, and found by trying.
    for author in Author:
        try:
            plain = case.open_part(body, tip=tip, part=part, author=author)
        except Unopenable:
            continue
        read = json.loads(plain)
        minute = read["minute"]
        return (
            Part(
                part,
                read["number"],
                author,
                Kind(read["kind"]),
                read["words"],
                read["by"],
                datetime.fromisoformat(minute) if minute else None,
                read["mime"],
                tuple(bytes.fromhex(each) for each in read["chunks"]),
            ),
            read["previous"],
        )
    raise Unopenable


def _plain(part: NewPart, number: int, previous: str, ids: Sequence[bytes]) -> bytes:
    # A worker's part carries no time at all; an officer's carries the minute.
    minute = part.minute if part.author is not Author.WORKER else None
    shown = minute.astimezone(UTC).replace(second=0, microsecond=0).isoformat() if minute else None
    return json.dumps(
        {
            "number": number,
            "previous": previous,
            "kind": part.kind,
            "words": part.words,
            "by": part.by,
            "minute": shown,
            "mime": part.mime,
            "chunks": [each.hex() for each in ids],
        },
        ensure_ascii=False,
    ).encode()


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
