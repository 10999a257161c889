"""Where a browser can be reached: checked, and as one line that is stored sealed."""

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

_URL = re.compile(r"https://([a-z0-9.-]{4,253})/[A-Za-z0-9_~!$&'()*+,;=:@%/?.-]{1,1000}")
# Who else may be asked to take our calls could be anybody's machine, or one behind our own door;
# and one that answers slowly would hold up all others.
_SERVICES = frozenset({"fcm.googleapis.com", "web.push.apple.com"})
_FAMILIES = (".push.apple.com", ".push.services.mozilla.com", ".notify.windows.com")
_AUTH_BYTES = 16
_LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class EndPoint:
    """A browser at a known push service, and its two keys, in base64url without padding."""

    url: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)

    @property
    def address(self) -> str:
        """The same for the same browser, always; `opened` reads it."""
        return json.dumps([self.url, self.p256dh, self.auth], separators=(",", ":"))


def read(url: str, p256dh: str, auth: str) -> EndPoint | None:
    """What a browser gave; None unless it is an HTTPS address at the push service of a known
    browser (Chrome, Edge, Firefox, Safari), without a port, with a point of the curve and a secret
    of 16 bytes.
    """
    point, secret = _bytes(p256dh), _bytes(auth)
    if not is_known(url) or not _is_point(point) or len(secret) != _AUTH_BYTES:
        return None
    return EndPoint(url, _text(point), _text(secret))


def opened(address: str) -> EndPoint | None:
    """The end point of a stored address; None for anything else."""
    try:
        found = json.loads(address)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) != 3:
        return None
    if not all(isinstance(each, str) for each in found):
        return None
    return read(*found)


def is_known(url: str) -> bool:
    """Whether this is the address of a known push service."""
    found = _URL.fullmatch(url)
    return found is not None and (found[1] in _SERVICES or found[1].endswith(_FAMILIES))


def _is_point(point: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    # A browser gives the long form, and the message names it so.
    return point[:1] == b"\x04"


def _bytes(text: str) -> bytes:
    if len(text) > _LONGEST_KEY or not text.isascii():
        return b""
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return b""


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
