"""Figures that a test measured itself: kept beside the tests, gathered by `make proof`."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent / "output" / "figures"


def keep(name: str, **figures: object) -> None:
    """Write down what a test has just seen, in place of what it saw the last time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(figures, sort_keys=True), encoding="utf-8")


def kept(name: str) -> dict[str, object] | None:
    """What `keep` wrote, or None."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        return None
    read: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return read
