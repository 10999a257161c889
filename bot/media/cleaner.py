"""The cleaner: recognises a file, has a child decode it, judges what the child says."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum

from bot.media import bare, children, films, pages
from bot.media.contract import (
    FRAMES_A_SECOND,
    MAX_CLEAN_PDF_BYTES,
    MAX_CLEAN_PICTURE_BYTES,
    MAX_CLEAN_VIDEO_BYTES,
    MAX_PAGE_SIDE_PIXELS,
    MAX_PDF_BYTES,
    MAX_PDF_PAGES,
    MAX_PICTURE_BYTES,
    MAX_PIXELS,
    MAX_SIDE_PIXELS,
    MAX_VIDEO_BYTES,
    MAX_VIDEO_SECONDS,
    MAX_VIDEO_SIDES_PIXELS,
    CleanFile,
    Kind,
    Refusal,
)
from bot.media.recognising import recognise

_AT_ONCE = 2
# A film takes many seconds: while one is cleaned, the other place is kept for pictures.
_FILMS_AT_ONCE = 1
# Whoever waits holds a video in memory, and a place where it came in: some stay for pictures.
_FILMS_AT_MOST = 3
_WORD_BYTES = 64
# A child may say these itself; everything else that it says is a file, or nothing.
_MAY_SAY = {
    refusal.value.encode(): refusal
    for refusal in (
        Refusal.BROKEN,
        Refusal.TOO_MANY_PIXELS,
        Refusal.TOO_MANY_PAGES,
        Refusal.TOO_LONG,
        Refusal.PROTECTED,
        Refusal.VOICE,
    )
}


class Sandbox(StrEnum):
    """How strong the child's fence is; `absent`: no child starts, so that no file is taken."""

    NAMESPACES = "namespaces"
    LIMITS_ONLY = "limits only"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class _Way:
    """How one family of files is cleaned: bytes that may come and go, the longest life of a child,
    the child's words after the kind, and who judges its answer.
    """

    max_bytes: int
    max_answer_bytes: int
    seconds: float
    words: tuple[int, ...]
    judge: Callable[[bytes], CleanFile | None]


class Cleaner:
    """Cleans files, a few at once, others wait; they travel in pipes and never touch a disk."""

    def __init__(
        self,
        *,
        at_once: int = _AT_ONCE,
        most_films: int = _FILMS_AT_MOST,
        seconds: float | None = None,
        child: Sequence[str] = children.CHILD,
    ) -> None:
        """`most_films` videos are cleaned or wait at a time. `seconds` is the longest life of a
        child, None what its kind needs; `child` the command that starts one.
        """
        self._gate = asyncio.Semaphore(at_once)
        self._films = asyncio.Semaphore(_FILMS_AT_ONCE)
        self._most_films, self._films_here = most_films, 0
        self._seconds = seconds
        self._child = tuple(child)

    async def clean(self, data: bytes) -> CleanFile | Refusal:
        """The file without anything but its pixels (and, beside them, its sound); or why not.

        Pictures come upright, in sRGB; of an animation the first frame. Pages of a PDF come as
        pictures, with what their author or a reader had drawn on them. What is appended to a file
        (a ZIP, a second picture) is simply left behind.
        """
        kind = recognise(data)
        if isinstance(kind, Refusal):
            return kind
        way = _way(kind)
        if len(data) > way.max_bytes:
            return Refusal.TOO_BIG
        if kind is Kind.VIDEO and self._films_here >= self._most_films:
            return Refusal.BUSY
        async with AsyncExitStack() as places:
            if kind is Kind.VIDEO:
                self._films_here += 1
                places.callback(self._film_left)
                await places.enter_async_context(self._films)
            await places.enter_async_context(self._gate)
            words = (kind.value, *(str(word) for word in way.words))
            answer = await self._ask(data, words, way.seconds, way.max_answer_bytes)
        if isinstance(answer, Refusal):
            return answer
        return _MAY_SAY.get(answer) or way.judge(answer) or Refusal.UNSAFE

    def _film_left(self) -> None:
        self._films_here -= 1

    async def sandbox(self) -> Sandbox:
        """What the kernel grants the child, for `doctor`."""
        answer = await self._ask(b"", ("probe",), _PICTURE.seconds, _WORD_BYTES)
        known = {sandbox.value.encode(): sandbox for sandbox in Sandbox}
        return known.get(answer, Sandbox.ABSENT) if isinstance(answer, bytes) else Sandbox.ABSENT

    async def can_clean(self, kind: Kind) -> bool:
        """Whether the decoder of that kind loads and starts, for `doctor`."""
        answer = await self._ask(b"", ("can", kind.value), _PICTURE.seconds, _WORD_BYTES)
        return answer == kind.value.encode()

    async def _ask(
        self, data: bytes, words: Sequence[str], seconds: float, most_bytes: int
    ) -> bytes | Refusal:
        seconds = seconds if self._seconds is None else self._seconds
        command = (*self._child, *words)
        return await children.ask(command, data, seconds=seconds, most_bytes=most_bytes)


def _picture(answer: bytes) -> CleanFile | None:
    shape = bare.read(answer)
    if shape is None or max(shape.width, shape.height) > MAX_SIDE_PIXELS:
        return None
    return CleanFile(answer, shape.kind, shape.width, shape.height)


_PICTURE = _Way(
    MAX_PICTURE_BYTES,
    MAX_CLEAN_PICTURE_BYTES,
    10.0,
    (MAX_PIXELS, MAX_SIDE_PIXELS, MAX_CLEAN_PICTURE_BYTES),
    _picture,
)
_PDF = _Way(
    MAX_PDF_BYTES,
    MAX_CLEAN_PDF_BYTES,
    45.0,
    (MAX_PDF_PAGES, MAX_PAGE_SIDE_PIXELS, MAX_CLEAN_PDF_BYTES),
    pages.joined,
)
_VIDEO = _Way(
    MAX_VIDEO_BYTES,
    MAX_CLEAN_VIDEO_BYTES,
    120.0,
    (MAX_VIDEO_SECONDS, *MAX_VIDEO_SIDES_PIXELS, FRAMES_A_SECOND, MAX_CLEAN_VIDEO_BYTES),
    films.joined,
)


def _way(kind: Kind) -> _Way:
    return {Kind.PDF: _PDF, Kind.VIDEO: _VIDEO}.get(kind, _PICTURE)
