"""How members of staff prove who they are: a password, then a code that works once."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select, update

from storage import staff_rows
from storage.crypto import password_matches
from storage.database import Tx
from storage.staff import Member, opened_by_login
from storage.tables import staff

# Of a random password that nobody knows: an unknown log-in name takes as long as a known one.
_NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=2,p=1$cttqTKkT0AcLv4D8mIDzcw"
    "$9QZPG+Y/lGTJ7Yrv2bUkbttvJV1EqnObCKvJ8rHYnKk"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    member: Member
    hashed: str = field(repr=False)


async def credentials(tx: Tx, login: str) -> Credentials | None:
    """What a password for this log-in name is checked against; None for an unknown name."""
    found = await opened_by_login(tx, login)
    if found is None:
        return None
    member, body = found
    return Credentials(member, body.hashed or _NOBODYS_HASH)


def check_password(found: Credentials | None, password: str) -> Member | None:
    """The member whose password this is. Slow (Argon2id), for unknown names just as well: call it
    in a thread, outside a transaction.
    """
    fits = password_matches(password, found.hashed if found else _NOBODYS_HASH)
    return found.member if found and found.member.enrolled and fits else None


async def use_code(tx: Tx, key: bytes, code: str, now: datetime) -> bool:
    """Whether `code` is this member's TOTP code now (half a minute earlier or later is forgiven);
    it does not work a second time, nor does any older one.
    """
    row = await tx.row(select(staff).where(staff.c.id == key).with_for_update())
    if row is None:
        return False
    body = staff_rows.opened(tx, row.id, row.body)
    step = staff_rows.step_of(body, code, now) if body.hashed is not None else None
    if step is None:
        return False
    written = staff_rows.written(tx, key, replace(body, step=step))
    await tx.run(update(staff).where(staff.c.id == key).values(**written))
    return True
