"""`python -m bot keys …`: keys are replaced, and the master key is kept on paper."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import click

from bot import keyfile, paper
from bot.app import CannotStart, is_unmade, open_database, open_keys, utc_now
from bot.config import Settings
from storage import audit, installation, migrate, rotation
from storage.audit import Act
from storage.database import Database, Unreachable, file_of
from storage.keys import Purpose
from storage.rotation import BrokenLog, Left

MASTER, ALL = "master", "all"
SETTLE_SECONDS = 1.0
"""How long both files are there after the master key was changed: whoever serves may just have
looked which key opens the keyring.
"""

_WHAT = click.Choice([*(purpose.value for purpose in Purpose), MASTER, ALL])
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


class Runner(Protocol):
    """What every command gets: the settings, and a way to work with the opened database."""

    @property
    def settings(self) -> Settings:
        """The settings of this start."""

    def run(self, work: Callable[[Database], Awaitable[bytes]]) -> bytes:
        """Open the database, do `work` with it, close it."""


@click.group("keys", help="Replace keys; keep the master key on paper.")
def keys() -> None:
    """`keys`."""


@keys.command("rotate")
@click.argument("what", type=_WHAT)
@click.pass_obj
def _rotate(runner: Runner, what: str) -> None:
    """Make a new key and seal everything anew. `run` goes on meanwhile; stopped at any moment, run
    it again and it goes on. It does not undo a theft: whoever took the database and the master key
    has read what was there.
    """
    purposes = tuple(Purpose) if what == ALL else () if what == MASTER else (Purpose(what),)
    if what == ALL and keyfile.next_of(runner.settings.master_key_file).exists():
        # Its purposes were done before: only the master key is left.
        purposes = ()
    if purposes:
        asyncio.run(rotate_purposes(runner.settings, purposes))
    if what in (MASTER, ALL):
        asyncio.run(rotate_master(runner.settings))


@keys.command("show-paper", help="Show the master key as words and QR code, to be written down.")
@click.pass_obj
def _show(runner: Runner) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException("the words are shown on a terminal only, never into a pipe")

    async def work(database: Database) -> bytes:
        async with database.read() as tx:
            if await rotation.is_on_paper(tx):
                raise click.ClickException(
                    "the paper copy was confirmed, so the words are not shown any more; where it"
                    " is lost, run: python -m bot keys rotate master"
                )
        return keyfile.read(runner.settings.master_key_file)

    key = runner.run(work)
    if not paper.show_and_ask(key):
        raise click.ClickException("that was not the word; look at the paper and run this again")

    async def keep(database: Database) -> bytes:
        await confirm(database)
        return b""

    runner.run(keep)
    click.echo("The paper copy is confirmed. Keep it away from this machine.")


@keys.command("enter-paper", help="Make the master key's file anew from the 24 words.")
@click.pass_obj
def _enter(runner: Runner) -> None:
    path = runner.settings.master_key_file
    if path.exists():
        raise click.ClickException(f"the file {path} is there already, and is left as it is")
    try:
        key = paper.key_of(click.prompt("The 24 words, with spaces between them"))
    except paper.NotTheWords as error:
        raise click.ClickException(str(error)) from None
    click.echo(asyncio.run(_restore(runner.settings, key)))


async def confirm(database: Database) -> None:
    """Keep that somebody has the master key on paper."""
    async with database.write() as tx:
        await rotation.confirm_paper(tx)
        await audit.write(tx, Act.PAPER_CONFIRMED, staff=None, minute=utc_now())


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
        await rotation.rewrap(database, old, _next(fresh))
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


async def _restore(settings: Settings, key: bytes) -> str:
    """Write the file, unless the key is another database's; what to tell."""
    path = settings.master_key_file
    fits = await _fits(settings, key)
    if fits is False:
        raise click.ClickException(
            "these words are a key, but not the one that opens this database"
        )
    keyfile.make(path, key)
    if fits is None:
        return f"Made {path}. No database can be reached, so nobody knows whether it fits."
    async with open_database(settings) as (database, _):
        await confirm(database)
    return f"Made {path}; it opens this database."


async def _fits(settings: Settings, key: bytes) -> bool | None:
    """Whether the key opens the database; None where there is none to ask."""
    url = settings.database_url.get_secret_value()
    file = file_of(url)
    # Looking would make an empty one.
    if file is not None and not file.exists():
        return None
    database = Database(url)
    try:
        await database.reach()
        return None if await is_unmade(database) else await installation.opens(database, key)
    except Unreachable:
        return None
    finally:
        with suppress(Unreachable):
            await database.close()
