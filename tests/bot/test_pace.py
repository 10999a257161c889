"""How fast a channel may be spoken to: what the far side sees, and that nobody waits in vain."""

import math
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pace import ACCOUNT, Kind, Lane, Limits, Pace, Scope

CHATS = tuple(Scope(Kind.CHAT, f"chat {number}") for number in range(3))
GROUPS = tuple(Scope(Kind.GROUP, f"group {number}") for number in range(2))
LIMITS = Limits()
# What is left of a float's exactness at the clock's size.
TINY = 1e-6
START = 50_000.0

lanes = st.sampled_from(Lane)
chats_and_groups = st.sampled_from(CHATS + GROUPS)
scopes = st.sampled_from((*CHATS, *GROUPS, ACCOUNT))
seeds = st.integers(0, 2**32)


@dataclass(frozen=True)
class Job:
    """Something to send, from the moment it is there."""

    at: float
    scope: Scope
    lane: Lane


@dataclass(frozen=True)
class Left:
    """Something that was sent."""

    at: float
    job: Job


@dataclass
class Caller:
    """Sends each job as soon as `pace` permits, and wakes up late by up to `late` seconds."""

    pace: Pace
    jobs: Sequence[Job]
    chance: random.Random
    late: float = 0.0
    left: list[Left] = field(default_factory=list)

    def run(self) -> list[Left]:
        """Sends everything; of several jobs for one place and lane the oldest goes first."""
        waiting = sorted(self.jobs, key=lambda job: job.at)
        now = START
        while waiting:
            ready = self._heads(now, waiting)
            moment, job = min(ready, key=lambda each: (each[0], each[1].lane is Lane.BULK))
            if moment <= now:
                self.pace.sent(now, job.scope, job.lane)
                self.left.append(Left(now, job))
                waiting.remove(job)
            else:
                now = moment + self.chance.uniform(0, self.late)
        return self.left

    def _heads(self, now: float, waiting: Sequence[Job]) -> list[tuple[float, Job]]:
        heads: dict[tuple[Scope, Lane], Job] = {}
        for job in waiting:
            heads.setdefault((job.scope, job.lane), job)
        return [
            (self.pace.ready_at(now, job.scope, job.lane) if job.at <= now else job.at, job)
            for job in heads.values()
        ]


jobs = st.lists(
    st.builds(
        Job,
        at=st.floats(0, 90).map(lambda seconds: START + seconds),
        scope=chats_and_groups,
        lane=lanes,
    ),
    max_size=70,
)


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The largest number of moments in any window of that length."""
    moments = sorted(moments)
    return max(
        (bisect_left(moments, start + seconds - TINY) - i for i, start in enumerate(moments)),
        default=0,
    )


def arrivals(left: Sequence[Left], chance: random.Random, jitter: float) -> list[float]:
    """When they come in, each after its own time on the way."""
    return [each.at + 0.2 + chance.uniform(0, jitter) for each in left]


@settings(deadline=None)
@given(jobs, seeds, st.floats(0, 0.05), st.floats(0, 0.5))
def test_no_chat_sees_two_messages_in_a_second_and_no_group_21_in_a_minute(
    wanted: list[Job], seed: int, late: float, jitter: float
) -> None:
    chance = random.Random(seed)
    left = Caller(Pace(Limits(jitter=jitter)), wanted, chance, late).run()
    assert len(left) == len(wanted)
    for scope in CHATS + GROUPS:
        seen = arrivals([each for each in left if each.job.scope == scope], chance, jitter)
        assert most_within(seen, 1) <= 1
        assert scope in CHATS or most_within(seen, 60) <= 20


@settings(deadline=None)
@given(seeds, st.integers(25, 130), st.sampled_from(GROUPS))
def test_a_crowded_group_gets_20_a_minute_and_the_bulk_lane_leaves_5_of_them(
    seed: int, count: int, group: Scope
) -> None:
    chance = random.Random(seed)
    crowd = [Job(START + chance.uniform(0, 5), group, Lane.TALK) for _ in range(count)]
    left = Caller(Pace(LIMITS), crowd, chance).run()
    assert most_within([each.at for each in left], 60) == 20
    assert most_within(arrivals(left, chance, LIMITS.jitter), 60) <= 20
    assert left[-1].at - START <= 5 + 21 + count // 20 * 60.1

    bulk = [Job(START, group, Lane.BULK) for _ in range(40)]
    assert most_within([each.at for each in Caller(Pace(LIMITS), bulk, chance).run()], 60) == 15


@settings(deadline=None)
@given(
    seeds,
    st.sampled_from([30, 1000]),
    st.floats(0, 0.004),
    st.floats(0, 0.3),
    st.floats(0, 3),
)
def test_no_sliding_second_of_bulk_is_above_the_limit_even_after_a_pause(
    seed: int, limit: int, late: float, jitter: float, pause: float
) -> None:
    chance, pace = random.Random(seed), Pace(Limits(bulk_per_second=limit, jitter=jitter))
    now, left = START, []
    for number in range(limit * 2 + 50):
        if number == limit:
            now += pause
        chat = Scope(Kind.CHAT, str(number))
        now = pace.ready_at(now, chat, Lane.BULK) + chance.uniform(0, late)
        pace.sent(now, chat, Lane.BULK)
        left.append(now + chance.uniform(0, jitter))
    assert most_within(left, 1) <= limit


@pytest.mark.parametrize(("limit", "reached"), [(30, 29.4), (1000, 980)])
def test_the_bulk_lane_keeps_its_98_percent_though_every_wake_up_is_late(
    limit: int, reached: float
) -> None:
    chance, pace = random.Random(7), Pace(Limits(bulk_per_second=limit))
    now = START
    for number in range(limit * 20):
        chat = Scope(Kind.CHAT, str(number))
        ready = pace.ready_at(now, chat, Lane.BULK)
        # As asyncio wakes: late when it slept, and not at all when there is nothing to wait for.
        now = ready + chance.uniform(0, 0.004) if ready > now else now
        pace.sent(now, chat, Lane.BULK)
    assert reached <= limit * 20 / (now - START) <= limit * 0.985


def test_the_bulk_lane_is_spaced_evenly_and_saves_nothing_up() -> None:
    pace, now, left = Pace(LIMITS), START, []
    for number in range(100):
        if number == 50:
            now += 3600
        chat = Scope(Kind.CHAT, str(number))
        now = pace.ready_at(now, chat, Lane.BULK)
        pace.sent(now, chat, Lane.BULK)
        left.append(now)
    gaps = [later - earlier for earlier, later in pairwise(left)]
    least = LIMITS.bulk_interval - LIMITS.catch_up
    assert min(gaps) >= least - TINY
    assert max(gaps[:49] + gaps[50:]) <= LIMITS.bulk_interval + TINY


def may_go(left: Sequence[Left], now: float, job: Job) -> bool:
    """The limits once more, by looking through everything that has left: is this one allowed?"""
    here = [each.at for each in left if each.job.scope == job.scope]
    if any(at > now - 1 - LIMITS.jitter + TINY for at in here):
        return False
    allowed = 20 if job.lane is Lane.TALK else 15
    in_minute = sum(at > now - 60 - LIMITS.jitter + TINY for at in here)
    if job.scope.kind is Kind.GROUP and in_minute >= allowed:
        return False
    bulk = [each.at for each in left if each.job.lane is Lane.BULK]
    return job.lane is Lane.TALK or not bulk or now >= bulk[-1] + LIMITS.bulk_interval - TINY


@settings(deadline=None)
@given(jobs, seeds, st.lists(st.floats(0, 150), max_size=10), chats_and_groups, lanes)
def test_what_is_allowed_never_waits(
    wanted: list[Job], seed: int, moments: list[float], scope: Scope, lane: Lane
) -> None:
    pace = Pace(LIMITS)
    chance = random.Random(seed)
    left = Caller(pace, wanted, chance).run()
    now = left[-1].at if left else START
    for later in sorted(moments):
        job = Job(now + later, scope, lane)
        if may_go(left, job.at, job):
            # An answer that waited a moment ago has been sent, so nothing stands before this one.
            assert pace.ready_at(job.at, scope, lane) == job.at


@settings(deadline=None)
@given(jobs, seeds)
def test_asking_again_at_the_told_moment_is_answered_with_now(wanted: list[Job], seed: int) -> None:
    pace = Pace(LIMITS)
    left = Caller(pace, wanted, random.Random(seed)).run()
    now = left[-1].at if left else START
    for scope in CHATS + GROUPS:
        for lane in (Lane.BULK, Lane.TALK):
            told = pace.ready_at(now, scope, lane)
            assert told >= now
            assert pace.ready_at(told, scope, lane) == told


@settings(deadline=None)
@given(st.integers(1, 500), chats_and_groups)
def test_an_answer_does_not_wait_for_the_bulk_lane_of_other_chats(count: int, scope: Scope) -> None:
    pace = Pace(LIMITS)
    for number in range(count):
        pace.sent(START, Scope(Kind.CHAT, str(number)), Lane.BULK)
    assert pace.ready_at(START, scope, Lane.BULK) > START
    assert pace.ready_at(START, scope, Lane.TALK) == START
    assert pace.ready_at(START, ACCOUNT, Lane.TALK) == START


@settings(deadline=None)
@given(chats_and_groups, st.lists(lanes, max_size=20))
def test_an_answer_that_waits_goes_before_all_bulk_of_its_chat(
    scope: Scope, others: list[Lane]
) -> None:
    pace = Pace(LIMITS)
    for number, lane in enumerate(others):
        pace.sent(START + number * 1.1, scope, lane)
    now = START + len(others) * 1.1 - 0.9
    pace.sent(now, scope, Lane.BULK)
    promised = pace.ready_at(now, scope, Lane.TALK)
    assert promised > now
    assert pace.ready_at(now, scope, Lane.BULK) >= promised + 1
    assert pace.ready_at(promised, scope, Lane.BULK) > promised
    assert pace.ready_at(promised, scope, Lane.TALK) == promised
    # Given up, it holds nobody for long.
    late = promised + 60.1
    assert pace.ready_at(late, scope, Lane.BULK) == late


events = st.lists(
    st.tuples(
        st.sampled_from(["sent", "refused", "forget", "ask"]),
        scopes,
        lanes,
        st.floats(0, 30),
        st.floats(0, 100),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(events)
def test_a_halt_is_the_longest_of_all_refusals_and_only_time_ends_it(
    series: list[tuple[str, Scope, Lane, float, float]],
) -> None:
    pace, now = Pace(LIMITS), START
    ends = dict.fromkeys((*CHATS, *GROUPS, ACCOUNT), -math.inf)
    for what, scope, lane, later, retry_after in series:
        now += later
        if what == "sent":
            pace.sent(now, scope, lane)
        elif what == "refused":
            pace.refused(now, scope, retry_after)
            ends[scope] = max(ends[scope], now + retry_after)
        elif what == "forget":
            pace.forget(now)
        for place, end in ends.items():
            for asked in Lane:
                assert pace.ready_at(now, place, asked) >= max(end, ends[ACCOUNT])


@settings(deadline=None)
@given(scopes, st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_refusals_in_flight_together_slow_down_only_once(scope: Scope, halts: list[float]) -> None:
    pace = Pace(LIMITS)
    pace.refused(START, scope, 5)
    for halt in halts:
        pace.refused(START + 1, scope, halt)
    end = START + max(5, 1 + max(halts))
    assert pace.speed(end, scope) == 0.5
    assert pace.ready_at(START + 2, scope, Lane.TALK) == pytest.approx(max(end, START + 2))


@settings(deadline=None)
@given(events, st.lists(st.floats(0, 200), min_size=1, max_size=20), scopes)
def test_speed_falls_at_refusals_only_and_comes_back_slowly_and_whole(
    series: list[tuple[str, Scope, Lane, float, float]], steps: list[float], scope: Scope
) -> None:
    pace, now = Pace(LIMITS), START
    for what, place, lane, later, retry_after in series:
        now += later
        before = pace.speed(now, place)
        if what == "sent":
            pace.sent(now, place, lane)
            assert pace.speed(now, place) == before
        elif what == "refused":
            pace.refused(now, place, retry_after)
            assert 1 / 16 <= pace.speed(now, place) <= before
    for step in steps:
        before = pace.speed(now, scope)
        now += step
        pace.forget(now)
        assert before <= pace.speed(now, scope) <= before + step / LIMITS.recovery + TINY
    assert pace.speed(now + 100 + LIMITS.recovery, scope) == 1


@pytest.mark.parametrize(("scope", "lane"), [(CHATS[0], Lane.TALK), (ACCOUNT, Lane.BULK)])
def test_after_a_refusal_it_goes_at_half_speed(scope: Scope, lane: Lane) -> None:
    pace = Pace(LIMITS)
    pace.refused(START, scope, 10)
    now = pace.ready_at(START, CHATS[0], lane)
    assert now == START + 10
    pace.sent(now, CHATS[0], lane)
    other = CHATS[0] if lane is Lane.TALK else CHATS[1]
    gap = LIMITS.chat_interval if lane is Lane.TALK else 1 / LIMITS.bulk_per_second
    assert pace.ready_at(now, other, lane) - now >= 1.8 * gap


def test_however_often_it_is_refused_a_sixteenth_remains() -> None:
    pace = Pace(LIMITS)
    for _ in range(10):
        pace.refused(START, CHATS[0], 0)
    assert pace.speed(START, CHATS[0]) == 1 / 16


def test_calls_that_concern_no_chat_are_not_spaced() -> None:
    pace = Pace(LIMITS)
    pace.sent(START, ACCOUNT, Lane.TALK)
    assert pace.ready_at(START, ACCOUNT, Lane.TALK) == START


def test_a_refused_group_gets_ten_a_minute_at_first() -> None:
    pace = Pace(Limits(recovery=1e9))
    pace.refused(START, GROUPS[0], 10)
    wanted = [Job(START, GROUPS[0], Lane.TALK) for _ in range(60)]
    left = [each.at for each in Caller(pace, wanted, random.Random(1)).run()]
    assert left[0] == START + 10
    assert most_within(left, 120) <= 20


def test_a_group_says_how_much_room_its_minute_has() -> None:
    pace = Pace(LIMITS)
    group = GROUPS[0]
    assert (pace.room(START, group, Lane.TALK), pace.room(START, group, Lane.BULK)) == (20, 15)
    for number in range(17):
        pace.sent(START + number, group, Lane.TALK)
    assert pace.room(START + 20, group, Lane.TALK) == 3
    assert pace.room(START + 20, group, Lane.BULK) == 0
    assert pace.room(START + 62, group, Lane.TALK) == 5
    pace.refused(START + 62, group, 10)
    assert pace.room(START + 70, group, Lane.TALK) == 0


@settings(deadline=None)
@given(events)
def test_forgetting_changes_nothing_that_can_be_asked(
    series: list[tuple[str, Scope, Lane, float, float]],
) -> None:
    forgetful, faithful, now = Pace(LIMITS), Pace(LIMITS), START
    for what, scope, lane, later, retry_after in series:
        now += later
        for pace in (forgetful, faithful):
            if what == "sent":
                pace.sent(now, scope, lane)
            elif what == "refused":
                pace.refused(now, scope, retry_after)
        forgetful.forget(now)
        for place in (*CHATS, *GROUPS, ACCOUNT):
            assert forgetful.speed(now, place) == faithful.speed(now, place)
            for asked in Lane:
                told = forgetful.ready_at(now, place, asked)
                assert told == faithful.ready_at(now, place, asked)
                if place in GROUPS:
                    assert forgetful.room(now, place, asked) == faithful.room(now, place, asked)


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 50), st.booleans())
def test_memory_follows_what_goes_on_and_not_how_many_chats_there_ever_were(
    per_second: int, refused_too: bool
) -> None:
    pace, most = Pace(LIMITS), 0
    for number in range(3000):
        now = START + number / per_second
        scope = Scope(Kind.CHAT, str(number))
        pace.ready_at(now, scope, Lane.TALK)
        pace.sent(now, scope, Lane.TALK)
        most = max(most, len(pace))
    assert most <= 64 + 3 * per_second
    if refused_too:
        pace.refused(now, CHATS[0], 30)
        pace.forget(now + 30 + LIMITS.recovery / 2 - 1)
        assert len(pace) == 1
    pace.forget(now + 30 + LIMITS.recovery)
    assert len(pace) == 0


def test_asking_remembers_nobody() -> None:
    pace = Pace(LIMITS)
    for number in range(1000):
        pace.ready_at(START, Scope(Kind.CHAT, str(number)), Lane.TALK)
        pace.room(START, Scope(Kind.GROUP, str(number)), Lane.TALK)
        pace.speed(START, Scope(Kind.CHAT, str(number)))
    assert len(pace) == 0


def test_no_address_is_shown() -> None:
    scope = Scope(Kind.CHAT, "chat 4711")
    pace = Pace(LIMITS)
    pace.sent(START, scope, Lane.TALK)
    assert "4711" not in f"{scope!r} {scope} {pace!r} {pace}"
    with pytest.raises(ValueError, match="length") as refused:
        pace.refused(START, scope, -1)
    assert "4711" not in repr(refused.value)


@pytest.mark.parametrize("wrong", [-1.0, math.inf, math.nan])
def test_a_halt_without_a_sensible_length_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="a halt has a length"):
        Pace(LIMITS).refused(START, ACCOUNT, wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bulk_per_second": 0},
        {"chat_interval": -1},
        {"recovery": 0},
        {"group_kept": 20},
        {"group_kept": -1},
        {"jitter": -0.1},
        {"catch_up": math.nan},
    ],
)
def test_limits_under_which_nothing_could_be_sent_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"zero|room"):
        Limits(**wrong)  # type: ignore[arg-type]
