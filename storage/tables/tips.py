"""Tables of a tip: random keys and no row ids, so that their order on disk tells nothing."""

from sqlalchemy import (
    Column,
    Date,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)

from storage.tables.house import metadata

tips = Table(
    "tips",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("locator", LargeBinary(16), nullable=False, unique=True),
    Column("reporter", LargeBinary(32), nullable=False),
    Column("reporter_wrap", LargeBinary, nullable=False),
    Column("bell", LargeBinary, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)

parts = Table(
    "parts",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("tip", LargeBinary(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_parts_tip", "tip"),
    sqlite_with_rowid=False,
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("tip", LargeBinary(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_chunks_tip", "tip"),
    sqlite_with_rowid=False,
)

# The case key sealed to each unit that reads the tip, and rows that nobody can open beside it: how
# many units read a tip would tell how urgent it is.
wraps = Table(
    "wraps",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("tip", LargeBinary(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_wraps_tip", "tip"),
    sqlite_with_rowid=False,
)

# Where a worker may have asked to be told of an answer. Every tip has one row of one size, and what
# lies in most of them opens with no key: that somebody asked is told by nothing.
knocks = Table(
    "knocks",
    metadata,
    Column("tip", LargeBinary(16), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

letters = Table(
    "letters",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# A real ring and a decoy are equal: a number and the change of the list (day, 7 or 17 o'clock) that
# first shows it.
rings = Table(
    "rings",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("number", String(5), nullable=False),
    Column("day", Date, nullable=False),
    Column("hour", SmallInteger, nullable=False),
    Index("ix_rings_day", "day"),
    sqlite_with_rowid=False,
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)

# What is left of a tip for the numbers: sealed, without the tip's id.
tallies = Table(
    "tallies",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
