"""For the tests of planning: units, subscribers and broadcasters on both databases."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests import planning_world


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with planning_world.database(database_url) as opened:
        yield opened
