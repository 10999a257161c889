"""The road of a bulletin: accounts, subscribers, outlets, bulletins, and how they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16)
_TABLES = (
    *("accounts", "subscribers", "outlets"),
    *("bulletins", "versions", "approvals"),
    *("sendings", "slices", "outcomes", "sums", "outlet_posts"),
)


def upgrade() -> None:
    """Add the tables; what was stored before stays as it is. The two new keys are made when the
    installation is opened next, for only then the master key is there.
    """
    _readers()
    _bulletins()
    _sendings()


def _readers() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("per_second", sa.Integer, nullable=False),
        sa.Column("holder", _ID, nullable=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("halted_until", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("fingerprint", _ID, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.SmallInteger, nullable=False),
        sa.Column("topics", sa.Integer, nullable=False),
        sa.Column("place_1", sa.Integer, nullable=False),
        sa.Column("place_2", sa.Integer, nullable=True),
        sa.Column("place_3", sa.Integer, nullable=True),
        sa.Column("per_week", sa.SmallInteger, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=False),
        sa.Column("paused_until", sa.Date, nullable=True),
        sa.Column("joined", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("fingerprint", name="uq_subscribers_fingerprint"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outlets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("fingerprint", _ID, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.SmallInteger, nullable=False),
        sa.Column("topics", sa.Integer, nullable=False),
        sa.Column("hold_doubt", sa.Boolean, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outlets"),
        sa.UniqueConstraint("fingerprint", name="uq_outlets_fingerprint"),
        sqlite_autoincrement=True,
    )


def _bulletins() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("author", _ID, nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("created", sa.Date, nullable=False),
        sa.Column("next_due", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
    )
    op.create_index("ix_bulletins_next_due", "bulletins", ["next_due"])
    op.create_table(
        "versions",
        sa.Column("bulletin", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("author", _ID, nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("bulletin", "number", name="pk_versions"),
    )
    op.create_table(
        "approvals",
        sa.Column("bulletin", sa.String(16), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("staff", _ID, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("bulletin", "seal", "staff", name="pk_approvals"),
    )


def _sendings() -> None:
    op.create_table(
        "sendings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("bulletin", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fire_key", sa.String(80), nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("high_water", sa.Integer, nullable=False),
        sa.Column("planned_to", sa.Integer, nullable=False),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.Column("uncertain", sa.Integer, nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=True),
        sa.Column("ended", sa.BigInteger, nullable=True),
        sa.Column("asked", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sendings"),
        sa.UniqueConstraint("fire_key", name="uq_sendings_fire_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sendings_bulletin", "sendings", ["bulletin"])
    op.create_table(
        "slices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sending", sa.Integer, nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.Column("low", sa.Integer, nullable=False),
        sa.Column("bound", sa.Integer, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("holder", _ID, nullable=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slices"),
    )
    op.create_index("ix_slices_sending", "slices", ["sending", "account"])
    op.create_table(
        "outcomes",
        sa.Column("sending", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("subscriber", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("sending", "subscriber", name="pk_outcomes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sums",
        sa.Column("sending", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("account", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("province", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("kind", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("sending", "account", "province", "kind", name="pk_sums"),
    )
    op.create_table(
        "outlet_posts",
        sa.Column("sending", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("outlet", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("stage", sa.String(12), nullable=False),
        sa.Column("message", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("sending", "outlet", name="pk_outlet_posts"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take the tables away, and with them every subscription and bulletin."""
    for name in reversed(_TABLES):
        op.drop_table(name)
