"""Ticks of the clock: what is due begins once, what was missed is caught up with, and no more."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from broadcasts import audience, library, tick
from broadcasts.audience import Nowhere
from broadcasts.tick import EXPIRED, NOWHERE, REPLACED, UNAPPROVED, Fired
from handlers.bulletins import OnHoliday, Repeat, Run, Stage, seal_of
from handlers.laws.changes import Change
from handlers.routing import Unit
from storage import bulletins, contents, law_changes, released_texts, sendings, units
from storage.database import Database, Tx
from storage.law_changes import Noted
from storage.released_texts import Release
from storage.subscribers import Reach
from storage.tables import bulletins as table
from storage.tables import versions
from tests.planning_world import (
    ALERT,
    CONTENT,
    GAZETTEER,
    NOW,
    UNITS,
    ZONE,
    at,
    due,
    local,
    planned,
    sent,
    standing,
    subscribe,
    wants,
    who,
)

NOON = local("2026-11-24 12:00")


async def ticked(made: Database, now: datetime) -> list[Run]:
    """The stages in which what was fired begins."""
    return [fired.stage for fired in await tick.tick(made, now, ZONE, GAZETTEER)]


async def test_what_is_due_begins_once_and_is_over_then(made: Database) -> None:
    await subscribe(made, [wants(), wants()])
    bulletin = await planned(made)
    assert await due(made, bulletin.id) == NOON
    assert await ticked(made, NOON - timedelta(seconds=1)) == []
    assert await ticked(made, NOON) == [Run.SENDING]
    assert await ticked(made, NOON) == []
    assert await ticked(made, NOON + timedelta(days=9)) == []
    [sending] = await sent(made, bulletin.id)
    assert (sending.due, sending.high_water, sending.version) == (NOON, 2, 1)
    assert (await standing(made, bulletin.id)).stage is Stage.ENDED


async def test_two_clocks_that_tick_at_once_begin_it_once(made: Database) -> None:
    daily = at(NOON, repeat=Repeat.DAILY)
    bulletins_due = [await planned(made, daily) for _ in range(3)]
    fired: list[Fired] = []
    for day in range(3):
        now = NOON + timedelta(days=day)
        both = await asyncio.gather(*(tick.tick(made, now, ZONE, GAZETTEER) for _ in range(2)))
        fired += [each for found in both for each in found]
    assert len(fired) == 9
    assert len({each.sending for each in fired}) == 9
    for bulletin in bulletins_due:
        times = [sending.due for sending in await sent(made, bulletin.id)]
        assert times == [NOON + timedelta(days=day) for day in range(3)]


async def test_a_repeated_one_is_due_again_and_holidays_are_known(made: Database) -> None:
    first = local("2026-11-23 12:00")
    plan = at(first, repeat=Repeat.DAILY, on_holiday=OnHoliday.SKIP)
    bulletin = await planned(made, plan)
    assert await ticked(made, first) == [Run.SENDING]
    assert await due(made, bulletin.id) == local("2026-11-25 12:00")
    assert await ticked(made, NOON) == []
    assert (await standing(made, bulletin.id)).stage is Stage.APPROVED


async def test_what_a_restart_missed_is_caught_up_with(made: Database) -> None:
    bulletin = await planned(made)
    assert await ticked(made, NOON + timedelta(hours=3)) == [Run.SENDING]
    assert [sending.due for sending in await sent(made, bulletin.id)] == [NOON]


async def test_what_is_more_than_three_hours_late_asks_its_author(made: Database) -> None:
    bulletin = await planned(made)
    assert await ticked(made, NOON + timedelta(hours=3, seconds=1)) == [Run.LATE]
    [sending] = await sent(made, bulletin.id)
    assert (sending.stage, sending.reason) == (Run.LATE, "")
    async with made.write() as tx:
        assert await sendings.set_stage(tx, sending.id, Run.SENDING, now=NOON)
    assert await ticked(made, NOON + timedelta(hours=4)) == []


async def test_after_a_week_of_standstill_one_is_sent_and_not_seven(made: Database) -> None:
    bulletin = await planned(made, at(NOON, repeat=Repeat.DAILY))
    now = NOON + timedelta(days=6, hours=1)
    assert await ticked(made, now) == [Run.SENDING]
    assert [sending.due for sending in await sent(made, bulletin.id)] == [NOON + timedelta(days=6)]
    assert await due(made, bulletin.id) == NOON + timedelta(days=7)


async def test_a_clock_that_jumps_back_sends_nothing_twice(made: Database) -> None:
    bulletin = await planned(made, at(NOON, repeat=Repeat.DAILY))
    for hours in (0, -5, -48, 1, 0, 24, 23, 25):
        await ticked(made, NOON + timedelta(hours=hours))
    times = [sending.due for sending in await sent(made, bulletin.id)]
    assert times == [NOON, NOON + timedelta(days=1)]


async def test_a_clock_that_ran_a_year_ahead_does_not_silence_a_bulletin(made: Database) -> None:
    bulletin = await planned(made, at(NOON, repeat=Repeat.DAILY))
    ahead = NOON + timedelta(days=300)
    assert await ticked(made, ahead) == [Run.SENDING]
    assert await tick.mend(made, NOW, ZONE) == 1
    assert await due(made, bulletin.id) == NOON
    assert await tick.mend(made, NOW, ZONE) == 0
    assert await ticked(made, NOON) == [Run.SENDING]
    # The day that was sent too early comes: it is not sent again, and the next one is.
    async with made.write() as tx:
        await bulletins.set_next_due(tx, bulletin.id, int(ahead.timestamp()))
    assert await ticked(made, ahead) == []
    assert await due(made, bulletin.id) == ahead + timedelta(days=1)


async def test_what_was_missed_is_not_mended_away(made: Database) -> None:
    bulletin = await planned(made, at(NOON, repeat=Repeat.DAILY))
    later = NOON + timedelta(hours=1)
    assert await tick.mend(made, later, ZONE) == 0
    assert await due(made, bulletin.id) == NOON
    assert await ticked(made, later) == [Run.SENDING]


async def test_what_expired_stops_and_says_so(made: Database) -> None:
    daily = at(NOON, repeat=Repeat.DAILY)
    bulletin = await planned(made, replace(daily, expires_on=date(2026, 11, 24)))
    assert await ticked(made, NOON) == [Run.SENDING]
    assert await ticked(made, NOON + timedelta(days=1)) == [Run.STOPPED]
    stopped = (await sent(made, bulletin.id))[-1]
    assert (stopped.reason, stopped.ended) == (EXPIRED, NOON + timedelta(days=1))
    assert (await standing(made, bulletin.id)).stage is Stage.ENDED
    assert await ticked(made, NOON + timedelta(days=2)) == []


async def tamper(made: Database, bulletin: str, **values: object) -> None:
    async with made.write() as tx:
        await tx.run(update(table).where(table.c.id == bulletin).values(**values))


async def test_what_is_not_what_was_approved_is_not_sent(made: Database) -> None:
    bulletin = await planned(made)
    other = replace(CONTENT, en=replace(CONTENT.en, body="Something else."))
    async with made.write() as tx:
        changed = update(versions).where(versions.c.bulletin == bulletin.id)
        await tx.run(changed.values(body=contents.written(other)))
    assert await ticked(made, NOON) == [Run.STOPPED]
    [sending] = await sent(made, bulletin.id)
    assert sending.reason == UNAPPROVED
    assert (await standing(made, bulletin.id)).stage is Stage.DRAFT


async def test_a_seal_that_nobody_approved_is_not_enough(made: Database) -> None:
    bulletin = await planned(made)
    other = replace(CONTENT, en=replace(CONTENT.en, body="Something else."))
    async with made.write() as tx:
        changed = update(versions).where(versions.c.bulletin == bulletin.id)
        await tx.run(changed.values(body=contents.written(other)))
    await tamper(made, bulletin.id, seal=seal_of("root", other))
    assert await ticked(made, NOON) == [Run.STOPPED]


async def test_an_alert_of_free_words_needs_two(made: Database) -> None:
    two = await planned(made, at(NOON, ALERT))
    assert await ticked(made, NOON) == [Run.SENDING]
    one = await planned(made, at(NOON + timedelta(days=1)))
    urgent = replace(one.content, urgency=ALERT.urgency)
    async with made.write() as tx:
        changed = update(versions).where(versions.c.bulletin == one.id)
        await tx.run(changed.values(body=contents.written(urgent)))
    await tamper(made, one.id, seal=seal_of("root", urgent))
    assert await ticked(made, NOON + timedelta(days=1)) == [Run.STOPPED]
    assert [each.stage for each in await sent(made, two.id)] == [Run.SENDING]


async def test_a_text_of_the_library_needs_nobody_and_a_false_one_is_not_sent(
    made: Database,
) -> None:
    checked = at(NOON, library.load()["harassment"])
    assert await ticked(made, NOON) == []
    true = await planned(made, checked)
    false = await planned(made, replace(checked, vi=replace(checked.vi, title="Khác")))
    assert sorted(await ticked(made, NOON)) == [Run.SENDING, Run.STOPPED]
    assert (await sent(made, true.id))[0].stage is Run.SENDING
    assert (await sent(made, false.id))[0].reason == UNAPPROVED


async def test_a_place_that_was_dissolved_stops_it(made: Database) -> None:
    bulletin = await planned(made, replace(CONTENT, scope=("48/99999",)))
    assert await ticked(made, NOON) == [Run.STOPPED]
    [sending] = await sent(made, bulletin.id)
    assert sending.reason == NOWHERE
    assert (await standing(made, bulletin.id)).stage is Stage.DRAFT


async def test_a_unit_that_lost_its_place_sends_nothing_there(made: Database) -> None:
    bulletin = await planned(made, replace(CONTENT, scope=("48",)), "city")
    moved = [
        replace(each, places=frozenset({"79"})) if each.id == "city" else each for each in UNITS
    ]
    assert all(isinstance(each, Unit) for each in moved)
    async with made.write() as tx:
        await units.import_all(tx, moved)
    assert await ticked(made, NOON) == [Run.STOPPED]
    assert (await sent(made, bulletin.id))[0].reason == NOWHERE


async def test_an_audience_of_zero_is_no_failure(made: Database) -> None:
    bulletin = await planned(made, unit="city")
    assert await ticked(made, NOON) == [Run.SENDING]
    assert (await sent(made, bulletin.id))[0].high_water == 0


@pytest.mark.parametrize("way", ["deleted", "edited", "draft"])
async def test_what_is_no_longer_approved_is_not_due(made: Database, way: str) -> None:
    bulletin = await planned(made)
    async with made.write() as tx:
        if way == "deleted":
            await bulletins.delete(tx, bulletin.id)
        elif way == "edited":
            await bulletins.edit(tx, bulletin.id, replace(CONTENT, source="x"), bulletin.version)
        else:
            await bulletins.set_stage(tx, bulletin.id, Stage.DRAFT)
    assert await ticked(made, NOON) == []
    assert await sent(made, bulletin.id) == ()


async def test_one_that_fails_does_not_keep_the_others_back(
    made: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await planned(made, unit="city")
    whole = await planned(made, at(NOON + timedelta(minutes=1)))
    reach = audience.reach

    async def breaking(tx: Tx, unit: str, *rest: Any) -> Reach | Nowhere:
        if unit == "city":
            raise RuntimeError("broken on purpose")
        return await reach(tx, unit, *rest)

    monkeypatch.setattr(audience, "reach", breaking)
    later = NOON + timedelta(minutes=1)
    with pytest.raises(RuntimeError, match="on purpose"):
        await ticked(made, later)
    assert await sent(made, broken.id) == ()
    assert len(await sent(made, whole.id)) == 1
    monkeypatch.undo()
    assert await ticked(made, later) == [Run.SENDING]
    assert [each.due for each in await sent(made, broken.id)] == [NOON]


async def test_what_rests_on_a_replaced_law_is_stopped_from_that_day_on_and_a_draft_again(
    made: Database,
) -> None:
    day = NOON.astimezone(ZONE).date()
    bulletin = await planned(made, at(NOON, repeat=Repeat.DAILY))
    change = Change("45/2019/QH14", "Bộ luật mới", day + timedelta(days=1))
    async with made.write() as tx:
        assert await law_changes.replace(tx, None, change, NOW) is Noted.DONE
    assert await ticked(made, NOON) == [Run.SENDING]
    assert await ticked(made, NOON + timedelta(days=1)) == [Run.STOPPED]
    assert [each.reason for each in await sent(made, bulletin.id)] == ["", REPLACED]
    assert (await standing(made, bulletin.id)).stage is Stage.DRAFT
    assert await due(made, bulletin.id) is None


async def test_a_law_that_counts_again_stops_nothing(made: Database) -> None:
    await planned(made)
    change = Change("45/2019/QH14", "Bộ luật mới", date(2026, 1, 1))
    async with made.write() as tx:
        await law_changes.replace(tx, None, change, NOW)
        assert await law_changes.keep(tx, None, "45/2019/qh14", NOW) is Noted.DONE
    assert await ticked(made, NOON) == [Run.SENDING]


async def test_a_text_whose_release_was_taken_back_is_not_sent(made: Database) -> None:
    draft = library.texts()["overtime_limits"]
    content = at(NOON, draft.content)
    member = await who(made, "duyet1")
    first, second = [await planned(made, content) for _ in range(2)]
    async with made.write() as tx:
        await released_texts.release(tx, member, draft.id, draft.seal, NOW)
    async with made.read() as tx:
        assert await tick.is_approved(tx, first)
    async with made.write() as tx:
        assert await released_texts.take_back(tx, member, draft.id, NOW) is Release.DONE
    assert await ticked(made, NOON) == [Run.STOPPED, Run.STOPPED]
    for each in (first, second):
        assert [one.reason for one in await sent(made, each.id)] == [UNAPPROVED]
        assert (await standing(made, each.id)).stage is Stage.DRAFT
