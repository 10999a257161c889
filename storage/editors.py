"""Who answers for the library and for the laws that all bulletins of the house rest on."""

from handlers.roles import Role
from storage import staff, unit_rows
from storage.database import Tx


async def is_editor(tx: Tx, member: bytes) -> bool:
    """Whether this member may say that a text was compared with the gazette, or that a law was
    replaced: they approve for the highest unit, as it stands in this transaction. Both hold for
    every unit, and whoever writes bulletins shall not free their own text from a second look.
    """
    tree = await unit_rows.bare(tx)
    return tree is not None and tree.root.id in await staff.units_under(tx, member, Role.APPROVER)
