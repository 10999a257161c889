"""The demo that a first start makes, made once in a process of the tests and put back for each."""

import os
import tempfile
from pathlib import Path

from pydantic import SecretStr

from bot import app, keyfile
from bot.config import Settings
from tests import databases


async def prepare(url: str, key_file: Path) -> None:
    """Leave what the first start leaves in the empty database at `url`, and its master key in
    `key_file`. Where a key is already, this is no first start, and nothing is done.
    """
    if key_file.exists():
        return
    key = await databases.prepare(url, _fill)
    key_file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key.hex() + "\n")


async def _fill(url: str) -> bytes:
    """Let the house make its demo; the master key."""
    with tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder) / "master.key"
        settings = Settings(_env_file=None, database_url=SecretStr(url), master_key_file=key_file)
        async with app.open_database(settings, make_demo=True):
            return keyfile.read(key_file)
