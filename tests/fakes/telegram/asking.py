"""Methods about chats, members and topics, and about the bot itself."""

from tests.fakes.telegram import media, shapes
from tests.fakes.telegram.call import Call
from tests.fakes.telegram.refusals import bad
from tests.fakes.telegram.world import Chat, Json, Membership, Topic

LINK_SECONDS = 3600
_TEXTS = {"description": 512, "short_description": 120, "name": 64}


def get_me(call: Call) -> Json:
    """`getMe`."""
    return shapes.me(call.bot)


def get_chat(call: Call) -> Json:
    """`getChat`."""
    return shapes.full_chat(call.chat())


def get_member(call: Call) -> Json:
    """`getChatMember`."""
    place = call.chat()
    account = call.world.accounts.get(call.integer("user_id"))
    if account is None:
        raise bad("invalid user_id specified")
    if place.person is not None:
        known = Membership("member" if account in (place.person, call.bot.account) else "left")
        return shapes.member(account, known)
    return shapes.member(account, place.membership(account))


def get_administrators(call: Call) -> list[Json]:
    """`getChatAdministrators`: the bots among them only when asked by that bot itself."""
    place = call.chat()
    if place.person is not None:
        raise bad("there are no administrators in the private chat")
    listed = []
    for number, membership in place.members.items():
        account = call.world.accounts[number]
        if membership.status not in ("creator", "administrator"):
            continue
        if not account.is_bot or account is call.bot.account:
            listed.append(shapes.member(account, membership))
    return listed


def count_members(call: Call) -> int:
    """`getChatMemberCount`."""
    place = call.chat()
    if place.person is not None:
        return 2
    return sum(membership.is_inside for membership in place.members.values())


def leave(call: Call) -> bool:
    """`leaveChat`."""
    place = call.chat()
    if place.person is not None:
        raise bad("chat member status can't be changed in private chats")
    before = place.membership(call.bot.account)
    place.members[call.bot.id] = Membership("left")
    shapes.announce_membership(call.world, place, call.bot, call.bot.account, before)
    return True


def create_topic(call: Call) -> Json:
    """`createForumTopic`."""
    place = _forum(call, "not enough rights to create a topic")
    name = call.text("name").strip()
    if not name:
        raise bad("topic name must be non-empty")
    color = call.integer("icon_color", 7322096)
    made = {"forum_topic_created": {"name": name[:128], "icon_color": color}}
    post = call.world.add_post(place, call.bot.account, made, is_service=True)
    post.thread = post.id
    place.topics[post.id] = Topic(post.id, name[:128], color)
    return {"message_thread_id": post.id, "name": name[:128], "icon_color": color}


def edit_topic(call: Call) -> bool:
    """`editForumTopic`."""
    place, topic = _topic(call)
    name = call.text("name").strip()[:128]
    if not name or name == topic.name:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name = name
    _tell(call, place, topic, {"forum_topic_edited": {"name": name}})
    return True


def close_topic(call: Call) -> bool:
    """`closeForumTopic`."""
    place, topic = _topic(call)
    if topic.is_closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.is_closed = True
    _tell(call, place, topic, {"forum_topic_closed": {}})
    return True


def reopen_topic(call: Call) -> bool:
    """`reopenForumTopic`."""
    place, topic = _topic(call)
    if not topic.is_closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.is_closed = False
    _tell(call, place, topic, {"forum_topic_reopened": {}})
    return True


def delete_topic(call: Call) -> bool:
    """`deleteForumTopic`, with everything in it: it takes the right to delete messages."""
    place, topic = _topic(call)
    if "can_delete_messages" not in place.membership(call.bot.account).rights:
        raise bad("not enough rights to delete the topic")
    erase_topic(place, topic)
    return True


def erase_topic(place: Chat, topic: Topic) -> None:
    """Take a topic and its posts away."""
    topic.is_deleted = True
    for post in place.posts.values():
        if post.thread == topic.id:
            post.is_deleted = True


def set_commands(call: Call) -> bool:
    """`setMyCommands`, for one scope and language."""
    commands = call.json("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name, about = str(command.get("command", "")), str(command.get("description", ""))
        if not 1 <= len(name) <= 32 or not name.isascii() or name != name.lower():
            raise bad("BOT_COMMAND_INVALID")
        if not name.replace("_", "").isalnum():
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(about) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[_scope(call)] = commands
    return True


def get_commands(call: Call) -> list[Json]:
    """`getMyCommands`: exactly what was set for this scope and language."""
    return call.bot.commands.get(_scope(call), [])


def delete_commands(call: Call) -> bool:
    """`deleteMyCommands`."""
    call.bot.commands.pop(_scope(call), None)
    return True


def set_text(call: Call, name: str) -> bool:
    """`setMyDescription`, `setMyShortDescription`, `setMyName`."""
    if len(call.text(name)) > _TEXTS[name]:
        raise bad(f"{name.replace('_', ' ')} is too long")
    call.bot.texts[name, call.text("language_code")] = call.text(name)
    return True


def get_text(call: Call, name: str) -> Json:
    """`getMyDescription`, `getMyShortDescription`, `getMyName`."""
    texts = call.bot.texts
    default = texts.get((name, ""), call.bot.account.first_name if name == "name" else "")
    return {name: texts.get((name, call.text("language_code")), default)}


def get_file(call: Call) -> Json:
    """`getFile`: a link for an hour, for up to 20 MB."""
    unique = shapes.unique_of(call.bot, call.text("file_id"))
    file = call.world.files.get(unique or "")
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.data) > media.MOST_DOWNLOAD_BYTES:
        raise bad("file is too big")
    file.linked_at[call.bot.id] = call.world.clock()
    return {
        "file_id": call.text("file_id"),
        "file_unique_id": file.unique,
        "file_size": len(file.data),
        "file_path": file.path,
    }


def _scope(call: Call) -> tuple[str, str]:
    scope = call.json("scope") or {"type": "default"}
    parts = (str(scope.get(name)) for name in ("type", "chat_id", "user_id") if name in scope)
    return ":".join(parts), call.text("language_code")


def _forum(call: Call, refusal: str) -> Chat:
    place = call.chat()
    if not place.is_forum:
        raise bad("the chat is not a forum")
    if "can_manage_topics" not in place.membership(call.bot.account).rights:
        raise bad(refusal)
    return place


def _topic(call: Call) -> tuple[Chat, Topic]:
    place = _forum(call, "not enough rights to manage topics")
    topic = place.topics.get(call.integer("message_thread_id"))
    if topic is None or topic.is_deleted:
        raise bad("TOPIC_ID_INVALID")
    return place, topic


def _tell(call: Call, place: Chat, topic: Topic, content: Json) -> None:
    call.world.add_post(place, call.bot.account, content, thread=topic.id, is_service=True)
