"""People whom a test moves: they write, send, block, and see what the bot shows."""

import asyncio
from typing import Any

from tests.fakes.waiting import PATIENCE_SECONDS, until
from tests.fakes.zalo_bot import events, view
from tests.fakes.zalo_bot.habits import Fields
from tests.fakes.zalo_bot.limits import Beyond
from tests.fakes.zalo_bot.view import Seen
from tests.fakes.zalo_bot.world import GROUP, Account, Bot, Json, Talk, World

_AAC = b"\xff\xf1\x50\x80\x01\x3f\xfc" + b"\x00" * 64


class Person:
    """Somebody with Zalo on the phone. Without `bot`, everything goes to the first bot."""

    def __init__(self, world: World, account: Account, groups: dict[str, str]) -> None:
        self._world = world
        self._groups = groups
        self.account = account

    @property
    def id(self) -> str:
        """20 hexadecimal digits, the same towards every bot; also their private chat's number."""
        return self.account.id

    def chat(self, bot: Bot | None = None) -> Talk:
        """The private chat with a bot; before the first word the bot does not know it."""
        return self._bot(bot).talks.get(self.id) or Talk(self.id)

    async def say(self, text: str, *, bot: Bot | None = None) -> str:
        """Write words. Returns the message's number, as everything does that is written here."""
        return await self.send(events.TEXT, {"text": text}, bot=bot, text=text)

    async def photo(
        self,
        data: bytes,
        caption: str | None = "",
        fields: str | Fields = Fields.PHOTO_URL,
        redirect_to: str | None = None,
        *,
        content_type: str | None = None,
        bot: Bot | None = None,
    ) -> str:
        """Send a picture; its address is in `photo_url`, in `photo` or in both.

        The caption's field is empty where there are no words, and absent where it is None. With
        `redirect_to` the address answers 302 to that.
        """
        name = f"{self._world.code('file')}.jpg"
        url = self._world.shelf.keep(data, name, content_type=content_type, redirect_to=redirect_to)
        where = Fields(fields)
        shape: Json = {} if caption is None else {"caption": caption}
        if where is not Fields.PHOTO:
            shape["photo_url"] = url
        if where is not Fields.PHOTO_URL:
            shape["photo"] = url
        return await self.send(
            events.IMAGE, shape, bot=bot, text=caption or "", kind="photo", photo=url
        )

    async def sticker(self, *, bot: Bot | None = None) -> str:
        """Send a sticker."""
        url = self._world.shelf.keep(b"\x89PNG", f"{self._world.code('file')}.png")
        shape = {"sticker": self._world.code("sticker"), "url": url}
        return await self.send(events.STICKER, shape, bot=bot, kind="sticker")

    async def voice(self, data: bytes = _AAC, *, bot: Bot | None = None) -> str:
        """Send a voice message."""
        name = f"{self._world.code('file')}.aac"
        url = self._world.shelf.keep(data, name, content_type="audio/aac")
        return await self.send(events.VOICE, {"voice_url": url}, bot=bot, kind="voice")

    async def link(self, url: str, text: str = "", *, bot: Bot | None = None) -> str:
        """Share a link, perhaps with words."""
        shape = {"url": url} | ({"text": text} if text else {})
        return await self.send(events.LINK, shape, bot=bot, text=text or url, kind="link")

    async def reaction(self, *, bot: Bot | None = None) -> str:
        """Put a heart under something."""
        return await self.send(events.REACTION, {"reaction": "/-heart"}, bot=bot, kind="reaction")

    async def unsupported(self, with_message: bool = True, *, bot: Bot | None = None) -> str:
        """Send a document, a video, a contact: the bot hears only that it was something.

        Without a message it does not even hear from whom.
        """
        return await self.send(
            events.UNSUPPORTED, {}, bot=bot, kind="file", with_message=with_message
        )

    async def is_protected(self, is_so: bool = True) -> None:
        """From now on Zalo withholds from bots what this person writes, as the law orders."""
        self.account.is_protected = is_so
        await asyncio.sleep(0)

    async def says_in_group(self, group: str, text: str, *, bot: Bot | None = None) -> str:
        """Write in a group so that the bot hears it: a mention, or a reply to it."""
        talk = self.group(group, bot=bot)
        return await self.send(events.TEXT, {"text": text}, bot=bot, text=text, talk=talk)

    def group(self, group: str, *, bot: Bot | None = None) -> Talk:
        """The group of this name, with the bot in it; made when first asked for."""
        if group not in self._groups:
            self._groups[group] = self._world.code("group")
        return self._bot(bot).talk(self._groups[group], GROUP)

    async def echo(self, text: str, *, is_marked: bool = True, bot: Bot | None = None) -> str:
        """The bot's own words come back to it as an event, told by `is_bot` or by its id only."""
        sender = self._bot(bot)
        talk = sender.talk(self.id)
        post = self._world.add_post(talk, None, text)
        habits = self._world.habits
        message = events.echo(sender, talk, post, habits, is_marked=is_marked)
        sender.inbox.put(events.event(events.TEXT, message))
        await asyncio.sleep(0)
        return post.id

    async def send(
        self,
        name: str,
        fields: Json,
        *,
        bot: Bot | None = None,
        talk: Talk | None = None,
        text: str = "",
        with_message: bool = True,
        **more: Any,
    ) -> str:
        """Send a message as an event of any name and fields; the methods above are made of it."""
        to = self._bot(bot)
        place = talk or to.talk(self.id)
        place.is_blocked = False
        post = self._world.add_post(place, self.account, text, **more)
        if self._reaches(to, place):
            if self.account.is_protected:
                name, fields = events.UNSUPPORTED, {}
            message = events.message(self.account, place, post, fields, self._world.habits)
            to.inbox.put(events.event(name, message if with_message else None))
        await asyncio.sleep(0)
        return post.id

    async def block(self, bot: Bot | None = None) -> None:
        """Shut the bot out; it hears nothing of that, and its messages are refused."""
        self._bot(bot).talk(self.id).is_blocked = True
        await asyncio.sleep(0)

    async def unblock(self, bot: Bot | None = None) -> None:
        """Let the bot in again; writing to it does so too."""
        self._bot(bot).talk(self.id).is_blocked = False
        await asyncio.sleep(0)

    def sees(self, bot: Bot | None = None, *, group: str | None = None) -> list[Seen]:
        """What stands in the private chat with a bot, or in a group, oldest first."""
        talk = self.chat(bot) if group is None else self.group(group, bot=bot)
        return view.screen(talk, self.account)

    async def hears(
        self,
        fragment: str = "",
        *,
        bot: Bot | None = None,
        group: str | None = None,
        after: Seen | int | None = None,
        seconds: float = PATIENCE_SECONDS,
    ) -> Seen:
        """Wait for a message of the bot with these words, newer than `after` or the last own.

        `after` is a message, or a number as in `Seen.number`; 0 looks at the whole chat. Raises
        AssertionError where none comes.
        """
        own = [one.number for one in self.sees(bot, group=group) if one.is_mine]
        if isinstance(after, Seen):
            after = after.number
        newest = max(own, default=0) if after is None else after

        def look() -> Seen | None:
            for one in self.sees(bot, group=group):
                if one.number > newest and one.post.sender is None and fragment in one.text:
                    return one
            return None

        return await until(look, seconds, f"a message with {fragment!r}")

    def _bot(self, bot: Bot | None) -> Bot:
        return bot or self._world.first_bot()

    def _reaches(self, bot: Bot, place: Talk) -> bool:
        """Whether the bot hears of it: not of a user above the limit, where those are dropped."""
        limits = self._world.limits
        if place.kind == GROUP:
            return True
        return bot.usage.admits(self.id, limits) or limits.beyond is Beyond.REFUSED
