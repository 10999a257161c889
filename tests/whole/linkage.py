"""The linkage game: with every key, which tip was sent by whom who subscribed beside it?

Everybody files a tip on Telegram or Zalo and subscribes there in the next moment, all within one
hour: the hour in which a tip came can be read with the keys, by its deadlines. The thief has the
database with its write-ahead log, and every key; of half of the people they know which tip is
theirs. Of everything that can be read or located they take what orders those best, and name for
each other tip the twentieth of the subscriptions that it points to.
"""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from storage import order
from tests.whole import linkage_world
from tests.whole.cluster import Cluster
from tests.whole.linkage_loot import Features, Loot, steal

SHARE = 0.05
"""Of all subscriptions, how many are named for a tip: by chance its own is among them as often."""

SERVER = ("wal_recycle=off", "fsync=off")
"""Settings of a server that is to be robbed: the first as its operator is told to have it, the
second because nobody pulls a plug here.
"""

Pairs = Sequence[tuple[bytes, int]]
"""The truth: a tip and its worker's subscription, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How many of `count` tips were joined; `chance` is what blind naming joins."""

    joined: int
    chance: float
    count: int
    by: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The share that was joined."""
        return self.joined / self.count

    @property
    def beats_chance(self) -> bool:
        """Whether more was joined than three standard errors above chance."""
        share = self.chance / self.count
        return self.joined > self.chance + 3 * float((self.count * share * (1 - share)) ** 0.5)


@dataclass(frozen=True, slots=True)
class Played:
    """One house, robbed at different times: `before` rows were laid anew, in several ways, and
    after that. `control` is the last with a column that counts tips.
    """

    before: Mapping[str, Joined]
    laid_anew: Joined
    control: Joined

    @property
    def is_well(self) -> bool:
        """Nothing was joined in the end, and the thief is known to join what can be joined."""
        controls = (*self.before.values(), self.control)
        return not self.laid_anew.beats_chance and all(each.beats_chance for each in controls)


async def fairly(play_once: Callable[[int], Awaitable[Played]]) -> Played:
    """Keys are fresh in every game, and luck beats chance once in some hundred of them: then it is
    played in a second house, and that counts. What leaks wins twice.
    """
    played = await play_once(1)
    return await play_once(2) if played.laid_anew.beats_chance else played


async def rob(url: str, folder: Path, people: int, over_fakes: int, *, seed: int = 1) -> Played:
    """Fill the empty file of SQLite at `url`; rob it with the last minute's write-ahead log, after
    that was emptied, and after rows were laid anew.
    """
    async with linkage_world.filled(url, folder, random.Random(seed), people, over_fakes) as world:
        house, pairs = world.house, world.pairs
        at_once = play(await steal(url, house), pairs)
        await house.database.truncate_log()
        log_emptied = play(await steal(url, house), pairs)
        await order.forget_order(house.database)
        loot = await steal(url, house)
        before = {"at once": at_once, "log emptied": log_emptied}
        return Played(before, play(loot, pairs), play(planted(loot, pairs), pairs))


async def rob_server(
    server: Cluster, folder: Path, people: int, over_fakes: int, *, seed: int = 1
) -> Played:
    """The same with a server and its files. Before the pass also by the write-ahead log alone; and
    by the files of tables alone after half a pass, that mixes but leaves the old places readable.
    """
    url, data = server.add_database(f"linkage_{seed}"), server.folder / "data"
    async with linkage_world.filled(url, folder, random.Random(seed), people, over_fakes) as world:
        house, pairs = world.house, world.pairs
        loot = await steal(url, house, data)
        before = {"at once": play(loot, pairs), "by the log": play(loot.only(" in pg_wal"), pairs)}
        await order.forget_order(house.database, most_bytes=0)
        half = (await steal(url, house, data)).only(" in base/")
        before["by holes"] = play(half, pairs)
        await linkage_world.came_and_went(house)
        passed = await order.forget_order(house.database)
        assert not passed.left, passed
        loot = await steal(url, house, data)
        return Played(before, play(loot, pairs), play(planted(loot, pairs), pairs))


def play(loot: Loot, pairs: Pairs) -> Joined:
    """Learn by one half which two orders agree, join the other half by them; then the other way
    round.
    """
    mixed = list(pairs)
    random.Random(7).shuffle(mixed)
    halves = mixed[::2], mixed[1::2]
    joined, chance, used = 0, 0.0, []
    for known, asked in (halves, halves[::-1]):
        learnt, test = _orders(loot, known), _orders(loot, asked)
        best = min(
            product(learnt.tips, learnt.subscribers, (True, False)),
            key=lambda order: sum(abs(gap) for gap in _gaps(learnt, *order)),
        )
        named = max(1, round(len(asked) * SHARE))
        joined += _hits(test, best, named)
        chance += named
        used.append(f"{best[0]} with {best[1]}")
    return Joined(joined, chance, len(mixed), tuple(used))


def planted(loot: Loot, pairs: Pairs) -> Loot:
    """The control: the same, but a column of the tips counts them as they come."""
    found = {tip: {**loot.tips[tip], "tips.serial": float(at)} for at, (tip, _) in enumerate(pairs)}
    return Loot(found, loot.subscribers)


@dataclass(frozen=True, slots=True)
class _Orders:
    """By each feature the rank of each tip, and of each subscription; pair by pair."""

    tips: Mapping[str, Sequence[int]]
    subscribers: Mapping[str, Sequence[int]]


def _orders(loot: Loot, pairs: Pairs) -> _Orders:
    of_tips = [(tip, loot.tips[tip]) for tip, _ in pairs]
    of_subscribers = [(each, loot.subscribers[each]) for _, each in pairs]
    return _Orders(_ranks(of_tips), _ranks(of_subscribers))


def _ranks(known: Sequence[tuple[bytes | int, Features]]) -> Mapping[str, Sequence[int]]:
    ranks = {}
    for name in sorted({name for _, each in known for name in each}):
        # Equals go by their own keys: the order in which they stand here is the answer.
        keys: list[tuple[float, bytes | int]] = [(each.get(name, -1), key) for key, each in known]
        places = {key: rank for rank, (_, key) in enumerate(sorted(keys, key=_sorting))}
        ranks[name] = [places[key] for key, _ in known]
    return ranks


def _sorting(each: tuple[float, bytes | int]) -> tuple[float, bytes]:
    value, key = each
    return value, key if isinstance(key, bytes) else key.to_bytes(8)


def _gaps(orders: _Orders, tip: str, subscriber: str, rising: bool) -> list[int]:
    """For each pair, how far its two ranks are apart."""
    ours, theirs = orders.tips[tip], orders.subscribers[subscriber]
    last = len(ours) - 1
    return [a - (b if rising else last - b) for a, b in zip(ours, theirs, strict=True)]


def _hits(orders: _Orders, best: tuple[str, str, bool], named: int) -> int:
    """How often the own subscription is among the `named` ones whose ranks are nearest."""
    ours, size = orders.tips[best[0]], len(orders.tips[best[0]])
    hits = 0
    for rank, gap in zip(ours, _gaps(orders, *best), strict=True):
        first = min(max(rank - named // 2, 0), size - named)
        hits += first <= rank - gap < first + named
    return hits
