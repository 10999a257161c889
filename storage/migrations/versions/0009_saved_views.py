"""Saved views of the desk's list.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody has saved a view yet."""
    op.create_table(
        "views",
        sa.Column("staff", sa.LargeBinary(16), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("staff", name="pk_views"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it away, with the views."""
    op.drop_table("views")
