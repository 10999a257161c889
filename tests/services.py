"""What this machine offers to the tests (PostgreSQL, Redis, Chromium, exiftool), what is absent."""

import asyncio
import functools
import os
import secrets
import shutil
import socket
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import asyncpg

POSTGRESQL_ADMIN_URL: Final = "postgresql+asyncpg://postgres@127.0.0.1:5432/test"
REDIS_URL: Final = "redis://127.0.0.1:6379/15"
CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOWLESS: Final = "chromium-headless-shell"
"""Debian's build of the same that has no windows: the others draw them even where nobody
looks, which takes three times as long. It shows no notifications."""
ZALO_API_URL: Final = "https://bot-api.zaloplatforms.com"
CONNECT_SECONDS: Final = 5

# The marker in pyproject.toml, and the name a person knows it by.
NAMES: Final = {
    "postgresql": "PostgreSQL",
    "initdb": "PostgreSQL's server programs",
    "redis": "Redis",
    "browser": "Chromium",
    "exiftool": "exiftool",
}

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ZaloBot:
    """A real bot that an operator lends to the contract tests.

    `chat` is the operator's own chat with it; `photo_url` a public picture that it may send;
    `webhook_url` a public https address that it may set as its webhook for some moments. All may
    be empty, and what needs them is then left out.
    """

    token: str = field(repr=False)
    api_url: str
    chat: str = field(repr=False)
    photo_url: str
    webhook_url: str


def is_present(marker: str) -> bool:
    """Whether the service behind a marker of `NAMES` can be used here."""
    found = {
        "postgresql": postgresql_admin_url,
        "initdb": postgresql_programs,
        "redis": redis_url,
        "browser": chromium,
        "exiftool": exiftool,
    }
    return found[marker]() is not None


def in_ci() -> bool:
    """Whether this is the build machine, where nothing may be skipped."""
    return is_set("CI")


def is_set(name: str) -> bool:
    """Whether the environment switches something on."""
    return os.environ.get(name, "").lower() not in {"", "0", "false"}


def environment(**settings: str) -> dict[str, str]:
    """The environment for a program that a test starts: ours without settings of Tiếng Thợ and
    the lent bot, plus `settings` by their whole names (`TIENGTHO_WEB_PORT="0"`).
    """
    hidden = ("TIENGTHO_", "TEST_ZALO_")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return ours | settings


def become(environment: Mapping[str, str]) -> None:
    """Give this process another environment, as if it had been started with it."""
    os.environ.clear()
    os.environ.update(environment)


def zalo_bot() -> ZaloBot | None:
    """The bot of `TEST_ZALO_TOKEN`, if one is lent; `TEST_ZALO_CHAT`, `TEST_ZALO_API_URL`,
    `TEST_ZALO_PHOTO_URL` and `TEST_ZALO_WEBHOOK_URL` tell the rest.
    """
    token = os.environ.get("TEST_ZALO_TOKEN", "").strip()
    if not token:
        return None
    return ZaloBot(
        token,
        os.environ.get("TEST_ZALO_API_URL", ZALO_API_URL).rstrip("/"),
        os.environ.get("TEST_ZALO_CHAT", "").strip(),
        os.environ.get("TEST_ZALO_PHOTO_URL", "").strip(),
        os.environ.get("TEST_ZALO_WEBHOOK_URL", "").strip(),
    )


@functools.cache
def postgresql_admin_url() -> str | None:
    """The address of a database whose user may make databases. `TEST_POSTGRESQL_URL` in the
    environment names another one than this machine's usual.
    """
    url = os.environ.get("TEST_POSTGRESQL_URL", POSTGRESQL_ADMIN_URL)
    try:
        return url if run(_may_make_databases(url)) else None
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return None


@functools.cache
def postgresql_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, the newest if there are several."""
    by_version = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    elsewhere = shutil.which("initdb")
    folders = [*by_version, *([Path(elsewhere).resolve().parent] if elsewhere else [])]
    needed = ("initdb", "pg_ctl", "postgres")
    for folder in folders:
        if all((folder / program).is_file() for program in needed):
            return folder
    return None


@functools.cache
def redis_url() -> str | None:
    """A Redis database for tests, if a server answers a greeting."""
    try:
        with socket.create_connection(("127.0.0.1", 6379), timeout=CONNECT_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return REDIS_URL if connection.recv(16).startswith(b"+PONG") else None
    except OSError:
        return None


@functools.cache
def chromium() -> str | None:
    """The path of an installed Chromium (or Chrome) that Playwright can drive."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@functools.cache
def windowless() -> str | None:
    """The path of a Chromium without windows, or else of the ordinary one."""
    return shutil.which(WINDOWLESS) or chromium()


@functools.cache
def exiftool() -> str | None:
    """The path of exiftool."""
    return shutil.which("exiftool")


def make_postgresql_database(admin_url: str) -> str:
    """Makes a fresh empty database with a random name and returns its address."""
    name = f"tt_{secrets.token_hex(8)}"
    # A copy of template0: nobody is ever connected to it, so several workers can copy at once.
    run(_execute(admin_url, f'CREATE DATABASE "{name}" TEMPLATE template0'))
    return f"{admin_url.rpartition('/')[0]}/{name}"


def drop_postgresql_database(admin_url: str, url: str) -> None:
    """Drops what `make_postgresql_database` made, whoever is still connected to it."""
    name = url.rpartition("/")[2]
    run(_execute(admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def plain(url: str) -> str:
    """The address as asyncpg reads it, without SQLAlchemy's name of the driver."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def run(work: Coroutine[object, object, Result]) -> Result:
    """Runs `work` to its end in a thread of its own, so that it does not matter whether a loop
    (pytest-asyncio's, Playwright's) is already running in this one.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _may_make_databases(url: str) -> bool:
    connection = await asyncpg.connect(plain(url), timeout=CONNECT_SECONDS)
    try:
        question = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        return bool(await connection.fetchval(question))
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(plain(url), timeout=CONNECT_SECONDS)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
