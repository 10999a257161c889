"""The only place that computes with keys: seals, opens, fingerprints, wraps, stretches.

libsodium (PyNaCl) does everything; HMAC-SHA256 and chance come from the standard library. Every
ciphertext starts with a version byte and a key id of two bytes, and both are authenticated.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field

from nacl import bindings
from nacl.exceptions import CryptoError, InvalidkeyError

from storage import chance
from storage.padding import file_size, joined, part_size

KEY_BYTES = 32
CHUNK_BYTES = 256 * 1024
BOX_BYTES = bindings.crypto_box_SEALBYTES
STREAM_START_BYTES = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
STREAM_TAG_BYTES = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
STRETCH_MEMORY_BYTES, STRETCH_PASSES = 19 * 1024 * 1024, 2
"""OWASP's Argon2id figures (19 MiB, two passes)."""

# Drawn by chance, not by libsodium; who needs them looks here first.
fresh_code, new_token, random_id = chance.fresh_code, chance.new_token, chance.random_id
random_digits, random_choice = chance.random_digits, chance.random_choice

_VERSION = 1
_HEADER_BYTES = 3
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL

# Ids of keys that are not purpose keys; purposes count from 0.
MASTER, _LOOSE, _CASE_WRAP, _CASE_PART, _CASE_FILE = ((kind, 0) for kind in range(250, 255))


class Unopenable(Exception):
    """A seal that does not open: wrong key, wrong place, or changed bytes. Says nothing more on
    purpose.
    """


@dataclass(frozen=True, slots=True)
class Pair:
    """An X25519 key pair."""

    public: bytes
    private: bytes = field(repr=False)


def stretched(code: str, salt: bytes) -> bytes:
    """32 bytes from a receipt code and the instance's salt (16 bytes). Slow on purpose: in a thread
    of `storage.stretching` only.
    """
    argon2id = bindings.crypto_pwhash_ALG_ARGON2ID13
    return bindings.crypto_pwhash_alg(
        KEY_BYTES, code.encode("ascii"), salt, STRETCH_PASSES, STRETCH_MEMORY_BYTES, argon2id
    )


def new_master() -> bytes:
    """A fresh master key."""
    return chance.random_bytes(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class CaseKey:
    """The random key of one tip; it seals every part and file of it."""

    raw: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "CaseKey":
        """A fresh one."""
        return cls(chance.random_bytes(KEY_BYTES))

    @classmethod
    def unwrap(cls, pair_public: bytes, pair_private: bytes, wrapped: bytes) -> "CaseKey":
        """The key that was wrapped to this pair. Raises Unopenable."""
        box = _without_header(wrapped, _CASE_WRAP)
        try:
            raw = bindings.crypto_box_seal_open(box, pair_public, pair_private)
        except (CryptoError, TypeError, ValueError):
            raise Unopenable from None
        if len(raw) != KEY_BYTES:
            raise Unopenable
        return cls(raw)

    def wrap(self, public: bytes) -> bytes:
        """The key in a sealed box for the owner of `public`; nothing in it says whose it is."""
        return _header(_CASE_WRAP) + bindings.crypto_box_seal(self.raw, public)

    def seal_part(self, plain: bytes, *, tip: bytes, part: bytes, author: str) -> bytes:
        """A part, bound to tip, id and author's role; padded to a power of two from 1 KiB."""
        padded, about = pad(plain, part_size(len(plain))), joined(tip, part, author.encode())
        return seal_as(derive(self.raw, "part"), _CASE_PART, padded, about)

    def open_part(self, sealed: bytes, *, tip: bytes, part: bytes, author: str) -> bytes:
        """Raises Unopenable."""
        about = joined(tip, part, author.encode())
        return unpad(open_as(derive(self.raw, "part"), _CASE_PART, sealed, about))

    def seal_file(self, data: bytes, *, tip: bytes, part: bytes = b"") -> list[bytes]:
        """Chunks of at most 256 KiB, in order, bound to the tip (and to `part`, when given). The
        whole is padded by Padmé, so that its size tells at most 12 % about the file's.
        """
        padded = pad(data, file_size(len(data)))
        header, about = _header(_CASE_FILE), _header(_CASE_FILE) + joined(tip, part)
        state = bindings.crypto_secretstream_xchacha20poly1305_state()
        key = derive(self.raw, "file")
        start = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key)
        step = CHUNK_BYTES - _HEADER_BYTES - STREAM_START_BYTES - STREAM_TAG_BYTES
        chunks = []
        for at in range(0, len(padded), step):
            plain, tag = padded[at : at + step], _FINAL if at + step >= len(padded) else 0
            chunk = bindings.crypto_secretstream_xchacha20poly1305_push(state, plain, about, tag)
            chunks.append(header + (start if at == 0 else b"") + chunk)
        return chunks

    def open_file(self, chunks: list[bytes], *, tip: bytes, part: bytes = b"") -> bytes:
        """Raises Unopenable when a chunk is missing, changed, moved, or another tip's."""
        bodies = [_without_header(chunk, _CASE_FILE) for chunk in chunks]
        if not bodies:
            raise Unopenable
        about = _header(_CASE_FILE) + joined(tip, part)
        start, bodies[0] = bodies[0][:STREAM_START_BYTES], bodies[0][STREAM_START_BYTES:]
        plain, key = bytearray(), derive(self.raw, "file")
        try:
            state = bindings.crypto_secretstream_xchacha20poly1305_state()
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, start, key)
            for number, body in enumerate(bodies, start=1):
                piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, body, about)
                if (tag == _FINAL) != (number == len(bodies)):
                    raise Unopenable
                plain += piece
        except (CryptoError, RuntimeError, TypeError, ValueError):
            raise Unopenable from None
        return unpad(bytes(plain))


class StreamSealer:
    """Seals pieces one after the other with one key: none can be changed, moved, left out, or cut
    off at the end unseen. `start` has to be kept in front of them; all are bound to `about`.
    """

    __slots__ = ("_about", "_state", "start")

    def __init__(self, key: bytes, about: bytes) -> None:
        self._about = about
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self.start: bytes = bindings.crypto_secretstream_xchacha20poly1305_init_push(
            self._state, key
        )

    def seal(self, plain: bytes, *, is_last: bool) -> bytes:
        """The next piece, STREAM_TAG_BYTES longer."""
        tag = _FINAL if is_last else 0
        return bindings.crypto_secretstream_xchacha20poly1305_push(
            self._state, plain, self._about, tag
        )


class StreamOpener:
    """Opens what a StreamSealer sealed, piece by piece."""

    __slots__ = ("_about", "_state")

    def __init__(self, key: bytes, start: bytes, about: bytes) -> None:
        self._about = about
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        try:
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, start, key)
        except (CryptoError, RuntimeError, TypeError, ValueError):
            raise Unopenable from None

    def open(self, sealed: bytes) -> tuple[bytes, bool]:
        """The next piece, and whether it is the last one. Raises Unopenable."""
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
                self._state, sealed, self._about
            )
        except (CryptoError, RuntimeError, TypeError, ValueError):
            raise Unopenable from None
        return plain, tag == _FINAL


def new_pair() -> Pair:
    """A fresh X25519 key pair."""
    return Pair(*bindings.crypto_box_keypair())


def pair_of(private: bytes) -> Pair:
    """The pair whose private half this is. Raises ValueError for what cannot be one."""
    if len(private) != KEY_BYTES:
        raise ValueError("a private key has 32 bytes")
    return Pair(bindings.crypto_scalarmult_base(private), private)


def box_to(public: bytes, plain: bytes) -> bytes:
    """`plain` in a sealed box (BOX_BYTES longer) that only the owner of `public` opens. Raises
    ValueError for what is no public key.
    """
    try:
        return bindings.crypto_box_seal(plain, public)
    except (CryptoError, RuntimeError, TypeError, ValueError):
        raise ValueError("no public key") from None


def open_box(pair: Pair, sealed: bytes) -> bytes:
    """What was sealed to this pair by `box_to`. Raises Unopenable."""
    try:
        return bindings.crypto_box_seal_open(sealed, pair.public, pair.private)
    except (CryptoError, RuntimeError, TypeError, ValueError):
        raise Unopenable from None


def key_pair_of(seed: bytes) -> Pair:
    """The X25519 key pair that 32 secret bytes give, always the same."""
    return Pair(*bindings.crypto_box_seed_keypair(seed))


def dummy_wrap() -> bytes:
    """What nobody can tell from a wrap, and nobody can open."""
    # Not plain random bytes: half of those cannot be an X25519 key, which gives them away.
    return CaseKey.new().wrap(new_pair().public)


def derive(key: bytes, name: str, size: int = KEY_BYTES) -> bytes:
    """`size` bytes (16 to 64) from `key`: BLAKE2b personalised by `name` (≤ 16 bytes)."""
    blake2b = bindings.crypto_generichash_blake2b_salt_personal
    return blake2b(b"", digest_size=size, key=key, person=name.encode())


def hash_password(password: str) -> str:
    """Argon2id with libsodium's interactive limits (64 MiB). Slow: call it in a thread."""
    passes = bindings.crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE
    memory = bindings.crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE
    argon2id = bindings.crypto_pwhash_ALG_ARGON2ID13
    hashed = bindings.crypto_pwhash_str_alg(_typed(password), passes, memory, argon2id)
    return hashed.rstrip(b"\0").decode("ascii")


def password_matches(password: str, hashed: str) -> bool:
    """Whether `hashed` was made from `password`; false for what is no hash. Slow as well."""
    try:
        return bindings.crypto_pwhash_str_verify(hashed.encode(), _typed(password))
    except (InvalidkeyError, CryptoError, TypeError, ValueError):
        return False


def equal(one: bytes, other: bytes) -> bool:
    """Whether both are the same, in constant time."""
    return hmac.compare_digest(one, other)


def seal_loose(key: bytes, plain: bytes, about: bytes) -> bytes:
    """`plain` sealed under a key of the caller's, bound to `about`, without padding."""
    return seal_as(key, _LOOSE, plain, about)


def open_loose(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """What `seal_loose` sealed. Raises Unopenable."""
    return open_as(key, _LOOSE, sealed, about)


def fingerprint(key: bytes, data: bytes, size: int = KEY_BYTES) -> bytes:
    """HMAC-SHA256, cut to `size` bytes."""
    return hmac.new(key, data, hashlib.sha256).digest()[:size]


def seal_as(key: bytes, key_id: tuple[int, int], plain: bytes, about: bytes) -> bytes:
    """`plain` sealed under `key`, bound to `about` and to the two bytes that name the key."""
    header, nonce = _header(key_id), chance.random_bytes(_NONCE_BYTES)
    encrypt = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
    return header + nonce + encrypt(plain, header + about, nonce, key)


def open_as(key: bytes, key_id: tuple[int, int], sealed: bytes, about: bytes) -> bytes:
    """What `seal_as` sealed with the same key, name and `about`. Raises Unopenable."""
    body, about = _without_header(sealed, key_id), _header(key_id) + about
    nonce, body = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(body, about, nonce, key)
    except (CryptoError, TypeError, ValueError):
        raise Unopenable from None


def key_number(sealed: bytes) -> int:
    """The number of the key that `sealed` says it was sealed with; 0 for what is too short."""
    return sealed[2] if len(sealed) > _HEADER_BYTES else 0


def pad(plain: bytes, size: int) -> bytes:
    """`plain` filled up to `size` bytes, which it must be smaller than, else ValueError."""
    if len(plain) >= size:
        raise ValueError("too long for its padded size")
    return bindings.sodium_pad(plain, size)


def unpad(padded: bytes) -> bytes:
    """What was filled up."""
    return bindings.sodium_unpad(padded, len(padded))


def _header(key_id: tuple[int, int]) -> bytes:
    return bytes((_VERSION, *key_id))


def _without_header(sealed: bytes, key_id: tuple[int, int]) -> bytes:
    if sealed[:_HEADER_BYTES] != _header(key_id):
        raise Unopenable
    return sealed[_HEADER_BYTES:]


def _typed(password: str) -> bytes:
    """The same bytes whether a keyboard composes its diacritics or not."""
    return unicodedata.normalize("NFC", password).encode()
