"""An officer presses an old button in Telegram, whatever happened to the tip meanwhile."""

from collections.abc import AsyncIterator

import pytest

from tests import meanwhile
from tests.desk_world import STORY
from tests.meanwhile import EVENTS, GONE
from tests.telegram_desk import Scene, scene_on
from tests.tip_world import file, new_tip, record_of

WORDS = "Chúng tôi đã nhắc công ty."


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Scene]:
    async with scene_on(sqlite_url) as made:
        yield made


@pytest.mark.parametrize("event", EVENTS)
async def test_old_buttons_and_words_change_nothing(one: Scene, event: str) -> None:
    an = await one.officer("An")
    others = await meanwhile.neighbours(one.made)
    new = new_tip("north")
    tip = await file(one.made, new)
    await one.run()
    await one.press(an, one.card(), "Nhận")
    old_card = one.card()
    await an.start("desk")
    await one.run()
    await an.say("1")
    await one.run()
    screen = an.sees()[-1]
    assert {"Trả lời", "Kết thúc", "Trả lại"} <= set(screen.labels)
    scene = meanwhile.Scene(one.made, new, tip, one.members["An"].id, others["two"], others["lead"])
    await meanwhile.happen(scene, event)
    await one.run()
    words = await meanwhile.written(scene)
    known = await record_of(one.made, tip) if event != "deleted" else None
    for button in ("Trả lại", "Kết thúc", "Trả lời"):
        if screen in an.sees():
            await an.press(screen, button)
            await one.run()
    await an.say(WORDS)
    await one.run()
    assert await meanwhile.written(scene) == words, "nothing went, and nothing was lost"
    if known is not None:
        now = await record_of(one.made, tip)
        assert (now.unit, now.holder, now.status) == (known.unit, known.holder, known.status)
    assert not any(STORY in each for each in one.private(an)), "no story was asked for"
    if event in GONE - {"stepped back"}:
        # There the card is still that of the colleagues, who sit in the same group; without words.
        assert not any("Cây tre" in each.text for each in one.cards()), old_card.text
