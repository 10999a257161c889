"""Random officers and workers, on both databases: nothing that they do breaks what must hold."""

import random

import pytest

from tests import desk_world
from tests.whole import desk_game
from tests.whole.desk_game import Game

STEPS, MOST_NEVER_DONE = 120, 12


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("at_once", [0, 0.3])
async def test_no_tip_is_seen_by_the_wrong_ones_or_lost_whatever_they_do(
    database_url: str, at_once: float
) -> None:
    async with desk_world.database(database_url) as made:
        game = Game(made, random.Random(2))
        await game.settle_in()
        never = await desk_game.play(game, STEPS, at_once=at_once)
    # Chance decides which; each of them has tests of its own.
    assert len(never) <= MOST_NEVER_DONE, never
