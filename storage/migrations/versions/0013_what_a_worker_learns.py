"""What a worker learns here: released texts, changed laws, a first week, quizzes, good practice.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NEW = ("practices", "quiz_tallies", "series", "law_changes", "released_texts")


def upgrade() -> None:
    """Make the tables; nothing that is there changes."""
    op.create_table(
        "released_texts",
        sa.Column("text", sa.String(40), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("staff", sa.LargeBinary(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("text", name="pk_released_texts"),
    )
    op.create_table(
        "law_changes",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("replaced_by", sa.String(200), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("staff", sa.LargeBinary(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_law_changes"),
    )
    op.create_table(
        "series",
        sa.Column("fingerprint", sa.LargeBinary(16), nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("course", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_series"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quiz_tallies",
        sa.Column("quiz", sa.String(40), nullable=False),
        sa.Column("players", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("quiz", name="pk_quiz_tallies"),
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("month", sa.Date, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practices"),
    )


def downgrade() -> None:
    """Take them away, with what is in them."""
    for name in _NEW:
        op.drop_table(name)
