"""The arrows between the rooms hold, and a wrong import is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
ROOMS = ("bot", "broadcasts", "storage", "handlers")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter over the checkout in `folder`."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The four rooms and the contracts, in a place where a wrong line may be planted."""
    for room in ROOMS:
        shutil.copytree(
            CHECKOUT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_arrow_holds() -> None:
    result = lint(CHECKOUT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "told"),
    [
        ("handlers/planted.py", "import storage", "handlers.planted -> storage"),
        ("storage/planted.py", "import broadcasts", "storage.planted -> broadcasts"),
        ("broadcasts/planted.py", "import bot", "broadcasts.planted -> bot"),
        ("handlers/planted.py", "import random", "handlers.planted -> random"),
        ("bot/planted.py", "import sqlalchemy.sql", "bot.planted -> sqlalchemy"),
        ("storage/planted.py", "import redis.asyncio", "storage.planted -> redis"),
        ("storage/planted.py", "import nacl.secret", "storage.planted -> nacl"),
        ("bot/planted.py", "import apscheduler", "bot.planted -> apscheduler"),
        ("storage/planted.py", "import pydantic_settings", "storage.planted -> pydantic_settings"),
        ("bot/planted.py", "import telegram", "bot.planted -> telegram"),
        ("broadcasts/planted.py", "import aiohttp", "broadcasts.planted -> aiohttp"),
    ],
)
def test_an_import_against_the_arrows_is_caught(
    copy: Path, module: str, line: str, told: str
) -> None:
    (copy / module).write_text(f'"""Planted by a test."""\n\n{line}\n', encoding="utf-8")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert told in result.stdout


def test_the_doors_of_workers_and_moderators_stay_separate(copy: Path) -> None:
    for door in ("worker", "moderators"):
        (copy / "handlers" / door).mkdir(exist_ok=True)
        (copy / "handlers" / door / "__init__.py").touch()
    planted = copy / "handlers" / "worker" / "planted.py"
    planted.write_text('"""Planted by a test."""\n\nimport handlers.moderators\n', encoding="utf-8")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "handlers.worker.planted -> handlers.moderators" in result.stdout


def test_every_room_says_on_its_card_what_it_may_import() -> None:
    for room in ROOMS:
        card = (CHECKOUT / room / "__init__.py").read_text(encoding="utf-8")
        assert "May import:" in card, room
