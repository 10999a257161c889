"""Replaces keys from the command line: the purposes' in the database, the master's in its file."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import click

from bot import keyfile
from bot.app import CannotStart, is_unmade, open_keys, utc_now
from bot.config import Settings
from storage import audit, installation, migrate, rotation
from storage.audit import Act
from storage.database import Database, Unreachable
from storage.keys import Purpose, WrongMasterKey
from storage.rotation import BrokenLog, Left

MASTER = "master"
_CHANGED_MEANWHILE = "the master key was changed by somebody else meanwhile; run it again"
SETTLE_SECONDS = 1.0
"""How long both files are there after the master key was changed: whoever serves may just have
looked which key opens the keyring.
"""

_WAITS = {
    Purpose.AUDIT: "The log of what staff did does not verify, so it is left as it is, under its"
    " old key. Compare it with a backup.",
    Purpose.STAFF: "row(s) of staff wait: a link or a code that still lives, an alarm that rings.",
}
_STAYS = {
    Purpose.PEPPER: "The old pepper stays until no receipt code needs it: a tip moves to the new"
    " one when its code is typed.",
    Purpose.TOMBSTONES: f"The old key stays for {rotation.TOMBSTONE_DAYS} days, for backups from"
    " before.",
    Purpose.VOLATILE: "What is in memory keeps the old key until `run` is started again.",
}


async def rotate_purposes(settings: Settings, purposes: Collection[Purpose]) -> None:
    """New keys for `purposes`; what was begun before is brought to its end first. Raises
    CannotStart, click.ClickException.
    """
    database = Database(settings.database_url.get_secret_value())
    try:
        await _open(settings, database)
        master = keyfile.read(settings.master_key_file)
        begun = await rotation.unfinished(database)
        if begun:
            click.echo("A rotation was not finished; it goes on.")
            _tell(await _go_on(database), begun)
        wanted = [purpose for purpose in purposes if purpose not in begun]
        if wanted:
            try:
                await rotation.begin(database, wanted, master, utc_now().date())
            except BrokenLog:
                raise click.ClickException(
                    "the log of what staff did does not verify: somebody changed it. Compare it"
                    " with a backup. No key was changed"
                ) from None
            except WrongMasterKey:
                raise CannotStart(_CHANGED_MEANWHILE) from None
            await _note(database, wanted)
            _tell(await _go_on(database), wanted)
    finally:
        await database.close()


async def _go_on(database: Database) -> Left:
    total = await rotation.to_do(database)
    with click.progressbar(length=max(total, 1), label="Sealing anew") as bar:
        left = await rotation.go_on(database, utc_now(), bar.update)
        if not total:
            bar.update(1)
    return left


async def _note(database: Database, purposes: Collection[Purpose]) -> None:
    async with database.write() as tx:
        for purpose in purposes:
            await audit.write(tx, Act.KEY_CHANGED, staff=None, minute=utc_now(), note=purpose.value)


def _tell(left: Left, purposes: Collection[Purpose]) -> None:
    click.echo(f"New keys are in use: {', '.join(sorted(purposes))}.")
    if left.destroyed:
        click.echo(f"{len(left.destroyed)} older key(s) are destroyed.")
    for purpose, rows in left.waiting.items():
        line = _WAITS.get(purpose, f"row(s) of {purpose} cannot be opened, or are held just now.")
        click.echo(line if purpose is Purpose.AUDIT else f"{rows} {line}")
    if left.waiting:
        click.echo("Their old keys stay as long; `run` looks again every day, or run this again.")
    gone = {purpose for purpose, _ in left.destroyed}
    for purpose, line in _STAYS.items():
        if purpose in purposes and (purpose not in gone or purpose is Purpose.VOLATILE):
            click.echo(line)


async def rotate_master(settings: Settings) -> None:
    """Another master key: into FILE.new, then around the keys, then into its place. Each step finds
    out by itself whether it was done. Raises CannotStart.
    """
    path, fresh = settings.master_key_file, keyfile.next_of(settings.master_key_file)
    database = Database(settings.database_url.get_secret_value())
    try:
        await _reach(database)
        if await _is_done_by(database, settings):
            keyfile.take_over(path)
            click.echo(f"The change was not finished; it is now: {path} holds the new master key.")
            return
        await open_keys(settings, database)
        old = keyfile.read(path)
        try:
            await rotation.rewrap(database, old, _next(fresh))
        except WrongMasterKey:
            raise CannotStart(_CHANGED_MEANWHILE) from None
        await asyncio.sleep(SETTLE_SECONDS)
        keyfile.take_over(path)
        async with database.write() as tx:
            await audit.write(tx, Act.KEY_CHANGED, staff=None, minute=utc_now(), note=MASTER)
    finally:
        await database.close()
    click.echo(f"{path} holds a new master key. The paper copy of the old one opens nothing new:")
    click.echo("write the new one down: python -m bot keys show-paper")


async def _is_done_by(database: Database, settings: Settings) -> bool:
    """Whether the keyring is under the new key already."""
    with suppress(keyfile.NoKey):
        new = keyfile.read(keyfile.next_of(settings.master_key_file))
        return await installation.opens(database, new)
    return False


def _next(fresh: Path) -> bytes:
    try:
        return keyfile.read_or_make(fresh)
    except keyfile.NoKey:
        # It was cut off while it was written, so that nothing is under it.
        fresh.unlink(missing_ok=True)
        return keyfile.make(fresh)


async def _open(settings: Settings, database: Database) -> None:
    await _reach(database)
    await open_keys(settings, database)


async def _reach(database: Database) -> None:
    try:
        await database.reach()
        if await is_unmade(database):
            raise CannotStart("this database is empty; make an installation: python -m bot init")
        if not await migrate.is_current(database):
            raise CannotStart("the database has an older schema; run: python -m bot migrate")
    except Unreachable:
        raise CannotStart("the database cannot be reached") from None
