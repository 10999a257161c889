"""Letters to desks: sealed alike, settled once, ordered so that nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from storage import outbox
from storage.chance import random_id
from storage.crypto import Unopenable
from storage.database import Database
from storage.outbox import Letter, LetterKind
from storage.tables import letters
from tests import desk_world
from tests.desk_world import NOW
from tests.tip_world import bodies, count


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as opened:
        yield opened


def letter(unit: str = "north", minutes: int = 0) -> Letter:
    return Letter(LetterKind.CARD, random_id(), unit, NOW + timedelta(minutes=minutes))


async def write(made: Database, *written: Letter) -> None:
    async with made.write() as tx:
        for each in written:
            await outbox.write(tx, each)


async def waiting(made: Database) -> tuple[Letter, ...]:
    async with made.read() as tx:
        return await outbox.waiting(tx)


async def test_a_letter_comes_back_with_kind_tip_unit_and_time(made: Database) -> None:
    sent = letter(minutes=35)
    await write(made, sent)
    [found] = await waiting(made)
    assert (found.kind, found.tip, found.unit, found.due) == (
        LetterKind.CARD, sent.tip, "north", sent.due,
    )  # fmt: skip


async def test_a_letter_is_settled_by_one_only(made: Database) -> None:
    await write(made, letter())
    [found] = await waiting(made)

    async def settle() -> bool:
        async with made.write() as tx:
            return await outbox.settle(tx, found)

    assert sorted(await asyncio.gather(settle(), settle(), settle())) == [False, False, True]
    assert await count(made, letters) == 0


async def test_only_the_letters_of_one_tip_are_dropped(made: Database) -> None:
    one, other = letter(), letter()
    await write(made, one, one, other)
    async with made.write() as tx:
        await outbox.drop_of(tx, one.tip)
    assert [each.tip for each in await waiting(made)] == [other.tip]


async def test_all_letters_have_one_size_and_show_neither_tip_nor_unit(made: Database) -> None:
    urgent, calm = (
        letter("n"),
        letter("a-unit-with-a-rather-long-name-of-sixty-letters-all-told-x", 55),
    )
    await write(made, urgent, calm)
    stored = await bodies(made, letters)
    assert len({len(body) for body in stored}) == 1
    for body in stored:
        for secret in (urgent.tip, calm.tip, calm.tip.hex().encode(), b"sixty", b"card", b"2026"):
            assert secret not in body


async def test_a_letter_under_another_number_is_refused(made: Database) -> None:
    await write(made, letter(), letter())
    async with made.write() as tx:
        one, other = await tx.rows(select(letters))
        await tx.run(update(letters).where(letters.c.id == one.id).values(body=other.body))
    with pytest.raises(Unopenable):
        await waiting(made)
