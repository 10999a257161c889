"""How long the import of a whole country's units takes, from the file to the commit, beside putting
the same rows into a plain table.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from sqlalchemy import Column, MetaData, Table, Text

from bot import tables_in, units_cli
from handlers.routing import Unit
from handlers.units import COLUMNS, row_of
from storage import installation, stamps, units
from storage.crypto import new_master
from storage.database import Database
from storage.stamps import Stamp
from storage.tables import metadata
from tests import national, services
from tests.bench.measuring import QUICK
from tests.bench.order import Bench
from tests.desk_world import NOW

NAMES = ("import_25k",)
MOST_SECONDS = 60.0
_QUICK_UNITS = 9_000

_plain = Table("bench_units", MetaData(), *(Column(name, Text) for name in COLUMNS))


async def measure(bench: Bench) -> None:
    """`import_25k` on a database of its own."""
    if bench.names.isdisjoint(NAMES):
        return
    some = national.units(_QUICK_UNITS) if bench.size is QUICK else national.units()
    content = national.table(some).encode()
    async with _fresh(bench) as made:
        bare = await _bare(made, some)
        begun = perf_counter()
        async with made.read() as tx:
            plan = await units_cli._planned(tx, tables_in.read(content), NOW, remove=False)
        planned = perf_counter() - begun
        await units_cli._carry_out(made, plan, NOW, remove=False)
        seconds = perf_counter() - begun
        async with made.read() as tx:
            tree = await units.tree(tx)
            assert tree is not None
            assert await stamps.read(tx, Stamp.UNITS)
        assert len(tree.all) == len(some)
    bench.say(
        "import_25k",
        seconds,
        "s",
        bare,
        "executemany of the same rows into a plain table",
        units=len(some),
        looking_s=round(planned, 3),
        most=MOST_SECONDS,
    )


async def _bare(made: Database, some: tuple[Unit, ...]) -> float:
    rows = [dict(zip(COLUMNS, row_of(unit), strict=True)) for unit in some]
    async with made.engine.begin() as connection:
        await connection.run_sync(_plain.create)
    begun = perf_counter()
    async with made.engine.begin() as connection:
        await connection.execute(_plain.insert(), rows)
    seconds = perf_counter() - begun
    async with made.engine.begin() as connection:
        await connection.run_sync(_plain.drop)
    return seconds


@asynccontextmanager
async def _fresh(bench: Bench) -> AsyncIterator[Database]:
    """An empty installation, on the same kind of database."""
    admin_url = services.postgresql_admin_url()
    own = admin_url is not None and bench.database == "postgresql"
    if own and admin_url is not None:
        url = services.make_postgresql_database(admin_url)
    else:
        url = bench.url.replace(".db", "-units.db")
    made, master = Database(url), new_master()
    try:
        await made.reach()
        async with made.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await installation.make(made, master, demo=False)
        await installation.open_with(made, master)
        yield made
    finally:
        await made.close()
        if own and admin_url is not None:
            services.drop_postgresql_database(admin_url, url)
