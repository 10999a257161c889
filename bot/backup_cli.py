"""`python -m bot backup-key` and `backup`: archives that this machine writes and cannot read."""

from datetime import datetime
from pathlib import Path

import click

from bot import app, backup_files
from bot.backup_files import MOST_DAYS
from bot.runner import Runner
from storage import dump, migrate, order
from storage.archive import ArchiveWriter
from storage.database import Database
from storage.dump import Written
from storage.sealed_file import name_of


@click.command("backup-key", help="Make the key pair for backups; FILE gets the private half.")
@click.argument("file", type=click.Path(path_type=Path))
def backup_key(file: Path) -> None:
    """`backup-key FILE`; never writes over one."""
    try:
        pair = backup_files.make_private(file)
    except FileExistsError:
        raise click.ClickException(
            f"{file} is there already, and a key is never written over: without it the backups"
            " that were sealed to it stay closed. Name another file"
        ) from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"The private half lies in {file}; the pair is called {name_of(pair.public)}.")
    click.echo("1. Give the server the public half, in .env:")
    click.echo(f"   TIENGTHO_BACKUP_PUBLIC_KEY={pair.public.hex()}")
    click.echo(
        f"2. Copy {file} to two USB sticks that lie in different places, and delete it here."
    )
    click.echo("   Whoever has it and the master key reads every backup; whoever lacks it, none.")
    click.echo("3. Make a backup and restore it once on another machine, while there is no hurry.")


@click.command("backup", help="Write a sealed archive of the whole database; `run` may go on.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to; else TIENGTHO_BACKUP_FOLDER.",
)
@click.option(
    "--keep",
    type=click.IntRange(1, MOST_DAYS),
    default=MOST_DAYS,
    show_default=True,
    metavar="DAYS",
    help="Take older archives out of that folder.",
)
@click.pass_obj
def backup(runner: Runner, folder: Path | None, keep: int) -> None:
    """`backup`: all or nothing."""
    settings, now = runner.settings, app.utc_now()
    to = folder or (settings.backup_folder if settings.has_backups else None)
    if to is None:
        raise click.ClickException("where to? Set TIENGTHO_BACKUP_FOLDER, or give --folder")
    if not settings.backup_public_key:
        raise click.ClickException(
            "there is no key to seal it to; make a pair: python -m bot backup-key FILE"
        )
    path = to / backup_files.name_at(now, settings.zone)
    if path.exists():
        raise click.ClickException(f"{path} was made this very minute; try again in the next")
    try:
        written = _write(runner, path, bytes.fromhex(settings.backup_public_key), now)
        removed = backup_files.remove_older(to, keep, now, settings.zone)
    except OSError as error:
        raise click.ClickException(
            f"nothing was kept: {to} cannot be written to: {error.strerror}"
        ) from None
    _tell(path, written, removed, keep)
    click.echo(
        f"Only the private key {name_of(bytes.fromhex(settings.backup_public_key))} opens it. Do"
        " you know where it lies? Not on this machine, please."
    )


def _write(runner: Runner, path: Path, public: bytes, now: datetime) -> Written:
    with backup_files.whole(path) as file:
        try:
            writer = ArchiveWriter(file, public)
        except ValueError:
            raise click.ClickException("TIENGTHO_BACKUP_PUBLIC_KEY is not a public key") from None

        async def work(database: Database) -> Written:
            revision = await migrate.revision(database)
            if not database.is_sqlite:
                await order.forget_order(database)
            async with database.read() as tx:
                rows = await dump.count(tx)
                with click.progressbar(length=rows, label="Backing up") as bar:
                    return await dump.write(tx, str(revision), now, writer.write, bar.update)

        written = runner.run(work)
        writer.finish()
    return written


def _tell(path: Path, written: Written, removed: int, keep: int) -> None:
    kilobytes = -(-path.stat().st_size // 1000)
    rows = sum(written.rows.values())
    click.echo(f"Wrote {path}: {kilobytes:,} kB, {rows:,} rows.")
    filled = [f"{name} {many:,}" for name, many in sorted(written.rows.items()) if many]
    click.echo(f"  {', '.join(filled)}")
    if removed:
        click.echo(f"Took away {removed} older than {keep} days.")
