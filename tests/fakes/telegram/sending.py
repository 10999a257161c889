"""Methods that write into a chat, change what stands there, or take it away."""

import itertools

from tests.fakes.telegram import markup, media, shapes
from tests.fakes.telegram.call import Call
from tests.fakes.telegram.refusals import NOT_MODIFIED, QUERY_TOO_OLD, bad
from tests.fakes.telegram.world import File, Json, Media, Post, World

DELETABLE_SECONDS = 48 * 3600
ANSWERABLE_SECONDS = 150


def send_message(call: Call) -> Json:
    """`sendMessage`."""
    call.writable()
    content = call.words("text", markup.MOST_TEXT)
    if "text" not in content:
        raise bad("message text is empty")
    return _write(call, content, None)


def send_photo(call: Call) -> Json:
    """`sendPhoto`, by upload or by a file id."""
    call.writable()
    content = call.words("caption", markup.MOST_CAPTION)
    given = _given(call, "photo")
    if isinstance(given, bytes):
        return _write(call, content, media.photo(call.world, given))
    return _write(call, content, _again(call.world, given, "photo"))


def send_document(call: Call) -> Json:
    """`sendDocument`, by upload or by a file id; the bytes stay as they are."""
    call.writable()
    content = call.words("caption", markup.MOST_CAPTION)
    given = _given(call, "document")
    if isinstance(given, File):
        return _write(call, content, _again(call.world, given, "document"))
    upload = call.uploads[_field(call, "document")]
    facts = {"file_name": upload.name, "mime_type": upload.content_type}
    kept = media.single(call.world, "document", given, "documents/file_{}", facts)
    return _write(call, content, kept)


def copy_message(call: Call) -> Json:
    """`copyMessage`: the same words and media without a link to where they came from."""
    call.writable()
    source = call.find_chat(call.parameters.get("from_chat_id"))
    post = call.post(source, "copy")
    if post.is_service:
        raise bad("message can't be copied")
    names = ("text", "entities", "caption", "caption_entities", "contact", "location")
    content = {name: post.content[name] for name in names if name in post.content}
    if "caption" in call.parameters:
        content |= call.words("caption", markup.MOST_CAPTION)
    return {"message_id": _write(call, content, post.media)["message_id"]}


def send_chat_action(call: Call) -> bool:
    """`sendChatAction`: it shows nothing here."""
    call.writable()
    return True


def edit_text(call: Call) -> Json:
    """`editMessageText`."""
    post = _editable(call)
    content = call.words("text", markup.MOST_TEXT)
    if "text" not in content:
        raise bad("message text is empty")
    if "text" not in post.content:
        raise bad("there is no text in the message to edit")
    return _change(call, post, content, ("text", "entities"))


def edit_caption(call: Call) -> Json:
    """`editMessageCaption`."""
    post = _editable(call)
    if post.media is None:
        raise bad("there is no caption in the message to edit")
    content = call.words("caption", markup.MOST_CAPTION)
    return _change(call, post, content, ("caption", "caption_entities"))


def edit_keyboard(call: Call) -> Json:
    """`editMessageReplyMarkup`."""
    return _change(call, _editable(call), {}, ())


def delete(call: Call) -> bool:
    """`deleteMessage`."""
    place = call.chat()
    _delete(call, call.post(place, "delete"))
    return True


def delete_many(call: Call) -> bool:
    """`deleteMessages`: 1 to 100; what is not there or may not go is passed over."""
    place = call.chat()
    numbers = call.json("message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad("too many message identifiers specified")
    for number in numbers:
        post = place.posts.get(int(number))
        if post is not None and not post.is_deleted and _why_kept(call, post) is None:
            post.is_deleted = True
    return True


def answer_query(call: Call) -> bool:
    """`answerCallbackQuery`: once, within the life of the query."""
    query = call.bot.queries.get(call.text("callback_query_id"))
    if query is None or query.answer is not None:
        raise bad(QUERY_TOO_OLD)
    if call.world.clock() - query.at > ANSWERABLE_SECONDS:
        raise bad(QUERY_TOO_OLD)
    if len(call.text("text")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answer = {"text": call.text("text"), "show_alert": call.flag("show_alert")}
    return True


def _write(call: Call, content: Json, carried: Media | None) -> Json:
    place = call.writable()
    given = call.json("reply_markup")
    if call.flag("protect_content"):
        content = content | {"has_protected_content": True}
    sender = None if place.kind == "channel" else call.bot.account
    thread, reply_to = call.thread(place), call.answered(place)
    post = call.world.add_post(
        place,
        sender,
        content,
        media=carried,
        keyboard=markup.keyboard(given),
        reply_keyboard=markup.reply_keyboard(given),
        thread=thread,
        reply_to=reply_to,
    )
    return shapes.message(call.bot, post)


def _field(call: Call, name: str) -> str:
    """The field in which a file was uploaded: its own, or the one it is attached as."""
    return call.text(name).removeprefix("attach://") if name not in call.uploads else name


def _given(call: Call, name: str) -> bytes | File:
    """What was uploaded, or the file that an id means. Raises Refusal."""
    field = _field(call, name)
    if field in call.uploads:
        if not call.uploads[field].data:
            raise bad("file must be non-empty")
        return call.uploads[field].data
    if not call.text(name):
        raise bad(f"there is no {name} in the request")
    unique = shapes.unique_of(call.bot, call.text(name))
    file = call.world.files.get(unique or "")
    if file is None:
        raise bad("wrong file identifier/HTTP URL specified")
    return file


def _again(world: World, file: File, kind: str) -> Media:
    """A file that Telegram has already, sent once more."""
    talks = (talk for bot in world.bots.values() for talk in bot.talks.values())
    for place in itertools.chain(world.rooms.values(), talks):
        for post in place.posts.values():
            if post.media is not None and file in post.media.files:
                if post.media.kind != kind:
                    raise bad(f"can't use file of type {post.media.kind} as {kind}")
                return post.media
    raise bad("wrong file identifier/HTTP URL specified")


def _editable(call: Call) -> Post:
    place = call.chat()
    post = call.post(place, "edit")
    own = post.sender is call.bot.account or place.kind == "channel"
    if not own or post.is_service:
        raise bad("message can't be edited")
    return post


def _change(call: Call, post: Post, content: Json, replaced: tuple[str, ...]) -> Json:
    """Put new words and a new keyboard in; without `reply_markup` the keyboard goes."""
    keyboard = markup.keyboard(call.json("reply_markup"))
    rest = {name: value for name, value in post.content.items() if name not in replaced}
    changed = rest | content
    if changed == post.content and keyboard == post.keyboard:
        raise bad(NOT_MODIFIED)
    if changed != post.content:
        post.before.append(post.words)
        post.edit_date = int(call.world.clock())
    post.content, post.keyboard = changed, keyboard
    return shapes.message(call.bot, post)


def _delete(call: Call, post: Post) -> None:
    why = _why_kept(call, post)
    if why is not None:
        raise bad(why)
    post.is_deleted = True


def _why_kept(call: Call, post: Post) -> str | None:
    """Why the bot may not delete this, or None."""
    rights = post.chat.membership(call.bot.account).rights
    is_old = call.world.clock() - post.date >= DELETABLE_SECONDS
    if "forum_topic_created" in post.content:
        return "message can't be deleted"
    if post.chat.person is not None:
        return "message can't be deleted for everyone" if is_old else None
    if "can_delete_messages" in rights:
        return None
    if post.sender is not call.bot.account:
        return "message can't be deleted"
    return "message can't be deleted for everyone" if is_old else None
