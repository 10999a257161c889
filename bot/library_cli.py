"""`python -m bot library …`: the checked texts, what expires, and a year of them in a calendar.

Nobody is asked for a password here, so that no draft is released here: that is done in the studio.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot import year_calendar
from bot.app import utc_now
from bot.planning import CLOCK
from bot.runner import Runner
from bot.year_calendar import Blocked, Entry, Wanted, Year
from broadcasts import expiry, library
from broadcasts.calendar_file import Event, ics
from broadcasts.checks import cited_by, expires_soon
from broadcasts.hours import DAY
from broadcasts.year import Why
from handlers.bulletins import Topic
from handlers.languages import Language
from handlers.laws.changes import in_force
from handlers.texts import Texts
from storage import atlas, law_changes, released_texts, units
from storage.database import Database, Tx

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_A_WEEK = 2
_FILE = click.Path(dir_okay=False, path_type=Path)
_WHY = {
    Why.EXPIRED: "expires before the first day",
    Why.NO_ROOM: "no day is left before it expires: take more weekdays, or an earlier day",
    Why.PLANNED: "is in the calendar already",
    Why.REPLACED: "rests on a law that is replaced within the year",
    Why.TOPIC: "is on another topic",
}


@click.group("library", help="The checked texts, what expires, a year of them in a calendar.")
def library_command() -> None:
    """`library`."""


@library_command.command("list", help="Every text: whether it may be used, and until when.")
@click.pass_obj
def _list(runner: Runner) -> None:
    today = utc_now().astimezone(runner.settings.zone).date()
    for line in runner.run(lambda opened: listed(opened, today)):
        click.echo(line)


@library_command.command("expiring", help="Texts and bulletins whose last day is near.")
@click.pass_obj
def _expiring(runner: Runner) -> None:
    today = utc_now().astimezone(runner.settings.zone).date()
    lines = runner.run(lambda opened: expiring(opened, today))
    for line in lines or ["Nothing expires within 30 days."]:
        click.echo(line)


@library_command.command("schedule", help="Spread all usable texts over the year from a day on.")
@click.option("--unit", required=True, help="Whose bulletins they become.")
@click.option("--from", "start", required=True, help="The first day, like 2027-01-04.")
@click.option("--weekday", default="tue", show_default=True, help="One or two, like tue,thu.")
@click.option("--at", "hour", default="11:30", show_default=True, help="Local time.")
@click.option("--topics", default="", help="Only these, like wages,safety.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Show the calendar, write nothing.")
@click.option("--ics", "file", type=_FILE, help="Write the calendar as an iCalendar file too.")
@click.pass_obj
def _schedule(
    runner: Runner,
    unit: str,
    start: str,
    weekday: str,
    hour: str,
    topics: str,
    is_dry: bool,
    file: Path | None,
) -> None:
    now, zone = utc_now(), runner.settings.zone
    today = now.astimezone(zone).date()
    wanted = Wanted(unit, _first(start, today), _weekdays(weekday), _hour(hour), _topics(topics))
    if file is not None:
        _try(file)
    found = runner.run(lambda opened: schedule(opened, wanted, now, zone, is_dry=is_dry))
    for line in told(found, zone, is_dry=is_dry):
        click.echo(line)
    if file is not None:
        _write(file, ics(map(_event, found.calendar), now))
        click.echo(f"The calendar is in {file}.")


@library_command.command("unschedule", help="Take out of a unit's calendar what is not sent yet.")
@click.option("--unit", required=True, help="Whose calendar.")
@click.pass_obj
def _unschedule(runner: Runner, unit: str) -> None:
    for line in runner.run(lambda opened: unschedule(opened, unit, utc_now())):
        click.echo(line)


async def listed(database: Database, today: date) -> list[str]:
    """A line for each text of the library: number, id, how it stands, last day, title."""
    async with database.read() as tx:
        released, changes = await released_texts.seals(tx), await law_changes.known(tx)
    lines = []
    for text in library.texts().values():
        content, stands = text.content, "usable"
        if text.waits(released):
            stands = "draft"
        elif in_force(cited_by(content), changes, today) is not None:
            stands = "law replaced"
        elif content.expires_on is not None and content.expires_on < today:
            stands = "expired"
        cells = (text.number, text.id, stands, content.expires_on or "", content.vi.title)
        lines.append("\t".join(map(str, cells)))
    return lines


async def expiring(database: Database, today: date) -> list[str]:
    """What has its last day within a month: bulletins first, then texts of the library."""
    async with database.read() as tx:
        bulletins = await expiry.ending(tx, today)
    lines = [
        f"{each.content.expires_on}\tbulletin\t{each.id}\t{each.unit}\t{each.content.vi.title}"
        for each in bulletins
    ]
    texts = [each for each in library.texts().values() if expires_soon(each.content, today)]
    return lines + [
        f"{each.content.expires_on}\tlibrary\t{each.id}\t\t{each.content.vi.title}"
        for each in sorted(texts, key=lambda text: (text.content.expires_on or today, text.number))
    ]


async def schedule(
    database: Database, wanted: Wanted, now: datetime, zone: ZoneInfo, *, is_dry: bool
) -> Year:
    """What was written, or with `is_dry` would be. Raises click.ClickException, and then nothing
    was written.
    """
    try:
        if is_dry:
            async with database.read() as tx:
                await _known(tx, wanted.unit)
                return await year_calendar.look(tx, wanted, zone)
        async with database.write() as tx:
            await _known(tx, wanted.unit)
            places = await atlas.current(tx)
            return await year_calendar.write(tx, wanted, None, now, zone, places)
    except Blocked as error:
        texts = Texts.load(Language.EN)
        why = "\n".join(f"✗ {texts.say(each.sentence)}" for each in error.findings)
        where = error.text or f"unit {wanted.unit}"
        raise click.ClickException(f"nothing was scheduled, for {where}:\n{why}") from None


async def unschedule(database: Database, unit: str, now: datetime) -> list[str]:
    """Take out what this command, or `bulletins schedule`, planned of the library for the unit."""
    async with database.write() as tx:
        await _known(tx, unit)
        gone = await year_calendar.take_out(tx, unit, None, now)
    lines = [f"{each.id}\t{each.content.library}\t{each.content.vi.title}" for each in gone]
    return [*lines, f"{len(gone)} bulletins were taken out of the calendar of {unit}."]


def told(found: Year, zone: ZoneInfo, *, is_dry: bool) -> list[str]:
    """The calendar as a table, what has no day and why, and what to do to undo it."""
    lines = [_row(each, zone) for each in found.entries]
    left = [(text, why) for text, why in found.left if why is not Why.TOPIC]
    lines += [f"✗ {text.number} {text.id}: {_WHY[why]}" for text, why in left]
    many = len(found.entries)
    if is_dry:
        return [*lines, f"{many} texts would be scheduled, {len(left)} not. Nothing was written."]
    lines.append(f"{many} texts were scheduled, {len(left)} not.")
    if many:
        lines.append("To take them out again: python -m bot library unschedule --unit ID")
    return lines


def _row(entry: Entry, zone: ZoneInfo) -> str:
    local = entry.at.astimezone(zone)
    key = entry.bulletin.id if entry.bulletin is not None else "-"
    day, content = WEEKDAYS[local.weekday()], entry.text.content
    title = content.vi.title
    return f"{local:{CLOCK}} {day}\t{entry.text.number}\t{content.topic}\t{key}\t{title}"


def _event(entry: Entry) -> Event:
    content = entry.text.content if entry.bulletin is None else entry.bulletin.content
    wording = content.vi
    key = entry.bulletin.id if entry.bulletin is not None else entry.text.id
    return Event(key, entry.at, wording.title, f"{wording.body}\n{wording.action}")


async def _known(tx: Tx, unit: str) -> None:
    tree = await units.tree(tx)
    if tree is None or tree.get(unit) is None:
        raise click.ClickException(f"there is no unit {unit}; see: python -m bot export units")


def _first(typed: str, today: date) -> date:
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise click.BadParameter("--from is a day like 2027-01-04") from None
    if day <= today:
        raise click.BadParameter(f"--from is a day to come: {today + timedelta(days=1)} or later")
    if day > today + timedelta(days=366):
        raise click.BadParameter("--from is more than a year ahead")
    return day


def _weekdays(typed: str) -> frozenset[int]:
    names = _names(typed)
    for name in names:
        if name not in WEEKDAYS:
            raise click.BadParameter(f"--weekday: {name!r} is none of {', '.join(WEEKDAYS)}")
    found = frozenset(map(WEEKDAYS.index, names))
    if not 1 <= len(found) <= MOST_A_WEEK:
        raise click.BadParameter("--weekday takes one day, or two: more is too much for readers")
    return found


def _hour(typed: str) -> time:
    try:
        at = datetime.strptime(typed.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of any day
    except ValueError:
        raise click.BadParameter("--at is a local time like 11:30") from None
    if not DAY[0] <= at < DAY[1]:
        raise click.BadParameter(f"--at lies between {DAY[0]:%H:%M} and {DAY[1]:%H:%M}")
    return at


def _topics(typed: str) -> frozenset[Topic]:
    for name in _names(typed):
        if name not in set(Topic):
            raise click.BadParameter(f"--topics: {name!r} is none of {', '.join(Topic)}")
    return frozenset(map(Topic, _names(typed)))


def _names(typed: str) -> Iterable[str]:
    return [each.strip().lower() for each in typed.split(",") if each.strip()]


def _try(path: Path) -> None:
    """Before anything is scheduled: a file that cannot be written would leave half of it done."""
    is_new = not path.exists()
    try:
        with path.open("ab"):
            pass
        if is_new:
            path.unlink()
    except OSError as error:
        why = f"{path} cannot be written: {error.strerror}. Nothing was scheduled."
        raise click.ClickException(why) from None


def _write(path: Path, made: bytes) -> None:
    try:
        path.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
