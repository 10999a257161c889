"""The workers' chat at work: repeats, old buttons, bad input, Telegram away, the database away."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from telegram.error import TelegramError

from bot.app import House
from bot.channels.telegram.account import COMMANDS, Account
from bot.channels.telegram.doors import GroupDoor
from bot.logs import Event as Log
from storage.alone import Hold, alone_with
from storage.database import Database, Unreachable
from tests.clips import photo
from tests.fakes import telegram as fakes
from tests.fakes.telegram import FakeTelegram, Fault, Hang, Person, Seen
from tests.fakes.telegram.waiting import until
from tests.players import Clock, open_house
from tests.telegram_house import SECRET, TelegramPlayer, Way, clock_of, in_telegram

# Ten chats: a thousand updates, ten polls. By ten thousand nothing but the time is different.
EACH_SAYS = 100
ROAD = ("report", "wages", "danger_no", "no_place")


@dataclass(slots=True)
class Scene:
    """A house, its Telegram, and somebody with a phone."""

    house: House
    clock: Clock
    telegram: FakeTelegram
    account: Account
    player: TelegramPlayer

    @property
    def worker(self) -> Person:
        return self.player.person

    async def to_review(self) -> None:
        """Everything up to [Send]."""
        await self.player.bring("look")
        for name in ROAD:
            await self.player.press(name)
        await self.player.type("Công ty nợ lương.")
        await self.player.press("skip_all")

    def heard(self, who: Person | None = None) -> list[Seen]:
        return [each for each in (who or self.worker).sees() if not each.is_mine]

    async def all_done(self) -> None:
        await self.telegram.settled()
        await self.account.answers.sent()


@asynccontextmanager
async def scene(folder: Path, way: Way = Way.POLLING) -> AsyncIterator[Scene]:
    async with (
        open_house(f"sqlite+aiosqlite:///{folder}/tiengtho.db", folder) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram, way) as account,
    ):
        player = TelegramPlayer(house, clock, "telegram", telegram=telegram, account=account)
        yield Scene(house, clock, telegram, account, player)


async def test_it_says_who_it_is_and_what_it_takes(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        commands = at.telegram.bot().commands
        shown = {code: [one["command"] for one in each] for (_, code), each in commands.items()}
        assert shown == {"": [*COMMANDS], "en": [*COMMANDS]}
        assert commands["default", ""][1]["description"].startswith("Báo tin")
        assert commands["default", "en"][1]["description"].startswith("Send a tip")
        await until(lambda: at.telegram.calls("getUpdates") or None, 60, "a poll")
        assert len(at.telegram.calls("deleteWebhook")) == 1


async def test_the_webhook_is_set_with_our_secret(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        hook = at.telegram.bot().hook
        assert hook.secret == SECRET
        assert hook.url.endswith("/hooks/telegram/main")
        assert not at.telegram.calls("getUpdates")


@pytest.mark.parametrize("way", Way)
async def test_an_update_that_comes_twice_is_answered_once(way: Way, tmp_path: Path) -> None:
    async with scene(tmp_path, way) as at:
        await at.to_review()
        waiting = at.telegram.bot().inbox.waiting
        assert at.player.last is not None
        await at.worker.press(at.player.last, at.player.data_of("send"))
        [body] = [update.body for update in waiting.values()]
        await at.all_done()
        count = len(at.heard())
        at.telegram.repeat([body])
        await at.all_done()
        assert await at.player.tips() == 1
        assert len(at.heard()) == count


@pytest.mark.parametrize("way", Way)
async def test_send_pressed_twice_files_once_and_is_answered_twice(
    way: Way, tmp_path: Path
) -> None:
    async with scene(tmp_path, way) as at:
        await at.to_review()
        assert at.player.last is not None
        before, data = len(at.heard()), at.player.data_of("send")
        for _ in range(3):
            await at.worker.press(at.player.last, data)
        await at.all_done()
        assert await at.player.tips() == 1
        told = [each.text for each in at.heard()[before:]]
        assert len(told) == 3
        assert "Đã nhận" in told[0]
        assert all("chưa có gì thay đổi" in text for text in told[1:])
        assert all(press.pop_up is not None for press in at.worker.presses)


async def test_a_button_of_an_old_message_changes_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.player.bring("look")
        old, data = at.player.last, at.player.data_of("report")
        await at.player.press("report")
        await at.player.press("wages")
        assert old is not None
        await at.worker.press(old, data)
        shown = (await at.player.answered()).text
        assert "nút hoặc trang cũ" in shown
        assert "nguy hiểm" in shown


async def test_a_button_from_before_a_restart_is_answered_honestly(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        at.clock.now += timedelta(hours=3)
        assert at.player.last is not None
        await at.worker.press(at.player.last, at.player.data_of("send"))
        assert "bản nháp trước đã hết hạn" in (await at.player.answered()).text
        assert await at.player.tips() == 0


@pytest.mark.parametrize("data", ["nonsense", "9:" + "x" * 60, "1:"])
async def test_a_button_with_foreign_data_is_answered(data: str, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        assert at.player.last is not None
        await at.worker.press(at.player.last, data, stale=True)
        assert "nút hoặc trang cũ" in (await at.player.answered()).text


async def test_a_button_stops_turning_before_the_turn_is_made(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.player.bring("look")
        assert at.player.last is not None
        at.telegram.fail(Hang(), "sendMessage")
        press = await at.worker.press(at.player.last, at.player.data_of("report"))
        assert (await press.answered()).text == ""


async def test_a_press_that_cannot_be_acknowledged_any_more_is_a_turn_all_the_same(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        await at.player.bring("look")
        at.telegram.fail(fakes.Refuse(400, "Bad Request: query is too old"), "answerCallbackQuery")
        await at.player.press("report")
        assert at.telegram.calls("answerCallbackQuery")[-1].status == 400
        assert at.player.last is not None
        assert "Nợ lương" in str(at.player.last.labels)


async def test_an_edited_message_is_answered_kindly(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        first = next(each for each in at.worker.sees() if each.text == "Công ty nợ lương.")
        await at.worker.edit(first.post, "Công ty không nợ lương.")
        shown = (await at.player.answered()).text
        assert "sửa lại thì chúng tôi chưa nhận được" in shown
        assert "không nợ" not in shown


async def test_everything_that_is_sent_is_answered(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        worker = at.worker
        await worker.start()
        await worker.contact()
        await worker.location()
        await worker.poll()
        await worker.video()
        await worker.document(b"%PDF")
        await worker.forward("Tin chuyển tiếp", author="Ai đó")
        await worker.say("qua bot khác", via="other_bot")
        await worker.album([photo(), photo()], "ảnh")
        await at.all_done()
        # The video and the file came together, and so did the two pictures.
        assert len(at.heard()) == 8
        assert all(each.text for each in at.heard())
        every = "\n".join(each.text for each in at.heard())
        assert "Ai đó" not in every


@pytest.mark.parametrize("way", Way)
async def test_what_cannot_be_read_does_not_hold_up_the_others(way: Way, tmp_path: Path) -> None:
    async with scene(tmp_path, way) as at:
        for body in (
            {},
            {"teleportation": {"to": 1}},
            {"message": {"chat": {"id": at.worker.id}}},
            {"message": "x"},
            {"callback_query": {"id": 1}},
            {"edited_message": None},
        ):
            at.telegram.deliver(body, key=at.worker.id)
        await at.worker.say("xin chào")
        await at.all_done()
        assert len(at.heard()) == 1


FAULTS = [
    fakes.server_error(500),
    fakes.bad_gateway(),
    fakes.nonsense(),
    fakes.nonsense(b'{"ok": true, "result": 5}'),
    fakes.nonsense(b'{"ok": true, "result": [5, {}, null]}'),
    fakes.Cut(),
    fakes.Cut(halfway=True, after=True),
    fakes.conflict(),
    fakes.too_many(1),
    fakes.unauthorized(),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault)[:40])
async def test_polling_survives(fault: Fault, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.telegram.fail(fault, "getUpdates", times=2)
        await at.worker.say("xin chào")
        await at.worker.hears("", seconds=15)
        await at.telegram.settled()
        await at.worker.start()
        await at.all_done()
        assert len(at.heard()) == 2


@pytest.mark.parametrize("fault", [fakes.server_error(502), fakes.unauthorized(), fakes.Cut()])
async def test_telegram_may_be_away_at_the_start(fault: Fault, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/t.db"
    async with open_house(url, tmp_path) as (house, clock), clock_of(clock) as telegram:
        telegram.fail(fault, "getMe", times=3)
        async with in_telegram(house, telegram):
            worker = telegram.person("Worker")
            await worker.start()
            await worker.hears("Xin chào")
            assert len(telegram.calls("getMe")) == 4


async def test_a_worker_who_blocks_the_bot_in_the_middle_is_survived(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        await at.worker.say("một câu nữa")
        await at.worker.block()
        await at.all_done()
        other = at.telegram.person("Other")
        await other.start()
        await other.hears("Xin chào")
        # Nothing is forgotten: who comes back finds the draft.
        await at.worker.unblock()
        await at.worker.say("/start")
        await at.all_done()
        assert "Công ty nợ lương" in at.heard()[-1].text


async def test_one_chat_does_not_wait_for_another(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        slow, quick = at.telegram.person("Slow"), at.telegram.person("Quick")
        at.telegram.fail(Hang(), "getFile")
        await slow.photo(photo())
        await at.telegram.called("getFile")
        for _ in range(3):
            await quick.start()
            await quick.hears("Xin chào")
        assert not at.heard(slow)
        # What is open is not confirmed: a crash now would lose nothing.
        assert next(iter(at.telegram.bot().inbox.waiting.values())).key == slow.id


async def test_what_one_chat_sends_is_answered_in_order(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.player.bring("look")
        for text in ("báo tin", "nợ lương", "không", "Bàn Thạch"):
            await at.worker.say(text)
        await at.all_done()
        labels = [each.labels for each in at.heard()]
        assert any("Nợ lương" in label for label in labels[1])
        assert len(labels) == 5


async def test_a_file_over_twenty_megabytes_is_not_fetched(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.worker.document(bytes(20 * 1024 * 1024 + 1), "a.mp4", "video/mp4")
        await at.all_done()
        assert "10 MB" in at.heard()[-1].text
        assert not at.telegram.calls("getFile")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (fakes.Refuse(400, "Bad Request: file is too big"), "10 MB"),
        (fakes.Refuse(400, "Bad Request: wrong file_id"), "Tệp bị hỏng"),
        (fakes.server_error(500), "quá lâu"),
    ],
)
async def test_a_picture_that_cannot_be_fetched_is_told(
    fault: Fault, told: str, tmp_path: Path
) -> None:
    async with scene(tmp_path) as at:
        at.telegram.fail(fault, "getFile")
        await at.worker.photo(photo())
        await at.all_done()
        assert told in at.heard()[-1].text


async def test_the_chat_is_deleted_on_both_sides(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        await at.player.press("send")
        assert len(at.worker.sees()) > 8
        await at.player.press("forget")
        [left] = at.worker.sees()
        assert "Đã xóa cuộc nói chuyện này" in left.text
        assert await at.house.inbound.turn_of("telegram", str(at.worker.id)) == 0
        await at.worker.say("/xoachat")
        await at.all_done()
        assert len(at.worker.sees()) == 1


async def test_after_a_day_the_messages_are_not_known_any_more(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.player.bring("look")
        at.clock.now += timedelta(hours=25)
        await at.player.type("/xoachat")
        assert len(at.worker.sees()) == 3


@pytest.mark.timeout(300)
async def test_after_a_night_offline_each_chat_is_answered_once(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{tmp_path}/t.db"
        house, clock = await stack.enter_async_context(open_house(url, tmp_path))
        telegram = await stack.enter_async_context(clock_of(clock))
        people = [telegram.person(f"w{number}") for number in range(10)]
        for _ in range(EACH_SAYS):
            for person in people:
                await person.say("alo")
        await people[0].say("Công ty nợ lương tổ may hai tháng nay rồi.")
        clock.now += timedelta(hours=9)
        account = await stack.enter_async_context(in_telegram(house, telegram, fold_seconds=3))
        await telegram.settled(seconds=240)
        await account.answers.sent()
        told = {person.id: [s for s in person.sees() if not s.is_mine] for person in people}
        assert [len(each) for each in told.values()] == [1] * 10
        assert all("trả lời muộn" in each[0].text for each in told.values())
        assert "đã giữ lời bạn viết" in told[people[0].id][0].text
        await people[0].say("alo")
        await account.answers.sent()
        assert "trả lời muộn" not in (await people[0].hears()).text


@asynccontextmanager
async def no_database(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Meanwhile nothing reaches the database."""

    @asynccontextmanager
    async def away(_: Database) -> AsyncIterator[None]:
        raise Unreachable
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Database, "_connect", away)
        yield


@pytest.mark.parametrize("way", Way)
async def test_while_the_database_is_away_updates_wait_and_then_file_once(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, way) as at:
        await at.to_review()
        count = len(at.heard())
        assert at.player.last is not None
        async with no_database(monkeypatch):
            await at.worker.press(at.player.last, at.player.data_of("send"))
            await at.worker.say("sau đó")
            await asyncio.sleep(0.3)
            assert at.telegram.bot().inbox.waiting
            assert len(at.heard()) == count
            if way is Way.WEBHOOK:
                assert "503" in (at.telegram.bot().hook.last_error_message or "")
        for _ in range(20):
            # The fake repeats by the house's clock.
            at.clock.now += timedelta(seconds=10)
            await asyncio.sleep(0.02)
        await at.all_done()
        assert await at.player.tips() == 1
        assert "Đã nhận" in at.heard()[count].text


async def posted(at: Scene, body: bytes, secret: str | None) -> int:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with (
        aiohttp.ClientSession() as http,
        http.post(at.telegram.bot().hook.url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


FORGED = (
    b'{"update_id": 5, "message": {"message_id": 1, "date": 1, "text": "/start",'
    b' "chat": {"id": 5, "type": "private"}}}'
)


@pytest.mark.parametrize("secret", [None, "", "x", SECRET + "x", SECRET[:-1], "ô" * 9])
async def test_a_forged_webhook_is_refused(secret: str | None, tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        assert await posted(at, FORGED, secret and secret.encode().decode("latin-1")) == 403
        assert not at.telegram.calls("sendMessage")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"update_id": "x"}', b"[" * 100_000]
)
async def test_a_webhook_body_that_cannot_be_read_is_taken_away(
    body: bytes, tmp_path: Path
) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        assert await posted(at, body, SECRET) == 200


async def test_ten_megabytes_are_not_read(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        with suppress(aiohttp.ClientError):
            assert await posted(at, bytes(10 * 1024 * 1024), SECRET) == 413
        assert await posted(at, FORGED, SECRET) == 200


async def test_nobody_else_finds_a_hook(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at, aiohttp.ClientSession() as http:
        url = at.telegram.bot().hook.url
        async with http.get(url) as answer:
            assert answer.status == 405
        async with http.post(url + "x") as answer:
            assert answer.status == 404


async def test_the_webhook_is_answered_before_the_worker_is(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        at.telegram.fail(Hang(), "sendMessage")
        await at.worker.start()
        await at.telegram.settled()
        assert not at.heard()


async def test_an_answer_that_may_have_arrived_is_not_sent_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.telegram.fail(fakes.Cut(after=True), "sendMessage")
        await at.worker.start()
        await at.all_done()
        assert len(at.heard()) == 1
        assert len(at.telegram.calls("sendMessage")) == 1


async def test_who_has_a_draft_is_told_that_the_service_stops(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        other = at.telegram.person("Other")
        await other.start()
        await at.all_done()
        before = len(at.heard(other))
        at.house.inbound.close_at(at.clock.now + timedelta(minutes=5))
        await at.account.tell_closing()
        assert "sắp khởi động lại" in (await at.player.answered()).text
        assert len(at.heard(other)) == before


async def test_a_picture_that_comes_again_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        await at.to_review()
        # The tree of units is known for a few seconds; after that a turn needs the database.
        at.clock.now += timedelta(seconds=10)
        async with no_database(monkeypatch):
            await at.worker.photo(photo())
            await until(lambda: at.telegram.bot().hook.last_error_message, 60, "a 503")
            assert await at.house.volatile.total("picture") == 0
        for _ in range(20):
            at.clock.now += timedelta(seconds=10)
            await asyncio.sleep(0.02)
        await at.all_done()
        assert "Đã nhận ảnh" in at.heard()[-1].text


class Taken(Exception):
    """The desk of this test fails."""


@dataclass(slots=True)
class Door:
    """A desk that writes down what it is given."""

    groups: int = 0
    asked: int = 0
    is_officer: bool = False
    fails: bool = False

    async def group(self, update: object) -> None:
        self.groups += 1
        if self.fails:
            raise Taken

    async def private_officer(self, update: object) -> bool:
        self.asked += 1
        if self.fails:
            raise Taken
        return self.is_officer


async def test_groups_and_officers_belong_to_the_desk(tmp_path: Path) -> None:
    door = Door()

    def make(_: object) -> GroupDoor:
        return door

    url = f"sqlite+aiosqlite:///{tmp_path}/t.db"
    async with (
        open_house(url, tmp_path) as (house, clock),
        clock_of(clock) as telegram,
        in_telegram(house, telegram, make_door=make) as account,
    ):
        worker = telegram.person("Worker")
        group = await telegram.group("Ban", worker, telegram.bot())
        await telegram.settled()
        told = door.groups
        door.fails = True
        await worker.say("/desk", to=group)
        await telegram.settled()
        assert door.groups == told + 1
        await worker.start()
        # A desk that fails does not keep workers from being answered.
        await worker.hears("Xin chào")
        door.is_officer, door.fails = True, False
        count = len(telegram.calls("sendMessage"))
        await worker.say("/desk")
        await telegram.settled()
        await account.answers.sent()
        assert len(telegram.calls("sendMessage")) == count
        assert door.asked == 2


async def test_the_account_ends_in_time_while_telegram_hangs(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.player.bring("look")
        await at.worker.photo(photo())
        await at.all_done()
    with pytest.raises(TelegramError):
        await at.account.line.bot.get_me()


@pytest.mark.postgresql
async def test_one_of_two_processes_polls_and_the_other_goes_on_after_it(
    postgresql_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        open_house(postgresql_url, tmp_path) as (house, clock),
        clock_of(clock) as telegram,
        AsyncExitStack() as first,
    ):

        def alone() -> AbstractAsyncContextManager[Hold | None]:
            return alone_with(house.database, 1)

        one = await first.enter_async_context(in_telegram(house, telegram, alone=alone))
        async with in_telegram(house, telegram, alone=alone) as other:
            player = TelegramPlayer(house, clock, telegram=telegram, account=one)
            await player.bring("look")
            await first.aclose()
            player.account = other
            await player.press("report")
    events = {getattr(vars(each).get("tiengtho_line"), "event", None) for each in caplog.records}
    assert Log.TWO_POLLERS not in events
