"""The sealed parts of a tip: words and files, numbered and chained inside their seals."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from handlers.replies import Change, Pick
from handlers.tips import Author, Kind
from storage.chance import random_id
from storage.crypto import CaseKey, Unopenable
from storage.database import Tx
from storage.record import End
from storage.tables import chunks, parts

START = End(0, "")


@dataclass(frozen=True, slots=True)
class Part:
    """One opened part. `by` and what goes with words (`handlers.replies`) stand in an officer's
    parts only, and `minute` in no worker's; `chunks` where it is a file, or who the worker is.
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
    english: str = field(default="", repr=False)
    picks: tuple[Pick, ...] = field(default=(), repr=False)
    change: Change = Change.NONE


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
    english: str = field(default="", repr=False)
    picks: tuple[Pick, ...] = field(default=(), repr=False)


async def load(tx: Tx, tip: bytes, case: CaseKey, end: End) -> tuple[Part, ...]:
    """All parts in order, the last of which is `end`. Raises Unopenable when one was changed,
    moved, doubled or taken out.
    """
    rows = await tx.rows(select(parts).where(parts.c.tip == tip))
    return in_order(tip, case, rows, end)


async def rows_of(tx: Tx, some: Collection[bytes]) -> Mapping[bytes, Sequence[Row[Any]]]:
    """The sealed parts of many tips, by tip, for `in_order`."""
    found: dict[bytes, list[Row[Any]]] = {tip: [] for tip in some}
    for row in await tx.rows(select(parts).where(parts.c.tip.in_(list(some)))):
        found[bytes(row.tip)].append(row)
    return found


def in_order(tip: bytes, case: CaseKey, rows: Sequence[Row[Any]], end: End) -> tuple[Part, ...]:
    """What `load` says of a tip whose sealed parts these are. Raises Unopenable."""
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


async def end_at(tx: Tx, loaded: Sequence[Part], count: int) -> End:
    """The end of the thread, of which `loaded` are all parts, as it was when it had so many."""
    return End(count, await _hash_of(tx, loaded[count - 1])) if count else START


async def rewrite(
    tx: Tx, tip: bytes, case: CaseKey, loaded: Sequence[Part], last: Sequence[Part], *, at: int
) -> End:
    """Let the thread, of which `loaded` are all parts, go on with `last` after the first `at`: each
    keeps its row, and its file as well; what is not among them is destroyed. The new end, for the
    record; the caller holds the tip's row.
    """
    gone = {part.id: part for part in loaded[at:]}
    end = await end_at(tx, loaded, at)
    for part in last:
        del gone[part.id]
        plain = _plain(part, end.count + 1, end.last, part.chunks)
        body = case.seal_part(plain, tip=tip, part=part.id, author=part.author)
        await tx.run(update(parts).where(parts.c.id == part.id).values(body=body))
        end = End(end.count + 1, _hash(body))
    pieces = [each for part in gone.values() for each in part.chunks]
    await tx.run(delete(chunks).where(chunks.c.tip == tip, chunks.c.id.in_(pieces)))
    await tx.run(delete(parts).where(parts.c.tip == tip, parts.c.id.in_(list(gone))))
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
                # Parts of earlier versions have none of the following.
                read.get("english", ""),
                tuple(Pick(*each) for each in read.get("picks", ())),
                Change(read.get("change", "")),
            ),
            read["previous"],
        )
    raise Unopenable


def _plain(part: NewPart | Part, number: int, previous: str, ids: Sequence[bytes]) -> bytes:
    # A worker's part carries no time at all; an officer's carries the minute.
    minute = part.minute if part.author is not Author.WORKER else None
    shown = minute.astimezone(UTC).replace(second=0, microsecond=0).isoformat() if minute else None
    change = part.change if isinstance(part, Part) else Change.NONE
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
            "english": part.english,
            "picks": [[each.words, each.english] for each in part.picks],
            "change": change,
        },
        ensure_ascii=False,
    ).encode()


async def _hash_of(tx: Tx, part: Part) -> str:
    row = await tx.row(select(parts.c.body).where(parts.c.id == part.id))
    if row is None:
        raise Unopenable
    return _hash(row.body)


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
