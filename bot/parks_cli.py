"""`python -m bot import parks`: industrial parks and areas of boarding houses, from a table."""

from collections.abc import Iterable
from pathlib import Path

import click

from bot import app, tables_in
from bot.runner import Runner
from bot.tables_in import NoTable, Table
from handlers.languages import Language
from handlers.park_files import BadParks, Difference, Problem
from handlers.parks import Park
from handlers.texts import Texts
from storage import atlas, parks
from storage.database import Database

_SAMPLE = 5
_MOST_SHOWN = 50


@click.command("parks", help="Read industrial parks and boarding-house areas from a table.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what the file would change.")
@click.option("--remove", is_flag=True, help="Remove parks that the file leaves out.")
@click.pass_obj
def import_parks(runner: Runner, file: Path, *, dry_run: bool, remove: bool) -> None:
    """`import parks FILE.csv|.xlsx`: all or nothing, with row and reason of what is wrong."""
    texts = Texts.load(Language.VI)
    try:
        table = tables_in.read_file(file)
    except NoTable as error:
        raise click.ClickException(f"the file cannot be read: {error.told()}") from None
    if table.is_guessed:
        _show_names(table, texts)
    for line in table.warnings:
        click.echo(line, err=True)

    async def work(database: Database) -> Difference:
        if dry_run:
            async with database.read() as tx:
                places = await atlas.current(tx)
                return await parks.planned(tx, table.rows, places, app.utc_now(), may_remove=remove)
        async with database.write() as tx:
            places = await atlas.current(tx)
            return await parks.import_all(tx, table.rows, places, app.utc_now(), may_remove=remove)

    try:
        found = runner.run(work)
    except BadParks as error:
        for problem in error.problems:
            click.echo(_told(problem, texts), err=True)
        count = len(error.problems)
        raise click.ClickException(f"{count} problem(s); nothing was imported") from None
    _show(found, texts)
    if dry_run:
        click.echo("Nothing was imported: this was a dry run.")


def _told(problem: Problem, texts: Texts) -> str:
    told = texts.get(f"desk.parks.flaw.{problem.flaw}", detail=problem.detail)
    return texts.get("desk.parks.row", row=problem.row, told=told)


def _show_names(table: Table, texts: Texts) -> None:
    """Letters that were guessed may be wrong ones: somebody has to look at some names."""
    head = [cell.strip().casefold() for cell in table.rows[0]] if table.rows else []
    column = head.index("name") if "name" in head else 0
    names = [row[column] for row in table.rows[1:] if column < len(row)]
    telling = [name for name in names if not name.isascii()] or names
    click.echo(texts.get("desk.parks.guessed", names="; ".join(telling[:_SAMPLE])), err=True)


def _show(found: Difference, texts: Texts) -> None:
    _list("+", found.added, texts)
    _list("~", found.changed, texts)
    _list("-", found.removed, texts)
    counts = (len(found.added), len(found.changed), len(found.removed))
    click.echo("{} added, {} changed, {} removed.".format(*counts))


def _list(sign: str, some: Iterable[Park], texts: Texts) -> None:
    every = list(some)
    for park in every[:_MOST_SHOWN]:
        click.echo(f"{sign} {park.name} ({park.id}): {', '.join(park.communes)}")
    if len(every) > _MOST_SHOWN:
        click.echo(f"{sign} " + texts.get("desk.parks.more", count=len(every) - _MOST_SHOWN))
