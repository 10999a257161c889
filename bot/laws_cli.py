"""`python -m bot laws …`: which documents of law another one has replaced."""

from datetime import date, datetime

import click

from bot.app import utc_now
from bot.runner import Runner
from broadcasts import library
from broadcasts.checks import cited_by
from handlers import laws
from handlers.folding import one_line
from handlers.laws.changes import Change, is_possible, same, touching
from storage import bulletins, law_changes, units
from storage.database import Database, Tx
from storage.law_changes import MOST_LETTERS, MOST_WORDS, Noted


@click.group("laws", help="Which documents another one has replaced.")
def laws_command() -> None:
    """`laws`."""


@laws_command.command("list", help="The documents that we know, and what replaced them.")
@click.pass_obj
def _list(runner: Runner) -> None:
    for line in runner.run(listed):
        click.echo(line)


@laws_command.command("replace", help="What rests on this document is not sent from a day on.")
@click.argument("number")
@click.option("--by", required=True, help="The document that counts in its place.")
@click.option("--since", required=True, help="From which day on, like 2027-01-01.")
@click.pass_obj
def _replace(runner: Runner, number: str, by: str, since: str) -> None:
    change = Change(_number(number), _by(by, number), _day(since))
    if not is_possible(change.number, change.since):
        raise click.BadParameter("--since: that document was not in force yet, or a digit slipped")
    for line in runner.run(lambda opened: replace(opened, change, utc_now())):
        click.echo(line)


@laws_command.command("keep", help="Take that back: the document counts again.")
@click.argument("number")
@click.pass_obj
def _keep(runner: Runner, number: str) -> None:
    click.echo(runner.run(lambda opened: keep(opened, number, utc_now())))


async def listed(database: Database) -> list[str]:
    """A line for each document: number, since when, what replaces it from when, name."""
    async with database.read() as tx:
        changes = await law_changes.known(tx)
    numbers = dict.fromkeys((*laws.load(), *(each.number for each in changes.values())))
    lines = []
    for number in numbers:
        document, change = laws.load().get(number), changes.get(same(number))
        after = f"replaced since {change.since} by {change.replaced_by}" if change else "in force"
        since, name = (document.since, document.vi) if document is not None else ("", "")
        lines.append(f"{number}\t{since}\t{after}\t{name}")
    return lines


async def replace(database: Database, change: Change, now: datetime) -> list[str]:
    """Note it; what to tell, with the bulletins that rest on it and are not over."""
    async with database.write() as tx:
        done = await law_changes.replace(tx, None, change, now)
        resting = await _resting(tx, change)
    if done is Noted.TWICE:
        return [f"That is noted already: {change.number}."]
    return [
        f"{change.number} is replaced since {change.since} by {change.replaced_by}.",
        *(f"  rests on it: {line}" for line in resting),
        *_looked_at(change.number),
        f"To take it back: python -m bot laws keep {change.number}",
    ]


async def keep(database: Database, number: str, now: datetime) -> str:
    """Take it back; what to tell. Raises click.ClickException where nothing was noted."""
    async with database.write() as tx:
        done = await law_changes.keep(tx, None, number, now)
    if done is Noted.TWICE:
        raise click.ClickException(f"nothing was noted of {number}; see: python -m bot laws list")
    return f"{number} counts again."


def _looked_at(number: str) -> list[str]:
    """What rests on it beside bulletins; of a number that we do not know, that it may be a slip."""
    changes = {same(number): Change(number, "", date.max)}
    every = library.texts().values()
    texts = [each.id for each in every if touching(cited_by(each.content), changes)]
    if texts:
        return [f"  rests on it in the library: {', '.join(texts)}"]
    if number not in laws.load():
        return [
            "  We do not know that document, and no text rests on it. Look at the number again."
        ]
    return []


async def _resting(tx: Tx, change: Change) -> list[str]:
    tree = await units.tree(tx)
    every = await bulletins.of_units(tx, [each.id for each in tree.all] if tree is not None else [])
    changes = {same(change.number): change}
    found = [each for each in every if touching(cited_by(each.content), changes)]
    return [f"{each.id} {each.stage} {each.unit} {each.content.vi.title}" for each in found]


def _number(typed: str) -> str:
    bare = typed.strip().upper()
    if laws.numbers_in(bare) != (bare,) or len(bare) > MOST_LETTERS:
        raise click.BadParameter(f"{typed!r} is no number like 145/2020/NĐ-CP")
    known = {same(each): each for each in laws.load()}
    return known.get(same(bare), bare)


def _by(typed: str, number: str) -> str:
    by = one_line(typed)
    if not by or len(by) > MOST_WORDS:
        raise click.BadParameter(f"--by names a document, in at most {MOST_WORDS} letters")
    if same(number) in {same(each) for each in laws.numbers_in(by.upper())}:
        raise click.BadParameter("--by names the document itself")
    return by


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise click.BadParameter("--since is a day like 2027-01-01") from None
