"""Groups that are desks, linked accounts of officers, and the codes that link them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16)


def upgrade() -> None:
    """Add the three tables; what was stored before stays as it is."""
    op.create_table(
        "desk_links",
        sa.Column("id", _ID, nullable=False),
        sa.Column("staff", _ID, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_links"),
        sa.UniqueConstraint("staff", name="uq_desk_links_staff"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "desk_groups",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", _ID, nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_groups"),
        sa.UniqueConstraint("fingerprint", name="uq_desk_groups_fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "desk_codes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_codes"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take the tables away; every group and account has to be linked anew after that."""
    for name in ("desk_codes", "desk_groups", "desk_links"):
        op.drop_table(name)
