"""What about this PostgreSQL server spoils what is promised; its operator can mend most of it."""

from enum import StrEnum

from sqlalchemy import text

from storage import order
from storage.database import Database
from storage.tables import tips


class Concern(StrEnum):
    """One thing that spoils a promise. Its value is the name under which `_ASKED` asks for it."""

    LOG_RECYCLED = "log_recycled"
    """Old segments of the write-ahead log keep what stood in them under new names."""
    LOG_KEPT = "log_kept"
    """Old segments are kept for a standby."""
    LOG_ARCHIVED = "log_archived"
    """Each segment is copied to a place that no pass reaches."""
    STATEMENTS_LOGGED = "statements_logged"
    """The server's log says when rows were written."""
    VALUES_LOGGED = "values_logged"
    """The server's log holds values, sealed and in clear, of statements that failed."""
    KEYS_LOGGED = "keys_logged"
    """What stands twice where it may stand once is logged with the time."""
    COMMITS_TIMED = "commits_timed"
    """The server keeps the time of every transaction."""
    NO_SWITCH = "no_switch"
    """Our role may not begin a new segment of the write-ahead log."""
    NO_CHECKPOINT = "no_checkpoint"
    """Our role may not let old segments be dropped at once."""
    NOT_DURABLE = "not_durable"
    """A tip of which a worker read "received" may be lost by a power cut."""
    TOO_LARGE = "too_large"
    """A table is too large to be written anew each night."""
    PASS_IS_OLD = "pass_is_old"  # noqa: S105 - no password
    """There are tips, and for two nights nothing laid them anew."""


# Every column is true where there is something to say; settings that a version lacks are not.
_ASKED = text(
    f"""SELECT
    current_setting('wal_recycle', true) = 'on' AS log_recycled,
    current_setting('wal_keep_size', true) <> '0'
        OR EXISTS (SELECT FROM pg_replication_slots) AS log_kept,
    current_setting('archive_mode') <> 'off' AS log_archived,
    current_setting('log_statement') IN ('mod', 'all')
        OR current_setting('log_duration') = 'on'
        OR current_setting('log_min_duration_statement') <> '-1'
        OR current_setting('log_min_duration_sample', true) <> '-1'
        OR current_setting('log_transaction_sample_rate', true) <> '0' AS statements_logged,
    current_setting('log_parameter_max_length_on_error', true) <> '0' AS values_logged,
    current_setting('log_error_verbosity') <> 'terse' AS keys_logged,
    current_setting('track_commit_timestamp') = 'on' AS commits_timed,
    NOT has_function_privilege('pg_switch_wal()', 'EXECUTE') AS no_switch,
    NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper)
        AND NOT EXISTS (SELECT FROM pg_roles
            WHERE rolname = 'pg_checkpoint' AND pg_has_role(oid, 'USAGE')) AS no_checkpoint,
    current_setting('fsync') = 'off' OR current_setting('full_page_writes') = 'off'
        OR current_setting('synchronous_commit') = 'off' AS not_durable,
    EXISTS (SELECT FROM {tips.name}) AND NOT EXISTS (SELECT FROM counters
        WHERE name = :day AND value > current_date - DATE '0001-01-01' - 1) AS pass_is_old
    """  # noqa: S608 - the name of a table of ours
)


async def concerns(database: Database) -> tuple[Concern, ...]:
    """All that is the matter with the server, in the order of `Concern`; nothing on SQLite."""
    if database.is_sqlite:
        return ()
    async with database.engine.connect() as connection:
        found = (await connection.execute(_ASKED, {"day": order.ORDER_DAY})).one()._mapping
        large = await order.larger(connection, order.MOST_BYTES_LAID_ANEW)
    return tuple(
        each for each in Concern if found.get(each.value, each is Concern.TOO_LARGE and large)
    )
