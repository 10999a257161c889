"""Telegram as the desks' post: cards in groups, messages in officers' private chats, their end."""

from collections.abc import Sequence

from telegram import ForumTopic, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram import Message as TelegramMessage

from bot.channels import Refused, Sent
from bot.channels.telegram.desk_calls import Answered, scope_of, tried
from bot.channels.telegram.sending import Line
from bot.pace import Lane
from bot.postman import Barred, Lost, Posted, Result
from handlers.screens import Rendered
from handlers.texts import Texts

MARK = "d:"
"""How the data of every desk's button begins: no worker's button begins so."""
_TOPIC_LETTERS = 128


class Post:
    """The desks' post over one account. Messages have no link previews: nobody's server shall be
    asked for a page because its address stands in a text.
    """

    def __init__(self, line: Line, texts: Texts, public_url: str) -> None:
        """`public_url` may be empty: then no button leads to the web desk."""
        self.line = line
        self._texts = texts
        self._public_url = public_url

    def room(self, chat: str) -> int:
        """How many more messages and edits a group takes in this minute."""
        return self.line.pace.room(self.line.now(), scope_of(chat), Lane.TALK)

    async def post(self, chat: str, card: Rendered, handle: str, topic: str) -> Result:
        """Post a card, in a topic of its own where that is wanted and works, else flat."""
        keys = self._card_keys(card, handle)
        thread = 0
        if topic:
            opened = await self._open_topic(chat, topic)
            if not isinstance(opened, int):
                return opened
            thread = opened
        result = await self.write(chat, lines(card), keys, thread=thread)
        if thread and isinstance(result, Refused):
            # The topic was closed or deleted in between.
            thread, result = 0, await self.write(chat, lines(card), keys)
        if isinstance(result, Posted):
            return Posted(result.message, thread, flat=bool(topic) and not thread)
        return result

    async def show(self, chat: str, message: int, card: Rendered, handle: str) -> Result:
        """Let a card be shown as it is now."""
        return await self.change(chat, message, lines(card), self._card_keys(card, handle))

    async def tell(self, chat: str, told: Rendered) -> Result:
        """Post a message with the ways to the desk, that is no card."""
        result = await self.write(chat, lines(told), InlineKeyboardMarkup(self._links()))
        return Sent() if isinstance(result, Posted) else result

    async def take_away(
        self, chat: str, messages: Sequence[int], instead: Rendered, topic: int = 0
    ) -> Result:
        """Delete messages and their topic; what cannot be deleted (after 48 hours, without the
        right to) shows `instead`.
        """
        worst: Result = Sent()
        if topic:
            worst = await self._end_topic(chat, topic, lines(instead))
        for message in messages:
            result = await self._take_one(chat, message, lines(instead))
            worst = worst if isinstance(result, Sent | Lost) else result
        return worst

    async def write(
        self,
        chat: str,
        text: str,
        keys: InlineKeyboardMarkup | None = None,
        *,
        thread: int = 0,
        protected: bool = False,
    ) -> Result:
        """A new message."""

        async def send() -> TelegramMessage:
            return await self.line.bot.send_message(
                chat,
                text,
                reply_markup=keys,
                message_thread_id=thread or None,
                protect_content=protected,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )

        result = await tried(self.line, chat, send)
        return Posted(result.value.message_id) if isinstance(result, Answered) else result

    async def change(
        self, chat: str, message: int, text: str, keys: InlineKeyboardMarkup | None = None
    ) -> Result:
        """Other words and buttons in a message of ours."""

        async def edit() -> object:
            return await self.line.bot.edit_message_text(
                text,
                chat_id=chat,
                message_id=message,
                reply_markup=keys,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )

        result = await tried(self.line, chat, edit)
        return Sent() if isinstance(result, Answered) else result

    async def delete(self, chat: str, message: int) -> Result:
        """Delete one message, ours or (where the bot may) somebody's."""

        async def delete() -> object:
            return await self.line.bot.delete_message(chat, message)

        result = await tried(self.line, chat, delete)
        return Sent() if isinstance(result, Answered) else result

    async def _take_one(self, chat: str, message: int, instead: str) -> Result:
        result = await self.delete(chat, message)
        if not isinstance(result, Refused | Barred):
            return result
        changed = await self.change(chat, message, instead)
        # It stands there, else it would have been lost before: another bot of ours has posted it.
        return Barred() if isinstance(changed, Lost) else changed

    async def _end_topic(self, chat: str, topic: int, instead: str) -> Result:
        """Delete a topic with all that was written in it. Where the bot may not, it gets another
        name; but that it was opened, and how it was called then, still stands in it: Barred.
        """

        async def delete() -> object:
            return await self.line.bot.delete_forum_topic(chat, topic)

        async def rename() -> object:
            return await self.line.bot.edit_forum_topic(chat, topic, name=instead[:_TOPIC_LETTERS])

        result = await tried(self.line, chat, delete)
        if isinstance(result, Refused | Barred):
            await tried(self.line, chat, rename)
            return Barred()
        return Sent() if isinstance(result, Answered | Lost) else result

    async def _open_topic(self, chat: str, name: str) -> int | Result:
        """The number of a new topic, 0 where there can be none."""

        async def make() -> ForumTopic:
            return await self.line.bot.create_forum_topic(chat, name[:_TOPIC_LETTERS])

        result = await tried(self.line, chat, make)
        if isinstance(result, Answered):
            return result.value.message_thread_id
        return 0 if isinstance(result, Refused | Barred | Lost) else result

    def _card_keys(self, card: Rendered, handle: str) -> InlineKeyboardMarkup | None:
        pressed = [key(each.label, each.name, handle) for each in card.choices]
        return InlineKeyboardMarkup([pressed, *self._links()]) if pressed else None

    def _links(self) -> list[list[InlineKeyboardButton]]:
        """The ways to the desk: the private chat, and the web where it has a public address."""
        links = []
        try:
            private = f"https://t.me/{self.line.bot.username}?start=desk"
        except RuntimeError:
            # The library knows the bot's name only once Telegram has told it.
            private = ""
        if private:
            links.append(InlineKeyboardButton(self._texts.get("desk.chat.open_private"), private))
        if self._public_url:
            web = f"{self._public_url}/desk"
            links.append(InlineKeyboardButton(self._texts.get("desk.chat.open_web"), web))
        return [links] if links else []


def key(label: str, name: str, about: str) -> InlineKeyboardButton:
    """A button of a desk: its name, and the card's handle or the screen's number."""
    return InlineKeyboardButton(label, callback_data=f"{MARK}{name}:{about}")


def lines(rendered: Rendered) -> str:
    """A screen as one text, a saying a line."""
    return "\n".join(line.text for line in rendered.lines)
