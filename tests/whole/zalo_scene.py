"""What is played on Zalo: phones of workers, an officer who is rung there, a group, and one to whom
the law gives silence.

All that Zalo knows of them (numbers, names, files, messages) is a canary as well.
"""

import itertools
import random
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bot import app
from bot.app import utc_now
from bot.config import Settings
from storage import bots
from storage.bots import Bot, Mode
from tests.drive import Picture
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import Delivery, FakeZalo, Person, Seen
from tests.fakes.zalo_bot.world import Talk
from tests.product import Server
from tests.whole.canaries import Cage

PLACE = "Thành phố Cần Thơ"
UNIT = "can-tho"
"""The unit of the bot and its officer: what is calm there was told on Zalo."""
_CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
_RING = re.compile(r"Tin mới: |[0-9]+ tin mới")
_PATIENCE_SECONDS = 90.0
_MOST_CLAIMS = 20
_STORY_ASKED, _DOORWAY = "Bạn kể giúp", "Bạn vẫn báo được"


@dataclass(slots=True)
class Phone:
    """Somebody's private chat with the bot: everything is typed, and read as it comes."""

    person: Person

    async def say(self, words: str, told: str = "") -> Seen:
        """Write, and wait for an answer with these words."""
        await self.person.say(words)
        return await self.hears(told)

    async def hears(self, told: str, *, after: int | None = None) -> Seen:
        """Wait for words of the bot, newer than the last own or than the message `after`."""
        return await self.person.hears(told, after=after, seconds=_PATIENCE_SECONDS)


@dataclass(slots=True)
class ZaloScene:
    """One bot with everybody who talks to it. All that they say and are is a canary of `cage`."""

    zalo: FakeZalo
    cage: Cage
    dice: random.Random
    photo: Callable[[], Picture]
    officer: Phone = field(init=False)
    codes: list[str] = field(default_factory=list, repr=False)
    filed: int = 0
    _people: "itertools.count[int]" = field(default_factory=itertools.count)
    _drafts: list[Phone] = field(default_factory=list)
    _readers: list[Phone] = field(default_factory=list)
    _kept: set[str] = field(default_factory=set, repr=False)
    _claimed: int = 0

    def __post_init__(self) -> None:
        """A bot and an officer, neither of whom the product knows yet."""
        # Where the machine is busy a turn may take its time; it is not posted once more for that.
        self.zalo.habits.delivery = Delivery(timeout_seconds=_PATIENCE_SECONDS)
        token = self.zalo.bot().token
        for text in (token, token.partition(":")[2]):
            self.cage.keep("bot token on Zalo", text)
        self.cage.keep("bot's name on Zalo", self.zalo.bot().account_name)
        self.cage.keep_number("bot's number on Zalo", int(self.zalo.bot().id))
        self.officer = self._phone("officer on Zalo")

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings of a product that talks to this Zalo."""
        return {"TIENGTHO_ZALO_API_URL": self.zalo.url}

    async def join(self, server: Server) -> None:
        """Make the product's demo, which does not run yet, and give it the bot, by polling."""
        async with (
            app.open_database(_settings(server), make_demo=True) as (database, _),
            database.write() as tx,
        ):
            made = await bots.add(tx, "zalo", self.zalo.bot().token, UNIT, Mode.POLLING)
        assert isinstance(made, Bot)
        self.cage.keep("webhook's path on Zalo", made.path)
        self.cage.keep("webhook's secret on Zalo", made.secret)

    async def change_to_webhook(self, server: Server) -> None:
        """From the next start on, updates are brought to the product."""
        async with app.open_database(_settings(server)) as (database, _), database.write() as tx:
            made = await bots.of_unit(tx, UNIT)
            assert made is not None
            assert await bots.set_mode(tx, made.account, Mode.WEBHOOK)

    def talks(self) -> Sequence[Callable[[], Coroutine[None, None, None]]]:
        """Every kind of talk, once each; the first gives the officer something to do."""
        return (
            self.files,
            self.leaves_a_draft,
            self.passes_the_doorway,
            self.subscribes,
            self.begins_a_week,
            self.is_withheld,
            self.writes_in_a_group,
        )

    async def opens_desk(self, alarm_code: str) -> None:
        """The officer's chat becomes their alarm."""
        await self.officer.say(f"/ketnoi {alarm_code}", "Đã nối chuông")

    async def files(self) -> None:
        """A tip with a picture, then the code from another phone, and words added."""
        phone = await self._at_review("nợ lương")
        await phone.person.photo(self.photo().data, self.cage.words("caption on Zalo"))
        await phone.hears("Đã nhận ảnh")
        code = await self._send(phone)
        other = self._phone("worker on Zalo who comes back")
        await other.say(code.lower().replace("-", " "), "Tin của bạn")
        await other.say("Viết thêm", "nói mình là ai")
        await other.say(self.cage.words("addition on Zalo"), "Đã thêm vào tin")

    async def passes_the_doorway(self) -> None:
        """A delicate tip: the page is offered, and the worker stays."""
        await self._send(await self._at_review("quấy rối"))

    async def subscribes(self) -> None:
        """Somebody chooses bulletins, and asks by a command what was chosen."""
        phone = self._phone("reader on Zalo")
        await phone.say("/start", "Xin chào")
        await phone.say("Nhận bản tin", "Tất cả chủ đề")
        await phone.say("Tất cả chủ đề", "Chỉ tin chung cả nước")
        await phone.say("Chỉ tin chung cả nước", "Từ giờ bản tin sẽ đến")
        await phone.say("/bantin", "Bạn đang nhận bản tin")
        self._readers.append(phone)

    async def begins_a_week(self) -> None:
        """Somebody begins the first week at work."""
        phone = self._phone("beginner on Zalo")
        await phone.say("/start", "Xin chào")
        await phone.say("tuan dau", "Bảy bài ngắn")
        await phone.say("Nhận mỗi ngày một bài ở đây", "Bắt đầu từ hôm nay?")
        await phone.say("Bắt đầu từ hôm nay", "Ngày mai bạn nhận bài tiếp theo")

    async def readers_get(self, title: str) -> None:
        """A bulletin arrives on the phone of everybody who subscribed."""
        assert self._readers, "nobody subscribed on Zalo"
        for phone in self._readers:
            await phone.hears(title, after=0)

    async def is_withheld(self) -> None:
        """Zalo keeps back what a protected person writes; then it does not any more."""
        phone = self._phone("protected person")
        await phone.person.is_protected()
        await phone.say(self.cage.words("words that Zalo keeps back"), "không chuyển lời")
        await phone.say(self.cage.words("words that Zalo keeps back"), "113")
        await phone.person.is_protected(is_so=False)
        await phone.say("/start", "Xin chào")
        await phone.person.unsupported()
        await phone.hears("chúng tôi chỉ nhận được chữ và ảnh")

    async def writes_in_a_group(self) -> None:
        """What somebody tells the bot before others; once a day a group is told to write alone."""
        phone = self._phone("member of a group on Zalo")
        name = f"group {next(self._people)}"
        self.cage.keep_hex("group's number on Zalo", phone.person.group(name).id)
        await phone.person.says_in_group(name, self.cage.words("words in a group"))
        await phone.person.hears("nhắn riêng", group=name, seconds=_PATIENCE_SECONDS)

    async def leaves_a_draft(self) -> None:
        """Nothing is sent."""
        phone = await self._at_review("nợ lương")
        await phone.person.photo(self.photo().data, self.cage.words("caption on Zalo"))
        await phone.hears("Đã nhận ảnh")
        self._drafts.append(phone)

    async def mutters(self) -> None:
        """Those with a draft write on and wait for nothing."""
        for phone in self._drafts:
            await phone.person.say(self.cage.words("words before the failure on Zalo"))
            await phone.person.photo(self.photo().data, self.cage.words("caption on Zalo"))

    async def come_back_after_the_failure(self) -> None:
        """Those with a draft want to send it, and are told something."""
        for phone in self._drafts:
            await phone.say("Gửi")
        self._drafts.clear()

    async def reads_again(self) -> None:
        """The first codes once more, on phones of their own."""
        for code in self.codes[:2]:
            await self._phone("worker on Zalo who reads again").say(code, "Tin của bạn")

    async def desk_works(self) -> None:
        """The officer claims what rang, by its number, and looks at what waits."""
        await self._is_rung()
        for _ in range(_MOST_CLAIMS):
            # A number that was typed before the list arrived only shows the list once more, and a
            # tip may have been deleted or claimed elsewhere.
            told = await self.officer.say("1")
            if "Bạn đã nhận tin này" in told.text:
                break
        else:
            raise AssertionError("nothing that rang could be claimed")
        self._claimed = told.number
        await self.officer.say("trực", "tin mới")

    async def _is_rung(self) -> None:
        """Wait until the officer is rung; for what came at once the bot rings once."""

        def look() -> Seen | None:
            new = (one for one in self.officer.person.sees() if one.number > self._claimed)
            rings = (one for one in new if one.post.sender is None and _RING.match(one.text))
            return next(rings, None)

        await until(look, _PATIENCE_SECONDS, "a ring")

    def keep_all(self) -> None:
        """Make canaries of the numbers that Zalo has given until now."""
        found = [("message on Zalo", post.id) for talk in self._talks for post in talk.posts]
        found += [("file on Zalo", file.path.partition(".")[0]) for file in self.zalo.files]
        for kind, text in found:
            if text not in self._kept:
                self._kept.add(text)
                self.cage.keep_hex(kind, text)

    async def _at_review(self, category: str) -> Phone:
        phone = self._phone("worker on Zalo")
        await phone.say("/start", "Xin chào")
        await phone.say("Báo tin", "nhóm nào")
        await phone.say(category, "đang gặp nguy hiểm")
        await phone.say("Không", "Chuyện xảy ra ở đâu")
        await phone.say(PLACE, "xã, phường nào")
        told = await phone.say("Giữ cả vùng này")
        if _DOORWAY in told.text:
            told = await phone.say("Viết tiếp ở đây")
        assert _STORY_ASKED in told.text, told.text
        story = f"{self.cage.words('story on Zalo')}. " * 3
        shown = await phone.say(story)
        if "Câu 1/" in shown.text:
            await phone.say(self.cage.words("answer on Zalo"), "Câu 2/")
            shown = await phone.say("Bỏ qua hết", "Đây là mã biên nhận")
        self.cage.keep("code of a draft", _code(shown))
        return phone

    async def _send(self, phone: Phone) -> str:
        [*_, code] = [_code(each) for each in phone.person.sees() if _CODE.search(each.text)]
        await phone.say("Gửi", "sẽ đọc tin và trả lời chậm nhất")
        self.codes.append(code)
        self.filed += 1
        return code

    def _phone(self, kind: str) -> Phone:
        """A person whose number and name are canaries."""
        name = self.cage.words(f"{kind}'s name")
        person = self.zalo.person(f"{kind} {next(self._people)}", display_name=name)
        self.cage.keep_hex(f"{kind}'s number", person.id)
        return Phone(person)

    @property
    def _talks(self) -> Sequence[Talk]:
        return tuple(self.zalo.bot().talks.values())


def fake() -> FakeZalo:
    """A Zalo that goes by this machine's clock, as the product does; no two of its moments are the
    same, for an answer is later than what it answers.
    """
    last = 0.0

    def seconds() -> float:
        nonlocal last
        last = max(last + 0.001, utc_now().timestamp())
        return last

    return FakeZalo(clock=seconds)


def _settings(server: Server) -> Settings:
    """Those of the product that say where its database is, and its key."""
    return Settings(
        _env_file=None,
        database_url=SecretStr(server.database_url),
        master_key_file=Path(server.key_file),
    )


def _code(seen: Seen) -> str:
    found = _CODE.search(seen.text)
    assert found is not None, "no receipt code where one belongs"
    return found.group()
