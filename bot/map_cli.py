"""`python -m bot import places`: newer tables of places, which everything follows."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from bot import map_folder
from bot.app import utc_now
from bot.map_folder import BadFolder
from bot.runner import Runner
from handlers.bulletins import Stage
from storage import following, unit_effects
from storage.database import Database
from storage.following import Followed, NotSaid, Standing
from storage.places.changes import Change, Fate
from storage.places.tables import Tables

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MOST_SHOWN = 40
_ASKED_ANEW = (Stage.PROPOSED, Stage.APPROVED)


@click.command("places", help="Read newer tables of places from a folder; everything follows.")
@click.argument("folder", type=_FOLDER)
@click.option("--dry-run", "is_dry", is_flag=True, help="Only show what would change.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@click.pass_obj
def import_places(runner: Runner, folder: Path, *, is_dry: bool, is_sure: bool) -> None:
    """`import places FOLDER`: all or nothing."""
    try:
        tables = map_folder.read(folder)
    except BadFolder as error:
        for line in _shown(error.lines):
            click.echo(line, err=True)
        raise click.ClickException(f"{len(error.lines)} problem(s); nothing was imported") from None
    now = utc_now()
    _check_day(tables, now.astimezone(runner.settings.zone))
    looked = runner.run(lambda database: _look(database, tables, now))
    if looked is None:
        return
    for line in told(looked, tables):
        click.echo(line)
    if is_dry:
        click.echo("Nothing was changed: this was a dry run.")
        return
    if not is_sure:
        click.confirm("Let these tables hold, and everything follow?", abort=True)
    done = runner.run(lambda database: _follow(database, tables, now))
    click.echo(f"These tables hold now: {tables.as_of:%d/%m/%Y}.")
    for line in after(done):
        click.echo(line)


def told(followed: Followed, tables: Tables) -> list[str]:
    """What changes, in lines: the map itself, then what follows."""
    found = followed.changes
    changed = [each for each in found.every if each.fate is not Fate.SAME]
    new = found.after.keys() - found.before.keys()
    fates = Counter(each.fate for each in changed)
    lines = [
        f"Tables of {tables.as_of:%d/%m/%Y}: "
        + (", ".join(f"{fates[fate]} {fate}" for fate in Fate if fates[fate]) or "no place changes")
        + (f", {len(new)} new" if new else "")
        + "."
    ]
    # What merely lies in another province now comes last: of a merged province there are a hundred.
    changed.sort(key=lambda each: each.fate is Fate.MOVED)
    lines += _shown([_line(each) for each in changed])
    lines.append(f"Units that cover other codes: {len(followed.units)}.")
    lines += _shown([f"  {unit}" for unit in followed.units])
    many = f"{followed.open_tips} or more" if followed.open_tips else "a few, or none"
    lines.append(f"Open tips there: {many}. Who reads them stays as it is.")
    lines.append(f"Subscribers there: up to {unit_effects.in_tens(followed.subscribers)}.")
    lines.append(f"Industrial parks and boarding areas there: {followed.parks}.")
    lines.append(f"Bulletins for these places: {len(followed.bulletins)}.")
    return lines


def after(followed: Followed) -> list[str]:
    """What somebody has to do now."""
    lines = [
        f"Bulletin {bulletin} of {unit} names a place that changed: it is a draft again, and"
        " has to be approved again."
        for bulletin, unit, stage in followed.bulletins
        if stage in _ASKED_ANEW
    ]
    if followed.units:
        lines.append(
            "Look at the units in the list above: each covers what it covered before. Import the"
            " units again where the union or the police is organized otherwise now."
        )
    return lines


async def _look(database: Database, tables: Tables, now: datetime) -> Followed | None:
    async with database.read() as tx:
        stands, held = await following.standing(tx, tables)
        day = f"{held.as_of:%d/%m/%Y}"
        match stands:
            case Standing.SAME:
                click.echo(f"Nothing to do: these are the tables that hold, of {day}.")
                return None
            case Standing.OTHER:
                raise click.ClickException(
                    f"other tables of the same day hold, {day}; give these a later day in as_of.txt"
                )
            case Standing.OLDER:
                raise click.ClickException(
                    f"these tables are of {tables.as_of:%d/%m/%Y}; newer ones hold, of {day}"
                )
            case Standing.NEWER:
                try:
                    return await following.look(tx, tables, now)
                except NotSaid as error:
                    raise _not_said(error) from None


async def _follow(database: Database, tables: Tables, now: datetime) -> Followed:
    async with database.write(alone=True) as tx:
        stands, _ = await following.standing(tx, tables)
        if stands is not Standing.NEWER:
            raise click.ClickException("somebody else imported tables meanwhile; look again")
        return await following.follow(tx, tables, now)


def _not_said(error: NotSaid) -> click.ClickException:
    gone = "it is in the tables that hold, and these do not say what became of it"
    made = "it is new, and these do not say what it was made of"
    lines = [f"{place.code} {place.label}: {gone}" for place in error.lost]
    lines += [f"{place.code} {place.label}: {made}" for place in error.new]
    for line in _shown(lines):
        click.echo(line, err=True)
    return click.ClickException(
        f"{len(lines)} place(s) would be lost or come from nowhere. Write into former_units.csv"
        " where each went (full name in old_commune, old_district empty, its province, new_code,"
        " the day of the change as the period). Nothing was imported"
    )


def _check_day(tables: Tables, local: datetime) -> None:
    if tables.as_of > local.date():
        raise click.ClickException(
            f"these tables are of {tables.as_of:%d/%m/%Y}, a day to come; import them on that day"
        )


def _line(change: Change) -> str:
    now = "; ".join(f"{place.code} {place.label}" for place in change.after)
    return f"  {change.fate}: {change.before.code} {change.before.label} → {now}"


def _shown(lines: list[str] | tuple[str, ...]) -> list[str]:
    """The first of many lines."""
    more = len(lines) - _MOST_SHOWN
    return [*lines[:_MOST_SHOWN], *([f"  … and {more} more"] if more > 0 else [])]
