"""`python -m bot review`: the review of a unit and a period as a spreadsheet or for printing."""

from datetime import date
from pathlib import Path

import click

from bot.app import utc_now
from bot.numbers import paper, spreadsheet, wording
from bot.runner import Runner
from handlers import periods
from handlers.languages import Language
from handlers.periods import Period
from handlers.texts import Texts
from storage import atlas, audit, numbers
from storage.audit import Act
from storage.database import Database
from storage.numbers import Asked, Numbers
from storage.places import Places

_KINDS = (".xlsx", ".pdf")


@click.command("review", help="Write the review of a unit, with all below it, into FILE.")
@click.option("--unit", required=True, help="The unit's id.")
@click.option("--from", "first", required=True, help="The first month, like 2026-01.")
@click.option("--to", "last", required=True, help="The last month, like 2026-06.")
@click.option("--as-of", "day", default="", help="A day like 2026-06-30; without it yesterday.")
@click.option(
    "--language", type=click.Choice([each.value for each in Language]), default=Language.VI.value
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def review_command(
    runner: Runner, unit: str, first: str, last: str, day: str, language: str, file: Path
) -> None:
    """`review`; the same data, period and day give the same file."""
    if file.suffix.lower() not in _KINDS:
        raise click.BadParameter("FILE ends in .xlsx or .pdf")
    period = periods.between(first.strip(), last.strip())
    if period is None:
        raise click.BadParameter("--from and --to are months like 2026-01")
    as_of = _day(day)
    found, places = runner.run(lambda opened: _find(opened, unit, period, as_of, file.suffix))
    if found is None:
        raise click.ClickException(f"there is no unit {unit}")
    texts = Texts.load(Language(language))
    words = wording.words_of(found, texts, places)
    pages = file.suffix.lower() == ".pdf"
    _write(file, paper.pdf(words, texts) if pages else spreadsheet.xlsx(found, words, texts))
    shown = f"{period.first} to {period.last}, as of {found.review.as_of.day}"
    click.echo(f"{file}: {found.name}, {shown}; {found.review.hidden} cells are hidden.")


async def _find(
    database: Database, unit: str, period: Period, as_of: date | None, suffix: str
) -> tuple[Numbers | None, Places]:
    now = utc_now()
    async with database.write() as tx:
        places = await atlas.current(tx)
        asked = Asked(unit, period, as_of, places.counted_provinces)
        found = await numbers.of_unit(tx, asked, now)
        if found is not None:
            told = f"{suffix.lower()[1:]} {asked.period.first} {asked.period.last}"
            note = f"{told} {found.review.as_of.day}"
            await audit.write(
                tx, Act.REVIEW_TAKEN, staff=None, unit=found.unit, minute=now, note=note
            )
    return found, places


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        raise click.BadParameter("--as-of is a day like 2026-06-30") from None


def _write(path: Path, made: bytes) -> None:
    try:
        path.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
