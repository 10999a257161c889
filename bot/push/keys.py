"""The key that our pushes are signed with, in a file that only its owner reads.

Browsers subscribe with its public half: with another key nobody who subscribed can be reached.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from webpush.vapid import VAPID

from bot.keyfile import NoKey


@dataclass(frozen=True, slots=True)
class PushKey:
    """Both halves as PEM; `name` is the public one as browsers take it, in base64url."""

    private: bytes = field(repr=False)
    public: bytes = field(repr=False)
    name: str


def read(path: Path) -> PushKey:
    """The key. Raises NoKey for a missing, unreadable, open or broken file."""
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        raise NoKey(
            f"the push key file {path} does not exist; make one: python -m bot push-key"
        ) from None
    except OSError:
        raise NoKey(f"the push key file {path} cannot be read") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NoKey(f"the push key file {path} can be read by others; run: chmod 600 {path}")
    try:
        private = load_pem_private_key(text, password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise NoKey(f"the push key file {path} does not hold a push key")
    public = private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return PushKey(text, pem, VAPID.get_application_server_key(public))


def make(path: Path) -> PushKey:
    """Write a fresh key into a new file; one that is there is never written over. Raises NoKey."""
    private, _, _ = VAPID.generate_keys()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(private)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise NoKey(f"the file {path} is there already, and is left as it is") from None
    except OSError:
        raise NoKey(f"the push key file {path} cannot be written") from None
    return read(path)
