"""A file in, a clean file out: a picture is decoded and drawn anew in a sandboxed process."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bot import media_shape

MAX_BYTES = 10 * 1024 * 1024
# "50 megapixel" phones take up to 8192 x 6144 pixels, which is 48 of these.
MAX_PIXELS = 50 * 1024 * 1024
MAX_SIDE_PIXELS = 2560
MAX_CLEAN_BYTES = 4 * 1024 * 1024

_AT_ONCE = 2
_SECONDS = 10.0
_PIECE_BYTES = 64 * 1024
_CHILD = (sys.executable, "-I", "-B", str(Path(__file__).resolve().with_name("media_child.py")))


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Pixels and nothing else: a JPEG or PNG of at most 4 MB, no side longer than 2,560 pixels."""

    data: bytes = field(repr=False)
    kind: str
    width: int
    height: int
    pages: int = 0
    seconds: int = 0
    with_sound: bytes | None = field(default=None, repr=False)


class Refusal(StrEnum):
    """Why a file is not passed on."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NOT_A_PICTURE = "not_a_picture"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SLOW = "too_slow"
    UNSAFE = "unsafe"


class Sandbox(StrEnum):
    """How strong the child's fence is; `absent`: no child starts, so that no picture is taken."""

    NAMESPACES = "namespaces"
    LIMITS_ONLY = "limits only"
    ABSENT = "absent"


class Cleaner:
    """Cleans pictures, a few at once, others wait; they travel in pipes and never touch a disk."""

    def __init__(
        self, *, at_once: int = _AT_ONCE, seconds: float = _SECONDS, child: Sequence[str] = _CHILD
    ) -> None:
        """`seconds` is the longest life of a child, `child` the command that starts one."""
        self._gate = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._child = tuple(child)

    async def clean(self, data: bytes) -> CleanFile | Refusal:
        """The picture without anything but its pixels, upright, in sRGB; or why there is none.

        A JPEG, PNG or WebP is recognised by its first bytes. What is appended to one (a ZIP, a
        second picture) is simply left behind; of an animation the first frame is kept.
        """
        if not data:
            return Refusal.EMPTY
        if len(data) > MAX_BYTES:
            return Refusal.TOO_BIG
        source = recognise(data)
        if source is None:
            return Refusal.NOT_A_PICTURE
        limits = (MAX_PIXELS, MAX_SIDE_PIXELS, MAX_CLEAN_BYTES)
        answer = await self._ask(data, source, *(str(limit) for limit in limits))
        return answer if isinstance(answer, Refusal) else _judge(answer)

    async def sandbox(self) -> Sandbox:
        """What the kernel grants the child, for `doctor`."""
        answer = await self._ask(b"", "probe")
        known = {sandbox.value.encode(): sandbox for sandbox in Sandbox}
        return known.get(answer, Sandbox.ABSENT) if isinstance(answer, bytes) else Sandbox.ABSENT

    async def _ask(self, data: bytes, *words: str) -> bytes | Refusal:
        async with self._gate:
            child = await asyncio.create_subprocess_exec(
                *self._child,
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # a traceback may quote what was read
                cwd="/",
                env={},
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(self._seconds):
                    return await _talk(child, data)
            except TimeoutError:
                return Refusal.TOO_SLOW
            finally:
                await _end(child)


def recognise(data: bytes) -> str | None:
    """A picture's format by its first bytes, in Pillow's word; None for every other file."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


async def _talk(child: asyncio.subprocess.Process, data: bytes) -> bytes | Refusal:
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
        if len(answer) > MAX_CLEAN_BYTES:
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


def _judge(answer: bytes) -> CleanFile | Refusal:
    if answer == Refusal.TOO_MANY_PIXELS.value.encode():
        return Refusal.TOO_MANY_PIXELS
    shape = media_shape.read(answer)
    if shape is None or min(shape.width, shape.height) < 1:
        return Refusal.UNSAFE
    if max(shape.width, shape.height) > MAX_SIDE_PIXELS:
        return Refusal.UNSAFE
    return CleanFile(answer, shape.kind, shape.width, shape.height)
