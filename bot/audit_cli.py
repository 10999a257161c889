"""`python -m bot audit verify`: whether the log of what staff did is as it was written."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import click

from bot.config import Settings
from bot.runner import Runner
from storage import audit as log
from storage import audit_check, ledger
from storage.audit_check import End, Examined, Fault
from storage.database import Database, Tx

Told = Callable[[int], None]


async def verify(database: Database, kept: Path | None, told: Told | None = None) -> list[str]:
    """Look at every entry, and whether the log reaches to where the ledger of deletions `kept` says
    that it did; in lines what is well (✓), what is not (✗) and what could not be seen (–).
    """
    async with database.read() as tx:
        end, notes = await _end_in(tx, kept)
        return [*_lines(await audit_check.examine(tx, end, told), end), *notes]


async def _end_in(tx: Tx, kept: Path | None) -> tuple[End | None, list[str]]:
    if kept is None:
        line = "there is no ledger of deletions: whether entries at the end were taken out together"
        return None, [f"– {line} with the house's own count cannot be seen."]
    try:
        end = ledger.log_end(tx, await asyncio.to_thread(kept.read_bytes))
    except OSError as error:
        return None, [f"✗ {kept} cannot be read: {error.strerror}."]
    except ledger.Changed:
        return None, [f"✗ {kept} was changed, or is not of this installation."]
    if end is None:
        return None, [f"– {kept} does not say yet how the log ends; it will within the hour."]
    line = f"the log reaches beyond entry {end.number}, its end at {end.hour:%Y-%m-%d %H:00} UTC"
    return end, [f"– by {kept.name}, {line}; what came and went after that hour cannot be seen."]


def _lines(found: Examined, end: End | None) -> list[str]:
    match found.fault:
        case None:
            return [f"✓ {found.count} entries, all as they were written."]
        case Fault.BROKEN:
            line = f"the chain breaks at entry {found.at}: it was changed, moved or taken out."
        case Fault.CUT:
            line = f"the log ends before entry {found.at}, which is gone with all after it."
        case Fault.OTHER_END:
            line = f"entry {found.at} is another one than the ledger knows: the end was replaced."
        case _:
            assert_never(found.fault)
    first = "" if end is None else f" The ledger knows of {end.number}."
    return [f"✗ {line} Entries 1 to {found.count} are sound.{first} Compare with a backup."]


def ledger_of(settings: Settings) -> Path | None:
    """The ledger that the running house writes beside its backups, if there is one."""
    path = settings.backup_folder / ledger.NAME if settings.has_backups else None
    return path if path is not None and path.exists() else None


@click.group("audit", help="The log of what staff did.")
def audit() -> None:
    """`audit`."""


@audit.command("verify", help="Look whether an entry was changed, moved or taken out.")
@click.option(
    "--ledger",
    "ledger_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"A {ledger.NAME}, for instance a copy elsewhere; the one beside the backups by itself.",
)
@click.pass_obj
def _verify(runner: Runner, ledger_file: Path | None) -> None:
    kept = ledger_file or ledger_of(runner.settings)

    async def work(database: Database) -> list[str]:
        async with database.read() as tx:
            count = await log.highest(tx)
        with click.progressbar(length=count, label="Checking", file=sys.stderr) as bar:
            return await verify(database, kept, bar.update)

    lines = runner.run(work)
    for line in lines:
        click.echo(line)
    if any(line.startswith("✗") for line in lines):
        sys.exit(1)
