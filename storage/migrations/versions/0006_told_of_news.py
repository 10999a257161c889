"""Where a worker may ask to be told of news: a row for every tip, which nobody has asked for yet.

Revision ID: 0006
Revises: 0005
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As `storage.knocks` seals: a key in a part of 1 KiB, a chat in 128 bytes; with what stands around
# them. Under no key at all, as they are in tips where nobody asked.
_PART, _LOOSE = bytes((1, 253, 0)), bytes((1, 251, 0))
_AROUND = 24 + 16
_TIPS = sa.table("tips", sa.column("id", sa.LargeBinary))
_KNOCKS = sa.table(
    "knocks",
    sa.column("tip", sa.LargeBinary),
    sa.column("key", sa.LargeBinary),
    sa.column("body", sa.LargeBinary),
)


def upgrade() -> None:
    """Make the table, and the row of every tip that is there."""
    op.create_table(
        "knocks",
        sa.Column("tip", sa.LargeBinary(16), nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tip", name="pk_knocks"),
        sqlite_with_rowid=False,
    )
    rows = [
        {
            "tip": tip.id,
            "key": _PART + secrets.token_bytes(_AROUND + 1024),
            "body": _LOOSE + secrets.token_bytes(_AROUND + 128),
        }
        for tip in op.get_bind().execute(sa.select(_TIPS.c.id))
    ]
    if rows:
        op.bulk_insert(_KNOCKS, rows)


def downgrade() -> None:
    """Take it away; nobody is told any more."""
    op.drop_table("knocks")
