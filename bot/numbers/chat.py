"""Numbers that an officer asks for in a chat: of their own unit, by the name of a period."""

from datetime import datetime

from bot.numbers import wording
from bot.numbers.wording import Words, number_of
from handlers import periods
from handlers.numbers import Table
from handlers.periods import Length
from handlers.texts import Texts
from storage import atlas, numbers
from storage.database import Database
from storage.days import local_day
from storage.numbers import Asked, Numbers
from storage.staff import Member

_SUMMARY = (Table.WHOLE, Table.KEPT, Table.OPEN)


async def find(database: Database, member: Member, typed: str, now: datetime) -> Numbers | None:
    """The numbers of the first of their units, for the period called `typed` (2026-q3, 2026-11 …),
    the present quarter where that is none; None where there is no unit whose numbers they may see.
    """
    present = next(periods.newest_names(local_day(now), Length.QUARTER, 1))
    period = periods.named(typed.strip().lower()) or periods.named(present)
    async with database.read() as tx:
        seen = await numbers.units_of(tx, member.id)
        own = min((unit for unit, _ in member.grants if unit in seen), default=None)
        if own is None or period is None:
            return None
        asked = Asked(own, period, None, (await atlas.current(tx)).counted_provinces)
        return await numbers.of_member(tx, member.id, asked, now)


def words_of(database: Database, found: Numbers, texts: Texts) -> Words:
    """The same in words."""
    return wording.words_of(found, texts, atlas.known(database))


def summary(database: Database, found: Numbers, texts: Texts) -> str:
    """A few lines for a chat that takes no pictures of ours."""
    words = words_of(database, found, texts)
    if found.review.says_nothing:
        told = [texts.get("desk.numbers.too_few"), texts.get("desk.numbers.too_few_hint")]
        return "\n".join([words.title, *words.facts, *told])
    lines = [
        texts.get("desk.numbers.chat_line", label=line.label, number=number_of(line, texts))
        for block in words.blocks
        if block.table in _SUMMARY
        for line in block.lines
    ]
    return "\n".join([words.title, *words.facts, "", *lines, "", words.notes[0]])
