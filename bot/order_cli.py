"""`python -m bot order`: lays rows anew now, as the running house does by itself."""

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import click

from bot.app import utc_now
from bot.runner import Runner
from storage import order
from storage.database import Database
from storage.order import MOST_BYTES_LAID_ANEW
from storage.server_settings import Concern, concerns
from storage.vacuum import Left

ADVICE: Final[Mapping[Concern, str]] = {
    Concern.LOG_RECYCLED: "set wal_recycle = off: old segments of the write-ahead log keep what"
    " stood in them, in the order of writing",
    Concern.LOG_KEPT: "a replication slot or wal_keep_size keeps old segments of the write-ahead"
    " log, and in them the order of writing; drop the slot, set wal_keep_size = 0",
    Concern.LOG_ARCHIVED: "set archive_mode = off: archived segments keep the order of writing and"
    " what was deleted; make sealed backups instead",
    Concern.STATEMENTS_LOGGED: "set log_statement = none, log_duration = off,"
    " log_min_duration_statement and log_min_duration_sample = -1, log_transaction_sample_rate = 0:"
    " the server's log says when tips were filed",
    Concern.VALUES_LOGGED: "set log_parameter_max_length_on_error = 0: values of failed statements"
    " are written into the server's log",
    Concern.KEYS_LOGGED: "set log_error_verbosity = terse: the server's log names the key of a row"
    " that was written twice, with the time",
    Concern.COMMITS_TIMED: "set track_commit_timestamp = off: the server keeps the time of filing",
    Concern.NO_SWITCH: "GRANT EXECUTE ON FUNCTION pg_switch_wal() to the house's role: the newest"
    " segment of the write-ahead log keeps the order of writing",
    Concern.NO_CHECKPOINT: "GRANT pg_checkpoint to the house's role (PostgreSQL 15 and newer): the"
    " write-ahead log stays for some minutes after a pass",
    Concern.NOT_DURABLE: "set fsync, full_page_writes and synchronous_commit = on: a power cut may"
    " take tips that workers were told are received",
    Concern.TOO_LARGE: "a table is too large for the nightly pass; run python -m bot order --large"
    " when nobody works",
    Concern.PASS_IS_OLD: "no pass for two nights: keep a run with the role clock going, or run"
    " python -m bot order; until then the order of rows tells who wrote what",
}
"""What to do, one line each; for `doctor` as well."""

_LEFT: Final[Mapping[Left, str]] = {
    Left.ANOTHER: "another process is doing it; nothing was done here",
    Left.BUSY: "somebody was writing or reading all the time; run it again",
    Left.READ: "somebody (a backup?) reads since before; what was deleted is kept for them: run it"
    " again when they are done",
    Left.LARGE: f"what has more than {MOST_BYTES_LAID_ANEW // 1024**2} MB was not written anew; run"
    " it with --large when nobody works",
    Left.OWNER: "the tables belong to another role, so they were not written anew and their free"
    " places show how rows lay; ALTER TABLE … OWNER TO the role of the house, each of them",
    Left.SWITCH: "the server refused a new segment of the write-ahead log",
    Left.CHECKPOINT: "the server refused a checkpoint",
}
_LIMITLESS = 2**62


async def lay_anew(database: Database, local: datetime, most_bytes: int) -> list[str]:
    """Do it, and tell in lines what was done (✓), what was left (✗) and what the server would have
    to be told (!). `local` is the present time where the house is.
    """
    passed = await order.forget_order(database, most_bytes)
    left = [f"✗ {_LEFT[each]}" for each in Left if each in passed.left]
    advice = [f"! {ADVICE[each]}" for each in await concerns(database)]
    if database.is_sqlite:
        return left or ["✓ the file was laid anew"]
    if not passed.is_over:
        return left + advice
    async with database.write() as tx:
        await order.remember(tx, local)
    done = f"{passed.rows} rows were laid anew" if passed.rows else "nothing is new since the last"
    return [f"✓ {done}", *left, *advice]


@click.command("order", help="Lay rows anew, so that nothing tells when they were written.")
@click.option("--large", is_flag=True, help="What is large as well: nobody can work meanwhile.")
@click.pass_obj
def order_command(runner: Runner, *, large: bool) -> None:
    """`order`; exit code 1 where something was left as it was."""
    most_bytes = _LIMITLESS if large else MOST_BYTES_LAID_ANEW

    async def work(database: Database) -> list[str]:
        local = utc_now().astimezone(runner.settings.zone)
        return await lay_anew(database, local, most_bytes)

    told = runner.run(work)
    for line in told:
        click.echo(line)
    if any(line.startswith("✗") for line in told):
        sys.exit(1)
