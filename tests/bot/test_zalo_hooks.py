"""What is brought to the webhook of a bot of Zalo: secrets, sizes, repeats, a database away."""

import io
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from bot.channels.zalo_bot.account import SECRET_HEADER
from tests.fakes.waiting import until
from tests.fakes.zalo_bot import Delivery, Order, Secret
from tests.zalo_house import Way
from tests.zalo_scene import Scene, no_database, scene


async def posted(at: Scene, body: bytes, secret: str | None) -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with (
        aiohttp.ClientSession() as http,
        http.post(at.zalo.bot().hook.url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


FORGED = (
    b'{"event_name":"message.text.received","message":{"from":{"id":"6ab1"},"text":"/start",'
    b'"chat":{"id":"6ab1","chat_type":"PRIVATE"},"message_id":"1","date":1}}'
)


@pytest.mark.parametrize("secret", [None, "", "x", "+x", "-", "\u00f4" * 9])
async def test_a_forged_call_is_refused(secret: str | None, tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        ours = at.zalo.bot().hook.secret
        forged = {"+x": ours + "x", "-": ours[:-1]}.get(secret or "", secret)
        assert await posted(at, FORGED, forged) == 403
        await at.account.answers.sent()
        assert not at.zalo.calls("sendMessage")


@pytest.mark.parametrize("secret", [Secret.MISSING, Secret.WRONG])
async def test_what_comes_without_our_secret_is_never_a_turn(
    secret: Secret, tmp_path: Path
) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        at.zalo.habits.delivery = Delivery(secret=secret)
        await at.worker.say("báo tin")
        await at.all_done()
        assert {each.status for each in at.zalo.posts} == {403}
        assert not at.heard()
        assert await at.house.inbound.turn_of(at.account.channel, at.worker.id) == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"result":7}', b"[" * 100_000, b"1" * 9_000]
)
async def test_a_body_that_cannot_be_read_is_taken_away(body: bytes, tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        assert await posted(at, body, at.zalo.bot().hook.secret) == 200


async def test_ten_megabytes_are_not_read(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        secret = at.zalo.bot().hook.secret
        with suppress(aiohttp.ClientError):
            assert await posted(at, bytes(10 * 1024 * 1024), secret) == 413
        assert await posted(at, FORGED, secret) == 200


async def test_nobody_else_finds_the_hook(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at, aiohttp.ClientSession() as http:
        url = at.zalo.bot().hook.url
        assert len(url.rpartition("/")[2]) >= 40
        async with http.get(url) as answer:
            assert answer.status == 405
        async with http.post(url + "x") as answer:
            assert answer.status == 404


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("order", Order)
async def test_replays_file_one_tip_in_whichever_order_they_come(
    order: Order, wrapped: bool, tmp_path: Path
) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        at.zalo.habits.delivery = Delivery(wrapped=wrapped, copies=3)
        await at.to_review()
        at.zalo.habits.delivery.order = order
        history = [each.body for each in at.zalo.bot().inbox.history]
        await at.worker.say("GỬI")
        at.zalo.repeat(history[::-1])
        at.zalo.repeat(history)
        await at.all_done()
        assert await at.player.tips() == 1
        assert {each.status for each in at.zalo.posts} == {200}
        told = [each.text for each in at.heard()]
        assert len(told) == len(history) + 1
        assert "Đã nhận" in told[-1]


async def test_a_burst_of_a_hundred_calls_is_taken_and_each_is_answered(tmp_path: Path) -> None:
    async with scene(tmp_path, Way.WEBHOOK) as at:
        at.zalo.habits.delivery = Delivery(order=Order.AT_ONCE, timeout_seconds=30)
        people = [at.zalo.person(f"w{number}") for number in range(20)]
        for _ in range(5):
            for person in people:
                await person.say("/start")
        await at.all_done()
        assert {each.status for each in at.zalo.posts} == {200}
        assert [len(at.heard(person)) for person in people] == [5] * 20


@pytest.mark.parametrize("way", Way)
async def test_while_the_database_is_away_nothing_is_lost_and_then_filed_once(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, way) as at:
        at.zalo.habits.delivery = Delivery(tries=1000)
        await at.to_review()
        count = len(at.heard())
        async with no_database(monkeypatch) as tried:
            await at.worker.say("GỬI")
            await until(lambda: len(tried) > 3 or None, 60, "it is tried again and again")
            if way is Way.WEBHOOK:
                await until(lambda: at.zalo.posts[-2].status or None, 60, "an answer")
            assert len(at.heard()) == count
        await at.all_done()
        if way is Way.WEBHOOK:
            assert {each.status for each in at.zalo.posts} == {200, 503}
        assert await at.player.tips() == 1
        assert ["Đã nhận" in each.text for each in at.heard()[count:]] == [True]
