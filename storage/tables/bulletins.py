"""Tables of bulletins; nothing here shares a key, a column or a counter with tips."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from storage.tables.house import metadata

# A channel account that bulletins are sent from (a bot token): sealed token, and its lease. A lease
# is held by one process; `fence` rises with every change of hands. Times are Unix milliseconds.
accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("channel", String(20), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("per_second", Integer, nullable=False),
    Column("holder", LargeBinary(16), nullable=True),
    Column("until", BigInteger, nullable=False),
    Column("fence", Integer, nullable=False),
    # The app allows nothing before this; null when it never forbade anything.
    Column("halted_until", BigInteger, nullable=True),
)

# A bot of a platform that is one unit's alone: how its updates come, sealed. No unit has two.
bots = Table(
    "bots",
    metadata,
    Column("account", Integer, primary_key=True, autoincrement=False),
    Column("unit", String(60), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
)

# How many messages of its month a bot has used, in blocks that are taken before they are used, so
# that it never counts too few. `told` is the last level (per cent) of which the operator was told.
quotas = Table(
    "quotas",
    metadata,
    Column("account", Integer, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("used", Integer, nullable=False),
    Column("told", SmallInteger, nullable=False),
)

# `id` is dense and never used again; it is the order of sending and nothing else. `topics` are bits
# (handlers/subscriptions.py), places are numbers such that a province is an interval. `joined` is
# the first day of a month; nothing tells when somebody was last seen.
subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("fingerprint", LargeBinary(16), nullable=False, unique=True),
    Column("address", LargeBinary, nullable=False),
    Column("language", SmallInteger, nullable=False),
    Column("topics", Integer, nullable=False),
    Column("place_1", Integer, nullable=False),
    Column("place_2", Integer, nullable=True),
    Column("place_3", Integer, nullable=True),
    Column("per_week", SmallInteger, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("paused_until", Date, nullable=True),
    Column("joined", Date, nullable=False),
    sqlite_autoincrement=True,
)

# A channel or group that receives a unit's bulletins. `hold_doubt`: what may have arrived waits for
# a person's word instead of being posted twice in public.
outlets = Table(
    "outlets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, nullable=False),
    Column("unit", String(60), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("fingerprint", LargeBinary(16), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("language", SmallInteger, nullable=False),
    Column("topics", Integer, nullable=False),
    Column("hold_doubt", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False),
    # The posts of earlier sendings name an outlet by its number: none is used again.
    sqlite_autoincrement=True,
)

# What everybody may read, so in clear. `seal` is the hash of the present version.
bulletins = Table(
    "bulletins",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("unit", String(60), nullable=False),
    Column("author", LargeBinary(16), nullable=False),
    Column("stage", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("seal", String(64), nullable=False),
    Column("created", Date, nullable=False),
    # The next time on its plan, in Unix seconds; null when there is none.
    Column("next_due", BigInteger, nullable=True),
    Index("ix_bulletins_next_due", "next_due"),
)

versions = Table(
    "versions",
    metadata,
    Column("bulletin", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Who wrote it, and so may not approve the bulletin.
    Column("author", LargeBinary(16), nullable=False),
    Column("seal", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("bulletin", String(16), primary_key=True),
    Column("seal", String(64), primary_key=True),
    Column("staff", LargeBinary(16), primary_key=True),
    Column("day", Date, nullable=False),
)

# One time that a bulletin is sent. `fire_key` keeps it from happening twice, whoever ticks.
# `planned_to` is the last number of a subscriber that slices were made for, up to `high_water`.
# `uncertain` counts those who may have been sent it before a crash and were sent it again.
sendings = Table(
    "sendings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bulletin", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("fire_key", String(80), nullable=False, unique=True),
    Column("due", BigInteger, nullable=False),
    # 0 danger, 1 alert, 2 ordinary: what goes first; within one, by age.
    Column("priority", SmallInteger, nullable=False),
    Column("stage", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("high_water", Integer, nullable=False),
    Column("planned_to", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("uncertain", Integer, nullable=False),
    Column("begun", BigInteger, nullable=True),
    Column("ended", BigInteger, nullable=True),
    # When the author of one that is late was asked about it.
    Column("asked", BigInteger, nullable=True),
    Index("ix_sendings_bulletin", "bulletin"),
    sqlite_autoincrement=True,
)

# Subscribers `first` to `last` of one account, those who read at `part` of the day. Everybody up to
# `low` is settled; nobody above `bound` was sent anything: who lies between them without an outcome
# after a crash is uncertain, and nobody else.
slices = Table(
    "slices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sending", Integer, nullable=False),
    Column("account", Integer, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("low", Integer, nullable=False),
    Column("bound", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("holder", LargeBinary(16), nullable=True),
    Column("until", BigInteger, nullable=False),
    Column("fence", Integer, nullable=False),
    Index("ix_slices_sending", "sending", "account"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("sending", Integer, primary_key=True, autoincrement=False),
    Column("subscriber", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("message", BigInteger, nullable=True),
    sqlite_with_rowid=False,
)

# How it went, added up in the transactions that settle; `province` 0 is the whole country.
sums = Table(
    "sums",
    metadata,
    Column("sending", Integer, primary_key=True, autoincrement=False),
    Column("account", Integer, primary_key=True, autoincrement=False),
    Column("province", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

outlet_posts = Table(
    "outlet_posts",
    metadata,
    Column("sending", Integer, primary_key=True, autoincrement=False),
    Column("outlet", Integer, primary_key=True, autoincrement=False),
    Column("stage", String(12), nullable=False),
    Column("message", BigInteger, nullable=True),
    sqlite_with_rowid=False,
)
