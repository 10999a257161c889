"""How long the desk's list and its search take, over real HTTP, with thousands of tips.

The list is one that is narrowed, with all of its counts. What it is held against is the same page
at an empty desk; the search, opening as many boxes and parts with libsodium and nothing else.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Row, insert, select

from bot.web.desk_search import SHELVES
from handlers.places import Place
from handlers.roles import Role
from handlers.tips import Author, Category, Kind, Status
from storage import record, thread, units
from storage.cache import RecordCache
from storage.chance import random_bytes, random_id
from storage.crypto import CaseKey
from storage.database import Tx
from storage.keys import Purpose
from storage.record import End, Record
from storage.stored import WRAPS_AT_LEAST
from storage.tables import tips as tips_table
from storage.tables import wraps
from storage.thread import NewPart
from tests import desk_world, services
from tests.bench import measuring
from tests.bench.bulletins import Bench
from tests.bench.measuring import QUICK
from tests.desk_browser import Browser, World, world_on
from tests.desk_world import NOW
from tests.drive import Unexpected

NAMES = ("desk_list_5k", "desk_list_50k", "desk_search_5k")
MOST_MILLISECONDS = {"list": 300, "cold": 1500, "warm": 300}
_LIST = "/desk?xem=open&tuoi=month"
_WORDS = "luong thang"
_BATCH = 500
_PLACES = (
    Place("25747", "Phường Thủ Dầu Một", "79", "Thành phố Hồ Chí Minh"),
    Place("25750", "Phường Phú Lợi", "79", "Thành phố Hồ Chí Minh"),
    Place("00004", "Phường Ba Đình", "01", "Thành phố Hà Nội"),
)
_STORY = "Hai tháng nay xưởng may chưa trả lương cho công nhân ở chuyền, tổ trưởng bảo chờ. " * 5


@dataclass(frozen=True, slots=True)
class Size:
    """How many tips, and how often a page is looked at."""

    few: int = 5_000
    many: int = 50_000
    looks: int = 30


@dataclass(frozen=True, slots=True)
class _Lists:
    """Milliseconds of each look; of the first one of a process, and of the first after a change.
    `cpu` are those in which this process worked, browser and server together: on a machine that
    does other things beside it, they say more.
    """

    looks: Sequence[float]
    first: float
    changed: float
    cpu: float

    @property
    def median(self) -> float:
        return measuring.quantile(self.looks, 0.5)


async def measure(bench: Bench) -> None:
    """All figures on one database."""
    if not bench.names & set(NAMES):
        return
    size = Size(few=60, many=300, looks=5) if bench.size is QUICK else Size()
    few = await _few(bench, size)
    if "desk_list_50k" in bench.names:
        async with _world(bench, "many") as (world, browser):
            bare = await _looks(browser, "/desk?xem=closed", size.looks)
            await _fill(world, size.many, words=False)
            many = await _lists(world, browser, size.looks)
        growth = round(many.median / few.median, 2) if few is not None else None
        _say(bench, "desk_list_50k", many, bare, size.many, growth=growth)


async def _few(bench: Bench, size: Size) -> _Lists | None:
    """The list with the fewer tips (the growth is held against it as well), and the search."""
    async with _world(bench, "few") as (world, browser):
        bare = await _looks(browser, "/desk?xem=closed", size.looks)
        await _fill(world, size.few, words=True)
        few = await _lists(world, browser, size.looks)
        _say(bench, "desk_list_5k", few, bare, size.few, target=MOST_MILLISECONDS["list"])
        if "desk_search_5k" in bench.names:
            await _search(bench, world, browser, size)
    return few


def _say(
    bench: Bench, name: str, found: _Lists, bare: Sequence[float], tips: int, **beside: object
) -> None:
    bench.say(
        name,
        found.median,
        "ms",
        measuring.quantile(bare, 0.5),
        "the same page at an empty desk",
        "p50",
        p95=round(measuring.quantile(found.looks, 0.95), 1),
        first=round(found.first, 1),
        changed=round(found.changed, 1),
        cpu=round(found.cpu, 1),
        tips=tips,
        **beside,
    )


async def _search(bench: Bench, world: World, browser: Browser, size: Size) -> None:
    worked = process_time()
    bare = await _bare(world)
    bare_cpu, worked = (process_time() - worked) * 1000, process_time()
    cold = await _searched(browser, size.few)
    cpu = (process_time() - worked) * 1000
    worked = process_time()
    warm = [await _searched(browser, size.few) for _ in range(size.looks)]
    warm_cpu = (process_time() - worked) * 1000 / size.looks
    app = world.server.app
    assert app is not None
    kept = sum(shelf.size for shelf in app[SHELVES]._of.values())
    bench.say(
        "desk_search_5k",
        cold,
        "ms",
        bare,
        "libsodium alone, opening as many boxes and parts",
        warm=round(measuring.quantile(warm, 0.5), 1),
        warm_p95=round(measuring.quantile(warm, 0.95), 1),
        cpu=round(cpu, 1),
        warm_cpu=round(warm_cpu, 1),
        against_cpu=round(bare_cpu, 1),
        kept_megabytes=round(kept / 1024 / 1024, 2),
        tips=size.few,
        target=MOST_MILLISECONDS["cold"],
        warm_target=MOST_MILLISECONDS["warm"],
    )


@asynccontextmanager
async def _world(bench: Bench, name: str) -> AsyncIterator[tuple[World, Browser]]:
    """A desk without tips on a database of its own, and an officer at it."""
    if bench.database == "sqlite":
        async with _seated(f"sqlite+aiosqlite:///{bench.folder}/desk-{name}.db") as found:
            yield found
        return
    admin_url = services.postgresql_admin_url()
    assert admin_url is not None
    url = services.make_postgresql_database(admin_url)
    try:
        async with _seated(url) as found:
            yield found
    finally:
        services.drop_postgresql_database(admin_url, url)


@asynccontextmanager
async def _seated(url: str) -> AsyncIterator[tuple[World, Browser]]:
    async with world_on(url) as world:
        await desk_world.add(world.made, "mot", ("north", Role.OFFICER))
        yield world, await world.at_desk("mot")


async def _lists(world: World, browser: Browser, looks: int) -> _Lists:
    world.made.cache = RecordCache()
    [first] = await _looks(browser, _LIST, 1)
    worked = process_time()
    found = await _looks(browser, _LIST, looks)
    cpu = (process_time() - worked) * 1000 / looks
    async with world.made.write() as tx:
        row = await tx.row(select(tips_table.c.id, tips_table.c.record).limit(1))
        assert row is not None
        known = record.unseal(tx.keys, row.id, row.record)
        sealed = record.seal(tx.keys, row.id, known)
        where = tips_table.c.id == row.id
        await tx.run(tips_table.update().where(where).values(record=sealed))
        tx.touched.add(bytes(row.id))
    [changed] = await _looks(browser, _LIST, 1)
    return _Lists(found, first, changed, cpu)


async def _looks(browser: Browser, address: str, looks: int) -> list[float]:
    taken = []
    for _ in range(looks):
        begun = perf_counter()
        await browser.get(address)
        taken.append((perf_counter() - begun) * 1000)
        if browser.status != 200:
            raise Unexpected("the list was not shown")
    return taken


async def _searched(browser: Browser, tips: int) -> float:
    await browser.get("/desk?xem=all")
    fields = {"guard": browser.guard, "words": _WORDS}
    begun = perf_counter()
    await browser.post("/desk/tim", fields)
    taken = (perf_counter() - begun) * 1000
    if f"Tìm thấy {tips} tin." not in browser.text:
        raise Unexpected("the search did not find what is there")
    return taken


async def _bare(world: World) -> float:
    """Milliseconds of opening every box and every part, after all rows are in memory."""
    async with world.made.read() as tx:
        pair = await units.pair_of(tx, "north")
        assert pair is not None
        rows = await tx.rows(select(tips_table.c.id))
        marks = {
            tx.keys.mac(Purpose.METADATA, b"wrap" + row.id + b"north"): bytes(row.id)
            for row in rows
        }
        found = await tx.rows(select(wraps.c.id, wraps.c.body))
        boxes = {marks[row.id]: bytes(row.body) for row in found if row.id in marks}
        sealed: dict[bytes, Sequence[Row[Any]]] = {}
        for at in range(0, len(boxes), _BATCH):
            sealed.update(await thread.rows_of(tx, list(boxes)[at : at + _BATCH]))
    begun = perf_counter()
    for tip, box in boxes.items():
        case = CaseKey.unwrap(pair.public, pair.private, box)
        for part in sealed[tip]:
            case.open_part(part.body, tip=tip, part=part.id, author=Author.WORKER)
    return (perf_counter() - begun) * 1000


async def _fill(world: World, count: int, *, words: bool) -> None:
    """Open tips of `north`; with `words`, each has a story that the unit can open."""
    for at in range(0, count, _BATCH):
        async with world.made.write() as tx:
            public = await units.public_key(tx, "north")
            assert public is not None
            rows = [
                await _tip(tx, number, public if words else None)
                for number in range(at, min(at + _BATCH, count))
            ]
            await tx.run(insert(tips_table), rows)
            tx.touched.add(bytes(rows[0]["id"]))


async def _tip(tx: Tx, number: int, public: bytes | None) -> dict[str, Any]:
    tip, end = random_id(), End(1, "0" * 64)
    if public is not None:
        case = CaseKey.new()
        part = NewPart(Author.WORKER, Kind.STORY, f"{_STORY} {number}")
        end = await thread.extend(tx, tip, case, [part], thread.START)
        own = {
            "id": tx.keys.mac(Purpose.METADATA, b"wrap" + tip + b"north"),
            "tip": tip,
            "body": case.wrap(public),
        }
        others = [
            {"id": random_id(), "tip": tip, "body": random_bytes(len(own["body"]))}
            for _ in range(WRAPS_AT_LEAST - 1)
        ]
        await tx.run(insert(wraps), [own, *others])
    known = Record(
        unit="north",
        readers=("north",),
        excluded=frozenset(),
        nickname=f"Cây tre {number}",
        category=list(Category)[number % len(Category)],
        place=_PLACES[number % len(_PLACES)],
        danger=number % 50 == 0,
        files=number % 3,
        may_go_to_police=False,
        status=Status.TRIAGE,
        outcome=None,
        holder=None,
        triage_by=NOW + timedelta(hours=number % 90 - 30),
        answer_on=NOW.date(),
        answered=False,
        result_on=NOW.date(),
        end=end,
    )
    return {
        "id": tip,
        "locator": random_id(),
        "reporter": random_bytes(32),
        "reporter_wrap": random_bytes(83),
        "bell": random_bytes(1067),
        "record": record.seal(tx.keys, tip, known),
        "day": NOW.date() - timedelta(days=number % 60),
    }
