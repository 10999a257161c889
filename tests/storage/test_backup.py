"""Backups: a house comes back whole on either database, what was deleted does not, and nothing is
believed that is not proven.
"""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mnemonic import Mnemonic
from sqlalchemy import Connection, delete, insert, inspect, select, text, update

from broadcasts import tick
from handlers.bulletins import Plan, Repeat, Run, Topic
from handlers.roles import Role
from handlers.subscriptions import PartOfDay, mask_of, span_of
from storage import (
    accounts,
    archive,
    audit,
    cases,
    dump,
    ledger,
    migrate,
    outbox,
    outlet_posts,
    restore,
    restored,
    sendings,
    slices,
    tips,
)
from storage.archive import NewerSchema
from storage.cases import Case
from storage.crypto import new_master
from storage.database import Database
from storage.keys import Purpose, WrongMasterKey, wrap_key
from storage.leases import Lease
from storage.ledger import Changed
from storage.outlet_posts import PostStage
from storage.restore import Forged, NotEmpty
from storage.sealed_file import Damaged
from storage.slices import Planned, Step
from storage.subscribers import Reach
from storage.tables import chunks, keyring, outlets, parts, tombstones, wraps
from storage.tables import subscribers as people
from storage.tables import tips as tips_table
from tests import desk_world, planning_world
from tests.backup_world import (
    NIGHT,
    NOON,
    PAIR,
    back_up,
    everything,
    house,
    load,
    opened,
    plain_lines,
    proven,
    rewritten,
)
from tests.desk_world import NOW, STORY, add
from tests.planning_world import GAZETTEER, ZONE, planned, sent, subscribe, wants
from tests.tip_world import PHOTO, count, file, new_tip

REACH = Reach(mask_of(frozenset({Topic.WAGES})), (span_of("*"),), NOW.date(), 10_000)
STANDING_STILL = {"instance", "accounts", "sendings", "slices", "outlet_posts"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.backup"


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of the other kind."""
    if database_url.startswith("sqlite"):
        url = request.getfixturevalue("postgresql_url")
        assert isinstance(url, str)
        return url
    return f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"


def other_file(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"


async def remove(made: Database, new: Any) -> None:
    async with made.write() as tx:
        assert await tips.remove(tx, new.key, day=NOW.date())


async def ledger_of(made: Database, hours: float = 9) -> bytes:
    async with made.read() as tx:
        return await ledger.write(tx, NIGHT + timedelta(hours=hours))


@pytest.mark.postgresql
async def test_a_house_comes_back_whole_on_the_other_kind_of_database(
    database_url: str, elsewhere: str, path: Path
) -> None:
    new = new_tip("city")
    async with house(database_url) as lived:
        made = lived.database
        officer, _ = await add(made, "canbo", ("city", Role.OFFICER))
        tip = await file(made, new, [PHOTO])
        await file(made, new_tip("ward"), delivered=False)
        await subscribe(made, [wants()] * 4)
        async with made.write() as tx:
            await cases.claim(tx, officer.id, tip, NOW)
            # The last of them leaves: its number shall not be another's.
            await tx.run(delete(people).where(people.c.id == 4))
        bulletin = await planned(made)
        before = await everything(made)
        written = await back_up(made, path)
        assert written.rows["tips"] == 2
        assert written.rows["chunks"] > 1

    loaded = await load(path, elsewhere, proven(path, lived.master))
    assert loaded.rows == written.rows
    assert loaded.stopped.coming + loaded.stopped.due == 1
    async with opened(elsewhere, lived.master) as again:
        assert await migrate.is_current(again)
        after = await everything(again)
        for name in before.keys() - STANDING_STILL:
            assert before[name] == after[name], name
        async with again.write() as tx:
            assert await audit.verify(tx)
            case = await cases.open_case(tx, officer.id, tip, NOW)
            assert isinstance(case, Case)
            assert STORY in [each.words for each in case.entries]
            [photo] = [each.picture for each in case.entries if each.picture]
            assert await cases.picture(tx, officer.id, tip, photo, NOW) == PHOTO
            thread = await tips.read_thread(tx, new.key)
            assert thread is not None
        await subscribe(again, [wants()], first=9)
        async with again.read() as tx:
            rows = await tx.rows(select(people.c.id).order_by(people.c.id))
        assert [row.id for row in rows] == [1, 2, 3, 5]
        # Every table with running numbers goes on with the next one.
        assert await accounts_go_on(again) == 2
        assert bulletin.id in {str(row[0]) for row in after["bulletins"]}


async def accounts_go_on(made: Database) -> int:
    async with made.write() as tx:
        added = await accounts.add(tx, "second", "telegram", "2:token")
    assert added is not None
    return added.id


async def test_a_tip_that_was_deleted_since_is_not_there_nor_its_ciphertext(
    database_url: str, path: Path, tmp_path: Path
) -> None:
    kept, gone = new_tip("city"), new_tip("city")
    url = other_file(tmp_path)
    async with house(database_url) as lived:
        made = lived.database
        other = await file(made, kept, [PHOTO])
        tip = await file(made, gone, [PHOTO], delivered=False)
        sealed = {}
        async with made.read() as tx:
            for table in (parts, chunks, wraps):
                rows = await tx.rows(select(table.c.body).where(table.c.tip == tip))
                sealed[table.name] = [bytes(row.body) for row in rows]
            [waiting] = [each for each in await outbox.waiting(tx) if each.tip == tip]
        await back_up(made, path)
        await remove(made, gone)
        written = await ledger_of(made)

    assert tip.hex().encode() not in written
    found = proven(path, lived.master, written)
    assert found.gone == {tip}
    assert found.known_to == NIGHT + timedelta(hours=9)
    await load(path, url, found)
    async with opened(url, lived.master) as again:
        assert await count(again, tips_table) == 1
        async with again.read() as tx:
            assert [each.tip for each in await outbox.waiting(tx)] == [other]
            assert await tips.read_thread(tx, kept.key) is not None
            assert await tips.read_thread(tx, gone.key) is None
            key = tx.keys.mac(Purpose.TOMBSTONES, tip)
            assert await tx.row(select(tombstones).where(tombstones.c.id == key)) is not None
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir() if "other" in each.name)
    assert all(sealed.values())
    for body in (*sealed["parts"], *sealed["chunks"], *sealed["wraps"], waiting.sealed):
        assert body[40:100] not in stored
    # Without the ledger it is back: this is what the operator has to be told.
    assert proven(path, lived.master).gone == frozenset()


async def test_neither_the_master_key_nor_any_purpose_key_nor_a_word_stands_in_a_backup(
    sqlite_url: str, path: Path
) -> None:
    async with house(sqlite_url) as lived:
        await file(lived.database, new_tip("city"))
        await back_up(lived.database, path)
        keys = lived.database.keys
        assert keys is not None
    plain = b"\n".join(repr(line).encode() for line in plain_lines(path))
    with path.open("rb") as file_:
        plain += b"".join(archive._lines(file_, PAIR, lambda _: None))
    words = Mnemonic("english").to_mnemonic(lived.master)
    for secret in (lived.master, *keys._raw.values()):
        in_base64 = [base64.b64encode(bytes(at) + secret)[4:-4] for at in range(3)]
        for form in (secret, secret.hex().encode(), secret[::-1], *in_base64):
            assert form not in plain
            assert form not in path.read_bytes()
    assert words.encode() not in plain
    assert STORY.encode() not in plain
    # The control: what does stand in it is found.
    assert b"Li\xc3\xaan \xc4\x91o\xc3\xa0n th\xc3\xa0nh ph\xe1\xbb\x91" in plain
    assert b"Li\xc3\xaan" not in path.read_bytes()


async def test_a_backup_is_of_one_moment_while_the_house_goes_on(
    database_url: str, path: Path
) -> None:
    async with house(database_url) as lived:
        made = lived.database
        for _ in range(3):
            await file(made, new_tip("city"), [PHOTO])
        filed = asyncio.Event()
        lines: list[bytes] = []

        async def goes_on() -> None:
            for _ in range(3):
                await file(made, new_tip("city"), [PHOTO])
            filed.set()

        async with made.read() as tx, asyncio.TaskGroup() as group:
            before = await dump.count(tx)
            group.create_task(goes_on())
            await asyncio.wait_for(filed.wait(), 30)
            written = await dump.write(tx, "0005", NIGHT, lines.append)
        assert sum(written.rows.values()) == before
        assert written.rows["tips"] == 3
        assert await count(made, tips_table) == 6


async def test_an_archive_that_others_sealed_to_our_public_key_is_not_believed(
    sqlite_url: str, path: Path
) -> None:
    async with house(sqlite_url) as lived:
        await file(lived.database, new_tip("city"))
        await back_up(lived.database, path)
        keys = lived.database.keys

    def with_my_key(lines: list[Any]) -> list[Any]:
        at = lines[0]["tables"]["units"].index("public_key")
        mine = base64.b64encode(PAIR.public).decode()
        first = lines.index({"table": "units"}) + 1
        lines[first][at] = mine
        return lines

    rewritten(path, with_my_key)
    with pytest.raises(Forged):
        proven(path, lived.master)
    rewritten(path, lambda lines: lines, keys)
    assert proven(path, lived.master).contents.header.made == NIGHT


@pytest.mark.parametrize("fault", ["row", "table", "count", "nonsense", "column"])
async def test_what_is_sealed_well_but_does_not_add_up_is_refused(
    sqlite_url: str, path: Path, fault: str
) -> None:
    async with house(sqlite_url) as lived:
        await back_up(lived.database, path)
        keys = lived.database.keys

    def broken(lines: list[Any]) -> list[Any]:
        at = lines.index({"table": "units"})
        if fault == "row":
            del lines[at + 1]
        elif fault == "table":
            lines.insert(at, {"table": "strangers"})
        elif fault == "count":
            lines[-1]["rows"]["units"] += 1
        elif fault == "nonsense":
            lines[at + 1] = 7
        else:
            lines[at + 1] = lines[at + 1][1:]
        return lines

    rewritten(path, broken, keys)
    with pytest.raises(Damaged):
        proven(path, lived.master)


async def test_a_backup_of_an_older_schema_is_brought_to_the_present_one(
    database_url: str, elsewhere: str, path: Path
) -> None:
    async with house(database_url) as lived:
        await file(lived.database, new_tip("city"))
        await back_up(lived.database, path)
        keys = lived.database.keys

    def older(lines: list[Any]) -> list[Any]:
        lines[0]["revision"] = "0004"
        del lines[0]["tables"]["tallies"], lines[-1]["rows"]["tallies"]
        lines.remove({"table": "tallies"})
        lines.remove(["keyring", 0])
        lines[-1]["rows"]["counters"] -= 1
        return lines

    rewritten(path, older, keys)
    await load(path, elsewhere, proven(path, lived.master))
    async with opened(elsewhere, lived.master) as again:
        assert await migrate.is_current(again)
        assert await count(again, tips_table) == 1

    def newer(lines: list[Any]) -> list[Any]:
        lines[0]["revision"] = "9999"
        return lines

    rewritten(path, newer, keys)
    with pytest.raises(NewerSchema):
        proven(path, lived.master)


async def test_a_fault_in_the_middle_leaves_an_empty_database(
    database_url: str, elsewhere: str, path: Path
) -> None:
    async with house(database_url) as lived:
        await file(lived.database, new_tip("city"), [PHOTO])
        await back_up(lived.database, path)
        found = proven(path, lived.master)
        # Another archive lies there by the time it is read again.
        await file(lived.database, new_tip("city"))
        await back_up(lived.database, path)
    with pytest.raises(Damaged):
        await load(path, elsewhere, found)
    made = Database(elsewhere)
    async with made.engine.connect() as connection:
        assert await connection.run_sync(_tables) == []
    await made.close()
    await load(path, elsewhere, proven(path, lived.master))


async def test_a_restore_that_stopped_half_way_can_only_be_done_again(
    database_url: str, elsewhere: str, path: Path
) -> None:
    async with house(database_url) as lived:
        await file(lived.database, new_tip("city"))
        await back_up(lived.database, path)
    found = proven(path, lived.master)
    for _ in range(2):
        await load(path, elsewhere, found)
        made = Database(elsewhere)
        assert not await restored.is_whole(made)
        await made.close()
    async with opened(elsewhere, lived.master) as again:
        assert await restored.is_whole(again)
        assert await count(again, tips_table) == 1
    with pytest.raises(NotEmpty):
        await load(path, elsewhere, found)


async def test_somebody_elses_tables_are_never_taken_away(
    sqlite_url: str, path: Path, tmp_path: Path
) -> None:
    async with house(sqlite_url) as lived:
        await back_up(lived.database, path)
    made = Database(other_file(tmp_path))
    async with made.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE ours (id INTEGER)"))
    with pytest.raises(NotEmpty):
        await restore.make_sure_empty(made)
    await made.close()
    with pytest.raises(NotEmpty):
        await load(path, other_file(tmp_path), proven(path, lived.master))


async def test_only_the_master_key_of_its_time_opens_a_backup(sqlite_url: str, path: Path) -> None:
    async with house(sqlite_url) as lived:
        await back_up(lived.database, path)
    with pytest.raises(WrongMasterKey):
        proven(path, new_master())


async def test_a_ledger_that_was_changed_or_is_anothers_is_refused(
    sqlite_url: str, path: Path, tmp_path: Path
) -> None:
    new = new_tip("city")
    async with house(sqlite_url) as lived:
        await file(lived.database, new)
        await back_up(lived.database, path)
        await remove(lived.database, new)
        written = await ledger_of(lived.database)
    async with desk_world.database(f"{sqlite_url}2") as other:
        others = await ledger_of(other)
    emptied = written.replace(written[written.index(b'"tombstones"') :], b'"tombstones": []}')
    later = written.replace(b"2026-11-24T04Z", b"2026-11-24T05Z")
    assert later != written
    for wrong in (others, emptied, later, written[:-30], b"", b"[]", b"{}", b"\xff"):
        with pytest.raises(Changed):
            proven(path, lived.master, wrong)
    assert len(proven(path, lived.master, written).gone) == 1


async def test_a_ledger_of_later_keys_still_finds_what_was_deleted(
    sqlite_url: str, path: Path
) -> None:
    one, other = new_tip("city"), new_tip("city")
    async with house(sqlite_url) as lived:
        made = lived.database
        await file(made, one)
        await file(made, other)
        await back_up(made, path)
        await remove(made, one)
        before = await ledger_of(made, 8)
        # The key of tombstones is changed, and another tip deleted.
        fresh = wrap_key(lived.master, Purpose.TOMBSTONES, 2, new_master())
        async with made.write() as tx:
            mine = keyring.c.purpose == Purpose.TOMBSTONES.value
            await tx.run(update(keyring).where(mine).values(current=False))
            row = {"purpose": "tombstones", "number": 2, "wrapped": fresh.wrapped, "current": True}
            await tx.run(keyring.insert().values(**row))
        await made.close()
        async with opened(sqlite_url, lived.master) as again:
            await remove(again, other)
            written = await ledger_of(again)
    assert len(proven(path, lived.master, before).gone) == 1
    assert len(proven(path, lived.master, written).gone) == 2
    # In whatever order several are given, the newest hour counts.
    assert proven(path, lived.master, written, before).known_to == NIGHT + timedelta(hours=9)


async def test_a_ledger_is_read_after_the_master_key_was_changed(
    sqlite_url: str, path: Path
) -> None:
    new = new_tip("city")
    async with house(sqlite_url) as lived:
        made = lived.database
        await file(made, new)
        await back_up(made, path)
        await remove(made, new)
        later = new_master()
        keys = made.keys
        assert keys is not None
        async with made.write() as tx:
            for (purpose, number), raw in keys._raw.items():
                again = wrap_key(later, purpose, number, raw)
                where = (keyring.c.purpose == purpose.value) & (keyring.c.number == number)
                await tx.run(update(keyring).where(where).values(wrapped=again.wrapped))
            written = await ledger.write(tx, NIGHT + timedelta(hours=1))
    assert len(proven(path, lived.master, written).gone) == 1


async def test_no_bulletin_goes_out_twice_after_a_restore(
    database_url: str, elsewhere: str, path: Path
) -> None:
    daily = Plan(NIGHT + timedelta(hours=10), Repeat.DAILY)
    async with house(database_url) as lived:
        made = lived.database
        await subscribe(made, [wants()])
        evening = NIGHT - timedelta(hours=8)
        under_way = await planned(made, replace(planning_world.CONTENT, plan=Plan(evening)))
        [fired] = await tick.tick(made, evening, ZONE, GAZETTEER)
        async with made.write() as tx:
            await accounts.lease(tx, 1, b"h" * 16, 0, 10**9)
        today = await planned(made, replace(planning_world.CONTENT, plan=daily), now=NIGHT)
        await back_up(made, path)

    # In the house that is lost it went out at ten; forty minutes later it is restored.
    loaded = await load(path, elsewhere, proven(path, lived.master))
    assert (loaded.stopped.paused, loaded.stopped.due, loaded.stopped.coming) == (1, 1, 0)
    async with opened(elsewhere, lived.master) as again:
        [stands] = await sent(again, under_way.id)
        assert (stands.id, stands.stage, stands.reason) == (fired.sending, Run.PAUSED, "restored")
        [asked] = await tick.tick(again, NOON, ZONE, GAZETTEER)
        assert asked.stage is Run.LATE
        # The account is free at once, and tomorrow's goes out as planned.
        async with again.write() as tx:
            assert await accounts.lease(tx, 1, b"n" * 16, 0, 10) is not None
        [tomorrow] = await tick.tick(again, NOON + timedelta(days=1), ZONE, GAZETTEER)
        assert tomorrow.stage is Run.SENDING
        assert len(await sent(again, today.id)) == 2


async def test_a_slice_and_a_post_that_were_under_way_are_left_to_a_person(
    sqlite_url: str, path: Path, tmp_path: Path
) -> None:
    url = other_file(tmp_path)
    async with house(sqlite_url) as lived:
        made = lived.database
        bulletin = await planned(made)
        [fired] = await tick.tick(made, NOON, ZONE, GAZETTEER)
        async with made.write() as tx:
            fence = await accounts.lease(tx, 1, b"h" * 16, 0, 10**9)
            assert fence is not None
            sending = await sendings.by_id(tx, fired.sending)
            assert sending is not None
            group = Planned(1, PartOfDay.ANY, 1, 9, 9)
            await slices.plan(tx, sending, 9, [group], 0)
            found = await slices.next_of(tx, sending.id, 1, [PartOfDay.ANY])
            assert found is not None
            lease = Lease(1, b"h" * 16, fence)
            held = await slices.take(tx, lease, found, REACH)
            assert held is not None
            await slices.settle(tx, lease, held, Step(low=2, bound=5))
            for number, hold in enumerate((True, False)):
                await tx.run(insert(outlets).values(**outlet(number, hold)))
            rows = await tx.rows(select(outlets.c.id).order_by(outlets.c.id))
            await outlet_posts.plan(tx, sending.id, [row.id for row in rows])
        await back_up(made, path)
    loaded = await load(path, url, proven(path, lived.master), NOON + timedelta(hours=1))
    assert (loaded.stopped.paused, loaded.stopped.held) == (1, 1)
    async with opened(url, lived.master) as again:
        async with again.read() as tx:
            left = await slices.next_of(tx, fired.sending, 1, [PartOfDay.ANY])
            posts = await outlet_posts.of_sending(tx, fired.sending)
        # Who was sent it at the moment of the backup is uncertain, and counted so when it goes on.
        assert left is not None
        assert (left.low, left.bound, left.crashed) == (2, 5, True)
        assert [each.stage for each in posts] == [PostStage.HELD, PostStage.WAITING]
        [stands] = await sent(again, bulletin.id)
        assert stands.stage is Run.PAUSED


def outlet(number: int, hold: bool) -> dict[str, Any]:
    return {
        "account": 1,
        "unit": "root",
        "kind": "channel",
        "fingerprint": bytes([number] * 16),
        "body": b"sealed",
        "language": 0,
        "topics": 1,
        "hold_doubt": hold,
        "gone": False,
    }


def _tables(connection: Connection) -> list[str]:
    return list(inspect(connection).get_table_names())
