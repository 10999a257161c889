"""A clean file that an officer attached, while they are asked about the words beside it."""

from storage.tips import PictureData
from storage.volatile import Full, Volatile

SECONDS = 30 * 60
_KIND = "desk file"


async def keep(volatile: Volatile, officer: bytes, tip: bytes, file: PictureData) -> bool:
    """Hold the file for half an hour, in the place of an earlier one; False: there is no room."""
    value = file.mime.encode() + b"\n" + file.data
    try:
        await volatile.put(_KIND, _name(officer, tip), value, seconds=SECONDS)
    except Full:
        return False
    return True


async def recall(volatile: Volatile, officer: bytes, tip: bytes) -> PictureData | None:
    """The file that this officer attached to an answer on this tip."""
    kept = await volatile.get(_KIND, _name(officer, tip))
    if kept is None:
        return None
    mime, _, data = kept.partition(b"\n")
    return PictureData(mime.decode(), data)


async def forget(volatile: Volatile, officer: bytes, tip: bytes) -> None:
    """It was sent, or the officer did something else."""
    await volatile.drop(_KIND, _name(officer, tip))


def _name(officer: bytes, tip: bytes) -> str:
    return f"{officer.hex()} {tip.hex()}"
