"""A house where many people file a tip and subscribe in the next moment, all within one hour."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bot.app import House
from bot.channels import Arrival
from bot.channels.zalo_bot import channel_of
from bot.plan import BASIC
from handlers.events import Chose, Event, Said
from storage import bots
from storage.bots import Bot, Mode
from storage.chance import random_id
from storage.tables import subscribers, tips, tombstones, units
from tests import telegram_house, zalo_house
from tests.players import Clock, open_house
from tests.telegram_house import TelegramPlayer, in_telegram
from tests.whole import filing
from tests.whole.filing import Told
from tests.zalo_house import ZaloPlayer, on_zalo

_MOST_SECONDS = 3


@dataclass(slots=True)
class World:
    """A house in which `pairs` came about."""

    house: House
    clock: Clock
    dice: random.Random
    pairs: list[tuple[bytes, int]] = field(default_factory=list, repr=False)
    _tips: set[bytes] = field(default_factory=set, repr=False)
    _subscribers: set[int] = field(default_factory=set, repr=False)

    async def came(self) -> None:
        """Somebody filed and subscribed; their cards go out and time passes."""
        async with self.house.database.read() as tx:
            new = {bytes(row.id) for row in await tx.rows(select(tips.c.id))} - self._tips
            rows = await tx.rows(select(subscribers.c.id))
            beside = {int(row.id) for row in rows} - self._subscribers
        [pair] = zip(new, beside, strict=True)
        self.pairs.append(pair)
        self._tips |= new
        self._subscribers |= beside
        await self.house.mail_room.deliver_due()
        self.clock.now += timedelta(seconds=self.dice.randint(1, _MOST_SECONDS))


@asynccontextmanager
async def filled(
    url: str, folder: Path, dice: random.Random, count: int, over_fakes: int
) -> AsyncIterator[World]:
    """A house where `count` people did both, half of them in each app; `over_fakes` of them through
    a Telegram and a Zalo of our own, the others from the arrival on.
    """
    async with open_house(url, folder) as (house, clock):
        world = World(house, clock, dice)
        await _through_fakes(world, over_fakes)
        rest = count - over_fakes
        channels = ["telegram"] * (rest - rest // 2) + await _bots(house, rest // 2)
        dice.shuffle(channels)
        for number, channel in enumerate(channels):
            await _from_arrivals(world, channel, f"{number:020x}")
            await world.came()
        yield world


async def came_and_went(house: House) -> None:
    """Something was written again, without which no pass does anything."""
    async with house.database.write() as tx:
        await tx.run(insert(tombstones).values(id=random_id(), day=house.clock().date()))


async def _through_fakes(world: World, count: int) -> None:
    """Some of the people, with everything that the platforms bring and take."""
    house, clock = world.house, world.clock
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(telegram_house.clock_of(clock))
        zalo = await stack.enter_async_context(zalo_house.clock_of(clock))
        over = await stack.enter_async_context(in_telegram(house, telegram))
        there = await stack.enter_async_context(on_zalo(house, zalo))
        for phone in range(1, count + 1):
            told = Told("wages", "Dĩ An", _story(world.dice))
            if phone % 2:
                player = ZaloPlayer(house, clock, there.channel, phone, zalo=zalo, account=there)
                await filing.file_on_zalo(player, told)
                await filing.subscribe_on_zalo(player)
            else:
                other = TelegramPlayer(
                    house, clock, "telegram", phone, telegram=telegram, account=over
                )
                await filing.file_in_telegram(other, told)
                await filing.subscribe_in_telegram(other)
            await world.came()


async def _bots(house: House, count: int) -> list[str]:
    """Names of channels for so many people on Zalo, where a bot is one unit's and takes few."""
    channels: list[str] = []
    async with house.database.write() as tx:
        for unit in (row.id for row in await tx.rows(select(units.c.id))):
            if len(channels) < count and await bots.of_unit(tx, unit) is None:
                made = await bots.add(tx, f"zalo-{unit}", f"1:{unit}", unit, Mode.POLLING)
                assert isinstance(made, Bot)
                room = min(BASIC.most_subscribers, count - len(channels))
                channels += [channel_of(made.account)] * room
    assert len(channels) == count, "not enough units for so many people on Zalo"
    return channels


async def _from_arrivals(world: World, channel: str, address: str) -> None:
    story = _story(world.dice)
    category = world.dice.choice(sorted(filing.LABELS))
    filed: tuple[Event, ...] = (
        Said(story),
        Chose(category),
        Chose("danger_no"),
        Chose("no_place"),
        Chose("skip_all"),
        Chose("send"),
    )
    subscribed: tuple[Event, ...] = (Said("/bantin"), Chose("all_topics"), Chose("whole_country"))
    for number, event in enumerate(filed + subscribed):
        arrival = Arrival(channel, address, f"{address} {number}", event)
        await world.house.inbound.receive(arrival)


def _story(dice: random.Random) -> str:
    return "Chuyện ở xưởng. " * dice.randint(3, 200)
