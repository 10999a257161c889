"""A house on the fake Zalo with somebody who types, and officers who are rung there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import House
from bot.channels.zalo_bot.account import Account
from bot.channels.zalo_bot.officers import House as Behind
from bot.channels.zalo_bot.officers import Officers, Ringer
from bot.channels.zalo_bot.polling import Rhythm
from bot.pace import Limits
from handlers.languages import Language
from handlers.roles import Role
from storage import alarms, bots, desk_codes
from storage.bots import Bot
from storage.database import Database, Unreachable
from storage.desk_codes import CodeKind
from storage.staff import Member
from tests.fakes.zalo_bot import FakeZalo, Person, Seen
from tests.players import Clock, open_house
from tests.staff_world import enrolled
from tests.tip_world import file, new_tip
from tests.zalo_house import BRISK, QUICK, Way, ZaloPlayer, clock_of, on_zalo

DESK = "https://tin.example.org/desk"
UNIT = "tong"
"""Where the officers are."""
STORY = "Công ty nợ lương tổ may hai tháng nay."
ROAD = ("báo tin", "Nợ lương", "Không", "Không muốn nêu", STORY, "Bỏ qua hết")
"""Typed one after the other they lead to the review, where [1] sends."""


@dataclass(slots=True)
class Scene:
    """A house, its bot on the fake Zalo, and somebody with a phone; `told` is what the operator
    reads.
    """

    house: House
    clock: Clock
    zalo: FakeZalo
    account: Account
    player: ZaloPlayer
    told: list[str] = field(default_factory=list)

    @property
    def worker(self) -> Person:
        return self.player.person

    async def to_review(self) -> None:
        """Everything up to [Send]."""
        for words in ROAD:
            await self.player.type(words)

    async def all_done(self) -> None:
        """Everything was taken and answered."""
        await self.zalo.settled()
        await self.account.answers.sent()

    def heard(self, who: Person | None = None) -> list[Seen]:
        return [each for each in (who or self.worker).sees() if not each.is_mine]

    def last(self, who: Person | None = None) -> str:
        """The newest message of the bot."""
        return self.heard(who)[-1].text

    @property
    def lines(self) -> list[str]:
        """What the operator was told, without whose line it is."""
        return [each.partition(": ")[2] for each in self.told]

    async def its_bot(self) -> Bot:
        """The bot that is at work."""
        async with self.house.database.read() as tx:
            [bot] = await bots.every(tx)
        return bot

    async def says(self, who: Person, words: str) -> str:
        """Somebody writes; what the bot shows last after that."""
        await who.say(words)
        await self.all_done()
        return self.last(who)

    def employ_officers(self) -> Officers:
        """Let officers be rung over this bot."""
        texts = self.house.texts[Language.VI]
        behind = Behind(self.house.database, self.house.volatile, texts, self.clock, DESK)
        door = Officers(self.account.workers, self.account.channel, behind)
        self.account.officers = door
        self.house.mail_room.ring_over(alarms.Path.ZALO, Ringer({self.account.channel: door}))
        return door


@asynccontextmanager
async def scene(
    folder: Path,
    way: Way = Way.POLLING,
    *,
    url: str = "",
    limits: Limits = QUICK,
    rhythm: Rhythm = BRISK,
    before: Callable[[FakeZalo], Awaitable[object]] | None = None,
    **settings: object,
) -> AsyncIterator[Scene]:
    """On SQLite unless `url` says another; `before` happens before the bot begins; `settings` are
    the fake's.
    """
    async with AsyncExitStack() as stack:
        url = url or f"sqlite+aiosqlite:///{folder}/tiengtho.db"
        house, clock = await stack.enter_async_context(open_house(url, folder))
        zalo = await stack.enter_async_context(clock_of(clock, **settings))
        if before is not None:
            await before(zalo)
        told: list[str] = []
        account = await stack.enter_async_context(
            on_zalo(house, zalo, way, limits=limits, rhythm=rhythm, told=told)
        )
        player = ZaloPlayer(house, clock, account.channel, zalo=zalo, account=account)
        yield Scene(house, clock, zalo, account, player, told)


@asynccontextmanager
async def no_database(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[None]]:
    """Meanwhile nothing reaches the database; what was tried so far."""
    tried: list[None] = []

    @asynccontextmanager
    async def away(_: Database) -> AsyncIterator[None]:
        tried.append(None)
        raise Unreachable
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Database, "_connect", away)
        yield tried


async def member_of(at: Scene, login: str = "an") -> Member:
    """An officer of UNIT, enrolled."""
    return await enrolled(at.house.database, login, (UNIT, Role.OFFICER), now=at.clock.now)


async def code_for(at: Scene, member: Member) -> str:
    """A code for the chat where a member is rung."""
    async with at.house.database.write() as tx:
        return await desk_codes.make(tx, CodeKind.ALARM, member.id.hex(), at.clock.now)


async def officer(at: Scene, login: str = "an") -> tuple[Member, Person]:
    """An officer whose chat is linked."""
    if at.account.officers is None:
        at.employ_officers()
    member, person = await member_of(at, login), at.zalo.person(login)
    await at.says(person, f"/ketnoi {await code_for(at, member)}")
    return member, person


async def rings(at: Scene, nickname: str, *, danger: bool = False) -> bytes:
    """A tip reaches the desk, and its officers are rung."""
    tip = await file(at.house.database, new_tip(UNIT, nickname=nickname, danger=danger))
    await at.house.mail_room.ring_due()
    return tip
