"""A PostgreSQL server of its own, in a folder of its own, for a test that reads its every byte."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests import services

_SECONDS = 60


@dataclass(slots=True)
class Cluster:
    """A running server. `folder` holds its data directory and its log."""

    folder: Path
    port: int
    programs: Path
    is_running: bool = False

    @property
    def url(self) -> str:
        """Of a database that holds nothing yet."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"

    def add_database(self, name: str) -> str:
        """The address of one more database that holds nothing yet."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url.removesuffix("postgres") + name

    def execute(self, *statements: str) -> None:
        """Carry out some SQL."""

        async def work() -> None:
            connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        services.run(work())

    def ask(self, query: str) -> Any:
        """The first value that a query gives."""

        async def work() -> Any:
            connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
            try:
                return await connection.fetchval(query)
            finally:
                await connection.close()

        return services.run(work())

    def start(self, *settings: str) -> None:
        """Start it, with more `settings` ("name=value") than our own."""
        told = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
            " -c log_min_messages=debug1 -c max_connections=40 -c log_connections=on"
        )
        told += "".join(f" -c {each}" for each in settings)
        log = self.folder / "server.log"
        _run(
            [self.programs / "pg_ctl", "-D", self.folder / "data", "-l", log, "-o", told, "-w",
             "start"],
            self.folder,
        )  # fmt: skip
        self.is_running = True

    def stop(self) -> None:
        """Write everything to the disk and end the server."""
        if self.is_running:
            self.is_running = False
            _run(
                [self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop"],
                self.folder,
            )


@contextmanager
def started(*settings: str) -> Iterator[Cluster]:
    """A fresh server with small log segments, a talkative log and more `settings` ("name=value");
    gone when the block ends.
    """
    # Not in pytest's folder: only its owner may enter that one, and the server is somebody else.
    with tempfile.TemporaryDirectory(prefix="tt-cluster-", ignore_cleanup_errors=True) as folder:
        yield from _started(Path(folder), settings)


def _started(folder: Path, settings: Sequence[str]) -> Iterator[Cluster]:
    programs = services.postgresql_programs()
    assert programs is not None, "ask services.postgresql_programs() before"
    if os.geteuid() == 0:
        # The server refuses to be root.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, port = folder / "data", _free_port()
    _run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--wal-segsize=1", "--no-sync"],
        folder,
    )  # fmt: skip
    cluster = Cluster(folder, port, programs)
    cluster.start(*settings)
    try:
        yield cluster
    finally:
        cluster.stop()


def _run(command: Sequence[str | Path], folder: Path) -> None:
    words = [str(each) for each in command]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        assert setpriv is not None, "setpriv (util-linux) is needed to start a server as root"
        words = [setpriv, "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]
    done = subprocess.run(
        words,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if words[-1] != "start" else subprocess.DEVNULL,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (done.stderr or b"").decode(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
