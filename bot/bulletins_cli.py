"""`python -m bot bulletins …`: what is planned, what is being sent, how it went."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot import planning
from bot.app import utc_now
from bot.planning import CLOCK
from bot.runner import Runner
from broadcasts import picture, sheet
from handlers.bulletins import OnHoliday, Plan, Repeat, Run
from handlers.languages import Language
from handlers.texts import Texts
from storage.database import Database

_REPEATS = click.Choice([each.value for each in Repeat])
_FILE = click.Path(dir_okay=False, path_type=Path)
_HOLIDAYS = click.Choice([each.value for each in OnHoliday])


@click.group("bulletins", help="What is planned, what is being sent, how it went.")
def bulletins() -> None:
    """`bulletins`."""


@bulletins.command("list", help="Every bulletin, and the texts of the library.")
@click.pass_obj
def _list(runner: Runner) -> None:
    click.echo(runner.run(lambda opened: planning.listed(opened, runner.settings.zone)))


@bulletins.command("show", help="One bulletin, with what is wrong and how it went.")
@click.argument("bulletin")
@click.pass_obj
def _show(runner: Runner, bulletin: str) -> None:
    zone = runner.settings.zone
    click.echo(runner.run(lambda opened: planning.show(opened, bulletin, utc_now(), zone)))


@bulletins.command("schedule", help="Give a bulletin its time, or a text of the library.")
@click.argument("bulletin")
@click.option("--at", required=True, help='Local time, like "2026-11-24 12:00".')
@click.option("--unit", help="Whose bulletin it becomes (for a text of the library).")
@click.option("--repeat", type=_REPEATS, default=Repeat.ONCE.value, show_default=True)
@click.option("--cron", default="", help='Five fields, like "0 12 * * MON".')
@click.option("--until", help="The last local day, like 2026-12-31.")
@click.option("--on-holiday", type=_HOLIDAYS, default=OnHoliday.SEND.value, show_default=True)
@click.pass_obj
def _schedule(
    runner: Runner,
    bulletin: str,
    at: str,
    unit: str | None,
    repeat: str,
    cron: str,
    until: str | None,
    on_holiday: str,
) -> None:
    zone = runner.settings.zone
    first = _moment(at, zone)
    last = _day(until) if until else None
    each = Repeat.CRON if cron else Repeat(repeat)
    plan = Plan(first, each, cron, last, OnHoliday(on_holiday))
    now = utc_now()
    click.echo(
        runner.run(lambda opened: planning.schedule(opened, bulletin, plan, unit, now, zone))
    )


@bulletins.command("pause", help="Pause what is being sent of a bulletin.")
@click.argument("bulletin")
@click.pass_obj
def _pause(runner: Runner, bulletin: str) -> None:
    click.echo(_steered(runner, bulletin, Run.PAUSED))


@bulletins.command("resume", help="Go on with what was paused, or is late.")
@click.argument("bulletin")
@click.pass_obj
def _resume(runner: Runner, bulletin: str) -> None:
    click.echo(_steered(runner, bulletin, Run.SENDING))


@bulletins.command("cancel", help="End what is being sent, or was going to be.")
@click.argument("bulletin")
@click.pass_obj
def _cancel(runner: Runner, bulletin: str) -> None:
    click.echo(
        runner.run(lambda opened: planning.steer(opened, bulletin, Run.CANCELLED, utc_now()))
    )


@bulletins.command("report", help="How a bulletin went.")
@click.argument("bulletin")
@click.option("--sending", type=int, help="The number of the sending; without it the newest.")
@click.option("--xlsx", type=_FILE, help="Write it as a spreadsheet too.")
@click.option("--png", type=_FILE, help="Write it as a picture too.")
@click.pass_obj
def _report(
    runner: Runner, bulletin: str, sending: int | None, xlsx: Path | None, png: Path | None
) -> None:
    zone = runner.settings.zone

    async def work(opened: Database) -> str:
        found = await planning.reported(opened, bulletin, sending, utc_now())
        if xlsx is not None:
            _write(xlsx, sheet.xlsx(found, Texts.load(Language.VI), zone))
        if png is not None:
            _write(png, picture.png(found, Texts.load(Language.VI), zone))
        return planning.as_text(found, zone)

    click.echo(runner.run(work))


@click.command("send", help="What sending a bulletin would mean: readers, duration, cost.")
@click.argument("bulletin")
@click.option("--dry-run", "is_dry", is_flag=True, help="Needed: nothing is sent from here.")
@click.pass_obj
def send(runner: Runner, bulletin: str, *, is_dry: bool) -> None:
    """`send BULLETIN --dry-run`."""
    if not is_dry:
        raise click.UsageError(
            "bulletins are sent at their time: use `bulletins schedule`, or give --dry-run"
        )
    zone = runner.settings.zone
    click.echo(runner.run(lambda opened: planning.dry_run(opened, bulletin, utc_now(), zone)))


bulletins.add_command(send)


def _steered(runner: Runner, bulletin: str, run: Run) -> str:
    return runner.run(lambda opened: planning.steer(opened, bulletin, run, utc_now()))


def _moment(typed: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(typed.strip(), CLOCK).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter('--at is a local time like "2026-11-24 12:00"') from None


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise click.BadParameter("--until is a day like 2026-12-31") from None


def _write(path: Path, made: bytes) -> None:
    try:
        path.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
