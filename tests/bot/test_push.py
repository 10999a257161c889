"""Web Push: the key, what a browser may hand over, what is sent, and what an answer means."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.bulletins.bulk import Delivered, Noticing
from bot.channels import Gone, Refused, TryLater, Unknown
from bot.keyfile import NoKey
from bot.pace import ACCOUNT, Lane, Limits, Pace
from bot.push import endpoint, keys
from bot.push.bulk import PAYLOAD_BYTES, PushBulk, result_of
from bot.push.keys import PushKey
from tests.fakes.push_service import HOST, Browser, PushService, raw, text


@pytest.fixture
def key(tmp_path: Path) -> PushKey:
    return keys.make(tmp_path / "push.key")


@asynccontextmanager
async def opened(key: PushKey, service: PushService) -> AsyncIterator[PushBulk]:
    pace = Pace(Limits(bulk_per_second=1000))
    async with PushBulk(key, "postmaster@example.org", pace, 50, route=service.route) as bulk:
        yield bulk


# --- the key ----------------------------------------------------------------------------------


def test_a_key_that_was_made_is_read_again_and_nobody_else_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "push.key"
    made = keys.make(path)
    assert keys.read(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(urlsafe_b64decode(made.name + "=")) == 65
    assert made.name not in path.read_text()
    assert "PRIVATE" not in repr(made)
    before = path.read_bytes()
    with pytest.raises(NoKey, match="left as it is"):
        keys.make(path)
    assert path.read_bytes() == before


def test_a_key_file_that_is_not_one_is_one_readable_line(tmp_path: Path) -> None:
    path = tmp_path / "push.key"
    with pytest.raises(NoKey, match="python -m bot push-key"):
        keys.read(path)
    path.write_bytes(b"nothing of the kind")
    path.chmod(0o600)
    with pytest.raises(NoKey, match="does not hold"):
        keys.read(path)
    path.unlink()
    keys.make(path)
    path.chmod(0o644)
    with pytest.raises(NoKey, match="chmod 600"):
        keys.read(path)


# --- what a browser hands over ----------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/fcm/send/dQw4:APA91b-x_y",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA==",
        "https://web.push.apple.com/QHkG",
        "https://wns2-sg2p.notify.windows.com/w/?token=BQYA%3d",
    ],
)
def test_the_push_services_of_the_browsers_are_known(url: str) -> None:
    browser = Browser("one")
    found = endpoint.read(url, browser.end.p256dh, browser.end.auth)
    assert found is not None
    assert endpoint.opened(found.address) == found
    assert url not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://fcm.googleapis.com/fcm/send/x",
        "https://fcm.googleapis.com:8443/x",
        "https://someone@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@10.0.0.1/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://notify.windows.com.example.org/x",
        "https://evilnotify.windows.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://router.local/x",
        "https://example.org/x",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com/x\r\nHost: y",
        "https://fcm.googleapis.com\\@10.0.0.1/x",
        f"{HOST}/{'x' * 1001}",
    ],
)
def test_nobody_else_is_called(url: str) -> None:
    browser = Browser("one")
    assert endpoint.read(url, browser.end.p256dh, browser.end.auth) is None


def test_keys_that_are_none_are_refused() -> None:
    good = Browser("one").end
    compressed = text(b"\x02" + raw(good.p256dh)[1:33])
    for point in ("", "x", "é" * 87, text(b"\x04" + b"\x01" * 64), compressed, good.p256dh * 2):
        assert endpoint.read(good.url, point, good.auth) is None, point
    for secret in ("", "x", "!" * 22, text(b"x" * 15), text(b"x" * 17)):
        assert endpoint.read(good.url, good.p256dh, secret) is None, secret
    for address in ("", "[]", "5550000001", '["a","b"]', '["a","b",3]', "[" * 100_000):
        assert endpoint.opened(address) is None


def test_the_same_browser_is_the_same_address_however_its_keys_are_written() -> None:
    good = Browser("one").end
    padded = endpoint.read(good.url, good.p256dh + "=", good.auth + "==")
    assert padded is not None
    assert padded.address == good.address


# --- what is sent -----------------------------------------------------------------------------


def test_our_browser_opens_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    number = int.from_bytes(raw("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    browser = Browser(
        "rfc", ec.derive_private_key(number, ec.SECP256R1()), raw("BTBZMqHH6r4Tts7J_aSIgg")
    )
    sealed = raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWA"
        "mS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxs"
        "j_Qulcy4a-fN"
    )
    assert browser.open(sealed) == b"When I grow up, I want to be a watermelon"


async def test_a_browser_is_shown_title_and_address_and_nothing_else(key: PushKey) -> None:
    one, two = Browser("one"), Browser("two", auth=b"another secret!!")
    async with PushService(key.name) as service, opened(key, service) as bulk:
        assert isinstance(bulk, Noticing)
        letter = bulk.notice('Lương "chậm" \n 💸', "a1b2")
        for browser in (one, two):
            assert await bulk.send(browser.end.address, letter) == Delivered(0)
    told = {"title": 'Lương "chậm" \n 💸', "url": "/ban-tin/a1b2"}
    assert service.opened(one) == service.opened(two) == [told]
    headers = service.got[0].headers
    assert headers["content-encoding"] == "aes128gcm"
    assert int(headers["ttl"]) > 0
    assert "cookie" not in headers
    assert service.got[0].body != service.got[1].body


async def test_a_push_does_not_tell_by_its_size_which_bulletin_it_is(key: PushKey) -> None:
    browser = Browser("one")
    async with PushService(key.name) as service, opened(key, service) as bulk:
        for title in ("", "Bão", "Mức lương tối thiểu theo vùng " * 200, "💸" * 500):
            await bulk.send(browser.end.address, bulk.notice(title, "a" * 32))
    assert len({len(each.body) for each in service.got}) == 1
    assert len(browser.open(service.got[0].body)) == PAYLOAD_BYTES


async def test_a_signature_by_another_key_is_nobodys_delivery(key: PushKey, tmp_path: Path) -> None:
    other = keys.make(tmp_path / "other.key")
    async with PushService(key.name) as service, opened(other, service) as bulk:
        sent = await bulk.send(Browser("one").end.address, bulk.notice("Bão", "a1"))
    assert sent == Refused("refused")
    assert service.got == []


@pytest.mark.parametrize(
    ("status", "retry_after", "result"),
    [
        (200, "", Delivered(0)),
        (201, "", Delivered(0)),
        (202, "", Delivered(0)),
        (302, "", Refused("refused")),
        (400, "", Refused("refused")),
        (401, "", Refused("refused")),
        (403, "", Refused("refused")),
        (404, "", Gone()),
        (410, "", Gone()),
        (413, "", Refused("refused")),
        (429, "", TryLater(30)),
        (429, "17", TryLater(17)),
        (429, "0", TryLater(1)),
        (429, "-5", TryLater(30)),
        (429, "9" * 9, TryLater(3600)),
        (429, "9" * 5000, TryLater(30)),
        (429, "Wed, 21 Oct 2026 07:28:00 GMT", TryLater(30)),
        (500, "", TryLater(5)),
        (503, "9", TryLater(9)),
    ],
)
def test_an_answer_means(status: int, retry_after: str, result: object) -> None:
    assert result_of(status, retry_after) == result


async def test_too_many_requests_halt_the_account_by_themselves(key: PushKey) -> None:
    def busy(_: str) -> tuple[int, dict[str, str]]:
        return 429, {"Retry-After": "50"}

    async with PushService(key.name, answer=busy) as service, opened(key, service) as bulk:
        sent = await bulk.send(Browser("one").end.address, bulk.notice("Bão", "a1"))
        assert sent == TryLater(50)
        assert bulk.pace.ready_at(0, ACCOUNT, Lane.TALK) > 0
    assert len(service.got) == 1


async def test_a_redirect_is_not_followed(key: PushKey) -> None:
    def elsewhere(path: str) -> tuple[int, dict[str, str]] | None:
        return (307, {"Location": "/inside"}) if path != "/inside" else None

    async with PushService(key.name, answer=elsewhere) as service, opened(key, service) as bulk:
        sent = await bulk.send(Browser("one").end.address, bulk.notice("Bão", "a1"))
    assert sent == Refused("refused")
    assert [each.path for each in service.got] == ["/fcm/send/one"]


async def test_a_service_that_cannot_be_reached_is_tried_again(key: PushKey) -> None:
    async with PushService(key.name) as service:
        pass
    async with opened(key, service) as bulk:
        sent = await bulk.send(Browser("one").end.address, bulk.notice("Bão", "a1"))
    assert isinstance(sent, TryLater)


async def test_an_answer_that_breaks_off_may_have_arrived(key: PushKey) -> None:
    def broken(_: str) -> tuple[int, dict[str, str]]:
        return 0, {}

    async with PushService(key.name, answer=broken) as service, opened(key, service) as bulk:
        sent = await bulk.send(Browser("one").end.address, bulk.notice("Bão", "a1"))
    assert sent == Unknown()


async def test_what_is_no_end_point_is_refused_without_a_call(key: PushKey) -> None:
    async with PushService(key.name) as service, opened(key, service) as bulk:
        assert await bulk.send("5550000001", bulk.notice("Bão", "a1")) == Refused("address")
    assert service.got == []
