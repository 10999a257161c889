"""Writes a year of the library's texts into a unit's calendar, all or nothing, and takes it out."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.planning import COMMAND_LINE
from broadcasts import audience, checks, library, tick, year
from broadcasts.audience import Nowhere
from broadcasts.checks import cited_by
from broadcasts.library import Text
from broadcasts.year import Why
from handlers.bulletins import Bulletin, Plan, Repeat, Stage, Topic
from handlers.laws.changes import Changes, in_force
from storage import audit, bulletins, law_changes, released_texts, sendings, units
from storage.audit import Act
from storage.database import Tx
from storage.places import Places

_LIVING = frozenset({Stage.DRAFT, Stage.PROPOSED, Stage.APPROVED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for: `weekdays` with Monday as 0, local time `at`; no topics: all."""

    unit: str
    start: date
    weekdays: frozenset[int]
    at: time
    topics: frozenset[Topic] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """A text with its time; `bulletin` once it was written."""

    text: Text
    at: datetime
    bulletin: Bulletin | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """What there is to write, or was written; what is not, and why; and what stood in these days
    before, `kept` as it was.
    """

    entries: tuple[Entry, ...]
    left: tuple[tuple[Text, Why], ...]
    kept: tuple[Entry, ...] = ()

    @property
    def calendar(self) -> tuple[Entry, ...]:
        """All texts of the library that have a day, in order."""
        return tuple(sorted((*self.kept, *self.entries), key=lambda each: each.at))


async def look(tx: Tx, wanted: Wanted, zone: ZoneInfo) -> Year:
    """What would be written now. What the unit has in these days already is left where it is, so
    that a second look finds nothing.
    """
    end = wanted.start + timedelta(days=year.DAYS)
    released, changes = await released_texts.seals(tx), await law_changes.known(tx)
    known, taken, kept = set[str](), set[date](), list[Entry]()
    for each in await bulletins.of_units(tx, [wanted.unit]):
        day = _day(each, zone)
        if day is None or not wanted.start <= day < end:
            continue
        known.add(each.content.library)
        if each.stage in _LIVING:
            taken.add(day)
            kept += _kept(each)
    texts = [each for each in library.texts().values() if not each.waits(released)]
    free, left = list[Text](), list[tuple[Text, Why]]()
    for text in texts:
        why = _left_out(text, wanted, known, changes)
        if why is None:
            free.append(text)
        else:
            left.append((text, why))
    found = year.spread(free, year.days_of(wanted.start, wanted.weekdays, taken))
    entries = (
        Entry(text, datetime.combine(day, wanted.at, zone).astimezone(UTC))
        for text, day in found.placed
    )
    return Year(tuple(entries), (*left, *found.left), tuple(kept))


async def write(
    tx: Tx, wanted: Wanted, author: bytes | None, now: datetime, zone: ZoneInfo, places: Places
) -> Year:
    """Write it, each text word for word and so free to be sent at its time. `author` None: the
    command line. Raises Blocked, and then nothing was written.
    """
    await bulletins.plan_alone(tx)
    planned = await look(tx, wanted, zone)
    tree = await units.tree(tx)
    unit = tree.get(wanted.unit) if tree is not None else None
    if unit is None or isinstance(audience.area(unit, (), places), Nowhere):
        raise Blocked("", (checks.Finding(checks.Problem.NO_PLACES),))
    entries = []
    for each in planned.entries:
        content = replace(each.text.content, plan=Plan(each.at))
        found = await checks.of_all(tx, unit, content, now, zone)
        if any(finding.blocks for finding in found):
            raise Blocked(each.text.id, tuple(f for f in found if f.blocks))
        made = await bulletins.create(
            tx, wanted.unit, author or COMMAND_LINE, content, now.astimezone(zone).date()
        )
        await bulletins.set_stage(tx, made.id, Stage.APPROVED)
        await tick.schedule(tx, replace(made, stage=Stage.APPROVED), now, zone)
        await audit.write(
            tx, Act.SCHEDULED, staff=author, unit=wanted.unit, minute=now, note=f"{made.id} 1"
        )
        entries.append(replace(each, bulletin=made))
    return replace(planned, entries=tuple(entries))


async def take_out(tx: Tx, unit: str, author: bytes | None, now: datetime) -> tuple[Bulletin, ...]:
    """Delete what this author planned of the library for the unit, once each, word for word, and
    what was not sent yet; what was taken out.
    """
    await bulletins.plan_alone(tx)
    gone = []
    for each in await bulletins.of_units(tx, [unit]):
        is_ours = each.author == (author or COMMAND_LINE) and bool(each.content.library)
        is_once = each.content.plan.repeat is Repeat.ONCE and each.version == 1
        if not (is_ours and is_once and each.stage is Stage.APPROVED):
            continue
        if await sendings.of_bulletin(tx, each.id):
            continue
        await bulletins.delete(tx, each.id)
        note = f"{each.id} deleted"
        await audit.write(tx, Act.CANCELLED, staff=author, unit=unit, minute=now, note=note)
        gone.append(each)
    return tuple(gone)


class Blocked(Exception):
    """A text that cannot be scheduled; `findings` say why."""

    def __init__(self, text: str, findings: Collection[checks.Finding]) -> None:
        """Names the text by its id; "" where it is the unit."""
        super().__init__(text)
        self.text, self.findings = text, tuple(findings)


def _left_out(text: Text, wanted: Wanted, known: Collection[str], changes: Changes) -> Why | None:
    content = text.content
    if text.id in known:
        return Why.PLANNED
    if wanted.topics and content.topic not in wanted.topics:
        return Why.TOPIC
    # A law that changes within the year: whatever is sent after that day would be wrong.
    end = wanted.start + timedelta(days=year.DAYS)
    return Why.REPLACED if in_force(cited_by(content), changes, end) is not None else None


def _kept(bulletin: Bulletin) -> list[Entry]:
    """As an entry, where it is of the library, word for word or not."""
    text, first = library.texts().get(bulletin.content.library), bulletin.content.plan.first
    return [Entry(text, first, bulletin)] if text is not None and first is not None else []


def _day(bulletin: Bulletin, zone: ZoneInfo) -> date | None:
    first = bulletin.content.plan.first
    return first.astimezone(zone).date() if first is not None else None
