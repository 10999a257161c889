"""Two real processes on PostgreSQL and Redis are one house: a talk goes on at either."""

import asyncio
import io
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import app
from bot.channels import Arrival
from bot.config import Settings
from handlers.events import Chose
from storage.chance import fresh_code
from storage.tables import tips
from tests import demo_house, services
from tests.drive import Page, Picture, Worker, client
from tests.product import Server, serving
from tests.redis_store import forget_house
from tests.whole_house import text_of

STORY = "Cửa thoát hiểm của xưởng bị khóa từ thứ hai."
MORE = "Hôm nay vẫn bị khóa."


@dataclass(slots=True)
class Pair:
    """Two processes before one database and one store."""

    one: Server
    two: Server
    settings: Settings
    http: aiohttp.ClientSession

    def worker(self) -> Worker:
        """A browser that asks the first."""
        return Worker(self.http, self.one.address)

    def there(self, worker: Worker) -> Worker:
        """The same browser, that asks the second from now on."""
        return replace(worker, address=self.two.address)

    async def tips(self) -> int:
        """How many were filed."""
        async with app.open_database(self.settings) as (database, _), database.read() as tx:
            row = await tx.row(select(func.count()).select_from(tips))
        assert row is not None
        return int(row[0])


@asynccontextmanager
async def pair(database_url: str, folder: Path) -> AsyncIterator[Pair]:
    """Both at work; the second leaves the clock to the first."""
    redis_url = services.redis_url()
    assert redis_url is not None
    told = {"TIENGTHO_REDIS_URL": redis_url}
    one = Server(folder / "one", database_url, settings=told)
    two = Server(folder / "two", database_url, settings=told, roles="web,send")
    await demo_house.prepare(database_url, one.key_file)
    shutil.copy(one.key_file, two.key_file)
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        master_key_file=one.key_file,
        redis_url=SecretStr(redis_url),
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(forget_house, settings)
        http = await stack.enter_async_context(client())
        both = (stack.enter_async_context(serving(each)) for each in (one, two))
        await asyncio.gather(*both)
        yield Pair(one, two, settings, http)


def photo() -> Picture:
    written = io.BytesIO()
    Image.effect_noise((120, 80), 40).convert("RGB").save(written, "JPEG")
    return Picture("p.jpg", written.getvalue())


@pytest.mark.long
# Two starts at once on a busy machine; nothing here waits for time.
@pytest.mark.timeout(300)
@pytest.mark.redis
@pytest.mark.postgresql
async def test_two_processes_are_one_house(postgresql_url: str, tmp_path: Path) -> None:
    async with pair(postgresql_url, tmp_path) as at:
        page = await draft_goes_on_at_the_other(at)
        await send_pressed_at_both_files_once(at, page)
        await wrong_codes_are_counted_together(at)
        await one_is_killed_and_the_other_goes_on(at)


async def draft_goes_on_at_the_other(at: Pair) -> Worker:
    """Begun at one with a photo, gone on with at the other; the worker before [Send]."""
    worker = at.worker()
    await worker.reach_story("unsafe", "")
    await worker.tell(STORY)
    await worker.press("pictures")
    await worker.show(photo())
    worker = at.there(worker)
    page = await worker.press("done")
    assert STORY in page.text
    assert "send" in page.choices
    return worker


async def send_pressed_at_both_files_once(at: Pair, worker: Worker) -> None:
    code, other = worker.page.code, replace(worker, address=at.one.address)
    pages = await asyncio.gather(worker.press("send"), other.press("send"))
    assert [each.status for each in pages] == [200, 200]
    assert await at.tips() == 1
    reader = at.worker()
    await reader.open("/ma")
    page = await reader.say(code)
    assert STORY in page.text


async def wrong_codes_are_counted_together(at: Pair) -> None:
    worker = at.worker()
    await worker.open("/ma")
    for turn in range(3):
        page = await worker.say(fresh_code())
        assert not wait_in(page)
        worker = replace(worker, address=at.two.address if turn % 2 == 0 else at.one.address)
    assert wait_in(await worker.say(fresh_code()))


def wait_in(page: Page) -> bool:
    """Whether this chat has to wait."""
    return "giây rồi thử lại" in page.text


async def one_is_killed_and_the_other_goes_on(at: Pair) -> None:
    worker = at.worker()
    await worker.reach_story("fire", "")
    await worker.tell(STORY)
    await at.one.kill()
    worker = at.there(worker)
    page = await worker.say(MORE)
    assert page.status == 200
    assert STORY in page.text
    # Nobody waits for drafts that outlive the process.
    process = at.two.process
    assert process is not None
    process.terminate()
    assert await process.wait() == 0
    told = (at.two.folder / "logs" / "1.out").read_text(encoding="utf-8")
    assert "open drafts" not in told
    # The next start finds them again.
    async with app.open_house(at.settings) as house:
        session = worker.cookie.partition("=")[2]
        found = await house.inbound.look("web", session)
        assert STORY in text_of(found)
        arrival = Arrival("web", session, "again", Chose("send"), found.turn)
        await house.inbound.receive(arrival)
    assert await at.tips() == 2
