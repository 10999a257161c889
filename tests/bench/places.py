"""How long a typed place takes to be understood, on the texts of the tests, and what all places
take in memory.
"""

import csv
import subprocess
import sys
import tracemalloc
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import perf_counter

from handlers.folding import fold
from storage.places import Places
from storage.places.tables import NAMES as TABLES
from storage.places.tables import packaged
from tests.bench import measuring
from tests.bench.measuring import QUICK
from tests.bench.routing import Bench

NAMES = ("finder_p99", "finder_memory")
INPUTS = Path(__file__).parents[1] / "storage" / "place_inputs.csv"
_ROUNDS = 20
_FOLDS = 20
_MEGABYTE = 1024 * 1024
_MILLISECONDS = 1000


def measure(bench: Bench) -> None:
    """Both figures; no database is asked, so that one of them is enough."""
    if bench.database != "sqlite" or not bench.names & {*NAMES}:
        return
    packaged_bytes = sum(len(text.encode()) for text in packaged().texts.values())
    kept, most = _traced_anew()
    bench.say(
        "finder_memory",
        kept / _MEGABYTE,
        "MB",
        packaged_bytes / _MEGABYTE,
        f"the {len(TABLES)} tables as files",
        peak=round(most / _MEGABYTE, 3),
    )
    taken, folded = _times(1 if bench.size is QUICK else _ROUNDS)
    bench.say(
        "finder_p99",
        measuring.quantile(taken, 0.99),
        "ms",
        measuring.quantile(folded, 0.99),
        f"the same texts, folded and looked up in a dict {_FOLDS} times",
        "p99",
        p50=round(measuring.quantile(taken, 0.5), 3),
        slowest=round(max(taken), 3),
    )


def _traced_anew() -> tuple[int, int]:
    """The same in a process of its own: what other figures left in a cache would not be counted."""
    program = "from tests.bench.places import traced; print(*traced())"
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60
    )
    kept, most = map(int, said.stdout.split())
    return kept, most


def traced() -> tuple[int, int]:
    """What the places keep, and the most that loading them took."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    places = Places.load()
    after, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert places.is_known("79")
    return after - before, most - before


def _times(rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each text's look-up, the median of its rounds (other programs run as well);
    the same of the least that any look-up does.
    """
    with INPUTS.open(encoding="utf-8", newline="") as file:
        texts = [row["typed"] for row in csv.DictReader(file)]
    places = Places.load()
    lines = files("storage").joinpath("data", "communes.csv").read_text(encoding="utf-8")
    names = {fold(row["name"]): row["code"] for row in csv.DictReader(lines.splitlines())}
    taken, folded = [], []
    for text in texts:
        times = []
        for _ in range(rounds):
            start = perf_counter()
            places.look_up(text)
            between = perf_counter()
            for _ in range(_FOLDS):
                names.get(fold(text))
            times.append((between - start, perf_counter() - between))
        taken.append(median(own for own, _ in times) * _MILLISECONDS)
        folded.append(median(bare for _, bare in times) * _MILLISECONDS)
    return taken, folded
