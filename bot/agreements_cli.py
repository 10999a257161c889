"""`python -m bot import agreements`: the signed agreements with the police, from a table."""

from pathlib import Path

import click

from bot import app
from bot.runner import Runner
from handlers.agreement_files import COLUMNS, BadAgreements, parse
from handlers.agreements import MOST_LETTERS
from handlers.languages import Language
from handlers.texts import Texts
from storage import agreements, units
from storage.database import Database


@click.command("agreements", help="Read agreements with the police from a CSV file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_agreements(runner: Runner, file: Path) -> None:
    """`import agreements FILE.csv`: all or nothing; what is there already is not added again."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("the file is not UTF-8 text; save it as CSV UTF-8") from None

    async def work(database: Database) -> int:
        async with database.write() as tx:
            tree = await units.tree(tx)
            if tree is None:
                raise click.ClickException("import units first")
            return await agreements.import_all(tx, parse(text, tree), app.utc_now())

    try:
        added = runner.run(work)
    except BadAgreements as error:
        texts = Texts.load(Language.VI)
        for each in error.problems:
            told = texts.get(f"desk.agreement.no.{each.flaw}", most=MOST_LETTERS)
            click.echo(f"Dòng {each.row}: {told}", err=True)
        click.echo(f"columns: {', '.join(COLUMNS)}", err=True)
        count = len(error.problems)
        raise click.ClickException(f"{count} problem(s); nothing was imported") from None
    click.echo(f"{added} added.")
