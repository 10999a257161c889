"""The sealed parts of a tip: what is swapped, taken out or put back is refused."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from handlers.tips import Author, Kind
from storage import thread
from storage.chance import random_id
from storage.crypto import CaseKey, Unopenable
from storage.database import Database
from storage.record import End
from storage.tables import chunks, parts
from storage.thread import NewPart, Part
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import OTHER_PHOTO, PHOTO


@dataclass
class Case:
    """One tip's thread in a real database."""

    made: Database
    tip: bytes
    key: CaseKey
    end: End

    async def add(self, *new: NewPart) -> None:
        async with self.made.write() as tx:
            self.end = await thread.extend(tx, self.tip, self.key, new, self.end)

    async def load(self) -> tuple[Part, ...]:
        async with self.made.read() as tx:
            return await thread.load(tx, self.tip, self.key, self.end)

    async def change(self, statement: Any) -> None:
        async with self.made.write() as tx:
            assert await tx.run(statement) == 1

    async def rows(self, table: Any = parts) -> dict[bytes, bytes]:
        async with self.made.read() as tx:
            return {row.id: row.body for row in await tx.rows(select(table))}

    async def picture(self, part: Part) -> bytes:
        async with self.made.read() as tx:
            return await thread.file(tx, self.tip, self.key, part)


@pytest.fixture
async def case(database_url: str) -> AsyncIterator[Case]:
    async with desk_world.database(database_url) as made:
        opened = Case(made, random_id(), CaseKey.new(), thread.START)
        await opened.add(
            NewPart(Author.WORKER, Kind.STORY, "Chuyện là thế này."),
            NewPart(Author.WORKER, Kind.PHOTO, mime=PHOTO.mime, data=PHOTO.data),
            NewPart(Author.WORKER, Kind.PHOTO, mime=OTHER_PHOTO.mime, data=OTHER_PHOTO.data),
        )
        await opened.add(NewPart(Author.OFFICER, Kind.QUESTION, "Ở đâu?", "Cán bộ", NOW))
        yield opened


async def test_parts_come_back_in_order_with_their_authors(case: Case) -> None:
    assert [(each.number, each.author, each.kind, each.words) for each in await case.load()] == [
        (1, Author.WORKER, Kind.STORY, "Chuyện là thế này."),
        (2, Author.WORKER, Kind.PHOTO, ""),
        (3, Author.WORKER, Kind.PHOTO, ""),
        (4, Author.OFFICER, Kind.QUESTION, "Ở đâu?"),
    ]


async def test_an_officers_part_has_name_and_minute_and_a_workers_has_neither(case: Case) -> None:
    await case.add(NewPart(Author.WORKER, Kind.ADDITION, "Ở cổng.", minute=NOW))
    *_, question, addition = await case.load()
    assert (question.by, question.minute) == ("Cán bộ", NOW.replace(second=0, microsecond=0))
    assert (addition.by, addition.minute) == ("", None)


async def test_two_pictures_come_back_byte_for_byte(case: Case) -> None:
    _, first, second, _ = await case.load()
    assert (first.mime, await case.picture(first)) == (PHOTO.mime, PHOTO.data)
    assert (second.mime, await case.picture(second)) == (OTHER_PHOTO.mime, OTHER_PHOTO.data)
    assert len(first.chunks) > 1


async def test_pictures_cannot_be_swapped(case: Case) -> None:
    _, first, second, _ = await case.load()
    rows = await case.rows(chunks)
    for one, other in zip(first.chunks, second.chunks, strict=False):
        await case.change(update(chunks).where(chunks.c.id == one).values(body=rows[other]))
        await case.change(update(chunks).where(chunks.c.id == other).values(body=rows[one]))
    for part in (first, second):
        with pytest.raises(Unopenable):
            await case.picture(part)


async def test_a_picture_that_lost_a_piece_is_refused(case: Case) -> None:
    first = (await case.load())[1]
    await case.change(delete(chunks).where(chunks.c.id == first.chunks[-1]))
    with pytest.raises(Unopenable):
        await case.picture(first)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
async def test_a_part_that_was_taken_out_is_missed(case: Case, number: int) -> None:
    gone = (await case.load())[number - 1]
    await case.change(delete(parts).where(parts.c.id == gone.id))
    with pytest.raises(Unopenable):
        await case.load()


async def test_two_parts_that_changed_places_are_refused(case: Case) -> None:
    first, *_, last = await case.load()
    rows = await case.rows()
    await case.change(update(parts).where(parts.c.id == first.id).values(body=rows[last.id]))
    await case.change(update(parts).where(parts.c.id == last.id).values(body=rows[first.id]))
    with pytest.raises(Unopenable):
        await case.load()


async def test_a_part_that_was_put_in_again_is_refused(case: Case) -> None:
    first = (await case.load())[0]
    rows = await case.rows()
    again = parts.insert().values(id=random_id(), tip=case.tip, body=rows[first.id])
    await case.change(again)
    with pytest.raises(Unopenable):
        await case.load()


async def test_one_changed_byte_is_refused(case: Case) -> None:
    first = (await case.load())[0]
    body = bytearray((await case.rows())[first.id])
    body[100] ^= 1
    await case.change(update(parts).where(parts.c.id == first.id).values(body=bytes(body)))
    with pytest.raises(Unopenable):
        await case.load()


async def test_a_part_of_another_tip_is_refused(case: Case) -> None:
    other = Case(case.made, random_id(), case.key, thread.START)
    await other.add(NewPart(Author.WORKER, Kind.STORY, "Chuyện khác."))
    [strange] = await other.load()
    await case.change(update(parts).where(parts.c.id == strange.id).values(tip=case.tip))
    with pytest.raises(Unopenable):
        await case.load()


async def test_an_older_end_does_not_fit_a_longer_thread(case: Case) -> None:
    before = case.end
    await case.add(NewPart(Author.WORKER, Kind.ADDITION, "Thêm."))
    case.end = before
    with pytest.raises(Unopenable):
        await case.load()


async def test_nobody_writes_in_the_name_of_another(case: Case) -> None:
    # The same bytes, sealed as an officer's, are no worker's part under any reading.
    rows = await case.rows()
    question = (await case.load())[-1]
    with pytest.raises(Unopenable):
        case.key.open_part(rows[question.id], tip=case.tip, part=question.id, author=Author.WORKER)
