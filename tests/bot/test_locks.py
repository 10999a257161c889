"""One `run` per SQLite file."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.locks import Taken, only_one
from tests import services

HOLD = (
    "import sys\nfrom bot.locks import only_one\n"
    "with only_one(sys.argv[1]):\n    print('held', flush=True)\n    sys.stdin.read()\n"
)


def test_a_second_one_is_refused_until_the_first_ends(sqlite_url: str) -> None:
    with (
        only_one(sqlite_url),
        pytest.raises(Taken, match="another `run`"),
        only_one(sqlite_url),
    ):
        pass
    with only_one(sqlite_url):
        pass


def test_another_process_is_refused_and_a_killed_one_leaves_no_lock(sqlite_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, sqlite_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=services.environment(),
        cwd=Path(__file__).parents[2],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Taken), only_one(sqlite_url):
            pass
        other.kill()
        other.wait()
        with only_one(sqlite_url):
            pass


def test_another_name_of_the_same_file_is_the_same_lock(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with (
        only_one(f"sqlite+aiosqlite:///{tmp_path}/a.db"),
        pytest.raises(Taken),
        only_one(f"sqlite+aiosqlite:///{tmp_path}/link/a.db?timeout=3"),
    ):
        pass


def test_other_files_and_postgresql_have_nothing_to_do_with_it(tmp_path: Path) -> None:
    postgresql = "postgresql+asyncpg://host/name"
    with (
        only_one(f"sqlite+aiosqlite:///{tmp_path}/a.db"),
        only_one(f"sqlite+aiosqlite:///{tmp_path}/b.db"),
        only_one(postgresql),
        only_one(postgresql),
    ):
        pass


def test_a_folder_that_cannot_be_written_is_said() -> None:
    with (
        pytest.raises(Taken, match="cannot be written"),
        only_one("sqlite+aiosqlite:////proc/nowhere/a.db"),
    ):
        pass
