"""The fake Telegram behaves like the real one towards unmodified PTB: talk, screen and rooms."""

import io
from collections.abc import AsyncIterator

import pytest
import telegram
from PIL import Image
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.fakes.telegram import Bot, Clock, FakeTelegram, PopUp
from tests.fakes.telegram_clients import ptb

YES_NO = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("Có", callback_data="yes"),
            InlineKeyboardButton("Không", callback_data="no"),
        ]
    ]
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        made.bot()
        yield made


@pytest.fixture(params=["httpx", "json"])
async def client(fake: FakeTelegram, request: pytest.FixtureRequest) -> AsyncIterator[telegram.Bot]:
    async with ptb(fake, fake.bot(), request.param) as made:
        yield made


@pytest.fixture
def bot(fake: FakeTelegram) -> Bot:
    return fake.bot()


def picture(width: int = 400, height: int = 300, colour: str = "teal") -> bytes:
    """A JPEG that says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "A telling camera"
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG", exif=exif)
    return written.getvalue()


async def updates(client: telegram.Bot, offset: int = 0) -> tuple[Update, ...]:
    return await client.get_updates(offset=offset, timeout=2)


async def test_a_message_arrives_with_everything_that_telegram_tells(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An", last_name="Lê", username="an_le", language="vi")
    await worker.say("/start abc 🙂 https://vidu.vn")
    (update,) = await updates(client)
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert message.from_user.to_dict() == {
        "id": worker.id,
        "is_bot": False,
        "first_name": "An",
        "last_name": "Lê",
        "username": "an_le",
        "language_code": "vi",
    }
    assert message.chat.id == worker.id
    assert message.chat.type == "private"
    assert abs(message.date.timestamp() - fake.clock()) < 5
    assert message.parse_entities() == {
        message.entities[0]: "/start",
        message.entities[1]: "https://vidu.vn",
    }


async def test_the_bot_knows_itself(client: telegram.Bot, bot: Bot) -> None:
    assert client.id == bot.id
    assert client.username == "tieng_tho_bot"


async def test_updates_stay_until_a_higher_offset_confirms_them(
    fake: FakeTelegram, client: telegram.Bot, bot: Bot
) -> None:
    worker = fake.person("An")
    for number in range(3):
        await worker.say(str(number))
    first = await updates(client)
    assert [one.message.text for one in first if one.message] == ["0", "1", "2"]
    # Asked again at once with the same offset, Telegram gives only one.
    again = await updates(client)
    assert [one.update_id for one in again] == [first[0].update_id]
    rest = await updates(client, first[1].update_id)
    assert [one.update_id for one in rest] == [first[1].update_id, first[2].update_id]
    assert len(bot.inbox.waiting) == 2


async def test_only_the_kinds_that_were_allowed_arrive(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    assert await client.get_updates(timeout=0, allowed_updates=["edited_message"]) == ()
    await worker.edit(await worker.say("/mot"), "hai /ba")
    (update,) = await updates(client)
    assert update.edited_message is not None
    assert update.edited_message.text == "hai /ba"
    assert list(update.edited_message.parse_entities().values()) == ["/ba"]
    assert update.edited_message.edit_date is not None


async def test_messages_wait_a_day_and_pressed_buttons_150_seconds() -> None:
    clock = Clock(running=False)
    async with FakeTelegram(clock=clock) as fake, ptb(fake, fake.bot()) as client:
        worker = fake.person("An")
        await worker.say("xin chào")
        asked = await client.send_message(worker.id, "?", reply_markup=YES_NO)
        await worker.press(fake.bot().talks[worker.id].posts[asked.message_id], "yes")
        clock.forward(151)
        (update,) = await updates(client)
        assert update.message is not None
        clock.forward(24 * 3600)
        assert await client.get_updates(offset=0, timeout=0) == ()


async def test_a_pressed_button_is_answered_once_and_the_person_sees_the_pop_up(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    await worker.start()
    await client.send_message(worker.id, "Gửi chứ?", reply_markup=YES_NO)
    asked = await worker.hears("Gửi chứ?")
    assert asked.labels == ("Có", "Không")
    press = await worker.press(asked, "Không")
    assert press.pop_up is None
    query = (await updates(client))[-1].callback_query
    assert query is not None
    assert query.data == "no"
    assert query.chat_instance
    assert isinstance(query.message, telegram.Message)
    assert query.message.message_id == asked.id
    await query.answer("Đã hủy", show_alert=True)
    assert await press.answered() == PopUp("Đã hủy", is_alert=True)
    assert worker.pop_ups() == (PopUp("Đã hủy", is_alert=True),)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_a_press_is_answered_too_late_after_150_seconds() -> None:
    clock = Clock(running=False)
    async with FakeTelegram(clock=clock) as fake, ptb(fake, fake.bot()) as client:
        worker = fake.person("An")
        await worker.start()
        await client.send_message(worker.id, "?", reply_markup=YES_NO)
        await worker.press(await worker.hears("?"), "yes")
        query = (await updates(client))[-1].callback_query
        assert query is not None
        clock.forward(151)
        with pytest.raises(BadRequest, match="Query is too old"):
            await query.answer("muộn")
        assert worker.pop_ups() == ()


async def test_a_person_can_press_only_what_stands_there_unless_the_screen_is_old(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    await worker.start()
    sent = await client.send_message(worker.id, "?", reply_markup=YES_NO)
    await sent.edit_text("Xong")
    done = await worker.hears("Xong")
    assert (done.before, done.is_edited, done.labels) == (("?",), True, ())
    with pytest.raises(AssertionError, match="no button"):
        await worker.press(done, "yes")
    await worker.press(done, "yes", stale=True)
    query = (await updates(client))[-1].callback_query
    assert query is not None
    assert query.data == "yes"
    worker.delete(done)
    await worker.press(done, "no", stale=True)
    late = (await client.get_updates(offset=-1))[0].callback_query
    assert late is not None
    # Telegram's inaccessible message; PTB makes a Message of 1970 out of it.
    assert late.message is not None
    assert late.message.date.timestamp() == 0


async def test_html_becomes_entities_and_the_length_counts_what_is_shown(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    await worker.start()
    sent = await client.send_message(
        worker.id,
        "  🙂 <b>đậm <i>nghiêng</i></b> &lt;<a href='https://vidu.vn/'>nơi</a>&#33;\n",
        parse_mode="HTML",
    )
    assert sent.text == "🙂 đậm nghiêng <nơi!"
    assert sent.parse_entities() == dict(
        zip(sent.entities, ["đậm nghiêng", "nghiêng", "nơi"], strict=True)
    )
    assert sent.text_html == (
        '🙂 <b>đậm <i>nghiêng</i></b> &lt;<a href="https://vidu.vn/">nơi</a>!'
    )
    await client.send_message(worker.id, f"<b>{'đ' * 4096}</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Message is too long"):
        await client.send_message(worker.id, "đ" * 4097)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é</b>", "Unexpected end tag at byte offset 2"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a <blink>x</blink>", 'Unsupported start tag "blink" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ],
)
async def test_broken_html_is_refused_in_telegrams_words(
    fake: FakeTelegram, source: str, why: str
) -> None:
    worker = fake.person("An")
    await worker.start()
    async with ptb(fake, fake.bot()) as client:
        with pytest.raises(BadRequest) as refused:
            await client.send_message(worker.id, source, parse_mode="HTML")
    assert refused.value.message == f"Can't parse entities: {why.lower()}"


async def test_what_telegram_does_not_take_is_refused(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    await worker.start()

    def keyboard(data: str, count: int = 1) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup.from_column(
            [InlineKeyboardButton("x", callback_data=data)] * count
        )

    async def send(text: str, markup: InlineKeyboardMarkup | None = None) -> None:
        await client.send_message(worker.id, text, reply_markup=markup)

    await send("vừa", keyboard("ă" * 32))
    for text, markup, why in [
        (" \n", None, "Message text is empty"),
        ("x", keyboard("ă" * 33), "Button_data_invalid"),
        ("x", keyboard("a", 101), "Reply markup is too long"),
    ]:
        with pytest.raises(BadRequest, match=why):
            await send(text, markup)
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.send_message(12345, "x")
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await client.send_message(worker.id, "x", reply_to_message_id=9999)


async def test_edits_need_a_change_an_own_message_and_a_message(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    incoming = await worker.start()
    sent = await client.send_message(worker.id, "một", reply_markup=YES_NO)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("một", reply_markup=YES_NO)
    await sent.edit_reply_markup(None)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup(None)
    changed = await sent.edit_text("hai")
    assert isinstance(changed, telegram.Message)
    assert changed.edit_date is not None
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await client.edit_message_text("x", worker.id, incoming.id)
    await sent.delete()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sent.edit_text("ba")
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await sent.delete()
    gone = worker.sees(with_deleted=True)[-1]
    assert (gone.text, gone.is_deleted) == ("hai", True)
    assert [one.text for one in worker.sees()] == ["/start"]


async def test_both_sides_of_a_talk_can_be_deleted_for_48_hours() -> None:
    clock = Clock(running=False)
    async with FakeTelegram(clock=clock) as fake, ptb(fake, fake.bot()) as client:
        worker = fake.person("An")
        old = await worker.say("cũ")
        clock.forward(48 * 3600)
        new = await worker.say("mới")
        sent = await client.send_message(worker.id, "trả lời")
        assert await client.delete_messages(worker.id, [old.id, new.id, sent.message_id, 999])
        assert [one.text for one in worker.sees()] == ["cũ"]
        with pytest.raises(BadRequest, match="can't be deleted for everyone"):
            await client.delete_message(worker.id, old.id)


async def test_a_photo_loses_its_metadata_and_is_sent_again_by_its_number(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    await worker.photo(picture(1600, 900), "cửa khóa")
    (update,) = await updates(client)
    assert update.message is not None
    assert update.message.caption == "cửa khóa"
    sizes = update.message.photo
    assert [(size.width, size.height) for size in sizes][-1] == (1600, 900)
    assert len({size.file_unique_id for size in sizes}) == len(sizes) == 5
    file = await client.get_file(sizes[-1].file_id)
    data = bytes(await file.download_as_bytearray())
    assert b"telling" not in data
    assert Image.open(io.BytesIO(data)).size == (1600, 900)
    again = await client.send_photo(
        worker.id, sizes[-1].file_id, caption="<b>y</b>", parse_mode="HTML"
    )
    assert again.photo[-1].file_unique_id == sizes[-1].file_unique_id
    assert (await worker.hears("y")).photo == data


async def test_uploads_arrive_with_their_bytes(fake: FakeTelegram, client: telegram.Bot) -> None:
    worker = fake.person("An")
    await worker.start()
    sent = await client.send_photo(worker.id, picture(), protect_content=True)
    assert sent.has_protected_content
    seen = await worker.hears()
    assert seen.is_protected
    assert seen.photo is not None
    assert b"telling" not in seen.photo
    await client.send_document(worker.id, b"%PDF-", filename="a.pdf", caption="tệp")
    assert (await worker.hears("tệp")).file == b"%PDF-"
    assert fake.calls("sendDocument")[0].files == {"document": b"%PDF-"}
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await client.send_photo(worker.id, b"no picture")
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await client.send_photo(worker.id, "AgACnothing")


async def test_a_file_number_is_good_for_one_bot_and_its_link_for_an_hour() -> None:
    clock = Clock(running=False)
    async with FakeTelegram(clock=clock) as fake:
        one, other = fake.bot("mot_bot"), fake.bot("hai_bot")
        worker = fake.person("An")
        await worker.document(b"data", to=one)
        async with ptb(fake, one) as client, ptb(fake, other) as stranger:
            (update,) = await updates(client)
            assert update.message is not None
            assert update.message.document is not None
            number = update.message.document.file_id
            with pytest.raises(BadRequest, match="Wrong file_id"):
                await stranger.get_file(number)
            file = await client.get_file(number)
            assert bytes(await file.download_as_bytearray()) == b"data"
            clock.forward(3601)
            with pytest.raises(telegram.error.TelegramError):
                await file.download_as_bytearray()


async def test_every_kind_of_message_can_be_read(fake: FakeTelegram, client: telegram.Bot) -> None:
    worker = fake.person("An")
    for send in (
        worker.sticker, worker.voice, worker.video, worker.contact, worker.location, worker.poll
    ):  # fmt: skip
        await send()
    await worker.forward("chuyển", author=fake.person("Bình"))
    await worker.forward("chuyển", author="Người ẩn")
    await worker.say("qua bot", via="gif")
    await worker.photo(b"nonsense", raw=True)
    await worker.album([picture(), picture(colour="red")], "hai ảnh")
    fake.deliver({"a_kind_of_tomorrow": {"x": 1}})
    messages = [update.message for update in await updates(client)]
    kinds = "sticker voice video contact location poll forward_origin forward_origin via_bot photo"
    for message, kind in zip(messages, kinds.split(), strict=False):
        assert message is not None
        assert getattr(message, kind), kind
    first, second = messages[-3], messages[-2]
    assert first is not None
    assert second is not None
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption) == ("hai ảnh", None)
    assert messages[-1] is None


async def test_who_blocks_the_bot_is_not_reached_until_they_write_again(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker, stranger, gone = fake.person("An"), fake.person("Bình"), fake.person("Chi")
    await worker.start()
    await gone.start()
    await fake.group("Nhóm", stranger, fake.bot())
    await worker.block()
    changes = [update.my_chat_member for update in await updates(client)]
    assert changes[-1] is not None
    assert changes[-1].new_chat_member.status == "kicked"
    gone.deactivate()
    for person, why in [
        (worker, "bot was blocked by the user"),
        (stranger, "bot can't initiate conversation with a user"),
        (gone, "user is deactivated"),
    ]:
        with pytest.raises(Forbidden, match=why):
            await client.send_message(person.id, "x")
    await worker.say("quay lại")
    await client.send_message(worker.id, "chào")
    assert (await worker.hears("chào")).text == "chào"


async def test_a_group_shows_a_shy_bot_only_what_is_meant_for_it(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    officer, bot = fake.person("An"), fake.bot()
    group = await fake.group("Bàn", officer, bot)
    await officer.say("chuyện riêng", to=group)
    await officer.say("/desk@other_bot", to=group)
    await officer.say("/desk", to=group)
    sent = await client.send_message(group.id, "thẻ")
    await officer.say("xem rồi", to=group, reply_to=group.holds()[-1])
    await group.promote_bot("can_delete_messages")
    await officer.say("giờ bot đọc hết", to=group)
    got = await updates(client)
    texts = [update.message.text for update in got if update.message and update.message.text]
    assert texts == ["/desk", "xem rồi", "giờ bot đọc hết"]
    assert got[0].my_chat_member is not None
    assert got[1].message is not None
    assert [user.id for user in got[1].message.new_chat_members] == [bot.id]
    replies = [update.message.reply_to_message for update in got if update.message]
    assert sent.message_id in [reply.message_id for reply in replies if reply]


async def test_rights_in_a_group_are_told_and_enforced(
    fake: FakeTelegram, client: telegram.Bot, bot: Bot
) -> None:
    officer, other = fake.person("An"), fake.person("Bình")
    group = await fake.group("Bàn", officer, bot, other, supergroup=True)
    said = await other.say("x", to=group)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await client.delete_message(group.id, said.id)
    await group.promote_bot("can_delete_messages", "can_manage_topics")
    member = await client.get_chat_member(group.id, bot.id)
    assert isinstance(member, telegram.ChatMemberAdministrator)
    assert (member.can_delete_messages, member.can_pin_messages) == (True, False)
    assert await client.delete_message(group.id, said.id)
    admins = await client.get_chat_administrators(group.id)
    assert {admin.user.id for admin in admins} == {officer.id, bot.id}
    assert (await client.get_chat_member(group.id, other.id)).status == "member"
    assert await client.get_chat_member_count(group.id) == 3
    chat = await client.get_chat(group.id)
    assert (chat.title, chat.type, chat.is_forum) == ("Bàn", "supergroup", None)
    await group.demote_bot()
    group.silence()
    with pytest.raises(BadRequest, match="Not enough rights to send text messages"):
        await client.send_message(group.id, "x")
    await group.kick_bot()
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await client.send_message(group.id, "x")
    await group.add(bot)
    group.silence(on=False)
    assert await client.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await client.send_message(group.id, "x")


async def test_a_group_becomes_a_supergroup_under_a_new_number(
    fake: FakeTelegram, client: telegram.Bot, bot: Bot
) -> None:
    officer = fake.person("An")
    group = await fake.group("Bàn", officer, bot, supergroup=False)
    old = group.id
    new = await group.migrate()
    with pytest.raises(ChatMigrated) as moved:
        await client.send_message(old, "x")
    assert moved.value.new_chat_id == new == group.id
    messages = [update.message for update in await updates(client) if update.message]
    assert [message.migrate_to_chat_id for message in messages if message.chat.id == old][-1] == new
    assert messages[-1].migrate_from_chat_id == old
    await client.send_message(new, "y")
    assert group.holds()[-1].text == "y"


async def test_topics_of_a_forum_open_close_and_vanish(
    fake: FakeTelegram, client: telegram.Bot, bot: Bot
) -> None:
    officer = fake.person("An")
    group = await fake.group("Bàn", officer, bot)
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await client.create_forum_topic(group.id, "Tin 1")
    await group.set_forum(on=True)
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await client.create_forum_topic(group.id, "Tin 1")
    await group.promote_bot("can_manage_topics")
    topic = await client.create_forum_topic(group.id, "Tin 1")
    number = topic.message_thread_id
    sent = await client.send_message(group.id, "thẻ", message_thread_id=number)
    assert (sent.message_thread_id, sent.is_topic_message) == (number, True)
    assert [one.text for one in officer.sees(group, topic=number)] == ["", "thẻ"]
    assert await client.edit_forum_topic(group.id, number, name="Tin 1 ✓")
    assert await client.close_forum_topic(group.id, number)
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await client.close_forum_topic(group.id, number)
    await client.send_message(group.id, "còn viết được", message_thread_id=number)
    await group.demote_bot()
    with pytest.raises(BadRequest, match="Topic_closed"):
        await client.send_message(group.id, "x", message_thread_id=number)
    group.delete_topic(number)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await client.send_message(group.id, "x", message_thread_id=number)
    assert officer.sees(group, topic=number) == ()


async def test_commands_are_kept_per_language_and_scope(client: telegram.Bot) -> None:
    vietnamese = [BotCommand("baotin", "Báo tin")]
    await client.set_my_commands(vietnamese)
    await client.set_my_commands([BotCommand("baotin", "File a tip")], language_code="en")
    await client.set_my_commands([BotCommand("desk", "Desk")], scope=BotCommandScopeAllGroupChats())
    assert await client.get_my_commands() == tuple(vietnamese)
    assert (await client.get_my_commands(language_code="en"))[0].description == "File a tip"
    assert (await client.get_my_commands(scope=BotCommandScopeAllGroupChats()))[0].command == "desk"
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await client.set_my_commands([("Báo", "x")])
    await client.set_my_description("Kênh báo tin")
    assert (await client.get_my_description()).description == "Kênh báo tin"


async def test_copies_know_nothing_of_their_origin_and_keyboards_of_letters_show(
    fake: FakeTelegram, client: telegram.Bot
) -> None:
    worker = fake.person("An")
    said = await worker.say("nguyên văn")
    copy = await client.copy_message(worker.id, worker.id, said.id)
    assert (await worker.hears("nguyên văn")).id == copy.message_id
    await client.send_message(worker.id, "chọn", reply_markup=ReplyKeyboardMarkup([["Một", "Hai"]]))
    assert worker.reply_keyboard() == ("Một", "Hai")


async def test_a_channels_posts_come_from_nobody(
    fake: FakeTelegram, client: telegram.Bot, bot: Bot
) -> None:
    channel = await fake.channel("Tin", fake.person("An"), bot)
    await channel.post("bản tin")
    posts = [update.channel_post for update in await updates(client) if update.channel_post]
    assert (posts[0].text, posts[0].from_user) == ("bản tin", None)
    await client.send_message(channel.id, "của bot")
    assert [one.text for one in channel.holds()] == ["bản tin", "của bot"]
