"""A real database with units that cover places, subscribers and broadcasters."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from broadcasts import tick
from handlers.bulletins import Bulletin, Citation, Content, Plan, Stage, Topic, Urgency, Wording
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.subscriptions import Subscription
from storage import accounts, bulletins, installation, sendings, staff, subscribers, units
from storage.bulletins import Approval
from storage.database import Database
from storage.sendings import Sending
from tests import databases, desk_world
from tests.desk_world import add
from tests.world import places

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PROVINCE, OTHER, COMMUNE = "48", "79", "20335"
GAZETTEER = places()

UNITS = (
    Unit("root", None, UnitKind.UNION, "Tổng liên đoàn", frozenset({"*"})),
    Unit("city", "root", UnitKind.UNION, "Liên đoàn thành phố", frozenset({PROVINCE})),
    Unit("ward", "city", UnitKind.UNION, "Công đoàn phường", frozenset({COMMUNE})),
    Unit("paper", "root", UnitKind.UNION, "Công đoàn chưa có địa bàn"),
    Unit("old", "root", UnitKind.UNION, "Công đoàn cũ", frozenset({OTHER, "99999"})),
)

CONTENT = Content(
    topic=Topic.WAGES,
    vi=Wording("Lương tháng này", "Công ty phải trả lương đúng hạn.", "Hãy xem bảng lương."),
    en=Wording("This month's wages", "Wages must be paid on time.", "Look at your pay slip."),
    citations=(Citation("Bộ luật Lao động 45/2019/QH14", "Điều 94"),),
    checked_on=date(2026, 11, 21),
    expires_on=date(2027, 11, 21),
    source="Toàn văn luật",
    plan=Plan(datetime(2026, 11, 24, 5, tzinfo=UTC)),
)


def local(typed: str) -> datetime:
    """A local time in UTC."""
    return datetime.fromisoformat(typed).replace(tzinfo=ZONE).astimezone(UTC)


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    """Units, an author and two approvers for all of them, one account."""
    master = await databases.prepare(url, _fill)
    made = Database(url)
    try:
        await installation.open_with(made, master)
        yield made
    finally:
        await made.close()


async def _fill(url: str) -> bytes:
    """Make it in an empty database; its master key."""
    master = await desk_world.fill(url)
    made = Database(url)
    try:
        await installation.open_with(made, master)
        async with made.write() as tx:
            await units.import_all(tx, UNITS, may_remove=True)
            await accounts.add(tx, "telegram", "telegram", "1:token")
        await add(made, "tacgia", ("root", Role.AUTHOR))
        await add(made, "duyet1", ("root", Role.APPROVER))
        await add(made, "duyet2", ("root", Role.APPROVER))
    finally:
        await made.close()
    return master


async def subscribe(
    made: Database, chosen: Iterable[Subscription], *, account: int = 1, first: int = 1
) -> None:
    """Chats `first` and on of an account subscribe."""
    async with made.write() as tx:
        for number, each in enumerate(chosen, start=first):
            await subscribers.keep(tx, account, str(7_000_000 + number), each, TODAY)


def wants(*codes: str, topic: Topic = Topic.WAGES) -> Subscription:
    """A subscription to one topic in these places."""
    return Subscription(frozenset({topic}), codes or ("*",))


def at(first: datetime, content: Content = CONTENT, **plan: Any) -> Content:
    """`content` with another plan."""
    return replace(content, plan=replace(content.plan, first=first, **plan))


async def written(made: Database, content: Content = CONTENT, unit: str = "root") -> Bulletin:
    """A draft by the author."""
    author = await who(made, "tacgia")
    async with made.write() as tx:
        return await bulletins.create(tx, unit, author, content, TODAY)


async def who(made: Database, login: str) -> bytes:
    """The key of a member."""
    async with made.read() as tx:
        found = await staff.by_login(tx, login)
    assert found is not None
    return found.id


async def planned(
    made: Database, content: Content = CONTENT, unit: str = "root", *, now: datetime = NOW
) -> Bulletin:
    """A bulletin that was proposed, approved by as many as it needs, and is due."""
    bulletin = await written(made, content, unit)
    approvers = [await who(made, login) for login in ("duyet1", "duyet2")]
    needed = bulletins.approvers_needed(content)
    async with made.write() as tx:
        assert await bulletins.propose(tx, bulletin.id, bulletin.version)
        for member in approvers[:needed]:
            told = await bulletins.approve(tx, bulletin.id, bulletin.seal, member, TODAY)
        if needed:
            assert told is Approval.APPROVED
        else:
            await bulletins.set_stage(tx, bulletin.id, Stage.APPROVED)
        await tick.schedule(tx, replace(bulletin, stage=Stage.APPROVED), now, ZONE)
    return await standing(made, bulletin.id)


async def standing(made: Database, bulletin: str) -> Bulletin:
    """The bulletin as it stands."""
    async with made.read() as tx:
        found = await bulletins.by_id(tx, bulletin)
    assert found is not None
    return found


async def due(made: Database, bulletin: str) -> datetime | None:
    """When it is sent next."""
    async with made.read() as tx:
        seconds = await bulletins.next_due(tx, bulletin)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


async def sent(made: Database, bulletin: str) -> tuple[Sending, ...]:
    """Every time it was sent, the oldest first."""
    async with made.read() as tx:
        return tuple(reversed(await sendings.of_bulletin(tx, bulletin)))


ALERT = replace(CONTENT, topic=Topic.ALERTS, urgency=Urgency.ALERT)
