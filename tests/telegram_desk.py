"""A unit with a group on the fake Bot API, the desk behind it, and officers who press and type."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from zoneinfo import ZoneInfo

import telegram
from PIL import Image

from bot.channels.telegram.desk import Desk
from bot.channels.telegram.desk_post import Post
from bot.channels.telegram.doors import GroupDoor
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import Line
from bot.group_mail import GroupMail
from bot.outbound import MailRoom
from bot.pace import Limits, Pace
from handlers.languages import Language
from handlers.roles import Role
from handlers.texts import Texts
from storage import audit, desk_codes, desk_groups, staff
from storage.audit import Act
from storage.crypto import hash_password, new_master
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.volatile import Memory
from tests import desk_world
from tests.cleaning import clean
from tests.desk_world import NOW, code_at
from tests.fakes.telegram import (
    FakeTelegram,
    Group,
    Person,
    Seen,
)
from tests.tip_world import Clock
from tests.world import texts

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
QUICK = Limits(chat_interval=0.001, jitter=0.0, catch_up=0.0)
TEXTS = Texts.load(Language.VI)


@dataclass
class Scene:
    """A unit with a group on the fake Telegram, and the desk behind it."""

    made: Database
    fake: FakeTelegram
    bot: telegram.Bot
    desk: GroupDoor
    mail: MailRoom
    clock: Clock
    group: Group
    owner: Person
    volatile: Memory
    members: dict[str, staff.Member] = field(default_factory=dict)
    passed_on: list[telegram.Update] = field(default_factory=list)
    offset: int = 0

    async def run(self) -> None:
        """Let the desk take everything that happened, and the mail room send what is due."""
        while True:
            taken = await self.bot.get_updates(
                offset=self.offset, timeout=0, allowed_updates=telegram.Update.ALL_TYPES
            )
            if not taken:
                break
            for each in taken:
                self.offset = each.update_id + 1
                await self.take(each)
        await self.mail.deliver_due()
        await self.mail.send_due()

    async def take(self, update: telegram.Update) -> None:
        chat = update.effective_chat
        assert chat is not None
        if chat.type != "private":
            await self.desk.group(update)
        elif not await self.desk.private_officer(update):
            self.passed_on.append(update)

    async def code(self, kind: CodeKind, about: str) -> str:
        async with self.made.write() as tx:
            return await desk_codes.make(tx, kind, about, self.clock())

    async def officer(self, name: str, unit: str = "north", role: Role = Role.OFFICER) -> Person:
        """An enrolled officer in the group, whose account is linked."""
        login = name.casefold()
        _, token = await desk_world.add(self.made, login, (unit, role))
        async with self.made.write() as tx:
            invited = await staff.invitation(tx, token, NOW)
            assert invited is not None
            code = code_at(invited.secret, NOW)
            member = await staff.enrol(tx, token, HASH, code, NOW)
        assert isinstance(member, staff.Member)
        self.members[name] = member
        person = self.fake.person(name)
        await self.group.add(person)
        await person.say(f"/ketnoi {await self.code(CodeKind.ACCOUNT, member.id.hex())}")
        await self.run()
        return person

    async def press(self, person: Person, on: Seen, button: str) -> str:
        """Press a button of the group; what the pop-up says."""
        pressed = await person.press(on, button)
        await self.run()
        assert pressed.pop_up is not None
        return pressed.pop_up.text

    def cards(self, fragment: str = "Tin “") -> list[Seen]:
        return [one for one in self.group.holds() if fragment in one.text and not one.is_service]

    def card(self) -> Seen:
        [only] = self.cards()
        return only

    async def kept(self) -> desk_groups.Group:
        async with self.made.read() as tx:
            [only] = await desk_groups.every(tx)
        return only

    async def choose(self, *, topics: bool = False, reading: bool = False) -> None:
        group = await self.kept()
        async with self.made.write() as tx:
            await desk_groups.choose(tx, group.id, topics=topics, reading=reading)

    async def acts(self) -> list[Act]:
        async with self.made.read() as tx:
            return [entry.act for entry in reversed(await audit.entries(tx, limit=100))]

    def private(self, person: Person) -> list[str]:
        return [one.text for one in person.sees() if not one.is_mine]


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "JPEG")
    return written.getvalue()


HASH = hash_password("chuồn chuồn cắn rốn")


@asynccontextmanager
async def scene_on(
    url: str, *, limits: Limits = QUICK, supergroup: bool = True, forum: bool = False
) -> AsyncIterator[Scene]:
    async with desk_world.database(url) as made, FakeTelegram() as fake:
        account, clock = fake.bot(), Clock()
        request, polling = AiohttpRequest(), AiohttpRequest()
        bot = telegram.Bot(
            account.token,
            base_url=f"{fake.url}/bot",
            base_file_url=f"{fake.url}/file/bot",
            request=request,
            get_updates_request=polling,
        )
        async with bot:
            line = Line(bot, Pace(limits), monotonic)
            post = Post(line, TEXTS, "https://tips.example.org")
            volatile = Memory(new_master(), lambda: clock().timestamp())
            desk = Desk(post, made, volatile, TEXTS, clock, ZONE, clean, texts())
            mail = MailRoom(made, clock)
            mail.send_over(GroupMail(made, clock, ZONE, TEXTS, post))
            owner = fake.person("Owner")
            group = await fake.group("Desk", owner, account, supergroup=supergroup, forum=forum)
            if supergroup:
                await group.promote_bot()
            scene = Scene(made, fake, bot, desk, mail, clock, group, owner, volatile)
            await owner.say(f"/ketnoi {await scene.code(CodeKind.GROUP, 'north')}", to=group)
            await scene.run()
            yield scene
