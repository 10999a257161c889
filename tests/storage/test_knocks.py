"""The one exception: a chat that asked to be told of news, and how nothing else gives it away."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from handlers.effects import FileTip
from handlers.roles import Role
from handlers.tips import Outcome
from storage import cases, dump, knocks, migrate, out_of_scope, stored, tips
from storage.cases import Done
from storage.database import Database
from storage.out_of_scope import Removed
from storage.staff import Member
from storage.tables import knocks as knocks_table
from storage.tables import tips as tips_table
from tests import desk_world
from tests.desk_world import NOW
from tests.staff_world import enrolled
from tests.tip_world import count, file, new_tip

CHAT = "telegram|7001002003"


@dataclass
class Desk:
    """A database with an officer, who holds a tip, and everybody who was told of news."""

    made: Database
    officer: Member
    new: FileTip
    tip: bytes
    told: list[frozenset[str]]

    async def ask_to_be_told(self) -> bool:
        async with self.made.write() as tx:
            return await tips.tell_here(tx, self.new.key, CHAT)

    async def is_told(self) -> bool:
        async with self.made.read() as tx:
            found = await tips.read_thread(tx, self.new.key)
        assert found is not None
        return found.is_told

    async def chats(self) -> set[str]:
        """What whoever has every key finds: the case key of each tip opens its row, or does not."""
        found = set()
        async with self.made.read() as tx:
            for row in await tx.rows(select(tips_table.c.id)):
                case = await stored.open_as(tx, "north", row.id)
                if case is not None and (chat := await knocks.find(tx, row.id, case)):
                    found.add(chat)
        return found


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with desk_world.database(database_url) as made:
        officer = await enrolled(made, "lan", ("north", Role.OFFICER))
        new = new_tip()
        tip = await file(made, new)
        async with made.write() as tx:
            assert isinstance(await cases.claim(tx, officer.id, tip, NOW), Done)
        told: list[frozenset[str]] = []
        made.on_news = told.append
        yield Desk(made, officer, new, tip, told)


async def test_who_asked_is_told_once_of_each_question_and_answer(desk: Desk) -> None:
    assert await desk.ask_to_be_told()
    assert await desk.is_told()
    assert desk.told == []
    async with desk.made.write() as tx:
        await cases.ask(tx, desk.officer.id, desk.tip, "Ở đâu?", NOW)
        assert desk.told == []
    assert desk.told == [frozenset({CHAT})]
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.officer.id, desk.tip, "Cảm ơn.", NOW)
    assert desk.told == [frozenset({CHAT})] * 2


async def test_nobody_is_told_of_what_was_rolled_back(desk: Desk) -> None:
    await desk.ask_to_be_told()

    async def broken_off() -> None:
        async with desk.made.write() as tx:
            await cases.ask(tx, desk.officer.id, desk.tip, "Ở đâu?", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken_off()
    assert desk.told == []


async def test_nobody_is_told_who_did_not_ask_or_does_not_want_it_any_more(desk: Desk) -> None:
    async with desk.made.write() as tx:
        await cases.ask(tx, desk.officer.id, desk.tip, "Ở đâu?", NOW)
    await desk.ask_to_be_told()
    async with desk.made.write() as tx:
        assert await tips.tell_no_more(tx, desk.new.key)
    assert not await desk.is_told()
    assert await desk.chats() == set()
    async with desk.made.write() as tx:
        await cases.answer(tx, desk.officer.id, desk.tip, "Cảm ơn.", NOW)
    assert desk.told == []


@pytest.mark.parametrize("how", ["handled", "out_of_scope", "worker", "deleted"])
async def test_the_chat_ends_with_the_tip(desk: Desk, how: str) -> None:
    await desk.ask_to_be_told()
    assert await desk.chats() == {CHAT}
    async with desk.made.write() as tx:
        match how:
            case "handled":
                outcome = Outcome.HANDLED
                done = await cases.close(tx, desk.officer.id, desk.tip, outcome, "Xong.", NOW)
                assert isinstance(done, Done)
            case "out_of_scope":
                left = await out_of_scope.close(tx, desk.officer.id, desk.tip, NOW)
                assert isinstance(left, Removed)
            case "worker":
                assert await tips.close(tx, desk.new.key, NOW)
            case _:
                assert await tips.remove(tx, desk.new.key, day=NOW.date())
    assert desk.told == ([frozenset({CHAT})] if how in ("handled", "out_of_scope") else [])
    assert await desk.chats() == set()
    if how == "deleted":
        assert await count(desk.made, knocks_table) == 0
    else:
        assert not await desk.is_told()
        assert not await desk.ask_to_be_told()


async def test_taking_back_a_closing_does_not_bring_the_chat_back(desk: Desk) -> None:
    await desk.ask_to_be_told()
    async with desk.made.write() as tx:
        removed = await out_of_scope.close(tx, desk.officer.id, desk.tip, NOW)
    assert isinstance(removed, Removed)
    async with desk.made.write() as tx:
        assert isinstance(await out_of_scope.undo(tx, desk.officer.id, removed, NOW), Done)
    assert await desk.chats() == set()


async def test_with_every_key_only_the_chat_of_who_asked_is_found(desk: Desk) -> None:
    for _ in range(20):
        await file(desk.made, new_tip())
    await desk.ask_to_be_told()
    assert await desk.chats() == {CHAT}


async def test_without_a_key_it_cannot_be_seen_who_asked(desk: Desk) -> None:
    for _ in range(3):
        await file(desk.made, new_tip())
    before = await _rows(desk.made)
    await desk.ask_to_be_told()
    after = await _rows(desk.made)
    assert len(before) == len(after) == 4
    for rows in (before, after):
        assert len({(len(key), len(body), key[:3], body[:3]) for key, body in rows.values()}) == 1
    assert [tip for tip in before if before[tip] != after[tip]] == [desk.tip]
    async with desk.made.write() as tx:
        await tips.close(tx, desk.new.key, NOW)
    ended = await _rows(desk.made)
    assert ended[desk.tip] != after[desk.tip]
    assert len(ended[desk.tip][1]) == len(after[desk.tip][1])


async def test_no_backup_holds_the_chat(desk: Desk) -> None:
    await desk.ask_to_be_told()
    lines: list[bytes] = []
    async with desk.made.read() as tx:
        case = await stored.open_as(tx, "north", desk.tip)
        assert case is not None
        await dump.write(tx, str(migrate.head()), NOW, lines.append)
        told = [json.loads(line) for line in lines]
        at = told.index({"table": "knocks"})
        tip, key, body = map(base64.b64decode, told[at + 1])
        assert tip == desk.tip
        rows = await _rows(desk.made)
        assert (key, body) != rows[desk.tip]
        assert [len(key), len(body)] == list(map(len, rows[desk.tip]))
    assert not any(base64.b64encode(rows[desk.tip][1]) in line for line in lines)
    assert await desk.is_told()


async def test_an_address_longer_than_any_is_refused(desk: Desk) -> None:
    async with desk.made.write() as tx:
        with pytest.raises(knocks.TooLong):
            await tips.tell_here(tx, desk.new.key, "telegram|" + "7" * knocks.CHAT_BYTES)
    assert await desk.chats() == set()


async def test_tips_from_before_have_rows_like_all_others(database_url: str) -> None:
    made = Database(database_url)
    try:
        async with made.engine.begin() as connection:
            await connection.run_sync(migrate.upgrade_within, "0005")
            old = {name: bytes(16) for name in ("reporter", "reporter_wrap", "bell", "record")}
            values = old | {"id": b"a" * 16, "locator": b"b" * 16, "day": NOW.date()}
            await connection.execute(tips_table.insert().values(**values))
        await migrate.upgrade(made)
        rows = await _rows(made)
        fresh = knocks.nothing(b"a" * 16)
        [(key, body)] = rows.values()
        assert (len(key), key[:3]) == (len(fresh["key"]), fresh["key"][:3])
        assert (len(body), body[:3]) == (len(fresh["body"]), fresh["body"][:3])
    finally:
        await made.close()


async def _rows(made: Database) -> dict[bytes, tuple[bytes, bytes]]:
    async with made.engine.connect() as connection:
        rows = (await connection.execute(select(knocks_table))).all()
    return {bytes(row.tip): (bytes(row.key), bytes(row.body)) for row in rows}
