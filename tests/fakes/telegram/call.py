"""One call of a method: its parameters as Telegram reads them, and the chat it is about."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram import markup
from tests.fakes.telegram.refusals import bad, forbidden, migrated
from tests.fakes.telegram.world import Account, Bot, Chat, Json, Membership, Post, World


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """What a bot asks for. Every value may come as text or as JSON of its own kind."""

    world: World
    bot: Bot
    parameters: Json = field(repr=False)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text, empty where it is absent."""
        value = self.parameters.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def optional(self, name: str) -> str | None:
        """A text, or None."""
        return self.text(name) or None

    def integer(self, name: str, default: int = 0) -> int:
        """A number; what is none counts as the default."""
        try:
            return int(self.parameters.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return str(self.parameters.get(name, "")).lower() in ("true", "1", "yes")

    def json(self, name: str) -> Any:
        """A structure, or None. Raises Refusal where it is not JSON."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            what = name.replace("_", " ")
            raise bad(f"can't parse {what} JSON object") from error

    def chat(self) -> Chat:
        """The chat of `chat_id`, into which the bot may look. Raises Refusal."""
        place = self.find_chat(self.parameters.get("chat_id"))
        if place.migrated_to is not None:
            raise migrated(place.migrated_to.id)
        if place.person is None:
            _require_inside(place, place.membership(self.bot.account))
        return place

    def writable(self) -> Chat:
        """The chat of `chat_id`, where the bot may write now. Raises Refusal."""
        place = self.chat()
        if place.person is None:
            self._require_right_to_post(place)
            return place
        if place.person.is_deactivated:
            raise forbidden("user is deactivated")
        if place.is_blocked:
            raise forbidden("bot was blocked by the user")
        if not place.is_started:
            raise forbidden("bot can't initiate conversation with a user")
        return place

    def find_chat(self, wanted: Any) -> Chat:
        """Any chat that the bot can know of. Raises Refusal."""
        if wanted is None or wanted == "":
            raise bad("chat_id is empty")
        for place in self.world.rooms.values():
            if str(wanted) == f"@{place.username}":
                return place
        try:
            number = int(wanted)
        except (TypeError, ValueError):
            raise bad("chat not found") from None
        room = self.world.rooms.get(number)
        if room is not None and self.bot.id in room.members:
            return room
        account = self.world.accounts.get(number)
        if account is None or not self._knows(account):
            raise bad("chat not found")
        if account.is_bot:
            raise forbidden("bots can't send messages to bots")
        return self.world.talk(self.bot, account)

    def thread(self, place: Chat) -> int | None:
        """The topic to write into. Raises Refusal where there is none, or it is closed."""
        number = self.integer("message_thread_id")
        if not number or (place.is_forum and number == 1):
            return None
        topic = place.topics.get(number)
        if topic is None or topic.is_deleted:
            raise bad("message thread not found")
        rights = place.membership(self.bot.account).rights
        if topic.is_closed and "can_manage_topics" not in rights:
            raise bad("TOPIC_CLOSED")
        return number

    def post(self, place: Chat, what: str) -> Post:
        """The post of `message_id`. Raises Refusal: "message to … not found"."""
        number = self.integer("message_id")
        if not number:
            raise bad("message identifier is not specified")
        post = place.posts.get(number)
        if post is None or post.is_deleted:
            raise bad(f"message to {what} not found")
        return post

    def answered(self, place: Chat) -> Post | None:
        """The post that is replied to, or None. Raises Refusal where it is gone."""
        reply = self.json("reply_parameters") or {}
        number = int(reply.get("message_id", 0) or self.integer("reply_to_message_id"))
        if not number:
            return None
        post = place.posts.get(number)
        if post is not None and not post.is_deleted:
            return post
        if reply.get("allow_sending_without_reply") or self.flag("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")

    def words(self, name: str, most: int) -> Json:
        """The fields of a text or caption, parsed and checked. Raises Refusal."""
        listed = self.json("caption_entities" if name == "caption" else "entities")
        return markup.written(self.text(name), most, self.optional("parse_mode"), listed, name)

    def _knows(self, account: Account) -> bool:
        """A bot reaches whom it has talked with, or met in a group."""
        if account.id in self.bot.talks:
            return True
        met = (place.members for place in self.world.rooms.values() if self.bot.id in place.members)
        return any(account.id in members for members in met)

    def _require_right_to_post(self, place: Chat) -> None:
        membership = place.membership(self.bot.account)
        if place.kind == "channel" and "can_post_messages" not in membership.rights:
            raise bad("need administrator rights in the channel chat")
        is_silenced = membership.status == "restricted" or not place.may_post
        if is_silenced and membership.status not in ("administrator", "creator"):
            raise bad("not enough rights to send text messages to the chat")


def _require_inside(place: Chat, membership: Membership) -> None:
    if membership.status == "kicked":
        raise forbidden(f"bot was kicked from the {place.kind} chat")
    if not membership.is_inside:
        raise forbidden(f"bot is not a member of the {place.kind} chat")
