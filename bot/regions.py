"""The operator's table of regions of the minimum wage, as a file that a setting names."""

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

from bot.config import Settings, WrongSettings
from bot.findings import Finding
from handlers.calculators import regions
from storage import atlas
from storage.database import Database
from storage.installation import Installation

_SETTING = "TIENGTHO_REGIONS_FILE"


def load(path: Path, known: Container[str]) -> Mapping[str, str]:
    """The region of each commune by its code; empty where no file is named. `known` are the
    communes of today. Raises WrongSettings with one line.
    """
    if path == Path():
        return {}
    # A pipe would keep the start waiting for words that never come.
    if not path.is_file():
        raise WrongSettings(f"{_SETTING} cannot be read: {path} is no file")
    try:
        return regions.read(path.read_text("utf-8"), known)
    except (OSError, UnicodeDecodeError):
        raise WrongSettings(f"{_SETTING} cannot be read as UTF-8 text") from None
    except regions.WrongTable as error:
        raise WrongSettings(f"{_SETTING}: {error}") from None


async def look(settings: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    """For `doctor`: whether a start would take the table. Nothing where none is named."""
    async with database.read() as tx:
        places = await atlas.current(tx)
    try:
        found = load(settings.regions_file, places.of_today)
    except WrongSettings as error:
        return [Finding(False, f"wage regions: {error}")]
    return [Finding(True, f"wage regions: of {len(found)} communes.")] if found else []
