"""For the tests of the desk: its running pages on both databases, or on SQLite alone."""

from collections.abc import AsyncIterator

import pytest

from tests.desk_browser import World, world_on


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_on(database_url) as running:
        yield running


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[World]:
    """On SQLite only, for what does not depend on the database."""
    async with world_on(sqlite_url) as running:
        yield running
