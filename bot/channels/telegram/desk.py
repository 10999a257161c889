"""The desks' door on Telegram: a unit's group, and the officers who come to it.

Who may do what is looked up at every press, by the fingerprint of the account: never by a name, and
never by what a button says.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update

from bot.acting import act, holding_standing
from bot.attaching import Clean
from bot.channels.telegram import desk_numbers
from bot.channels.telegram.desk_post import MARK, Post, lines
from bot.channels.telegram.desk_private import Private, may_read
from bot.channels.telegram.reading import file_of
from bot.pace import ACCOUNT
from handlers.languages import Language
from handlers.moderators import chat
from handlers.moderators.actions import Claim, Offer
from handlers.moderators.chat import Listing, Looking, Pressed, Typed
from handlers.moderators.replies import not_held
from handlers.screens import Screen
from handlers.texts import Texts
from storage import audit, cases, desk_groups, desk_links, posts, units
from storage.audit import Act
from storage.cases import Refusal
from storage.database import Database
from storage.desk_groups import Trouble
from storage.staff import Member
from storage.volatile import Volatile

SEEN_SECONDS = 24 * 3600
TRIES_AN_HOUR = 10
_POP_UP_LETTERS = 200
_COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_AWAY = (ChatMember.BANNED, ChatMember.LEFT)
_ANSWER_SECONDS = 20.0
_EDITED = chat.said("edited")


class Desk:
    """Everything that officers do on Telegram."""

    def __init__(
        self,
        post: Post,
        database: Database,
        volatile: Volatile,
        texts: Texts,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        clean: Clean,
        wording: Mapping[Language, Texts] | None = None,
    ) -> None:
        """Joined by `bot/app.py`; `texts` in the language of the desks, `clean` for their files."""
        self._post = post
        self._database = database
        self._volatile = volatile
        self._texts = texts
        self._clock = clock
        self._private = Private(post, database, volatile, texts, clock, zone, clean, wording)

    async def group(self, update: Update) -> None:
        """Something happened in a group, or to the bot's place in one."""
        if update.callback_query is not None:
            await self._once(update, partial(self._answer_press, update.callback_query))
        elif update.my_chat_member is not None:
            await self._changed_place(update.my_chat_member)
        elif update.message is not None:
            await self._said_in_group(update.message)

    async def private_officer(self, update: Update) -> bool:
        """A private message or a pressed button; True when it was meant for the desk."""
        query, message = update.callback_query, update.message or update.edited_message
        if query is not None:
            if not (query.data or "").startswith(MARK):
                return False
            return await self._once(update, partial(self._pressed_in_private, query))
        if message is None:
            return False
        if await self._volatile.get("desk seen", str(update.update_id)) is not None:
            return True
        name, code = command(message)
        if name == "ketnoi" and update.message is not None:
            return await self._once(update, partial(self._link_account, message, code))
        if name == desk_numbers.COMMAND and update.message is not None:
            async with self._database.read() as tx:
                member = await desk_links.member_of(tx, str(message.chat.id))
            if member is None:
                return False
            return await self._once(update, partial(self._send_numbers, message, member, code))
        return await self._said_in_private(update, message)

    async def _send_numbers(self, message: Message, member: Member, typed: str) -> None:
        here, now = str(message.chat.id), self._clock()
        await desk_numbers.send(self._post, self._database, self._texts, member, typed, here, now)

    async def _said_in_private(self, update: Update, message: Message) -> bool:
        account, (name, rest) = str(message.chat.id), command(message)
        place = await self._private.place_of(account)
        if place is None and name != "desk" and (name, rest) != ("start", "desk"):
            return False
        officer = await self._officer(account)
        if officer is None:
            # Who may not come (any more) is a worker like everybody.
            await self._private.leave(account, aloud=False)
            return False
        if update.message is None:
            # What was typed is laid into a thread already, or asked for again.
            work: Callable[[], Awaitable[object]] = partial(self._private.say, account, _EDITED)
        elif name == "ra":
            work = partial(self._private.leave, account, aloud=True)
        elif place is None or name in ("desk", "start"):
            state = place.state if place is not None and name == "start" else Listing()
            work = partial(self._private.show, account, officer.id, state)
        elif (file := file_of(message)) is not None:
            words = message.caption or ""
            work = partial(self._private.attach, account, officer.id, place.state, file[0], words)
        else:
            typed = Typed(message.text)
            work = partial(self._private.do, account, officer.id, place.state, typed)
        return await self._once(update, work)

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

    async def _officer(self, account: str) -> Member | None:
        async with self._database.read() as tx:
            return await desk_links.officer_of(tx, account)

    async def _said_in_group(self, message: Message) -> None:
        here = str(message.chat.id)
        if message.migrate_to_chat_id is not None:
            await self._move(here, str(message.migrate_to_chat_id))
        elif message.migrate_from_chat_id is not None:
            await self._move(str(message.migrate_from_chat_id), here)
        else:
            name, code = command(message)
            if name == "ketnoi":
                await self._link_group(message, code)

    async def _move(self, old: str, new: str) -> None:
        async with self._database.write() as tx:
            await desk_groups.move(tx, old, new)

    async def _link_group(self, message: Message, code: str) -> None:
        here, now = str(message.chat.id), self._clock()
        if not await self._may_try(here):
            return
        async with self._database.write() as tx:
            group = await desk_groups.link(tx, code, here, now)
            told = chat.said("code_wrong")
            if group is not None:
                await posts.catch_up(tx, group)
                await audit.write(
                    tx, Act.LINKED, staff=None, unit=group.unit, minute=now, note="group"
                )
                told = chat.said("group_linked", unit=await units.name_of(tx, group.unit))
        await self._post.delete(here, message.message_id)
        await self._private.say(here, told)

    async def _link_account(self, message: Message, code: str) -> None:
        account, now = str(message.chat.id), self._clock()
        if not await self._may_try(account):
            return
        async with self._database.write() as tx:
            member = await desk_links.link(tx, code, account, now)
            if member is not None:
                await audit.write(tx, Act.LINKED, staff=member.id, minute=now, note="account")
        await self._post.delete(account, message.message_id)
        told = chat.said("linked", name=member.name) if member else chat.said("code_wrong")
        await self._private.say(account, told)

    async def _may_try(self, where: str) -> bool:
        """Nobody guesses codes here."""
        tries = await self._volatile.count("desk codes", where, seconds=3600)
        return tries <= TRIES_AN_HOUR

    async def _changed_place(self, changed: ChatMemberUpdated) -> None:
        """The bot was put into a group, out of it, or its rights were changed."""
        now = changed.new_chat_member
        trouble = None
        if now.status in _AWAY:
            trouble = Trouble.REMOVED
        elif now.status == ChatMember.RESTRICTED and not getattr(now, "can_send_messages", True):
            trouble = Trouble.RIGHTS
        async with self._database.write() as tx:
            group = await desk_groups.by_chat(tx, str(changed.chat.id))
            if group is not None and group.trouble is not Trouble.UNSURE:
                await desk_groups.set_trouble(tx, group.id, trouble)

    async def _answer_press(self, query: CallbackQuery) -> None:
        await self._pop_up(query, await self._pressed_in_group(query))

    async def _pressed_in_group(self, query: CallbackQuery) -> Screen:
        """What the officer, or whoever else pressed, reads in the pop-up."""
        name, handle = _data(query)
        account = str(query.from_user.id)
        here = str(query.message.chat.id) if query.message is not None else ""
        async with self._database.read() as tx:
            officer = await desk_links.officer_of(tx, account)
            group = await desk_groups.by_chat(tx, here)
            tip = await posts.by_handle(tx, group, handle) if officer and group else None
        if officer is None:
            return chat.said("outsider")
        if group is None or query.message is None:
            return chat.said("old_button")
        if tip is None:
            return chat.said("old_card")
        async with self._database.write() as tx:
            await posts.place_pressed(tx, tip, group.id, query.message.message_id)
        match name:
            case Offer.CLAIM:
                return await self._claim(officer.id, tip)
            case "read":
                return await self._read(account, officer.id, tip)
            case Offer.ASK | Offer.ANSWER | Offer.CLOSE:
                return await self._write(account, officer.id, tip, name)
            case _:
                return chat.said("old_button")

    async def _claim(self, officer: bytes, tip: bytes) -> Screen:
        async with self._database.write() as tx:
            turn = await act(tx, officer, tip, Claim(), self._clock())
        return Screen(turn.says) if turn is not None else chat.said("no_right")

    async def _read(self, account: str, officer: bytes, tip: bytes) -> Screen:
        async with self._database.read() as tx:
            seen = await cases.see(tx, officer, tip, self._clock())
            allowed = await may_read(tx, officer, tip)
        if isinstance(seen, Refusal):
            return chat.said("no_right")
        if not allowed:
            return chat.said("read_on_web")
        sent = await self._private.read(account, officer, tip)
        return chat.said("read_sent" if sent else "start_first")

    async def _write(self, account: str, officer: bytes, tip: bytes, name: str) -> Screen:
        """Let the officer write in their private chat, if the tip is theirs to write about."""
        async with self._database.read() as tx:
            seen = await cases.see(tx, officer, tip, self._clock())
            if isinstance(seen, Refusal):
                return chat.said("no_right")
            stands = await holding_standing(tx, officer, seen, self._clock())
        refused = not_held(stands)
        if refused is not None and stands.takes:
            # Where its holder was long away, or for a lead: there they may take it over.
            await self._private.show(account, officer, Looking(tip.hex()))
        if refused is not None:
            return Screen(refused.says)
        shown = await self._private.show(account, officer, chat.enter(name, tip.hex()))
        return chat.said("sent_private" if shown else "start_first")

    async def _pressed_in_private(self, query: CallbackQuery) -> None:
        name, screen = _data(query)
        account = str(query.from_user.id)
        place, officer = await self._private.place_of(account), await self._officer(account)
        if officer is None:
            await self._private.leave(account, aloud=False)
            await self._pop_up(query, chat.said("outsider"))
        elif place is None or place.screen != screen:
            await self._pop_up(query, chat.said("old_button"))
        else:
            await self._pop_up(query, None)
            await self._private.do(account, officer.id, place.state, Pressed(name))

    async def _pop_up(self, query: CallbackQuery, told: Screen | None) -> None:
        """Answer a pressed button; in the pop-up only, for the group reads everything else."""
        text = lines(self._texts.render(told))[:_POP_UP_LETTERS] if told is not None else None

        async def answer() -> bool:
            return await self._post.line.bot.answer_callback_query(
                query.id, text=text, show_alert=text is not None
            )

        await self._post.line.call(ACCOUNT, answer, patience=_ANSWER_SECONDS)


def command(message: Message) -> tuple[str, str]:
    """The command of a message and what stands behind it; both empty where it is none."""
    found = _COMMAND.fullmatch((message.text or "").strip())
    return (found[1].lower(), (found[2] or "").strip()) if found else ("", "")


def _data(query: CallbackQuery) -> tuple[str, str]:
    """The name of a desk's button, and the handle or screen that it belongs to."""
    mark, _, rest = (query.data or "").partition(":")
    name, _, about = rest.partition(":")
    return (name, about) if f"{mark}:" == MARK else ("", "")
