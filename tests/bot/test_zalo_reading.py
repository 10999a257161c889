"""What an update of Zalo says to us: every event in every shape, and whatever else may come."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_bot.reading import (
    Did,
    Grouped,
    Kept,
    Passed,
    Pictured,
    Unread,
    What,
    date_of,
    read,
)
from handlers.events import Brought, Said, Unusable
from tests.fakes.zalo_bot import FakeZalo, Fields, Habits

ME = "1459000000000000001"
LAN = "6ab1c2d3e4f5a6b7c8d9"
NAME = "Nguyễn Thị Lan Anh"
URL = "https://photo.example.zdn.vn/a/b.jpg"
NUMBER = "77aa88bb99cc00dd11ee"
MOMENT = 1_790_000_000_123
ODD: tuple[object, ...] = (None, 0, -5, True, 1.5, "", "x", "-1", "９", 10**15, [], {})
TEXT = "message.text.received"
IMAGE = "message.image.received"


def message(**fields: object) -> dict[str, object]:
    told: dict[str, object] = {
        "from": {"id": LAN, "display_name": NAME, "is_bot": False},
        "chat": {"id": LAN, "chat_type": "PRIVATE"},
        "message_id": NUMBER,
        "date": MOMENT,
    }
    return {name: value for name, value in (told | fields).items() if value is not None}


def event(name: str, **fields: object) -> dict[str, object]:
    return {"event_name": name, "message": message(**fields)}


def both(update: Mapping[str, object]) -> What:
    """What an update says, which is the same with its wrapping and without."""
    bare, wrapped = read(update, ME), read({"ok": True, "result": update}, ME)
    assert bare == wrapped
    return bare


EVERY = [
    (event(TEXT, text="Tôi muốn báo một việc"), Said("Tôi muốn báo một việc")),
    (event(TEXT, text=""), Said("")),
    (event(TEXT), Said("")),
    (event(TEXT, text=5), Said("")),
    (event(TEXT, text="1", message_type="CHAT_MESSAGE", quote={"text": "cũ"}), Said("1")),
    (event("message.sticker.received", sticker="0e07", url=URL), Brought(Unusable.STICKER)),
    (event("message.voice.received", voice_url=URL), Brought(Unusable.VOICE)),
    (event("message.link.received", text="xem", url=URL), Said("xem")),
    (event("message.link.received", url=URL), Said(URL)),
    (event(IMAGE, caption="cửa khóa"), Brought(Unusable.BROKEN, "cửa khóa")),
    (event(IMAGE, photo_url="", photo=None), Brought(Unusable.BROKEN)),
    (event(IMAGE, photo_url={"url": URL}), Brought(Unusable.BROKEN)),
]


@pytest.mark.parametrize(("update", "meant"), EVERY)
def test_an_event_is_what_the_person_did(update: Mapping[str, Any], meant: Said | Brought) -> None:
    assert both(update) == Did(LAN, f"{NUMBER}|{update['event_name']}", meant, MOMENT)


@pytest.mark.parametrize("fields", [{"photo_url": URL}, {"photo": URL}])
@pytest.mark.parametrize("caption", ["Cửa này", "", None])
def test_a_picture_lies_where_either_field_says(
    fields: dict[str, object], caption: str | None
) -> None:
    meant = Pictured(LAN, f"{NUMBER}|{IMAGE}", URL, caption or "", MOMENT)
    assert both(event(IMAGE, **fields, caption=caption)) == meant


def test_of_two_addresses_the_one_that_real_bots_get_is_taken() -> None:
    what = both(event(IMAGE, photo_url=URL, photo="https://docs.example.vn/x.jpg"))
    assert isinstance(what, Pictured)
    assert what.url == URL


@pytest.mark.parametrize("name", ["message.unsupported.received", "message.link.received"])
def test_what_the_platform_keeps_back_is_somebodys_all_the_same(name: str) -> None:
    assert both(event(name)) == Kept(LAN, f"{NUMBER}|{name}")


@pytest.mark.parametrize(
    ("update", "why"),
    [
        ({"event_name": "message.unsupported.received"}, Unread.NO_CHAT),
        ({"event_name": TEXT}, Unread.BROKEN),
        ({"event_name": TEXT, "message": None}, Unread.BROKEN),
        ({"event_name": TEXT, "message": [message()]}, Unread.BROKEN),
        ({}, Unread.BROKEN),
        (event(TEXT, chat=None, **{"from": None}), Unread.NO_CHAT),
        (event(TEXT, chat={"id": 5}, **{"from": {"id": ["x"]}}), Unread.NO_CHAT),
        (event(TEXT, chat={"id": "a b"}), Unread.NO_CHAT),
        (event(TEXT, chat={"id": "x" * 65}), Unread.NO_CHAT),
        (event(TEXT, chat={"id": "6ab1\n"}), Unread.NO_CHAT),
        (event("message.reaction.received", reaction="/-heart"), Unread.REACTION),
        (event("message.dance.received", text="1"), Unread.UNKNOWN),
        (event("user.follow"), Unread.UNKNOWN),
        ({"message": message(text="x")}, Unread.UNKNOWN),
        ({"event_name": 7, "message": message(text="x")}, Unread.UNKNOWN),
        (event(TEXT, text="x", **{"from": {"id": LAN, "is_bot": True}}), Unread.OWN),
        (event(TEXT, text="x", **{"from": {"id": ME, "is_bot": False}}), Unread.OWN),
        (event(TEXT, text="x", **{"from": {"id": ME}}), Unread.OWN),
    ],
)
def test_what_is_not_answered_says_why(update: dict[str, object], why: Unread) -> None:
    assert both(update) == Passed(why)


@pytest.mark.parametrize("name", [TEXT, IMAGE, "message.unsupported.received", "message.new"])
@pytest.mark.parametrize(
    "chat",
    [
        {"id": "9fee", "chat_type": "GROUP"},
        {"id": "9fee", "chat_type": "group"},
        {"id": "9fee", "type": "GROUP"},
        # A kind that nobody knows yet, and none at all: its number is not its person's.
        {"id": "9fee", "chat_type": "COMMUNITY"},
        {"id": "9fee"},
    ],
)
def test_nothing_of_a_group_is_read(name: str, chat: dict[str, object]) -> None:
    assert both(event(name, chat=chat, text="chuyện kín", photo_url=URL)) == Grouped("9fee")


@pytest.mark.parametrize(
    "chat", [{"id": LAN}, {"id": LAN, "type": "private"}, {"id": LAN, "chat_type": "ROOM"}, None]
)
def test_a_chat_with_its_persons_own_number_is_private(chat: dict[str, object] | None) -> None:
    what = both(event(TEXT, chat=chat, text="alo"))
    assert isinstance(what, Did)
    assert what.address == LAN


@pytest.mark.parametrize(
    ("told", "milliseconds"),
    [
        (MOMENT, MOMENT),
        (str(MOMENT), MOMENT),
        # Only the second is told: the end of it, so that nothing typed in it looks too early.
        (1_790_000_000, 1_790_000_000_999),
        ("1790000000", 1_790_000_000_999),
        *((odd, 0) for odd in ODD),
    ],
)
def test_a_moment_is_read_in_milliseconds_and_in_seconds(told: object, milliseconds: int) -> None:
    assert date_of(told) == milliseconds


def test_a_repeat_is_known_by_the_message_and_its_event() -> None:
    first = read(event(TEXT, text="GỬI"), ME)
    assert first == read(json.loads(json.dumps(event(TEXT, text="GỬI"))), ME)
    seen = {
        what.number
        for what in (
            first,
            read(event(TEXT, text="GỬI", message_id="other"), ME),
            read(event("message.sticker.received"), ME),
            read(event(TEXT, text="GỬI", message_id=None), ME),
            read(event(TEXT, text="GỬI", message_id=None, date=MOMENT + 1), ME),
        )
        if isinstance(what, Did)
    }
    assert len(seen) == 5
    again = read(event(TEXT, text="GỬI", message_id=None), ME)
    assert isinstance(again, Did)
    assert again.number in seen
    odd = read(event(TEXT, text="GỬI", message_id="\ud800" * 1000), ME)
    assert isinstance(odd, Did)
    assert odd.number.isascii()
    assert len(odd.number) == 32


def test_decomposed_words_are_handed_on_as_they_came() -> None:
    typed = unicodedata.normalize("NFD", "Quản đốc trừ lương")
    what = read(event(TEXT, text=typed), ME)
    assert isinstance(what, Did)
    assert what.event == Said(typed)


@pytest.mark.parametrize("habits", [Habits(), Habits(old_fields=True), Habits(nameless=True)])
@pytest.mark.parametrize("fields", Fields)
async def test_what_the_fake_brings_is_read_in_every_habit(habits: Habits, fields: Fields) -> None:
    habits.dates_in_seconds = habits.old_fields
    async with FakeZalo(habits=habits) as zalo:
        worker = zalo.person("Worker", display_name=NAME)
        await worker.say("alo")
        await worker.photo(b"\xff\xd8\xff", "ảnh", fields)
        await worker.sticker()
        await worker.voice()
        await worker.link("https://vi.example.org")
        await worker.unsupported()
        await worker.reaction()
        await worker.echo("Xin chào")
        await worker.echo("Xin chào", is_marked=False)
        await worker.says_in_group("Tổ may", "alo")
        await worker.unsupported(with_message=False)
        found = [read(each.body, zalo.bot().id) for each in zalo.bot().inbox.history]
        kinds = (Did, Pictured, Did, Did, Did, Kept, Passed, Passed, Passed, Grouped, Passed)
        assert tuple(type(each) for each in found) == kinds
        assert [each.why for each in found if isinstance(each, Passed)] == [
            Unread.REACTION,
            Unread.OWN,
            Unread.OWN,
            Unread.NO_CHAT,
        ]
        assert {each.address for each in found if isinstance(each, Did)} == {worker.id}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "result",
                    "event_name",
                    "message",
                    "from",
                    "chat",
                    "id",
                    "text",
                    "date",
                    "photo_url",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
NAMES = st.sampled_from(
    [each[0]["event_name"] for each in EVERY] + ["message.reaction.received", "x", 5]
)


@given(st.dictionaries(st.sampled_from(["result", "event_name", "message"]), JSON))
def test_no_json_makes_reading_raise(update: dict[str, Any]) -> None:
    assert read(update, ME) is not None


@given(NAMES, JSON, JSON, JSON, JSON, st.booleans())
def test_no_field_of_a_message_makes_reading_raise(
    name: object, sender: object, chat: object, text: object, date: object, whole: bool
) -> None:
    sender = {"id": LAN, "display_name": NAME, "name": NAME} if whole else sender
    fields = {"from": sender, "chat": chat, "text": text, "caption": text, "photo": text}
    update = {"event_name": name, "message": fields | {"message_id": date, "date": date}}
    # Their names and faces stay outside, whatever stands beside them.
    assert NAME not in everything(read(update, ME))
    assert NAME not in everything(read({"result": update}, ME))


def everything(what: What) -> str:
    """All that comes out of reading, with what is not shown."""
    return repr({name: getattr(what, name) for name in type(what).__slots__})


def test_what_a_person_wrote_and_is_stands_in_no_repr() -> None:
    for update, _ in EVERY:
        shown = repr(read(update, ME))
        assert LAN not in shown
        assert "Tôi muốn" not in shown
    shown = repr(read(event(IMAGE, photo_url=URL, caption="Cửa này"), ME))
    assert "Cửa" not in shown
    assert URL not in shown
    assert LAN not in repr(read(event(TEXT, chat={"id": LAN, "chat_type": "GROUP"}), ME))
