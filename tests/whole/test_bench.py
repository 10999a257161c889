"""`make bench` prints a line of JSON for each figure, of the agreed shape."""

import json
import subprocess
import sys

import pytest

from tests import product, services

TALKS = ("talks_200", "send_to_card", "start", "memory_rest", "memory_load")
ORDER = "order_100k"
FILING = ("filing", "codes_memory", "codes_wait")
COVERAGE = "coverage_25k"
DESK = ("desk_list_5k", "desk_list_50k", "desk_search_5k")
ROUTINGS = "routings"
FINDER = ("finder_p99", "finder_memory")
IMPORT = "import_25k"
WEBHOOKS = ("webhook_talks_0",)
"""Slower answers are the same lines; the sending engine's figures have a test of their own."""


def bench(*names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", *names],
        cwd=product.ROOT,
        env=services.environment(),
        capture_output=True,
        text=True,
        timeout=360,
        check=False,
    )


@pytest.mark.long
@pytest.mark.timeout(370)
def test_every_figure_is_one_line_of_json() -> None:
    wanted = (*TALKS, *FILING, ORDER, COVERAGE, ROUTINGS, IMPORT, *FINDER, *DESK, *WEBHOOKS)
    done = bench("--quick", *wanted)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    databases = {"sqlite", *(["postgresql"] if services.postgresql_admin_url() else [])}
    # In small, PostgreSQL shows the cards only.
    expected: set[tuple[str, str, str | None]] = {
        ("send_to_card", database, quantile)
        for database in databases
        for quantile in ("p50", "p99")
    }
    expected |= {
        (name, database, None if name == "desk_search_5k" else "p50")
        for name in DESK
        for database in databases
    }
    expected |= {
        (name, "sqlite", quantile)
        for name, quantile in (
            ("talks_200", None),
            ("start", None),
            ("memory_rest", None),
            ("memory_load", None),
            ("filing", "p50"),
            ("filing", "p95"),
            ("filing", "p99"),
            ("codes_memory", None),
            (COVERAGE, None),
            ("codes_wait", "slowest"),
            (ROUTINGS, None),
            ("finder_p99", "p99"),
            ("finder_memory", None),
            *((name, None) for name in WEBHOOKS),
        )
    }
    expected |= {(IMPORT, database, None) for database in databases}
    # SQLite's file is simply written anew.
    expected |= {(ORDER, database, None) for database in databases - {"sqlite"}}
    assert {(each["bench"], each["database"], each.get("quantile")) for each in lines} == expected
    assert len(lines) == len(expected)
    for each in lines:
        assert each["value"] > 0
        assert each["against"] > 0
        # The ratio is that of the figures before they were rounded to a thousandth.
        least = (each["value"] - 0.0005) / (each["against"] + 0.0005)
        most = (each["value"] + 0.0005) / max(each["against"] - 0.0005, 0.0001)
        assert least - 0.001 <= each["ratio"] <= most + 0.001
        assert each["unit"] in {"turns/s", "updates/s", "routings/s", "ms", "s", "MB"}
        if each["bench"] in FILING:
            assert each.keys() & {"per_second", "people"}
        if each["bench"] == "desk_search_5k":
            assert min(each["warm"], each["kept_megabytes"]) > 0
        if each["bench"] == "desk_list_50k":
            assert each["growth"] > 0
        if each["bench"] == "filing":
            assert each["codes_per_second"] >= 0
        if each["bench"] in WEBHOOKS:
            assert each["cpu_us_per_update"].keys() == {"product", "echo", "defaults", "none"}
            assert min(each["cpu_us_per_update"].values()) >= 0
            assert min(each["defaults"], each["ceiling"], each["tips"]) > 0


def test_an_unknown_figure_is_refused() -> None:
    done = bench("no_such_figure")
    assert done.returncode == 2
    assert "no_such_figure" in done.stderr
