"""What rests in the volatile store while an officer enters a tip: clean files, the receipt code.

The words stand on the officer's page only, and come back with its form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.tips import PictureData
from storage.volatile import Full, Volatile

SECONDS = 2 * 3600.0
SHOWN_SECONDS = 600.0
"""So long the slip can be shown again, should the answer have been lost on its way."""
_DONE_SECONDS = 12 * 3600.0
MOST_FILES = 5
_FILE = "entered file"
_CODE = "entered code"
_DONE = "entered done"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tip that an officer is entering; `name` is drawn for its form, and is theirs alone."""

    officer: bytes = field(repr=False)
    name: str = field(repr=False)

    @property
    def key(self) -> str:
        """Under which its things are kept."""
        return f"{self.officer.hex()} {self.name}"


async def keep_file(volatile: Volatile, sheet: Sheet, at: int, file: PictureData) -> bool:
    """Keep the file of that number; False where there is no room."""
    value = file.mime.encode() + b"\n" + file.data
    try:
        await volatile.put(_FILE, f"{sheet.key} {at}", value, seconds=SECONDS)
    except Full:
        return False
    return True


async def files(volatile: Volatile, sheet: Sheet) -> Sequence[PictureData]:
    """The files that are kept, in their order."""
    found = []
    for at in range(MOST_FILES):
        kept = await volatile.get(_FILE, f"{sheet.key} {at}")
        if kept is not None:
            mime, _, data = kept.partition(b"\n")
            found.append(PictureData(mime.decode(), data))
    return found


async def drop_files(volatile: Volatile, sheet: Sheet) -> None:
    """Forget them."""
    for at in range(MOST_FILES):
        await volatile.drop(_FILE, f"{sheet.key} {at}")


async def code(volatile: Volatile, sheet: Sheet) -> str | None:
    """The code that was drawn for it; None before, and when its time is over."""
    kept = await volatile.get(_CODE, sheet.key)
    return kept.decode() if kept is not None else None


async def keep_code(volatile: Volatile, sheet: Sheet, drawn: str) -> None:
    """Keep the code with which it will be filed. Raises Full."""
    await volatile.put(_CODE, sheet.key, drawn.encode(), seconds=SECONDS)


async def filed(volatile: Volatile, sheet: Sheet) -> None:
    """It is filed: the files go now, the code soon."""
    await drop_files(volatile, sheet)
    await volatile.touch(_CODE, sheet.key, SHOWN_SECONDS)
    await volatile.add(_DONE, sheet.key, seconds=_DONE_SECONDS)


async def is_filed(volatile: Volatile, sheet: Sheet) -> bool:
    """Whether it was filed in these hours, whatever comes of its form again."""
    return await volatile.get(_DONE, sheet.key) is not None


async def forget(volatile: Volatile, sheet: Sheet) -> None:
    """The slip is printed: its code is known here no more."""
    await volatile.drop(_CODE, sheet.key)
