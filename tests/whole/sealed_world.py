"""A few days of a real installation: tips are filed, delivered, claimed, answered, closed."""

import heapq
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from bot.channels import Outcome as Rung
from bot.channels import Sent
from bot.outbound import MailRoom
from handlers import clocks, going_up, routing
from handlers import units as unit_files
from handlers.effects import FileTip
from handlers.nicknames import nickname
from handlers.places import Place
from handlers.roles import Role
from handlers.routing import Tree
from handlers.screens import Screen
from handlers.states import Key
from handlers.tips import Category, Outcome
from storage import accounts, alarms, cases, installation, migrate, tips, units
from storage.alarms import Path
from storage.crypto import new_master
from storage.database import Database
from storage.pings import Ping
from storage.places import Places
from storage.tips import PictureData
from tests.staff_world import enrolled
from tests.world import places as gazetteer

# Public proportions. Everything else is drawn independently of them: a story is as long, a picture
# as large, an officer as quick whatever the tip is about.
CATEGORIES = {
    Category.WAGES: 30,
    Category.UNSAFE: 20,
    Category.INSURANCE: 12,
    Category.LOANS: 10,
    Category.HARASSMENT: 8,
    Category.FIRE: 6,
    Category.VIOLENCE: 5,
    Category.THEFT: 4,
    Category.FORCED: 3,
    Category.DRUGS: 2,
}
# Communes and provinces; "" is "rather not say".
PLACES = {"20335": 22, "25942": 20, "31360": 14, "48": 12, "75": 12, "79": 8, "01": 7, "": 5}
DANGER = 0.4
DAYS = 3
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
_OUTCOMES = (Outcome.HANDLED, Outcome.PASSED, Outcome.INSUFFICIENT)


@dataclass(frozen=True, slots=True)
class Label:
    """What the thief would like to know about a tip."""

    unit: str
    category: str
    province: str
    danger: str


@dataclass(slots=True)
class _World:
    database: Database
    dice: random.Random
    now: datetime = _MONDAY
    places: Places = field(default_factory=gazetteer)
    officers: dict[str, bytes] = field(default_factory=dict)
    agenda: list[tuple[datetime, int, Callable[[], Awaitable[object]]]] = field(
        default_factory=list
    )

    def at(self, moment: datetime, deed: Callable[[], Awaitable[object]]) -> None:
        heapq.heappush(self.agenda, (moment, len(self.agenda) + self.dice.getrandbits(40), deed))

    def later(self) -> datetime:
        return self.now + timedelta(minutes=self.dice.randint(5, 30 * 60))


class _Bell:
    """Every ring arrives."""

    async def ring(self, address: str, tip: bytes, nickname: str, danger: bool) -> Rung:
        return Sent()

    async def ring_for_several(self, address: str, rung: Sequence[Ping]) -> Rung:
        return Sent()

    async def tell(self, address: str, shown: Screen) -> Rung:
        return Sent()


async def fill(url: str, dice: random.Random, count: int) -> dict[bytes, Label]:
    """Let `count` tips be filed into an empty database; what they are about.

    Cards leave at the next full hour, as in a real installation unless it is told otherwise.
    """
    database = Database(url)
    labels: dict[bytes, Label] = {}
    try:
        await migrate.upgrade(database)
        master = new_master()
        await installation.make(database, master, demo=False)
        await installation.open_with(database, master)
        world = _World(database, dice)
        tree = await _people(world)
        mail = MailRoom(database, lambda: world.now)
        mail.ring_over(Path.PUSH, _Bell())

        async def deliver() -> None:
            await mail.deliver_due()
            await mail.ring_due()

        for _ in range(count):
            moment = _MONDAY + timedelta(days=dice.randrange(DAYS), minutes=dice.randrange(15 * 60))

            async def deed() -> None:
                tip, label = await _file(world, tree)
                labels[tip] = label
                await deliver()

            world.at(moment, deed)
        for hour in range(24 * (DAYS + 2)):
            world.at(_MONDAY + timedelta(hours=hour), deliver)
        while world.agenda:
            world.now, _, deed_now = heapq.heappop(world.agenda)
            await deed_now()
    finally:
        await database.close()
    return labels


def unit_shares() -> Counter[str]:
    """How often each unit is the reader, by the public tree and `PLACES`."""
    shares: Counter[str] = Counter()
    places = gazetteer()
    tree = Tree.of(
        routing.Unit(
            **{name: getattr(unit, name) for name in unit.__slots__} | {"has_desk": _reads(unit)}
        )
        for unit in _units(places)
    )
    for code, weight in PLACES.items():
        for category, share in CATEGORIES.items():
            shares[routing.reader(tree, category, places.by_code(code)).id] += weight * share
    return shares


def province_shares() -> Counter[str]:
    """How often each province comes, by its code; the empty one is "rather not say"."""
    places, shares = gazetteer(), Counter[str]()
    for code, weight in PLACES.items():
        place = places.by_code(code)
        shares[place.province_code if place else ""] += weight
    return shares


def _units(places: Places) -> list[routing.Unit]:
    text = resources.files("storage.data").joinpath("demo_units.csv").read_text(encoding="utf-8")
    return list(unit_files.parse(text, known_places=places.is_known))


def _reads(unit: routing.Unit) -> bool:
    return unit.kind is routing.UnitKind.UNION and not unit.inside_company


async def _people(world: _World) -> Tree:
    """The demo's units, each above the enterprise with one officer, whose browser can be rung."""
    parsed = _units(world.places)
    async with world.database.write() as tx:
        await units.import_all(tx, parsed)
        await accounts.add(tx, "webpush", "webpush", "key")
    for unit in filter(_reads, parsed):
        role = (unit.id, Role.OFFICER)
        member = await enrolled(world.database, f"ban-{unit.id}", role, now=world.now)
        async with world.database.write() as tx:
            await alarms.add_browser(tx, member.id, f"browser of {unit.id}")
        world.officers[unit.id] = member.id
    async with world.database.read() as tx:
        tree = await units.tree(tx)
    assert tree is not None
    return tree


async def _file(world: _World, tree: Tree) -> tuple[bytes, Label]:
    """One tip, as the talk files it; `bot/carrying.py` sets the same due time."""
    dice, keys = world.dice, world.database.keys
    assert keys is not None
    category = dice.choices([*CATEGORIES], [*CATEGORIES.values()])[0]
    place = world.places.by_code(dice.choices([*PLACES], [*PLACES.values()])[0])
    danger = dice.random() < DANGER
    unit = routing.reader(tree, category, place, danger=danger)
    key = tips.key_of(keys.reporters(dice.randbytes(32))[0])
    pictures = [
        PictureData("image/jpeg", dice.randbytes(dice.randint(2_000, 20_000)))
        for _ in range(dice.choice((0, 0, 0, 1, 2)))
    ]
    day = world.now.astimezone(_ZONE).date()
    new = _tip(world, key, unit.id, category, place, danger=danger)
    up = going_up.behind(tree, unit.id, category, excluded=frozenset()) if danger else None
    new = replace(new, behind=up.id if up is not None else "")
    due = clocks.card_leaves_at(world.now, danger=danger, at_once=False)
    async with world.database.write() as tx:
        tip = await tips.file(tx, new, pictures, day=day, due=due)
    officer = world.officers[unit.id]
    world.at(world.later() + timedelta(hours=1), lambda: _work(world, tip, key, officer))
    return tip, Label(
        unit.id, category.value, place.province_code if place else "", "yes" if danger else "no"
    )


def _tip(
    world: _World, key: Key, unit: str, category: Category, place: Place | None, *, danger: bool
) -> FileTip:
    dice = world.dice
    day = world.now.astimezone(_ZONE).date()
    dates = clocks.deadlines(world.now, day, danger=danger)
    return FileTip(
        key=key,
        unit=unit,
        category=category,
        danger=danger,
        place=place,
        story="Chuyện ở xưởng. " * dice.randint(3, 300),
        pictures=(),
        excluded=frozenset(),
        may_go_to_police=dice.random() < 0.5,
        bell=f"{dice.randrange(100_000):05}",
        nickname=nickname(dice.getrandbits(32)),
        triage_by=dates.triage_by,
        answer_on=dates.answer_on,
        result_on=dates.result_on,
    )


async def _work(world: _World, tip: bytes, key: Key, officer: bytes) -> None:
    """What a desk does with a tip, or some of it."""
    dice, now = world.dice, world.now
    steps = dice.choice((0, 0, 0, 0, 0, 1, 2, 3, 4, 5))
    async with world.database.write() as tx:
        if steps > 0:
            await cases.claim(tx, officer, tip, now)
        if steps > 1:
            await cases.open_case(tx, officer, tip, now)
            await cases.ask(tx, officer, tip, "Ở khu vực nào?" * dice.randint(1, 30), now)
    if steps > 2:
        async with world.database.write() as tx:
            await tips.add_words(tx, key, "Ở tầng hai. " * dice.randint(1, 60))
    async with world.database.write() as tx:
        if steps > 3:
            await cases.answer(tx, officer, tip, "Chúng tôi đã đến xem.", now)
        if steps > 4:
            await cases.close(tx, officer, tip, dice.choice(_OUTCOMES), "Đã xong.", now)
