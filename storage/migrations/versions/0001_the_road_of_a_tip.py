"""The tables of the road of a tip."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16)


def upgrade() -> None:
    """Make all tables of the first version."""
    op.create_table(
        "instance",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_instance"),
    )
    op.create_table(
        "keyring",
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("purpose", "number", name="pk_keyring"),
    )
    _tips()
    _desk()
    op.create_table(
        "counters",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )


def _tips() -> None:
    op.create_table(
        "tips",
        sa.Column("id", _ID, nullable=False),
        sa.Column("locator", _ID, nullable=False),
        sa.Column("reporter", sa.LargeBinary(32), nullable=False),
        sa.Column("reporter_wrap", sa.LargeBinary, nullable=False),
        sa.Column("bell", sa.LargeBinary, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tips"),
        sa.UniqueConstraint("locator", name="uq_tips_locator"),
        sqlite_with_rowid=False,
    )
    for name in ("parts", "chunks", "wraps"):
        op.create_table(
            name,
            sa.Column("id", _ID, nullable=False),
            sa.Column("tip", _ID, nullable=False),
            sa.Column("body", sa.LargeBinary, nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{name}_tip", name, ["tip"])
    op.create_table(
        "letters",
        sa.Column("id", _ID, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.String(5), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("hour", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rings_day", "rings", ["day"])
    op.create_table(
        "tombstones",
        sa.Column("id", _ID, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstones"),
        sqlite_with_rowid=False,
    )


def _desk() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("parent", sa.String(60), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("inside_company", sa.Boolean, nullable=False),
        sa.Column("conflicts", sa.Text, nullable=False),
        sa.Column("hours", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(400), nullable=False),
        sa.Column("at_once", sa.Boolean, nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
    )
    op.create_table(
        "staff",
        sa.Column("id", _ID, nullable=False),
        sa.Column("login", _ID, nullable=False),
        sa.Column("enrolment", _ID, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
        sa.UniqueConstraint("enrolment", name="uq_staff_enrolment"),
    )
    op.create_table(
        "grants",
        sa.Column("staff", _ID, nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("staff", "unit", "role", name="pk_grants"),
    )
    op.create_table(
        "audit",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def downgrade() -> None:
    """Back to an empty database is a deletion, not a migration."""
    raise RuntimeError("there is no way back before the first version")
