"""An officer changes words that have just gone, or takes them back: on the web and in Telegram."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from handlers.coach import Doubt
from handlers.folding import clean
from handlers.moderators.actions import Sure
from handlers.moderators.replies import as_read, doubted, unfit
from handlers.screens import Say, say
from storage import corrections
from storage.cases import No, Refusal, Sent
from storage.database import Database
from storage.volatile import Volatile


@dataclass(frozen=True, slots=True)
class Changed:
    """Whether it was done, and what is told; with `doubts` it waits for a second press."""

    well: bool
    says: tuple[Say, ...]
    doubts: tuple[Doubt, ...] = ()


async def remember(
    volatile: Volatile, officer: bytes, tip: bytes, sent: Sent, now: datetime
) -> None:
    """From now on and for a minute these words can be changed."""
    await corrections.remember(volatile, corrections.opened(officer, tip, sent, now))


async def is_open(volatile: Volatile, officer: bytes, tip: bytes, now: datetime) -> bool:
    """Whether this officer can still change what they sent last."""
    return await corrections.recall(volatile, officer, tip, now) is not None


async def correct(
    database: Database,
    volatile: Volatile,
    officer: bytes,
    tip: bytes,
    words: str,
    now: datetime,
    sure: Sure = frozenset(),
) -> Changed:
    """Put other words in their place; read over as all that a worker reads."""
    words = clean(words)
    open_ = await corrections.recall(volatile, officer, tip, now)
    if open_ is None:
        return _too_late()
    if (turn := unfit(words) or doubted(words, sure)) is not None:
        return Changed(False, turn.says, turn.doubts)
    async with database.write() as tx:
        done = await corrections.correct(tx, open_, words, now)
    if isinstance(done, Refusal):
        return await _refused(volatile, officer, tip, done)
    await corrections.remember(volatile, done[1])
    return Changed(True, (say("desk.reply.corrected"), as_read(words)))


async def take_back(
    database: Database, volatile: Volatile, officer: bytes, tip: bytes, now: datetime
) -> Changed:
    """Let them be gone; the worker reads that something was taken back."""
    open_ = await corrections.recall(volatile, officer, tip, now)
    if open_ is None:
        return _too_late()
    async with database.write() as tx:
        done = await corrections.take_back(tx, open_, now)
    if isinstance(done, Refusal):
        return await _refused(volatile, officer, tip, done)
    await corrections.forget(volatile, officer, tip)
    return Changed(True, (say("desk.reply.taken_back"),))


async def _refused(volatile: Volatile, officer: bytes, tip: bytes, refusal: Refusal) -> Changed:
    match refusal.why:
        case No.EMPTY:
            return Changed(False, (say("desk.no.empty"),))
        case (
            No.NOT_YOURS
            | No.TAKEN
            | No.WRONG_STATUS
            | No.TOO_LATE
            | No.CHANGED
            | No.ELSEWHERE
            | No.NOT_YET
            | No.NO_READER
        ):
            await corrections.forget(volatile, officer, tip)
            return _too_late()
        case _:
            assert_never(refusal.why)


def _too_late() -> Changed:
    # One answer for all: that it was the worker who wrote meanwhile, and when, is not told.
    return Changed(False, (say("desk.reply.no.too_late"),))
