"""The second metadata game: by which door did a tip come, and which of two accounts sent it?

Tips are filed over a Telegram and a Zalo of our own by two workers each, and on the pages by many.
The thief has the database's files without a key, and the public proportions: everything even.
"""

import io
import random
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import select

from bot.app import House
from bot.web.server import make_application
from storage.tables import tips
from tests import drive, telegram_house, zalo_house
from tests.drive import Picture, Worker
from tests.players import Clock, open_house
from tests.telegram_house import TelegramPlayer, in_telegram
from tests.whole import filing, guessing, metadata_game
from tests.whole.filing import Told
from tests.whole.guessing import Result
from tests.whole.metadata_game import Snapshot
from tests.zalo_house import ZaloPlayer, on_zalo

PAGES, TELEGRAM, ZALO = "pages", "telegram", "zalo"
DOORS = (PAGES, TELEGRAM, ZALO)
FIRST, SECOND = "first", "second"
PLACES = ("phường Bàn Thạch, Đà Nẵng", "phường Dĩ An", "xã Thạnh Xuân")
CATEGORIES = ("wages", "unsafe")


@dataclass(frozen=True, slots=True)
class Way:
    """How a tip came: by which door, and from the first or the second account there; over the pages
    from nobody's.
    """

    door: str
    account: str = ""


WAYS = (
    *(Way(PAGES), Way(PAGES)),
    *(Way(TELEGRAM, FIRST), Way(TELEGRAM, SECOND)),
    *(Way(ZALO, FIRST), Way(ZALO, SECOND)),
)
Ways = Mapping[bytes, Way]


@dataclass(frozen=True, slots=True)
class _World:
    house: House
    clock: Clock
    dice: random.Random
    http: aiohttp.ClientSession
    address: str
    phones: Mapping[Way, TelegramPlayer | ZaloPlayer]


async def fill(url: str, folder: Path, dice: random.Random, count: int) -> Ways:
    """Let `count` tips be filed into an empty database, as many by each door."""
    order = [*WAYS] * (count // len(WAYS))
    dice.shuffle(order)
    ways: dict[bytes, Way] = {}
    async with AsyncExitStack() as stack:
        world = await _opened(stack, url, folder, dice)
        for way in order:
            world.clock.now += timedelta(minutes=dice.randrange(1, 40))
            await _file(world, way)
            await world.house.mail_room.deliver_due()
            [new] = await _tips(world.house) - ways.keys()
            ways[new] = way
    return ways


def guess_all(stolen: Snapshot, ways: Ways) -> dict[str, Result]:
    """The game for the door, and among the tips of each chat app for the account."""
    features = metadata_game.features_of(stolen)
    order = [tip for tip in features if tip in ways]
    random.Random(7).shuffle(order)
    seen = [features[tip] for tip in order]
    doors = Counter(dict.fromkeys(DOORS, 1))
    results = {"door": guessing.play(seen, [ways[tip].door for tip in order], doors)}
    for door in (TELEGRAM, ZALO):
        there = [tip for tip in order if ways[tip].door == door]
        accounts = [ways[tip].account for tip in there]
        even = Counter({FIRST: 1, SECOND: 1})
        results[f"account on {door}"] = guessing.play(
            [features[tip] for tip in there], accounts, even
        )
    return results


def spoil(stolen: Snapshot, ways: Ways) -> Snapshot:
    """The control: what came over a chat app has a longer record, by the app, and each account a
    wrap of its own length, as if a sealed address lay in it.
    """
    tables = {name: list(rows) for name, rows in stolen.tables.items()}
    tables["tips"] = [
        row
        | {
            "record": row["record"] + bytes(16 * DOORS.index(ways[row["id"]].door)),
            "reporter_wrap": row["reporter_wrap"] + bytes(WAYS.index(ways[row["id"]])),
        }
        for row in tables["tips"]
    ]
    return replace(stolen, tables=tables)


async def _opened(stack: AsyncExitStack, url: str, folder: Path, dice: random.Random) -> _World:
    house, clock = await stack.enter_async_context(open_house(url, folder))
    telegram = await stack.enter_async_context(telegram_house.clock_of(clock))
    zalo = await stack.enter_async_context(zalo_house.clock_of(clock))
    over = await stack.enter_async_context(in_telegram(house, telegram))
    there = await stack.enter_async_context(on_zalo(house, zalo))
    server = await stack.enter_async_context(TestServer(make_application(house.web_parts())))
    http = await stack.enter_async_context(drive.client())
    phones: dict[Way, TelegramPlayer | ZaloPlayer] = {}
    for phone, account in enumerate((FIRST, SECOND), start=1):
        phones[Way(TELEGRAM, account)] = TelegramPlayer(
            house, clock, "telegram", phone, telegram=telegram, account=over
        )
        phones[Way(ZALO, account)] = ZaloPlayer(
            house, clock, there.channel, phone, zalo=zalo, account=there
        )
    return _World(house, clock, dice, http, str(server.make_url("")).rstrip("/"), phones)


async def _file(world: _World, way: Way) -> None:
    dice = world.dice
    told = Told(dice.choice(CATEGORIES), dice.choice(PLACES), _story(dice), _photo(dice))
    match world.phones.get(way):
        case TelegramPlayer() as player:
            await filing.file_in_telegram(player, told)
        case ZaloPlayer() as player:
            await filing.file_on_zalo(player, told)
        case None:
            await _on_pages(Worker(world.http, world.address), told)


async def _on_pages(worker: Worker, told: Told) -> None:
    await worker.reach_story(told.category, told.place)
    await worker.tell(told.story)
    if told.photo is not None:
        await worker.press("pictures")
        await worker.show(Picture("p.jpg", told.photo))
        await worker.press("done")
    await worker.press("send")


def _story(dice: random.Random) -> str:
    return "Chuyện ở xưởng. " * dice.randint(3, 200)


def _photo(dice: random.Random) -> bytes | None:
    """Sometimes a picture; small enough that Telegram leaves its size."""
    if dice.random() < 0.7:
        return None
    size = (dice.randrange(60, 320), dice.randrange(60, 320))
    written = io.BytesIO()
    Image.effect_noise(size, dice.uniform(20, 90)).convert("RGB").save(written, "JPEG", quality=87)
    return written.getvalue()


async def _tips(house: House) -> set[bytes]:
    async with house.database.read() as tx:
        return {bytes(row.id) for row in await tx.rows(select(tips.c.id))}
