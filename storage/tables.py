"""All tables, in one place; the same on SQLite and PostgreSQL.

In clear stand only random ids, keyed fingerprints, dates and what everybody may know (units,
grants). Tables of a tip have random keys and no row ids, so that their order on disk tells nothing.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

instance = Table(
    "instance",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

keyring = Table(
    "keyring",
    metadata,
    Column("purpose", String(20), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("current", Boolean, nullable=False),
)

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

units = Table(
    "units",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("parent", String(60), nullable=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("places", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("inside_company", Boolean, nullable=False),
    Column("conflicts", Text, nullable=False),
    Column("hours", String(200), nullable=False),
    Column("contact", String(400), nullable=False),
    Column("at_once", Boolean, nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("private_key", LargeBinary, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("login", LargeBinary(16), nullable=False, unique=True),
    Column("enrolment", LargeBinary(16), nullable=True, unique=True),
    Column("body", LargeBinary, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("staff", LargeBinary(16), primary_key=True),
    Column("unit", String(60), primary_key=True),
    Column("role", String(20), primary_key=True),
)

# A member's account in a chat app: its keyed fingerprint; how to reach it is sealed.
desk_links = Table(
    "desk_links",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("staff", LargeBinary(16), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# A group that is the desk of a unit. Its own id stays when the app gives the group another one.
desk_groups = Table(
    "desk_groups",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("fingerprint", LargeBinary(16), nullable=False, unique=True),
    Column("unit", String(60), nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# One-time codes that link a group or an account: only their fingerprint, and sealed what for.
desk_codes = Table(
    "desk_codes",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("previous", LargeBinary(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
