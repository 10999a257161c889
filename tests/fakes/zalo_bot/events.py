"""The shapes in which a bot hears of what somebody did."""

from tests.fakes.zalo_bot.habits import Habits
from tests.fakes.zalo_bot.world import Account, Bot, Json, Post, Talk

TEXT = "message.text.received"
IMAGE = "message.image.received"
STICKER = "message.sticker.received"
VOICE = "message.voice.received"
LINK = "message.link.received"
REACTION = "message.reaction.received"
UNSUPPORTED = "message.unsupported.received"


def event(name: str, message: Json | None) -> Json:
    """An event; without a message where there is none."""
    return {"event_name": name} | ({} if message is None else {"message": message})


def message(sender: Account, talk: Talk, post: Post, fields: Json, habits: Habits) -> Json:
    """What a person wrote, as events tell it."""
    who: Json = {"id": sender.id, "is_bot": False}
    if not habits.nameless:
        who["name" if habits.old_fields else "display_name"] = sender.display_name
    return _message(who, talk, post, fields, habits)


def echo(bot: Bot, talk: Talk, post: Post, habits: Habits, *, is_marked: bool) -> Json:
    """What the bot itself wrote, come back; marked as a bot's or told by the sender only."""
    who = {"id": bot.id, "display_name": bot.account_name, "is_bot": is_marked}
    return _message(who, talk, post, {"text": post.text}, habits)


def _message(who: Json, talk: Talk, post: Post, fields: Json, habits: Habits) -> Json:
    kind = "type" if habits.old_fields else "chat_type"
    date = post.date_ms // 1000 if habits.dates_in_seconds else post.date_ms
    return {
        "from": who,
        "chat": {"id": talk.id, kind: talk.kind},
        **fields,
        "message_id": post.id,
        "date": date,
    }
