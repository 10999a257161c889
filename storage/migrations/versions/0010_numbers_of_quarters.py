"""The numbers of quarters that everybody may read, each written once.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the first night fills in the quarters that are over."""
    op.create_table(
        "quarters",
        sa.Column("name", sa.String(7), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_quarters"),
    )


def downgrade() -> None:
    """Take it away; the numbers are counted again."""
    op.drop_table("quarters")
