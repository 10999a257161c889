"""Every five minutes: whose clocks ran out, who is told, what rings again. Counts, never a tip.

What is done once stands in no record: a row that is written again at a deadline, or every five
minutes while it is urgent, would tell that to whoever takes the database. Instead one counter says
up to when all was looked at, and every reminder has its moment, which lies in one such look.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from handlers import clocks, duty, routing
from handlers.moderators.notices import Notice
from handlers.passing import Stage
from handlers.roles import READERS_OF_TIPS, Role
from handlers.routing import Tree, Unit
from handlers.tips import Status
from handlers.turn import Whose
from storage import alarms, desk_groups, outbox, readers, staff, stored, units
from storage.cards import Sight, due_of, holder_of, records, sight_of
from storage.database import Tx
from storage.outbox import AT_ONCE, Letter, LetterKind
from storage.record import Record
from storage.staff import Member
from storage.tables import counters

WATCHED = "clocks_watched"
"""The minute up to which all clocks were looked at."""
LEAD_AFTER = timedelta(hours=24)
ABOVE_AFTER = timedelta(hours=72)
_LONGEST = timedelta(hours=24)
_MORNING_LASTS = timedelta(hours=2)
# No unit is without duty for longer, holidays at both ends of a week included.
_LONGEST_REST = timedelta(days=30)

_Told = Counter[tuple[bytes, Notice]]


@dataclass(frozen=True, slots=True)
class _Look:
    """One look: the clocks that ran out after `since` and not after `until`."""

    since: datetime
    until: datetime
    tree: Tree
    people: Mapping[str, Member] = field(repr=False)

    def has(self, moment: datetime) -> bool:
        """Whether it is the turn of a reminder that is due at `moment`."""
        return self.since < moment <= self.until


async def look(tx: Tx, now: datetime) -> bool:
    """Write the letters of all reminders, rings and greetings that are due; False where nothing was
    to be looked at, because it is not time, or another process did.
    """
    spell = await _spell(tx, now)
    tree = await units.tree(tx) if spell is not None else None
    if spell is None or tree is None:
        return False
    people = {member.id.hex(): member for member in await staff.members(tx)}
    here = _Look(*spell, tree, people)
    await _ring_again(tx, here)
    await _remind(tx, here)
    await _greet(tx, here)
    return True


async def _spell(tx: Tx, now: datetime) -> tuple[datetime, datetime] | None:
    until = clocks.this_step(now)
    minute = int(until.timestamp()) // 60
    mine = counters.c.name == WATCHED
    row = await tx.row(select(counters.c.value).where(mine).with_for_update())
    if row is None:
        await tx.run(insert(counters).values(name=WATCHED, value=minute))
        return None
    step = int(row.value)
    # A clock that was far ahead must not hold up everything until then.
    if 0 <= step - minute < _LONGEST / timedelta(minutes=1):
        return None
    if not await tx.run(
        update(counters).where(mine & (counters.c.value == step)).values(value=minute)
    ):
        return None
    since = min(datetime.fromtimestamp(step * 60, UTC), until)
    return max(since, until - _LONGEST), until


# --- danger -----------------------------------------------------------------------------------


async def _ring_again(tx: Tx, here: _Look) -> None:
    """Tips in danger ring again while somebody has duty and nobody took them."""
    waiting = [
        (tip, known)
        for tip, known, _ in await records(tx)
        if known.danger and known.status is Status.TRIAGE and _has_duty(here, known.unit)
    ]
    if not waiting:
        return
    letters = await outbox.waiting(tx)
    on_their_way = {(each.tip, each.to) for each in letters if each.kind is LetterKind.PING}
    told: Counter[str] = Counter()
    for tip, known in waiting:
        if await stored.waits_for_lead(tx, known):
            continue
        told[known.unit] += 1
        for alarm in await alarms.of_unit(tx, known.unit):
            to = alarm.id.hex()
            # Where the last ring could not leave yet, two would be one too many.
            if (tip, to) not in on_their_way:
                await outbox.write(tx, Letter(LetterKind.PING, tip, known.unit, AT_ONCE, to=to))
    for unit, count in told.items():
        await _tell_groups(tx, unit, Notice.DANGER, (count,))


# --- late -------------------------------------------------------------------------------------


async def _remind(tx: Tx, here: _Look) -> None:
    """Each reminder at its moment, one message for all tips that it is about."""
    told: _Told = Counter()
    in_groups: Counter[str] = Counter()
    for tip, known, _ in await records(tx):
        unit, due = here.tree.get(known.unit), due_of(known)
        if unit is None or due is None or due > here.until or not Sight.has_come(known):
            continue
        if here.has(duty.after(unit.clocks.duty, due, 0)):
            aside = await stored.waits_for_lead(tx, known)
            told.update((each, Notice.LATE) for each in _at_desk(here, known, aside=aside))
            if not aside:
                in_groups[unit.id] += 1
                await _show_anew(tx, tip, known)
        lead_after = timedelta() if known.danger else LEAD_AFTER
        if here.has(duty.after(unit.clocks.duty, due + lead_after, 0)):
            told.update((each, Notice.LATE_LEAD) for each in _with(here, unit.id, Role.LEAD))
        if not here.since - _LONGEST_REST < due + ABOVE_AFTER <= here.until:
            continue
        up = _above(here, known)
        if up is not None and here.has(duty.after(up.clocks.duty, due + ABOVE_AFTER, 0)):
            told.update((each, Notice.LATE_BELOW) for each in _heads(here, up.id))
    for (member, notice), count in told.items():
        await _tell(tx, member, notice, (count,))
    for unit_id, count in in_groups.items():
        await _tell_groups(tx, unit_id, Notice.LATE, (count,))


def _at_desk(here: _Look, known: Record, *, aside: bool) -> Iterable[bytes]:
    """Who has to do it: the holder, else everybody who reads there."""
    holder = holder_of(known, here.people)
    if holder is not None:
        return (holder.id,)
    near = _with(here, known.unit, *([Role.LEAD] if aside else READERS_OF_TIPS))
    return [each for each in near if not readers.has_stepped_back(known, each)]


def _above(here: _Look, known: Record) -> Unit | None:
    """The unit above that may learn that a tip waits below: the one its worker could send it to."""
    return routing.second_look(here.tree, known.unit, known.category, excluded=known.excluded)


def _heads(here: _Look, unit: str) -> frozenset[bytes]:
    return _with(here, unit, Role.LEAD) or _with(here, unit, *READERS_OF_TIPS)


def _with(here: _Look, unit: str, *roles: Role) -> frozenset[bytes]:
    wanted = {(unit, role) for role in roles}
    return frozenset(each.id for each in here.people.values() if each.grants & wanted)


async def _show_anew(tx: Tx, tip: bytes, known: Record) -> None:
    for post in known.posts:
        await outbox.write_refresh(tx, tip, known.unit, bytes.fromhex(post.group), AT_ONCE)


# --- the morning ------------------------------------------------------------------------------


async def _greet(tx: Tx, here: _Look) -> None:
    """What there is to do, when duty begins; nothing where there is nothing."""
    since = max(here.since, here.until - _MORNING_LASTS)
    begun = frozenset(
        unit.id for unit in here.tree.all if duty.starts(unit.clocks.duty, since, here.until)
    )
    if not begun:
        return
    every = [known for _, known, _ in await records(tx)]
    for member in here.people.values():
        if not await alarms.of_member(tx, member.id):
            continue
        sight = await sight_of(tx, member.id)
        counts = _counted(replace(sight, reads=sight.reads & begun), every, here.until, member)
        if any(counts):
            await _tell(tx, member.id, Notice.MORNING, counts)
    led, police = await staff.units_with_lead(tx), await units.police_among(tx, begun)
    for unit in {group.unit for group in await desk_groups.every(tx)} & begun:
        # A group sees what an officer of its unit sees.
        eyes = Sight(frozenset({unit}), frozenset(), led, police & {unit})
        counts = _counted(eyes, every, here.until, None)
        if any(counts):
            await _tell_groups(tx, unit, Notice.MORNING, counts)


def _counted(
    sight: Sight, every: Iterable[Record], now: datetime, member: Member | None
) -> tuple[int, ...]:
    """New, late and waiting for this member (for whoever holds it, in a group)."""
    new = late = yours = 0
    for known in every:
        if known.status is Status.CLOSED or not sight.lists(known):
            continue
        if known.unit not in sight.reads:
            # Another desk is responsible; to the police it is new until they say that it came.
            new += Stage.WAITING in map(known.stage_at, sight.reads)
            continue
        due = due_of(known)
        new += known.status is Status.TRIAGE
        late += due is not None and due < now
        is_held = known.holder is not None and (member is None or known.holder == member.id.hex())
        yours += is_held and stored.whose_turn(known.status) is Whose.DESK
    return new, late, yours


# --- letters ----------------------------------------------------------------------------------


async def _tell(tx: Tx, member: bytes, notice: Notice, counts: tuple[int, ...]) -> None:
    for alarm in await alarms.of_member(tx, member):
        letter = Letter(LetterKind.NOTICE, b"", "", AT_ONCE, to=alarm.id.hex())
        await outbox.write(tx, replace(letter, notice=notice, counts=counts))


async def _tell_groups(tx: Tx, unit: str, notice: Notice, counts: tuple[int, ...]) -> None:
    for group in await desk_groups.of_unit(tx, unit):
        letter = Letter(LetterKind.NOTICE, b"", unit, AT_ONCE, group=group.id)
        await outbox.write(tx, replace(letter, notice=notice, counts=counts))


def _has_duty(here: _Look, unit: str) -> bool:
    found = here.tree.get(unit)
    return found is not None and duty.is_on(found.clocks.duty, here.until)
