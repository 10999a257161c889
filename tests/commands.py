"""`python -m bot …` as a process of its own that has its long start behind it.

To import what the program may need takes a second, and many commands are tried. So a process that
has imported it waits, and each command is forked from it: with a folder, an environment, an output
and an end of its own.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from contextlib import chdir
from multiprocessing import forkserver
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from tests import services

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 60
_waiting = multiprocessing.get_context("forkserver")
_waiting.set_forkserver_preload(["bot.cli", "tests.commands"])


def bot(folder: Path, *words: str, environment: Mapping[str, str]) -> CompletedProcess[str]:
    """What comes of the command `words` in `folder`; nobody types anything."""
    with tempfile.TemporaryDirectory() as kept:
        # It imports from where it begins; a test may be elsewhere.
        with chdir(_ROOT):
            forkserver.ensure_running()
        told = [Path(kept) / name for name in ("out", "err")]
        process = _waiting.Process(target=_run, args=(folder, words, dict(environment), told))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise TimeoutExpired(words, _SECONDS)
        code = process.exitcode
        process.close()
        out, err = (each.read_text(encoding="utf-8") for each in told)
    return CompletedProcess(words, code, out, err)


def _run(
    folder: Path, words: tuple[str, ...], environment: Mapping[str, str], told: list[Path]
) -> None:
    os.chdir(folder)
    services.become(environment)
    for number, file in enumerate(told, 1):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), number)
    sys.argv = ["bot", *words]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
