"""Agreements with the police, as data.

Revision ID: 0009
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing was signed yet."""
    op.create_table(
        "agreements",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it away, with all that was written there."""
    op.drop_table("agreements")
