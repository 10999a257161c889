"""What is left of a tip for the numbers; the counter that tells of a changed keyring.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COUNTERS = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger))


def upgrade() -> None:
    """Make the table, and the counter where there is an installation already."""
    op.create_table(
        "tallies",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tallies"),
        sqlite_with_rowid=False,
    )
    named = sa.select(sa.literal("keyring"), sa.literal(0)).where(
        sa.exists(sa.select(_COUNTERS.c.name).where(_COUNTERS.c.name == "tips"))
    )
    op.execute(sa.insert(_COUNTERS).from_select(["name", "value"], named))


def downgrade() -> None:
    """Take both away."""
    op.execute(sa.delete(_COUNTERS).where(_COUNTERS.c.name == "keyring"))
    op.drop_table("tallies")
