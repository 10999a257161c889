"""Every talk of `tests/talks/` on the pure core."""

import pytest

from handlers.turn import Room
from tests import talk
from tests.players import CorePlayer
from tests.world import World


@pytest.mark.parametrize("name", talk.scripts())
async def test_the_core_talks_as_written_in(name: str) -> None:
    await talk.play(talk.scripts()[name], CorePlayer())


@pytest.mark.parametrize("name", talk.scripts(kept=True))
async def test_the_core_talks_where_everything_is_kept_as_written_in(name: str) -> None:
    world = World(room=Room(buttons=False, keeper="Zalo"), asks=True)
    await talk.play(talk.scripts(kept=True)[name], CorePlayer(world))


@pytest.mark.parametrize("name", talk.scripts(told=True))
async def test_the_core_talks_where_it_can_tell_of_news_as_written_in(name: str) -> None:
    await talk.play(
        talk.scripts(told=True)[name], CorePlayer(World(room=Room(tells=True), asks=True))
    )
