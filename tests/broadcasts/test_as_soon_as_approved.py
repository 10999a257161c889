"""An alert that goes out in the minute in which it is approved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from broadcasts import checks, tick, timetable
from broadcasts.checks import Problem
from handlers.bulletins import Plan, Repeat, Run, Stage, Urgency, seal_of
from storage import bulletins, contents
from storage.database import Database
from tests.planning_world import ALERT, CONTENT, GAZETTEER, NOW, ZONE, due, local, planned, sent
from tests.planning_world import standing as stands

AT_ONCE = replace(ALERT, plan=Plan(asap=True))


def problems(urgency: Urgency, hour: str) -> list[Problem]:
    content = replace(AT_ONCE, urgency=urgency)
    found = checks.of_plan(content, local(f"2026-11-23 {hour}"), ZONE)
    return [each.problem for each in found]


def test_only_what_is_urgent_may_go_at_once() -> None:
    assert problems(Urgency.ORDINARY, "10:00") == [Problem.NOT_URGENT]
    assert problems(Urgency.ALERT, "10:00") == []
    assert problems(Urgency.ALERT, "23:00") == [Problem.WAITS]
    assert problems(Urgency.DANGER, "23:00") == []
    expired = replace(AT_ONCE, expires_on=local("2026-11-20 12:00").date())
    found = checks.of_plan(expired, NOW, ZONE)
    assert [each.problem for each in found] == [Problem.EXPIRES_FIRST]


def test_it_is_part_of_what_is_approved_and_kept() -> None:
    later = replace(AT_ONCE, plan=Plan(NOW))
    assert seal_of("root", AT_ONCE) != seal_of("root", replace(AT_ONCE, plan=Plan()))
    for content in (AT_ONCE, later, CONTENT):
        assert contents.read(contents.written(content)) == content
    assert timetable.next_time(AT_ONCE.plan, NOW, ZONE) is None


@pytest.mark.parametrize("plan", [Plan(asap=True), Plan(NOW, Repeat.DAILY, asap=True)])
async def test_approved_it_is_due_in_that_minute_and_goes_once(made: Database, plan: Plan) -> None:
    approved_at = NOW + timedelta(seconds=42)
    bulletin = await planned(made, replace(AT_ONCE, plan=plan), now=approved_at)
    assert await due(made, bulletin.id) == NOW
    fired = await tick.tick(made, approved_at, ZONE, GAZETTEER)
    assert [each.stage for each in fired] == [Run.SENDING]
    assert await tick.tick(made, approved_at + timedelta(days=1), ZONE, GAZETTEER) == ()
    assert len(await sent(made, bulletin.id)) == 1
    assert (await stands(made, bulletin.id)).stage is Stage.ENDED


async def test_a_clock_that_was_ahead_when_it_was_approved_does_not_put_it_off(
    made: Database,
) -> None:
    bulletin = await planned(made, AT_ONCE, now=NOW + timedelta(days=2))
    assert await tick.mend(made, NOW, ZONE) == 1
    assert await due(made, bulletin.id) == NOW


async def test_before_it_is_approved_it_is_not_due(made: Database) -> None:
    bulletin = await planned(made, AT_ONCE)
    async with made.write() as tx:
        edited = await bulletins.edit(
            tx, bulletin.id, replace(AT_ONCE, source="Khác"), bulletin.version
        )
        assert edited is not None
        assert await tick.schedule(tx, edited, NOW, ZONE) is None
    assert await due(made, bulletin.id) is None
