"""Our fake as a platform for the contract tests, as strict as the real one."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from tests.contract.zalo_bot_platform import Caller, Platform
from tests.fakes.zalo_bot import FakeZalo, Habits, Person, Style
from tests.fakes.zalo_bot_clients import Raw, Receiver

JPEG = b"\xff\xd8\xff\xe0 a picture"
# How long a second of a poll lasts here.
SECOND = 0.05


class FakePlatform(Caller):
    """Our fake, as strict as the real one."""

    second = SECOND
    photo_url = "http://cdn.vidu.vn/a.jpg"
    webhook_url = "https://tips.vidu.vn/hook"

    def __init__(self, raw: Raw, person: Person) -> None:
        super().__init__(raw)
        self._person = person
        self.hand = FakeHand(person)

    @property
    def chat(self) -> str:
        """The person's."""
        return self._person.id

    async def note(self, words: str) -> None:
        """Nobody needs to know."""


class FakeHand:
    """A person of the fake."""

    def __init__(self, person: Person) -> None:
        self._person = person

    async def says(self, text: str) -> None:
        """Write."""
        await self._person.say(text)

    async def sends_photo(self, caption: str) -> None:
        """Send a picture."""
        await self._person.photo(JPEG, caption)

    async def sends_voice(self) -> None:
        """Speak."""
        await self._person.voice()

    async def sends_sticker(self) -> None:
        """Send a sticker."""
        await self._person.sticker()

    async def sends_document(self) -> None:
        """Send a document."""
        await self._person.unsupported()

    async def blocks(self) -> None:
        """Shut the bot out."""
        await self._person.block()

    async def unblocks(self) -> None:
        """Let the bot in."""
        await self._person.unblock()


@contextlib.asynccontextmanager
async def opened(style: Style) -> AsyncIterator[Platform]:
    """The fake with a person who wrote once, a picture in the world, and a webhook that listens."""
    habits = Habits(style=style, local_allowed=False, poll_scale=SECOND)
    async with Receiver() as world, FakeZalo(habits=habits) as zalo:
        world.pages["/a.jpg"] = _served(JPEG, "image/jpeg")
        zalo.names |= {"cdn.vidu.vn": world.port}
        async with Raw(zalo.url, zalo.bot().token) as raw:
            platform = FakePlatform(raw, zalo.person("Lan"))
            await platform.hand.says("xin chào")
            assert (await platform.call("getUpdates", timeout=0)).ok
            yield platform


def _served(data: bytes, kind: str) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def page(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=data, content_type=kind)

    return page
