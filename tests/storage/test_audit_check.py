"""Whether the log of what staff did is whole: where it breaks, and what is missing at its end."""

import ast
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bot import audit_cli
from storage import audit, audit_check, ledger
from storage.audit import AUDIT_END, Act
from storage.audit_check import Examined, Fault
from storage.database import Database, Tx
from storage.tables import audit as audit_table
from storage.tables import counters
from tests.desk_world import NOW, database

ROOM = Path(__file__).parents[2] / "storage"
LATER = NOW + timedelta(hours=2)


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with database(database_url) as opened:
        yield opened


async def write_some(made: Database, count: int, note: str = "") -> None:
    async with made.write() as tx:
        for _ in range(count):
            await audit.write(tx, Act.OPENED, staff=bytes(16), minute=NOW, note=note)


async def cut_after(tx: Tx, number: int) -> None:
    await tx.run(delete(audit_table).where(audit_table.c.number > number))


async def miscount(tx: Tx, number: int) -> None:
    await tx.run(update(counters).where(counters.c.name == AUDIT_END).values(value=number))


async def test_the_number_at_which_the_chain_breaks_is_told(made: Database) -> None:
    await write_some(made, 700)
    heard: list[int] = []
    async with made.write() as tx:
        assert await audit_check.examine(tx, told=heard.append) == Examined(700)
        assert heard == [500, 200]
        await tx.run(delete(audit_table).where(audit_table.c.number == 612))
        assert await audit_check.examine(tx) == Examined(611, Fault.BROKEN, 612)
        await tx.run(update(audit_table).where(audit_table.c.number == 3).values(body=bytes(400)))
        assert await audit_check.examine(tx) == Examined(2, Fault.BROKEN, 3)


async def test_a_cut_end_is_missed_by_the_count(made: Database) -> None:
    await write_some(made, 5)
    async with made.write() as tx:
        await cut_after(tx, 3)
        assert not await audit.verify(tx)
        assert await audit_check.examine(tx) == Examined(3, Fault.CUT, 4)
        await cut_after(tx, 0)
        assert await audit_check.examine(tx) == Examined(0, Fault.CUT, 1)


async def test_who_corrects_the_count_too_is_known_by_the_ledger(made: Database) -> None:
    await write_some(made, 5)
    async with made.read() as tx:
        end = ledger.log_end(tx, await ledger.write(tx, NOW))
    assert end is not None
    assert end.number == 5
    async with made.write() as tx:
        assert await audit_check.examine(tx, end) == Examined(5)
        await cut_after(tx, 3)
        await miscount(tx, 3)
        # The chain alone has nothing to say, which is why the ledger is there.
        assert await audit_check.examine(tx) == Examined(3)
        assert await audit_check.examine(tx, end) == Examined(3, Fault.CUT, 4)
    await write_some(made, 4, "other")
    async with made.read() as tx:
        assert await audit_check.examine(tx) == Examined(7)
        assert await audit_check.examine(tx, end) == Examined(4, Fault.OTHER_END, 5)


async def test_the_next_ledger_does_not_forget_what_is_missing(made: Database) -> None:
    await write_some(made, 5)
    async with made.write() as tx:
        first = await ledger.write(tx, NOW)
        await cut_after(tx, 3)
        await miscount(tx, 3)
        second = await ledger.write(tx, LATER, first)
        kept = ledger.log_end(tx, second)
        assert kept == ledger.log_end(tx, first)
        # A ledger that somebody wrote into counts as none.
        third = ledger.log_end(tx, await ledger.write(tx, LATER, b"{}"))
        assert third is not None
        assert third.number == 3
        with pytest.raises(ledger.Changed):
            ledger.log_end(tx, second.replace(b"[\n5", b"[\n4"))


async def test_a_restore_says_that_it_brought_an_older_end(made: Database) -> None:
    await write_some(made, 5)
    async with made.write() as tx:
        end = ledger.log_end(tx, await ledger.write(tx, NOW))
        await cut_after(tx, 3)
        await miscount(tx, 3)
        await audit.write(tx, Act.RESTORED, staff=None, minute=NOW - timedelta(hours=1))
        found = await audit_check.examine(tx, end)
        assert found == Examined(4, Fault.CUT, 5), "that one was restored before"
        await audit.write(tx, Act.RESTORED, staff=None, minute=LATER)
        assert await audit_check.examine(tx, end) == Examined(5)
        fresh = ledger.log_end(tx, await ledger.write(tx, LATER, await ledger.write(tx, NOW)))
        assert fresh is not None
        assert fresh.number == 5


async def test_a_change_of_keys_changes_no_end(made: Database) -> None:
    await write_some(made, 3)
    async with made.write() as tx:
        end = ledger.log_end(tx, await ledger.write(tx, NOW))
        assert await audit.reseal(tx) == 3
        assert await audit_check.examine(tx, end) == Examined(3)


async def test_the_command_tells_what_it_saw(made: Database, tmp_path: Path) -> None:
    await write_some(made, 3)
    kept = tmp_path / ledger.NAME
    assert (await audit_cli.verify(made, None))[0] == "✓ 3 entries, all as they were written."
    async with made.read() as tx:
        kept.write_bytes(await ledger.write(tx, NOW))
    whole = await audit_cli.verify(made, kept)
    assert whole[0].startswith("✓ 3 entries")
    assert "reaches beyond entry 3" in whole[1]
    async with made.write() as tx:
        await cut_after(tx, 2)
        await miscount(tx, 2)
    [line, _] = await audit_cli.verify(made, kept)
    assert line.startswith("✗ the log ends before entry 3")
    assert "Entries 1 to 2 are sound. The ledger knows of 3." in line
    async with made.write() as tx:
        await tx.run(delete(audit_table).where(audit_table.c.number == 1))
    assert "breaks at entry 1:" in (await audit_cli.verify(made, None))[0]
    kept.write_bytes(b"nothing")
    assert "was changed" in (await audit_cli.verify(made, kept))[1]


async def test_what_was_written_is_never_touched_again(made: Database) -> None:
    await write_some(made, 4)
    async with made.write() as tx:
        before = await tx.rows(select(audit_table).order_by(audit_table.c.number))
        await audit.write(tx, Act.CLOSED, staff=None, minute=NOW)
        after = await tx.rows(select(audit_table).order_by(audit_table.c.number))
    assert after[:-1] == before


def test_storage_only_appends_to_the_log() -> None:
    """One function adds an entry, one statement seals all anew for other keys (`reseal`), and
    nobody takes one out.
    """
    found = {
        (source.stem, node.func.id)
        for source in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"insert", "update", "delete"} and node.args
        if ast.unparse(node.args[0]).rpartition(".")[2] == "audit"
    }
    assert found == {("audit", "insert"), ("audit", "update")}
    source = (ROOM / "audit.py").read_text(encoding="utf-8")
    # The statement, and the one use of it.
    assert (source.count("_RELINK"), source.count("update(audit)")) == (2, 1)
