"""People whom a test moves: they write, send, press, edit, block, and see what the bot shows."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from tests.fakes.telegram import markup, media, shapes, view
from tests.fakes.telegram.inbox import QUERY_LIFE_SECONDS
from tests.fakes.telegram.refusals import Refusal
from tests.fakes.telegram.view import PopUp, Seen
from tests.fakes.telegram.waiting import Press
from tests.fakes.telegram.world import (
    Account,
    Bot,
    Chat,
    Json,
    Media,
    Membership,
    Post,
    Query,
    World,
)
from tests.fakes.waiting import PATIENCE_SECONDS, until


class Room(Protocol):
    """A group or channel, whose chat may change when it becomes a supergroup."""

    @property
    def chat(self) -> Chat:
        """The chat as it is now."""
        ...


Place = Bot | Room | None


class Person:
    """Somebody with Telegram on the phone. Without `to`, everything goes to the first bot."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self.account = account
        self.presses: list[Press] = []

    @property
    def id(self) -> int:
        """Their number, which is also their private chats' number."""
        return self.account.id

    def chat(self, to: Place = None) -> Chat:
        """The private chat with a bot, or the room."""
        if to is None:
            to = self._world.first_bot()
        return self._world.talk(to, self.account) if isinstance(to, Bot) else to.chat

    async def say(
        self,
        text: str,
        *,
        to: Place = None,
        topic: int | None = None,
        reply_to: Post | Seen | None = None,
        via: str | None = None,
    ) -> Post:
        """Write words; `via` is the name of an inline bot that wrote them for the person."""
        content: Json = {"text": text}
        if entities := markup.found(text):
            content["entities"] = entities
        if via is not None:
            bot = Account(99_000_001, via, username=via, is_bot=True)
            content["via_bot"] = shapes.user(bot)
        return await self.send(content, to=to, topic=topic, reply_to=reply_to)

    async def start(self, payload: str = "", *, to: Place = None) -> Post:
        """Press "Start", perhaps through a link with a payload."""
        return await self.say(f"/start {payload}".strip(), to=to)

    async def photo(
        self, data: bytes, caption: str = "", *, to: Place = None, raw: bool = False
    ) -> Post:
        """Send a picture as a photo; `raw` lets any bytes through as they are."""
        made = media.raw_photo(self._world, data) if raw else media.photo(self._world, data)
        return await self.send({"caption": caption} if caption else {}, made, to=to)

    async def album(
        self, pictures: Sequence[bytes], caption: str = "", *, to: Place = None
    ) -> list[Post]:
        """Send pictures together: one update each, joined by nothing but a number."""
        joined = str(13_000_000_000 + self._world.serial())
        posts = []
        for number, data in enumerate(pictures):
            content: Json = {"media_group_id": joined}
            if caption and number == 0:
                content["caption"] = caption
            posts.append(await self.send(content, media.photo(self._world, data), to=to))
        return posts

    async def document(
        self,
        data: bytes,
        name: str = "file.pdf",
        mime_type: str = "application/pdf",
        *,
        caption: str = "",
        to: Place = None,
    ) -> Post:
        """Send a file as it is, metadata and all."""
        facts = {"file_name": name, "mime_type": mime_type}
        made = media.single(self._world, "document", data, "documents/file_{}", facts)
        return await self.send({"caption": caption} if caption else {}, made, to=to)

    async def sticker(self, *, to: Place = None) -> Post:
        """Send a sticker."""
        facts = {
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        }
        made = media.single(self._world, "sticker", b"RIFF", "stickers/file_{}.webp", facts)
        return await self.send({}, made, to=to)

    async def voice(self, *, to: Place = None) -> Post:
        """Send a voice message."""
        facts = {"duration": 3, "mime_type": "audio/ogg"}
        made = media.single(self._world, "voice", b"OggS", "voice/file_{}.oga", facts)
        return await self.send({}, made, to=to)

    async def video(self, data: bytes = b"ftyp", *, caption: str = "", to: Place = None) -> Post:
        """Send a video."""
        facts = {"duration": 3, "width": 320, "height": 240, "mime_type": "video/mp4"}
        made = media.single(self._world, "video", data, "videos/file_{}.mp4", facts)
        return await self.send({"caption": caption} if caption else {}, made, to=to)

    async def contact(self, *, to: Place = None) -> Post:
        """Share one's own contact."""
        card = {"phone_number": "113", "first_name": self.account.first_name, "user_id": self.id}
        return await self.send({"contact": card}, to=to)

    async def location(self, *, to: Place = None) -> Post:
        """Share where one is."""
        return await self.send({"location": {"latitude": 10.98, "longitude": 106.65}}, to=to)

    async def poll(self, question: str = "?", *, to: Place = None) -> Post:
        """Send a poll."""
        options = [
            {"persistent_id": str(number), "text": text, "voter_count": 0}
            for number, text in enumerate(("1", "2"))
        ]
        shape = {
            "id": str(self._world.serial()),
            "question": question,
            "options": options,
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
        return await self.send({"poll": shape}, to=to)

    async def forward(
        self,
        text: str,
        *,
        author: "Person | str" = "Somebody",
        to: Place = None,
    ) -> Post:
        """Forward words: of a person, or of somebody hidden behind a name."""
        origin: Json = {"type": "hidden_user", "date": int(self._world.clock()) - 60}
        if isinstance(author, Person):
            origin |= {"type": "user", "sender_user": shapes.user(author.account)}
        else:
            origin["sender_user_name"] = author
        return await self.send({"text": text, "forward_origin": origin}, to=to)

    async def send(
        self,
        content: Json,
        carried: Media | None = None,
        *,
        to: Place = None,
        topic: int | None = None,
        reply_to: Post | Seen | None = None,
    ) -> Post:
        """Send a message of any content; the methods above are made of this one."""
        place = self.chat(to)
        if place.person is None:
            assert place.membership(self.account).is_inside, "they are not in this chat"
        else:
            await self._open(place)
        place.heard_at = self._world.clock()
        answered = reply_to.post if isinstance(reply_to, Seen) else reply_to
        post = self._world.add_post(
            place, self.account, content, media=carried, thread=topic, reply_to=answered
        )
        shapes.announce(self._world, post)
        await asyncio.sleep(0)
        return post

    async def edit(self, post: Post, text: str) -> None:
        """Change the words of an own message."""
        assert post.sender is self.account, "one edits only what one wrote"
        post.before.append(post.words)
        name = "text" if "text" in post.content else "caption"
        entities = "entities" if name == "text" else "caption_entities"
        rest = {key: value for key, value in post.content.items() if key != entities}
        found = markup.found(text)
        post.content = rest | {name: text} | ({entities: found} if found else {})
        post.edit_date = int(self._world.clock())
        shapes.announce(self._world, post, edited=True)
        await asyncio.sleep(0)

    async def press(self, on: Post | Seen, wanted: str, *, stale: bool = False) -> Press:
        """Press the button with this data or label; `stale`: one that is not there any more.

        Raises AssertionError where there is no such button.
        """
        post = on.post if isinstance(on, Seen) else on
        fitting = [
            button.data
            for row in view.buttons(post)
            for button in row
            if button.data is not None and wanted in (button.data, button.label)
        ]
        assert fitting or stale, f"no button {wanted!r} among {view.buttons(post)}"
        bot = _author(self._world, post)
        now = self._world.clock()
        number = f"{self.id}{self._world.serial():09d}"
        query = Query(number, bot, self.account, fitting[0] if fitting else wanted, now)
        bot.queries[query.id] = query
        post.chat.heard_at = now
        shape = shapes.callback_query(bot, query, post)
        bot.inbox.put("callback_query", shape, self.id, now + QUERY_LIFE_SECONDS)
        press = Press(query)
        self.presses.append(press)
        await asyncio.sleep(0)
        return press

    async def block(self, bot: Bot | None = None) -> None:
        """Stop the bot."""
        self._set_blocked(self.chat(bot), blocked=True)
        await asyncio.sleep(0)

    async def unblock(self, bot: Bot | None = None) -> None:
        """Let the bot in again."""
        self._set_blocked(self.chat(bot), blocked=False)
        await asyncio.sleep(0)

    def deactivate(self) -> None:
        """Delete the account; the bot hears nothing of it."""
        self.account.is_deactivated = True
        self.account.first_name = ""

    def delete(self, post: Post | Seen) -> None:
        """Delete a message for both sides; a bot hears nothing of it."""
        (post.post if isinstance(post, Seen) else post).is_deleted = True

    def sees(
        self, to: Place = None, *, topic: int | None = None, with_deleted: bool = False
    ) -> tuple[Seen, ...]:
        """What stands in the chat now, oldest first."""
        return view.screen(self.chat(to), self.account, topic=topic, with_deleted=with_deleted)

    def pop_ups(self) -> tuple[PopUp, ...]:
        """What pressed buttons have answered, those without words left out."""
        answers = (press.pop_up for press in self.presses)
        return tuple(answer for answer in answers if answer is not None and answer.text)

    def reply_keyboard(self, to: Place = None) -> tuple[str, ...]:
        """The labels in place of the letters, from the last message that changed them."""
        for post in reversed(self.chat(to).posts.values()):
            if post.reply_keyboard is not None and not post.is_deleted:
                rows = post.reply_keyboard.get("keyboard", [])
                buttons = (button for row in rows for button in row)
                return tuple(b if isinstance(b, str) else b["text"] for b in buttons)
        return ()

    async def hears(
        self,
        fragment: str = "",
        *,
        to: Place = None,
        after: Post | Seen | None = None,
        seconds: float = PATIENCE_SECONDS,
    ) -> Seen:
        """Wait for a message of somebody else with these words, newer than `after` or the last own.

        Raises AssertionError where none comes.
        """
        own = [one.id for one in self.sees(to) if one.is_mine]
        newest = after.id if after is not None else max(own, default=0)

        def look() -> Seen | None:
            for one in self.sees(to):
                is_new = one.id > newest and not one.is_mine and not one.is_service
                if is_new and fragment in one.text:
                    return one
            return None

        return await until(look, seconds, f"a message with {fragment!r}")

    async def _open(self, place: Chat) -> None:
        """Writing to a bot starts its chat, and lets a blocked bot in again."""
        if self.account.is_deactivated:
            raise Refusal(403, "a deleted account writes nothing")
        if place.is_blocked:
            self._set_blocked(place, blocked=False)
        place.is_started = True

    def _set_blocked(self, place: Chat, *, blocked: bool) -> None:
        before = Membership("kicked" if place.is_blocked else "member")
        place.is_blocked = blocked
        bot = next(bot for bot in self._world.bots.values() if bot.talks.get(place.id) is place)
        shapes.announce_membership(self._world, place, bot, self.account, before)


def _author(world: World, post: Post) -> Bot:
    """The bot that wrote a post; in a channel any bot that is there."""
    for bot in world.bots_in(post.chat):
        if post.sender in (bot.account, None):
            return bot
    raise AssertionError("this post is no bot's, so it has no buttons")
