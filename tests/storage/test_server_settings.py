"""What about a PostgreSQL server spoils the promises is found, and only that."""

import pytest

from bot.order_cli import ADVICE
from storage import order
from storage.database import Database
from storage.server_settings import Concern, concerns
from tests import desk_world
from tests.tip_world import file, new_tip
from tests.whole import cluster

WELL = (
    "wal_recycle=off",
    "log_error_verbosity=terse",
)
ILL = (
    "wal_recycle=on",
    "wal_keep_size=16MB",
    "archive_mode=on",
    "log_min_duration_statement=1000",
    "log_parameter_max_length_on_error=-1",
    "track_commit_timestamp=on",
    "fsync=off",
)


@pytest.mark.initdb
@pytest.mark.timeout(120)
async def test_every_concern_is_found_and_a_server_that_is_well_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cluster.started(*WELL) as private:
        async with desk_world.database(private.url) as made:
            # There are no tips yet: nothing could be told.
            assert await concerns(made) == ()
            await file(made, new_tip())
            assert await concerns(made) == (Concern.PASS_IS_OLD,)
            today = private.ask("SELECT now()")
            async with made.write() as tx:
                await order.remember(tx, today)
            assert await concerns(made) == ()
        private.stop()
        private.start(*ILL)
        private.execute(
            "CREATE ROLE house LOGIN",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO house",
            "UPDATE counters SET value = value - 2 WHERE name = 'order_day'",
        )
        monkeypatch.setattr(order, "MOST_BYTES_LAID_ANEW", 0)
        modest = Database(private.url.replace("postgres@", "house@"))
        try:
            assert await concerns(modest) == tuple(Concern)
        finally:
            await modest.close()


async def test_sqlite_has_none(sqlite_url: str) -> None:
    async with desk_world.database(sqlite_url) as made:
        assert await concerns(made) == ()


def test_there_is_advice_for_each() -> None:
    assert set(ADVICE) == set(Concern)
