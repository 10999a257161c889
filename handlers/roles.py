"""What a member of staff may be, held per unit."""

from enum import StrEnum


class Role(StrEnum):
    """Administrators and keepers never read tips; only officers and leads do."""

    ADMINISTRATOR = "administrator"
    LEAD = "lead"
    OFFICER = "officer"
    AUTHOR = "author"
    APPROVER = "approver"
    KEEPER = "keeper"
    OBSERVER = "observer"
    AUDITOR = "auditor"


READERS_OF_TIPS = frozenset({Role.LEAD, Role.OFFICER})
OVERSEERS = frozenset({Role.LEAD, Role.AUDITOR})
"""Who sees how the desks of their unit, and of those below, close their tips; never the tips."""
READERS_OF_NUMBERS = OVERSEERS | {Role.OBSERVER}
"""Who sees the numbers of their unit and of those below; an officer sees those of their own."""
BROADCASTERS = frozenset({Role.AUTHOR, Role.APPROVER})
"""Who writes bulletins and lets them go; a boarding-house group has no other roles."""
