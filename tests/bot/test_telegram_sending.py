"""What goes out: pages cut where a reader would, buttons, the pace, and outcomes as values."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Gone, Outcome, Refused, Sent, TryLater, Unknown
from bot.channels.telegram import sending
from bot.channels.telegram.account import Connection
from bot.channels.telegram.request import AiohttpRequest, Patience
from bot.channels.telegram.sending import Line
from bot.pace import Limits, Pace
from bot.splitting import split, units
from handlers.screens import Button, Rendered
from handlers.screens import Line as Text
from tests.fakes import telegram as fakes
from tests.fakes.telegram import FakeTelegram, Fault, Person
from tests.telegram_house import QUICK

FAMILY = "👨‍👩‍👧‍👦"
SHOWN = Rendered(
    (Text("Xin chào"),),
    (Button("report", "Báo tin"), Button("code", "Xem tin")),
    (Button("back", "Quay lại"), Button("stop", "Dừng")),
)


@asynccontextmanager
async def speaking(
    telegram: FakeTelegram, limits: Limits = QUICK, read: float = 5
) -> AsyncIterator[Line]:
    """An account's way out to the fake."""
    request = AiohttpRequest(patience=Patience(read=read, write=0.1, pool=0.1, connect=0.1))
    await request.initialize()
    connection = Connection(telegram.bot().token, telegram.url)
    try:
        yield Line(connection.bot(request), Pace(limits), asyncio.get_running_loop().time)
    finally:
        await request.shutdown()


async def met(telegram: FakeTelegram) -> Person:
    """Somebody who has written to the bot."""
    worker = telegram.person("Worker")
    await worker.start()
    return worker


async def shown(line: Line, worker: Person, rendered: Rendered = SHOWN) -> Outcome:
    return (await sending.show(line, str(worker.id), rendered, 3))[0]


@given(st.text(alphabet=st.sampled_from(["a", "ộ", "\n", " ", "😀", "\u0301", "\u200d", "🇻"])))
def test_nothing_but_white_space_is_lost_by_cutting(text: str) -> None:
    parts = split(text, 12)
    assert all(0 < units(part) <= 12 for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_letter_of_several_characters_stays_whole() -> None:
    parts = split(FAMILY * 1500, 4096)
    assert all(set(regex.findall(r"\X", part)) == {FAMILY} for part in parts)
    assert sum(part.count(FAMILY) for part in parts) == 1500


def test_marks_without_end_on_one_letter_are_cut_all_the_same() -> None:
    assert [units(part) for part in split("a" + "\u0301" * 9000, 4096)] == [4096, 4096, 809]


def test_pages_end_with_a_paragraph_a_line_or_a_word() -> None:
    assert split("một hai\n\nba bốn năm", 12) == ["một hai", "ba bốn năm"]
    assert split("một hai\nba bốn năm", 12) == ["một hai", "ba bốn năm"]
    assert split("mộthai babốn năm", 12) == ["mộthai babốn"[:12].rsplit(" ", 1)[0], "babốn năm"]


async def test_choices_stand_one_in_a_row_and_the_ways_together() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker = await met(telegram)
        assert await shown(line, worker) == Sent()
        seen = await worker.hears("Xin chào")
        rows = [[(each.label, each.data) for each in row] for row in seen.buttons]
        assert rows == [
            [("Báo tin", "3:report")],
            [("Xem tin", "3:code")],
            [("Quay lại", "3:back"), ("Dừng", "3:stop")],
        ]


async def test_signs_of_markup_arrive_as_they_are() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker = await met(telegram)
        text = "<b>*_x_*</b> & [a](http://b.vn) \\`"
        assert await shown(line, worker, Rendered((Text(text),))) == Sent()
        assert (await worker.hears()).text == text
        [call] = telegram.calls("sendMessage")
        assert "parse_mode" not in call.parameters
        assert call.parameters["link_preview_options"] == '{"is_disabled": true}'


async def test_a_long_text_comes_in_order_with_the_buttons_under_the_last() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker = await met(telegram)
        lines = tuple(Text(f"{number} " + "ă" * 1500) for number in range(6))
        outcome, arrived = await sending.show(
            line, str(worker.id), Rendered(lines, SHOWN.choices), 3
        )
        seen = [each for each in worker.sees() if not each.is_mine]
        assert outcome == Sent()
        assert arrived == [each.id for each in seen]
        assert len(seen) == 3
        assert [bool(each.buttons) for each in seen] == [False, False, True]
        assert "\n\n".join(each.text for each in seen) == Rendered(lines).text


FAULTS: list[tuple[str, Fault, Outcome]] = [
    ("blocked", fakes.blocked(), Gone()),
    ("deactivated", fakes.deactivated(), Gone()),
    ("no chat", fakes.Refuse(400, "Bad Request: chat not found"), Gone()),
    ("bad", fakes.Refuse(400, "Bad Request: BUTTON_DATA_INVALID"), Refused("BadRequest")),
    ("token", fakes.unauthorized(), Refused("TokenRefused")),
    ("5xx", fakes.server_error(500), Unknown()),
    ("gateway", fakes.bad_gateway(), Unknown()),
    ("nonsense", fakes.nonsense(), Unknown()),
    ("strange", fakes.nonsense(b'{"ok": true, "result": {"x": 1}}'), Unknown()),
    ("cut", fakes.Cut(), Unknown()),
    ("cut after", fakes.Cut(after=True), Unknown()),
    ("hang", fakes.Hang(), Unknown()),
]


@pytest.mark.parametrize(
    ("fault", "expected"), [pytest.param(*rest, id=name) for name, *rest in FAULTS]
)
async def test_what_goes_wrong_is_a_value_and_is_not_sent_again(
    fault: Fault, expected: Outcome
) -> None:
    async with FakeTelegram() as telegram, speaking(telegram, read=0.3) as line:
        worker = await met(telegram)
        telegram.fail(fault, "sendMessage")
        assert await shown(line, worker) == expected
        assert len(telegram.calls("sendMessage")) == 1


async def test_after_a_429_it_waits_as_long_as_told_and_sends_once() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker, other = await met(telegram), telegram.person("Other")
        await other.start()
        telegram.fail(fakes.too_many(1), "sendMessage", chat=worker.id)
        async with asyncio.TaskGroup() as group:
            halted = group.create_task(shown(line, worker))
            await telegram.called("sendMessage")
            # Somebody else does not wait for it.
            assert await shown(line, other) == Sent()
            assert not halted.done()
        first, _, last = telegram.calls("sendMessage")
        assert last.seconds - first.seconds >= 1
        assert halted.result() == Sent()
        assert len([each for each in worker.sees() if not each.is_mine]) == 1


async def test_a_halt_of_hours_is_not_waited_for() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker = await met(telegram)
        telegram.fail(fakes.too_many(7200), "sendMessage")
        outcome = await shown(line, worker)
        assert isinstance(outcome, TryLater)
        assert 7100 < outcome.seconds <= 7200


async def test_one_chat_gets_one_message_a_second() -> None:
    async with FakeTelegram() as telegram, speaking(telegram, Limits(chat_interval=0.2)) as line:
        worker = await met(telegram)
        for _ in range(3):
            assert await shown(line, worker) == Sent()
        times = [call.seconds for call in telegram.calls("sendMessage")]
        assert all(after - before >= 0.2 for before, after in pairwise(times))


async def test_without_a_connection_it_is_tried_again_for_a_while() -> None:
    async with FakeTelegram() as telegram:
        worker = await met(telegram)
    scope = sending.private(str(worker.id))
    async with speaking(telegram) as line:
        outcome, _ = await line.call(
            scope, lambda: line.bot.send_message(worker.id, "a"), patience=0.5
        )
    assert isinstance(outcome, TryLater)


async def test_an_edit_that_changes_nothing_is_done() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker = await met(telegram)
        await shown(line, worker)
        seen = await worker.hears()
        outcome, _ = await line.call(
            sending.private(str(worker.id)),
            lambda: line.bot.edit_message_text("Xin chào", worker.id, seen.id),
        )
        # The keyboard goes away with the first edit; the second changes nothing.
        again, _ = await line.call(
            sending.private(str(worker.id)),
            lambda: line.bot.edit_message_text("Xin chào", worker.id, seen.id),
        )
        assert (outcome, again) == (Sent(), Sent())
        assert telegram.calls("editMessageText")[-1].status == 400


async def test_one_message_that_cannot_be_deleted_does_not_keep_the_others() -> None:
    async with FakeTelegram() as telegram, speaking(telegram) as line:
        worker = await met(telegram)
        posts = [await worker.say(f"{number}") for number in range(150)]
        telegram.fail(fakes.Refuse(400, "Bad Request: message can't be deleted"), "deleteMessages")
        telegram.fail(
            fakes.Refuse(400, "Bad Request: message can't be deleted"), "deleteMessage", nth=3
        )
        done = await sending.delete(line, str(worker.id), [post.id for post in posts])
        assert done == 149
        assert [
            len(call.parameters["message_ids"].split(","))
            for call in telegram.calls("deleteMessages")
        ] == [100, 50]
        assert [each.text for each in worker.sees()] == ["/start", "2"]
