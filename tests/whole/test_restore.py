"""A machine is lost: what it had comes back from the backup, and what was deleted does not."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import aiohttp
import pytest

from bot import backup_files
from storage.database import file_of
from tests import figures
from tests.drive import Officer, Worker
from tests.product import Server, serving

KEPT = "Máy dập số bốn không có tấm chắn, tháng này hai lần suýt kẹp tay."
GONE = "Quản đốc giữ hộ chiếu của anh em tổ ba từ đầu năm."


async def bot(server: Server, *arguments: str) -> tuple[int, str]:
    """A command as an operator types it: its exit code and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        cwd=server.folder, env=server.environment(), stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def file(http: aiohttp.ClientSession, server: Server, story: str) -> str:
    worker = Worker(http, server.address)
    await worker.reach_story("unsafe", "Bàn Thạch")
    await worker.tell(story)
    return (await worker.press("send")).code


async def came_back(http: aiohttp.ClientSession, server: Server, code: str) -> Worker:
    worker = Worker(http, server.address)
    await worker.open("/ma")
    await worker.press("code")
    await worker.say(code)
    return worker


async def read_by_officers(http: aiohttp.ClientSession, server: Server) -> str:
    """Everything that an officer finds at the desk."""
    officer = Officer(http, server.address)
    await officer.enter(server.links[0])
    return "".join([await officer.open(tip) for tip in await officer.cards()])


@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.timeout(300)
async def test_after_the_machine_is_lost_what_was_kept_is_there_and_what_was_deleted_is_not(
    sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    backups, stick = tmp_path / "share", tmp_path / "stick.key"
    settings = {
        "TIENGTHO_BACKUP_FOLDER": str(backups),
        "TIENGTHO_BACKUP_PUBLIC_KEY": backup_files.make_private(stick).public.hex(),
    }
    lost = Server(tmp_path / "lost", sqlite_url, settings=settings)
    lost.folder.mkdir()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        async with serving(lost):
            kept, gone = await file(http, lost, KEPT), await file(http, lost, GONE)
            # The house goes on filing while it is backed up.
            (code, told), _ = await asyncio.gather(bot(lost, "backup"), file(http, lost, KEPT))
            assert code == 0, told
            worker = await came_back(http, lost, gone)
            await worker.press("delete")
            await worker.press("delete_yes")
            await lost.kill()
        before = (backups / "tombstones.ledger").stat().st_mtime_ns
        async with serving(lost):
            # The first tick of a start writes the ledger.
            while (backups / "tombstones.ledger").stat().st_mtime_ns == before:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await lost.kill()

    [archive] = backups.glob("*.backup")
    master = lost.key_file.read_text().strip()
    assert {each.stat().st_mode & 0o777 for each in backups.iterdir()} == {0o600}
    forms = (master.encode(), bytes.fromhex(master), KEPT.encode(), GONE.encode())
    traces = sum(form in each.read_bytes() for each in backups.iterdir() for form in forms)
    assert traces == 0

    # Another machine, with the key from paper.
    new = Server(tmp_path / "new", postgresql_url)
    new.folder.mkdir()
    shutil.copy(lost.key_file, new.key_file)
    database = file_of(sqlite_url)
    assert database is not None
    database.unlink()
    code, told = await bot(new, "restore", str(archive), "--key", str(stick))
    assert code == 0, told
    assert "left out: 1 tips" in told
    assert "are not known" in told
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        serving(new),
    ):
        assert KEPT in (await came_back(http, new, kept)).page.text
        assert "delete" not in (await came_back(http, new, gone)).page.choices
        read = await read_by_officers(http, new)
        figures.keep("restore", kept=KEPT in read, deleted=GONE in read, traces=traces)
        assert KEPT in read
        assert GONE not in read
