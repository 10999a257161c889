"""The real product as a process of its own: started, stopped, killed, talked to at a prompt."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import aiohttp

from tests import services
from tests.drive import Unexpected

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
_POLL_SECONDS = 0.01
_PATIENCE_SECONDS = 1.5
_LINK = re.compile(r"(http://[^/\s]+)(/desk/thu/\S+)")
_ADDRESS = re.compile(r"http://[^/\s]+")

# What a test's crowd does in a minute, people would do in a day.
_CROWDED = {
    f"TIENGTHO_LIMIT_{name}": "1000000"
    for name in ("TURNS_PER_MINUTE", "UNIT_TIPS_PER_HOUR", "HOUSE_TIPS_PER_HOUR")
}


@dataclass(slots=True)
class Server:
    """`python -m bot run` as a process of its own, in a folder of its own."""

    folder: Path
    database_url: str
    log_level: str = "INFO"
    settings: Mapping[str, str] = field(default_factory=dict)
    roles: str = "web,clock,send"
    process: asyncio.subprocess.Process | None = None
    address: str = ""
    links: tuple[str, ...] = ()
    start_seconds: float = 0.0
    runs: int = 0

    def environment(self) -> dict[str, str]:
        """For every process of this installation."""
        home = self.folder / "home"
        for each in (home, self.temporary, self.folder / "logs"):
            each.mkdir(parents=True, exist_ok=True)
        return services.environment(
            TIENGTHO_DATABASE_URL=self.database_url,
            TIENGTHO_MASTER_KEY_FILE=str(self.key_file),
            TIENGTHO_LOG_LEVEL=self.log_level,
            HOME=str(home),
            TMPDIR=str(self.temporary),
            PYTHONPATH=str(ROOT),
            PYTHONDONTWRITEBYTECODE="1",
            **{"TIENGTHO_WEB_PORT": "0", **_CROWDED, **self.settings},
        )

    @property
    def temporary(self) -> Path:
        """Where its processes put temporary files, if they do."""
        return self.folder / "tmp"

    @property
    def key_file(self) -> Path:
        """Where the master key lies: not in the folder that a thief takes."""
        return self.folder.parent / f"{self.folder.name}.key"

    async def start(self) -> None:
        """Start, and wait until /health answers."""
        self.runs += 1
        environment = self.environment()
        out = self.folder / "logs" / f"{self.runs}.out"
        begun = perf_counter()
        with out.open("wb") as stdout, out.with_suffix(".err").open("wb") as stderr:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-u", "-m", "bot", "run", "--roles", self.roles,
                cwd=self.folder, env=environment, stdout=stdout, stderr=stderr,
            )  # fmt: skip
        self.address = await self._told(out, _ADDRESS)
        async with aiohttp.ClientSession() as http, asyncio.timeout(START_SECONDS):
            while True:
                async with http.get(f"{self.address}/health") as response:
                    if response.status == 200:
                        break
                await asyncio.sleep(_POLL_SECONDS)
        self.start_seconds = perf_counter() - begun
        self.links = tuple(path for _, path in _LINK.findall(out.read_text(encoding="utf-8")))

    async def stop(self) -> int:
        """Ask twice, so that open drafts are not waited for; the exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await process.wait()
        except TimeoutError:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            return await process.wait()

    async def kill(self) -> None:
        """The power fails."""
        process = self._running()
        process.kill()
        await process.wait()

    async def chat(self, lines: Sequence[str]) -> str:
        """Talk at a prompt, `python -m bot chat`; all that stood on the screen."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "chat",
            cwd=self.folder, env=self.environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate("".join(f"{line}\n" for line in lines).encode())
        self.runs += 1
        (self.folder / "logs" / f"chat{self.runs}.err").write_bytes(err)
        if process.returncode != 0:
            raise Unexpected(f"the chat ended with {process.returncode}")
        return out.decode()

    async def command(self, *words: str) -> str:
        """What the operator types, `python -m bot …`; all that it prints."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words,
            cwd=self.folder, env=self.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate()
        self.runs += 1
        (self.folder / "logs" / f"command{self.runs}.out").write_bytes(out)
        if process.returncode != 0:
            raise Unexpected(f"{words[0]} ended with {process.returncode}")
        return out.decode()

    def resident_bytes(self) -> int:
        """What the server's process holds in memory now."""
        return resident_bytes(self._running().pid)

    async def _told(self, out: Path, wanted: re.Pattern[str]) -> str:
        """What the start says, with the demo's links where there are any."""
        process = self._running()
        async with asyncio.timeout(START_SECONDS):
            while True:
                text = out.read_text(encoding="utf-8")
                found = wanted.search(text)
                if found is not None and text.endswith("\n"):
                    return found.group()
                if process.returncode is not None:
                    raise Unexpected(f"the server ended with {process.returncode}; see {out}")
                await asyncio.sleep(_POLL_SECONDS)

    def _running(self) -> asyncio.subprocess.Process:
        if self.process is None:
            raise Unexpected("the server was not started")
        return self.process


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    """`server`, started, and ended whatever happens."""
    try:
        await server.start()
        yield server
    finally:
        if server.process is not None and server.process.returncode is None:
            server.process.kill()
            await server.process.wait()


def loose_files(pid: int, temporary: Path, database: Path | None = None) -> set[str]:
    """Files in the folder for temporary ones, and files without a name that the process has open
    (as far as we may see those): nothing that a worker sends may ever lie in one.

    The files that SQLite keeps beside `database` are none of them.
    """
    # The last connection to close has written its log into the database and takes both files away
    # while it still holds them open. Until then they are searched where they stand.
    known = {f"{database}{end} (deleted)" for end in ("-shm", "-wal")} if database else set()
    # A hundred looks a second are taken while a whole scene is played: plain calls, no objects.
    loose = {name for _, folders, files in os.walk(temporary) for name in (*folders, *files)}
    handles = f"/proc/{pid}/fd"
    with suppress(OSError):
        for handle in os.listdir(handles):  # noqa: PTH208 - as above
            # A handle may be closed while we look.
            with suppress(OSError):
                target = os.readlink(f"{handles}/{handle}")  # noqa: PTH115 - as above
                if target.endswith("(deleted)") or target.startswith(str(temporary)):
                    loose.add(target)
    return loose - known


def resident_bytes(pid: int) -> int:
    """The resident memory of a process, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise Unexpected("the process is not there")
