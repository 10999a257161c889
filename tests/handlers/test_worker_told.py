"""What a tip carries for its source, and nothing more: to be told in a chat, to be muted unseen."""

import pytest

from handlers.effects import FileTip, TellHere, TellNoMore
from handlers.events import Chose, Event, Said
from handlers.screens import Rendered
from handlers.turn import Room
from tests.world import Chat, World

TOLD = Room(tells=True)
PLACE = Said("phường bàn thạch đà nẵng")
STORY = Said("Máy dập không có tấm chắn.")


def filed(chat: Chat, *events: Event, category: str = "unsafe") -> FileTip:
    """The tip after the usual questions, `events` before [Send]."""
    road = (Chose("report"), *((Chose("more"),) if category == "forced" else ()))
    for event in (*road, Chose(category), Chose("danger_no"), PLACE, STORY, *events, Chose("send")):
        chat.receive(event)
    [tip] = chat.world.tips.values()
    return tip.tip


def names(shown: Rendered) -> set[str]:
    return {each.name for each in shown.choices}


@pytest.mark.parametrize(
    ("category", "events", "mutable"),
    [
        ("unsafe", (), True),
        ("wages", (), True),
        ("harassment", (), False),
        ("forced", (), False),
        ("unsafe", (Chose("hide"), Chose("hide_company"), Chose("done")), False),
    ],
)
def test_who_may_be_muted_is_decided_by_what_the_tip_is_about(
    category: str, events: tuple[Event, ...], mutable: bool
) -> None:
    assert filed(Chat(World()), *events, category=category).mutable is mutable


@pytest.mark.parametrize("room", [Room(), Room(buttons=False)])
def test_where_a_chat_cannot_be_told_nobody_is_asked(room: Room) -> None:
    chat = Chat(World(room=room))
    filed(chat)
    assert "tell_here" not in names(chat.receive(Chose("open_thread")))


def test_before_sending_nobody_is_asked() -> None:
    chat = Chat(World(room=TOLD))
    for event in (Chose("report"), Chose("unsafe"), Chose("danger_no"), PLACE, STORY):
        assert "tell_here" not in names(chat.receive(event))


def test_without_the_second_look_nothing_is_kept() -> None:
    chat = Chat(World(room=TOLD))
    filed(chat)
    assert chat.turn(Chose("tell_yes")).effects == ()
    chat.receive(Chose("tell_here"))
    for event in (Chose("no_keep"), Chose("back"), Said("khong")):
        assert not any(isinstance(each, TellHere) for each in chat.turn(event).effects)
    assert any(isinstance(each, TellHere) for each in chat.turn(Chose("tell_yes")).effects)


def test_it_can_be_ended_wherever_the_code_is_typed() -> None:
    world = World(room=TOLD)
    chat = Chat(world)
    filed(chat)
    for name in ("tell_here", "tell_yes"):
        chat.receive(Chose(name))
    assert "tell_no_more" in names(chat.receive(Chose("refresh")))
    # The same thread where no chat can be told.
    world.room = Room()
    assert "tell_no_more" in names(chat.receive(Chose("refresh")))
    ended = chat.turn(Chose("tell_no_more"))
    assert any(isinstance(each, TellNoMore) for each in ended.effects)
    chat.receive(Chose("tell_no_more"))
    assert not names(chat.receive(Chose("refresh"))) & {"tell_no_more", "tell_here"}
