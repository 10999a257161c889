"""What `doctor` says of the library: texts that wait for an editor, and what expires soon."""

from collections.abc import Sequence

from bot.app import utc_now
from bot.config import Settings
from bot.findings import Finding
from broadcasts import expiry, library
from storage import released_texts
from storage.database import Database
from storage.installation import Installation


async def look(settings: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    """Nothing of it is broken: authors and editors have something to do."""
    today = utc_now().astimezone(settings.zone).date()
    async with database.read() as tx:
        ending = await expiry.ending(tx, today)
        drafts = library.waiting(await released_texts.seals(tx))
    found = []
    if ending:
        line = f"bulletins: {len(ending)} expire within 30 days. See:"
        found.append(Finding(None, f"{line} python -m bot library expiring"))
    if drafts:
        line = (
            f"library: {len(drafts)} drafts wait for an approver of the highest unit, who compares"
        )
        found.append(Finding(None, f"{line} them with the gazette at /studio/thu-vien."))
    return found
