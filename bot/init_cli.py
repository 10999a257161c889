"""`python -m bot init`: a real installation, its first administrator, its key on paper."""

import asyncio
import csv
import io
import sys

import click

from bot import app, keyfile, keys_cli, paper, staff_cli
from bot.config import Settings
from handlers import units as unit_files
from handlers.languages import Language
from handlers.moderators.accounts import login_name, shown_name
from handlers.roles import Role
from handlers.routing import Unit
from handlers.texts import Texts
from storage import audit, units
from storage.atlas import of_the_program
from storage.audit import Act
from storage.database import Database


def make(settings: Settings) -> None:
    """Make it; at a terminal, also ask for the first administrator and for the paper copy. Raises
    CannotStart.
    """
    asyncio.run(_made(settings))
    click.echo(f"Made the master key {settings.master_key_file} and an empty database.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo("Keep a copy of the key away from this machine: without it nothing can be read.")
        click.echo("At a terminal: python -m bot keys show-paper")
        click.echo("Next: python -m bot import units FILE.csv, then python -m bot staff add …")
        return
    click.echo(asyncio.run(_administrator(settings, *_first())))
    if paper.show_and_ask(keyfile.read(settings.master_key_file)):
        asyncio.run(_confirm(settings))
        click.echo("The paper copy is confirmed. Keep it away from this machine.")
    else:
        click.echo("That was not the word, so the paper copy is not confirmed.")
        click.echo("Look at the paper, then run: python -m bot keys show-paper")
    click.echo("Next: python -m bot import units FILE.csv, then python -m bot doctor")


async def _made(settings: Settings) -> None:
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.reach()
        if not await app.is_unmade(database):
            raise app.CannotStart("this database already holds an installation")
        await app.make_installation(settings, database, demo=False)
    finally:
        await database.close()


def _first() -> tuple[Unit, str, str]:
    """Ask for the top unit and who administers it."""
    click.echo("\nThe first administrator looks after people, and never reads tips. Roles are held")
    click.echo("at a unit: name the one at the top of your units file, as it stands there.")
    root = None
    while root is None:
        root = _root(click.prompt("Id of the top unit"), click.prompt("Name of the top unit"))
    login = name = None
    while login is None:
        login = login_name(click.prompt("Log-in name of the administrator"))
        if login is None:
            click.echo("It has 3 to 40 characters: lower-case letters, digits, dots, hyphens.")
    while name is None:
        name = shown_name(click.prompt("Name of the administrator"))
        if name is None:
            click.echo("A name has 1 to 80 characters.")
    return root, login, name


def _root(unit: str, name: str) -> Unit | None:
    """The top unit, as a file of its own would have it; None, and why, when it may not be."""
    table = io.StringIO()
    rows = csv.DictWriter(table, unit_files.COLUMNS)
    rows.writeheader()
    rows.writerow({"id": unit.strip(), "kind": "union", "name": name.strip(), "places": "*"})
    try:
        [root] = unit_files.parse(table.getvalue(), known_places=of_the_program().is_known)
    except unit_files.BadUnits as error:
        words = Texts.load(Language.EN)
        for problem in error.problems:
            click.echo(words.say(problem.said()))
        return None
    return root


async def _administrator(settings: Settings, root: Unit, login: str, name: str) -> str:
    """Write the top unit and who administers it; what to tell, with the activation link."""
    async with app.open_database(settings) as (database, _):
        async with database.write() as tx:
            await units.import_all(tx, [root])
            await audit.write(tx, Act.IMPORTED, staff=None, minute=app.utc_now())
        role, address = Role.ADMINISTRATOR, staff_cli.address_of(settings)
        now = app.utc_now()
        return await staff_cli.add(database, login, name, root.id, role, now, address)


async def _confirm(settings: Settings) -> None:
    async with app.open_database(settings) as (database, _):
        await keys_cli.confirm(database)
