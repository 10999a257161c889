"""Telegram's JSON of what the world knows: users, chats, posts, memberships, buttons pressed."""

import base64

from tests.fakes.telegram.inbox import MESSAGE_LIFE_SECONDS
from tests.fakes.telegram.world import (
    ADMINISTRATOR_RIGHTS,
    Account,
    Bot,
    Chat,
    File,
    Json,
    Media,
    Membership,
    Post,
    Query,
    World,
)

_PERMISSIONS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_react_to_messages can_edit_tag can_change_info "
    "can_invite_users can_pin_messages can_manage_topics"
).split()


def user(account: Account) -> Json:
    """A `User`."""
    known = {
        "last_name": account.last_name,
        "username": account.username,
        "language_code": account.language_code,
    }
    return {
        "id": account.id,
        "is_bot": account.is_bot,
        "first_name": account.first_name,
        **{name: value for name, value in known.items() if value is not None},
    }


def me(bot: Bot) -> Json:
    """What `getMe` says."""
    return user(bot.account) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


def chat(place: Chat) -> Json:
    """A `Chat`."""
    if place.person is not None:
        return _private(place)
    shape: Json = {"id": place.id, "type": place.kind, "title": place.title}
    if place.username:
        shape["username"] = place.username
    if place.is_forum:
        shape["is_forum"] = True
    return shape


def file_id(bot: Bot, file: File) -> str:
    """A file's id, which only this bot can use."""
    known = base64.urlsafe_b64encode(f"{bot.id}:{file.unique}".encode()).decode()
    return "AgAC" + known.rstrip("=")


def unique_of(bot: Bot, identifier: str) -> str | None:
    """The file that an id means to this bot, or None."""
    padded = identifier[4:] + "=" * (-len(identifier[4:]) % 4)
    try:
        owner, _, unique = base64.urlsafe_b64decode(padded).decode().partition(":")
    except ValueError:
        return None
    return unique if owner == str(bot.id) else None


def message(bot: Bot, post: Post, *, deep: bool = True) -> Json:
    """A `Message` as this bot gets it; `deep` with the message it answers."""
    if post.is_deleted:
        return {"chat": chat(post.chat), "message_id": post.id, "date": 0}
    shape: Json = {"message_id": post.id, "chat": chat(post.chat), "date": post.date}
    if post.sender is None:
        shape["sender_chat"] = chat(post.chat)
    else:
        shape["from"] = user(post.sender)
    if post.thread is not None:
        shape |= {"message_thread_id": post.thread, "is_topic_message": True}
    if post.edit_date is not None:
        shape["edit_date"] = post.edit_date
    if post.reply_to is not None and deep:
        shape["reply_to_message"] = message(bot, post.reply_to, deep=False)
    if post.keyboard is not None:
        shape["reply_markup"] = post.keyboard
    if post.media is not None:
        shape |= _media(bot, post.media)
    return shape | post.content


def member(account: Account, membership: Membership) -> Json:
    """A `ChatMember` of the six kinds."""
    shape: Json = {"status": membership.status, "user": user(account)}
    if membership.status == "creator":
        return shape | {"is_anonymous": False}
    if membership.status == "administrator":
        rights = {right: right in membership.rights for right in ADMINISTRATOR_RIGHTS}
        return shape | {"can_be_edited": False, "is_anonymous": False} | rights
    if membership.status == "restricted":
        rights = {name: name in membership.rights for name in _PERMISSIONS}
        return shape | {"is_member": True, "until_date": 0} | rights
    return shape | ({"until_date": 0} if membership.status == "kicked" else {})


def full_chat(place: Chat) -> Json:
    """A `ChatFullInfo`."""
    gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
    shape = chat(place) | {
        "accent_color_id": place.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts.split(), False),
    }
    if place.kind in ("group", "supergroup"):
        shape["permissions"] = dict.fromkeys(_PERMISSIONS, place.may_post)
    return shape


def callback_query(bot: Bot, query: Query, post: Post) -> Json:
    """A `CallbackQuery`; a deleted message comes as an inaccessible one."""
    return {
        "id": query.id,
        "from": user(query.person),
        "chat_instance": str(4_611_686_018_427_387 + post.chat.id),
        "message": message(bot, post),
        "data": query.data,
    }


def announce(world: World, post: Post, *, edited: bool = False) -> None:
    """Queue an update about a post for every bot that may see it, its own sender never."""
    kind = ("edited_" if edited else "") + (
        "channel_post" if post.chat.kind == "channel" else "message"
    )
    for bot in world.bots_in(post.chat):
        if post.sender is not bot.account and _may_see(bot, post):
            expires_at = world.clock() + MESSAGE_LIFE_SECONDS
            bot.inbox.put(kind, message(bot, post), post.chat.id, expires_at)


def announce_membership(
    world: World, place: Chat, bot: Bot, by: Account, before: Membership
) -> None:
    """Tell a bot that it is something else in this chat now (`my_chat_member`)."""
    after = place.membership(bot.account)
    if place.person is not None:
        after = Membership("kicked" if place.is_blocked else "member")
    content = {
        "chat": chat(place),
        "from": user(by),
        "date": int(world.clock()),
        "old_chat_member": member(bot.account, before),
        "new_chat_member": member(bot.account, after),
    }
    bot.inbox.put("my_chat_member", content, place.id, world.clock() + MESSAGE_LIFE_SECONDS)


def _private(place: Chat) -> Json:
    assert place.person is not None
    known = user(place.person)
    names = {key: known[key] for key in ("first_name", "last_name", "username") if key in known}
    return {"id": place.id, "type": "private"} | names


def _media(bot: Bot, media: Media) -> Json:
    shapes = [
        {
            "file_id": file_id(bot, file),
            "file_unique_id": file.unique,
            "file_size": len(file.data),
            **facts,
        }
        for file, facts in zip(media.files, media.facts, strict=True)
    ]
    return {media.kind: shapes if media.kind == "photo" else shapes[-1]}


def _may_see(bot: Bot, post: Post) -> bool:
    """Whether the privacy mode of a bot lets it read this in a group."""
    if post.chat.kind in ("private", "channel") or not bot.privacy or post.is_service:
        return True
    if post.chat.membership(bot.account).status in ("administrator", "creator"):
        return True
    if post.reply_to is not None and post.reply_to.sender is bot.account:
        return True
    command = post.words.split(maxsplit=1)[0] if post.words.strip() else ""
    if command.startswith("/"):
        name = command.partition("@")[2]
        return not name or name.lower() == bot.username.lower()
    return f"@{bot.username}".lower() in post.words.lower()
