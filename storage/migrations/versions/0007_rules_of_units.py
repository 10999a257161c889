"""What units decide for themselves, topic by topic.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; no unit has decided anything yet."""
    op.create_table(
        "unit_rules",
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("topic", sa.String(20), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("unit", "topic", name="pk_unit_rules"),
    )


def downgrade() -> None:
    """Take it away; every unit goes by the house's defaults again."""
    op.drop_table("unit_rules")
