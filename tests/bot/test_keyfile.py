"""The master key's file."""

from pathlib import Path

import pytest

from bot import keyfile
from bot.keyfile import NoKey


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret" / "master.key"


def test_a_fresh_key_is_for_its_owner_only_and_is_read_again(path: Path) -> None:
    key = keyfile.make(path)
    assert len(key) == 32
    assert keyfile.read(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_key_is_never_written_over(path: Path) -> None:
    key = keyfile.make(path)
    with pytest.raises(FileExistsError):
        keyfile.make(path)
    assert keyfile.read_or_make(path) == keyfile.read(path) == key


def test_where_there_is_none_one_is_made(path: Path) -> None:
    assert keyfile.read_or_make(path) == keyfile.read(path)


def test_a_missing_file_is_said(path: Path) -> None:
    with pytest.raises(NoKey, match="does not exist"):
        keyfile.read(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_touch_is_refused_with_what_to_do(path: Path, mode: int) -> None:
    keyfile.make(path)
    path.chmod(mode)
    with pytest.raises(NoKey, match="chmod 600"):
        keyfile.read(path)


@pytest.mark.parametrize("text", ["", "no key", "ab" * 31, "ab" * 33, "xy" * 32])
def test_a_broken_file_is_refused_without_what_it_holds(path: Path, text: str) -> None:
    keyfile.make(path)
    path.write_text(text)
    with pytest.raises(NoKey, match="does not hold a key") as raised:
        keyfile.read(path)
    assert not text or text not in str(raised.value)


def test_bytes_and_folders_are_no_key_files(path: Path) -> None:
    keyfile.make(path)
    path.write_bytes(b"\xff" * 32)
    with pytest.raises(NoKey, match="cannot be read"):
        keyfile.read(path)
    with pytest.raises(NoKey, match="cannot be read"):
        keyfile.read(path.parent)


def test_a_place_that_cannot_be_written_is_said() -> None:
    with pytest.raises(NoKey, match="cannot be written"):
        keyfile.make(Path("/proc/nowhere/master.key"))
