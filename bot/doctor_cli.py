"""`python -m bot doctor`: whether the installation keeps what it promises, one line each."""

import asyncio
import os
import stat
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import click

from bot import (
    audit_cli,
    backup_doctor,
    coverage_doctor,
    forms_cli,
    hardening,
    keyfile,
    library_doctor,
    redis_doctor,
    regions,
)
from bot.app import CannotStart, is_unmade, open_keys, utc_now
from bot.config import Settings
from bot.findings import Finding, are_well
from bot.media import Cleaner, Kind, Sandbox
from bot.order_cli import ADVICE
from storage import following, incidents, migrate, rotation, stranded, units
from storage.database import Database, Unreachable, file_of
from storage.installation import Installation
from storage.places.tables import packaged_day
from storage.server_settings import concerns

_SWAPS = Path("/proc/swaps")
_OLD_MAP = timedelta(days=183)
_GOES_THROUGH_A_MAPPER = ("/dev/dm-", "/dev/mapper/", "/dev/zram")

MachineLook = Callable[[Settings], Awaitable[Sequence[Finding]]]
HouseLook = Callable[[Settings, Database, Installation], Awaitable[Sequence[Finding]]]


def look(settings: Settings) -> None:
    """Say what was found; exit code 1 where something has to be done."""
    tell(asyncio.run(examine(settings)))


def tell(findings: Sequence[Finding]) -> None:
    """Print findings; exit code 1 where something has to be done."""
    for finding in findings:
        click.echo(str(finding))
    if not are_well(findings):
        sys.exit(1)


async def examine(settings: Settings) -> list[Finding]:
    """What there is to find, on this machine and then in the database. Changes nothing."""
    found = [finding for each in MACHINE for finding in await each(settings)]
    file = file_of(settings.database_url.get_secret_value())
    if file is not None and not file.exists():
        return [*found, Finding(False, "database: there is none. Run: python -m bot init")]
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.reach()
        if await is_unmade(database):
            return [*found, Finding(False, "database: it is empty. Run: python -m bot init")]
        if not await migrate.is_current(database):
            line = "database: it has an older schema. Run: python -m bot migrate"
            return [*found, Finding(False, line)]
        found.append(Finding(True, "database: it can be reached and has the present schema."))
        opened = await open_keys(settings, database)
        found.append(Finding(True, "keys: the master key opens the keyring, and all keys differ."))
        for each in HOUSE:
            found.extend(await each(settings, database, opened))
    except Unreachable:
        found.append(Finding(False, "database: it cannot be reached."))
    except CannotStart as error:
        found.append(Finding(False, f"keys: {error}."))
    finally:
        with suppress(Unreachable):
            await database.close()
    return found


async def _key_file(settings: Settings) -> Sequence[Finding]:
    path = settings.master_key_file
    try:
        keyfile.read(path)
    except keyfile.NoKey as error:
        return [Finding(False, f"key file: {error}.")]
    found = []
    if path.is_symlink():
        line = "key file: it is a link; who may change the link can put another file in its place."
        found.append(Finding(False, line))
    if path.stat().st_uid != os.geteuid():
        found.append(Finding(False, f"key file: it is not yours. Run: chown {os.geteuid()} {path}"))
    if path.parent.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        line = f"key file: others may change its folder. Run: chmod 700 {path.parent}"
        found.append(Finding(False, line))
    if keyfile.next_of(path).exists():
        line = "key file: a change of the master key is not finished (or is going on). Run:"
        found.append(Finding(None, f"{line} python -m bot keys rotate master"))
    return found or [Finding(True, "key file: it is there, and only its owner can read it.")]


async def _hardening(_: Settings) -> Sequence[Finding]:
    match hardening.is_hard():
        case True:
            return [Finding(True, "memory: no core dumps, and no other process can read it.")]
        case False:
            line = "memory: the kernel refused to close it; a crash may write keys to the disk."
            return [Finding(False, line)]
        case None:
            return [Finding(None, "memory: only on Linux it can be closed to other processes.")]


def _swaps() -> list[str] | None:
    """The devices that memory may be written to; None where the system does not say."""
    try:
        lines = _SWAPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return [line.split()[0] for line in lines[1:] if line.strip()]


async def _swap(_: Settings) -> Sequence[Finding]:
    devices = _swaps()
    if devices is None:
        return [Finding(None, "swap: the system does not say whether there is any.")]
    if not devices:
        return [Finding(True, "swap: there is none.")]
    if all(device.startswith(_GOES_THROUGH_A_MAPPER) for device in devices):
        return [Finding(None, "swap: there is some; make sure that it is encrypted.")]
    line = "swap: memory may be written to the disk in clear. Encrypt it, or run: swapoff -a"
    return [Finding(None, line)]


async def _sandbox(_: Settings) -> Sequence[Finding]:
    match await Cleaner().sandbox():
        case Sandbox.NAMESPACES:
            return [Finding(True, "files: cleaned in a process without network."), *await _kinds()]
        case Sandbox.LIMITS_ONLY:
            line = "files: the kernel grants no namespaces, so they are cleaned within limits"
            line = f"{line} of time and memory only."
            return [Finding(None, line), *await _kinds()]
        case Sandbox.ABSENT:
            return [Finding(False, "files: no cleaner can be started, so none is taken.")]


async def _kinds() -> Sequence[Finding]:
    """Which kinds the decoders at hand can clean; the others would be refused as broken."""
    cleaner = Cleaner()
    able = await asyncio.gather(*(cleaner.can_clean(kind) for kind in Kind))
    lacking = [kind.value for kind, can in zip(Kind, able, strict=True) if not can]
    if lacking:
        line = f"files: no decoder for {', '.join(lacking)}; what workers send of these is refused."
        return [Finding(False, line)]
    return [Finding(True, f"files: {', '.join(kind.value for kind in Kind)} can be cleaned.")]


async def _beside(settings: Settings, _: Database, opened: Installation) -> Sequence[Finding]:
    """Whoever takes one folder, or one disk, shall not have both."""
    file, key = file_of(settings.database_url.get_secret_value()), settings.master_key_file
    if file is None:
        return []
    if file.resolve().parent == key.resolve().parent:
        line = "key file: it lies beside the database; whoever takes the folder reads every tip."
        if opened.demo:
            return [Finding(None, f"{line} This is a demo, where it may.")]
        return [Finding(False, f"{line} Move it and set TIENGTHO_MASTER_KEY_FILE.")]
    if file.stat().st_dev == key.stat().st_dev:
        line = "key file: it is on the disk of the database; a stick or another disk is better."
        return [Finding(None, line)]
    return [Finding(True, "key file: it is on another disk than the database.")]


async def _paper(_: Settings, database: Database, opened: Installation) -> Sequence[Finding]:
    async with database.read() as tx:
        if await rotation.is_on_paper(tx):
            return [Finding(True, "paper: somebody has the master key on paper.")]
    if opened.demo:
        return [Finding(None, "paper: this is a demo, its key is on no paper.")]
    line = "paper: the master key is on no paper; if its file is lost, so is every tip. Run:"
    return [Finding(False, f"{line} python -m bot keys show-paper")]


async def _log(settings: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    lines = await audit_cli.verify(database, audit_cli.ledger_of(settings))
    bad = [line[2:] for line in lines if line.startswith("✗")]
    if not bad:
        return [Finding(True, "log of what staff did: no entry was changed.")]
    return [Finding(False, f"log of what staff did: somebody changed it: {line}") for line in bad]


async def _map(_: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    """Which tables of places hold, and whether somebody should look for newer ones."""
    async with database.read() as tx:
        held = await following.held_by(tx)
    line = f"places: the tables are of {held.as_of:%d/%m/%Y}"
    if held.as_of < packaged_day():
        line = (
            f"{line}; newer ones came with the program, and hold from its next start. Where it has"
        )
        line = f"{line} started, they do not say what became of all places; import some that do:"
        return [Finding(None, f"{line} python -m bot import places FOLDER")]
    if utc_now().date() - held.as_of > _OLD_MAP:
        line = f"{line}, half a year ago. Look in the gazette whether units were merged or renamed"
        return [Finding(None, f"{line}; then: python -m bot import places FOLDER")]
    return [Finding(True, f"{line}.")]


async def _readers(_: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    async with database.read() as tx:
        tree, can = await units.tree(tx), await stranded.able(tx, utc_now())
        found = await stranded.find(tx, utc_now())
    if found.stuck:
        line = f"readers: {found.stuck} open tips are at units where nobody can read, with nobody"
        return [Finding(False, f"{line} above who can. Give somebody the role of officer there.")]
    if tree is not None and tree.root.id not in can:
        line = "readers: nobody reads tips at the highest unit, where they end up when no other has"
        return [Finding(None, f"{line} readers. Give somebody the role of officer or lead there.")]
    return []


async def _rotation(_: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    if not await rotation.unfinished(database):
        return []
    line = "keys: a rotation is not finished (or is going on). Run it again; `run` also goes on."
    return [Finding(None, line)]


async def _server(_: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    """What the settings of PostgreSQL spoil."""
    return [Finding(False, f"server: {ADVICE[each]}.") for each in await concerns(database)]


async def _redis(settings: Settings) -> Sequence[Finding]:
    if not settings.redis_url.get_secret_value():
        return []
    found = [Finding(well, line) for well, line in await redis_doctor.examine(settings)]
    return found or [Finding(True, "redis: it can be reached, and writes nothing to a disk.")]


async def _contact(settings: Settings, _: Database, __: Installation) -> Sequence[Finding]:
    if settings.data_contact:
        return [Finding(True, "data protection: people are told whom to ask about their data.")]
    line = "data protection: nobody is named whom people ask about their data. Set"
    return [Finding(None, f"{line} TIENGTHO_DATA_CONTACT.")]


async def _incident(_: Settings, database: Database, __: Installation) -> Sequence[Finding]:
    async with database.read() as tx:
        known = await incidents.known_since(tx)
    if known is None:
        return []
    line = "incident: one is open, and its clock runs. Run: python -m bot incident status"
    return [Finding(None, line)]


async def _backups(settings: Settings, _: Database, opened: Installation) -> Sequence[Finding]:
    found = backup_doctor.findings(settings, utc_now())
    if opened.demo:
        # Nobody has to save a demo.
        return [Finding(well or None, line) for well, line in found]
    return [Finding(well, line) for well, line in found]


MACHINE: Sequence[MachineLook] = (_key_file, _hardening, _swap, _sandbox, _redis, forms_cli.look)
"""What is looked at without the database."""
HOUSE: Sequence[HouseLook] = (
    _beside,
    _paper,
    _log,
    _readers,
    _map,
    coverage_doctor.look,
    _rotation,
    _server,
    _backups,
    _contact,
    _incident,
    library_doctor.look,
    regions.look,
)
"""What is looked at with its keys opened."""
