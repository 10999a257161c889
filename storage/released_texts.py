"""Drafts of the library that an editor compared with the gazette, and so released for all units.

What was compared is kept by its seal: a text whose file has changed since is a draft again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage import audit, editors
from storage.audit import Act
from storage.database import Tx
from storage.days import local_day
from storage.tables import released_texts


class Release(StrEnum):
    """What became of a release, or of taking one back."""

    DONE = "done"
    NO_RIGHT = "no_right"
    TWICE = "twice"
    """It stands so already."""


@dataclass(frozen=True, slots=True)
class Released:
    """A text that somebody released on `day`, when it had this seal."""

    text: str
    seal: str
    staff: bytes = field(repr=False)
    day: date


async def every(tx: Tx) -> tuple[Released, ...]:
    """All releases, by the ids of the texts."""
    rows = await tx.rows(select(released_texts).order_by(released_texts.c.text))
    return tuple(Released(row.text, row.seal, bytes(row.staff), row.day) for row in rows)


async def seals(tx: Tx) -> Mapping[str, str]:
    """The seal that was released of each text; whether it is still that of the text, the library
    says.
    """
    return {each.text: each.seal for each in await every(tx)}


async def release(tx: Tx, member: bytes, text: str, seal: str, now: datetime) -> Release:
    """Keep that this editor compared exactly what has this seal; their right is read again here."""
    if not await editors.is_editor(tx, member):
        return Release.NO_RIGHT
    if (await seals(tx)).get(text) == seal:
        return Release.TWICE
    values = {"seal": seal, "staff": member, "day": local_day(now)}
    into = (sqlite.insert if tx.is_sqlite else postgresql.insert)(released_texts)
    # Two editors may release it at once.
    await tx.run(
        into.values(text=text, **values).on_conflict_do_update(index_elements=["text"], set_=values)
    )
    await audit.write(tx, Act.TEXT_RELEASED, staff=member, minute=now, note=text)
    return Release.DONE


async def take_back(tx: Tx, member: bytes, text: str, now: datetime) -> Release:
    """Let it be a draft again, by the same right. What was planned of it is not sent any more."""
    if not await editors.is_editor(tx, member):
        return Release.NO_RIGHT
    if not await tx.run(delete(released_texts).where(released_texts.c.text == text)):
        return Release.TWICE
    await audit.write(tx, Act.TEXT_TAKEN_BACK, staff=member, minute=now, note=text)
    return Release.DONE
