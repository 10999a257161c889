"""The sets of texts: outside the channel, plainly inside, and stories that speak of both."""

from pathlib import Path

FOLDER = Path(__file__).parent
OUT, IN, MIXED = "out", "in", "mixed"


def load(name: str) -> tuple[str, ...]:
    """The texts of one set, a line each."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
