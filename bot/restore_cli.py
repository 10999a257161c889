"""`python -m bot restore`: from an archive, the private key and the master key to a whole house."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click

from bot import app, backup_files, keyfile, locks, restore_report
from bot.backup_files import NoPrivateKey
from bot.config import Settings
from bot.runner import Runner
from storage import archive, audit, installation, ledger, order, restore, restored, retention
from storage.archive import Contents, NewerSchema
from storage.audit import Act
from storage.crypto import Pair
from storage.database import Database
from storage.days import local_day
from storage.keys import MissingKey, TwinKeys, WrongMasterKey
from storage.restore import Forged, Loaded, NotEmpty, Proven, Unwritable
from storage.sealed_file import Damaged, NotOurs, OtherKey, OtherVersion

_UNTOUCHED = "Nothing was written"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an operator gave. `ledgers` are the ones that count, by their names."""

    archive: Path
    pair: Pair = field(repr=False)
    master: bytes = field(repr=False)
    ledgers: dict[Path, bytes] = field(repr=False)


@click.command("restore", help="Make a lost house again from ARCHIVE, in an empty database.")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The private key that `backup-key` made.",
)
@click.option(
    "--ledger",
    "ledger_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"The newest {ledger.NAME}; one beside the archive is found without.",
)
@click.option("--without-ledger", is_flag=True, help="There is none: later deletions are lost.")
@click.pass_obj
def restore_command(
    runner: Runner, archive: Path, key: Path, ledger_file: Path | None, *, without_ledger: bool
) -> None:
    """`restore ARCHIVE --key FILE`: proves everything, then writes, all or nothing."""
    settings, now = runner.settings, app.utc_now()
    try:
        pair = backup_files.read_private(key)
    except NoPrivateKey as error:
        raise click.ClickException(str(error)) from None
    ledgers = _ledgers(archive, ledger_file, without=without_ledger)
    wanted = _Wanted(archive, pair, keyfile.read(settings.master_key_file), ledgers)
    with locks.only_one(settings.database_url.get_secret_value()):
        asyncio.run(_restore(settings, wanted, now))


def _ledgers(path: Path, given: Path | None, *, without: bool) -> dict[Path, bytes]:
    """The ledger that was given and the one beside the archive: what one of them knows counts."""
    beside = path.parent / ledger.NAME
    names = [each for each in (given, beside) if each is not None and each.exists()]
    if without and given is not None:
        raise click.ClickException("either --ledger or --without-ledger, not both")
    if without:
        return {}
    if not names:
        raise click.ClickException(
            f"there is no {ledger.NAME} beside the archive. `run` wrote it every hour into the"
            " folder of the backups: find the newest copy and give --ledger FILE. Where there is"
            " none, give --without-ledger: tips that workers deleted since are back then"
        )
    try:
        return {each: each.read_bytes() for each in names}
    except OSError as error:
        raise click.ClickException(f"the ledger cannot be read: {error.strerror}") from None


async def _restore(settings: Settings, wanted: _Wanted, now: datetime) -> None:
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.reach()
        await _make_sure_empty(database)
        proven = _prove(settings, wanted)
        loaded = await _load(database, wanted, proven, now)
        await _finish(database, settings, wanted.master, now)
    finally:
        await database.close()
    had_ledger = bool(wanted.ledgers)
    click.echo(restore_report.report(proven, loaded, settings.zone, now, had_ledger=had_ledger))


async def _make_sure_empty(database: Database) -> None:
    try:
        await restore.make_sure_empty(database)
    except NotEmpty:
        raise click.ClickException(
            "this database is not empty, and a restore never writes over one. Name another in"
            f" TIENGTHO_DATABASE_URL, or move this one away first. {_UNTOUCHED}"
        ) from None


def _prove(settings: Settings, wanted: _Wanted) -> Proven:
    """Read everything once, to its end, before anything is written."""
    contents = _examined(wanted)
    try:
        return restore.prove(contents, wanted.master, list(wanted.ledgers.values()))
    except (WrongMasterKey, TwinKeys, MissingKey):
        raise click.ClickException(
            f"the master key in {settings.master_key_file} does not open this backup. A backup"
            " opens with the master key of its time: if it was changed since, put the key of the"
            f" older paper into that file. {_UNTOUCHED}"
        ) from None
    except Forged:
        raise click.ClickException(
            "this archive was not written by your installation. Do not use it, and ask who put it"
            f" there. {_UNTOUCHED}"
        ) from None
    except ledger.Changed:
        names = " or ".join(map(str, wanted.ledgers))
        raise click.ClickException(
            f"{names} was changed, or is not of this installation. Take an older copy of it with"
            f" --ledger FILE and move this one away. {_UNTOUCHED}"
        ) from None


def _examined(wanted: _Wanted) -> Contents:
    path = wanted.archive
    try:
        size = path.stat().st_size
        with click.progressbar(length=size, label="Checking") as bar:
            return archive.examine(path, wanted.pair, bar.update)
    except NotOurs:
        line = f"{path} is no backup of Tiếng Thợ"
    except (OtherVersion, NewerSchema):
        line = f"{path} comes from a newer version: install that one, then restore"
    except OtherKey as error:
        line = f"{path} is sealed to the key pair {error.wanted}; the key you gave is {error.given}"
    except Damaged:
        line = f"{path} is damaged or its end is missing. Take another copy, or the one before"
    except OSError as error:
        line = f"{path} cannot be read: {error.strerror}"
    raise click.ClickException(f"{line}. {_UNTOUCHED}")


async def _load(database: Database, wanted: _Wanted, proven: Proven, now: datetime) -> Loaded:
    try:
        size = wanted.archive.stat().st_size
        with click.progressbar(length=size, label="Writing ") as bar:
            return await restore.load(
                database, wanted.archive, wanted.pair, proven, now, bar.update
            )
    except Damaged:
        raise click.ClickException(
            f"{wanted.archive} changed while it was read. {_UNTOUCHED}"
        ) from None
    except Unwritable:
        raise click.ClickException(
            f"the database did not take it in: is its disk full? {_UNTOUCHED}"
        ) from None
    except OSError as error:
        raise click.ClickException(f"it cannot be read: {error.strerror}. {_UNTOUCHED}") from None


async def _finish(database: Database, settings: Settings, master: bytes, now: datetime) -> None:
    """What has to be done before anybody is served; until its end `run` refuses to start."""
    await installation.open_with(database, master)
    await retention.run(database, local_day(now), settings.retention)
    async with database.write() as tx:
        # Rows that come from another server tell nothing by its transactions' numbers.
        await order.begin_anew(tx)
        await audit.write(tx, Act.RESTORED, staff=None, minute=now)
        await restored.finish(tx)
