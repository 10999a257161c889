"""Tips that whoever leads a desk looks at before its officers do: a flood, or a muted source.

Nothing of them is thrown away and every clock runs; in which of the two ways one came here is kept
nowhere. Where nobody leads a desk (any more), its officers see them as all others.
"""

from dataclasses import replace
from datetime import datetime

from handlers.tips import Outcome, Status
from storage import audit, cases, readers, staff, stored, units
from storage.audit import Act
from storage.cards import Card, Sight, card_of, order, records
from storage.cases import Done, No, Refusal
from storage.database import Tx
from storage.outbox import AT_ONCE


async def waiting(tx: Tx, lead: bytes, now: datetime) -> tuple[Card, ...]:
    """The open tips that were set aside at the desks that this member leads, in the order of a
    desk's list; none for anybody else.
    """
    led = await staff.units_led_by(tx, lead)
    if not led:
        return ()
    people = {member.id.hex(): member for member in await staff.members(tx)}
    police = await units.police_among(tx, led)
    found = [
        card_of(tip, known, day, lead, people, now)
        for tip, known, day in await records(tx)
        if known.aside
        and readers.among(known, led, police)
        and not readers.has_stepped_back(known, lead)
        and Sight.has_come(known)
        and known.status is not Status.CLOSED
    ]
    return tuple(sorted(found, key=order))


async def let_in(tx: Tx, lead: bytes, tip: bytes, now: datetime) -> Done | Refusal:
    """Lay the tip before the officers of its desk: they see it, and are called, as if it had come
    just now.
    """
    held = await cases.hold(tx, lead, tip, lock=True)
    if held is None or held.unit not in await staff.units_led_by(tx, lead):
        return Refusal(No.NOT_YOURS)
    if not held.record.aside:
        return Refusal(No.WRONG_STATUS)
    shown = replace(held.record, aside=False)
    await stored.change(tx, tip, shown, AT_ONCE)
    await stored.call_groups(tx, tip, shown)
    await stored.call_officers(tx, tip, shown)
    await audit.write(tx, Act.LET_IN, staff=lead, tip=tip, unit=held.unit, minute=now)
    return Done(shown.status)


async def close(tx: Tx, lead: bytes, tip: bytes, words: str, now: datetime) -> Done | Refusal:
    """Take the tip and close it as not verified, with `words` to its worker: for many at once."""
    held = await cases.hold(tx, lead, tip)
    if held is None or held.unit not in await staff.units_led_by(tx, lead):
        return Refusal(No.NOT_YOURS)
    if not held.record.aside:
        return Refusal(No.WRONG_STATUS)
    taken = await cases.claim(tx, lead, tip, now)
    if isinstance(taken, Refusal):
        return taken
    return await cases.close(tx, lead, tip, Outcome.UNVERIFIED, words, now)
