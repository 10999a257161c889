"""All tables, in one place; the same on SQLite and PostgreSQL.

In clear stand only random ids, keyed fingerprints, dates and what everybody may know (units,
grants).
"""

from storage.tables.bulletins import (
    accounts,
    approvals,
    bots,
    bulletins,
    outcomes,
    outlet_posts,
    outlets,
    quotas,
    sendings,
    slices,
    subscribers,
    sums,
    versions,
)
from storage.tables.desks import (
    alarms,
    audit,
    desk_codes,
    desk_groups,
    desk_links,
    grants,
    staff,
    unit_choices,
    units,
)
from storage.tables.house import counters, instance, keyring, metadata
from storage.tables.tips import chunks, letters, parts, rings, tallies, tips, tombstones, wraps

__all__ = [
    "accounts",
    "alarms",
    "approvals",
    "audit",
    "bots",
    "bulletins",
    "chunks",
    "counters",
    "desk_codes",
    "desk_groups",
    "desk_links",
    "grants",
    "instance",
    "keyring",
    "letters",
    "metadata",
    "outcomes",
    "outlet_posts",
    "outlets",
    "parts",
    "quotas",
    "rings",
    "sendings",
    "slices",
    "staff",
    "subscribers",
    "sums",
    "tallies",
    "tips",
    "tombstones",
    "unit_choices",
    "units",
    "versions",
    "wraps",
]
