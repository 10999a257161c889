"""A unit tree with places, authors and approvers, for the tests of the studio."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from bot.web.parts import Whisper
from handlers.bulletins import Bulletin, Citation, Content, Plan, Topic, Wording
from handlers.languages import Language
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.subscriptions import Subscription
from storage import accounts, bulletins, subscribers, units
from storage.accounts import Account
from storage.database import Database
from storage.staff import Member
from tests import desk_world
from tests.desk_browser import World, world_on

DUE = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
CONTENT = Content(
    topic=Topic.WAGES,
    legal=True,
    vi=Wording(
        "Lương ngày lễ", "Ngày lễ bạn được nghỉ và hưởng nguyên lương.", "Hãy xem bảng lương."
    ),
    en=Wording("Holiday pay", "A public holiday is a day off with full pay.", "Look at your pay."),
    citations=(Citation("Bộ luật Lao động 45/2019/QH14", "Điều 112", date(2021, 1, 1)),),
    checked_on=date(2026, 11, 21),
    expires_on=date(2026, 12, 31),
    source="Toàn văn Bộ luật Lao động",
    plan=Plan(first=DUE),
)
FIELDS = {
    "unit": "north",
    "topic": "wages",
    "legal": "1",
    "vi_title": "Lương ngày lễ",
    "vi_body": "Ngày lễ bạn được nghỉ và hưởng nguyên lương.",
    "vi_action": "Hãy xem bảng lương.",
    "en_title": "Holiday pay",
    "en_body": "A public holiday is a day off with full pay.",
    "en_action": "Look at your pay.",
    "c1_document": "Bộ luật Lao động 45/2019/QH14",
    "c1_article": "Điều 112",
    "c1_from": "2021-01-01",
    "checked_on": "2026-11-21",
    "expires_on": "2026-12-31",
    "source": "Toàn văn Bộ luật Lao động",
    "day": "2026-11-24",
    "hour": "11:30",
    "scope": "",
}
"""The form that says CONTENT."""


@asynccontextmanager
async def studio_on(url: str, *, whisper: Whisper | None = None) -> AsyncIterator[World]:
    """The running pages, with units that cover places."""
    async with world_on(url, whisper=whisper) as world:
        await cover(world.made)
        yield world


async def cover(made: Database) -> None:
    """Let the units of the tests cover places: all, Hà Nội, a commune of it, Hồ Chí Minh."""
    union = UnitKind.UNION
    covering = [
        Unit("root", None, union, "Tổng liên đoàn", frozenset({"*"})),
        Unit("north", "root", union, "Công đoàn phía bắc", frozenset({"01"})),
        Unit("north-park", "north", union, "Công đoàn khu công nghiệp", frozenset({"00004"})),
        Unit("south", "root", union, "Công đoàn phía nam", frozenset({"79"})),
    ]
    async with made.write() as tx:
        await units.import_all(tx, covering, at_once=True)


async def staff(made: Database) -> dict[str, Member]:
    """`viet` writes, `duyet` and `duyet2` approve, all for the north; `nam` does both elsewhere."""
    found = {}
    for login, *grants in (
        ("viet", ("north", Role.AUTHOR)),
        ("duyet", ("north", Role.APPROVER)),
        ("duyet2", ("root", Role.APPROVER)),
        ("nam", ("south", Role.AUTHOR), ("south", Role.APPROVER)),
    ):
        found[login], _ = await desk_world.add(made, login, *grants)
    return found


async def write(made: Database, author: Member, content: Content = CONTENT) -> Bulletin:
    """A draft of the north."""
    async with made.write() as tx:
        return await bulletins.create(tx, "north", author.id, content, desk_world.NOW.date())


async def subscribe(made: Database, many: int, *, place: str = "01") -> Account:
    """So many subscribers of the topic of CONTENT."""
    chosen = Subscription(frozenset({Topic.WAGES}), (place,), language=Language.VI)
    async with made.write() as tx:
        account = await accounts.ensure_first(tx, "telegram", "1:a-token-of-the-tests")
        for number in range(many):
            address = str(900_000 + number)
            await subscribers.keep(tx, account.id, address, chosen, desk_world.NOW.date())
    return account
