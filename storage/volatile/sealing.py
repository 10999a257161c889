"""Names and seals of a volatile store: nothing in it can be read without key and nonce."""

from storage import crypto
from storage.padding import joined

PLACE_BYTES = 32
KIND_BYTES = 8


class Sealer:
    """Names and seals under `key` and a `nonce` that dies with the store."""

    __slots__ = ("_names", "_seals", "nonce")

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self.nonce = nonce
        root = crypto.fingerprint(key, nonce)
        self._names = crypto.derive(root, "volatile names")
        self._seals = crypto.derive(root, "volatile seals")

    def kind(self, kind: str) -> bytes:
        """Where the entries of a kind begin."""
        return crypto.fingerprint(self._names, joined(kind.encode()), KIND_BYTES)

    def place(self, kind: str, name: str) -> bytes:
        """Where an entry lies: its kind, then 24 bytes that nobody can guess."""
        named = joined(kind.encode(), name.encode())
        return self.kind(kind) + crypto.fingerprint(self._names, named, PLACE_BYTES - KIND_BYTES)

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """`plain` sealed for one place and use."""
        return crypto.seal_loose(self._seals, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """What `seal` sealed for the same place and use. Raises Unopenable."""
        return crypto.open_loose(self._seals, sealed, about)

    def seal_value(self, value: bytes, place: bytes) -> bytes:
        """The value of an entry."""
        return self.seal(value, b"value" + place)

    def open_value(self, sealed: bytes, place: bytes) -> bytes:
        """The same, opened."""
        return self.open(sealed, b"value" + place)

    def seal_note(self, note: bytes, place: bytes) -> bytes:
        """The note of an entry."""
        return self.seal(note, b"note" + place)

    def open_note(self, sealed: bytes, place: bytes) -> bytes:
        """The same, opened."""
        return self.open(sealed, b"note" + place)
