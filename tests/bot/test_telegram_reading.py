"""What an update says: every kind, as the fake sends it, read by the library and then by us."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram import reading
from bot.channels.telegram.reading import (
    CALLBACK_BYTES,
    NO_TURN,
    Answered,
    Blocked,
    Did,
    Grouped,
    Passed,
    Pictured,
    Pressed,
    Unread,
    What,
    button,
    queue_of,
)
from broadcasts import wording
from handlers.events import Brought, Event, PressedUnder, Said, Under, Unusable
from handlers.languages import Language
from tests.clips import photo
from tests.fakes.telegram import FakeTelegram, Person

Doing = Callable[[Person], Awaitable[object]]
CANARIES = ("Canary-First", "Canary-Last", "canary_user", "Canary-Origin")


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def worker(telegram: FakeTelegram) -> Person:
    return telegram.person("Canary-First", last_name="Canary-Last", username="canary_user")


def taken(telegram: FakeTelegram) -> list[dict[str, Any]]:
    """The raw updates so far."""
    return [update.body for update in telegram.bot().inbox.waiting.values()]


def understood(raw: dict[str, Any]) -> What:
    return reading.read(Update.de_json(raw, None))


def read_last(telegram: FakeTelegram) -> What:
    return understood(taken(telegram)[-1])


def message(number: int = 7, **content: object) -> dict[str, Any]:
    chat = {"id": 7, "type": "private", "first_name": "A"}
    sender = {"id": 7, "is_bot": False, "first_name": "A"}
    return {
        "update_id": 1,
        "message": {"message_id": number, "date": 1, "chat": chat, "from": sender, **content},
    }


async def test_words_are_taken_with_chat_and_number_only(
    telegram: FakeTelegram, worker: Person
) -> None:
    post = await worker.say("/baotin@tieng_tho_bot")
    what = read_last(telegram)
    assert isinstance(what, Did)
    assert (what.address, what.event) == (str(worker.id), Said("/baotin@tieng_tho_bot"))
    assert (what.number, what.message) == (str(taken(telegram)[-1]["update_id"]), post.id)


async def test_names_origins_and_languages_stay_outside(
    telegram: FakeTelegram, worker: Person
) -> None:
    await worker.say("a")
    await worker.forward("b", author="Canary-Origin")
    await worker.say("c", via="Canary-Origin")
    await worker.photo(photo(), "d")
    read = [understood(raw) for raw in taken(telegram)]
    assert [what.event for what in read[:3] if isinstance(what, Did)] == [
        Said("a"),
        Said("b"),
        Said("c"),
    ]
    kept = " ".join(str(getattr(what, name)) for what in read for name in what.__slots__)
    assert not any(canary in kept for canary in CANARIES)


@pytest.mark.parametrize(
    "what",
    [
        Did("4711", "4712", Said("words"), 4713),
        Pressed("4711", "4712", "4713", 1, "a"),
        Answered("4711", "4712", "4713", PressedUnder(Under.STOP)),
        Blocked("4711"),
    ],
)
def test_nobody_is_told_by_printing_what_was_read(what: What) -> None:
    assert "471" not in repr(what)
    assert "words" not in repr(what)


UNUSABLE: list[tuple[str, Doing, Event]] = [
    ("sticker", lambda who: who.sticker(), Brought(Unusable.STICKER)),
    ("voice", lambda who: who.voice(), Brought(Unusable.VOICE)),
    ("contact", lambda who: who.contact(), Brought(Unusable.OTHER)),
    ("location", lambda who: who.location(), Brought(Unusable.OTHER)),
    ("poll", lambda who: who.poll(), Brought(Unusable.OTHER)),
]


@pytest.mark.parametrize(
    ("do", "event"), [pytest.param(*rest, id=name) for name, *rest in UNUSABLE]
)
async def test_what_cannot_be_taken_is_told_apart(
    do: Doing, event: Event, telegram: FakeTelegram, worker: Person
) -> None:
    await do(worker)
    what = read_last(telegram)
    assert isinstance(what, Did)
    assert what.event == event


@pytest.mark.parametrize(
    "do",
    [
        lambda who: who.video(b"ftyp", caption="xem"),
        lambda who: who.document(b"%PDF", caption="xem"),
        lambda who: who.document(b"heic", "IMG_1.HEIC", "image/heic", caption="xem"),
        lambda who: who.document(b"PK", "../../x", "application/zip", caption="xem"),
    ],
    ids=["video", "pdf", "heic", "zip"],
)
async def test_every_file_is_fetched_for_its_content_tells_what_it_is(
    do: Doing, telegram: FakeTelegram, worker: Person
) -> None:
    await do(worker)
    what = read_last(telegram)
    assert isinstance(what, Pictured)
    assert what.words == "xem"


@pytest.mark.parametrize("kind", ["video_note", "audio"])
def test_whatever_has_a_voice_is_refused_as_a_voice(kind: str) -> None:
    thing = {"file_id": "f", "file_unique_id": "u", "duration": 3, "length": 3}
    raw = message()
    raw["message"][kind] = thing
    what = understood(raw)
    assert isinstance(what, Did)
    assert what.event == Brought(Unusable.VOICE)


def test_a_kind_of_message_that_nobody_knows_yet_is_answered(worker: Person) -> None:
    what = understood(message(hologram={"file_id": "x"}, caption="đây"))
    assert isinstance(what, Did)
    assert what.event == Brought(Unusable.OTHER, "đây")
    dice = understood(message(dice={"emoji": "🎲", "value": 3}))
    assert isinstance(dice, Did)
    assert dice.event == Brought(Unusable.OTHER)


def test_what_the_app_writes_by_itself_is_not_answered() -> None:
    allowed = message(write_access_allowed={"from_request": True})
    assert understood(allowed) == Passed(Unread.NOTICE)


async def test_of_a_photo_the_largest_size_is_fetched(
    telegram: FakeTelegram, worker: Person
) -> None:
    await worker.photo(photo(), "Cửa bị khóa")
    sizes = taken(telegram)[-1]["message"]["photo"]
    what = read_last(telegram)
    assert isinstance(what, Pictured)
    assert what.file == max(sizes, key=lambda size: size["width"])["file_id"]
    assert what.words == "Cửa bị khóa"
    assert what.size > 0


async def test_each_picture_of_an_album_is_one(telegram: FakeTelegram, worker: Person) -> None:
    await worker.album([photo(), photo(), photo()], "ba tấm")
    read = [understood(raw) for raw in taken(telegram)]
    assert all(isinstance(what, Pictured) for what in read)
    assert [what.words for what in read if isinstance(what, Pictured)] == ["ba tấm", "", ""]


@pytest.mark.parametrize("mime", ["image/jpeg", "image/PNG"])
async def test_a_picture_sent_as_a_file_is_a_picture(
    mime: str, telegram: FakeTelegram, worker: Person
) -> None:
    await worker.document(photo(), "IMG_0001.jpg", mime)
    what = read_last(telegram)
    assert isinstance(what, Pictured)
    assert "IMG" not in str([getattr(what, name) for name in what.__slots__])


async def test_an_edit_is_told_apart_and_its_words_are_not_taken(
    telegram: FakeTelegram, worker: Person
) -> None:
    post = await worker.say("một")
    await worker.edit(post, "hai")
    what = read_last(telegram)
    assert isinstance(what, Did)
    assert what.event == Brought(Unusable.EDITED)


def test_a_live_location_that_moves_is_not_answered_each_time() -> None:
    raw = message(location={"latitude": 10.9, "longitude": 106.6})
    raw["edited_message"] = raw.pop("message")
    assert understood(raw) == Passed(Unread.NOTICE)


async def test_a_press_tells_its_turn_and_choice(telegram: FakeTelegram, worker: Person) -> None:
    assert pressed(worker.id, button(12, "danger_no")) == (12, "danger_no")


@pytest.mark.parametrize(
    "data", ["", "x", "12", "12:", ":a", "-1:a", "١:a", "1e3:a", "12345678901:a", f"1:{'ô' * 40}"]
)
def test_a_button_that_is_not_ours_belongs_to_no_turn(data: str) -> None:
    assert pressed(7, data) == (NO_TURN, "")


def pressed(chat: int, data: str) -> tuple[int, str]:
    asked = message()["message"] | {"chat": {"id": chat, "type": "private", "first_name": "A"}}
    sender = {"id": chat, "is_bot": False, "first_name": "A"}
    query = {"id": "9", "from": sender, "chat_instance": "1", "message": asked, "data": data}
    what = understood({"update_id": 1, "callback_query": query})
    assert isinstance(what, Pressed)
    assert what.address == str(chat)
    return what.turn, what.choice


def test_a_button_under_a_bulletin_belongs_to_no_turn() -> None:
    for shown in wording.buttons(Language.VI):
        asked = message()["message"] | {"chat": {"id": 7, "type": "private", "first_name": "A"}}
        sender = {"id": 7, "is_bot": False, "first_name": "A"}
        query = {"id": "9", "from": sender, "chat_instance": "1", "message": asked}
        what = understood({"update_id": 1, "callback_query": query | {"data": shown.name}})
        assert isinstance(what, Answered)
        assert what.event == PressedUnder(Under(shown.name.removeprefix("bulletin:")))
    assert pressed(7, "bulletin:burn") == (NO_TURN, "")


def test_a_button_under_a_bulletin_may_say_which_one_it_is() -> None:
    for key in ("0123456789abcdef", "bell_reminder"):
        name = next(each.name for each in wording.buttons(Language.VI, key) if "why" in each.name)
        assert len(name.encode()) <= CALLBACK_BYTES
        asked = message()["message"] | {"chat": {"id": 7, "type": "private", "first_name": "A"}}
        sender = {"id": 7, "is_bot": False, "first_name": "A"}
        query = {"id": "9", "from": sender, "chat_instance": "1", "message": asked, "data": name}
        what = understood({"update_id": 1, "callback_query": query})
        assert isinstance(what, Answered)
        assert what.event == PressedUnder(Under.WHY, key)
    for strange in ("bulletin:why:", "bulletin:why:A b", f"bulletin:why:{'a' * 17}"):
        assert pressed(7, strange) == (NO_TURN, "")


@pytest.mark.parametrize("name", ["x" * 40, "danger_no"])
def test_what_a_button_carries_fits_into_64_bytes(name: str) -> None:
    assert len(button(999_999_999, name).encode()) <= 64


async def test_what_happens_in_groups_goes_to_the_desks(
    telegram: FakeTelegram, worker: Person
) -> None:
    group = await telegram.group("Ban", worker, telegram.bot())
    await worker.say("/desk", to=group)
    read = [understood(raw) for raw in taken(telegram)]
    assert read
    assert all(isinstance(what, Grouped) for what in read)


async def test_channels_are_passed_over(telegram: FakeTelegram, worker: Person) -> None:
    channel = await telegram.channel("Kênh", worker, telegram.bot())
    await channel.post("tin")
    assert {understood(raw) for raw in taken(telegram)} == {Passed(Unread.CHANNEL)}


async def test_of_a_channels_posts_only_a_code_is_read(
    telegram: FakeTelegram, worker: Person
) -> None:
    channel = await telegram.channel("Kênh", worker, telegram.bot())
    await channel.post("/ketnoi 1234-5678-9ABC")
    assert read_last(telegram) == Grouped()
    await channel.post("Gõ /ketnoi để nối")
    assert read_last(telegram) == Passed(Unread.CHANNEL)


async def test_blocking_and_coming_back_is_not_answered(
    telegram: FakeTelegram, worker: Person
) -> None:
    await worker.say("a")
    await worker.block()
    assert read_last(telegram) == Blocked(str(worker.id))
    await worker.unblock()
    assert read_last(telegram) == Passed(Unread.UNBLOCKED)


@pytest.mark.parametrize(
    "raw",
    [
        {"update_id": 1},
        {"update_id": 1, "teleportation": {"to": 7}},
        {
            "update_id": 1,
            "poll_answer": {
                "poll_id": "1",
                "option_ids": [0],
                "option_persistent_ids": ["0"],
                "user": {"id": 7, "is_bot": False, "first_name": "A"},
            },
        },
    ],
)
def test_updates_that_we_have_no_use_for_are_passed_over(raw: dict[str, Any]) -> None:
    assert understood(raw) == Passed(Unread.UNKNOWN)


async def test_the_queue_of_an_update_is_its_chat(telegram: FakeTelegram, worker: Person) -> None:
    await worker.say("a")
    await worker.edit(await worker.say("b"), "c")
    await worker.block()
    assert {queue_of(raw) for raw in taken(telegram)} == {worker.id}
    assert queue_of({"callback_query": {"message": {"chat": {"id": 5}}}, "update_id": 3}) == 5
    broken: list[dict[str, Any]] = [{}, {"message": 1}, {"message": {"chat": "x"}}]
    assert [queue_of(raw) for raw in broken] == [0, 0, 0]
