"""Starts the real product as a program of its own, on a free port with a folder of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot import demo
from tests import services

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 20
COMMAND_SECONDS = 60
_LINK = re.compile(r"http://\S+/desk/thu/\S+")
# The order in which the product prints its links.
_LOGINS = tuple(login for login, _ in demo.SHOWN)


@dataclass(frozen=True, slots=True)
class Product:
    """A running product. `links` are the demo's log-in links, each of which works once."""

    address: str
    links: dict[str, str] = field(repr=False)
    settings: dict[str, str] = field(repr=False)
    folder: Path

    def command(self, *words: str) -> str:
        """What `python -m bot …` prints about this installation, while the pages are served."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            env=self.settings,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=True,
        )
        return done.stdout


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """A fresh demo installation in `folder`, served until the block ends."""
    settings = services.environment(
        PYTHONPATH=str(ROOT),
        TIENGTHO_DATABASE_URL=f"sqlite+aiosqlite:///{folder / 'tips.db'}",
        TIENGTHO_MASTER_KEY_FILE=str(folder / "master.key"),
        TIENGTHO_WEB_PORT="0",
        # A crowd of a test comes in one hour.
        TIENGTHO_LIMIT_UNIT_TIPS_PER_HOUR="100000",
        TIENGTHO_LIMIT_HOUSE_TIPS_PER_HOUR="100000",
        TIENGTHO_LIMIT_TURNS_PER_MINUTE="100000",
    )
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-u", "-m", "bot", "run"],
            env=settings,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield _greeted(process, settings, folder)
        finally:
            _end(process)


def _greeted(process: "subprocess.Popen[str]", settings: dict[str, str], folder: Path) -> Product:
    assert process.stdout is not None
    links: list[str] = []
    for line in process.stdout:
        links += _LINK.findall(line)
        if len(links) == len(_LOGINS):
            address = links[0].partition("/desk/")[0]
            return Product(address, dict(zip(_LOGINS, links, strict=True)), settings, folder)
    raise AssertionError(f"the product did not start: {(folder / 'log').read_text()}")


def _end(process: "subprocess.Popen[str]") -> None:
    """Ask twice: drafts that tests left open are not waited for."""
    for _ in range(2):
        process.terminate()
        try:
            process.wait(2)
            return
        except subprocess.TimeoutExpired:
            continue
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
