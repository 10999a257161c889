"""Tables of what a worker learns here: released texts, changed laws, a first week, quizzes, notes
of good practice. Nothing here shares a key, a column or a counter with tips.
"""

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table, Text

from storage.tables.house import metadata

# Texts of the library that an editor compared with the gazette; `seal` is the hash of what was
# compared, so a text that changed since is a draft again.
released_texts = Table(
    "released_texts",
    metadata,
    Column("text", String(40), primary_key=True),
    Column("seal", String(64), nullable=False),
    Column("staff", LargeBinary(16), nullable=False),
    Column("day", Date, nullable=False),
)

# Documents of law that another one has replaced since the program was made, as an editor says.
law_changes = Table(
    "law_changes",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("replaced_by", String(200), nullable=False),
    Column("since", Date, nullable=False),
    Column("staff", LargeBinary(16), nullable=False),
    Column("day", Date, nullable=False),
)

# Who is sent "the first week at work": the address, the day on which it began and how far it is,
# all sealed in `course`. The row is deleted with the last message, and no backup holds it.
series = Table(
    "series",
    metadata,
    Column("fingerprint", LargeBinary(16), primary_key=True),
    Column("account", Integer, nullable=False),
    Column("course", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# How a quiz was answered by all who played it, counted in batches of at least ten players, so that
# no difference between two moments tells of one of them.
quiz_tallies = Table(
    "quiz_tallies",
    metadata,
    Column("quiz", String(40), primary_key=True),
    Column("players", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

# Notes of good practice, without names and without a tie to any tip; `month` is the first of the
# month from which everybody reads it, null until it is published.
practices = Table(
    "practices",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("unit", String(60), nullable=False),
    Column("stage", String(12), nullable=False),
    Column("month", Date, nullable=True),
    Column("body", LargeBinary, nullable=False),
)
