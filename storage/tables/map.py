"""Tables of the map: what the operator adds to the places of the country, and newer tables of them.

Everybody may know all of it, so it stands in clear.
"""

from sqlalchemy import Column, Date, LargeBinary, String, Table, Text

from storage.tables.house import metadata

# Industrial parks and areas of boarding houses; `aliases` and `communes` are lists as JSON.
parks = Table(
    "parks",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("aliases", Text, nullable=False),
    Column("communes", Text, nullable=False),
    Column("source", String(400), nullable=False),
    Column("checked_on", Date, nullable=True),
)

# Tables of places of a later day than those of the program, compressed; the newest one holds.
place_tables = Table(
    "place_tables",
    metadata,
    Column("as_of", Date, primary_key=True),
    Column("imported_on", Date, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
