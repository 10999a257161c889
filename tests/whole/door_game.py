"""The second metadata game: by which door did a tip come, and which of two accounts sent it?

Tips are filed over a Telegram of our own by two workers, and on the pages by many. The thief has
the database's files without a key, and the public proportions: everything even.
"""

import io
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from PIL import Image
from sqlalchemy import select

from bot.app import House
from bot.channels.telegram.account import Account
from bot.web.server import make_application
from storage.tables import tips
from tests import drive
from tests.drive import Picture, Worker
from tests.fakes.telegram import FakeTelegram
from tests.players import Clock, open_house
from tests.telegram_house import TelegramPlayer, clock_of, in_telegram
from tests.whole import guessing, metadata_game
from tests.whole.guessing import Result
from tests.whole.metadata_game import Snapshot

PAGES, FIRST, SECOND = "pages", "first", "second"
PLACES = ("phường Bàn Thạch, Đà Nẵng", "phường Dĩ An", "xã Thạnh Xuân")
CATEGORIES = ("wages", "unsafe")

Doors = Mapping[bytes, str]
"""How each tip came: over the pages, or from the first or the second account."""


@dataclass(slots=True)
class _World:
    house: House
    clock: Clock
    telegram: FakeTelegram
    account: Account
    http: aiohttp.ClientSession
    address: str
    dice: random.Random
    phones: dict[str, TelegramPlayer] = field(default_factory=dict)


async def fill(url: str, folder: Path, dice: random.Random, count: int) -> Doors:
    """Let `count` tips be filed into an empty database, half of them over Telegram."""
    ways = [PAGES, FIRST, PAGES, SECOND] * (count // 4)
    dice.shuffle(ways)
    doors: dict[bytes, str] = {}
    async with (
        open_house(url, folder) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram) as account,
        TestServer(make_application(house.web_parts())) as server,
        drive.client() as http,
    ):
        address = str(server.make_url("")).rstrip("/")
        world = _World(house, clock, telegram, account, http, address, dice)
        for way in ways:
            clock.now += timedelta(minutes=dice.randrange(1, 40))
            await (_on_pages(world) if way == PAGES else _on_a_phone(world, way))
            await house.mail_room.deliver_due()
            [new] = await _tips(house) - doors.keys()
            doors[new] = way
    return doors


def guess_all(stolen: Snapshot, doors: Doors) -> dict[str, Result]:
    """The game for the door, and among the tips of Telegram for the account."""
    features = metadata_game.features_of(stolen)
    order = [tip for tip in features if tip in doors]
    random.Random(7).shuffle(order)
    on_phones = [tip for tip in order if doors[tip] != PAGES]
    door = ["pages" if doors[tip] == PAGES else "telegram" for tip in order]
    account = [doors[tip] for tip in on_phones]
    return {
        "door": guessing.play(
            [features[tip] for tip in order], door, Counter({"pages": 1, "telegram": 1})
        ),
        "account": guessing.play(
            [features[tip] for tip in on_phones], account, Counter({FIRST: 1, SECOND: 1})
        ),
    }


def spoil(stolen: Snapshot, doors: Doors) -> Snapshot:
    """The control: what came over Telegram has a longer record, and each account a wrap of its own
    length, as if a sealed address lay in it.
    """
    lengths = {PAGES: 0, FIRST: 9, SECOND: 10}
    tables = {name: list(rows) for name, rows in stolen.tables.items()}
    tables["tips"] = [
        row
        | {
            "record": row["record"] + bytes(16 if lengths[doors[row["id"]]] else 0),
            "reporter_wrap": row["reporter_wrap"] + bytes(lengths[doors[row["id"]]]),
        }
        for row in tables["tips"]
    ]
    return replace(stolen, tables=tables)


async def _on_pages(world: _World) -> None:
    dice, worker = world.dice, Worker(world.http, world.address)
    await worker.reach_story(dice.choice(CATEGORIES), dice.choice(PLACES))
    await worker.say(_story(dice))
    if (photo := _photo(dice)) is not None:
        await worker.press("pictures")
        await worker.show(Picture("p.jpg", photo))
        await worker.press("done")
    await worker.press("send")


async def _on_a_phone(world: _World, way: str) -> None:
    dice = world.dice
    player = world.phones.get(way)
    if player is None:
        number = len(world.phones) + 1
        player = TelegramPlayer(
            world.house,
            world.clock,
            "telegram",
            number,
            telegram=world.telegram,
            account=world.account,
        )
        world.phones[way] = player
    await player.bring("look")
    for name in ("report", dice.choice(CATEGORIES), "danger_no"):
        await player.press(name)
    shown = await player.type(dice.choice(PLACES))
    if "place0" in [each.name for each in shown.choices]:
        await player.press("place0")
    await player.type(_story(dice))
    if (photo := _photo(dice)) is not None:
        await player.person.photo(photo)
        await player.answered()
    await player.press("send")


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
