"""The fake Telegram satisfies unmodified aiogram 3 as well: a second reader of the same shapes."""

import subprocess
import sys

import pytest

from tests import product, services

_READS = "tests/fakes/aiogram_reads.py"


@pytest.mark.long
@pytest.mark.timeout(200)
def test_aiogram_understands_the_fake_as_well() -> None:
    """In a process of its own: to import aiogram takes longer than all of these tests, and each
    process of the tests would have to do it.
    """
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", _READS],
        cwd=product.ROOT,
        env=services.environment(),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout
