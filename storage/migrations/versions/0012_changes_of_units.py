"""Where the history of a unit goes on in the log of what staff did.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was changed before is in the log, but in no history."""
    op.create_table(
        "unit_changes",
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("unit", name="pk_unit_changes"),
    )


def downgrade() -> None:
    """Take it away; the log keeps what it says."""
    op.drop_table("unit_changes")
