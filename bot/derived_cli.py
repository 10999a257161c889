"""`python -m bot render`: a text of the library, or a bulletin, as files in a folder."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from bot.app import CannotStart, utc_now
from bot.runner import Runner
from bot.web.bulletins import PAGE
from bot.web.printing import home_of
from broadcasts import library
from broadcasts.checks import cited_by
from broadcasts.derived.making import made
from broadcasts.derived.origin import FREE, Form, Origin, Refused, Standing, is_whole, standing_of
from broadcasts.library import Released
from handlers.languages import Language
from handlers.laws.changes import Changes, in_force
from handlers.texts import Texts
from storage import bulletins, law_changes, published, released_texts, units
from storage.database import Database

ALL = "all"
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("render", help="Make files of a library text, of all of them, or of a bulletin.")
@click.argument("known", metavar="ID|all")
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice([each.value for each in Form]),
    help="Default: all.",
)
@click.option(
    "--lang", "languages", multiple=True, type=click.Choice([each.value for each in Language])
)
@click.option("--unit", default="", help="Whom to ask; of a bulletin it is known.")
@click.option("--out", "folder", type=_FOLDER, required=True, help="Where the files go.")
@click.pass_obj
def render(
    runner: Runner,
    known: str,
    forms: tuple[str, ...],
    languages: tuple[str, ...],
    unit: str,
    folder: Path,
) -> None:
    """`render ID --form card --lang vi --out DIR`; exit code 1 where a file could not be made."""
    today = utc_now().astimezone(runner.settings.zone).date()
    origins = _origins(runner, known, today, unit)
    failed = 0
    for origin in origins:
        for language in [Language(each) for each in languages] or list(Language):
            if known == ALL and not is_whole(origin.content, language):
                click.echo(f"– {origin.name} {language}: not written yet")
                continue
            for form in [Form(each) for each in forms] or list(Form):
                failed += not _written(folder, form, origin, language)
    if not runner.settings.public_url:
        click.echo("No QR codes: TIENGTHO_PUBLIC_URL is not set, so nobody could open the page.")
    if failed:
        raise click.ClickException(f"{failed} file(s) could not be made")


def _written(folder: Path, form: Form, origin: Origin, language: Language) -> bool:
    found = made(form, origin, language)
    if isinstance(found, Refused):
        why = Texts.load(Language.EN).say(found.why)
        click.echo(f"✗ {origin.name} {form} {language}: {why}", err=True)
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / found.name).write_bytes(found.file)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}") from None
    marked = "" if origin.standing is Standing.VALID else f" ({origin.standing})"
    click.echo(f"✓ {folder / found.name}{marked}")
    return True


def _origins(runner: Runner, known: str, today: date, unit: str) -> list[Origin]:
    base = runner.settings.public_url
    every = library.texts()
    if known == ALL or known in every:
        released, changes = _said(runner)
        chosen = every.values() if known == ALL else [every[known]]
        return [
            Origin(
                text.content,
                f"{text.number}-{text.id}",
                unit,
                home_of(base),
                standing=standing_of(
                    text.content,
                    today,
                    is_free=not text.waits(released),
                    is_replaced=in_force(cited_by(text.content), changes, today) is not None,
                ),
            )
            for text in chosen
        ]
    found = runner.run(lambda database: _bulletin(database, known, today, base))
    if found is None:
        raise click.ClickException(f"no text of the library and no bulletin is called {known}")
    return [replace(found, unit=unit or found.unit)]


def _said(runner: Runner) -> tuple[Released, Changes]:
    """What editors said of texts and laws; where nothing is installed, nobody said anything."""

    async def read(database: Database) -> tuple[Released, Changes]:
        async with database.read() as tx:
            return await released_texts.seals(tx), await law_changes.known(tx)

    try:
        return runner.run(read)
    except CannotStart:
        return {}, {}


async def _bulletin(database: Database, known: str, today: date, base: str) -> Origin | None:
    async with database.read() as tx:
        bulletin = await bulletins.by_id(tx, known)
        if bulletin is None:
            return None
        name = await units.name_of(tx, bulletin.unit)
        is_read = await published.one(tx, known) is not None
        changes = await law_changes.known(tx)
    content, page = bulletin.content, f"{base}{PAGE}/{known}" if base and is_read else ""
    is_replaced = in_force(cited_by(content), changes, today) is not None
    is_free = bulletin.stage in FREE
    standing = standing_of(content, today, is_free=is_free, is_replaced=is_replaced)
    return Origin(content, known, name, home_of(base), page, standing)
