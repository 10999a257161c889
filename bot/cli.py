"""The command line: `python -m bot COMMAND`."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from bot import (
    accounts_cli,
    agreements_cli,
    alarms_cli,
    app,
    audit_cli,
    backup_cli,
    bulletins_cli,
    chat_apps,
    coverage_cli,
    derived_cli,
    doctor_cli,
    forms_cli,
    hardening,
    incident_cli,
    init_cli,
    keyfile,
    keys_cli,
    laws_cli,
    library_cli,
    locks,
    logs,
    map_cli,
    order_cli,
    parks_cli,
    places_cli,
    push_cli,
    restore_cli,
    retention_cli,
    review_cli,
    serving,
    units_cli,
)
from bot.channels.terminal import ADDRESS, Terminal, text_of
from bot.channels.terminal import NAME as TERMINAL
from bot.config import Settings, WrongSettings, load
from bot.findings import Finding
from bot.staff_cli import staff as staff_group
from bot.zalo.doctor import doctor_zalo
from bot.zalo.init import init_zalo
from storage import migrate, posts
from storage.database import Database, Unreachable, is_full
from storage.volatile import Away

ROLES = ("web", "clock", "send")
_WRONG = 2

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Context:
    """What every command gets."""

    settings: Settings

    def run(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        """Open the database, do `work` with it, close it."""

        async def opened() -> Result:
            async with app.open_database(self.settings) as (database, _):
                return await work(database)

        return run(opened())


def main() -> None:
    """Run a command; what is wrong with settings or start is one readable line and exit code 2."""
    hardening.harden()
    try:
        commands(standalone_mode=False)
    except (click.exceptions.Abort, asyncio.CancelledError, KeyboardInterrupt):
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (WrongSettings, app.CannotStart, locks.Taken, keyfile.NoKey) as error:
        click.echo(f"tiengtho: {error}", err=True)
        sys.exit(_WRONG)
    except Away:
        click.echo("tiengtho: Redis cannot be reached", err=True)
        sys.exit(_WRONG)
    except Unreachable:
        click.echo("tiengtho: the database cannot be reached", err=True)
        sys.exit(_WRONG)
    except Exception as error:
        if not is_full(error):
            raise
        click.echo(
            "tiengtho: no space is left where the database lies; what was begun is undone."
            " Make room, then do it again",
            err=True,
        )
        sys.exit(_WRONG)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work`; of several errors of a task group the first one of ours is raised."""
    try:
        return asyncio.run(work)
    except BaseExceptionGroup as group:
        known = group.subgroup((app.CannotStart, locks.Taken))
        if known is not None:
            raise known.exceptions[0] from None
        raise


@click.group(help="Tiếng Thợ: an anonymous tip line for factory workers.")
@click.pass_context
def commands(context: click.Context) -> None:
    """Read the settings, set up the logs."""
    settings = load()
    logs.set_up(settings.log_level, sys.stderr)
    context.obj = Context(settings)


@commands.command("run", help="Serve the pages and do the work in the background.")
@click.option("--roles", default=",".join(ROLES), show_default=True, help="Which parts to run.")
@click.pass_obj
def run_house(context: Context, roles: str) -> None:
    """`run`."""
    wanted = frozenset(each.strip() for each in roles.split(",") if each.strip())
    if not wanted or not wanted <= set(ROLES):
        raise click.BadParameter(f"roles are {', '.join(ROLES)}")

    async def serve() -> None:
        stop, loop, task = asyncio.Event(), asyncio.get_running_loop(), asyncio.current_task()
        logs.watch(loop)

        def asked() -> None:
            # Asked twice: stop at once, without waiting for open drafts.
            if stop.is_set() and task is not None:
                task.cancel()
            stop.set()

        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, asked)
        await serving.serve(context.settings, wanted, stop, click.echo)

    run(serve())


@commands.group(
    "init", invoke_without_command=True, help="Make a real installation: key file, empty database."
)
@click.pass_context
def init(context: click.Context) -> None:
    """`init`, and what is made after it: `init zalo`."""
    if context.invoked_subcommand is None:
        init_cli.make(context.obj.settings)


@commands.command("migrate", help="Bring the database to the present schema.")
@click.pass_obj
def migrate_database(context: Context) -> None:
    """`migrate`."""

    async def work() -> None:
        database = Database(context.settings.database_url.get_secret_value())
        try:
            await database.reach()
            made = await migrate.revision(database)
            if made is not None and not migrate.knows(made):
                raise app.CannotStart(app.NEWER)
            await migrate.upgrade(database)
        finally:
            await database.close()

    run(work())
    click.echo("The database has the present schema.")


@commands.command("chat", help="Talk as a worker at this prompt. @FILE sends a picture.")
@click.pass_obj
def chat(context: Context) -> None:
    """`chat`."""

    async def work() -> None:
        async with app.open_house(context.settings, make_demo=True, shared=False) as house:
            terminal = Terminal(house.inbound, ADDRESS)
            try:
                await _converse(house, terminal)
            finally:
                await terminal.close()

    run(work())


async def _converse(house: app.House, terminal: Terminal) -> None:
    click.echo(await terminal.open())
    reader = asyncio.get_running_loop()
    while True:
        asked = reader.run_in_executor(None, _read_line)
        while not (await asyncio.wait([asked], timeout=app.ENDING_SECONDS))[0]:
            for _, answer in await house.inbound.endings(TERMINAL):
                click.echo(text_of(answer.rendered))
        line = asked.result()
        if line is None:
            return
        if line.strip():
            click.echo("\n" + await terminal.type(line) + "\n")


def _read_line() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None


@commands.group("import", help="Bring data in.")
def import_group() -> None:
    """`import …`."""


import_group.add_command(agreements_cli.import_agreements)
import_group.add_command(map_cli.import_places)
import_group.add_command(parks_cli.import_parks)


@commands.group("export", help="Take data out.")
def export_group() -> None:
    """`export …`."""


import_group.add_command(units_cli.import_units)
export_group.add_command(units_cli.export_units)


@commands.group(
    "doctor",
    invoke_without_command=True,
    help="Look whether everything is well, and say what to do.",
)
@click.pass_context
def doctor_group(context: click.Context) -> None:
    """`doctor`, and closer looks: `doctor alarms`."""
    if context.invoked_subcommand is None:
        doctor_cli.look(context.obj.settings)


@doctor_group.command("telegram", help="Check the bot's token and how its updates come.")
@click.pass_obj
def doctor_telegram(context: Context) -> None:
    """`doctor telegram`; exit code 1 where something has to be done."""
    if not context.settings.telegram_token.get_secret_value():
        click.echo("✗ token: none. Set TIENGTHO_TELEGRAM_TOKEN as @BotFather gives it.")
        sys.exit(1)
    # Imported here, for without a token nothing of Telegram shall be in the process.
    from bot.channels.telegram import doctor  # noqa: PLC0415

    connection = chat_apps.telegram_connection(context.settings)

    async def work(database: Database) -> list[Finding]:
        async with database.read() as tx:
            standing = await posts.standing(tx)
        desks = [
            doctor.DeskGroup(
                each.group.unit, each.group.chat, each.group.topics, each.waiting, each.left
            )
            for each in standing
        ]
        return await doctor.examine(connection, [doctor.look_at(desks)])

    try:
        findings = context.run(work)
    except app.CannotStart as error:
        findings = run(doctor.examine(connection))
        findings.append(Finding(False, f"groups: {error}"))
    doctor_cli.tell(findings)


doctor_group.add_command(alarms_cli.alarms_command)
init.add_command(init_zalo)
doctor_group.add_command(doctor_zalo)
commands.add_command(staff_group)
commands.add_command(accounts_cli.accounts)
commands.add_command(bulletins_cli.bulletins)
commands.add_command(bulletins_cli.send)
commands.add_command(derived_cli.render)
commands.add_command(library_cli.library_command)
commands.add_command(laws_cli.laws_command)
commands.add_command(push_cli.push_key)
commands.add_command(forms_cli.forms_group)
commands.add_command(backup_cli.backup_key)
commands.add_command(backup_cli.backup)
commands.add_command(restore_cli.restore_command)
commands.add_command(retention_cli.retention_command)
commands.add_command(places_cli.places_command)
commands.add_command(review_cli.review_command)
commands.add_command(coverage_cli.coverage_command)
commands.add_command(order_cli.order_command)
commands.add_command(keys_cli.keys)
commands.add_command(incident_cli.incident)
commands.add_command(audit_cli.audit)
