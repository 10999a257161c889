"""Tables of units, of who works at their desks, and of what they did."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.tables.house import metadata

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

# The number of the entry of the log where a unit was changed last; see storage.unit_history.
unit_changes = Table(
    "unit_changes",
    metadata,
    Column("unit", String(60), primary_key=True),
    Column("last", BigInteger, nullable=False),
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

# A way to ring a member of staff whose desk is closed: a chat with a bot, or a browser. The key is
# the fingerprint of the address; which app it is and the address itself are sealed.
alarms = Table(
    "alarms",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("staff", LargeBinary(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_alarms_staff", "staff"),
    sqlite_with_rowid=False,
)

# What a unit chose by itself, beside what the operator's file says of it: for which kinds of tips
# the private page is offered before the story (names with commas; no row: the house's default).
unit_choices = Table(
    "unit_choices",
    metadata,
    Column("unit", String(60), primary_key=True),
    Column("page_first", Text, nullable=False),
)

# What a unit decided for itself, one row for each topic (`storage.unit_rules.Topic`).
unit_rules = Table(
    "unit_rules",
    metadata,
    Column("unit", String(60), primary_key=True),
    Column("topic", String(20), primary_key=True),
    Column("body", Text, nullable=False),
)

# Saved views of the desk's list, those of a member in one row: sealed, for they tell who looks
# after what.
views = Table(
    "views",
    metadata,
    Column("staff", LargeBinary(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# A signed agreement with a police unit: whom to call there is sealed, and which one it is too.
agreements = Table(
    "agreements",
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
