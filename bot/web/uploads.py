"""Reads what a form sends, as a stream and into memory only: fields, then one file at a time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web

from handlers.events import Unusable
from handlers.folding import composed

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FIELDS_BYTES = 4 * 1024 * 1024
# Fifty photos from a good camera. What is more than we take is read and thrown away: a browser that
# is cut off while it sends shows an error of its own instead of our answer.
MAX_BODY_BYTES = 400 * 1024 * 1024
MAX_HELD_BYTES = 96 * 1024 * 1024
MOST_PARTS = 250
STALL_SECONDS = 60.0
_CHUNK_BYTES = 64 * 1024
# What aiohttp's reader raises for a body that is cut off or makes no sense.
_AS_TYPED = frozenset({"password", "again"})
_NONSENSE = (ValueError, AssertionError, AttributeError)

Result = TypeVar("Result")


class TooMuch(Exception):
    """The body is larger than what we even read to throw away, or its fields than a form may be."""


class Malformed(Exception):
    """The body is not what its header says."""


class Stalled(TimeoutError):
    """Nothing came for a minute."""


class Budget:
    """How many bytes of unfinished uploads this process holds, and how many it may."""

    def __init__(self, limit: int = MAX_HELD_BYTES) -> None:
        """Nothing is held yet."""
        self.free = limit

    def take(self, size: int) -> bool:
        """Whether `size` more bytes may be held; if so they count from now on."""
        if size > self.free:
            return False
        self.free -= size
        return True

    def give_back(self, size: int) -> None:
        """`size` bytes are held no more."""
        self.free += size


BUDGET: web.AppKey[Budget] = web.AppKey("budget", Budget)


class Form:
    """What was sent. `fields` is complete up to the first file after `begin`, wholly at the end.

    aiohttp's own `post()` would do for fields, but it writes files to a temporary directory.
    """

    def __init__(self, request: web.Request, budget: Budget) -> None:
        """Nothing is read yet."""
        self.fields: dict[str, str] = {}
        self._request = request
        self._budget = budget
        self._parts: MultipartReader | None = None
        self._file: BodyPartReader | None = None
        self._read_bytes = 0
        self._field_bytes = 0
        self._part_count = 0

    async def begin(self) -> None:
        """Read the fields before the first file. Raises `TooMuch`, `Malformed`, `Stalled`."""
        if self._request.content_type == "multipart/form-data":
            try:
                self._parts = await self._request.multipart()
                await self._next_file()
            except _NONSENSE as error:
                raise Malformed from error
        elif self._request.content_type == "application/x-www-form-urlencoded":
            await self._read_encoded()

    async def files(self) -> AsyncGenerator[bytes | Unusable, None]:
        """Each file in turn, or why it cannot be taken; a file field left empty is passed over.

        One file is held at a time, and only until the next one is asked for. Raises as `begin`.
        """
        try:
            while self._file is not None:
                named = bool(self._file.filename)
                held = bytearray()
                try:
                    why = await self._read_file(self._file, held)
                    if held or why or named:
                        yield why or (bytes(held) if held else Unusable.EMPTY)
                finally:
                    self._budget.give_back(len(held))
                await self._next_file()
        except _NONSENSE as error:
            raise Malformed from error

    async def drain(self) -> None:
        """Read the rest and throw the files away, so that the browser hears our answer.

        Raises as `begin`.
        """
        try:
            while self._file is not None:
                while not self._file.at_eof():
                    await self._chunk(self._file)
                await self._next_file()
        except _NONSENSE as error:
            raise Malformed from error

    async def _next_file(self) -> None:
        self._file = None
        if self._parts is None:
            return
        while (part := await _within(self._parts.next())) is not None:
            self._part_count += 1
            if self._part_count > MOST_PARTS:
                raise TooMuch
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise Malformed
            if part.filename is not None:
                self._file = part
                return
            self._keep(part.name, await self._read_field(part))

    async def _read_field(self, part: BodyPartReader) -> str:
        words = bytearray()
        while not part.at_eof():
            words += await self._chunk(part)
            if self._field_bytes + len(words) > MAX_FIELDS_BYTES:
                raise TooMuch
        self._field_bytes += len(words)
        return words.decode("utf-8", "replace")

    async def _read_file(self, part: BodyPartReader, held: bytearray) -> Unusable | None:
        """Fill `held`; when it does not fit, read on all the same, and empty `held`."""
        why: Unusable | None = None
        while not part.at_eof():
            chunk = await self._chunk(part)
            if why is None and len(held) + len(chunk) > MAX_FILE_BYTES:
                why = Unusable.TOO_BIG
            elif why is None and not self._budget.take(len(chunk)):
                why = Unusable.STORE_FULL
            if why is None:
                held += chunk
            elif held:
                self._budget.give_back(len(held))
                held.clear()
        return why

    async def _read_encoded(self) -> None:
        body = bytearray()
        while chunk := await _within(self._request.content.read(_CHUNK_BYTES)):
            self._count(len(chunk))
            if len(body) <= MAX_FIELDS_BYTES:
                body += chunk
        if len(body) > MAX_FIELDS_BYTES:
            raise TooMuch
        try:
            text = body.decode("ascii")
            pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=50)
        except ValueError as error:
            raise Malformed from error
        for name, value in pairs:
            self._keep(name, value)

    def _keep(self, name: str, value: str) -> None:
        """Every word that comes over a form is composed here; a password stays as it was typed."""
        self.fields[name] = value if name in _AS_TYPED else composed(value)

    async def _chunk(self, part: BodyPartReader) -> bytes:
        chunk = await _within(part.read_chunk(_CHUNK_BYTES))
        self._count(len(chunk))
        return chunk

    def _count(self, size: int) -> None:
        self._read_bytes += size
        if self._read_bytes > MAX_BODY_BYTES:
            raise TooMuch


async def _within(reading: Awaitable[Result]) -> Result:
    try:
        async with asyncio.timeout(STALL_SECONDS):
            return await reading
    except TimeoutError as error:
        raise Stalled from error
