"""Where the history of a unit goes on in the log of what staff did.

Revision ID: 0016
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was changed before is in the log, but in no history."""
    op.add_column("units", sa.Column("last_change", sa.BigInteger, nullable=True))


def downgrade() -> None:
    """Take it away; the log keeps what it says."""
    op.drop_column("units", "last_change")
