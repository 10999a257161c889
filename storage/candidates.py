"""Tips that may tell of the same thing as another one: looked for among those of the same desk that
this officer may read, opened in memory, and forgotten with the page. Nothing of it is stored, and
no index of words exists.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from handlers.likeness import Likeness, Sketch, likeness, words_of
from handlers.tips import Author, Kind, Status
from storage import bundles, cases, staff, stored, thread
from storage.cards import Card, Sight, bundled, card_of, records, sight_of
from storage.cases import No, Refusal
from storage.crypto import CaseKey
from storage.database import Tx
from storage.record import Record

MOST_OPENED = 60
"""The nearest by place, kind and day; more are not read through for one page."""
MOST_SHOWN = 8
DAYS_BACK = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tip that may be the same, and why."""

    card: Card
    why: Likeness
    tip: bytes = field(repr=False)


async def alike(
    tx: Tx, officer: bytes, tip: bytes, now: datetime
) -> tuple[Candidate, ...] | Refusal:
    """The open tips of the same desk that are like this one, the likest first; without those that
    it is merged with, and without followers of others: their leads stand for them.
    """
    held = await cases.hold(tx, officer, tip)
    if held is None:
        return Refusal(No.NOT_YOURS)
    sight = await sight_of(tx, officer)
    every = [each for each in await records(tx) if sight.lists(each[1])]
    seen = {each: known for each, known, _ in every}
    mine = Sketch(held.record.category, held.record.place, held.day)
    near = [
        (other, known, day)
        for other, known, day in every
        if other != tip and _may_join(tip, held.record, other, known, seen)
        if abs((day - held.day).days) <= DAYS_BACK
    ]
    near.sort(key=lambda each: _nearness(mine, each[1], each[2]))
    mine = replace(mine, words=await _words(tx, tip, held.case, held.record))
    people = {member.id.hex(): member for member in await staff.members(tx)}
    found = []
    for other, known, day in near[:MOST_OPENED]:
        why = likeness(mine, await _sketch(tx, sight, other, known, day))
        if why.is_enough:
            bare = card_of(other, known, day, officer, people, now)
            card = bundled(bare, known, seen, now)
            found.append(Candidate(card, why, other))
    found.sort(key=lambda each: (-each.why.score, each.why.days, each.card.nickname))
    return tuple(found[:MOST_SHOWN])


def _may_join(
    tip: bytes, mine: Record, other: bytes, known: Record, seen: dict[bytes, Record]
) -> bool:
    if known.unit != mine.unit or known.status is Status.CLOSED or known.aside:
        return False
    return bundles.lead_of(other, known, seen) is None and bundles.lead_of(tip, mine, seen) != other


def _nearness(mine: Sketch, known: Record, day: date) -> tuple[int, int]:
    why = likeness(mine, Sketch(known.category, known.place, day))
    return -(3 * why.commune + why.province + 2 * why.category), why.days


async def _sketch(tx: Tx, sight: Sight, tip: bytes, known: Record, day: date) -> Sketch:
    bare = Sketch(known.category, known.place, day)
    for unit in sorted(sight.through(known)):
        case = await stored.open_as(tx, unit, tip)
        if case is not None:
            return replace(bare, words=await _words(tx, tip, case, known))
    return bare


async def _words(tx: Tx, tip: bytes, case: CaseKey, known: Record) -> frozenset[str]:
    """Those of the worker's story; of who they are, nothing is compared."""
    parts = await thread.load(tx, tip, case, known.end)
    told = (Kind.STORY, Kind.ADDITION)
    return words_of(
        each.words for each in parts if each.author is Author.WORKER and each.kind in told
    )
