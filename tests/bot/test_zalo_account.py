"""A bot of Zalo at work: how it begins, polls, is brought updates, and ends; what goes wrong."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.zalo_bot.account import Account
from tests.fakes import zalo_bot as fakes
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import FakeZalo, Fault, Idle, Style
from tests.fakes.zalo_bot_clients import Raw, Receiver
from tests.zalo_house import BRISK, on_zalo
from tests.zalo_scene import Scene, scene

# --- how it begins ----------------------------------------------------------------------------


async def test_it_says_that_it_polls(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        assert at.lines == ["ready, updates by polling"]
        assert not at.zalo.calls("setWebhook")


async def test_a_webhook_is_set_with_our_secret_and_tried(tmp_path: Path) -> None:
    async with scene(tmp_path) as at, Receiver() as page:
        account = hooked(at, page.url)
        assert await account.begin()
        assert at.lines[-1] == "ready, updates by webhook"
        assert page.came[0].secret == "s" * 40
        page.status = 403
        assert await account.begin()
        assert "webhook.http.403" in at.lines[-1]


async def test_an_address_that_the_platform_refuses_is_told(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        for url in ("ftp://tin.example.org/hooks/x", "/hooks/zalo_bot/x"):
            at.told.clear()
            assert not await hooked(at, url).begin()
            assert at.lines == [
                "the address of our webhook is refused; look at TIENGTHO_PUBLIC_URL"
            ]


async def test_a_try_that_is_not_told_of_is_no_failure(tmp_path: Path) -> None:
    async with scene(tmp_path) as at, Receiver() as page:
        at.zalo.habits.verifies = False
        assert await hooked(at, page.url).begin()
        assert "does not say" in at.lines[-1]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (fakes.unauthorized(), "Zalo does not know this token"),
        (fakes.Reset(), "Zalo did not do it"),
        (fakes.bad_gateway(), "Zalo did not do it"),
        (fakes.huge(), "Zalo did not do it"),
        (fakes.Redirect("http://127.0.0.1:9/"), "Zalo did not do it"),
        (fakes.Refuse(400, "nonsense"), "Zalo did not do it"),
    ],
)
async def test_what_keeps_it_from_beginning_is_told_once_and_tried_again(
    fault: Fault, told: str, tmp_path: Path
) -> None:
    async def break_it(zalo: FakeZalo) -> None:
        zalo.fail(fault, "getMe", times=3)

    async with scene(tmp_path, before=break_it) as at:
        assert len(at.zalo.calls("getMe")) == 4
        first, second = at.lines
        assert first.startswith(told)
        assert second == "ready, updates by polling"
        assert "Xin chào" in await at.says(at.worker, "/start")


async def test_a_webhook_that_somebody_else_has_set_is_told_and_not_taken_away(
    tmp_path: Path,
) -> None:
    async def set_it(zalo: FakeZalo) -> None:
        async with Raw(zalo.url, zalo.bot().token) as raw:
            await raw("setWebhook", url="http://127.0.0.1:9/x", secret_token="of somebody else")

    async with scene(tmp_path, before=set_it) as at:
        await at.zalo.called("getWebhookInfo", 3)
        assert at.lines == [
            "a webhook is set, so polling brings nothing; run: python -m bot init zalo"
        ]
        assert not at.zalo.calls("getUpdates")
        async with Raw(at.zalo.url, at.zalo.bot().token) as raw:
            await raw("deleteWebhook")
        assert "Xin chào" in await at.says(at.worker, "/start")


# --- polling ----------------------------------------------------------------------------------


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("idle", Idle)
async def test_nothing_to_fetch_is_no_failure(
    idle: Idle, style: Style, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def hurry(zalo: FakeZalo) -> None:
        zalo.habits.idle, zalo.habits.poll_scale = idle, 0.001

    async with scene(tmp_path, style=style, before=hurry) as at:
        await at.zalo.called("getUpdates", 8)
        assert caplog.records == []
        assert "Xin chào" in await at.says(at.worker, "/start")


FAULTS = [
    fakes.too_many(),
    fakes.over_quota(),
    fakes.bad_gateway(),
    fakes.internal(),
    fakes.unauthorized(),
    fakes.Refuse(404, "Not Found"),
    fakes.timed_out(),
    fakes.nonsense(),
    fakes.nonsense(b'{"ok":true,"result":5}'),
    fakes.nonsense(b'{"ok":true,"result":[5,{},null]}'),
    fakes.nonsense(b"\xff\xfe" + b"[" * 5000),
    fakes.huge(),
    fakes.Cut(),
    fakes.Cut(halfway=True),
    fakes.Reset(),
    fakes.Redirect(),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault)[:40])
async def test_polling_survives(fault: Fault, tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.zalo.fail(fault, "getUpdates", times=4)
        assert "Xin chào" in await at.says(at.worker, "/start")
        assert "Xin chào" in await at.says(at.worker, "/start")
        assert len(at.heard()) == 2
        assert not at.zalo.strays


async def test_an_update_under_another_content_type_is_taken(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.zalo.fail(fakes.Label(), "getUpdates", times=2)
        assert "Xin chào" in await at.says(at.worker, "/start")
        assert len(at.heard()) == 1


async def test_too_many_polls_are_answered_with_longer_and_longer_rests(tmp_path: Path) -> None:
    rhythm = replace(BRISK, first_rest=0.1, longest_rest=0.2)
    async with scene(tmp_path, rhythm=rhythm) as at:
        at.zalo.fail(fakes.too_many(), "getUpdates", times=3)
        await at.worker.say("/start")
        calls = await at.zalo.called("getUpdates", 5)
        times = [each.seconds for each in calls[1:]]
        rests = [late - early for early, late in itertools.pairwise(times)]
        assert rests[0] >= 0.1
        assert min(rests[1:3]) >= 0.2


async def test_two_pollers_share_what_comes_and_nothing_is_answered_twice(tmp_path: Path) -> None:
    async with (
        scene(tmp_path) as at,
        on_zalo(at.house, at.zalo, bot=await at.its_bot()) as other,
    ):
        for _ in range(12):
            await at.worker.say("/start")
        await until(lambda: len(at.heard()) >= 12 or None, 60, "twelve answers")
        await at.all_done()
        await other.answers.sent()
    assert len(at.heard()) == 12


@pytest.mark.postgresql
async def test_of_two_processes_one_polls_and_the_other_takes_over(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with (
        scene(tmp_path, url=postgresql_url) as at,
        on_zalo(at.house, at.zalo, bot=await at.its_bot()),
    ):
        await at.zalo.called("getMe", 2)
        await at.says(at.worker, "/start")
        begun = len(at.zalo.calls("getUpdates"))
        assert begun == 2
        at.account.stop()
        # The open poll of the first is still taken; then the second polls.
        await at.worker.say("/start")
        await at.zalo.called("getUpdates", begun + 1)
        await at.worker.say("/start")
        await until(lambda: len(at.heard()) >= 3 or None, 60, "an answer")


async def test_what_the_last_poll_brings_is_taken_and_nothing_is_asked_after_it(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path, rhythm=replace(BRISK, finish=30)) as at:
        await until(lambda: at.zalo.is_polled() or None, 60, "a poll")
        asked = len(at.zalo.calls("getUpdates"))
        at.account.stop()
        await at.worker.say("/start")
        await at.worker.hears("Xin chào")
        await at.worker.say("/start")
    assert len(at.zalo.calls("getUpdates")) == asked
    assert len(at.heard()) == 1


def hooked(at: Scene, url: str) -> Account:
    """The same bot, brought its updates at `url`."""
    connection = replace(at.account._connection, hook_url=url, secret="s" * 40)
    return Account(connection, at.account._behind, at.account.line, at.account._group)
