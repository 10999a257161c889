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
BROADCASTERS = frozenset({Role.AUTHOR, Role.APPROVER})
