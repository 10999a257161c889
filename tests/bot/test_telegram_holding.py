"""An officer gives a tip back or away, takes one over, and undoes a closing, in Telegram."""

from collections.abc import AsyncIterator

import pytest

from handlers.roles import Role
from handlers.tips import Kind, Outcome, Status
from handlers.valuable import Valuable
from storage import cases, staff, valuable
from storage.audit import Act
from storage.cases import Case
from tests.fakes.telegram import Person
from tests.telegram_desk import Scene, scene_on
from tests.tip_world import file, new_tip, record_of


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_on(database_url) as made:
        yield made


async def hold(scene: Scene, person: Person) -> bytes:
    """A tip that this officer claimed in the group and looks at in their private chat."""
    tip = await file(scene.made, new_tip())
    await scene.run()
    await scene.press(person, scene.card(), "Nhận")
    await look(scene, person)
    return tip


async def look(scene: Scene, person: Person) -> None:
    await person.start("desk")
    await scene.run()
    await person.say("1")
    await scene.run()


async def press(scene: Scene, person: Person, button: str) -> str:
    """Press a button of the last screen; the screen after it."""
    await person.press(person.sees()[-1], button)
    await scene.run()
    return person.sees()[-1].text


async def test_a_tip_is_given_back_and_may_be_claimed_again(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await hold(scene, an)
    shown = await press(scene, an, "Trả lại")
    assert "Đã trả lại." in shown
    assert "Nhận" in an.sees()[-1].labels
    assert (await record_of(scene.made, tip)).holder is None
    assert "Bạn đã nhận tin này." in await press(scene, an, "Nhận")
    assert (await record_of(scene.made, tip)).holder == scene.members["An"].id.hex()


async def test_a_tip_is_given_to_a_colleague_by_name(scene: Scene) -> None:
    an, binh = await scene.officer("An"), await scene.officer("Binh")
    tip = await hold(scene, an)
    asked = await press(scene, an, "Giao cho…")
    assert "Giao tin “Cây tre xanh” cho ai?" in asked
    assert an.sees()[-1].labels == ("Giao cho Người binh", "Danh sách")
    shown = await press(scene, an, "Giao cho Người binh")
    assert "Đã giao tin cho Người binh." in shown
    assert "Trả lời" not in an.sees()[-1].labels
    assert (await record_of(scene.made, tip)).holder == scene.members["Binh"].id.hex()
    await look(scene, binh)
    assert "Trả lời" in binh.sees()[-1].labels
    assert "Người binh" in scene.card().text


async def test_where_nobody_else_reads_it_is_said(scene: Scene) -> None:
    an = await scene.officer("An")
    await hold(scene, an)
    assert "Chưa có ai khác tiếp nhận tin" in await press(scene, an, "Giao cho…")
    assert an.sees()[-1].labels == ("Danh sách",)


async def test_a_button_for_a_colleague_who_left_gives_it_to_nobody(scene: Scene) -> None:
    an, _ = await scene.officer("An"), await scene.officer("Binh")
    tip = await hold(scene, an)
    await press(scene, an, "Giao cho…")
    async with scene.made.write() as tx:
        await staff.revoke(tx, scene.members["Binh"].id, "north", Role.OFFICER)
    assert "nên không giao được" in await press(scene, an, "Giao cho Người binh")
    assert (await record_of(scene.made, tip)).holder == scene.members["An"].id.hex()


async def test_a_closing_is_undone_in_the_chat(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await hold(scene, an)
    await press(scene, an, "Kết thúc")
    await press(scene, an, "đã xử lý")
    await an.say("Chuyện khác đã xong.")
    await scene.run()
    assert (await record_of(scene.made, tip)).outcome is Outcome.HANDLED
    assert "Lấy lại tin này" in an.sees()[-1].labels
    old = an.sees()[-1]
    assert "Đã lấy lại." in await press(scene, an, "Lấy lại tin này")
    assert "Trả lời" in an.sees()[-1].labels
    known = await record_of(scene.made, tip)
    assert (known.status, known.outcome) == (Status.CLAIMED, None)
    stale = await an.press(old, "Lấy lại tin này")
    await scene.run()
    assert stale.pop_up is not None
    assert "đã cũ" in stale.pop_up.text
    async with scene.made.write() as tx:
        case = await cases.open_case(tx, scene.members["An"].id, tip, scene.clock())
    assert isinstance(case, Case)
    assert [each.kind for each in case.entries] == [Kind.STORY, Kind.TOLD]
    assert (await scene.acts()).count(Act.REOPENED) == 1


async def test_who_closes_a_marked_tip_in_the_chat_thanks_its_worker(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await hold(scene, an)
    member = scene.members["An"].id
    async with scene.made.write() as tx:
        await valuable.mark(tx, member, tip, Valuable.DANGER_ENDED, scene.clock())
    await press(scene, an, "Kết thúc")
    await press(scene, an, "đã xử lý")
    await an.say("Đã xong.")
    await scene.run()
    assert (await record_of(scene.made, tip)).thanked
    assert "Lấy lại tin này" in an.sees()[-1].labels
    await press(scene, an, "Lấy lại tin này")
    assert not (await record_of(scene.made, tip)).thanked


async def test_after_ten_minutes_the_button_says_that_it_is_too_late(scene: Scene) -> None:
    an = await scene.officer("An")
    tip = await hold(scene, an)
    await press(scene, an, "Kết thúc")
    await press(scene, an, "đã xử lý")
    await an.say("Xong.")
    await scene.run()
    scene.clock.turn(minutes=10)
    await an.press(an.sees()[-1], "Lấy lại tin này")
    await scene.run()
    assert any("Không mở lại được nữa" in each for each in scene.private(an))
    assert (await record_of(scene.made, tip)).status is Status.CLOSED


async def test_a_card_leads_a_colleague_to_taking_over_once_its_holder_was_long_away(
    scene: Scene,
) -> None:
    an, binh = await scene.officer("An"), await scene.officer("Binh")
    tip = await hold(scene, an)
    told = await scene.press(binh, scene.card(), "Trả lời")
    assert "Người an đã nhận tin này trước bạn." in told
    before = len(scene.private(binh))
    scene.clock.turn(hours=24)
    assert "Người an" in await scene.press(binh, scene.card(), "Trả lời")
    assert len(scene.private(binh)) == before + 1
    assert binh.sees()[-1].labels == ("Nhận thay", "Ghi chú", "Danh sách")
    assert "Bạn giữ tin này thay Người an." in await press(scene, binh, "Nhận thay")
    assert (await record_of(scene.made, tip)).holder == scene.members["Binh"].id.hex()
    assert "Người binh" in scene.card().text


async def test_a_lead_is_led_there_at_once_and_may_give_it_away_too(scene: Scene) -> None:
    an = await scene.officer("An")
    lead = await scene.officer("Chi", role=Role.LEAD)
    await hold(scene, an)
    await scene.press(lead, scene.card(), "Hỏi thêm")
    assert lead.sees()[-1].labels == ("Nhận thay", "Giao cho…", "Ghi chú", "Danh sách")
