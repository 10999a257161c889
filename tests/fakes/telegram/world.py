"""What the fake Telegram knows: accounts, chats, posts, and each bot with its settings."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.telegram.inbox import Inbox

Json = dict[str, Any]
Kind = Literal["private", "group", "supergroup", "channel"]

ADMINISTRATOR_RIGHTS = (
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
    "can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories "
    "can_delete_stories can_post_messages can_edit_messages can_pin_messages can_manage_topics "
    "can_manage_direct_messages can_manage_tags can_send_welcome_messages"
).split()


@dataclass(slots=True, eq=False)
class Account:
    """A person or a bot."""

    id: int
    first_name: str = field(repr=False)
    last_name: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    language_code: str | None = None
    is_bot: bool = False
    is_deactivated: bool = False


@dataclass(slots=True, eq=False)
class Membership:
    """What an account is in a chat: creator, administrator, member, restricted, left or kicked."""

    status: str
    rights: frozenset[str] = frozenset()

    @property
    def is_inside(self) -> bool:
        """Whether the account is in the chat now."""
        return self.status not in ("left", "kicked")


@dataclass(slots=True, eq=False)
class Topic:
    """A topic of a forum; its number is the number of the post that made it."""

    id: int
    name: str
    icon_color: int = 7322096
    is_closed: bool = False
    is_deleted: bool = False


@dataclass(slots=True, eq=False)
class File:
    """A file that Telegram keeps. `linked_at` holds when which bot asked for its link."""

    unique: str
    data: bytes = field(repr=False)
    path: str
    linked_at: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Media:
    """What a post carries: a photo in its sizes (smallest first), or one file with its facts."""

    kind: str
    files: tuple[File, ...]
    facts: tuple[Json, ...]


@dataclass(slots=True, eq=False)
class Post:
    """A message in a chat. `content` are fields that every bot gets in the same shape."""

    id: int
    chat: "Chat"
    sender: Account | None
    date: int
    content: Json = field(default_factory=dict, repr=False)
    media: Media | None = None
    keyboard: Json | None = None
    reply_keyboard: Json | None = None
    thread: int | None = None
    reply_to: "Post | None" = None
    edit_date: int | None = None
    is_deleted: bool = False
    is_service: bool = False
    before: list[str] = field(default_factory=list, repr=False)

    @property
    def words(self) -> str:
        """Its text, or the caption of what it carries."""
        return str(self.content.get("text", self.content.get("caption", "")))


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat of one person with one bot, or a room for many."""

    id: int
    kind: Kind
    numbers: Iterator[int]
    person: Account | None = None
    title: str | None = None
    username: str | None = None
    is_forum: bool = False
    is_started: bool = False
    is_blocked: bool = False
    may_post: bool = True
    migrated_to: "Chat | None" = None
    heard_at: float = 0.0
    members: dict[int, Membership] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)

    def membership(self, account: Account) -> Membership:
        """What the account is here; somebody never seen here has left."""
        return self.members.get(account.id, Membership("left"))


@dataclass(slots=True, eq=False)
class Query:
    """A pressed button that waits for its answer."""

    id: str
    bot: "Bot"
    person: Account
    data: str
    at: float
    answer: Json | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class Hook:
    """Where a bot's updates are posted, and what was said about it."""

    url: str = ""
    secret: str = field(default="", repr=False)
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str | None = None
    gone_since: float | None = None


@dataclass(slots=True, eq=False)
class Bot:
    """A bot: its token, its account, its private chats by the person's id, its settings."""

    token: str = field(repr=False)
    account: Account
    inbox: Inbox
    privacy: bool = True
    hook: Hook = field(default_factory=Hook)
    talks: dict[int, Chat] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The number before the colon of its token."""
        return self.account.id

    @property
    def username(self) -> str:
        """Its name without the @."""
        return self.account.username or ""


class World:
    """All accounts, rooms, files and bots of one fake."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.bots: dict[str, Bot] = {}
        self.accounts: dict[int, Account] = {}
        self.rooms: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self._people_ids = itertools.count(5_000_000_001, 7919)
        self._room_ids = itertools.count(1001)
        # Private chats and basic groups share one numbering; each supergroup has its own.
        self._box = itertools.count(101)
        self._serials = itertools.count(1)

    def serial(self) -> int:
        """A number never given before, for files, albums and queries."""
        return next(self._serials)

    def first_bot(self) -> Bot:
        """The bot that is meant where none is named, made when first asked for."""
        return next(iter(self.bots.values()), None) or self.add_bot("tieng_tho_bot")

    def add_bot(self, username: str, token: str | None = None) -> Bot:
        """A new bot with an empty queue."""
        token = token or f"{7_000_000_001 + len(self.bots)}:AA{'FakeTelegramToken' * 2}_"
        account = Account(int(token.partition(":")[0]), username, username=username, is_bot=True)
        bot = Bot(token, account, Inbox(next_id=730_000_000 + len(self.bots) * 1_000_000))
        self.bots[token] = bot
        self.accounts[account.id] = account
        return bot

    def add_account(self, first_name: str, **more: str | None) -> Account:
        """A new person."""
        account = Account(next(self._people_ids), first_name, **more)  # type: ignore[arg-type]
        self.accounts[account.id] = account
        return account

    def add_room(self, kind: Kind, title: str, *, forum: bool = False) -> Chat:
        """A new group, supergroup or channel without anybody in it."""
        number = next(self._room_ids)
        if kind == "group":
            chat = Chat(-number, kind, self._box, title=title)
        else:
            chat = Chat(
                -1_000_000_000_000 - number, kind, itertools.count(1), title=title, is_forum=forum
            )
        self.rooms[chat.id] = chat
        return chat

    def talk(self, bot: Bot, person: Account) -> Chat:
        """The private chat of a person with a bot, made when first asked for."""
        if person.id not in bot.talks:
            bot.talks[person.id] = Chat(person.id, "private", self._box, person=person)
        return bot.talks[person.id]

    def bots_in(self, chat: Chat) -> list[Bot]:
        """The bots that are in this chat now."""
        return [
            bot
            for bot in self.bots.values()
            if bot.talks.get(chat.id) is chat or chat.membership(bot.account).is_inside
        ]

    def add_post(self, chat: Chat, sender: Account | None, content: Json, **more: Any) -> Post:
        """Write a post into a chat, with today's date and the next number."""
        post = Post(next(chat.numbers), chat, sender, int(self.clock()), content, **more)
        chat.posts[post.id] = post
        return post
