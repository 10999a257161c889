"""The weekly reminder of the bell: made by itself, for who asked for it, and nobody's to change."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from broadcasts import audience, library, reminder, tick
from broadcasts.tick import MISSED
from handlers.bulletins import REMINDER, Run, Stage, Topic, Urgency
from handlers.languages import Language
from handlers.subscriptions import Subscription, mask_of
from storage import accounts, bulletins, published, sendings, subscribers
from storage.database import Database
from storage.subscribers import Reach
from storage.tables import units
from tests.planning_world import (
    GAZETTEER,
    NOW,
    TODAY,
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
)

SUNDAY = local("2026-11-29 17:30")


async def ticked(made: Database, now: datetime) -> list[Run]:
    return [fired.stage for fired in await tick.tick(made, now, ZONE, GAZETTEER)]


async def test_it_is_made_once_for_the_highest_unit_and_due_on_sunday(made: Database) -> None:
    told = await asyncio.gather(*(reminder.ensure(made, NOW, ZONE) for _ in range(3)))
    assert told == [True, True, True]
    found = await standing(made, REMINDER)
    assert (found.unit, found.stage, found.version) == ("root", Stage.APPROVED, 1)
    assert await due(made, REMINDER) == SUNDAY


async def test_every_sunday_one_goes_to_who_asked_for_it_and_nobody_else(made: Database) -> None:
    asked = Subscription(frozenset({Topic.LIVING}), ("79/25747",), bell=True)
    await subscribe(made, [wants(topic=Topic.LIVING), asked, wants()])
    await reminder.ensure(made, NOW, ZONE)
    for week in range(3):
        now = SUNDAY + timedelta(weeks=week)
        assert await ticked(made, now - timedelta(seconds=1)) == []
        assert await ticked(made, now) == [Run.SENDING]
        assert await ticked(made, now) == []
    times = [each.due for each in await sent(made, REMINDER)]
    assert times == [SUNDAY + timedelta(weeks=week) for week in range(3)]
    found = await standing(made, REMINDER)
    async with made.read() as tx:
        whom = await audience.reach(tx, found.unit, found.content, SUNDAY, ZONE, GAZETTEER)
        assert isinstance(whom, Reach)
        assert whom.topic_bits == mask_of(frozenset(), bell=True)
        page = await subscribers.page(tx, whom, account=1, part=None, first=1, last=9, limit=9)
    assert [each.id for each in page] == [2]


async def test_one_that_is_hours_late_is_left_for_nobody_can_be_asked(made: Database) -> None:
    await reminder.ensure(made, NOW, ZONE)
    assert await ticked(made, SUNDAY + timedelta(hours=4)) == [Run.STOPPED]
    [missed] = await sent(made, REMINDER)
    assert (missed.stage, missed.reason) == (Run.STOPPED, MISSED)
    assert await due(made, REMINDER) == SUNDAY + timedelta(weeks=1)


async def test_a_clock_that_ran_ahead_does_not_put_it_off(made: Database) -> None:
    await reminder.ensure(made, NOW, ZONE)
    async with made.write() as tx:
        away = int((SUNDAY + timedelta(weeks=9)).timestamp())
        await bulletins.set_next_due(tx, REMINDER, away)
    assert await tick.mend(made, NOW, ZONE) == 1
    assert await due(made, REMINDER) == SUNDAY


async def test_it_stands_on_no_list_and_is_published_nowhere(made: Database) -> None:
    await reminder.ensure(made, NOW, ZONE)
    mine = await planned(made)
    await ticked(made, SUNDAY)
    async with made.write() as tx:
        for key in (REMINDER, mine.id):
            [sending] = await sendings.of_bulletin(tx, key)
            await sendings.set_stage(tx, sending.id, Run.SENDING, now=SUNDAY)
            await sendings.set_stage(tx, sending.id, Run.DONE, now=SUNDAY)
        every = await bulletins.of_units(tx, [each.id for each in UNITS])
        assert [each.id for each in every] == [mine.id]
        assert [each.id for each in await published.newest(tx, 9)] == [mine.id]
        assert await published.one(tx, REMINDER) is None


async def test_other_words_or_another_highest_unit_are_put_right_at_the_next_start(
    made: Database,
) -> None:
    await reminder.ensure(made, NOW, ZONE)
    text = library.reminder(reminder.plan(ZONE))
    wrong = replace(text, vi=replace(text.vi, body="Khác."))
    async with made.write() as tx:
        changed = await bulletins.keep_reminder(tx, "city", wrong, TODAY)
        assert changed is not None
        await tick.schedule(tx, changed, NOW, ZONE)
        assert not await tick.is_approved(tx, changed), "nobody's words but ours"
    await reminder.ensure(made, NOW, ZONE)
    found = await standing(made, REMINDER)
    assert (found.unit, found.content, found.version) == ("root", text, 3)
    assert await due(made, REMINDER) == SUNDAY
    assert await ticked(made, SUNDAY) == [Run.SENDING]


async def test_before_the_first_import_there_is_nobody_to_send_it_for(made: Database) -> None:
    async with made.write() as tx:
        await tx.run(delete(units))
    assert not await reminder.ensure(made, NOW, ZONE)
    async with made.read() as tx:
        assert await bulletins.by_id(tx, REMINDER) is None


@pytest.mark.parametrize("urgency", [Urgency.ORDINARY, Urgency.DANGER])
def test_nobody_can_send_its_words_as_theirs(urgency: Urgency) -> None:
    text = replace(library.reminder(reminder.plan(ZONE)), urgency=urgency)
    assert not library.is_unedited(text)
    assert library.honest(text).library == ""
    assert REMINDER not in library.load()


async def test_what_only_calls_itself_so_is_not_sent(made: Database) -> None:
    own = replace(library.reminder(at(SUNDAY).plan), library=REMINDER)
    bulletin = await planned(made, own)
    async with made.read() as tx:
        assert not await tick.is_approved(tx, bulletin)
    assert await ticked(made, SUNDAY) == [Run.STOPPED]


@pytest.mark.parametrize("language", Language)
def test_its_words_hold_no_number_and_are_the_same_for_all(language: Language) -> None:
    text = library.reminder(reminder.plan(ZONE))
    said = text.wording(language)
    words = f"{said.title} {said.body} {said.action}"
    assert not re.search(r"\d", words)
    assert len(words.split()) <= 110
    assert (text.legal, text.citations, text.expires_on, text.scope) == (False, (), None, ())
    assert library.is_reminder(text)


async def test_subscribers_whom_nothing_is_sent_are_not_counted(made: Database) -> None:
    async with made.write() as tx:
        prompt = await accounts.ensure_first(tx, "terminal", "")
        closed = await accounts.add(tx, "closed", "telegram", "2:token")
        assert closed is not None
        await accounts.disable(tx, "closed")
    await subscribe(made, [wants(), wants()])
    await subscribe(made, [wants()], account=prompt.id, first=10)
    await subscribe(made, [wants()] * 3, account=closed.id, first=20)
    content = at(SUNDAY)
    async with made.read() as tx:
        whom = await audience.reach(tx, "root", content, NOW, ZONE, GAZETTEER)
        assert isinstance(whom, Reach)
        found = await audience.estimate(tx, content, whom, NOW)
    assert (found.people, found.by_account) == (2, {1: 2})
    assert sum(found.by_part.values()) == 2
