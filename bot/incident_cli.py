"""`python -m bot incident`: data may be in strange hands; a clock, a list, a notice to fill in."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click

from bot import app, keyfile
from bot.config import Settings
from bot.runner import Runner
from handlers import incidents
from handlers.incidents import Incident
from handlers.languages import Language
from handlers.screens import Say, say
from handlers.texts import Texts
from storage import incidents as kept
from storage import units
from storage.database import Database, Tx, Unreachable

_FORM = "%Y-%m-%d %H:%M"
_HEAD = {Language.VI: "TIẾNG VIỆT", Language.EN: "ENGLISH"}
Result = TypeVar("Result")


@click.group("incident", help="Data may be in strange hands: a clock of 72 hours and a notice.")
def incident() -> None:
    """`incident …`; everything is said in Vietnamese first, then in English."""


@incident.command("start", help="Note the moment, and say what to do.")
@click.option("--known", default="", metavar='"YYYY-MM-DD HH:MM"', help="Since when it is known.")
@click.pass_obj
def start(runner: Runner, *, known: str) -> None:
    """`incident start`. Also where the database cannot be opened it says what to do."""
    now = app.utc_now()
    since = _moment(known, runner.settings, now) if known else now

    async def work(tx: Tx) -> tuple[bool, datetime]:
        fresh = await kept.start(tx, since, by=None, now=now)
        return bool(fresh), await kept.known_since(tx) or since

    done = _within(runner, work)
    if done is None:
        said = say("incident.not_noted")
    else:
        fresh, since = done
        said = say("incident.started" if fresh else "incident.already")
    _tell((said, *_clock(since, runner.settings, now)))
    _tell_lists()


@incident.command("status", help="The clock, and what to do.")
@click.pass_obj
def status(runner: Runner) -> None:
    """`incident status`."""
    known = runner.run(_read(kept.known_since))
    if known is None:
        _tell((say("incident.none"),))
        return
    _tell(_clock(known, runner.settings, app.utc_now()))
    _tell_lists()


@incident.command("form", help="The notice with what the house knows, into FILE or on the screen.")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def form(runner: Runner, file: Path | None) -> None:
    """`incident form [FILE]`: Markdown, in both languages. A file that is there is not replaced."""
    found = _within(runner, lambda tx: look(tx, runner.settings))
    known = found or _unlooked(runner.settings)
    told = "\n\n".join(incidents.notice(known, texts) for texts in _texts())
    if file is None:
        click.echo(told)
        return
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(told)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already; give another name") from None
    except OSError:
        raise click.ClickException(f"{file} cannot be written") from None
    click.echo(f"{file}")


@incident.command("close", help="The incident is dealt with: stop the clock.")
@click.pass_obj
def close(runner: Runner) -> None:
    """`incident close`."""
    done = _within(runner, lambda tx: kept.close(tx, app.utc_now()), quiet=False)
    _tell((say("incident.closed" if done else "incident.none"),))


async def look(tx: Tx, settings: Settings) -> Incident:
    """What the house knows of the open incident, and of itself."""
    known, tree = await kept.known_since(tx), await units.tree(tx)
    return Incident(
        known=known.astimezone(settings.zone) if known else None,
        held=await kept.held(tx),
        service=tree.root.name if tree else "",
        contact=settings.data_contact,
        hosted=settings.hosted_in,
    )


def _unlooked(settings: Settings) -> Incident:
    return Incident(None, contact=settings.data_contact, hosted=settings.hosted_in)


def _within(
    runner: Runner, work: Callable[[Tx], Awaitable[Result]], *, quiet: bool = True
) -> Result | None:
    """What `work` gives. `quiet`: None where the database cannot be opened, for on such a day it
    may be gone.
    """

    async def opened(database: Database) -> Result:
        async with database.write() as tx:
            return await work(tx)

    if not quiet:
        return runner.run(opened)
    with suppress(app.CannotStart, Unreachable, keyfile.NoKey):
        return runner.run(opened)
    return None


def _read(work: Callable[[Tx], Awaitable[Result]]) -> Callable[[Database], Awaitable[Result]]:
    async def opened(database: Database) -> Result:
        async with database.read() as tx:
            return await work(tx)

    return opened


def _moment(given: str, settings: Settings, now: datetime) -> datetime:
    """A local time as it was typed. Raises BadParameter."""
    try:
        moment = datetime.strptime(given, _FORM).replace(tzinfo=settings.zone).astimezone(UTC)
    except ValueError:
        raise click.BadParameter('give the moment like "2026-11-21 08:30"') from None
    if moment > now + timedelta(minutes=1):
        raise click.BadParameter("that moment has not come yet")
    return moment


def _clock(known: datetime, settings: Settings, now: datetime) -> tuple[Say, ...]:
    return incidents.clock(known.astimezone(settings.zone), now)


def _texts() -> Iterable[Texts]:
    found = app.load_texts()
    return (found[Language.VI], found[Language.EN])


def _tell(says: Iterable[Say]) -> None:
    said = tuple(says)
    for texts in _texts():
        click.echo("\n".join(texts.say(each) for each in said))
        click.echo()


def _tell_lists() -> None:
    for texts in _texts():
        click.echo(f"== {_HEAD[texts.language]} ==")
        for key, lines in (
            ("incident.todo", incidents.tasks()),
            ("incident.got", incidents.thieves()),
        ):
            click.echo(f"\n{texts.get(key)}")
            for number, line in enumerate(lines, 1):
                click.echo(f"{number}. {texts.say(line)}")
        click.echo(f"\n{texts.get('incident.form_how')}")
        click.echo(f"{texts.get('incident.close_how')}\n")
