"""`python -m bot retention`: destroys closed tips whose time has passed, or says which would go."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date

import click

from bot import app, retaining
from bot.runner import Runner
from handlers.tips import Outcome
from storage import retention
from storage.database import Database
from storage.days import local_day
from storage.retention import Days, Outlook, Report


@click.command("retention", help="Destroy closed tips whose time has passed.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.pass_obj
def retention_command(runner: Runner, *, dry_run: bool) -> None:
    """`retention`, which `run` does by itself every night."""
    today, days = local_day(app.utc_now()), runner.settings.retention
    if dry_run:
        click.echo(runner.run(lambda opened: outlook(opened, today, days)))
        return
    done = runner.run(lambda opened: destroy(opened, today, days))
    if done.dated:
        click.echo(f"{done.dated} tip(s) closed by an earlier version count from today on.")
    if not done.destroyed:
        click.echo("No tip is due today; nothing was destroyed.")
        return
    click.echo(f"{done.destroyed} tip(s) destroyed; their tallies and tombstones stay.")


async def destroy(database: Database, today: date, days: Days) -> Report:
    """Do the job, with a bar where somebody looks on and there is something to do."""
    with ExitStack() as stack:
        bars: list[Callable[[int], None]] = []

        def begun(count: int) -> None:
            if count:
                bar = click.progressbar(length=count, label="Destroying", show_pos=True)
                bars.append(stack.enter_context(bar).update)

        def told(more: int) -> None:
            bars[0](more)

        done = await retention.run(database, today, days, begun=begun, told=told)
    async with database.write() as tx:
        await retention.mark_done(tx, today)
    await retaining.tell(database, done)
    return done


async def outlook(database: Database, today: date, days: Days) -> str:
    """A table by outcome of what is due today, within a week, and kept for longer."""
    async with database.read() as tx:
        shown = await retention.outlook(tx, today, days)
    if not shown:
        return "No tip is closed yet: there is nothing to keep and nothing to destroy."
    return "\n".join(_table(shown, days))


def _table(shown: Mapping[Outcome | None, Outlook], days: Days) -> list[str]:
    heads = f"{'outcome':<22}{'kept for':>9}{'due today':>11}{'in 7 days':>11}{'later':>8}"
    lines = [heads]
    for outcome in (*Outcome, None):
        one = shown.get(outcome, Outlook())
        name = outcome.value if outcome is not None else "closed by its worker"
        lines.append(f"{name:<22}{days.of(outcome):>7} d{one.due:>11}{one.soon:>11}{one.kept:>8}")
    due, soon = (sum(getattr(one, name) for one in shown.values()) for name in ("due", "soon"))
    kept = sum(one.kept for one in shown.values())
    lines.append(f"{'all':<22}{'':>9}{due:>11}{soon:>11}{kept:>8}")
    return [*lines, "Nothing was changed. Open tips are never removed."]
