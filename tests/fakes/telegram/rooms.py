"""Groups, supergroups and channels whom a test moves: who is in, who may what, what becomes."""

import asyncio

from tests.fakes.telegram import shapes
from tests.fakes.telegram.asking import erase_topic
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.view import Seen
from tests.fakes.telegram.world import (
    ADMINISTRATOR_RIGHTS,
    Account,
    Bot,
    Chat,
    Json,
    Membership,
    Post,
    Topic,
    World,
)


class Group:
    """A group or supergroup. What `by` does is done by its first person where nobody is named."""

    def __init__(self, world: World, chat: Chat, owner: Person) -> None:
        self._world = world
        self.chat = chat
        self.owner = owner
        chat.members[owner.id] = Membership("creator")

    @property
    def id(self) -> int:
        """Its number now; another one after `migrate`."""
        return self.chat.id

    async def add(self, who: Person | Bot, *, by: Person | None = None) -> None:
        """Let somebody in; everybody reads that it happened, a bot is told that it is here."""
        before = self.chat.membership(who.account)
        self.chat.members[who.account.id] = Membership("member")
        if isinstance(who, Bot):
            self._tell(who, before, by)
        await self._note({"new_chat_members": [shapes.user(who.account)]}, by)

    async def remove(self, who: Person, *, by: Person | None = None) -> None:
        """Put a person out."""
        self.chat.members[who.id] = Membership("left")
        await self._note({"left_chat_member": shapes.user(who.account)}, by)

    async def promote_bot(
        self, *rights: str, bot: Bot | None = None, by: Person | None = None
    ) -> None:
        """Make the bot an administrator with exactly these rights; without any, with all."""
        unknown = set(rights) - set(ADMINISTRATOR_RIGHTS)
        assert not unknown, f"no such rights: {unknown}"
        held = frozenset(rights or ADMINISTRATOR_RIGHTS) | {"can_manage_chat"}
        await self._change_bot(bot, Membership("administrator", held), by)

    async def demote_bot(self, *, bot: Bot | None = None, by: Person | None = None) -> None:
        """Take all rights from the bot; it stays."""
        await self._change_bot(bot, Membership("member"), by)

    async def restrict_bot(self, *, bot: Bot | None = None, by: Person | None = None) -> None:
        """Take the bot's right to write."""
        await self._change_bot(bot, Membership("restricted"), by)

    async def kick_bot(self, *, bot: Bot | None = None, by: Person | None = None) -> None:
        """Put the bot out and keep it out."""
        await self._change_bot(bot, Membership("kicked"), by)

    async def migrate(self) -> int:
        """Make a supergroup of the group: a new number, new messages. Gives that number."""
        old = self.chat
        assert old.kind == "group", "only a group becomes a supergroup"
        new = self._world.add_room("supergroup", str(old.title))
        new.members = dict(old.members)
        self.chat = new
        went = self._world.add_post(
            old, self.owner.account, {"migrate_to_chat_id": new.id}, is_service=True
        )
        came = self._world.add_post(
            new, self.owner.account, {"migrate_from_chat_id": old.id}, is_service=True
        )
        shapes.announce(self._world, went)
        shapes.announce(self._world, came)
        old.migrated_to = new
        await asyncio.sleep(0)
        return new.id

    async def set_forum(self, *, on: bool) -> None:
        """Switch topics on or off, as only a person can."""
        self.chat.is_forum = on
        await asyncio.sleep(0)

    async def set_title(self, title: str, *, by: Person | None = None) -> None:
        """Give it another name."""
        self.chat.title = title
        await self._note({"new_chat_title": title}, by)

    def silence(self, *, on: bool = True) -> None:
        """Forbid (or allow again) all who are no administrators to write."""
        self.chat.may_post = not on

    async def open_topic(self, name: str, *, by: Person | None = None) -> int:
        """A person opens a topic. Gives its number."""
        author = (by or self.owner).account
        made = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        post = self._world.add_post(self.chat, author, made, is_service=True)
        post.thread = post.id
        self.chat.topics[post.id] = Topic(post.id, name)
        shapes.announce(self._world, post)
        await asyncio.sleep(0)
        return post.id

    async def close_topic(self, topic: int, *, by: Person | None = None) -> None:
        """A person closes a topic."""
        self.chat.topics[topic].is_closed = True
        await self._note({"forum_topic_closed": {}}, by, thread=topic)

    async def reopen_topic(self, topic: int, *, by: Person | None = None) -> None:
        """A person opens a closed topic again."""
        self.chat.topics[topic].is_closed = False
        await self._note({"forum_topic_reopened": {}}, by, thread=topic)

    def delete_topic(self, topic: int) -> None:
        """A person deletes a topic with all that is in it; no bot hears of it."""
        erase_topic(self.chat, self.chat.topics[topic])

    def delete(self, post: Post | Seen) -> None:
        """A person deletes a message; no bot hears of it."""
        (post.post if isinstance(post, Seen) else post).is_deleted = True

    def holds(self, *, with_deleted: bool = False) -> tuple[Seen, ...]:
        """What stands in it, as its owner sees it."""
        return self.owner.sees(self, with_deleted=with_deleted)

    async def _change_bot(self, bot: Bot | None, to: Membership, by: Person | None) -> None:
        changed = bot or self._world.first_bot()
        before = self.chat.membership(changed.account)
        self.chat.members[changed.id] = to
        self._tell(changed, before, by)
        await asyncio.sleep(0)

    def _tell(self, bot: Bot, before: Membership, by: Person | None) -> None:
        author = (by or self.owner).account
        shapes.announce_membership(self._world, self.chat, bot, author, before)

    async def _note(self, content: Json, by: Person | None, thread: int | None = None) -> None:
        author: Account = (by or self.owner).account
        post = self._world.add_post(self.chat, author, content, thread=thread, is_service=True)
        shapes.announce(self._world, post)
        await asyncio.sleep(0)


class Channel(Group):
    """A channel: its posts come from nobody."""

    async def post(self, text: str) -> Post:
        """Publish words."""
        post = self._world.add_post(self.chat, None, {"text": text})
        shapes.announce(self._world, post)
        await asyncio.sleep(0)
        return post
