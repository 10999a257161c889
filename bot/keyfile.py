"""The master key's file: 32 bytes in hex, readable by its owner only, outside the database.

While the master key is changed, the new one lies beside it in FILE.new: whatever moment the machine
stops at, one of the two opens the database.
"""

import os
import stat
from pathlib import Path

from storage.crypto import new_master

_BYTES = 32


class NoKey(Exception):
    """There is no usable key file; the message is one readable line without the key."""


def read(path: Path) -> bytes:
    """The master key. Raises NoKey for a missing, unreadable, open or broken file."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoKey(
            f"the master key file {path} does not exist; put it back, or make it anew from the"
            " paper copy: python -m bot keys enter-paper"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise NoKey(f"the master key file {path} cannot be read") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NoKey(f"the master key file {path} can be read by others; run: chmod 600 {path}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise NoKey(f"the master key file {path} does not hold a key")
    return key


def read_or_make(path: Path) -> bytes:
    """The key of a file that is already there (it is never written over), else a fresh one in a new
    file. Raises NoKey.
    """
    try:
        return make(path)
    except FileExistsError:
        return read(path)


def make(path: Path, key: bytes | None = None) -> bytes:
    """Write `key`, else a fresh one, into a new file. Raises FileExistsError, NoKey."""
    key = key or new_master()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        _keep_folder(path)
    except FileExistsError:
        raise
    except OSError:
        raise NoKey(f"the master key file {path} cannot be written") from None
    return key


def next_of(path: Path) -> Path:
    """Where the new key lies while the master key is changed."""
    return path.with_name(f"{path.name}.new")


def candidates(path: Path) -> tuple[bytes, ...]:
    """The keys of both files, as far as they can be read: one opens the database at any moment."""
    found = []
    for each in (path, next_of(path)):
        try:
            found.append(read(each))
        except NoKey:
            continue
    return tuple(found)


def take_over(path: Path) -> None:
    """Let the new key's file take the place of the old one. Raises NoKey."""
    try:
        next_of(path).replace(path)
        _keep_folder(path)
    except OSError:
        raise NoKey(f"the master key file {path} cannot be written") from None


def _keep_folder(path: Path) -> None:
    """A file's name is in its folder: both must be on the disk."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
