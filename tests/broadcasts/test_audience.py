"""For whom a bulletin is: within the places of its unit, counted in tens, with time and cost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import insert

from broadcasts import audience
from broadcasts.audience import Area, Nowhere, Trouble
from handlers.bulletins import Topic, Urgency
from handlers.routing import Unit, UnitKind
from handlers.subscriptions import PartOfDay, Span, Subscription, mask_of, span_of
from storage import sendings, slices, weekly
from storage.accounts import Account
from storage.database import Database
from storage.sendings import Kind
from storage.subscribers import Counted, Reach
from storage.tables import outcomes
from tests.planning_world import (
    ALERT,
    COMMUNE,
    CONTENT,
    GAZETTEER,
    NOW,
    OTHER,
    PROVINCE,
    TODAY,
    ZONE,
    planned,
    subscribe,
    wants,
)


def area(unit_places: set[str], *scope: str) -> Area | Nowhere:
    unit = Unit("unit", "root", UnitKind.UNION, "Đơn vị", frozenset(unit_places))
    return audience.area(unit, scope, GAZETTEER)


def test_without_a_scope_it_is_all_that_the_unit_covers() -> None:
    assert area({"*"}) == Area((span_of("*"),))
    assert area({PROVINCE}) == Area((span_of(PROVINCE),))
    assert area({COMMUNE}) == Area((span_of(f"{PROVINCE}/{COMMUNE}"),))
    # A commune within a province that is covered anyway adds nothing.
    assert area({PROVINCE, COMMUNE}) == Area((span_of(PROVINCE),))


def test_a_scope_lies_within_the_places_of_the_unit() -> None:
    ward = f"{PROVINCE}/{COMMUNE}"
    assert area({PROVINCE}, ward) == Area((span_of(ward),))
    assert area({"*"}, PROVINCE, OTHER) == Area((span_of(PROVINCE), span_of(OTHER)))
    assert area({PROVINCE}, ward, OTHER) == Nowhere(Trouble.OUTSIDE, (OTHER,))
    assert area({COMMUNE}, PROVINCE) == Nowhere(Trouble.OUTSIDE, (PROVINCE,))
    assert area({PROVINCE}, "*") == Nowhere(Trouble.OUTSIDE, ("*",))


def test_a_bulletin_of_a_boarding_house_group_goes_to_its_places() -> None:
    ward = f"{PROVINCE}/{COMMUNE}"
    group = Unit("group", "root", UnitKind.BOARDING, "Tổ tự quản", frozenset({COMMUNE}))
    assert audience.area(group, (), GAZETTEER) == Area((span_of(ward),))
    assert audience.area(group, (ward,), GAZETTEER) == Area((span_of(ward),))
    assert audience.area(group, (PROVINCE,), GAZETTEER) == Nowhere(Trouble.OUTSIDE, (PROVINCE,))


def test_a_place_that_is_no_more_is_told() -> None:
    for gone in ("99", "48/99999", f"{OTHER}/{COMMUNE}", "nonsense", ""):
        assert area({"*"}, gone) == Nowhere(Trouble.DISSOLVED, (gone,))
    assert area({PROVINCE, "99999"}) == Area((span_of(PROVINCE),), ("99999",))
    assert area({"99999"}) == Nowhere(Trouble.NO_PLACES, ("99999",))
    assert area(set()) == Nowhere(Trouble.NO_PLACES)


codes = some.sampled_from(["*", "48", "79", "01", "48/20335", "48/20242", "79/25747"])
units_places = some.sets(some.sampled_from(["*", "48", "79", "20335", "20242", "25747"]))


@given(units_places, some.lists(codes, max_size=4))
def test_nobody_sends_outside_the_places_of_their_unit(
    unit_places: set[str], scope: list[str]
) -> None:
    found = area(unit_places, *scope)
    if isinstance(found, Nowhere):
        return
    whole = area(unit_places)
    assert isinstance(whole, Area)

    def holds(outer: Span, inner: Span) -> bool:
        return outer.first <= inner.first and inner.last <= outer.last

    assert all(any(holds(outer, span) for outer in whole.spans) for span in found.spans)
    assert all(any(holds(span, span_of(code)) for span in found.spans) for code in scope)


def test_an_alert_is_for_those_who_want_alerts_too() -> None:
    loans = replace(CONTENT, topic=Topic.LOANS)
    assert audience.topic_bits(loans) == mask_of(frozenset({Topic.LOANS}))
    for urgency in (Urgency.ALERT, Urgency.DANGER):
        both = audience.topic_bits(replace(loans, urgency=urgency))
        assert both == mask_of(frozenset({Topic.LOANS, Topic.ALERTS}))


def test_counts_are_shown_in_tens() -> None:
    shown = [audience.rounded(count) for count in (0, 1, 4, 5, 14, 15, 25, 1234, 99_995)]
    assert shown == [0, 10, 10, 10, 10, 20, 30, 1230, 100_000]


def account(number: int, per_second: int) -> Account:
    return Account(number, f"bot{number}", "telegram", True, per_second)


def test_the_slowest_account_tells_how_long_it_takes() -> None:
    counted = Counted(3_000, {1: 2_940, 2: 60}, {PartOfDay.ANY: 3_000})
    found = audience.estimated(counted, 7, [account(1, 30), account(2, 30)])
    assert (found.people, found.skipped, found.stars) == (3_000, 7, 0)
    assert found.seconds == 100
    assert audience.estimated(Counted(0, {}, {}), 0, []).seconds == 0
    # An account that was removed meanwhile is taken for an ordinary one.
    assert audience.estimated(counted, 0, []).seconds == 100


def test_what_is_faster_than_30_a_second_costs() -> None:
    counted = Counted(98_000, {1: 98_000}, {PartOfDay.ANY: 98_000})
    found = audience.estimated(counted, 0, [account(1, 1000)])
    assert found.seconds == 100
    # In 100 seconds 3,000 are free, and each of the others costs a tenth of a Star.
    assert found.stars == 9_500
    assert audience.estimated(counted, 0, [account(1, 30)]).stars == 0


async def reach_of(made: Database, unit: str, **changed: object) -> Reach | Nowhere:
    content = replace(CONTENT, **changed)  # type: ignore[arg-type]
    async with made.read() as tx:
        return await audience.reach(tx, unit, content, NOW, ZONE, GAZETTEER)


async def test_the_audience_of_a_unit_are_the_subscribers_in_its_places(made: Database) -> None:
    ward = f"{PROVINCE}/{COMMUNE}"
    everywhere, city, here, elsewhere = wants(), wants(PROVINCE), wants(ward), wants(OTHER)
    other_topic = wants(PROVINCE, topic=Topic.LOANS)
    await subscribe(made, [everywhere, city, city, here, elsewhere, other_topic])
    found = {}
    for unit in ("root", "city", "ward"):
        whom = await reach_of(made, unit)
        assert isinstance(whom, Reach)
        async with made.read() as tx:
            found[unit] = (await audience.estimate(tx, CONTENT, whom, NOW)).people
    assert found == {"root": 5, "city": 3, "ward": 1}


async def test_a_unit_that_is_gone_or_covers_nothing_reaches_nobody(made: Database) -> None:
    assert await reach_of(made, "no-such-unit") == Nowhere(Trouble.NO_UNIT)
    assert await reach_of(made, "paper") == Nowhere(Trouble.NO_PLACES)
    assert await reach_of(made, "city", scope=(OTHER,)) == Nowhere(Trouble.OUTSIDE, (OTHER,))
    old = await reach_of(made, "old")
    assert isinstance(old, Reach)
    assert old.spans == (span_of(OTHER),)
    assert old.today == TODAY


async def test_who_had_their_bulletins_of_the_week_is_counted(made: Database) -> None:
    some_want_less = [wants(), replace(wants(), per_week=1), replace(wants(), per_week=2)]
    await subscribe(made, some_want_less)
    bulletin = await planned(made)
    whom = await reach_of(made, "root")
    assert isinstance(whom, Reach)
    milliseconds = round(NOW.timestamp() * 1000)
    async with made.write() as tx:
        earlier = await sendings.start(tx, bulletin, NOW - timedelta(days=2), 3)
        assert earlier is not None
        assert await slices.plan(tx, earlier, 3, [], milliseconds - 2 * 86_400_000)
        rows = [
            {"sending": earlier.id, "subscriber": number, "kind": kind, "message": None}
            for number, kind in ((1, Kind.SENT), (2, Kind.UNKNOWN), (3, Kind.SENT))
        ]
        await tx.run(insert(outcomes), rows)
    async with made.read() as tx:
        assert await weekly.count_full(tx, whom, milliseconds) == 1
        found = await audience.estimate(tx, CONTENT, whom, NOW)
        alert = await audience.estimate(tx, ALERT, whom, NOW)
    assert (found.people, found.skipped) == (3, 1)
    assert alert.skipped == 0


async def test_before_the_first_bulletin_nobody_is_left_out(made: Database) -> None:
    await subscribe(made, [Subscription(frozenset({Topic.WAGES}), per_week=1)])
    whom = await reach_of(made, "root")
    assert isinstance(whom, Reach)
    async with made.read() as tx:
        assert await weekly.count_full(tx, whom, round(NOW.timestamp() * 1000)) == 0


@pytest.mark.parametrize("unit", ["root", "city", "ward"])
async def test_an_audience_of_zero_is_an_estimate_of_zero(made: Database, unit: str) -> None:
    whom = await reach_of(made, unit)
    assert isinstance(whom, Reach)
    async with made.read() as tx:
        found = await audience.estimate(tx, CONTENT, whom, NOW)
    assert (found.people, found.skipped, found.seconds, found.stars) == (0, 0, 0, 0)
