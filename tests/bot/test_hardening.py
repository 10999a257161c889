"""The process is closed to onlookers; looked at from inside and from another process."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_START = f"""
import ctypes, os, resource, sys
sys.path.insert(0, {str(ROOT)!r})
from bot.hardening import harden
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


def _run(script: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _START + script],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.split()


def test_after_hardening_there_are_no_core_dumps_and_nobody_may_look_in() -> None:
    state = "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(4), os.umask(0))"
    assert _run(f"os.umask(0o022)\n{state}")[0] == "1"
    assert _run(f"print(harden())\n{state}") == ["True", "0", "0", "0", str(0o077)]


def test_another_process_of_the_same_user_cannot_read_the_environment() -> None:
    """A process that is not dumpable belongs to root in /proc, and its memory to nobody else."""
    script = """
os.setgroups([]) if os.getuid() == 0 else None
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
{}
ready, go = os.pipe()
child = os.fork()
if child == 0:
    try:
        open(f"/proc/{{os.getppid()}}/environ", "rb").read()
        print("read", flush=True)
    except PermissionError:
        print("refused", flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    # The first is the control: without hardening the same look-in succeeds.
    assert _run(script.format("")) == ["read"]
    assert _run(script.format("harden()")) == ["refused"]


def test_new_files_are_for_their_owner_only(tmp_path: Path) -> None:
    _run(f"harden()\nopen({str(tmp_path / 'new')!r}, 'w').close()")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
