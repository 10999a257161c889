"""What the fake Zalo knows: bots, people, their chats, and what stands there."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.zalo_bot.habits import Habits
from tests.fakes.zalo_bot.inbox import Inbox
from tests.fakes.zalo_bot.limits import Limits, Usage
from tests.fakes.zalo_bot.media import Shelf

Json = dict[str, Any]

PRIVATE = "PRIVATE"
GROUP = "GROUP"


@dataclass(slots=True, eq=False)
class Account:
    """A person: the same number towards every bot."""

    id: str = field(repr=False)
    display_name: str = field(repr=False)
    is_protected: bool = False


@dataclass(slots=True, eq=False)
class Post:
    """A message in a chat. `sender` is None for the bot; `photo` is a picture's address.

    `number` rises over the whole fake; `kind` is text, photo, sticker, voice, link or file.
    """

    id: str
    number: int
    chat: str = field(repr=False)
    sender: Account | None = field(repr=False)
    text: str = field(repr=False)
    date_ms: int
    kind: str = "text"
    photo: str | None = field(default=None, repr=False)
    parse_mode: str | None = None
    styles: list[Json] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Talk:
    """A chat of one bot, with a person or in a group."""

    id: str = field(repr=False)
    kind: str = PRIVATE
    posts: list[Post] = field(default_factory=list, repr=False)
    is_blocked: bool = False


@dataclass(slots=True, eq=False)
class Hook:
    """Where a bot's events are posted; `updated_at` (ms) is None until one was ever set."""

    url: str = ""
    secret: str = field(default="", repr=False)
    updated_at: int | None = None


@dataclass(slots=True, eq=False)
class Bot:
    """A bot: `name` is what a test calls it, `account_name` what `getMe` says."""

    token: str = field(repr=False)
    id: str
    name: str
    account_name: str
    inbox: Inbox = field(default_factory=Inbox)
    hook: Hook = field(default_factory=Hook)
    talks: dict[str, Talk] = field(default_factory=dict, repr=False)
    usage: Usage = field(default_factory=Usage)
    tests: list[str] = field(default_factory=list)

    def talk(self, chat_id: str, kind: str = PRIVATE) -> Talk:
        """The chat of this number, made when first asked for."""
        if chat_id not in self.talks:
            self.talks[chat_id] = Talk(chat_id, kind)
        return self.talks[chat_id]


class World:
    """All bots and chats of one fake, its switches, and the files that people sent."""

    def __init__(self, clock: Callable[[], float], habits: Habits, limits: Limits) -> None:
        self.clock = clock
        self.habits = habits
        self.limits = limits
        self.shelf = Shelf()
        self.bots: dict[str, Bot] = {}
        self._serials = itertools.count(1)
        self._numbers = itertools.count(1)

    def code(self, kind: str) -> str:
        """20 hexadecimal digits never given before."""
        seed = f"{kind} {next(self._serials)}"
        return hashlib.sha256(seed.encode()).hexdigest()[:20]

    def first_bot(self) -> Bot:
        """The bot that is meant where none is named, made when first asked for."""
        return next(iter(self.bots.values()), None) or self.add_bot("Bot Tiếng Thợ")

    def add_bot(self, name: str) -> Bot:
        """A new bot with an empty queue."""
        number = len(self.bots) + 1
        digest = hashlib.sha256(f"bot {number}".encode()).hexdigest()
        token = f"{1459_000_000 + number}:{digest[:10]}_{digest[10:30]}-{digest[30:40]}"
        number_of_19 = f"{1_459_000_000_000_000_000 + number}"
        bot = Bot(token, number_of_19, name, f"bot.{digest[-9:]}")
        self.bots[token] = bot
        return bot

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return round(self.clock() * 1000)

    def add_post(self, talk: Talk, sender: Account | None, text: str, **more: Any) -> Post:
        """Write a post into a chat, with the next number and a date."""
        number = next(self._numbers)
        post = Post(self.code("post"), number, talk.id, sender, text, self.now_ms(), **more)
        talk.posts.append(post)
        return post
