"""The short road: at most eight answers for every category and every kind of place."""

import pytest

from handlers import routing
from handlers.events import Chose, Said
from handlers.states import (
    AtDoorway,
    ChoosingDetail,
    NarrowingPlace,
    PickingPlace,
    Received,
    Reviewing,
    TellingDetail,
    TellingStory,
)
from handlers.tips import Category, police_allowed
from handlers.turn import Room
from handlers.worker.tip import SECOND_PAGE
from tests.world import Chat, World, tree

MOST_ANSWERS = 8
PLACES: dict[str, list[str | Chose]] = {
    "clear": ["phường Bàn Thạch, Đà Nẵng"],
    "ambiguous": ["Đông Hòa"],
    "former district": ["Châu Thành A"],
    "former district, its commune typed": ["Châu Thành A", "Thạnh Xuân"],
    "former province": ["hậu giang"],
    "province, its commune typed": ["Đà Nẵng", "Bàn Thạch"],
    "province, something unknown in it": ["Đà Nẵng", "xóm Mít"],
    "several, one of them wide": ["Thủ Đức"],
    "not found, kept as typed": ["Công ty Mẫu Thử", Chose("keep_place")],
    "not found, rather not say": ["Công ty Mẫu Thử", Chose("no_place")],
    "rather not say": [Chose("no_place")],
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("category", Category)
def test_at_most_eight_answers_lead_to_a_tip(category: Category, place: str) -> None:
    world = World(asks=True)
    chat = Chat(world)
    answers = 0

    def does(event: Chose | Said) -> None:
        nonlocal answers
        answers += 1
        chat.receive(event)

    does(Chose("report"))
    if category in SECOND_PAGE:
        does(Chose("more"))
    does(Chose(category.value))
    does(Chose("danger_no"))
    for typed in PLACES[place]:
        does(Said(typed) if isinstance(typed, str) else typed)
    if isinstance(chat.talk.state, PickingPlace):
        does(Chose("place1"))
    if isinstance(chat.talk.state, NarrowingPlace):
        does(Chose("keep_area"))
    assert isinstance(chat.talk.state, TellingStory)
    does(Said("Chuyện xảy ra tuần trước, nhiều người thấy."))
    if isinstance(chat.talk.state, ChoosingDetail | TellingDetail):
        does(Chose("skip_all"))
    does(Chose("send"))
    assert isinstance(chat.talk.state, Received)
    assert answers <= MOST_ANSWERS
    [filed] = world.tips.values()
    assert filed.tip.category is category
    unit = tree().get(filed.unit)
    assert unit is not None
    assert unit.kind is routing.UnitKind.UNION
    assert not unit.inside_company


@pytest.mark.parametrize("category", Category)
def test_a_wide_place_makes_no_road_longer_where_the_page_is_offered_first(
    category: Category,
) -> None:
    chat = Chat(World(room=Room(buttons=False, keeper="Zalo"), asks=True))
    more = ["more"] if category in SECOND_PAGE else []
    events: list[Chose | Said] = [Chose(each) for each in ("report", *more, category.value)]
    events += [Chose("danger_no"), Said("Hậu Giang")]
    answers = len(events)
    for event in events:
        chat.receive(event)
    for state, event in (
        (NarrowingPlace, Said("Thạnh Xuân")),
        (AtDoorway, Chose("stay")),
        (TellingStory, Said("Chuyện xảy ra tuần trước, nhiều người thấy.")),
        ((ChoosingDetail, TellingDetail), Chose("skip_all")),
        (Reviewing, Chose("send")),
    ):
        if isinstance(chat.talk.state, state):
            answers += 1
            chat.receive(event)
    assert isinstance(chat.talk.state, Received)
    assert answers <= MOST_ANSWERS


@pytest.mark.parametrize("category", Category)
def test_the_police_are_offered_only_where_they_may_be_told(category: Category) -> None:
    chat = Chat(World())
    for name in ("report", *(["more"] if category in SECOND_PAGE else []), category.value):
        chat.receive(Chose(name))
    chat.receive(Chose("danger_no"))
    chat.receive(Chose("no_place"))
    shown = chat.receive(Said("Chuyện xảy ra tuần trước."))
    offered = "police" in {button.name for button in shown.choices}
    assert offered is police_allowed(category)
