"""The fake Telegram satisfies unmodified aiogram 3 as well: a second reader of the same shapes.

`test_telegram_fake_aiogram.py` runs these tests in a process of their own.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiogram
import pytest
from aiogram import Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberAdministrator,
    InaccessibleMessage,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from PIL import Image

from tests.fakes import telegram as fakes
from tests.fakes.telegram import Bot, Cut, FakeTelegram, Fault, Hang

YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Có", callback_data="yes")]])


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        made.bot()
        yield made


@asynccontextmanager
async def gram(fake: FakeTelegram, bot: Bot) -> AsyncIterator[aiogram.Bot]:
    """aiogram's bot."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(fake.url))
    async with aiogram.Bot(bot.token, session=session).context() as client:
        yield client


@pytest.fixture
async def client(fake: FakeTelegram) -> AsyncIterator[aiogram.Bot]:
    async with gram(fake, fake.bot()) as made:
        yield made


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (200, 100), "teal").save(written, "PNG")
    return written.getvalue()


async def test_every_kind_of_update_is_understood(fake: FakeTelegram, client: aiogram.Bot) -> None:
    worker = fake.person("An", username="an")
    for send in (
        worker.sticker, worker.voice, worker.video, worker.contact, worker.location, worker.poll
    ):  # fmt: skip
        await send()
    await worker.forward("chuyển", author=worker)
    await worker.say("qua bot", via="gif")
    await worker.album([picture(), picture()], "hai")
    await worker.edit(await worker.say("một"), "hai")
    await worker.block()
    group = await fake.group("Bàn", worker, fake.bot(), supergroup=False)
    await group.promote_bot()
    await worker.say("trong nhóm", to=group)
    await group.migrate()
    channel = await fake.channel("Tin", worker, fake.bot())
    await channel.post("bản tin")
    kinds = [update.event_type for update in await client.get_updates()]
    assert kinds.count("my_chat_member") == 4
    assert kinds.count("edited_message") == kinds.count("channel_post") == 1
    assert kinds.count("message") == len(kinds) - 6 == 15


async def test_a_talk_by_polling(fake: FakeTelegram, client: aiogram.Bot) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message(F.text == "/start")
    async def start(message: Message) -> None:
        await message.answer("<b>Gửi</b> chứ?", parse_mode="HTML", reply_markup=YES)

    @dispatcher.callback_query(F.data == "yes")
    async def yes(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.answer("Đã gửi")
        await query.message.edit_text("Xong")

    worker = fake.person("An")
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(
            dispatcher.start_polling(client, handle_signals=False, close_bot_session=False)
        )
        await worker.start()
        asked = await worker.hears("Gửi chứ?")
        press = await worker.press(asked, "Có")
        assert (await press.answered()).text == "Đã gửi"
        assert (await worker.hears("Xong")).before == ("Gửi chứ?",)
        await dispatcher.stop_polling()
        await polling


async def test_a_talk_by_webhook_with_a_secret(fake: FakeTelegram, client: aiogram.Bot) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"nghe: {message.text}")

    app = web.Application()
    SimpleRequestHandler(dispatcher, client, secret_token="s3cret").register(app, path="/hook")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        worker = fake.person("An")
        await client.set_webhook(url, secret_token="s3cret")
        await worker.say("một")
        assert (await worker.hears("nghe: một")).text == "nghe: một"
        assert (await client.get_webhook_info()).url == url
    finally:
        await runner.cleanup()


async def test_files_go_up_and_come_down(fake: FakeTelegram, client: aiogram.Bot) -> None:
    worker = fake.person("An")
    await worker.start()
    sent = await client.send_photo(worker.id, BufferedInputFile(picture(), "a.png"), caption="ảnh")
    assert sent.photo is not None
    down = await client.download(sent.photo[-1].file_id)
    assert down is not None
    assert down.read() == (await worker.hears("ảnh")).photo
    document = await client.send_document(worker.id, BufferedInputFile(b"%PDF-", "a.pdf"))
    assert document.document is not None
    assert document.document.file_name == "a.pdf"
    again = await client.send_document(worker.id, document.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == document.document.file_unique_id


async def test_rooms_members_topics_and_commands_are_understood(
    fake: FakeTelegram, client: aiogram.Bot
) -> None:
    officer, bot = fake.person("An"), fake.bot()
    group = await fake.group("Bàn", officer, bot, forum=True)
    await group.promote_bot("can_manage_topics")
    member = await client.get_chat_member(group.id, bot.id)
    assert isinstance(member, ChatMemberAdministrator)
    assert member.can_manage_topics
    assert len(await client.get_chat_administrators(group.id)) == 2
    assert (await client.get_chat(group.id)).is_forum
    topic = await client.create_forum_topic(group.id, "Tin 1")
    assert await client.close_forum_topic(group.id, topic.message_thread_id)
    await group.restrict_bot()
    assert (await client.get_chat_member(group.id, bot.id)).status == "restricted"
    assert await client.set_my_commands([BotCommand(command="ma", description="Mã")])
    assert [one.command for one in await client.get_my_commands()] == ["ma"]
    assert await client.leave_chat(group.id)
    assert (await client.get_me()).username == "tieng_tho_bot"


async def test_a_button_of_a_deleted_message_brings_an_inaccessible_one(
    fake: FakeTelegram, client: aiogram.Bot
) -> None:
    worker = fake.person("An")
    await worker.start()
    sent = await client.send_message(worker.id, "?", reply_markup=YES)
    shown = await worker.hears("?")
    assert await client.delete_messages(worker.id, [sent.message_id])
    await worker.press(shown, "yes", stale=True)
    query = (await client.get_updates(offset=-1))[0].callback_query
    assert query is not None
    assert isinstance(query.message, InaccessibleMessage)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (fakes.blocked(), TelegramForbiddenError),
        (fakes.too_many(3), TelegramRetryAfter),
        (fakes.migrated(-1001), TelegramMigrateToChat),
        (fakes.unauthorized(), TelegramUnauthorizedError),
        (fakes.conflict(), TelegramConflictError),
        (fakes.too_large(), TelegramEntityTooLarge),
        (fakes.server_error(), TelegramServerError),
        (fakes.Refuse(400, "Bad Request: chat not found"), TelegramBadRequest),
        (Hang(), TelegramNetworkError),
        (Cut(), TelegramNetworkError),
        (Cut(halfway=True), TelegramNetworkError),
    ],
    ids=lambda value: getattr(value, "__name__", None) or getattr(value, "description", "silence"),
)
async def test_a_fault_becomes_aiograms_error_for_it(
    fake: FakeTelegram, client: aiogram.Bot, fault: Fault, expected: type[Exception]
) -> None:
    worker = fake.person("An")
    await worker.start()
    fake.fail(fault, "sendMessage")
    with pytest.raises(expected):
        await client.send_message(worker.id, "x", request_timeout=1)
    assert (await client.send_message(worker.id, "y")).text == "y"
