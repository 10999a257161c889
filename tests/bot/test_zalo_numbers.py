"""A number means what was seen last: too early, too late, twice at once, it chooses nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.zalo_bot.sights import Sights, Whose
from handlers.states import AskingDanger, ChoosingCategory, Resting
from storage.volatile import Memory
from tests.fakes import zalo_bot as fakes
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import Order
from tests.zalo_house import Way
from tests.zalo_scene import Scene, scene

UNSEEN = "Bạn trả lời trước khi thấy các mục này"
GONE = "Chúng tôi không còn giữ bước trước của bạn"
CATEGORIES = "Việc bạn muốn báo thuộc nhóm nào"
DANGER = "Có ai đang gặp nguy hiểm"


def typed_at(at: Scene, words: str, date: int, number: str = "") -> None:
    """Words arrive that were typed at another time than now."""
    worker = at.worker.id
    at.zalo.deliver(
        {
            "event_name": "message.text.received",
            "message": {
                "from": {"id": worker, "is_bot": False},
                "chat": {"id": worker, "chat_type": "PRIVATE"},
                "text": words,
                "message_id": number or f"number{date}{len(words)}",
                "date": date,
            },
        }
    )


async def state_of(at: Scene) -> object:
    known = await at.house.inbound._load(f"{at.account.channel}|{at.worker.id}")
    return known.talk.state


@pytest.mark.parametrize("words", ["1", "số 1", "một", "0", "có", "không", "９"])
async def test_the_first_thing_ever_typed_chooses_nothing(words: str, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        shown = await at.says(at.worker, words)
        assert GONE in shown
        assert "1. Báo tin" in shown
        assert isinstance(await state_of(at), Resting)


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("words", ["2", "hai", "có", "không", "0"])
@pytest.mark.parametrize("earlier", [0, 1, 60_000])
async def test_what_was_typed_before_the_choices_were_there_chooses_nothing(
    earlier: int, words: str, way: Way, tmp_path: Path
) -> None:
    async with scene(tmp_path, way) as at:
        await at.says(at.worker, "báo tin")
        await at.says(at.worker, "Nợ lương")
        date = at.heard()[-1].date_ms
        typed_at(at, words, date - earlier)
        await at.all_done()
        assert UNSEEN in at.last()
        assert DANGER in at.last()
        assert isinstance(await state_of(at), AskingDanger)
        # Now it was seen.
        typed_at(at, "hai", at.heard()[-1].date_ms + 1)
        await at.all_done()
        assert "Chuyện xảy ra ở đâu" in at.last()


async def test_in_seconds_the_second_of_the_choices_counts_as_after_them(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "báo tin")
        second = at.heard()[-1].date_ms // 1000
        typed_at(at, "1", second)
        await at.all_done()
        assert CATEGORIES not in at.last()
        typed_at(at, "2", second - 5)
        await at.all_done()
        assert UNSEEN in at.last()


async def test_without_a_date_a_number_is_taken_as_it_comes(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "báo tin")
        typed_at(at, "1", 0)
        await at.all_done()
        assert DANGER in at.last()


@pytest.mark.parametrize("words", ["2", "không"])
async def test_while_an_answer_is_on_its_way_a_number_chooses_nothing(
    words: str, tmp_path: Path
) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "báo tin")
        at.zalo.fail(fakes.Slow(0.5), "sendMessage")
        await at.worker.say("Nợ lương")
        await at.zalo.settled()
        await at.worker.say(words)
        await at.all_done()
        assert UNSEEN in at.last()
        assert isinstance(await state_of(at), AskingDanger)


async def test_two_numbers_at_once_choose_once(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        await at.says(at.worker, "báo tin")
        at.zalo.habits.delivery.order = Order.AT_ONCE
        store, chat = at.house.volatile, f"{at.account.channel}|{at.worker.id}"
        assert isinstance(store, Memory)
        async with store.hold("turn", chat):
            for _ in range(3):
                await at.worker.say("1")
            # All three have come, and none of them was answered.
            await until(
                lambda: (
                    users(store, "turn", chat) == 4 or users(store, "update", chat) == 3 or None
                ),
                60,
                "three calls at once",
            )
        await at.all_done()
        assert isinstance(await state_of(at), AskingDanger)
        assert sum(UNSEEN in each.text for each in at.heard()) == 2


def users(store: Memory, kind: str, name: str) -> int:
    """How many are in, or wait to be."""
    locks, place = store._turnstile._locks, store._sealer.place(kind, name)
    return locks[place][1] if place in locks else 0


@pytest.mark.parametrize("fault", [fakes.Cut(), fakes.timed_out(), fakes.Refuse(400, "no")])
async def test_after_an_answer_that_may_be_lost_a_number_chooses_nothing(
    fault: fakes.Fault, tmp_path: Path
) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "báo tin")
        at.zalo.fail(fault, "sendMessage")
        await at.worker.say("Nợ lương")
        await at.all_done()
        assert UNSEEN in await at.says(at.worker, "1")
        assert isinstance(await state_of(at), AskingDanger)


async def test_after_two_idle_hours_a_number_sends_nothing_and_that_is_told(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        at.clock.now += timedelta(hours=2, seconds=1)
        shown = await at.says(at.worker, "1")
        assert GONE in shown
        assert "chưa được gửi" in shown
        assert "Xin chào" in shown
        assert await at.player.tips() == 0
        assert CATEGORIES in await at.says(at.worker, "1")


async def test_a_label_typed_in_full_needs_no_choices_to_be_seen(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        assert CATEGORIES in await at.says(at.worker, "Báo tin")
        typed_at(at, "Nợ lương", at.heard()[-1].date_ms - 60_000)
        await at.all_done()
        assert DANGER in at.last()
        typed_at(at, "quay lại", at.heard()[-1].date_ms - 60_000)
        await at.all_done()
        assert isinstance(await state_of(at), ChoosingCategory)


async def test_a_full_store_forgets_what_was_seen_before() -> None:
    full = Memory(bytes(32), lambda: 0.0, max_bytes=700)
    sights = Sights(full, "zalo_bot:1")
    await sights.shown("lan", Whose.TALK, 100)
    assert not await sights.are_unseen("lan", Whose.TALK, 101)
    await full.put("draft", "x", bytes(60), seconds=100)
    # What is longer than before does not fit any more: no number is better than an old one.
    await sights.shown("lan", Whose.TALK, 10**80)
    assert await sights.are_unseen("lan", Whose.TALK, 10**81)
    assert await sights.last("lan") is None


async def test_what_belongs_to_an_officers_rings_is_no_choice_of_the_talk() -> None:
    sights = Sights(Memory(bytes(32), lambda: 0.0), "zalo_bot:1")
    await sights.shown("lan", Whose.RINGS, 100)
    assert await sights.last("lan") is Whose.RINGS
    assert await sights.are_unseen("lan", Whose.TALK, 200)
    assert not await sights.are_unseen("lan", Whose.RINGS, 200)
    await sights.lost("lan", Whose.RINGS)
    assert await sights.are_unseen("lan", Whose.RINGS, 200)
