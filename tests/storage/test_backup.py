"""Backups: a house comes back whole on either database, what was deleted does not, and nothing is
believed that is not proven.
"""

import asyncio
import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mnemonic import Mnemonic
from sqlalchemy import Connection, delete, inspect, select, text

from handlers.roles import Role
from storage import (
    accounts,
    archive,
    audit,
    cases,
    dump,
    ledger,
    migrate,
    outbox,
    restore,
    restored,
    tips,
)
from storage.archive import NewerSchema
from storage.cases import Case
from storage.crypto import new_master
from storage.database import Database
from storage.keys import Purpose, WrongMasterKey
from storage.restore import Forged, NotEmpty
from storage.sealed_file import Damaged
from storage.tables import chunks, knocks, parts, tombstones, wraps
from storage.tables import subscribers as people
from storage.tables import tips as tips_table
from tests.backup_world import (
    NIGHT,
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
from tests.planning_world import planned, subscribe, wants
from tests.tip_world import PHOTO, count, file, new_tip

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
        # No backup holds where somebody asked to be told of news.
        for name in before.keys() - STANDING_STILL - {"knocks"}:
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
        assert await count(again, knocks) == 1
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
        for empty in (
            *("tallies", "unit_rules", "quarters", "views", "agreements"),
            *("parks", "place_tables", "unit_changes", "released_texts", "law_changes"),
            *("series", "quiz_tallies", "practices"),
        ):
            del lines[0]["tables"][empty], lines[-1]["rows"][empty]
            lines.remove({"table": empty})
        del lines[0]["tables"]["knocks"], lines[-1]["rows"]["knocks"]
        at = lines.index({"table": "knocks"})
        del lines[at : at + 2]
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


def _tables(connection: Connection) -> list[str]:
    return list(inspect(connection).get_table_names())
