"""`make bench` tells the figures of the sending engine, each beside what it is held against."""

import json
import subprocess
import sys

import pytest

from tests import product, services
from tests.bench import bulletins

BESIDE = {
    "plan_1m": {"subscribers", "planned_s", "block_ms", "against_block_ms"},
    "cpu_1000": {"per_second", "us_each", "against_us_each"},
    "pace_30": {"worst_second", "refusals", "against_worst_second"},
    "pace_1000": {"worst_second", "refusals", "against_worst_second"},
    "send_vs_ptb": {"cpu_us", "ceiling", "pool"},
    "send_vs_raw": {"cpu_us", "ceiling"},
    "memory_1m": {"subscribers", "sent"},
    "bytes_per_delivery": {"deliveries"},
    "reply_latency": {"answers", "quantile"},
}


@pytest.mark.long
@pytest.mark.timeout(500)
def test_every_figure_of_the_sending_engine_is_one_line_of_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", *bulletins.NAMES],
        cwd=product.ROOT,
        env=services.environment(),
        capture_output=True,
        text=True,
        timeout=480,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    # In small, PostgreSQL shows what differs there: the planning.
    databases = {"sqlite", *(["postgresql"] if services.postgresql_admin_url() else [])}
    expected = [("plan_1m", each) for each in databases]
    expected += [(name, "sqlite") for name in bulletins.NAMES if name != "plan_1m"]
    assert sorted((each["bench"], each["database"]) for each in lines) == sorted(expected)
    for each in lines:
        assert each.keys() >= BESIDE[each["bench"]]
        # A few bulletins may find room in the memory that is there.
        assert each["value"] > 0 or each["bench"] == "memory_1m"
        assert each["against"] > 0
        assert each["unit"] in {"s", "cores", "share", "messages/s", "MB", "bytes", "ms"}
        assert each["what"]
