"""What `backup-key`, `backup` and `restore` do and say, and what the doctor says of them."""

import asyncio
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner, Result
from pydantic import SecretStr

from bot import app, backup_doctor, backup_files, serving
from bot.cli import Context, commands
from bot.config import Settings
from storage import installation, ledger, migrate
from storage.database import Database
from tests import backup_world, databases, planning_world
from tests.tip_world import PHOTO, Clock, file, new_tip
from tests.whole_house import Chat, open_house

ZONE = planning_world.ZONE


@dataclass(slots=True)
class Desk:
    """An operator's prompt: a house with two tips, a folder for backups, a private key."""

    settings: Settings
    stick: Path

    def types(self, *words: str, **changes: object) -> Result:
        """A command."""
        context = Context(self.settings.model_copy(update=changes))
        return CliRunner().invoke(commands.commands[words[0]], words[1:], obj=context)

    def backs_up(self) -> Path:
        told = self.types("backup")
        assert told.exit_code == 0, told.output
        return max(self.settings.backup_folder.glob("*.backup"))

    def restores(self, archive: Path, *words: str, **changes: object) -> Result:
        return self.types("restore", str(archive), "--key", str(self.stick), *words, **changes)


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Desk:
    master = asyncio.run(databases.prepare(sqlite_url, _fill))
    key_file = tmp_path / "paper" / "master.key"
    key_file.parent.mkdir()
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as written:
        written.write(master.hex() + "\n")
    stick = tmp_path / "stick.key"
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(sqlite_url),
        master_key_file=key_file,
        backup_folder=tmp_path / "backups",
        backup_public_key=backup_files.make_private(stick).public.hex(),
    )
    return Desk(settings, stick)


@pytest.fixture
def empty(tmp_path: Path) -> SecretStr:
    return SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")


async def _fill(url: str) -> bytes:
    master = await planning_world._fill(url)
    made = Database(url)
    # The commands want a database that was migrated; the tables are the same.
    async with made.engine.begin() as connection:
        await connection.run_sync(_stamp)
    await installation.open_with(made, master)
    await file(made, new_tip("city"), [PHOTO])
    await file(made, new_tip("ward"))
    await made.close()
    return master


def _stamp(connection: object) -> None:
    config = migrate._config()
    config.attributes["connection"] = connection
    command.stamp(config, "head")


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_key_pair_is_made_once_and_its_private_half_is_told_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "stick" / "tiengtho.key"
    made = CliRunner().invoke(commands, ["backup-key", str(path)])
    assert made.exit_code == 0, made.output
    pair = backup_files.read_private(path)
    assert f"TIENGTHO_BACKUP_PUBLIC_KEY={pair.public.hex()}\n" in made.output
    assert pair.private.hex() not in made.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = CliRunner().invoke(commands, ["backup-key", str(path)])
    assert again.exit_code == 1
    assert "never written over" in again.output
    assert backup_files.read_private(path) == pair
    nowhere = CliRunner().invoke(commands, ["backup-key", str(path / "below")])
    assert (nowhere.exit_code, "cannot be written" in nowhere.output) == (1, True)


def test_a_backup_needs_a_folder_and_a_key(desk: Desk) -> None:
    for changes, said in (
        ({"backup_folder": Path()}, "Set TIENGTHO_BACKUP_FOLDER"),
        ({"backup_public_key": ""}, "make a pair"),
        ({"backup_public_key": "00" * 32}, "is not a public key"),
    ):
        told = desk.types("backup", **changes)
        assert told.exit_code == 1
        assert said in told.output
    assert not desk.settings.backup_folder.exists() or not [*desk.settings.backup_folder.iterdir()]


def test_a_backup_tells_what_is_in_it_and_takes_away_what_is_too_old(desk: Desk) -> None:
    folder = desk.settings.backup_folder
    folder.mkdir()
    now = app.utc_now()
    old, young = (
        folder / backup_files.name_at(now - timedelta(days=days), ZONE) for days in (31, 29)
    )
    part = folder / f".{old.name}.{'0' * 16}.part"
    others = [folder / "tiengtho-notes.backup", folder / "tiengtho-2020-01-01-0000.backup.txt"]
    for each in (old, young, part, *others):
        each.write_bytes(b"x")
    told = desk.types("backup")
    assert told.exit_code == 0, told.output
    assert "tips 2" in told.output
    assert "Took away 1 older than 30 days." in told.output
    assert "Not on this machine, please." in told.output
    assert not old.exists()
    assert not part.exists()
    assert young.exists()
    assert all(each.exists() for each in others)
    [made] = [each for each in folder.glob("tiengtho-*-*.backup") if each.stat().st_size > 1]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert desk.types("backup", "--keep", "31").exit_code == 2
    again = desk.types("backup")
    assert (again.exit_code, "this very minute" in again.output) in {(1, True), (0, False)}


def test_on_a_full_disk_no_half_of_a_backup_stays(desk: Desk) -> None:
    with full_disk(200_000):
        told = desk.types("backup")
    assert told.exit_code == 1
    assert "File too large" in told.output
    assert "nothing was kept" in told.output
    assert not [*desk.settings.backup_folder.iterdir()]
    desk.backs_up()


def test_a_folder_that_cannot_be_written_to_is_said(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = desk.types("backup", backup_folder=tmp_path / "file")
    assert told.exit_code == 1
    assert "cannot be written to" in told.output


def test_a_restore_says_what_it_did_and_what_nobody_can_know(
    desk: Desk, empty: SecretStr, tmp_path: Path
) -> None:
    archive = desk.backs_up()
    alone = desk.restores(archive, database_url=empty)
    assert alone.exit_code == 1
    assert "find the newest copy and give --ledger FILE" in alone.output
    assert not (tmp_path / "empty.db").exists()
    told = desk.restores(archive, "--without-ledger", database_url=empty)
    assert told.exit_code == 0, told.output
    assert "2 tips" in told.output
    assert "There was no ledger" in told.output
    assert "are not known: tips that workers deleted then are back" in told.output
    assert "Look through: python -m bot staff list" in told.output
    # It serves, and so nothing is written over it.
    served = desk.types("accounts", "list", database_url=empty)
    assert served.output == "telegram\ttelegram\tenabled\t30 a second\n"
    again = desk.restores(archive, "--without-ledger", database_url=empty)
    assert (again.exit_code, "never writes over one" in again.output) == (1, True)
    assert str(empty.get_secret_value()) not in told.output + again.output


def test_every_fault_of_a_restore_is_one_line_and_nothing_is_written(
    desk: Desk, empty: SecretStr, tmp_path: Path
) -> None:
    archive = desk.backs_up()
    data = archive.read_bytes()
    other = tmp_path / "other.key"
    backup_files.make_private(other)
    bad = tmp_path / "bad.backup"
    key_file = desk.settings.master_key_file
    master = key_file.read_text()

    def refused(said: str, *words: str, **changes: object) -> None:
        told = desk.types(
            "restore", *words, "--without-ledger", **{"database_url": empty, **changes}
        )
        assert told.exit_code == 1, told.output
        assert said in told.output
        assert told.output.count("\n") <= 3
        assert not (tmp_path / "empty.db").exists() or _is_empty(empty)

    refused("sealed to the key pair", str(archive), "--key", str(other))
    refused("does not hold the private key", str(archive), "--key", str(key_file))
    for broken in (
        data[:-1],
        data[: len(data) // 2],
        bytes([*data[:-9], data[-9] ^ 1, *data[-8:]]),
    ):
        bad.write_bytes(broken)
        refused("damaged or its end is missing", str(bad), "--key", str(desk.stick))
    bad.write_bytes(b"PK" + data)
    refused("is no backup of Tiếng Thợ", str(bad), "--key", str(desk.stick))
    bad.write_bytes(data[:16] + b"\x02" + data[17:])
    refused("comes from a newer version", str(bad), "--key", str(desk.stick))
    key_file.write_text("00" * 31 + "01")
    refused("put the key of the older paper", str(archive), "--key", str(desk.stick))
    key_file.write_text(master)
    with full_disk(60_000):
        refused("is its disk full?", str(archive), "--key", str(desk.stick))
    assert desk.restores(archive, "--without-ledger", database_url=empty).exit_code == 0


def _is_empty(url: SecretStr) -> bool:
    async def look() -> bool:
        made = Database(url.get_secret_value())
        try:
            return await migrate.is_empty(made)
        finally:
            await made.close()

    return asyncio.run(look())


def test_a_changed_ledger_stops_a_restore(desk: Desk, empty: SecretStr) -> None:
    archive = desk.backs_up()
    (archive.parent / ledger.NAME).write_bytes(b'{"as_of": "2026-11-30T00Z"}')
    told = desk.restores(archive, database_url=empty)
    assert told.exit_code == 1
    assert "was changed, or is not of this installation" in told.output
    given = desk.restores(
        archive, "--ledger", str(desk.stick), "--without-ledger", database_url=empty
    )
    assert (given.exit_code, "not both" in given.output) == (1, True)


def test_what_stopped_half_way_does_not_start_and_can_be_restored_again(
    desk: Desk, empty: SecretStr
) -> None:
    archive = desk.backs_up()
    master = bytes.fromhex(desk.settings.master_key_file.read_text())
    backup_world.PAIR, before = backup_files.read_private(desk.stick), backup_world.PAIR
    try:
        found = backup_world.proven(archive, master)
        asyncio.run(backup_world.load(archive, empty.get_secret_value(), found, app.utc_now()))
    finally:
        backup_world.PAIR = before
    context = Context(desk.settings.model_copy(update={"database_url": empty}))
    for words in (["accounts", "list"], ["run"]):
        stopped = CliRunner().invoke(commands.commands[words[0]], words[1:], obj=context)
        assert isinstance(stopped.exception, app.CannotStart)
        assert "stopped half-way" in str(stopped.exception)
    assert desk.restores(archive, "--without-ledger", database_url=empty).exit_code == 0
    assert desk.types("accounts", "list", database_url=empty).exit_code == 0


async def test_the_house_writes_the_ledger_at_its_start_and_in_every_hour(
    sqlite_url: str, tmp_path: Path
) -> None:
    clock = Clock(datetime(2026, 11, 30, 7, 59, 30, tzinfo=UTC))
    path = tmp_path / "backups" / ledger.NAME
    async with open_house(sqlite_url, tmp_path, clock) as house:
        tick = serving._ticks(house)["ledger"][1]
        await tick()
        assert not path.exists(), "no folder is set"
        house.settings = house.settings.model_copy(update={"backup_folder": path.parent})
        await tick()
        first = path.read_bytes()
        assert ledger.as_of(first) == datetime(2026, 11, 30, 7, tzinfo=UTC)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        code = await Chat(house).file()
        await tick()
        assert path.read_bytes() == first
        clock.turn(minutes=1)
        await tick()
        second = path.read_bytes()
        assert ledger.as_of(second) == datetime(2026, 11, 30, 8, tzinfo=UTC)
        assert b'"tombstones": []' in second
        assert code.encode() not in second
    assert [each.name for each in path.parent.iterdir()] == [ledger.NAME]


def test_the_doctor_sees_what_would_be_missing_tomorrow(desk: Desk, tmp_path: Path) -> None:
    settings, now = desk.settings, app.utc_now()
    folder = settings.backup_folder

    def found(**changes: object) -> dict[str, bool | None]:
        told = backup_doctor.findings(settings.model_copy(update=changes), now)
        return {line.partition(":")[0]: well for well, line in told}

    assert found(backup_folder=Path()) == {"backups": False}
    assert found(backup_public_key="")["backup key"] is False
    assert found() == {"backups": False, "ledger of deletions": False}
    folder.mkdir()
    beside = {"backup folder": None}
    assert found() == {"backups": False, "ledger of deletions": False, **beside}
    hour = now.replace(minute=0, second=0, microsecond=0)
    for hours, well in ((0, True), (2, True), (3, False)):
        told = f"{hour - timedelta(hours=hours):%Y-%m-%dT%HZ}"
        (folder / ledger.NAME).write_text(f'{{"as_of": "{told}"}}')
        assert found()["ledger of deletions"] is well, hours
    for hours, well in ((30, False), (26, True), (1, True)):
        (folder / backup_files.name_at(now - timedelta(hours=hours), ZONE)).touch()
        assert found()["backups"] is well, hours
    assert "old backups" not in found()
    (folder / backup_files.name_at(now - timedelta(days=31), ZONE)).touch()
    assert found()["old backups"] is False
    (tmp_path / "file").touch()
    assert found(backup_folder=tmp_path / "file")["backups"] is False
