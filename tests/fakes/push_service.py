"""A push service and its browsers: opens what it is sent as a browser does (RFC 8291, RFC 8188)."""

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

from bot.push.endpoint import EndPoint

HOST = "https://fcm.googleapis.com"


def text(value: bytes) -> str:
    """In base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def raw(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that asked for notices; only it can open what is sent to it."""

    name: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"sixteen bytes!!!"

    @property
    def end(self) -> EndPoint:
        """What its page hands over."""
        return EndPoint(f"{HOST}/fcm/send/{self.name}", text(self.point), text(self.auth))

    @property
    def fields(self) -> dict[str, str]:
        """The same, as the page's script posts it."""
        end = self.end
        return {"endpoint": end.url, "p256dh": end.p256dh, "auth": end.auth}

    @property
    def point(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, body: bytes) -> bytes:
        """The words of a sealed push."""
        salt, (size, length) = body[:16], struct.unpack("!LB", body[16:21])
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), known)
        about = b"WebPush: info\x00" + self.point + sender
        secret = _derived(shared, self.auth, about, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded.endswith(b"\x02")
        return padded[:-1]


@dataclass(frozen=True, slots=True)
class Pushed:
    """One push as it arrived."""

    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class PushService:
    """Use with `async with`. Whoever calls must have signed with the key `name`; `answer` may say
    another status than 201 for a path, with headers; status 0 breaks the line off.
    """

    name: str
    answer: Callable[[str], tuple[int, dict[str, str]] | None] = lambda _: None
    got: list[Pushed] = field(default_factory=list)
    url: str = ""
    _runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def route(self, url: str) -> str:
        """Calls to the real services arrive here."""
        assert url.startswith(HOST)
        return self.url + url.removeprefix(HOST)

    def opened(self, browser: Browser) -> list[dict[str, str]]:
        """What a browser is shown."""
        mine = URL(browser.end.url).path
        return [json.loads(browser.open(each.body)) for each in self.got if each.path == mine]

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self._is_signed(headers.get("authorization", "")):
            return web.Response(status=403)
        self.got.append(Pushed(request.path, body, headers))
        status, said = self.answer(request.path) or (201, {})
        if not status and request.transport is not None:
            request.transport.abort()
        return web.Response(status=status, headers=said)

    def _is_signed(self, header: str) -> bool:
        scheme, _, rest = header.partition(" ")
        parts = dict(each.strip().split("=", 1) for each in rest.split(","))
        if scheme != "vapid" or parts.get("k") != self.name:
            return False
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(self.name))
        try:
            told = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=HOST)
        except jwt.InvalidTokenError:
            return False
        return str(told.get("sub", "")).startswith("mailto:")


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
