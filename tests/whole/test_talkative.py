"""The real product at its most talkative, while things go wrong and while large files arrive."""

import asyncio
import json
import random
import sqlite3
from pathlib import Path

import pytest

from tests import drive, product
from tests.corpus import drawn
from tests.drive import Picture, Worker
from tests.fakes.telegram.waiting import until
from tests.product import Server
from tests.whole import loose, telegram_scene
from tests.whole.canaries import Cage, search
from tests.whole.scene import Scene
from tests.whole.seizure import DATABASE
from tests.whole.telegram_scene import TelegramScene

_SECONDS = 60.0
_LARGE_BYTES = 9 * 1024 * 1024
# asyncio then names every slow callback with its arguments, and Python every warning.
_TALKATIVE = {"PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "always"}


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """The product, not yet started, in a folder of its own."""
    data = tmp_path / "data"
    data.mkdir()
    return Server(data, f"sqlite+aiosqlite:///{data}/{DATABASE}", log_level="DEBUG")


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_nothing_is_said_of_anybody_when_everything_goes_wrong(server: Server) -> None:
    cage, dice = Cage(random.Random(1)), random.Random(2)
    async with drive.client() as http, telegram_scene.fake() as telegram:
        scene = Scene(server, http, cage, dice)
        over = TelegramScene(telegram, cage, dice, scene.photo)
        server.settings = {**_TALKATIVE, **over.polling()}
        async with product.serving(server):
            worker = Worker(http, server.address, {"User-Agent": cage.plain("user agent")})
            await worker.reach_story("wages", "")
            cage.keep("code", (await worker.tell(f"{cage.words('story')}. " * 3)).code)
            _break(server, "ALTER TABLE parts RENAME TO lost")
            assert "open_thread" not in (await worker.press("send")).choices
            await over.mistakes()
            await scene.is_no_browser()
            await until(lambda: {"update_unreadable"} <= _events(server) or None, _SECONDS, "a log")
            _break(server, "ALTER TABLE lost RENAME TO parts")
            assert "open_thread" in (await worker.press("send")).choices
            await server.stop()
    over.keep_all()
    # The control: it did go wrong, and was said.
    assert {"turn_failed", "update_unreadable", "tip_filed"} <= _events(server)
    assert "OperationalError" in _log(server)
    assert len(cage.canaries) > 30
    found = search([server.folder / "logs"], cage.canaries)
    assert found.count > 1000
    assert found.hits == frozenset()


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_large_pictures_many_at_once_lie_in_no_file_for_a_moment(server: Server) -> None:
    async with drive.client() as http, product.serving(server):
        workers = [Worker(http, server.address) for _ in range(4)]
        with loose.watched(server, server.folder / DATABASE, seconds=0.002) as seen:
            await asyncio.gather(*(_shows(worker) for worker in workers))
        await server.stop()
    assert seen == set()
    assert list(server.temporary.iterdir()) == []


async def _shows(worker: Worker) -> None:
    """Pictures of every size, some of them none, in one form."""
    await worker.reach_story("wages", "")
    await worker.tell("Công ty nợ lương hai tháng nay.")
    await worker.press("pictures")
    small = drawn.encoded(drawn.upright(), "JPEG")
    sent = [small, small + bytes(_LARGE_BYTES), b"\xff\xd8\xff" + bytes(_LARGE_BYTES), b"no"]
    page = await worker.show(*(Picture("a.jpg", data) for data in sent))
    assert page.status == 200


def _break(server: Server, statement: str) -> None:
    connection = sqlite3.connect(server.folder / DATABASE, timeout=10)
    try:
        with connection:
            connection.execute(statement)
    finally:
        connection.close()


def _log(server: Server) -> str:
    files = sorted((server.folder / "logs").iterdir())
    return "\n".join(each.read_text(encoding="utf-8") for each in files)


def _events(server: Server) -> set[str]:
    lines = [line for line in _log(server).splitlines() if line.startswith("{")]
    return {str(json.loads(line).get("event")) for line in lines if line.endswith("}")}
