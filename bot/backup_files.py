"""The files of backups: written whole or not at all, for their owner only, none kept too long."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from storage.chance import random_bytes
from storage.crypto import Pair, new_pair, pair_of

MOST_DAYS = 30
"""No backup is older: what retention destroyed may not live on in one."""

_FORM = "tiengtho-%Y-%m-%d-%H%M.backup"
_NAME = re.compile(r"tiengtho-\d{4}-\d{2}-\d{2}-\d{4}\.backup")
_PART = re.compile(r"\.(?P<name>tiengtho-\d{4}-\d{2}-\d{2}-\d{4}\.backup)\.[0-9a-f]{16}\.part")
_PRIVATE = re.compile(r"tiengtho-backup-private-key ([0-9a-f]{64})\s*")


class NoPrivateKey(Exception):
    """There is no private key in the file; the message is one readable line without the key."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive in the folder, and the local time in its name."""

    path: Path
    made: datetime


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file of mode 0600 that comes to stand at `path` when all was written and lies on the disk;
    nothing of it is left by an exception. Raises OSError.
    """
    _make_folder(path.parent)
    part = path.with_name(f".{path.name}.{random_bytes(8).hex()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def put(path: Path, data: bytes) -> None:
    """Let `data` stand at `path`, in the place of what was there. Raises OSError."""
    with whole(path) as file:
        file.write(data)


def name_at(now: datetime, zone: ZoneInfo) -> str:
    """What an archive that is made now is called; by local time, for a person looks for it."""
    return now.astimezone(zone).strftime(_FORM)


def archives(folder: Path, zone: ZoneInfo) -> tuple[Archive, ...]:
    """All archives in a folder, the newest first; empty where there is none. Raises OSError."""
    if not folder.exists():
        return ()
    found = [_read(path, path.name, zone) for path in folder.iterdir()]
    kept = [each for each in found if each is not None]
    return tuple(sorted(kept, key=lambda each: each.made, reverse=True))


def remove_older(folder: Path, days: int, now: datetime, zone: ZoneInfo) -> int:
    """Take away archives older than `days`, and what backups that were cut off have left; how many
    archives that were. Nothing that is not called as ours are is touched. Raises OSError.
    """
    old = [each for each in archives(folder, zone) if each.made < now - timedelta(days=days)]
    for each in old:
        each.path.unlink(missing_ok=True)
    for path in folder.iterdir():
        part = _PART.fullmatch(path.name)
        begun = _read(path, part["name"], zone) if part else None
        if begun is not None and begun.made < now - timedelta(days=1):
            path.unlink(missing_ok=True)
    return len(old)


def make_private(path: Path) -> Pair:
    """A fresh pair; its private half stands in a new file of mode 0600. Raises FileExistsError,
    OSError.
    """
    pair = new_pair()
    _make_folder(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            # Named, so that nobody takes it for the master key or puts it into the settings.
            file.write(f"tiengtho-backup-private-key {pair.private.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return pair


def read_private(path: Path) -> Pair:
    """The pair of a file that `make_private` wrote. Raises NoPrivateKey."""
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise NoPrivateKey(f"{path} cannot be read") from None
    found = _PRIVATE.fullmatch(text.strip())
    if found is None:
        raise NoPrivateKey(f"{path} does not hold the private key for backups")
    return pair_of(bytes.fromhex(found[1]))


def _read(path: Path, name: str, zone: ZoneInfo) -> Archive | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        made = datetime.strptime(name, _FORM).replace(tzinfo=zone)
    except ValueError:
        return None
    return Archive(path, made)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None


def _settle(folder: Path) -> None:
    """Let the new name lie on the disk too, where the disk knows how (a share may not)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
