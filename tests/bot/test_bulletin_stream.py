"""A stream of bulletins in virtual time: even, never idle, and nobody sent to who is not bound."""

import asyncio
import math
import random
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bulletins.bulk import Delivered, Letter, Result
from bot.bulletins.held import Held, Page
from bot.bulletins.stream import Clocks, Stream
from bot.bulletins.weather import Weather
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.pace import ACCOUNT, Kind, Lane, Limits, Pace, Scope
from handlers.languages import Language
from handlers.screens import Button
from handlers.subscriptions import PartOfDay
from storage.leases import Lost
from storage.sendings import Kind as How
from storage.slices import Slice, Step
from storage.subscribers import Reader
from tests import virtual_time

TINY = 1e-6
FAR = datetime(2030, 1, 1, tzinfo=UTC)
BEGUN = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
LETTER = Letter(b"", b"")


@dataclass
class App:
    """A chat app at the end of a way: what arrives when, and what it says to that."""

    per_second: float
    chance: random.Random
    latency: float = 0.05
    jitter: float = 0.0
    odd: float = 0.0
    pace: Pace = field(init=False)
    left: list[tuple[float, int]] = field(default_factory=list)
    arrived: list[tuple[float, int]] = field(default_factory=list)
    recent: deque[float] = field(default_factory=deque)
    feed: "Ledger | None" = None

    def __post_init__(self) -> None:
        self.pace = Pace(Limits(bulk_per_second=self.per_second))

    def letter(self, text: str, buttons: Sequence[Button]) -> Letter:
        return LETTER

    def scope(self, address: str) -> Scope:
        return Scope(Kind.CHAT, address)

    async def send(self, address: str, letter: Letter) -> Result:
        now, number = loop_time(), int(address)
        assert self.feed is not None
        assert number <= self.feed.bounds[self.feed.slice_of(number)], "bound before it is sent"
        self.left.append((now, number))
        await asyncio.sleep(self.latency + self.chance.uniform(0, self.jitter))
        self.arrived.append((loop_time(), number))
        self.recent.append(loop_time())
        while self.recent[0] <= loop_time() - 1 + TINY:
            self.recent.popleft()
        if len(self.recent) > self.per_second:
            self.pace.refused(loop_time(), ACCOUNT, 3)
            return TryLater(3)
        if self.chance.random() < self.odd:
            odd: list[Result] = [Gone(), Refused("x"), Unknown(), TryLater(1)]
            return self.chance.choice(odd)
        return Delivered(len(self.arrived))


@dataclass
class Ledger:
    """What a database would keep; reading and writing take a little while."""

    chance: random.Random
    people: int
    size: int = 1000
    closes: datetime = FAR
    slow: float = 0.0
    bounds: Counter[int] = field(default_factory=Counter)
    lows: Counter[int] = field(default_factory=Counter)
    outcomes: dict[int, How] = field(default_factory=dict)
    counts: Counter[How] = field(default_factory=Counter)
    skips: frozenset[int] = frozenset()
    is_paused: bool = False
    given_back: list[Held] = field(default_factory=list)
    open: deque[Held] = field(default_factory=deque)
    is_watched: bool = False
    most_bound: int = 0

    def __post_init__(self) -> None:
        letters = dict.fromkeys(Language, LETTER)
        for at in range(0, self.people, self.size):
            last = min(self.people, at + self.size)
            piece = Slice(at, 7, 1, PartOfDay.ANY, at + 1, last, at, at, False)
            self.open.append(Held(piece, letters, self.closes, at))
            self.bounds[at] = self.lows[at] = at

    def slice_of(self, number: int) -> int:
        return (number - 1) // self.size * self.size

    async def next(self, limit: int) -> Page | None:
        await asyncio.sleep(self.chance.uniform(0, self.slow))
        while self.open and not self.open[0].is_open:
            self.open.popleft()
        if not self.open or self.is_paused:
            return None
        held = self.open[0]
        through = min(held.slice.last, held.read_to + limit)
        numbers = range(held.read_to + 1, through + 1)
        held.read_to, held.is_read = through, through == held.slice.last
        wanted = [each for each in numbers if each not in self.skips]
        readers = tuple(Reader(each, str(each), Language.VI, 0, 3) for each in wanted)
        skipped = tuple((each, 0) for each in numbers if each in self.skips)
        return Page(held, readers, through, held.is_read, skipped)

    async def keep(self, steps: Sequence[tuple[Held, Step]]) -> frozenset[int]:
        await asyncio.sleep(self.chance.uniform(0, self.slow))
        for held, step in steps:
            assert self.lows[held.slice.id] <= step.low <= step.bound
            self.lows[held.slice.id], self.bounds[held.slice.id] = step.low, step.bound
            for each in step.outcomes:
                assert each.subscriber not in self.outcomes
                self.outcomes[each.subscriber] = each.kind
            for (_, kind), count in step.counts.items():
                self.counts[kind] += count
        if self.is_watched:
            self.most_bound = max(self.most_bound, self.uncertain())
        return frozenset() if self.is_paused else frozenset({7})

    async def give_back(self, held: Held) -> None:
        self.given_back.append(held)

    def uncertain(self) -> int:
        """Who would be sent it again if we were killed now."""
        between = (range(low + 1, self.bounds[at] + 1) for at, low in self.lows.items())
        return sum(
            each not in self.outcomes and each not in self.skips
            for some in between
            for each in some
        )


def loop_time() -> float:
    return asyncio.get_running_loop().time()


def wall() -> datetime:
    return BEGUN + timedelta(seconds=loop_time() - 1_000)


def stream_of(app: App, ledger: Ledger, valid: float = math.inf) -> Stream:
    app.feed = ledger
    return Stream(app, ledger, Clocks(loop_time, wall, lambda: valid), Weather())


def most_in_a_second(moments: Sequence[float]) -> int:
    moments = sorted(moments)
    return max((bisect_left(moments, at + 1 - TINY) - i for i, at in enumerate(moments)), default=0)


seeds = st.integers(0, 2**32)
rates = st.sampled_from([10.0, 30.0, 200.0, 1000.0])


@settings(max_examples=25)
@given(seeds, rates, st.integers(0, 2500), st.floats(0, 0.015), st.floats(0, 0.05))
def test_no_sliding_second_at_the_receiver_is_above_the_limit_and_nobody_is_lost(
    seed: int, rate: float, people: int, jitter: float, slow: float
) -> None:
    chance = random.Random(seed)
    app = App(rate, chance, latency=chance.uniform(0, 0.4), jitter=jitter, odd=0.05)
    ledger = Ledger(chance, min(people, int(rate * 20)), size=chance.choice([37, 1000]), slow=slow)

    async def send() -> None:
        while len(ledger.outcomes) < ledger.people:
            await stream_of(app, ledger).run()

    virtual_time.run(send())
    assert most_in_a_second([at for at, _ in app.arrived]) <= rate
    assert ledger.outcomes.keys() == set(range(1, ledger.people + 1))
    assert ledger.counts.total() == ledger.people


@settings(max_examples=25)
@given(seeds, rates, st.floats(0.001, 0.1), st.floats(0, 0.02))
def test_it_is_never_idle_while_work_that_is_allowed_waits(
    seed: int, rate: float, latency: float, slow: float
) -> None:
    chance = random.Random(seed)
    app = App(rate, chance, latency=latency)
    people = int(rate * 4)
    ledger = Ledger(chance, people, size=max(60, people // 5), slow=slow)
    virtual_time.run(stream_of(app, ledger).run())
    left = [at for at, _ in app.left]
    interval = Limits(bulk_per_second=rate).bulk_interval
    assert len(left) == people
    assert max(after - before for before, after in pairwise(left)) <= interval + 0.003 + TINY
    assert left[-1] - left[0] <= (people - 1) * interval * 1.01 + 0.01


@settings(max_examples=25)
@given(seeds, rates, st.floats(0.001, 1.5), st.floats(0, 0.05))
def test_a_crash_at_any_moment_leaves_no_more_uncertain_than_the_bound(
    seed: int, rate: float, latency: float, slow: float
) -> None:
    chance = random.Random(seed)
    app = App(rate, chance, latency=latency)
    ledger = Ledger(chance, int(rate * 3), slow=slow, is_watched=True)
    stream, budgets = stream_of(app, ledger), []

    async def watch() -> None:
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(stream.run())
            while not sending.done():
                budgets.append(stream.budget)
                await asyncio.sleep(0.01)

    virtual_time.run(watch())
    # What was sent and is not written yet comes on top of what may be under way.
    assert ledger.most_bound <= max(budgets)
    assert max(budgets) <= max(50, 1.5 * rate * max(latency + 0.01, 0.1) + 1) + rate * 0.1 + 1


@settings(max_examples=25)
@given(seeds, rates, st.floats(0, 8))
def test_nothing_leaves_once_the_hours_are_over_and_the_rest_is_given_back(
    seed: int, rate: float, open_seconds: float
) -> None:
    chance = random.Random(seed)
    closes = BEGUN + timedelta(seconds=open_seconds)
    app = App(rate, chance, odd=0.1)
    ledger = Ledger(chance, int(rate * 10), size=100, closes=closes, slow=0.01)
    virtual_time.run(stream_of(app, ledger).run())
    assert all(BEGUN + timedelta(seconds=at - 1_000) < closes for at, _ in app.left)
    assert len(app.left) >= min(ledger.people, (open_seconds - 8) * rate)
    for held in ledger.given_back:
        below = range(held.slice.first, held.low + 1)
        assert all(each in ledger.outcomes for each in below)
    left = {number for _, number in app.left}
    assert ledger.outcomes.keys() <= left


def test_a_pause_acts_within_one_window() -> None:
    app = App(30, random.Random(1))
    ledger = Ledger(app.chance, 1000, slow=0.01)

    async def pause() -> int:
        async with asyncio.TaskGroup() as group:
            group.create_task(stream_of(app, ledger).run())
            await asyncio.sleep(5)
            ledger.is_paused = True
            return len(app.left)

    before = virtual_time.run(pause())
    assert 0 < before <= len(app.left) <= before + 10
    assert [held.slice.id for held in ledger.given_back] == [0]


def test_who_had_enough_this_week_is_counted_once_they_are_passed() -> None:
    app = App(1000, random.Random(1))
    ledger = Ledger(app.chance, 500, skips=frozenset(range(1, 501, 3)))
    virtual_time.run(stream_of(app, ledger).run())
    assert ledger.counts == {How.SENT: 333, How.SKIPPED: 167}
    assert not {number for _, number in app.left} & ledger.skips


def test_a_lease_that_ran_out_ends_it_before_the_next_send() -> None:
    app = App(30, random.Random(1))
    ledger = Ledger(app.chance, 1000)

    async def lose() -> None:
        with pytest.raises(Lost):
            await stream_of(app, ledger, valid=1_003.0).run()

    virtual_time.run(lose())
    assert 80 <= len(app.left) <= 90
    assert all(at < 1_003 for at, _ in app.left)


def test_a_database_that_is_away_for_a_while_loses_nothing() -> None:
    app = App(30, random.Random(1))
    ledger = Ledger(app.chance, 200)
    keep, failures = ledger.keep, iter(range(8))

    async def away(steps: Sequence[tuple[Held, Step]]) -> frozenset[int]:
        if loop_time() > 1_002 and next(failures, None) is not None:
            raise OSError
        return await keep(steps)

    ledger.keep = away  # type: ignore[method-assign]
    virtual_time.run(stream_of(app, ledger).run())
    assert len(ledger.outcomes) == len(app.left) == 200


def test_no_connection_is_tried_again_more_and_more_slowly() -> None:
    app = App(30, random.Random(1), latency=0)
    ledger, tries = Ledger(app.chance, 50), []

    async def refused(address: str, letter: Letter) -> Result:
        tries.append(loop_time())
        return TryLater(1)

    app.send = refused  # type: ignore[method-assign]
    weather = Weather()

    async def send() -> None:
        app.feed = ledger
        await Stream(app, ledger, Clocks(loop_time, wall), weather).run()

    virtual_time.run(send())
    rounds = [at for at, after in pairwise(tries) if after - at > 0.5]
    assert len(rounds) == 3, "after one, two and four seconds it is given back"
    assert weather.rest_until - tries[-1] == pytest.approx(8, abs=0.1)
    assert ledger.given_back


def test_an_answer_to_a_person_never_waits_behind_a_bulletin() -> None:
    app = App(30, random.Random(1))
    ledger = Ledger(app.chance, 300)

    async def answer() -> list[float]:
        waits = []
        async with asyncio.TaskGroup() as group:
            group.create_task(stream_of(app, ledger).run())
            for number in range(50):
                await asyncio.sleep(0.1)
                now = loop_time()
                chat = Scope(Kind.CHAT, f"worker{number}")
                waits.append(app.pace.ready_at(now, chat, Lane.TALK) - now)
                app.pace.sent(now, chat, Lane.TALK)
        return waits

    assert set(virtual_time.run(answer())) == {0}
