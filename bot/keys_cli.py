"""`python -m bot keys …`: keys are replaced, and the master key is kept on paper."""

import asyncio
import sys
from contextlib import suppress

import click

from bot import keyfile, paper, rotating
from bot.app import is_unmade, open_database, utc_now
from bot.config import Settings
from bot.runner import Runner
from storage import audit, installation, rotation
from storage.audit import Act
from storage.database import Database, Unreachable, file_of
from storage.keys import Purpose

ALL = "all"
_WHAT = click.Choice([*(purpose.value for purpose in Purpose), rotating.MASTER, ALL])


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
    purposes = (
        tuple(Purpose) if what == ALL else () if what == rotating.MASTER else (Purpose(what),)
    )
    if what == ALL and keyfile.next_of(runner.settings.master_key_file).exists():
        # Its purposes were done before: only the master key is left.
        purposes = ()
    if purposes:
        asyncio.run(rotating.rotate_purposes(runner.settings, purposes))
    if what in (rotating.MASTER, ALL):
        asyncio.run(rotating.rotate_master(runner.settings))


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
