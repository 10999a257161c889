"""`/thongke` in an officer's private chat: the numbers of their unit, as a picture."""

import asyncio
from datetime import datetime

from telegram import Message

from bot.channels.telegram.desk_calls import Answered, tried
from bot.channels.telegram.desk_post import Post
from bot.numbers import chat, picture
from handlers.texts import Texts
from storage.database import Database
from storage.staff import Member

COMMAND = "thongke"


async def send(
    post: Post, database: Database, texts: Texts, member: Member, typed: str, account: str,
    now: datetime,
) -> None:  # fmt: skip
    """Send the picture for the period that was `typed`, or say why there is none."""
    found = await chat.find(database, member, typed, now)
    if found is None:
        await post.write(account, texts.get("desk.numbers.chat_no"))
        return
    if found.review.says_nothing:
        await post.write(account, chat.summary(database, found, texts))
        return
    made = await asyncio.to_thread(picture.png, chat.words_of(database, found, texts), texts)

    async def send_photo() -> Message:
        return await post.line.bot.send_photo(account, made)

    if not isinstance(await tried(post.line, account, send_photo), Answered):
        await post.write(account, texts.get("desk.numbers.chat_failed"))
