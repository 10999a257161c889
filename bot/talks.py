"""What is remembered of the talk in each chat: where it is, that it has a draft, what was seen."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.logs import Event as Log
from bot.logs import note
from handlers import packing
from handlers.states import Talk
from handlers.worker import leaving
from storage.volatile import Away, Full, Volatile

IDLE_SECONDS = 2 * 3600
SEEN_SECONDS = 24 * 3600
_TALK = "talk"
_DRAFT = "draft"
_SEEN = "seen"
_TURN = "turn"


@dataclass(frozen=True, slots=True)
class Known:
    """A talk, and when it ends."""

    talk: Talk
    ends: datetime


class Talks:
    """All talks; they lie in the volatile store and nowhere else. A chat is "channel|address"."""

    def __init__(self, volatile: Volatile) -> None:
        """Nothing is read yet."""
        self._volatile = volatile
        self._unsaid: set[str] = set()

    def alone(self, chat: str) -> AbstractAsyncContextManager[None]:
        """One turn at a time per chat, in whichever process; different chats at once."""
        return self._volatile.hold(_TURN, chat)

    async def load(self, chat: str, now: datetime) -> Known:
        """The talk in `chat`; a new one where none is known (any more)."""
        packed = await self._volatile.get(_TALK, chat)
        if packed is None:
            return Known(Talk(), now)
        ends, _, talk = packed.partition(b"|")
        return Known(packing.unpack(talk), datetime.fromtimestamp(int(ends), UTC))

    async def keep(self, chat: str, known: Known) -> None:
        """Remember it for two hours, and whether there is a draft that would be lost."""
        value = f"{int(known.ends.timestamp())}|".encode() + packing.pack(known.talk)
        await self._volatile.put(_TALK, chat, value, seconds=IDLE_SECONDS)
        if leaving.holds_draft(known.talk.state):
            await self._volatile.put(_DRAFT, chat, b"", seconds=IDLE_SECONDS, note=chat.encode())
        else:
            await self._volatile.drop(_DRAFT, chat)

    async def drop(self, chat: str) -> None:
        """Forget it."""
        await self._volatile.drop(_TALK, chat)
        await self._volatile.drop(_DRAFT, chat)

    async def ending(self, start: str, within: float) -> list[str]:
        """The chats that begin with `start` whose draft ends within so many seconds; each once."""
        found = await self._volatile.expiring(_DRAFT, within, start.encode())
        return [chat.decode() for chat in found]

    async def has_drafts(self) -> bool:
        """Whether stopping would lose something."""
        return await self._volatile.total(_DRAFT) > 0

    async def is_first(self, arrival: str) -> bool:
        """Whether this arrival was never seen; from now on it was."""
        for each in tuple(self._unsaid):
            await self._volatile.drop(_SEEN, each)
            self._unsaid.discard(each)
        try:
            return await self._volatile.add(_SEEN, arrival, seconds=SEEN_SECONDS)
        except Full:
            note(Log.STORE_FULL)
            return True

    async def unsee(self, arrival: str) -> None:
        """It may come again, and is new then, even if the store cannot be told so now."""
        try:
            await self._volatile.drop(_SEEN, arrival)
        except Away:
            self._unsaid.add(arrival)
