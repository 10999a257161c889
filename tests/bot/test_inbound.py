"""One arrival, one turn: repeats, crowds, failures, drafts that end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from bot.app import House
from handlers.events import Chose, Command, Commanded, Picture, Said, Showed
from handlers.languages import Language
from handlers.screens import say
from storage import chance, crypto, stretching
from storage.tables import chunks, letters, parts
from storage.tables import tips as tips_table
from storage.volatile import Memory
from tests.desk_world import NOW
from tests.fakes.waiting import until
from tests.tip_world import PHOTO, Clock, count
from tests.whole_house import STORY, Chat, code_in, open_house, text_of

IDLE = timedelta(hours=2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[House]:
    async with open_house(database_url, tmp_path, clock) as opened:
        yield opened


def line(house: House, key: str) -> str:
    return house.texts[Language.VI].line(say(key)).text


async def statement(house: House, sql: str) -> None:
    async with house.database.engine.begin() as connection:
        await connection.execute(text(sql))


async def test_a_tip_is_filed_and_read_again_with_its_code_from_another_chat(house: House) -> None:
    code = await Chat(house).file()
    answer = await Chat(house, "b").do(Said(code.lower()))
    assert STORY in text_of(answer)
    assert answer.live is not None


async def test_the_code_is_stretched_while_the_summary_is_read_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[str] = []

    def job(code: str, salt: bytes) -> bytes:
        jobs.append(code)
        return crypto.stretched(code, salt)

    monkeypatch.setattr(stretching, "stretched", job)
    chat, ready = Chat(house), house.inbound._lookups.stretcher._ready
    await chat.go_to_review()
    [early] = ready.values()
    await until(lambda: early.result.done() or None, 30, "the code of the draft")
    await chat.do(Chose("send"))
    assert len(jobs) == 1


async def test_a_repeat_acts_once_and_shows_the_present_screen(house: House) -> None:
    chat = Chat(house)
    await chat.go_to_review()
    first = await chat.do(Chose("send"), "one")
    again = await chat.do(Chose("send"), "one")
    assert (first.turn, again.turn) == (6, 6)
    assert text_of(again) == text_of(first)
    assert await count(house.database, tips_table) == 1


@pytest.mark.parametrize("numbers", [("one", "one"), ("one", "two")])
async def test_send_pressed_twice_at_once_files_once_and_shows_one_receipt(
    house: House, numbers: tuple[str, str]
) -> None:
    chat = Chat(house)
    code = await chat.go_to_review()
    answers = await asyncio.gather(*(chat.do(Chose("send"), number) for number in numbers))
    assert await count(house.database, tips_table) == 1
    assert await count(house.database, letters) == 1
    shown = await chat.look()
    for answer in (answers[0], shown):
        assert code in text_of(answer)


async def test_an_old_form_that_is_sent_after_the_receipt_files_nothing_more(house: House) -> None:
    chat = Chat(house)
    code = await chat.file()
    # Back on the review in another window: the draft is gone, the same tip is shown.
    for number in range(3):
        await chat.do(Chose("send"), f"late{number}")
    assert await count(house.database, tips_table) == 1
    assert STORY in text_of(await chat.do(Said(code)))


async def test_turns_of_one_chat_come_one_after_another(house: House) -> None:
    chat = Chat(house)
    turns: list[int] = []

    async def press() -> None:
        for _ in range(8):
            answer = await chat.do(Commanded(Command.HELP))
            turns.append(answer.turn)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(press())
    assert sorted(turns) == list(range(1, 33))


async def test_a_slow_chat_holds_up_nobody_else(house: House) -> None:
    assert isinstance(house.volatile, Memory)
    async with house.volatile.hold("turn", "web|slow"):
        slow = asyncio.ensure_future(Chat(house, "slow").do(Commanded(Command.HELP)))  # noqa: TID251 - the test waits for it below
        async with asyncio.timeout(20):
            assert (await Chat(house, "quick").do(Commanded(Command.HELP))).turn == 1
        assert not slow.done()
    assert (await slow).turn == 1
    assert not len(house.volatile._turnstile)


async def test_a_failure_is_apologised_for_once_and_the_draft_stays(house: House) -> None:
    chat = Chat(house)
    code = await chat.go_to_review()
    await statement(house, "ALTER TABLE letters RENAME TO letters_away")
    failed = await chat.do(Chose("send"), "one")
    assert text_of(failed).count(line(house, "failed")) == 1
    assert STORY in text_of(failed)
    assert code_in(failed) == code
    assert await count(house.database, tips_table) == await count(house.database, parts) == 0
    assert line(house, "failed") not in text_of(await chat.look())
    await statement(house, "ALTER TABLE letters_away RENAME TO letters")
    sent = await chat.do(Chose("send"), "one")
    assert code in text_of(sent)
    assert await count(house.database, tips_table) == 1


async def test_what_was_done_is_not_done_again_when_only_the_answer_failed(house: House) -> None:
    chat = Chat(house)
    await chat.do(Said(await chat.file()))
    await chat.do(Chose("add_words"))
    keys, told = house.database.keys, house.database.on_commit

    def go_away(_: frozenset[bytes]) -> None:
        house.database.keys = None

    house.database.on_commit = go_away
    answer = await chat.do(Said("Cửa số hai nữa."), "one")
    house.database.keys, house.database.on_commit = keys, told
    assert line(house, "failed") not in text_of(answer)
    again = await chat.do(Said("Cửa số hai nữa."), "one")
    assert text_of(again).count("Cửa số hai nữa.") == 1
    assert await count(house.database, parts) == 2


async def test_a_full_store_neither_refuses_what_is_sent_nor_says_that_it_failed(
    house: House,
) -> None:
    chat = Chat(house)
    code = await chat.go_to_review()
    assert isinstance(house.volatile, Memory)
    room, house.volatile._max_bytes = house.volatile._max_bytes, 0
    answer = await chat.do(Chose("send"), "one")
    house.volatile._max_bytes = room
    assert line(house, "failed") not in text_of(answer)
    assert code in text_of(answer)
    assert await count(house.database, tips_table) == 1


@pytest.mark.postgresql
async def test_a_database_that_goes_away_gets_a_kind_answer_and_comes_back(
    postgresql_url: str, tmp_path: Path, clock: Clock
) -> None:
    async with open_house(postgresql_url, tmp_path, clock) as house:
        chat = Chat(house)
        code = await chat.go_to_review()
        name = postgresql_url.rpartition("/")[2]
        admin = await asyncpg.connect(
            f"{postgresql_url.rpartition('/')[0]}/postgres".replace("+asyncpg", "")
        )
        try:
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
            )
            clock.turn(minutes=1)
            answer = await chat.do(Chose("send"), "one")
            assert text_of(answer) == line(house, "failed")
        finally:
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await admin.close()
        assert code in text_of(await chat.do(Chose("send"), "one"))
        assert await count(house.database, tips_table) == 1


async def test_a_draft_is_announced_once_two_minutes_before_it_ends(
    house: House, clock: Clock
) -> None:
    chat = Chat(house)
    await chat.go_to_review()
    assert (await chat.look()).ends == NOW + IDLE
    clock.turn(hours=1, minutes=57)
    assert await house.inbound.endings("web") == []
    clock.turn(minutes=2)
    [(address, answer)] = await house.inbound.endings("web")
    assert address == "a"
    assert line(house, "ending") in text_of(answer)
    assert STORY in text_of(answer)
    assert await house.inbound.endings("web") == []
    # Whatever is done gives it two hours more, and it is announced anew.
    assert (await chat.do(Commanded(Command.HELP))).ends == clock() + IDLE
    clock.turn(hours=1, minutes=59)
    assert len(await house.inbound.endings("web")) == 1


async def test_a_draft_is_gone_after_two_hours(house: House, clock: Clock) -> None:
    chat = Chat(house)
    await chat.go_to_review()
    clock.turn(hours=2, seconds=1)
    answer = await chat.look()
    assert (answer.turn, answer.ends) == (0, None)
    assert STORY not in text_of(answer)
    assert not await house.inbound.has_drafts()


async def test_a_talk_without_a_draft_has_nothing_to_lose(house: House, clock: Clock) -> None:
    chat = Chat(house)
    assert (await chat.do(Commanded(Command.HELP))).ends is None
    assert not await house.inbound.has_drafts()
    await chat.file()
    clock.turn(hours=1, minutes=59)
    assert await house.inbound.endings("web") == []


async def test_forgetting_drops_everything_of_that_chat_only(house: House) -> None:
    one, other = Chat(house), Chat(house, "b")
    await one.go_to_review()
    await other.go_to_review()
    await one.do(Showed(await keep_photo(house, "a")))
    before = await house.volatile.total("picture")
    await house.inbound.forget("web", "a")
    assert (await one.look()).turn == 0
    assert STORY in text_of(await other.look())
    assert await house.volatile.total("picture") == 0 < before


async def keep_photo(house: House, address: str, name: str = "p1") -> Picture:
    """A picture as the cleaner leaves it."""
    await house.inbound._carrier.keep_picture(
        f"web|{address}", name, PHOTO, b"", IDLE.total_seconds()
    )
    return Picture(name, len(PHOTO.data))


async def test_a_picture_of_the_draft_is_filed_with_it_and_then_forgotten(house: House) -> None:
    chat = Chat(house)
    await chat.go_to_review()
    await chat.do(Showed(await keep_photo(house, "a")))
    await chat.do(Chose("send"))
    assert await count(house.database, parts) == 2
    assert await count(house.database, chunks) > 0
    assert await house.volatile.total("picture") == 0


async def test_after_three_wrong_codes_this_chat_waits_and_no_other(
    house: House, clock: Clock
) -> None:
    code = await Chat(house, "filer").file()
    chat, other = Chat(house), Chat(house, "b")
    for _ in range(3):
        answer = await chat.do(Said(chance.fresh_code()))
        assert line(house, "code.nothing") in text_of(answer)
    assert STORY not in text_of(await chat.do(Said(code)))
    assert STORY in text_of(await other.do(Said(code)))
    clock.turn(seconds=16)
    assert STORY in text_of(await chat.do(Said(code)))


async def test_a_stale_form_gives_its_words_back_and_counts_no_turn(house: House) -> None:
    chat = Chat(house)
    await chat.go_to_review()
    answer = await house.inbound.look("web", "a", stale=True, words="Lời tôi vừa gõ")
    assert line(house, "stale") in text_of(answer)
    assert "Lời tôi vừa gõ" in text_of(answer)
    assert answer.turn == 5
    assert "Lời tôi vừa gõ" not in text_of(await chat.look())


async def test_looking_changes_nothing(house: House, clock: Clock) -> None:
    chat = Chat(house)
    await chat.go_to_review()
    clock.turn(hours=1)
    for _ in range(3):
        assert (await chat.look()).ends == NOW + IDLE
    assert (await Chat(house, "nobody").look()).turn == 0
    assert await house.volatile.total("talk") < 8000


async def test_closing_tells_open_drafts_when_they_end(house: House, clock: Clock) -> None:
    chat, resting = Chat(house), Chat(house, "b")
    await chat.go_to_review()
    house.inbound.close_at(clock() + timedelta(minutes=5))
    answer = await chat.look()
    assert answer.ends == clock() + timedelta(minutes=5)
    assert line(house, "closing") in text_of(answer)
    assert line(house, "closing") not in text_of(await resting.look())
