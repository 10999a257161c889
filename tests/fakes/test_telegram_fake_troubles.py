"""The fake Telegram fails as the real one does: errors, limits, two pollers, sick webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from telegram import Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import Application, CommandHandler, ContextTypes

from tests.fakes import telegram as fakes
from tests.fakes.telegram import Clock, Cut, FakeTelegram, Fault, Hang, Limits, Slow
from tests.fakes.telegram.waiting import until
from tests.fakes.telegram_clients import ptb

TRANSPORTS = pytest.mark.parametrize("transport", ["httpx", "json"])


@pytest.fixture(autouse=True)
def _waits_are_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTB warns of `retry_after` as a number, even in the making of the error."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        made.bot()
        yield made


@TRANSPORTS
@pytest.mark.parametrize(
    ("fault", "expected", "words"),
    [
        (fakes.blocked(), Forbidden, "bot was blocked by the user"),
        (fakes.kicked("group"), Forbidden, "bot was kicked from the group chat"),
        (fakes.deactivated(), Forbidden, "user is deactivated"),
        (fakes.too_many(7), RetryAfter, "Retry in 0:00:07"),
        (fakes.migrated(-1001), ChatMigrated, "-1001"),
        (fakes.unauthorized(), InvalidToken, "Unauthorized"),
        (fakes.conflict(), Conflict, "terminated by other getUpdates"),
        (fakes.too_large(), NetworkError, "Request Entity Too Large"),
        (fakes.server_error(), NetworkError, "Internal Server Error"),
        (fakes.bad_gateway(), NetworkError, "Bad Gateway"),
        (fakes.nonsense(), TelegramError, "Invalid server response"),
        (fakes.Refuse(400, "Bad Request: chat not found"), BadRequest, "Chat not found"),
        (Hang(), TimedOut, ""),
        (Cut(), NetworkError, ""),
        (Cut(halfway=True), NetworkError, ""),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:12],
)
async def test_a_fault_becomes_the_error_that_the_client_has_for_it(
    fake: FakeTelegram, transport: str, fault: Fault, expected: type[TelegramError], words: str
) -> None:
    worker = fake.person("An")
    await worker.start()
    async with ptb(fake, fake.bot(), transport, seconds=0.3) as client:
        fake.fail(fault, "sendMessage")
        with pytest.raises(expected, match=words or None) as failed:
            await client.send_message(worker.id, "x")
        assert type(failed.value) is expected
        assert [one.text for one in worker.sees()] == ["/start"]
        await client.send_message(worker.id, "wieder gut")
    assert [call.method for call in fake.arrivals] == ["getMe", "sendMessage", "sendMessage"]


async def test_a_cut_may_come_after_the_deed(fake: FakeTelegram) -> None:
    worker = fake.person("An")
    await worker.start()
    async with ptb(fake, fake.bot(), seconds=0.3) as client:
        for fault in (Cut(after=True), Cut(after=True, halfway=True), Hang(after=True)):
            fake.fail(fault)
            with pytest.raises(NetworkError):
                await client.send_message(worker.id, "angekommen")
    assert [one.text for one in worker.sees()] == ["/start"] + ["angekommen"] * 3
    assert [call.status for call in fake.calls("sendMessage")] == [0, 0, 0]


async def test_faults_strike_the_nth_call_of_one_method_in_one_chat(fake: FakeTelegram) -> None:
    first, second = fake.person("An"), fake.person("Bình")
    await first.start()
    await second.start()
    fake.fail(fakes.server_error(), "sendMessage", chat=second.id, nth=2, times=2)
    fake.fail(fakes.too_many(1), "sendMessage", chat=first.id)
    fake.fail(fakes.server_error(), "sendMessage", chat=first.id)
    async with ptb(fake, fake.bot()) as client:
        statuses = {}
        for person in (first, second):
            for _ in range(4):
                try:
                    await client.send_message(person.id, "x")
                except TelegramError:
                    continue
            calls = fake.calls("sendMessage", chat=person.id)
            statuses[person.id] = [call.status for call in calls]
        assert statuses[first.id] == [429, 500, 200, 200]
        assert statuses[second.id] == [200, 500, 500, 200]
        fake.fail(fakes.unauthorized(), times=None)
        for _ in range(3):
            with pytest.raises(InvalidToken):
                await client.get_me()
        fake.heal()
        assert (await client.get_me()).id == fake.bot().id


async def test_a_slow_answer_is_a_good_one(fake: FakeTelegram) -> None:
    async with ptb(fake, fake.bot()) as client:
        fake.fail(Slow(0.1), "getMe")
        begun = asyncio.get_running_loop().time()
        await client.get_me()
        assert asyncio.get_running_loop().time() - begun >= 0.1


async def test_a_wrong_token_is_unauthorized_and_a_mangled_one_not_found(
    fake: FakeTelegram,
) -> None:
    async with aiohttp.ClientSession() as session:

        async def status(token: str, method: str = "getMe") -> tuple[int, str]:
            async with session.get(f"{fake.url}/bot{token}/{method}") as response:
                body = await response.json()
                return response.status, body["description"]

        assert await status(f"1:{'x' * 35}") == (401, "Unauthorized")
        assert await status("nonsense") == (404, "Not Found")
        assert await status(fake.bot().token, "doMagic") == (404, "Not Found")


async def test_an_upload_above_the_limit_is_too_large() -> None:
    async with FakeTelegram(most_upload_bytes=1000) as fake, ptb(fake, fake.bot()) as client:
        worker = fake.person("An")
        await worker.start()
        with pytest.raises(NetworkError, match="Request Entity Too Large"):
            await client.send_document(worker.id, b"x" * 1001)
        await client.send_document(worker.id, b"x" * 1000)


async def test_of_two_pollers_the_first_is_sent_away(fake: FakeTelegram) -> None:
    async with ptb(fake, fake.bot()) as one, ptb(fake, fake.bot()) as other:

        async def sent_away() -> None:
            with pytest.raises(Conflict, match="only one bot instance"):
                await one.get_updates(timeout=3)

        async with asyncio.TaskGroup() as group:
            first = group.create_task(sent_away())
            await fake.called("getUpdates")
            second = group.create_task(other.get_updates(timeout=3))
            await first
            await fake.person("An").say("x")
            (update,) = await second
        assert update.message is not None


async def test_a_poll_and_a_webhook_exclude_each_other(fake: FakeTelegram) -> None:
    async with ptb(fake, fake.bot()) as client:
        await client.set_webhook("http://127.0.0.1:9/", allowed_updates=["message"])
        with pytest.raises(Conflict, match="webhook is active"):
            await client.get_updates()
        info = await client.get_webhook_info()
        assert (info.url, info.allowed_updates) == ("http://127.0.0.1:9/", ("message",))
        await client.delete_webhook()
        assert await client.get_updates(timeout=0) == ()
        with pytest.raises(BadRequest, match="Secret token contains unallowed"):
            await client.set_webhook("http://127.0.0.1:9/", secret_token="ä")
    async with FakeTelegram(https_only=True) as strict, ptb(strict, strict.bot()) as client:
        with pytest.raises(BadRequest, match="an https url must be provided"):
            await client.set_webhook("http://127.0.0.1:9/")


async def test_a_chat_takes_a_burst_and_then_one_message_a_second() -> None:
    clock = Clock(running=False)
    async with FakeTelegram(clock=clock, limits=Limits(burst=3)) as fake:
        one, other = fake.person("An"), fake.person("Bình")
        await one.start()
        await other.start()
        async with ptb(fake, fake.bot()) as client:
            for _ in range(3):
                sent = await client.send_message(one.id, "x")
            with pytest.raises(RetryAfter) as stop:
                await sent.edit_text("y")
            assert stop.value.retry_after == timedelta(seconds=1)
            await client.send_message(other.id, "x")
            await sent.delete()
            clock.forward(1)
            await client.send_message(one.id, "x")
            with pytest.raises(RetryAfter):
                await client.send_message(one.id, "x")


async def test_a_group_takes_twenty_a_minute_with_edits_and_topics() -> None:
    clock = Clock(running=False)
    async with FakeTelegram(clock=clock, limits=Limits(per_second=None)) as fake:
        group = await fake.group("Bàn", fake.person("An"), forum=True)
        await group.promote_bot()
        async with ptb(fake, fake.bot()) as client:
            sent = await client.send_message(group.id, "0")
            for number in range(1, 10):
                await sent.edit_text(str(number))
                clock.forward(1)
            for number in range(10):
                await client.create_forum_topic(group.id, str(number))
            with pytest.raises(RetryAfter) as stop:
                await client.send_message(group.id, "zu viel")
            assert stop.value.retry_after == timedelta(seconds=51)
            clock.forward(51)
            await client.send_message(group.id, "x")


async def test_bulk_is_limited_but_answers_are_not() -> None:
    clock = Clock(running=False)
    limits = Limits(per_second=None, bulk_per_second=3)
    async with FakeTelegram(clock=clock, limits=limits) as fake:
        people = [fake.person(f"Người {number}") for number in range(5)]
        for person in people:
            await person.start()
        clock.forward(120)
        await people[4].say("tôi hỏi")
        async with ptb(fake, fake.bot()) as client:
            for person in people[:3]:
                await client.send_message(person.id, "bản tin")
            with pytest.raises(RetryAfter):
                await client.send_message(people[3].id, "bản tin")
            await client.send_message(people[4].id, "trả lời")
            clock.forward(1)
            await client.send_message(people[3].id, "bản tin")


class Door:
    """A webhook: what came in, and what is to be answered."""

    def __init__(self, answer: Callable[[Update], web.Response], gate: asyncio.Event) -> None:
        self.answer = answer
        self.gate = gate
        self.came: list[tuple[str | None, Update]] = []
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        update = Update.de_json(json.loads(await request.read()), None)
        self.came.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), update))
        await self.gate.wait()
        return self.answer(update)

    @property
    def texts(self) -> list[str | None]:
        return [update.message.text for _, update in self.came if update.message]


@asynccontextmanager
async def door(
    answer: Callable[[Update], web.Response], gate: asyncio.Event | None = None
) -> AsyncIterator[Door]:
    """A webhook that is open; with a gate, it answers only once that is set."""
    if gate is None:
        gate = asyncio.Event()
        gate.set()
    made = Door(answer, gate)
    app = web.Application()
    app.router.add_post("/hook", made.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield made
    finally:
        await runner.cleanup()


async def failed(fake: FakeTelegram, times: int) -> None:
    """Wait until an update was refused so often, and the server knows when it goes out again."""

    def look() -> bool | None:
        waiting = fake.bot().inbox.waiting.values()
        return max((each.failures for each in waiting), default=0) >= times or None

    await until(look, 60, f"{times} failures")


async def test_a_webhook_gets_updates_in_order_with_the_secret(fake: FakeTelegram) -> None:
    worker = fake.person("An")
    await worker.say("trước")
    async with (
        door(lambda _: web.Response()) as hook,
        ptb(fake, fake.bot()) as client,
    ):
        await client.set_webhook(hook.url, secret_token="s3cret_-")
        for number in range(20):
            await worker.say(str(number))
        await fake.settled()
        assert hook.texts == ["trước", *map(str, range(20))]
        assert {secret for secret, _ in hook.came} == {"s3cret_-"}
        assert (await client.get_webhook_info()).pending_update_count == 0
        await client.delete_webhook()
        await worker.say("sau")
        (update,) = await client.get_updates(timeout=1)
        assert update.message is not None


async def test_a_refused_update_holds_up_its_own_chat_only_and_is_repeated() -> None:
    clock = Clock(running=False)
    poison, other = "độc", "khác"

    def answer(update: Update) -> web.Response:
        is_poison = update.message is not None and update.message.text == poison
        return web.Response(status=500 if is_poison else 200)

    async with FakeTelegram(clock=clock) as fake, door(answer) as hook:
        an, binh = fake.person("An"), fake.person("Bình")
        async with ptb(fake, fake.bot()) as client:
            await client.set_webhook(hook.url)
            await an.say(poison)
            await an.say("sau nó")
            await binh.say(other)

            async def repeated(times: int) -> None:
                await failed(fake, times)
                await asyncio.sleep(0.05)
                assert hook.texts.count(poison) == times

            # At once, then after 2, 4, 8 … seconds.
            await repeated(2)
            clock.forward(1.9)
            await repeated(2)
            clock.forward(0.2)
            await repeated(3)
            clock.forward(4.1)
            await repeated(4)
            assert "sau nó" not in hook.texts
            assert other in hook.texts
            info = await client.get_webhook_info()
            assert info.pending_update_count == 2
            assert info.last_error_message is not None
            assert info.last_error_message.startswith("Wrong response from the webhook: 500")
            hook.answer = lambda _: web.Response()
            clock.forward(8.1)
            await fake.settled()
            assert hook.texts[-1] == "sau nó"


async def test_a_webhook_may_say_when_to_come_again() -> None:
    clock = Clock(running=False)
    async with (
        FakeTelegram(clock=clock) as fake,
        door(lambda _: web.Response(status=503, headers={"Retry-After": "30"})) as hook,
        ptb(fake, fake.bot()) as client,
    ):
        await client.set_webhook(hook.url)
        await fake.person("An").say("x")
        await failed(fake, 1)
        clock.forward(29)
        await asyncio.sleep(0.05)
        assert len(hook.came) == 1
        hook.answer = lambda _: web.Response()
        clock.forward(2)
        await fake.settled()
        assert len(hook.came) == 2


async def test_a_webhook_gone_for_a_day_is_taken_away() -> None:
    clock = Clock(running=False)
    async with (
        FakeTelegram(clock=clock) as fake,
        door(lambda _: web.Response(status=410)) as hook,
        ptb(fake, fake.bot()) as client,
    ):
        await client.set_webhook(hook.url)
        await fake.person("An").say("x")
        await failed(fake, 2)
        clock.forward(22 * 3600)
        await failed(fake, 3)
        assert fake.bot().hook.url == hook.url
        clock.forward(3601)
        await until(lambda: not fake.bot().hook.url or None, 60, "the end of the webhook")


async def test_a_webhook_gets_as_many_chats_at_once_as_it_wants(fake: FakeTelegram) -> None:
    gate = asyncio.Event()
    async with door(lambda _: web.Response(), gate) as hook, ptb(fake, fake.bot()) as client:
        await client.set_webhook(hook.url, max_connections=3)
        for number in range(5):
            await fake.person(f"Người {number}").say(str(number))
        await until(lambda: len(hook.came) == 3 or None, 60, "three at once")
        await asyncio.sleep(0.05)
        assert hook.texts == ["0", "1", "2"]
        gate.set()
        await fake.settled()
        assert hook.texts == ["0", "1", "2", "3", "4"]


async def test_a_webhook_that_takes_too_long_hears_it_again() -> None:
    gate = asyncio.Event()
    async with (
        FakeTelegram(webhook_timeout_seconds=0.1) as fake,
        door(lambda _: web.Response(), gate) as hook,
        ptb(fake, fake.bot()) as client,
    ):
        await client.set_webhook(hook.url)
        await fake.person("An").say("x")
        await until(lambda: fake.bot().hook.last_error_message, 60, "a time-out")
        assert (await client.get_webhook_info()).last_error_message == "Read timeout expired"
        gate.set()
        await fake.settled()
        assert hook.texts[:2] == ["x", "x"]


async def test_a_webhook_may_answer_with_one_call(fake: FakeTelegram) -> None:
    worker = fake.person("An")

    def answer(update: Update) -> web.Response:
        return web.json_response(
            {"method": "sendMessage", "chat_id": worker.id, "text": "từ webhook"}
        )

    async with door(answer) as hook, ptb(fake, fake.bot()) as client:
        await client.set_webhook(hook.url)
        await worker.say("x")
        assert (await worker.hears("từ webhook")).text == "từ webhook"


async def test_updates_wait_while_nobody_answers_at_the_webhook(fake: FakeTelegram) -> None:
    async with ptb(fake, fake.bot()) as client:
        await client.set_webhook("http://127.0.0.1:9/")
        await fake.person("An").say("x")
        await until(lambda: fake.bot().hook.last_error_message, 60, "a failure")
        assert (await client.get_webhook_info()).last_error_message == "Connection refused"
        await client.delete_webhook()
        assert len(await client.get_updates(timeout=0)) == 1


async def test_an_update_can_come_twice_under_one_number(fake: FakeTelegram) -> None:
    async with door(lambda _: web.Response()) as hook, ptb(fake, fake.bot()) as client:
        await client.set_webhook(hook.url)
        await fake.person("An").say("x")
        await fake.settled()
        fake.repeat([{"update_id": hook.came[0][1].update_id}])
        await fake.settled()
        first, second = (update.update_id for _, update in hook.came)
        assert first == second


async def test_ptbs_own_application_polls_and_answers(fake: FakeTelegram) -> None:
    async def start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text("Chào bạn")

    builder = Application.builder().token(fake.bot().token)
    app = builder.base_url(f"{fake.url}/bot").base_file_url(f"{fake.url}/file/bot").build()
    app.add_handler(CommandHandler("start", start))
    async with app:
        assert app.updater is not None
        await app.updater.start_polling(timeout=5)
        await app.start()
        worker = fake.person("An")
        await worker.start()
        assert (await worker.hears("Chào bạn")).text == "Chào bạn"
        await app.updater.stop()
        await app.stop()
    assert not fake.bot().inbox.waiting


async def test_ten_thousand_updates_after_a_night_are_given_out_a_hundred_at_a_time(
    fake: FakeTelegram,
) -> None:
    people = [fake.person(f"Người {number}") for number in range(100)]
    for number in range(10_000):
        await people[number % 100].say(str(number))
    async with ptb(fake, fake.bot()) as client:
        first = await client.get_updates()
        assert len(first) == 100
        assert (await client.get_updates(offset=first[-1].update_id + 9801))[0].message is not None
        assert len(fake.bot().inbox.waiting) == 100


async def test_the_record_tells_who_asked_what_and_when(fake: FakeTelegram) -> None:
    worker = fake.person("An")
    await worker.start()
    one, other = fake.bot(), fake.bot("khac_bot")
    async with ptb(fake, one) as client, ptb(fake, other, "json"):
        await client.send_message(worker.id, "x", disable_notification=True)
    (call,) = fake.calls("sendMessage", chat=worker.id)
    assert call.token == one.token
    assert call.parameters["text"] == "x"
    assert call.status == 200
    assert abs(call.at - fake.clock()) < 5
    assert [call.token for call in fake.calls("getMe")] == [one.token, other.token]
    assert one.token not in repr(call)
