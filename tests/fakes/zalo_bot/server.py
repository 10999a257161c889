"""What a test orders of the fake: who is there, what arrives, what goes wrong, what was asked."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Self

from tests.fakes.clock import Clock
from tests.fakes.waiting import PATIENCE_SECONDS, until
from tests.fakes.zalo_bot.faults import Fault, Plan, Shut
from tests.fakes.zalo_bot.habits import Habits, Style
from tests.fakes.zalo_bot.hooks import Post
from tests.fakes.zalo_bot.inbox import chat_of
from tests.fakes.zalo_bot.limits import UNLIMITED, Limits
from tests.fakes.zalo_bot.media import File
from tests.fakes.zalo_bot.people import Person
from tests.fakes.zalo_bot.pictures import Picture
from tests.fakes.zalo_bot.records import Record
from tests.fakes.zalo_bot.service import Service
from tests.fakes.zalo_bot.world import PRIVATE, Account, Bot, Talk, World


class FakeZalo:
    """A Bot Platform on this machine, with its people. Use with `async with`.

    `clock` gives seconds since 1970 and rules dates and months; polls are held by the machine's
    own time or by the clock, whichever has passed first. `limits` None: nothing is limited.
    `habits` are the switches for what is not known, which can be changed at any time; `style`, if
    given, is one of them. `names` are host names that the fake can reach besides this machine's
    own, each with a port of this machine.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] | None = None,
        style: Style | None = None,
        limits: Limits | None = None,
        habits: Habits | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.habits = habits or Habits()
        if style is not None:
            self.habits.style = style
        self.world = World(self.clock, self.habits, limits or UNLIMITED)
        self.names: dict[str, int] = {}
        self.url = ""
        self._service = Service(self.world, self.names)
        self._people: dict[str, Person] = {}
        self._groups: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self.url = self.world.shelf.url = await self._service.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._service.close()

    # Who is there

    def bot(self, name: str | None = None) -> Bot:
        """A bot by its name (without one: the first), made when first asked for."""
        if name is None:
            return self.world.first_bot()
        for known in self.world.bots.values():
            if known.name == name:
                return known
        return self.world.add_bot(name)

    def person(self, name: str, *, display_name: str | None = None) -> Person:
        """A person, made when first asked for; `display_name` is what Zalo shows of them."""
        if name not in self._people:
            account = Account(self.world.code("person"), display_name or name)
            self._people[name] = Person(self.world, account, self._groups)
        return self._people[name]

    def chat(self, chat_id: str, bot: Bot | None = None) -> Talk:
        """Everything in a bot's chat of this number."""
        return (bot or self.bot()).talks.get(chat_id) or Talk(chat_id)

    # What arrives

    def deliver(self, body: Any, bot: Bot | None = None) -> None:
        """Queue an event of any shape; bytes are said just as they stand, in place of a body.

        A chat that it names is known to the bot from now on.
        """
        to = bot or self.bot()
        if chat := chat_of(body):
            kind = body["message"]["chat"].get("chat_type", PRIVATE)
            to.talk(chat, str(kind).upper())
            to.usage.admits(chat, self.world.limits)
        to.inbox.put(body)

    def repeat(self, again: str | Iterable[Any], bot: Bot | None = None) -> None:
        """Queue events once more, told by their message ids or by their bodies."""
        inbox = (bot or self.bot()).inbox
        for one in [again] if isinstance(again, str) else list(again):
            inbox.put(inbox.find(one) if isinstance(one, str) else one)

    async def settled(self, bot: Bot | None = None, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the bot has taken everything and made its turns. Raises AssertionError else.

        By polling: nothing waits, and a poll is open again, so that the turn before was made. By
        webhook: nothing waits or is under way.
        """
        one = bot or self.bot()

        def look() -> bool | None:
            is_open = bool(one.hook.url) or self.is_polled(one)
            return True if is_open and not one.inbox.waiting else None

        await until(look, seconds, "all events to be taken")

    def is_polled(self, bot: Bot | None = None) -> bool:
        """Whether a poll is open now."""
        poller = self._service.pollers.get((bot or self.bot()).token)
        return poller is not None and poller.turn is not None

    # What goes wrong, and what was asked

    def fail(
        self,
        fault: Fault,
        method: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        chat: str | Person | None = None,
        bot: Bot | None = None,
    ) -> None:
        """Order a fault for the `nth` fitting call from now on, and `times` in a row (None: ever).

        Of several orders that fit, the oldest strikes, and only it counts the call: orders given
        one after the other strike one after the other. The method `media` are downloads of what
        people sent; they are meant only where they are named.
        """
        if isinstance(fault, Shut):
            if nth == 1:
                self._service.door.shut()
                return
            nth, times = nth - 1, 1
        chat_id = chat.id if isinstance(chat, Person) else chat
        name = bot.name if bot is not None else None
        self._service.plans.append(Plan(fault, method, chat_id, name, nth, times))

    async def shut(self) -> None:
        """Refuse every connection until `heal()`, and let clients notice that theirs are gone."""
        self._service.door.shut()
        for _ in range(10):
            await asyncio.sleep(0)

    def heal(self) -> None:
        """Take all ordered faults back, and open the door."""
        self._service.plans.clear()
        self._service.door.reopen()

    def calls(
        self,
        method: str | None = None,
        *,
        chat: str | Person | None = None,
        bot: Bot | None = None,
    ) -> list[Record]:
        """The record of calls, of one method, chat and bot, oldest first."""
        chat_id = chat.id if isinstance(chat, Person) else chat
        return [
            record
            for record in self._service.records
            if (method is None or record.method == method)
            and (chat_id is None or record.chat == chat_id)
            and (bot is None or record.bot == bot.name)
        ]

    async def called(
        self, method: str, count: int = 1, seconds: float = PATIENCE_SECONDS
    ) -> list[Record]:
        """Wait until a method was called so often. Raises AssertionError where it was not."""

        def look() -> list[Record] | None:
            calls = self.calls(method)
            return calls if len(calls) >= count else None

        return await until(look, seconds, f"{count} calls of {method}")

    @property
    def strays(self) -> list[str]:
        """The paths that were asked for where nothing is, as by a client that follows redirects."""
        return self._service.strays

    @property
    def posts(self) -> list[Post]:
        """Every posting to a webhook, bot by bot, oldest first."""
        return [post for postman in self._service.postmen.values() for post in postman.posts]

    @property
    def lost(self) -> list[Any]:
        """The events that no webhook took, however often they were posted."""
        return [body for postman in self._service.postmen.values() for body in postman.lost]

    @property
    def files(self) -> list[File]:
        """What people sent, each with how often it was fetched."""
        return list(self.world.shelf.files.values())

    @property
    def pictures(self) -> list[Picture]:
        """The pictures that bots sent, each with how it was fetched."""
        return self._service.gallery.pictures

    @property
    def black_pictures(self) -> list[Picture]:
        """Those of them that were fetched once, and could not be fetched a later time."""
        return [picture for picture in self.pictures if picture.is_black]

    async def look_again(self) -> None:
        """Fetch every picture once more, as a phone might an hour later."""
        for picture in self.pictures:
            await picture.fetch(self._service.outside)
