"""What goes out over Zalo on a bad day: never twice, seldom lost, and no token in any log."""

import asyncio
import logging
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bot.answers import Answers
from bot.channels import Refused, Sent, TryLater, Unknown
from bot.channels.zalo_bot import line
from bot.channels.zalo_bot.reading import Did, Kept, Pictured
from bot.logs import Event
from bot.pace import Lane
from storage.database import Unreachable
from tests.clips import photo
from tests.fakes import zalo_bot as fakes
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import FakeZalo, Fault, Hang, leaks
from tests.fakes.zalo_bot_clients import Receiver
from tests.zalo_house import Way
from tests.zalo_scene import Scene, no_database, scene


def outcomes(caplog: pytest.LogCaptureFixture) -> list[object]:
    """Of the answers that did not arrive."""
    noted = [getattr(each, "tiengtho_line", None) for each in caplog.records]
    return [
        each.numbers["outcome"] for each in noted if each and each.event is Event.ANSWER_NOT_SENT
    ]


# --- it may have arrived ----------------------------------------------------------------------


@pytest.mark.parametrize("fault", [fakes.accepted_and_silent(), fakes.Cut(after=True)])
async def test_a_send_without_an_answer_is_not_made_again(
    fault: Fault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with scene(tmp_path) as at:
        at.account.line.client._send_seconds = 0.3
        at.zalo.fail(fault, "sendMessage")
        with caplog.at_level(logging.DEBUG, "tiengtho"):
            await at.says(at.worker, "/start")
        assert len(at.heard()) == len(at.zalo.calls("sendMessage")) == 1
        assert outcomes(caplog) == ["unknown"]
        assert "Việc bạn muốn báo" in await at.says(at.worker, "báo tin")


async def test_a_send_that_hangs_holds_no_other_chat_up(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        slow, quick = at.zalo.person("Slow"), at.zalo.person("Quick")
        at.zalo.fail(Hang(), "sendMessage", chat=slow)
        await slow.say("/start")
        await at.zalo.called("sendMessage")
        for _ in range(3):
            await quick.say("/start")
            await quick.hears("Xin chào")
        assert not at.heard(slow)


@pytest.mark.parametrize(
    ("fault", "meant"),
    [
        (fakes.timed_out(), Unknown()),
        (fakes.nonsense(), Unknown()),
        (fakes.huge(), Unknown()),
        (fakes.Cut(), Unknown()),
        (fakes.Refuse(400, "Bad request: The chat_id is invalid"), Refused("refused")),
        (fakes.over_quota(), TryLater(30)),
        (fakes.too_many(), TryLater(30)),
        (fakes.bad_gateway(), TryLater(5)),
        (fakes.internal(), TryLater(5)),
        (fakes.unauthorized(), TryLater(600)),
    ],
    ids=lambda each: str(each)[:40],
)
async def test_without_patience_what_came_of_it_is_told_at_once(
    fault: Fault, meant: object, tmp_path: Path
) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "/start")
        way = at.account.line
        before = await way.quota.state()
        at.zalo.fail(fault, "sendMessage")
        outcome, date = await way.send(at.worker.id, "x", patience=0)
        if isinstance(meant, TryLater):
            assert isinstance(outcome, TryLater)
            assert outcome.seconds == pytest.approx(meant.seconds, abs=1)
            # What has certainly not left does not count.
            assert await way.quota.state() == before
        else:
            assert outcome == meant
            assert (await way.quota.state())[0] == before[0] + 1
        assert date == 0
        assert len(at.zalo.calls("sendMessage")) == 2


async def test_answers_refused_together_rest_once_and_then_longer(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "/start")
        way = at.account.line
        at.zalo.fail(fakes.too_many(), "sendMessage", times=20)
        sent = await asyncio.gather(
            *(way.send(at.zalo.person(f"w{each}").id, "x", patience=0) for each in range(20))
        )
        assert all(isinstance(each, TryLater) and each.seconds <= 30 for each, _ in sent)
        assert way.refusals == 1
        halts = []
        for _ in range(4):
            way.halted_until = way.now()
            halts.append(round(way.halted()))
        assert halts == [60, 300, 300, 300]
        way.halted_until = way.now()
        at.zalo.heal()
        await way._once(at.worker.id, "x")
        assert way.refusals == 0


# --- the month is used up ---------------------------------------------------------------------


async def test_a_quota_that_ends_in_the_middle_files_once_and_the_talk_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_FIRST_PAUSE_SECONDS", 0.01)
    async with scene(tmp_path) as at:
        at.account.line.halts = (0.02, 0.05)
        await at.to_review()
        at.zalo.fail(fakes.over_quota(), "sendMessage", times=4)
        assert "Đã nhận" in await at.says(at.worker, "Gửi")
        assert at.account.line.refusals == 0
        assert await at.player.tips() == 1
        assert "Xin chào" in await at.says(at.worker, "1")


async def test_an_answer_that_came_to_nothing_leaves_a_talk_that_goes_on(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        # Longer than anybody waits for an answer.
        at.account.line.halts = (400.0,)
        at.zalo.fail(fakes.over_quota(), "sendMessage")
        count = len(at.heard())
        await at.worker.say("Gửi")
        await at.all_done()
        assert len(at.heard()) == count
        assert await at.player.tips() == 1
        at.account.line.pace._account.halted_until = 0.0
        # They ask again; what they typed then is no second tip.
        assert "Đã nhận" in await at.says(at.worker, "Gửi")
        assert await at.player.tips() == 1


async def test_our_own_count_never_silences_a_talk(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        while await at.account.line.quota.take(Lane.TALK, 100):
            continue
        assert (await at.account.line.quota.state())[0] == 3_000
        assert "Xin chào" in await at.says(at.worker, "/start")


async def test_a_message_that_cannot_be_counted_is_sent_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path) as at:
        await at.says(at.worker, "/start")
        async with no_database(monkeypatch):
            at.account.line.quota._left = 0
            assert await at.account.line.send(at.worker.id, "còn đây") == (
                Sent(),
                at.heard()[-1].date_ms,
            )


# --- pictures ---------------------------------------------------------------------------------


async def test_a_picture_is_fetched_at_once_and_kept(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        await at.to_review()
        await at.worker.photo(photo(), "cửa bị khóa")
        await at.all_done()
        assert [each.fetches for each in at.zalo.files] == [1]
        assert at.zalo.calls("sendChatAction")
        assert "Đã nhận" in await at.says(at.worker, "Gửi")
        await at.house.mail_room.deliver_due()
        assert await at.player.files() == ("photo",)


async def test_a_media_host_that_leads_inward_reaches_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as at, Receiver() as inner:
        came: list[str] = []

        async def secret(request: web.BaseRequest) -> web.Response:
            came.append(request.path)
            return web.Response(body=photo())

        inner.pages["/secret"] = secret
        for where in (
            f"{inner.root}/secret",
            inner.root.replace("127.0.0.1", "localhost") + "/secret",
            "http://169.254.169.254/latest/meta-data",
            "https://[::1]/x",
            "file:///etc/passwd",
        ):
            await at.worker.photo(photo(), redirect_to=where)
            await at.all_done()
            assert "Tệp bị hỏng" in at.last()
        at.zalo.deliver(pictured(at, f"{inner.root}/secret"))
        await at.all_done()
        assert "Tệp bị hỏng" in at.last()
        assert came == []


def pictured(at: Scene, url: str) -> dict[str, object]:
    """A picture that lies anywhere."""
    worker = at.worker.id
    chat = {"id": worker, "chat_type": "PRIVATE"}
    told = {"from": {"id": worker}, "chat": chat, "message_id": "p1", "photo_url": url}
    return {"event_name": "message.image.received", "message": told}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (fakes.Write(404, b"gone", "text/plain"), "Tệp bị hỏng"),
        (fakes.Write(200, bytes(20 * 1024 * 1024 + 1), "image/jpeg"), "10 MB"),
        (fakes.Write(200, b"<html>", "image/jpeg"), "Trang web"),
        (fakes.Cut(halfway=True), "Tệp bị hỏng"),
    ],
)
async def test_a_picture_that_cannot_be_fetched_is_told(
    fault: Fault, told: str, tmp_path: Path
) -> None:
    async with scene(tmp_path) as at:
        at.zalo.fail(fault, "media")
        await at.worker.photo(photo())
        await at.all_done()
        assert told in at.last()


# --- what nobody may see ----------------------------------------------------------------------


@dataclass
class Broken:
    """A door of officers that fails."""

    error: Exception
    tried: list[None] = field(default_factory=list)

    async def take(self, what: Did | Pictured | Kept, answers: Answers) -> bool:
        self.tried.append(None)
        raise self.error


async def test_a_door_that_fails_keeps_no_worker_from_being_heard(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        broken = at.account.officers = Broken(RuntimeError("an officer's name"))
        assert "Xin chào" in await at.says(at.worker, "/start")
        assert len(broken.tried) == 1


async def test_a_door_that_cannot_reach_the_database_lets_the_update_come_again(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as at:
        broken = at.account.officers = Broken(Unreachable())
        await at.worker.say("/start")
        await until(lambda: len(broken.tried) > 2 or None, 60, "it comes again")
        at.account.officers = None
        await at.all_done()
        assert len(at.heard()) == 1


FAULTS: list[Fault] = [
    fakes.Cut(),
    fakes.Reset(),
    fakes.Redirect(),
    fakes.bad_gateway(),
    fakes.nonsense(),
    fakes.huge(),
    fakes.unauthorized(),
    fakes.Refuse(404, "Not Found"),
    fakes.Label(),
]


@pytest.mark.parametrize("way", Way)
async def test_the_token_and_what_people_wrote_are_in_no_log(
    way: Way, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def begin_badly(zalo: FakeZalo) -> None:
        for fault in FAULTS:
            zalo.fail(fault, "getMe")

    with caplog.at_level(logging.DEBUG):
        async with scene(tmp_path, way, before=begin_badly) as at:
            for fault in FAULTS:
                at.zalo.fail(fault, "sendMessage")
                at.zalo.fail(fault, "getUpdates")
                at.zalo.fail(fault, "sendChatAction")
                await at.worker.say("Quản đốc tên Canary")
                await at.worker.photo(photo(), redirect_to="http://10.0.0.1/canary")
                await at.zalo.settled()
            at.account.officers = Broken(RuntimeError("canary"))
            await at.worker.say("canary")
            await at.zalo.settled()
            token, told = at.zalo.bot().token, "\n".join(at.told)
    text = told + "".join(everything(each) for each in caplog.records)
    assert len(caplog.records) > 20
    assert not leaks(text, token)
    for words in ("canary", at.worker.id, at.worker.account.display_name):
        assert words.lower() not in text.lower()


def everything(record: logging.LogRecord) -> str:
    """All that any formatter could print of it."""
    trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
    return f"{record.getMessage()}\n{record.__dict__}\n{trace}"
