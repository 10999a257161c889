"""What an update points at is fetched from outside only: against real servers, by real sockets."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.zalo_bot.media import Guard, Road, fetch, is_public
from bot.logs import Event
from handlers.events import Unusable

PICTURE = b"\xff\xd8\xff" + bytes(200_000)
MOST = 300_000
HOST, OTHER = "photo.example.org", "other.example.org"
OUTSIDE, INSIDE = "93.184.216.34", "10.0.0.7"
ZALO = "https://bot-api.example.org"
SETTLED = datetime(2026, 1, 1, tzinfo=UTC)

Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names(AbstractResolver):
    """Resolves every name to what stands here; of several answers the last one stays."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers or [(OUTSIDE,)])
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=each,
                port=port,
                family=socket.AF_INET6 if ":" in each else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for each in found
        ]

    async def close(self) -> None:
        return


@dataclass
class Outside:
    """A server that stands for the whole net: whatever is connected to, it answers."""

    answer: Answerer
    tls: ssl.SSLContext
    names: Names = field(default_factory=Names)
    port: int = 0
    plain: str = ""
    reached: list[tuple[str, int]] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self.answer(request)

    def road(self, seconds: float = 5) -> Road:
        outside = self

        class Rerouted(socket.socket):
            """Says where it was to go, and goes to the one server there is."""

            def connect(self, address: tuple[str, int]) -> None:  # type: ignore[override]
                outside.reached.append(address[:2])
                super().connect(("127.0.0.1", outside.port))

        def make_socket(info: tuple[object, ...]) -> socket.socket:
            made = Rerouted(socket.AF_INET, socket.SOCK_STREAM)
            made.setblocking(False)
            return made

        return Road(lambda: self.names, self.tls, make_socket, seconds)

    def sends_to(self, *places: str) -> None:
        """Redirect to one after the other, then give the picture."""
        left = list(places)

        async def answer(_: web.Request) -> web.StreamResponse:
            if left:
                return web.Response(status=302, headers={"Location": left.pop(0)})
            return web.Response(body=PICTURE)

        self.answer = answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for both hosts, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SETTLED)
        .not_valid_after(SETTLED + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName(map(x509.DNSName, (HOST, OTHER))), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
async def outside(certificate: Path) -> AsyncIterator[Outside]:
    made = Outside(picture, ssl.create_default_context(cafile=certificate))
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=served).start()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    (_, made.port), (_, plain) = (address[:2] for address in runner.addresses)
    made.plain = f"http://127.0.0.1:{plain}"
    yield made
    await runner.cleanup()


async def picture(_: web.Request) -> web.StreamResponse:
    return web.Response(body=PICTURE)


async def taken(
    outside: Outside,
    url: str,
    *,
    hosts: tuple[str, ...] = (),
    seconds: float = 5,
    api_url: str = ZALO,
) -> bytes | Unusable:
    road = outside.road(seconds)
    return await fetch(url, api_url=api_url, hosts=hosts, most_bytes=MOST, road=road)


@pytest.mark.parametrize("url", [f"https://{HOST}/a.jpg?s=1", f"http://{HOST}:80/a.jpg?s=1"])
async def test_a_picture_is_fetched_by_https_even_where_http_is_written(
    outside: Outside, url: str
) -> None:
    assert await taken(outside, url, hosts=("*.example.org",)) == PICTURE
    assert outside.reached == [(OUTSIDE, 443)]
    [request] = outside.requests
    assert (request.scheme, request.path_qs) == ("https", "/a.jpg?s=1")
    assert not {"Cookie", "Authorization", "Referer"} & set(request.headers)


async def test_a_certificate_that_nobody_trusts_is_refused(outside: Outside) -> None:
    outside.tls = ssl.create_default_context()
    assert await taken(outside, f"https://{HOST}/a.jpg") is Unusable.BROKEN
    assert outside.requests == []


FORBIDDEN = [
    "https://127.0.0.1/a",
    "https://10.1.2.3/a",
    "https://169.254.169.254/latest/meta-data",
    "https://0.0.0.0/a",
    "https://[::1]/a",
    "https://[::ffff:127.0.0.1]/a",
    "https://[64:ff9b::7f00:1]/a",
    "https://2130706433/a",
    "https://017700000001/a",
    "https://0x7f000001/a",
    "https://0x7f.1/a",
    "https://127.1/a",
    "https://１２７.0.0.1/a",
    "https://93.184.216.34/a",
    "https://localhost/a",
    "https://intranet/a",
    f"https://{HOST}./a",
    f"https://{HOST}:8443/a",
    f"http://{HOST}:443/a",
    f"https://user@{HOST}/a",
    f"https://user:pass@{HOST}/a",
    f"https://{HOST}\\@127.0.0.1/a",
    f"https://{HOST}%00.example.org/a",
    f"ftp://{HOST}/a",
    f"file:///etc/passwd?{HOST}",
    "https:///a",
    "//127.0.0.1/a",
    "",
    "not an address",
]


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_no_connection_is_made_to(outside: Outside, url: str) -> None:
    assert await taken(outside, url) is Unusable.BROKEN
    assert outside.reached == []
    assert outside.names.asked == []


INWARD = [
    "127.0.0.1",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2001:0:7f00:1::",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
    "words",
]


@pytest.mark.parametrize("address", INWARD)
async def test_a_name_that_leads_inward_is_not_connected_to(outside: Outside, address: str) -> None:
    assert not is_public(address)
    outside.names = Names((address,))
    assert await taken(outside, f"https://{HOST}/a") is Unusable.BROKEN
    assert outside.names.asked == [HOST]
    assert outside.reached == []


async def test_of_several_addresses_only_the_public_ones_are_used(outside: Outside) -> None:
    outside.names = Names((INSIDE, OUTSIDE, "::1"))
    assert await taken(outside, f"https://{HOST}/a") == PICTURE
    assert outside.reached == [(OUTSIDE, 443)]
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert [each["host"] for each in await Guard(Names((INSIDE, OUTSIDE))).resolve(HOST)] == [
        OUTSIDE
    ]


async def test_a_name_without_addresses_is_broken(outside: Outside) -> None:
    outside.names = Names(())
    assert await taken(outside, f"https://{HOST}/a") is Unusable.BROKEN


async def test_what_was_looked_at_is_what_is_connected_to(outside: Outside) -> None:
    """A name server that answers with a public address first and with ours from then on."""
    outside.names = Names((OUTSIDE,), (INSIDE,))
    assert await taken(outside, f"https://{HOST}/a") == PICTURE
    assert (outside.names.asked, outside.reached) == ([HOST], [(OUTSIDE, 443)])
    outside.names = Names((OUTSIDE,), (INSIDE,))
    outside.sends_to("/b")
    assert await taken(outside, f"https://{HOST}/a") is Unusable.BROKEN
    assert outside.reached == [(OUTSIDE, 443)] * 2


@pytest.mark.parametrize(
    ("hosts", "is_fine"),
    [
        ((), True),
        (("*.example.org",), True),
        ((HOST,), True),
        (("*.zdn.vn", HOST), True),
        (("*.zdn.vn",), False),
        (("example.org",), False),
        (("*.photo.example.org",), False),
        (("*oto.example.org",), False),
    ],
)
async def test_only_hosts_of_the_list_are_asked(
    outside: Outside, hosts: tuple[str, ...], *, is_fine: bool
) -> None:
    found = await taken(outside, f"https://{HOST}/a", hosts=hosts)
    assert (found == PICTURE) is is_fine
    assert bool(outside.reached) is is_fine


async def test_two_redirects_are_followed_and_no_third(outside: Outside) -> None:
    outside.sends_to("/b", f"http://{OTHER}/c")
    assert await taken(outside, f"https://{HOST}/a", hosts=(HOST, OTHER)) == PICTURE
    assert [(each.scheme, each.host, each.path) for each in outside.requests] == [
        ("https", HOST, "/a"),
        ("https", HOST, "/b"),
        ("https", OTHER, "/c"),
    ]
    assert all("Referer" not in each.headers for each in outside.requests)
    outside.sends_to("/b", "/c", "/d")
    assert await taken(outside, f"https://{HOST}/a") is Unusable.BROKEN


@pytest.mark.parametrize("url", [*FORBIDDEN[:-4], f"https://{OTHER}/a"])
async def test_a_redirect_is_checked_as_the_first_address(outside: Outside, url: str) -> None:
    outside.sends_to(url)
    assert await taken(outside, f"https://{HOST}/a", hosts=(HOST,)) is Unusable.BROKEN
    assert outside.reached == [(OUTSIDE, 443)]


async def test_the_operators_own_server_is_asked_as_it_is(outside: Outside) -> None:
    api_url = f"{outside.plain}/api"
    found = await fetch(f"{outside.plain}/a", api_url=api_url, hosts=(HOST,), most_bytes=MOST)
    assert found == PICTURE
    other = outside.plain.replace("127.0.0.1", "127.0.0.2")
    for url in (f"{other}/a", f"{outside.plain.replace('//', '//user@')}/a"):
        assert await fetch(url, api_url=api_url, hosts=(), most_bytes=MOST) is Unusable.BROKEN


async def test_a_redirect_inward_from_the_operators_own_server_is_refused(
    outside: Outside,
) -> None:
    for place in ("http://127.0.0.1:1/a", "http://169.254.169.254/a", "https://10.0.0.1/"):
        outside.sends_to(place)
        url = f"{outside.plain}/a"
        found = await fetch(url, api_url=outside.plain, hosts=(), most_bytes=MOST)
        assert found is Unusable.BROKEN
    outside.sends_to("/b")
    assert await fetch(url, api_url=outside.plain, hosts=(), most_bytes=MOST) == PICTURE


async def test_nobody_outside_leads_to_the_operators_own_server(outside: Outside) -> None:
    outside.sends_to(f"{outside.plain}/a")
    found = await taken(outside, f"https://{HOST}/a", api_url=outside.plain)
    assert found is Unusable.BROKEN
    assert outside.reached == [(OUTSIDE, 443)]


async def test_what_is_too_large_is_not_read_to_its_end(outside: Outside) -> None:
    written = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        while written < 64 * MOST:
            await response.write(bytes(50_000))
            written += 50_000
        return response

    outside.answer = endless
    assert await taken(outside, f"https://{HOST}/a") is Unusable.TOO_BIG
    assert written < 40 * MOST


async def test_exactly_as_much_as_is_allowed_is_taken(outside: Outside) -> None:
    for size, is_fine in ((MOST, True), (MOST + 1, False)):
        body = bytes(size)

        async def answer(_: web.Request, body: bytes = body) -> web.StreamResponse:
            return web.Response(body=body)

        outside.answer = answer
        found = await taken(outside, f"https://{HOST}/a")
        assert found == (body if is_fine else Unusable.TOO_BIG)


async def test_a_slow_drip_ends_after_the_time_for_the_whole(outside: Outside) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(0.02)

    outside.answer = drip
    assert await taken(outside, f"https://{HOST}/a", seconds=0.3) is Unusable.TOO_SLOW


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 410, 500])
async def test_any_other_answer_is_broken(outside: Outside, status: int) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    outside.answer = answer
    assert await taken(outside, f"https://{HOST}/a") is Unusable.BROKEN


async def test_a_connection_that_is_cut_is_broken(outside: Outside) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return response

    outside.answer = cut
    assert await taken(outside, f"https://{HOST}/a") is Unusable.BROKEN


async def test_the_log_counts_and_names_no_host(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="tiengtho")
    await taken(outside, f"https://{HOST}/a")
    await taken(outside, f"https://{HOST}/a", hosts=(HOST,))
    await taken(outside, "https://127.0.0.1/a", hosts=(HOST,))
    outside.names = Names((INSIDE,))
    await taken(outside, f"https://{HOST}/a", hosts=(HOST,))
    ours = [vars(each) for each in caplog.records if each.name == "tiengtho"]
    assert [each["tiengtho_line"].event for each in ours] == [
        Event.MEDIA_FROM_ANY_HOST,
        Event.MEDIA_REFUSED,
        Event.MEDIA_REFUSED,
    ]
    # The hour at which a worker sent a picture is nobody's business.
    assert {each["levelname"] for each in ours} == {"DEBUG"}
    assert "example" not in repr([vars(each) for each in caplog.records])
