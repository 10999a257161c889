"""`python -m bot import units` and `export units`: the tree of units, from and to a spreadsheet."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click

from bot import app, tables_in, units_told
from bot.runner import Runner
from bot.tables_in import NoTable, Table
from bot.web import sheets
from handlers import units as unit_files
from handlers.languages import Language
from handlers.routing import Tree, Unit
from handlers.texts import Texts
from handlers.units import BadUnits, Cells
from storage import atlas, audit, stamps, unit_effects, unit_history, unit_uses, units
from storage.audit import Act
from storage.crypto import Pair, new_pair
from storage.database import Database, Tx
from storage.stamps import Stamp
from storage.unit_effects import Effects
from storage.unit_history import Difference
from storage.unit_uses import Uses
from storage.units import Imported, StillUsed

_MOST_PROBLEMS = 200
_SAMPLE = 5
_TOLD_EVERY = 5_000
# Nobody else can append to the log while these are sealed, and on SQLite nobody can file a tip.
_MOST_IN_HISTORY = 5_000
_MERE_WORDS = frozenset({"name", "hours", "contact"})
_WIDTHS = (18, 18, 9, 44, 28, 28, 10, 18, 28, 44)
_SHEET = "units"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a file would do to the units as of a stamp."""

    units: tuple[Unit, ...] = field(repr=False)
    before: Tree | None = field(repr=False)
    after: Tree = field(repr=False)
    differences: Sequence[Difference] = field(repr=False)
    effects: Effects
    uses: Uses
    stamp: int

    @property
    def changes_who_reads(self) -> bool:
        """Whether units go, or become of another kind."""
        return any(each.after is None or "kind" in each.fields for each in self.differences)


class _ChangedMeanwhile(Exception):
    """Somebody changed units between the look and the writing."""


@click.command("units", help="Read the tree of units from a CSV or XLSX file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what the file would change.")
@click.option("--remove", is_flag=True, help="Remove units that the file leaves out.")
@click.option("--yes", is_flag=True, help="Do it although something is left without a desk.")
@click.option("--all", "everything", is_flag=True, help="Show every unit that changes.")
@click.pass_obj
def import_units(
    runner: Runner, file: Path, *, dry_run: bool, remove: bool, yes: bool, everything: bool
) -> None:
    """`import units FILE`: all or nothing, with row and reason of everything that is wrong."""
    table = _read(file)

    async def work(database: Database) -> Imported | None:
        now = app.utc_now()
        async with database.read() as tx:
            plan = await _planned(tx, table, now, remove=remove)
        _show(plan, everything=everything)
        if plan.uses:
            raise StillUsed(plan.uses)
        if dry_run:
            return None
        if plan.effects.is_serious and not yes:
            _ask()
        return await _carry_out(database, plan, now, remove=remove)

    try:
        done = runner.run(work)
    except BadUnits as error:
        raise _refused(error) from None
    except StillUsed as error:
        for line in units_told.uses(error.uses):
            click.echo(line, err=True)
        raise click.ClickException(
            f"{len(error.uses):,} unit(s) may not go or change; nothing was imported"
        ) from None
    except _ChangedMeanwhile:
        raise click.ClickException(
            "somebody changed units meanwhile; nothing was imported, try again"
        ) from None
    if done is None:
        click.echo("This was a dry run: nothing was imported.")
    else:
        if done.added + done.changed + done.removed > _MOST_IN_HISTORY:
            click.echo(f"So many changes: units' own histories keep at most {_MOST_IN_HISTORY:,}.")
        click.echo(f"{done.added} added, {done.changed} changed, {done.removed} removed.")


@click.command("units", help="Write the tree of units into a CSV or XLSX file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export_units(runner: Runner, file: Path) -> None:
    """`export units FILE`: to be edited in a spreadsheet and brought back by `import units`."""
    if file.suffix.casefold() not in (".csv", ".xlsx"):
        raise click.BadParameter("the name of the file ends in .csv or .xlsx")

    async def work(database: Database) -> Tree:
        async with database.read() as tx:
            tree = await units.tree(tx)
        if tree is None:
            raise click.ClickException("there are no units yet")
        return tree

    tree = runner.run(work)
    rows = [unit_files.row_of(unit) for unit in _from_above(tree)]
    try:
        with file.open("xb") as out:
            out.write(_written(file, rows))
    except FileExistsError:
        raise click.ClickException("that file is there already") from None
    except OSError as error:
        # Half a file would stand in the way of the next try, or be taken for a whole one.
        if file.is_file():
            file.unlink()
        raise click.ClickException(f"the file cannot be written: {error.strerror}") from None
    click.echo(f"{len(rows):,} units written.")


def _read(file: Path) -> Table:
    try:
        table = tables_in.read_file(file)
    except NoTable as error:
        raise click.ClickException(f"the file cannot be read: {error.told()}") from None
    if table.is_guessed:
        names = [cell for row in table.rows[1:] for cell in row if not cell.isascii()]
        click.echo(
            "! The file is not UTF-8: its letters were guessed as Windows-1258. Look at them: "
            + "; ".join(names[:_SAMPLE]),
            err=True,
        )
    for line in table.warnings:
        click.echo(line, err=True)
    return table


async def _planned(tx: Tx, table: Table, now: datetime, *, remove: bool) -> _Plan:
    """Raises BadUnits."""
    stamp, before = await stamps.read(tx, Stamp.UNITS), await units.tree(tx)
    places = await atlas.current(tx)
    known = {unit.id: unit for unit in before.all} if before is not None else {}
    parsed = unit_files.parse_rows(
        table.rows,
        known_places=places.is_known,
        known_ids=known.keys(),
        cells=Cells(table.numbers, table.dates),
    )
    after = Tree.of(parsed)
    gone = [unit for unit in known.values() if after.get(unit.id) is None]
    found = [
        *(unit_history.between(known.get(unit.id), unit) for unit in parsed),
        *(unit_history.between(unit, None) for unit in gone),
    ]
    differences = [each for each in found if each is not None]
    effects = await unit_effects.of(tx, before, after, places, now=now)
    uses = await _in_the_way(tx, differences, remove=remove)
    return _Plan(parsed, before, after, differences, effects, uses, stamp)


async def _in_the_way(tx: Tx, differences: Sequence[Difference], *, remove: bool) -> Uses:
    gone = {each.unit for each in differences if each.after is None}
    turned = {each.unit for each in differences if each.before and "kind" in each.fields}
    if not gone | turned:
        return {}
    used = await unit_uses.of(tx, gone | turned)
    if remove:
        return used
    return {unit: used.get(unit, frozenset()) for unit in sorted(gone | used.keys())}


def _show(plan: _Plan, *, everything: bool) -> None:
    for line in units_told.differences(plan.differences, everything=everything):
        click.echo(line)
    for line in units_told.effects(plan.effects, plan.before, plan.after):
        click.echo(line)


def _ask() -> None:
    """Scripts give --yes; whoever sits there is asked."""
    if not sys.stdin.isatty():
        raise click.ClickException(
            "somebody or something would be left without a desk (see the lines with !);"
            " give --yes if that is meant. Nothing was imported"
        )
    click.confirm("Import although of what the lines with ! say?", abort=True)


async def _carry_out(database: Database, plan: _Plan, now: datetime, *, remove: bool) -> Imported:
    added, _, _ = units_told.by_kind(plan.differences)
    pairs: dict[str, Pair] = {}
    # Made before the transaction, for nobody else can write meanwhile.
    with _progress("Making keys", len(added)) as told:
        for each in added:
            pairs[each.unit] = new_pair()
            told(1)
    with _stoppable() as may_go_on:
        return await _write(database, plan, now, pairs, may_go_on, remove=remove)


async def _write(
    database: Database,
    plan: _Plan,
    now: datetime,
    pairs: Mapping[str, Pair],
    may_go_on: Callable[[], None],
    *,
    remove: bool,
) -> Imported:
    added, changed, _ = units_told.by_kind(plan.differences)
    async with database.write(alone=plan.changes_who_reads) as tx:
        await stamps.hold(tx, Stamp.UNITS)
        if await stamps.read(tx, Stamp.UNITS) != plan.stamp:
            raise _ChangedMeanwhile
        with _progress("Writing units", len(added) + len(changed)) as told:

            def wrote(more: int) -> None:
                told(more)
                may_go_on()

            done = await units.import_all(
                tx, plan.units, may_remove=remove, pairs=pairs, told=wrote
            )
        await unit_history.record(tx, _told_of(plan.differences), by=None, now=now)
        note = f"units added {done.added} changed {done.changed} removed {done.removed}"
        await audit.write(tx, Act.IMPORTED, staff=None, minute=now, note=note)
        may_go_on()
    return done


def _told_of(differences: Sequence[Difference]) -> Sequence[Difference]:
    """Those that stand in the history of their units: all, but when they are too many the removed
    ones, then where it changed who reads what, then other changes; new ones all or none.
    """
    added, changed, removed = units_told.by_kind(differences)
    changed.sort(key=lambda each: _MERE_WORDS.issuperset(each.fields))
    kept = [*removed, *changed][:_MOST_IN_HISTORY]
    return [*kept, *added] if len(kept) + len(added) <= _MOST_IN_HISTORY else kept


def _refused(error: BadUnits) -> click.ClickException:
    words = Texts.load(Language.VI)
    for problem in error.problems[:_MOST_PROBLEMS]:
        click.echo(words.say(problem.said()), err=True)
    if len(error.problems) > _MOST_PROBLEMS:
        click.echo(f"… {len(error.problems) - _MOST_PROBLEMS:,} more", err=True)
    return click.ClickException(f"{len(error.problems)} problem(s); nothing was imported")


@contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """What stops the work when somebody pressed Ctrl-C, to be asked between two steps: PostgreSQL's
    driver, interrupted in the middle of many rows, waits for ever.
    """
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGINT, asked.set)

    def may_go_on() -> None:
        if asked.is_set():
            click.echo("Stopped: nothing was imported.", err=True)
            raise click.Abort

    try:
        yield may_go_on
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@contextmanager
def _progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """What hears how much more was done: a bar at a terminal, else a line now and then."""
    if sys.stderr.isatty() and length:
        with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
            yield bar.update
        return
    many = 0

    def told(more: int) -> None:
        nonlocal many
        before, many = many, many + more
        if many // _TOLD_EVERY > before // _TOLD_EVERY:
            click.echo(f"{label}: {many:,} of {length:,}", err=True)

    yield told


def _from_above(tree: Tree) -> Iterator[Unit]:
    """All units, each after the one above it."""
    waiting = [tree.root]
    while waiting:
        unit = waiting.pop()
        yield unit
        waiting.extend(sorted(tree.children(unit.id), key=lambda each: each.id, reverse=True))


def _written(file: Path, rows: Sequence[Sequence[str]]) -> bytes:
    if file.suffix.casefold() == ".csv":
        return sheets.as_csv(unit_files.COLUMNS, rows)
    sheet = sheets.Sheet(_SHEET, unit_files.COLUMNS, rows, _WIDTHS, is_typed_in=True)
    return sheets.as_xlsx([sheet], app.utc_now())
