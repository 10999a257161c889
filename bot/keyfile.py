"""The master key's file: 32 bytes in hex, readable by its owner only, outside the database."""

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
        raise NoKey(f"the master key file {path} does not exist") from None
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


def make(path: Path) -> bytes:
    """Write a fresh master key into a new file. Raises FileExistsError, NoKey."""
    key = new_master()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise
    except OSError:
        raise NoKey(f"the master key file {path} cannot be written") from None
    return key
