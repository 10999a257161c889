"""Bots of one unit each, their months, ways to ring staff, what a unit chose by itself.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16)
_TABLES = ("alarms", "unit_choices", "bots", "quotas")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alarms",
        sa.Column("id", _ID, nullable=False),
        sa.Column("staff", _ID, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alarms_staff", "alarms", ["staff"])
    op.create_table(
        "unit_choices",
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("page_first", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("unit", name="pk_unit_choices"),
    )
    op.create_table(
        "bots",
        sa.Column("account", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_bots"),
        sa.UniqueConstraint("unit", name="uq_bots_unit"),
    )
    op.create_table(
        "quotas",
        sa.Column("account", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.Column("told", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "month", name="pk_quotas"),
    )


def downgrade() -> None:
    """Take the tables away."""
    for name in reversed(_TABLES):
        op.drop_table(name)
