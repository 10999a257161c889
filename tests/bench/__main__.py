"""`python -m tests.bench [NAMES] [--quick]`: one line of JSON for each figure.

NAMES: talks_200 send_to_card start memory_rest memory_load webhook_talks_0 webhook_talks_100
filing codes_memory codes_wait retention retention_filing
desk_list_5k desk_list_50k desk_search_5k coverage_25k import_25k
order_100k plan_1m cpu_1000 pace_30 pace_1000 send_vs_ptb send_vs_raw memory_1m bytes_per_delivery
reply_latency routings finder_p99 finder_memory; all of them when none is given.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import product, services
from tests.bench import (
    bulletins,
    codes,
    coverage,
    desk,
    filing,
    measuring,
    order,
    places,
    retention,
    routing,
    telegram_talks,
    units,
)
from tests.bench.measuring import QUICK, Size
from tests.product import Server

# The Bot API answers after so many seconds.
DELAYS = {"webhook_talks_0": 0.0, "webhook_talks_100": 0.1}
TALKS = ("talks_200", "send_to_card", "start", "memory_rest", "memory_load", *DELAYS)
NAMES = (
    *TALKS,
    *filing.NAMES,
    *codes.NAMES,
    *retention.NAMES,
    *desk.NAMES,
    *order.NAMES,
    *coverage.NAMES,
    *bulletins.NAMES,
    *routing.NAMES,
    *places.NAMES,
    *units.NAMES,
)
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bench:
    """What is wanted, on which database."""

    names: frozenset[str]
    size: Size
    database: str
    url: str
    folder: Path

    def say(
        self,
        name: str,
        value: float,
        unit: str,
        against: float,
        what: str,
        quantile: str = "",
        **beside: object,
    ) -> None:
        """Print one figure, if it is wanted. `what` says what it is held against, `beside` is told
        with it.
        """
        if name not in self.names:
            return
        told = {"bench": name, "database": self.database}
        figures = {
            "value": round(value, 3),
            "unit": unit,
            "against": round(against, 3),
            "ratio": round(value / against, 3) if against else None,
            "what": what,
        }
        told |= {"quantile": quantile} if quantile else {}
        print(json.dumps(told | figures | beside), flush=True)


async def measure(bench: Bench) -> None:
    """All wanted figures on one database."""
    server = Server(bench.folder, bench.url)
    # The first start makes the database; the crowd comes to the second.
    async with product.serving(server):
        await _card(bench, server)
        await server.stop()
    # In small, PostgreSQL shows what differs there: cards and the planning of bulletins.
    if bench.size is not QUICK or bench.database == "sqlite":
        await _serving(bench, server)
    await retention.measure(bench)
    await desk.measure(bench)
    await order.measure_order(bench)
    coverage.measure(bench)
    await bulletins.measure_bulletins(bench)
    routing.measure(bench)
    places.measure(bench)
    await units.measure(bench)


async def _serving(bench: Bench, server: Server) -> None:
    has_crowd = bool(bench.names & {"talks_200", "memory_rest", "memory_load"})
    if has_crowd:
        await _crowd(bench, server)
    # In small, codes were typed where the crowd was: only the shape counts.
    wants_codes = bool(bench.names & {*codes.NAMES, *filing.NAMES})
    if wants_codes and (bench.size is not QUICK or not has_crowd):
        async with product.serving(server):
            await _codes(bench, server)
            await server.stop()
    if "start" in bench.names:
        seconds = await measuring.starts(server, bench.size.starts)
        bare = await measuring.bare_imports(bench.size.starts)
        bench.say("start", seconds, "s", bare, "python importing aiohttp and sqlalchemy")
    if bench.names & DELAYS.keys():
        await _webhooks(bench)


async def _card(bench: Bench, server: Server) -> None:
    if "send_to_card" not in bench.names:
        return
    taken = await measuring.sends_to_cards(server, bench.size)
    if bench.database == "sqlite":
        commits = measuring.commits_sqlite(bench.folder, bench.size.commits)
    else:
        commits = await measuring.commits_postgresql(bench.url, bench.size.commits)
    bare = measuring.quantile(commits, 0.5)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        value = measuring.quantile(taken, share)
        bench.say("send_to_card", value, "ms", bare, "p50 of a bare commit", name)


async def _crowd(bench: Bench, server: Server) -> None:
    async with product.serving(server), measuring.echo() as (address, pid):
        await asyncio.sleep(bench.size.rest_seconds)
        rest, bare_rest = server.resident_bytes(), product.resident_bytes(pid)
        bare = await measuring.echoes(address, pid, bench.size.workers)
        assert server.process is not None
        load = await measuring.talks(server.address, server.process.pid, bench.size.workers)
        most = max(load.most_bytes, server.resident_bytes())
        bench.say(
            "talks_200",
            load.turns_per_second,
            "turns/s",
            bare.turns_per_second,
            f"requests/s of a bare aiohttp echo by the same {bench.size.workers} clients",
        )
        for name, own, other in (
            ("memory_rest", rest, bare_rest),
            ("memory_load", most, bare.most_bytes),
        ):
            bench.say(name, own / _MEGABYTE, "MB", other / _MEGABYTE, "a bare aiohttp process")
        if bench.size is QUICK:
            await _codes(bench, server)
        await server.stop()


async def _codes(bench: Bench, server: Server) -> None:
    await codes.measure(bench, server)
    await filing.measure(bench, server)


async def _webhooks(bench: Bench) -> None:
    size = telegram_talks.QUICK if bench.size is QUICK else telegram_talks.Size()
    wanted = {name: delay for name, delay in DELAYS.items() if name in bench.names}
    server = Server(bench.folder, bench.url)
    found = await telegram_talks.measured(server, list(wanted.values()), size)
    for name, delay in wanted.items():
        sides = found[delay]
        cpu = {side: round(rate.cpu_us_per_update) for side, rate in sides.rates.items()}
        bench.say(
            name,
            sides.rates["product"].updates_per_second,
            "updates/s",
            sides.rates["echo"].updates_per_second,
            "updates/s of a bare echo of python-telegram-bot over the same request and route",
            cpu_us_per_update=cpu,
            defaults=round(sides.rates["defaults"].updates_per_second, 3),
            ceiling=round(sides.rates["none"].updates_per_second, 3),
            tips=sides.tips,
            again=sides.again,
        )


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, str]]:
    """Fresh databases: SQLite, and PostgreSQL where it is there."""
    found = {"sqlite": f"sqlite+aiosqlite:///{folder / 'sqlite' / 'tiengtho.db'}"}
    admin_url = services.postgresql_admin_url()
    if admin_url is None:
        print("PostgreSQL is absent: measured on SQLite only", file=sys.stderr)
        yield found
        return
    url = services.make_postgresql_database(admin_url)
    try:
        yield found | {"postgresql": url}
    finally:
        services.drop_postgresql_database(admin_url, url)


def main() -> None:
    """Read the names, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAMES", help=" ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="small numbers: only the shape counts")
    told = parser.parse_args()
    if unknown := sorted(set(told.names) - set(NAMES)):
        parser.error(f"unknown: {' '.join(unknown)}")
    names, size = frozenset(told.names or NAMES), QUICK if told.quick else Size()
    with (
        tempfile.TemporaryDirectory(prefix="tt-bench-") as folder,
        _databases(Path(folder)) as all_,
    ):
        for database, url in all_.items():
            own = Path(folder) / database
            own.mkdir()
            asyncio.run(measure(Bench(names, size, database, url, own)))


if __name__ == "__main__":
    main()
