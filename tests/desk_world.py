"""A real database with units and people, for the tests of staff, audit and the desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pyotp

from handlers.effects import FileTip
from handlers.places import Place
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.states import Key
from handlers.tips import Category
from storage import installation, staff, tips, units
from storage.chance import random_bytes
from storage.crypto import new_master, new_pair
from storage.database import Database
from storage.staff import Member
from storage.tables import metadata
from storage.tips import PictureData
from tests import databases

NOW = datetime(2026, 11, 21, 5, 5, tzinfo=UTC)
STORY = "Cửa thoát hiểm của xưởng bị khóa từ thứ hai."
UNITS = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn"),
    Unit("north", "root", UnitKind.UNION, "Công đoàn phía bắc"),
    Unit("north-park", "north", UnitKind.UNION, "Công đoàn khu công nghiệp"),
    Unit("south", "root", UnitKind.UNION, "Công đoàn phía nam"),
)
PLACE = Place("25747", "Phường Thủ Dầu Một", "79", "Thành phố Hồ Chí Minh")


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    """A fresh installation with four units: root, north, north-park below it, south."""
    master = await databases.prepare(url, fill)
    made = Database(url)
    try:
        await installation.open_with(made, master)
        yield made
    finally:
        await made.close()


async def fill(url: str) -> bytes:
    """Make it in an empty database; its master key."""
    made, master = Database(url), new_master()
    try:
        async with made.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await installation.make(made, master, demo=True)
        await installation.open_with(made, master)
        async with made.write() as tx:
            await units.import_all(tx, UNITS, at_once=True)
    finally:
        await made.close()
    return master


async def add(
    made: Database, login: str, *grants: tuple[str, Role], now: datetime = NOW
) -> tuple[Member, str]:
    """A member called like their log-in name, and the enrolment token."""
    async with made.write() as tx:
        return await staff.add(tx, login, f"Người {login}", grants, now)


async def secret_of(made: Database, token: str, now: datetime = NOW) -> str:
    """The TOTP secret that an enrolment link shows."""
    async with made.read() as tx:
        invited = await staff.invitation(tx, token, now)
    assert invited is not None
    return invited.secret


def code_at(secret: str, moment: datetime) -> str:
    """What an authenticator app shows."""
    return pyotp.TOTP(secret).at(moment)


async def file_tip(
    made: Database,
    owner: str,
    *pictures: PictureData,
    danger: bool = False,
    now: datetime = NOW,
    nickname: str = "Cây tre xanh",
) -> bytes:
    """A tip that has reached the desk of `owner`."""
    pair = new_pair()
    new = FileTip(
        key=Key(random_bytes(16), pair.public, pair.private),
        unit=owner,
        category=Category.FIRE,
        danger=danger,
        place=PLACE,
        story=STORY,
        pictures=(),
        excluded=frozenset(),
        may_go_to_police=False,
        bell="48213",
        nickname=nickname,
        triage_by=now + timedelta(hours=24),
        answer_on=date(2026, 11, 26),
        result_on=date(2026, 12, 11),
    )
    async with made.write() as tx:
        tip = await tips.file(tx, new, pictures, day=now.date(), due=now)
        await tips.deliver(tx, tip)
    return tip
