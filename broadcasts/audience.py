"""For whom a bulletin is: the places of its unit, how many read there, how long it takes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from handlers.bulletins import REMINDER, Content, Urgency, topics_for
from handlers.routing import Unit
from handlers.subscriptions import WHOLE_COUNTRY, PartOfDay, Span, mask_of, span_of
from storage import accounts, subscribers, units, weekly
from storage.accounts import PER_SECOND, Account
from storage.database import Tx
from storage.places import Places
from storage.subscribers import Counted, Reach, merged

PACE = 0.98
"""The share of the permitted pace that is used, so that nobody is ever refused."""
UNSENT = frozenset({"terminal"})
"""Names of channels that people may subscribe in and nothing is sent over."""
STARS_PER_MESSAGE = 0.1
"""What a message above the free 30 in a second costs (core.telegram.org/bots/faq)."""


class Trouble(StrEnum):
    """Why a bulletin has no audience."""

    NO_UNIT = "no_unit"
    NO_PLACES = "no_places"
    DISSOLVED = "dissolved"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Nowhere:
    """There is no audience; `codes` are the places of the scope that are at fault."""

    trouble: Trouble
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """Where a bulletin goes, in as few spans as can be. `lost` are codes that its unit covers on
    paper and that are no place any more.
    """

    spans: tuple[Span, ...]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What sending a bulletin now would mean. `people` and `skipped` (those who had their bulletins
    of the week) are exact: show them through `rounded`. `seconds` is the time in which the slowest
    account sends its share, without the hours that people choose; `stars` what paid sending costs
    for all accounts.
    """

    people: int
    skipped: int
    seconds: int
    stars: int
    by_account: dict[int, int] = field(default_factory=dict)
    by_part: dict[PartOfDay, int] = field(default_factory=dict)


def area(unit: Unit, scope: Iterable[str], places: Places) -> Area | Nowhere:
    """The places that a bulletin of `unit` goes to: its scope, or all that the unit covers. A scope
    must lie within what the unit itself covers; nothing is inherited from units below.
    """
    known = {code: _named(code, places) for code in sorted(unit.places)}
    covered = merged([span_of(name) for name in known.values() if name is not None])
    lost = tuple(code for code, name in known.items() if name is None)
    scope = tuple(scope)
    dissolved = tuple(code for code in scope if not is_place(code, places))
    if dissolved:
        return Nowhere(Trouble.DISSOLVED, dissolved)
    if not covered:
        return Nowhere(Trouble.NO_PLACES, lost)
    wanted = {code: span_of(code) for code in scope}
    outside = tuple(code for code, span in wanted.items() if not _is_within(span, covered))
    if outside:
        return Nowhere(Trouble.OUTSIDE, outside)
    return Area(merged(list(wanted.values())) if wanted else covered, lost)


def is_place(code: str, places: Places) -> bool:
    """Whether a code of a scope ("*", "PP", "PP/CCCCC") is a place of today."""
    province, _, commune = code.partition("/")
    found = places.by_code(commune or province)
    return code == WHOLE_COUNTRY or (found is not None and found.province_code == province)


def topic_bits(content: Content) -> int:
    """Which subscribers a bulletin is for: those of its topic; with an alert, those who want alerts
    too; with the reminder of the bell, who asked for that and nobody else.
    """
    if content.library == REMINDER:
        return mask_of(frozenset(), bell=True)
    return mask_of(frozenset(topics_for(content)))


async def reach(
    tx: Tx, unit: str, content: Content, now: datetime, zone: ZoneInfo, places: Places
) -> Reach | Nowhere:
    """Who a bulletin of `unit` goes to when it is sent at `now`."""
    tree = await units.tree(tx)
    found = tree.get(unit) if tree is not None else None
    if found is None:
        return Nowhere(Trouble.NO_UNIT)
    where = area(found, content.scope, places)
    if content.library == REMINDER:
        where = Area((span_of(WHOLE_COUNTRY),))
    if isinstance(where, Nowhere):
        return where
    today = now.astimezone(zone).date()
    return Reach(topic_bits(content), where.spans, today, await subscribers.high_water(tx))


async def estimate(tx: Tx, content: Content, whom: Reach, now: datetime) -> Estimate:
    """What sending a bulletin to `whom` at `now` would mean. Who subscribed over an account that
    nothing is sent from is not counted.
    """
    every = await accounts.every(tx)
    silent = [each.id for each in every if each.channel in UNSENT or not each.enabled]
    counted = await subscribers.count(tx, whom, without=silent)
    skipped = 0
    if content.urgency is Urgency.ORDINARY:
        milliseconds = round(now.timestamp() * 1000)
        skipped = await weekly.count_full(tx, whom, milliseconds, without=silent)
    return estimated(counted, skipped, every)


def estimated(counted: Counted, skipped: int, every: Iterable[Account]) -> Estimate:
    """How long a number of messages takes over these accounts, and what it costs."""
    pace = {account.id: account.per_second for account in every}
    paces = {each: pace.get(each, PER_SECOND) for each in counted.by_account}
    seconds = (many / (PACE * paces[account]) for account, many in counted.by_account.items())
    stars = sum(_stars(many, paces[account]) for account, many in counted.by_account.items())
    return Estimate(
        people=counted.total,
        skipped=skipped,
        seconds=math.ceil(max(seconds, default=0.0)),
        stars=stars,
        by_account=counted.by_account,
        by_part=counted.by_part,
    )


def rounded(count: int) -> int:
    """A count as it is shown before sending: in tens; whoever is there makes at least ten."""
    return max(10, (count + 5) // 10 * 10) if count else 0


def _stars(many: int, per_second: int) -> int:
    used = PACE * per_second
    if used <= PER_SECOND:
        return 0
    return math.ceil(round(many * (1 - PER_SECOND / used) * STARS_PER_MESSAGE, 6))


def _named(code: str, places: Places) -> str | None:
    """A place of a unit as a scope names it; None for what is no place any more."""
    if code == WHOLE_COUNTRY:
        return code
    found = places.by_code(code)
    if found is None:
        return None
    return code if code == found.province_code else f"{found.province_code}/{code}"


def _is_within(span: Span, covered: Iterable[Span]) -> bool:
    return any(each.first <= span.first and span.last <= each.last for each in covered)
