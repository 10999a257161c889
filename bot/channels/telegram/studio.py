"""The studio's door on Telegram: `/studio` in a private chat, codes of channels and groups.

Who may do what is looked up at every press, by the fingerprint of the account.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from telegram import CallbackQuery, ChatMember, Message, Update
from telegram.constants import ChatType

from bot.broadcasting import Ground
from bot.channels.telegram import NAME
from bot.channels.telegram.desk import SEEN_SECONDS, TRIES_AN_HOUR, command
from bot.channels.telegram.desk_calls import Answered, tried
from bot.channels.telegram.desk_post import Post, lines
from bot.channels.telegram.sending import Line
from bot.channels.telegram.studio_late import LATE, Late
from bot.channels.telegram.studio_private import MARK, Private
from bot.channels.telegram.studio_telling import Telling
from bot.pace import ACCOUNT
from bot.postman import Posted
from handlers.broadcasters.chat import Listing
from handlers.screens import Screen, say
from handlers.texts import Texts
from storage import accounts, audit, desk_codes, desk_links, outlets, units
from storage.audit import Act
from storage.database import Database
from storage.desk_codes import CodeKind
from storage.staff import Member
from storage.volatile import Volatile

_POP_UP_LETTERS = 200
_ANSWER_SECONDS = 20.0


class Studio:
    """Everything that broadcasters do on Telegram. Both doors say whether it was meant for them."""

    def __init__(
        self, post: Post, database: Database, volatile: Volatile, texts: Texts, ground: Ground
    ) -> None:
        """Joined by `bot/app.py`; `texts` in the language of the desks."""
        self._post = post
        self._database = database
        self._volatile = volatile
        self._texts = texts
        self._ground = ground
        self._private = Private(post, database, volatile, texts, ground)
        self.late = Late(post, database, texts, ground)
        self._telling = Telling(post, database, texts, ground)

    async def ask_late(self) -> None:
        """Ask the authors of what is late, each once."""
        await self.late.ask()

    async def tell_authors(self) -> None:
        """Tell authors what expires soon, and what was not sent for a law has changed."""
        await self._telling.tell()

    async def group(self, update: Update) -> bool:
        """Something happened in a group, or a code stands in a channel."""
        message = update.message or update.channel_post
        if message is None:
            return False
        if message.migrate_to_chat_id is not None:
            await self._move(str(message.chat.id), str(message.migrate_to_chat_id))
            return False
        name, code = command(message)
        in_channel = message.chat.type == ChatType.CHANNEL
        # In a group a wrong code is counted and answered by the desk, which looks after this.
        is_code = name == "ketnoi" and await self._holds(message, code, count=in_channel)
        if is_code:
            await self._link(message, code)
        elif name == "ketnoi" and in_channel:
            await self._post.delete(str(message.chat.id), message.message_id)
        return is_code or in_channel

    async def private(self, update: Update) -> bool:
        """A private message or a pressed button."""
        query, message = update.callback_query, update.message
        if query is not None:
            if not (query.data or "").startswith(MARK):
                return False
            return await self._once(update, partial(self._pressed, query))
        if message is None or command(message)[0] != "studio":
            return False
        account = str(message.chat.id)
        member = await self._member(account)
        if member is None:
            # Who may not come is a worker like everybody.
            return False
        return await self._once(update, partial(self._private.show, account, member.id, Listing()))

    async def _pressed(self, query: CallbackQuery) -> None:
        account = str(query.from_user.id)
        name, _, screen = (query.data or "").removeprefix(MARK).partition(":")
        member, state = await self._member(account), await self._private.state_of(account, screen)
        if member is None:
            await self._pop_up(query, "outsider")
        elif name.startswith(LATE):
            await self._pop_up(query, "")
            await self.late.press(account, member.id, name)
        elif state is None:
            await self._pop_up(query, "old_button")
        else:
            await self._pop_up(query, "")
            await self._private.do(account, member.id, state, name)

    async def _member(self, account: str) -> Member | None:
        async with self._database.read() as tx:
            member = await desk_links.member_of(tx, account)
        return member if member is not None and member.broadcasts else None

    async def _once(self, update: Update, work: Callable[[], Awaitable[object]]) -> bool:
        """Do it unless this update was here before; what failed may come again."""
        seen = str(update.update_id)
        if await self._volatile.add("desk seen", seen, seconds=SEEN_SECONDS):
            try:
                await work()
            except BaseException:
                await self._volatile.drop("desk seen", seen)
                raise
        return True

    async def _move(self, old: str, new: str) -> None:
        async with self._database.write() as tx:
            account = await accounts.by_name(tx, NAME)
            if account is not None:
                await outlets.move(tx, account.id, old, new)

    async def _holds(self, message: Message, code: str, *, count: bool) -> bool:
        """Whether the code is an outlet's. Nobody guesses codes here."""
        here = str(message.chat.id)
        if count:
            tries = await self._volatile.count("desk codes", here, seconds=3600)
        else:
            tries = int(await self._volatile.get("desk codes", here) or 0) + 1
        if tries > TRIES_AN_HOUR:
            return False
        async with self._database.read() as tx:
            return await desk_codes.holds(tx, CodeKind.OUTLET, code, self._ground.clock())

    async def _link(self, message: Message, code: str) -> None:
        here, now = message.chat, self._ground.clock()
        address, in_channel = str(here.id), here.type == ChatType.CHANNEL
        may_post = await self._may_post(address)
        told = say("studio.chat.not_administrator")
        if may_post:
            async with self._database.write() as tx:
                unit = await desk_codes.use(tx, CodeKind.OUTLET, code, now)
                if unit is None:
                    return
                token = self._post.line.bot.token
                account = (await accounts.ensure_first(tx, NAME, token)).id
                kind = "channel" if in_channel else "group"
                made = await outlets.add(tx, account, unit, kind, address, here.title or kind)
                await audit.write(
                    tx,
                    Act.OUTLET_LINKED,
                    staff=None,
                    unit=unit,
                    minute=now,
                    note=f"{kind} {made.id}",
                )
                told = say("studio.chat.linked", unit=await units.name_of(tx, unit))
        await self._post.delete(address, message.message_id)
        if not in_channel:
            # A channel's readers are told nothing; whoever posted the code sees it on the web.
            await self._post.write(address, lines(self._texts.render(Screen((told,)))))

    async def _may_post(self, address: str) -> bool:
        bot = self._post.line.bot

        async def look() -> ChatMember:
            return await bot.get_chat_member(address, bot.id)

        result = await tried(self._post.line, address, look)
        if not isinstance(result, Answered):
            return False
        administers = result.value.status in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)
        return administers and getattr(result.value, "can_post_messages", None) is not False

    async def _pop_up(self, query: CallbackQuery, key: str) -> None:
        text = self._texts.get(f"studio.chat.{key}")[:_POP_UP_LETTERS] if key else None

        async def answer() -> bool:
            return await self._post.line.bot.answer_callback_query(
                query.id, text=text, show_alert=text is not None
            )

        await self._post.line.call(ACCOUNT, answer, patience=_ANSWER_SECONDS)


def whispering(line: Line, texts: Texts) -> Callable[[str, tuple[str, ...]], Awaitable[bool]]:
    """What the pages send a test with: some messages to one private chat."""
    post = Post(line, texts, "")

    async def whisper(account: str, told: tuple[str, ...]) -> bool:
        return all([isinstance(await post.write(account, each), Posted) for each in told])

    return whisper
