"""Gives the events of one post their numbers, by which the talk knows a repeat."""

from bot.channels import Arrival, webchat
from bot.inbound import Answer
from bot.web import sessions
from bot.web.parts import Parts
from handlers.events import Event, Looked, Picture, Unusable


class Turns:
    """The events of one post, in order, each with a number by which a repeat is known."""

    def __init__(self, parts: Parts, session: str, turn: int) -> None:
        """Nothing has been done yet; `turn` is the turn that the form was made for."""
        self._inbound = parts.inbound
        self._session = session
        self._turn = turn
        self._count = 0

    async def take(self, event: Event) -> Answer:
        """Do `event`."""
        number = f"{self._turn}.{self._count}"
        self._count += 1
        if isinstance(event, Looked):
            # Looking counts no turn: the next press comes under the same one, and is no repeat.
            number += f".{sessions.fresh()}"
        return await self._inbound.receive(Arrival(webchat.NAME, self._session, number, event))

    async def has_enough(self) -> bool:
        """Whether the draft holds as many files as it may."""
        return await self._inbound.has_enough(webchat.NAME, self._session)

    async def keep_picture(self, data: bytes) -> Picture | Unusable:
        """Clean and keep a file."""
        return await self._inbound.keep_picture(webchat.NAME, self._session, data)
