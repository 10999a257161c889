"""Parks of the operator, and tables of places that are newer than those of the program.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; both are empty until the operator imports something."""
    op.create_table(
        "parks",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("aliases", sa.Text, nullable=False),
        sa.Column("communes", sa.Text, nullable=False),
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("checked_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_parks"),
    )
    op.create_table(
        "place_tables",
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("imported_on", sa.Date, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("as_of", name="pk_place_tables"),
    )


def downgrade() -> None:
    """Take them away; the tables of the program hold again."""
    op.drop_table("place_tables")
    op.drop_table("parks")
