"""Laws that were replaced, as somebody told: kept once, taken back, and by whom: both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from handlers.laws.changes import Change, in_force
from storage import audit, law_changes
from storage.audit import Act
from storage.database import Database
from storage.law_changes import Noted
from tests import planning_world
from tests.planning_world import NOW, who

CHANGE = Change("145/2020/NĐ-CP", "Nghị định mới", date(2027, 1, 1))
CITED = ["Nghị định 145/2020/NĐ-CP"]


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with planning_world.database(database_url) as opened:
        yield opened


async def test_a_change_is_kept_once_and_a_newer_word_takes_its_place(made: Database) -> None:
    member = await who(made, "duyet2")
    async with made.write() as tx:
        assert await law_changes.replace(tx, member, CHANGE, NOW) is Noted.DONE
        assert await law_changes.replace(tx, member, CHANGE, NOW) is Noted.TWICE
        other = replace(CHANGE, number="145/2020/nd-cp", since=date(2027, 2, 1))
        assert await law_changes.replace(tx, None, other, NOW) is Noted.DONE
    async with made.read() as tx:
        [told] = await law_changes.every(tx)
        known = await law_changes.known(tx)
    assert (told.change, told.staff, told.day) == (other, bytes(16), date(2026, 11, 23))
    assert in_force(CITED, known, date(2027, 1, 31)) is None
    assert in_force(CITED, known, date(2027, 2, 1)) == other


async def test_it_is_taken_back_however_its_number_is_typed(made: Database) -> None:
    async with made.write() as tx:
        assert await law_changes.keep(tx, None, CHANGE.number, NOW) is Noted.TWICE
        await law_changes.replace(tx, None, CHANGE, NOW)
        assert await law_changes.keep(tx, None, " 145/2020/nđ-cp", NOW) is Noted.DONE
        assert await law_changes.every(tx) == ()
        acts = [(each.act, each.note) for each in await audit.entries(tx, limit=2)]
    assert acts == [(Act.LAW_KEPT, CHANGE.number), (Act.LAW_REPLACED, CHANGE.number)]


async def test_two_who_say_it_at_once_are_both_answered(made: Database) -> None:
    async def say(since: date) -> Noted:
        async with made.write() as tx:
            return await law_changes.replace(tx, None, replace(CHANGE, since=since), NOW)

    both = await asyncio.gather(say(date(2027, 1, 1)), say(date(2027, 2, 1)))
    assert set(both) == {Noted.DONE}
    async with made.read() as tx:
        assert len(await law_changes.every(tx)) == 1


async def test_only_an_editor_says_so(made: Database) -> None:
    member = await who(made, "tacgia")
    async with made.write() as tx:
        assert await law_changes.replace(tx, member, CHANGE, NOW) is Noted.NO_RIGHT
        await law_changes.replace(tx, None, CHANGE, NOW)
        assert await law_changes.keep(tx, member, CHANGE.number, NOW) is Noted.NO_RIGHT
        assert len(await law_changes.every(tx)) == 1
