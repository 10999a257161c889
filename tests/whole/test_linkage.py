"""With every key, nothing joins a tip to the subscription of who sent it; and the controls, where
something does. `make seizure` plays it in full, on PostgreSQL too.
"""

import random
from pathlib import Path

import pytest

from tests.whole import linkage
from tests.whole.linkage import Joined, Pairs, Played
from tests.whole.linkage_loot import Loot

PEOPLE = 100
OVER_FAKES = 12


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_who_has_every_key_cannot_join_tips_to_subscriptions_on_sqlite(
    tmp_path: Path,
) -> None:
    async def once(seed: int) -> Played:
        url = f"sqlite+aiosqlite:///{tmp_path}/{seed}.db"
        return await linkage.rob(url, tmp_path, PEOPLE, OVER_FAKES, seed=seed)

    played = await linkage.fairly(once)
    assert played.laid_anew.count == PEOPLE
    assert not played.laid_anew.beats_chance, played.laid_anew
    # Until rows are laid anew, pages stand in the order of writing, and before them the log does.
    assert played.before["at once"].share > 0.5
    assert played.before["log emptied"].share > 0.9
    assert played.control.share == 1
    assert played.is_well


def test_two_orders_that_agree_are_found_among_many_and_in_either_direction() -> None:
    for sign in (1, -1):
        loot, pairs = _noise(random.Random(sign), 200)
        for at, (tip, subscriber) in enumerate(pairs):
            shaken = at + random.Random(at).uniform(-3, 3)
            loot = Loot(
                {**loot.tips, tip: {**loot.tips[tip], "place": sign * shaken}},
                {**loot.subscribers, subscriber: {**loot.subscribers[subscriber], "id": at}},
            )
        joined = linkage.play(loot, pairs)
        assert joined.by == ("place with id",) * 2
        assert joined.share > 0.9
        assert joined.beats_chance


def test_nothing_is_made_out_of_noise() -> None:
    joined = linkage.play(*_noise(random.Random(3), 400))
    assert joined.chance == 20
    assert not joined.beats_chance


def test_what_is_equal_everywhere_joins_nothing() -> None:
    loot, pairs = _noise(random.Random(4), 200)
    same = Loot(
        {tip: {"day": 1.0} for tip in loot.tips},
        {each: {"month": 1.0} for each in loot.subscribers},
    )
    assert not linkage.play(same, pairs).beats_chance


def test_three_standard_errors_are_the_border() -> None:
    assert not Joined(joined=19, chance=10, count=200).beats_chance
    assert Joined(joined=20, chance=10, count=200).beats_chance


def _noise(dice: random.Random, count: int) -> tuple[Loot, Pairs]:
    """Tips and subscriptions of which nothing tells."""
    pairs = [(dice.randbytes(16), number) for number in dice.sample(range(10_000), count)]

    def features() -> dict[str, float]:
        return {f"noise {at}": dice.random() for at in range(20)}

    return Loot(
        {tip: features() for tip, _ in pairs}, {each: features() for _, each in pairs}
    ), pairs
