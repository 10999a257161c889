"""Pictures sent to the worker's page: held one at a time, each answered, none on a disk."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from bs4 import BeautifulSoup

from bot.web.server import make_application
from bot.web.uploads import BUDGET, MAX_FILE_BYTES, MAX_HELD_BYTES, Budget
from handlers.events import Brought, Chose, Showed, Unusable
from tests.bot.house import House, parts

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]
PICTURE = b"\xff\xd8\xff" + b"picture" * 40


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(parts(house)))) as client:
        yield client


async def at_pictures(client: Client, house: House) -> dict[str, str]:
    """The hidden fields of the form that takes pictures."""
    await client.post("/", data={"turn": "0", "at": "start", "choice": "report"})
    house.go("pictures")
    shown = BeautifulSoup(await (await client.get("/")).text(), "html.parser")
    return {str(each["name"]): str(each["value"]) for each in shown.select("#talk [type=hidden]")}


def sent(fields: dict[str, str], *files: bytes, **pressed: str) -> aiohttp.FormData:
    """A form as a browser sends it: hidden fields, files, then the button."""
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    for number, content in enumerate(files):
        form.add_field("pictures", io.BytesIO(content), filename=f"photo{number}.jpg")
    for name, value in pressed.items():
        form.add_field(name, value)
    return form


async def told(answer: aiohttp.ClientResponse) -> str:
    assert answer.status == 200
    main = BeautifulSoup(await answer.text(), "html.parser").select_one("main")
    assert main is not None
    return main.get_text(" ", strip=True)


async def test_a_picture_is_kept_and_said_so(client: Client, house: House) -> None:
    fields = await at_pictures(client, house)
    words = await told(await client.post("/", data=sent(fields, PICTURE)))
    assert "kept: picture1" in words
    assert house.kept[next(iter(house.chats))] == [len(PICTURE)]


async def test_nothing_touches_a_temporary_file(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError):
        tempfile.TemporaryFile()  # noqa: SIM115 - the trap works
    fields = await at_pictures(client, house)
    large = PICTURE + bytes(9 * 1024 * 1024)
    assert "kept" in await told(await client.post("/", data=sent(fields, large)))


async def test_fifty_photos_are_answered_and_the_first_ones_kept(
    client: Client, house: House
) -> None:
    fields = await at_pictures(client, house)
    words = await told(await client.post("/", data=sent(fields, *[PICTURE] * 50)))
    events = house.only_chat().events[1:]
    assert [type(event) for event in events] == [Showed] * 5 + [Brought]
    assert events[-1] == Brought(Unusable.ENOUGH)
    assert "Đã nhận 5 tệp." in words
    assert "Chưa nhận 45 tệp." in words


@pytest.mark.parametrize("size", [25, 40])
async def test_a_file_that_is_far_too_large_gets_an_answer_and_the_next_one_is_kept(
    client: Client, house: House, size: int
) -> None:
    fields = await at_pictures(client, house)
    huge = PICTURE + bytes(size * 1024 * 1024)
    await told(await client.post("/", data=sent(fields, huge, PICTURE)))
    [_, kept, refused] = house.only_chat().events
    assert isinstance(kept, Showed)
    assert refused == Brought(Unusable.TOO_BIG)


async def test_the_largest_file_is_taken_and_one_byte_more_is_not(
    client: Client, house: House
) -> None:
    for extra, expected in ((0, Showed), (1, Brought)):
        house.chats.clear()
        client.session.cookie_jar.clear()
        fields = await at_pictures(client, house)
        content = PICTURE + bytes(MAX_FILE_BYTES - len(PICTURE) + extra)
        await told(await client.post("/", data=sent(fields, content)))
        assert isinstance(house.only_chat().events[-1], expected)


async def test_what_is_no_picture_is_refused_once_and_not_sent_off(
    client: Client, house: House
) -> None:
    fields = await at_pictures(client, house)
    form = sent(fields, b"MZ", b"PK", b"", choice="choice1")
    words = await told(await client.post("/", data=form))
    assert words.count("refused: not_a_picture") == 1
    assert words.count("refused: empty") == 1
    assert words.count("Bạn có ảnh không?") == 1
    assert house.only_chat().events[1:] == [
        Brought(Unusable.NOT_A_PICTURE),
        Brought(Unusable.EMPTY),
    ]


async def test_a_button_beside_good_pictures_is_pressed_after_them(
    client: Client, house: House
) -> None:
    fields = await at_pictures(client, house)
    await told(await client.post("/", data=sent(fields, PICTURE, choice="choice1")))
    [_, kept, pressed] = house.only_chat().events
    assert isinstance(kept, Showed)
    assert pressed == Chose("choice1")


async def test_an_empty_file_field_is_no_file(client: Client, house: House) -> None:
    fields = await at_pictures(client, house)
    form = sent(fields)
    form.add_field("pictures", b"", filename="", content_type="application/octet-stream")
    form.add_field("choice", "choice1")
    await told(await client.post("/", data=form))
    assert house.only_chat().events[1:] == [Chose("choice1")]


async def test_pictures_in_an_old_or_forged_form_are_thrown_away(
    client: Client, house: House
) -> None:
    fields = await at_pictures(client, house)
    for wrong, status in (({"turn": "7"}, 200), ({"csrf": "x"}, 403)):
        answer = await client.post("/", data=sent(fields | wrong, PICTURE))
        assert answer.status == status
    assert not house.kept
    assert len(house.only_chat().events) == 1


async def test_two_equal_uploads_at_once_count_once(client: Client, house: House) -> None:
    fields = await at_pictures(client, house)
    await asyncio.gather(*(client.post("/", data=sent(fields, PICTURE)) for _ in range(3)))
    assert [type(event) for event in house.only_chat().events[1:]] == [Showed]


async def test_a_full_house_says_so_and_gets_its_memory_back(client: Client, house: House) -> None:
    assert client.app is not None
    budget = client.app[BUDGET]
    fields = await at_pictures(client, house)
    budget.take(budget.free - 100)
    await told(await client.post("/", data=sent(fields, PICTURE)))
    assert house.only_chat().events[-1] == Brought(Unusable.STORE_FULL)
    assert budget.free == 100


async def test_uploads_that_end_halfway_hold_no_memory(client: Client, house: House) -> None:
    assert client.app is not None
    fields = await at_pictures(client, house)
    boundary = "b"
    parts_ = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="p"; filename="p.jpg"\r\n\r\n'
    body = "".join([*parts_, head]).encode() + PICTURE * 1000
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = await client.post("/", data=body, headers=kind)
    assert answer.status == 400
    assert client.app[BUDGET].free == MAX_HELD_BYTES
    assert not house.kept


def test_a_budget_gives_what_it_has_and_no_more() -> None:
    budget = Budget(10)
    assert budget.take(6)
    assert not budget.take(5)
    budget.give_back(6)
    assert budget.take(10)
