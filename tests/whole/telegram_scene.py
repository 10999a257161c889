"""What is played over Telegram: phones of workers, a unit's group, its officer.

All that Telegram knows of them (numbers, names, files, buttons) is a canary as well.
"""

import itertools
import random
import re
import string
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp.test_utils import unused_port

from bot.app import utc_now
from tests.drive import Picture
from tests.fakes.telegram import FakeTelegram, Group, Person, Seen, shapes
from tests.fakes.telegram.waiting import until
from tests.fakes.telegram.world import Account, Bot, Chat
from tests.whole.canaries import Cage

PLACE = "Thành phố Đồng Nai"
UNIT = "dong-nai"
"""The unit of the group. The pages' workers name other places: its cards are all Telegram's."""
_CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
_PATIENCE_SECONDS = 90.0
# Telegram's numbers have at most 52 bits; the largest leave no needle to chance.
_SMALLEST, _LARGEST = 10**15, 2**52


@dataclass(slots=True)
class Phone:
    """Somebody's private chat with the bot, read as people do: the newest buttons count."""

    person: Person
    seen: int = 0

    async def shows(self, name: str) -> Seen:
        """Wait for a new message with this button."""

        def look() -> Seen | None:
            new = [each for each in self.person.sees() if not each.is_mine and each.id > self.seen]
            return next((each for each in reversed(new) if name in _names(each)), None)

        found = await until(look, _PATIENCE_SECONDS, f"a button {name}")
        self.seen = found.id
        return found

    async def press(self, name: str) -> Seen:
        """Press a button once it is there; the message under which it stood."""
        found = await self.shows(name)
        await self.person.press(found, _names(found)[name])
        return found

    async def say(self, words: str) -> None:
        """Write, whether or not the last answer has arrived: a chat's messages keep their order."""
        await self.person.say(words)

    async def reads(self, words: str) -> None:
        """Wait until these words stand in the chat."""

        def look() -> bool | None:
            return (
                any(words in each.text for each in self.person.sees() if not each.is_mine) or None
            )

        await until(look, _PATIENCE_SECONDS, "words in a chat")

    async def is_told(self, after: int) -> None:
        """Wait for any message of the bot after that number."""

        def look() -> bool | None:
            every = self.person.sees()
            return any(each.id > after and not each.is_mine for each in every) or None

        await until(look, _PATIENCE_SECONDS, "an answer")


@dataclass(slots=True)
class TelegramScene:
    """One bot with everybody who talks to it. All that they say and are is a canary of `cage`."""

    telegram: FakeTelegram
    cage: Cage
    dice: random.Random
    photo: Callable[[], Picture]
    bot: Bot = field(init=False)
    group: Group = field(init=False)
    officer: Phone = field(init=False)
    secret: str = field(init=False, repr=False)
    codes: list[str] = field(default_factory=list, repr=False)
    filed: int = 0
    _everybody: list[Person] = field(default_factory=list)
    _drafts: list[tuple[Phone, Seen]] = field(default_factory=list)
    _readers: list[Phone] = field(default_factory=list)
    _kept: set[str] = field(default_factory=set, repr=False)
    _kept_updates: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        """A bot, and a group with an officer, none of which the product knows yet."""
        letters = string.ascii_letters + string.digits
        half = "".join(self.dice.choices(letters, k=35))
        token = f"{self.dice.randrange(10**9, 10**10)}:{half}"
        self.secret = "".join(self.dice.choices(letters, k=40))
        for kind, text in (("bot token", token), ("bot token", half), ("hook", self.secret)):
            self.cage.keep(kind, text)
        self.bot = self.telegram.bot("tieng_tho_bot", token)
        self.bot.inbox.next_id = self._kept_updates = self.dice.randrange(_SMALLEST, _LARGEST)
        self.officer = self._phone("officer")
        self.group = self._new_group()

    def polling(self) -> Mapping[str, str]:
        """The settings of a product that asks for updates."""
        return {
            "TIENGTHO_TELEGRAM_TOKEN": self.bot.token,
            "TIENGTHO_TELEGRAM_API_URL": self.telegram.url,
        }

    def webhook(self) -> Mapping[str, str]:
        """The settings of a product to which they are brought, at a port of its own."""
        port = str(unused_port())
        return {
            **self.polling(),
            "TIENGTHO_TELEGRAM_MODE": "webhook",
            "TIENGTHO_TELEGRAM_WEBHOOK_SECRET": self.secret,
            "TIENGTHO_WEB_PORT": port,
            "TIENGTHO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }

    def talks(self) -> Sequence[Callable[[], Coroutine[None, None, None]]]:
        """Every kind of talk, once each; the first gives the desk something to do."""
        return (
            self.files,
            self.subscribes,
            self.begins_a_week,
            self.deletes_the_chat,
            self.leaves_a_draft,
        )

    async def opens_desk(self, group_code: str, account_code: str) -> None:
        """The group becomes a desk, and the officer's account is linked."""
        await self.group.add(self.bot)
        await self.group.promote_bot(bot=self.bot)
        await self.officer.say(f"/ketnoi {account_code}")
        await self.officer.person.say(f"/ketnoi {group_code}", to=self.group)
        await self.officer.reads("đã được nối")
        await until(
            lambda: any("bàn tiếp nhận" in each.text for each in self.group.holds()) or None,
            _PATIENCE_SECONDS,
            "the group to be a desk",
        )

    async def files(self) -> None:
        """A tip with pictures, whose worker asks to be told of news: without a key not even their
        number can be found. Then the code from another phone.
        """
        phone = await self._at_review(pictures=True)
        code = await self._send(phone)
        for name in ("tell_here", "tell_yes"):
            await phone.press(name)
        await phone.reads("Khi có câu hỏi hoặc trả lời, chúng tôi nhắn vào đây")
        await self._come_back(code)

    async def reads_again(self) -> None:
        """The first codes once more; what it opens may have been closed."""
        for code in self.codes[:2]:
            phone = self._phone("worker who reads again")
            await phone.say(code)
            await phone.reads("Tin của bạn")

    async def deletes_the_chat(self) -> None:
        """A tip, and then the chat is emptied on both sides."""
        phone = await self._at_review()
        await self._send(phone)
        there = [each.post for each in phone.person.sees()]
        await phone.press("forget")
        await until(
            lambda: all(post.is_deleted for post in there) or None, _PATIENCE_SECONDS, "an end"
        )

    async def subscribes(self) -> None:
        """Somebody chooses bulletins."""
        phone = self._phone("reader")
        await phone.person.start()
        for name in ("bulletins", "all_topics", "whole_country"):
            await phone.press(name)
        await phone.reads("Từ giờ bản tin sẽ đến")
        self._readers.append(phone)

    async def begins_a_week(self) -> None:
        """Two who begin the first week at work, and one of them stops."""
        for stops in (False, True):
            phone = self._phone("beginner")
            await phone.person.start()
            for name in ("handbook", "tools", "week", "week_send", "week_begin"):
                await phone.press(name)
            await phone.reads("Ngày mai bạn nhận bài tiếp theo")
            if stops:
                await phone.say("dừng")
                await phone.reads("Đã ngừng gửi bài tuần đầu")

    async def readers_get(self, title: str) -> None:
        """A bulletin arrives on the phone of everybody who subscribed."""
        assert self._readers, "nobody subscribed on Telegram"
        for phone in self._readers:
            await phone.reads(title)

    async def mistakes(self) -> None:
        """What nobody can make a turn of: updates of no shape at all, files that are none."""
        phone = self._phone("worker with a strange app")
        words = self.cage.words("words in a broken update")
        life = utc_now().timestamp() + 3600
        author = {"id": phone.person.id, "first_name": words, "is_bot": False}
        bodies: Sequence[dict[str, Any]] = (
            {"message": words},
            {"message": {"message_id": words, "from": author, "text": words}},
            {"message": {"from": [words], "chat": {"id": phone.person.id}, "date": words}},
            {"callback_query": {"id": words, "from": words, "data": {words: words}}},
        )
        for number, body in enumerate(bodies):
            self.bot.inbox.put_raw(body, number, life)
        await phone.say(self.cage.words("words without a talk"))
        await phone.person.photo(words.encode() * 50, self.cage.words("caption"), raw=True)

    async def leaves_a_draft(self) -> None:
        """Nothing is sent."""
        phone = await self._at_review(pictures=True)
        shown = await phone.shows("send")
        self.cage.keep("code of a draft", _code(shown))
        self._drafts.append((phone, shown))

    async def mutters(self) -> None:
        """Those with a draft write on and wait for nothing."""
        for phone, _ in self._drafts:
            await phone.say(self.cage.words("words before the failure"))
            await phone.person.photo(self.photo().data, self.cage.words("caption"))

    async def come_back_after_the_failure(self) -> None:
        """Those with a draft press [Send], and are told something."""
        for phone, review in self._drafts:
            newest = max(each.id for each in phone.person.sees())
            await phone.person.press(review, _names(review)["send"], stale=True)
            await phone.is_told(newest)
        self._drafts.clear()

    async def desk_works(self) -> None:
        """One card is claimed and read in the group, then asked about, answered and closed."""
        card = await until(self._free_card, _PATIENCE_SECONDS, "a card to claim")
        names = _names(card)
        for name, told in (("claim", "Bạn đã nhận tin này"), ("read", "Nội dung đã gửi")):
            pressed = await self.officer.person.press(card, names[name], stale=True)
            assert told in (await pressed.answered()).text, f"{name} did something else"
        handle = names["claim"].rpartition(":")[2]
        pressed = await self.officer.person.press(card, f"d:ask:{handle}", stale=True)
        await pressed.answered()
        await self.officer.shows("list")
        await self.officer.say(self.cage.words("question on Telegram"))
        await self.officer.press("answer")
        await self.officer.shows("list")
        await self.officer.say(self.cage.words("answer on Telegram"))
        await self.officer.press("close")
        await self.officer.press("handled")
        await self.officer.shows("list")
        closing = self.cage.words("closing on Telegram")
        await self.officer.say(closing)
        await self.telegram.settled()

    def keep_all(self) -> None:
        """Make canaries of the numbers that Telegram has given until now."""
        for number in range(self._kept_updates, self.bot.inbox.next_id):
            self.cage.keep_number("update", number)
        self._kept_updates = self.bot.inbox.next_id
        found = [
            ("button pressed", press.query.id)
            for person in self._everybody
            for press in person.presses
        ]
        for file in self.telegram.world.files.values():
            found += [
                ("file", shapes.file_id(self.bot, file)),
                ("file", file.unique),
                ("file's path", file.path),
            ]
        for kind, text in found:
            if text not in self._kept:
                self._kept.add(text)
                self.cage.keep(kind, text)

    async def _at_review(self, *, pictures: bool = False) -> Phone:
        phone = self._phone("worker")
        await phone.person.start()
        for name in ("report", "wages", "danger_no"):
            await phone.press(name)
        await phone.say(PLACE)
        # A place of many communes: it is asked in which.
        await phone.press("keep_area")
        await phone.say(f"{self.cage.words('story on Telegram')}. " * 3)
        await phone.press("is_unknown")
        await phone.shows("skip_all")
        await phone.say(self.cage.words("answer on Telegram"))
        await phone.press("skip_all")
        if pictures:
            await phone.shows("send")
            shown = self.photo()
            await phone.person.document(shown.data, shown.name, shown.mime)
            await phone.shows("send")
            await phone.person.photo(self.photo().data, self.cage.words("caption"))
        return phone

    async def _come_back(self, code: str) -> None:
        """A code, typed on a phone of its own, and words added."""
        phone = self._phone("worker who comes back")
        await phone.say(code)
        await phone.press("add_words")
        await phone.say(self.cage.words("addition on Telegram"))
        await phone.reads("Đã thêm vào tin")

    async def _send(self, phone: Phone) -> str:
        code = _code(await phone.press("send"))
        self.cage.keep("receipt code", code)
        # Not "Đã nhận": that is said of a picture too.
        await phone.reads("sẽ đọc tin và trả lời chậm nhất")
        self.codes.append(code)
        self.filed += 1
        return code

    def _phone(self, kind: str) -> Phone:
        """A person whose number, names and user name are canaries."""
        number = self.dice.randrange(_SMALLEST, _LARGEST)
        self.cage.keep_number(f"{kind}'s number", number)
        account = Account(
            number,
            self.cage.words(f"{kind}'s name"),
            self.cage.words(f"{kind}'s last name"),
            self.cage.plain(f"{kind}'s user name"),
            "vi",
        )
        world = self.telegram.world
        world.accounts[number] = account
        self._everybody.append(Person(world, account))
        return Phone(self._everybody[-1])

    def _new_group(self) -> Group:
        """A supergroup, whose number begins with -100 or -1."""
        number = self.dice.randrange(10**11, 10**12 - 2**31)
        for each in (number, 10**12 + number, -(10**12) - number):
            self.cage.keep_number("group's number", each)
        title = self.cage.words("group's title")
        chat = Chat(-(10**12) - number, "supergroup", itertools.count(1), title=title)
        world = self.telegram.world
        world.rooms[chat.id] = chat
        return Group(world, chat, self.officer.person)

    def _free_card(self) -> Seen | None:
        return next((each for each in self.group.holds() if "claim" in _names(each)), None)


def fake() -> FakeTelegram:
    """A Telegram that goes by this machine's clock, as the product does."""
    return FakeTelegram(clock=lambda: utc_now().timestamp())


def _names(seen: Seen) -> dict[str, str]:
    """What each button carries, by its name: `7:report` for a worker, `d:claim:…` for a desk."""
    every = [each.data or "" for row in seen.buttons for each in row]
    return {data.split(":")[1]: data for data in every if ":" in data}


def _code(seen: Seen) -> str:
    found = _CODE.search(seen.text)
    assert found is not None, "no receipt code under a message with [Send]"
    return found.group()
