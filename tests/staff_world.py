"""Members of staff who have used their enrolment link, for the tests of what only they may do."""

from datetime import datetime

from handlers.roles import Role
from storage import staff
from storage.database import Database
from storage.staff import Member
from tests.desk_world import NOW, add, code_at, secret_of


async def enrolled(
    made: Database, login: str, *grants: tuple[str, Role], now: datetime = NOW
) -> Member:
    """A member called like their log-in name, with a password that nobody knows."""
    _, token = await add(made, login, *grants, now=now)
    secret = await secret_of(made, token, now)
    async with made.write() as tx:
        member = await staff.enrol(tx, token, "no password", code_at(secret, now), now)
    assert isinstance(member, Member)
    return member
