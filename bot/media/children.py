"""Starts a child for one file, hands it the file through a pipe, and ends it whatever happens."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.media.contract import Refusal

CHILD = (
    *(sys.executable, "-I", "-B"),
    str(Path(__file__).resolve().parents[1].joinpath("media_child", "__main__.py")),
)
"""The command that starts one. Isolated: it sees neither our settings nor our folder."""
_PIECE_BYTES = 64 * 1024


async def ask(
    command: Sequence[str], data: bytes, *, seconds: float, most_bytes: int
) -> bytes | Refusal:
    """What the child says about `data`, or why it said nothing that counts.

    At most `most_bytes` are read of it. When this returns or is cancelled, the child is dead.
    """
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback may quote what was read
        cwd="/",
        env={},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            return await _talk(child, data, most_bytes)
    except TimeoutError:
        return Refusal.TOO_SLOW
    finally:
        await _end(child)


async def _talk(child: asyncio.subprocess.Process, data: bytes, most_bytes: int) -> bytes | Refusal:
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the child was started without pipes")
    # A child that died early does not read; its exit code tells why.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(data)
        await child.stdin.drain()
    child.stdin.close()
    answer = bytearray()
    while piece := await child.stdout.read(_PIECE_BYTES):
        answer += piece
        if len(answer) > most_bytes:
            return Refusal.UNSAFE
    code = await child.wait()
    if code == -signal.SIGXCPU:
        return Refusal.TOO_SLOW
    return bytes(answer) if code == 0 else Refusal.BROKEN


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
            os.killpg(child.pid, signal.SIGKILL)
    # What the dead child left in the pipe is read away, else asyncio keeps the pipe open.
    while child.stdout is not None and await child.stdout.read(_PIECE_BYTES):
        continue
    await child.wait()
