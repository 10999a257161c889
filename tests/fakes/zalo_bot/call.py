"""One call of a method: its parameters as Zalo reads them, and the chat it is about."""

import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.zalo_bot.pictures import Gallery
from tests.fakes.zalo_bot.refusals import Refusal, bad, missing, quota
from tests.fakes.zalo_bot.world import Bot, Json, Post, Talk, World

MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """What a bot asks for. Every value may come as text or as JSON of its own kind."""

    world: World
    bot: Bot
    outside: aiohttp.ClientSession
    gallery: Gallery
    parameters: Json = field(repr=False)

    def text(self, name: str) -> str:
        """A text, empty where it is absent."""
        value = self.parameters.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def required(self, name: str) -> str:
        """A text. Raises Refusal where it is absent or empty."""
        if not (text := self.text(name)):
            raise missing(name)
        return text

    def integer(self, name: str, default: int) -> int:
        """A number, or one in digits. Raises Refusal for anything else."""
        value = self.parameters.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f"The {name} must be a number") from None

    def json(self, name: str) -> Any:
        """A structure, or None. Raises Refusal where it is not JSON."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"The {name} is not valid JSON") from None

    def talk(self, chat_id: str) -> Talk:
        """The chat of this number, if somebody wrote there and nobody objects. Raises Refusal."""
        habits, talk = self.world.habits, self.bot.talks.get(chat_id)
        if talk is None:
            raise Refusal(habits.unknown_chat_code, "Bad request: The chat_id is invalid")
        if talk.is_blocked:
            raise Refusal(habits.blocked_code, "Bad request: The message could not be sent")
        return talk

    def write(self, talk: Talk, text: str, **more: Any) -> Json:
        """Write into a chat for the bot, and count it. Returns the answer. Raises Refusal (429)."""
        self.require_room(talk)
        self.bot.usage.spend(self.world.clock())
        post = self.world.add_post(talk, None, text, **more)
        return answer(post)

    def require_room(self, talk: Talk) -> None:
        """Raises Refusal (429) where the month's messages or the bot's users are used up."""
        limits, usage = self.world.limits, self.bot.usage
        is_stranger = talk.kind == "PRIVATE" and not usage.admits(talk.id, limits)
        if is_stranger or not usage.has_room(self.world.clock(), limits):
            raise quota()


def answer(post: Post) -> Json:
    """What a send that went well says."""
    return {"result": {"message_id": post.id, "date": post.date_ms}}


def units(text: str) -> int:
    """How long a text is in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
