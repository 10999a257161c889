"""The first week at work on its way: one message a day, never two, and nothing once it was stopped
or has ended.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts import first_week as wording
from handlers import first_week
from handlers.languages import Language
from handlers.laws.changes import Change
from storage import law_changes, series
from storage.accounts import Account
from storage.database import Database
from tests import bulletin_world as world
from tests.bulletin_world import VIETNAM
from tests.fakes.recorder import Answer, Recorder, refusal
from tests.tip_world import Clock

BEGUN = date(2026, 11, 23)
AFTERNOON = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Two o'clock in Viet Nam: everybody's minute of the day has come."""
CHAT = 5_550_000_001


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with world.database(database_url) as opened:
        yield opened


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Database]:
    """On SQLite only, for what does not depend on the database."""
    async with world.database(sqlite_url) as opened:
        yield opened


async def begin(
    made: Database, bot: Account, chat: int = CHAT, language: Language = Language.VI
) -> None:
    async with made.write() as tx:
        await series.begin(tx, bot.id, str(chat), language, following=2, today=BEGUN)


async def rows(made: Database, bot: Account) -> int:
    async with made.read() as tx:
        return await series.of_account(tx, bot.id)


async def a_day(made: Database, app: Recorder, clock: Clock) -> None:
    """A mail room works for a while, and stops: the next day's is another process."""
    async with world.office(made, app.url, clock) as office:
        await office.mailing_rests()
        await office.mailing_rests()


def said(app: Recorder, chat: int = CHAT) -> str:
    return str(app.bodies[chat]["text"])


async def test_seven_days_bring_seven_messages_and_leave_nothing(made: Database) -> None:
    bot = await world.account(made)
    await begin(made, bot)
    clock, texts = Clock(AFTERNOON), []
    async with Recorder() as app:
        await a_day(made, app, clock)
        assert app.arrived == {}, "the first one was read in the talk"
        for day in range(2, 8):
            clock.turn(days=1)
            # Two processes one after the other on the same day: the second has nothing to send.
            await a_day(made, app, clock)
            await a_day(made, app, clock)
            assert app.arrived == {CHAT: day - 1}
            texts.append(said(app))
        assert await rows(made, bot) == 0
        clock.turn(days=1)
        await a_day(made, app, clock)
        assert app.arrived == {CHAT: 6}
    for day, text in enumerate(texts, start=2):
        assert text.startswith(f"Tuần đầu đi làm, bài {day}/7")
        assert first_week.load()[day - 1].vi.body in text
    assert "đã được xóa" in texts[-1]
    assert "reply_markup" not in app.bodies[CHAT]


async def test_each_has_a_button_to_stop_and_the_language_that_was_spoken(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot, language=Language.EN)
    async with Recorder() as app:
        await a_day(one, app, Clock(AFTERNOON + timedelta(days=1)))
    assert said(app).startswith("First week at work, text 2 of 7")
    keys = app.bodies[CHAT]["reply_markup"]
    assert isinstance(keys, dict)
    assert [key["callback_data"] for [key] in keys["inline_keyboard"]] == [wording.STOP]


async def test_whoever_stopped_is_sent_nothing_more(made: Database) -> None:
    bot = await world.account(made)
    await begin(made, bot)
    clock = Clock(AFTERNOON + timedelta(days=1))
    async with Recorder() as app:
        await a_day(made, app, clock)
        async with made.write() as tx:
            assert await series.stop(tx, bot.id, str(CHAT))
        clock.turn(days=1)
        await a_day(made, app, clock)
    assert app.arrived == {CHAT: 1}


async def test_a_house_that_was_shut_for_days_sends_one_a_day_all_the_same(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot)
    clock = Clock(AFTERNOON + timedelta(days=4))
    async with Recorder() as app:
        await a_day(one, app, clock)
        assert said(app).startswith("Tuần đầu đi làm, bài 2/7")
        await a_day(one, app, clock)
        assert app.arrived == {CHAT: 1}


async def test_at_night_nothing_leaves(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot)
    async with Recorder() as app:
        for hour in (0, 6, 10, 21, 23):
            local = datetime(2026, 11, 24, hour, 0, tzinfo=VIETNAM)
            await a_day(one, app, Clock(local.astimezone(UTC)))
    assert app.arrived == {}


async def test_who_blocked_the_bot_is_forgotten(made: Database) -> None:
    bot = await world.account(made)
    await begin(made, bot)
    blocked: Answer = refusal(403, "Forbidden: bot was blocked by the user")
    async with Recorder(answer=lambda *_: blocked) as app:
        await a_day(made, app, Clock(AFTERNOON + timedelta(days=1)))
    assert await rows(made, bot) == 0


async def test_what_was_told_to_wait_is_sent_later_that_day_and_once(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot)
    busy = [refusal(429, "Too Many Requests", retry_after=1)]
    clock = Clock(AFTERNOON + timedelta(days=1))
    async with Recorder(answer=lambda *_: busy.pop() if busy else None) as app:
        await a_day(one, app, clock)
        assert app.refused == 1
        await a_day(one, app, clock)
    assert app.arrived == {CHAT: 1}
    assert said(app).startswith("Tuần đầu đi làm, bài 2/7")


async def test_what_may_have_arrived_is_not_sent_again(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot)
    answers: list[Answer] = [(200, {"nonsense": True})]
    clock = Clock(AFTERNOON + timedelta(days=1))
    async with Recorder(answer=lambda *_: answers[0]) as app:
        await a_day(one, app, clock)
        await a_day(one, app, clock)
        assert len(app.got) == 1


async def test_a_message_whose_law_was_replaced_is_passed_over(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot)
    change = Change("45/2019/QH14", "Bộ luật Lao động mới", BEGUN)
    clock = Clock(AFTERNOON + timedelta(days=1))
    async with one.write() as tx:
        await law_changes.replace(tx, None, change, clock())
    async with Recorder() as app:
        await a_day(one, app, clock)
    assert said(app).startswith("Tuần đầu đi làm, bài 4/7")


async def test_when_all_are_out_of_date_the_row_goes_without_a_word(one: Database) -> None:
    bot = await world.account(one)
    after = max(part.expires_on for part in first_week.load())
    async with one.write() as tx:
        await series.begin(tx, bot.id, str(CHAT), Language.VI, following=2, today=after)
    late = datetime(after.year, after.month, after.day, 7, 0, tzinfo=UTC) + timedelta(days=1)
    async with Recorder() as app:
        await a_day(one, app, Clock(late))
    assert app.got == []
    assert await rows(one, bot) == 0


async def test_many_are_spread_over_the_noon_and_each_gets_one(one: Database) -> None:
    bot = await world.account(one)
    chats = [CHAT + number for number in range(40)]
    for chat in chats:
        await begin(one, bot, chat)
    clock = Clock(datetime(2026, 11, 24, 12, 15, tzinfo=VIETNAM).astimezone(UTC))
    async with Recorder() as app:
        await a_day(one, app, clock)
        early = len(app.got)
        clock.turn(hours=2)
        await a_day(one, app, clock)
    assert 0 < early < len(chats)
    assert app.arrived == dict.fromkeys(chats, 1)


async def test_within_one_process_the_next_day_comes_by_itself(one: Database) -> None:
    bot = await world.account(one)
    await begin(one, bot)
    clock = Clock(AFTERNOON + timedelta(days=1))
    async with Recorder() as app, world.office(one, app.url, clock, look_seconds=0.01):
        await app.until(1)
        clock.turn(days=1)
        await app.until(2)
    assert said(app).startswith("Tuần đầu đi làm, bài 3/7")


@given(st.integers(0, 2**32 - 1), st.integers(0, 24 * 60 - 1))
def test_nothing_may_leave_in_the_quiet_hours_and_everybody_has_an_hour(
    spread: int, minute: int
) -> None:
    local = datetime(2026, 11, 24, tzinfo=VIETNAM) + timedelta(minutes=minute)
    may = wording.may_leave(spread, local.astimezone(UTC), VIETNAM)
    assert not may or 7 * 60 <= minute < 21 * 60
    assert wording.may_leave(spread, AFTERNOON, VIETNAM)
