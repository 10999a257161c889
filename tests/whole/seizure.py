"""The seizure test: the real product is used, then every byte that is left is searched.

`python -m tests.whole.seizure` (or `make seizure`) plays on SQLite and, where PostgreSQL's server
programs are, on a private cluster. The last line is JSON; the exit code is 1 when anything was
found or a control canary was not.
"""

import argparse
import asyncio
import json
import random
import secrets
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import aiohttp

from storage.crypto import new_pair
from tests import drive, figures, product, services
from tests.product import Server
from tests.whole import beside, cluster, games, telegram_scene, zalo_scene
from tests.whole.bulletin_scene import BulletinScene
from tests.whole.canaries import Cage, Found, search
from tests.whole.games import Games
from tests.whole.loose import watched
from tests.whole.scene import Scene
from tests.whole.telegram_scene import TelegramScene
from tests.whole.zalo_scene import ZaloScene

TALKS = 200
AT_ONCE = 4
PROCESSES = 2
PHONES_OF = 10
"""One talk in so many is over Telegram in each half, and as many are on Zalo."""
DATABASE = "tiengtho.db"
OPERATOR = ("retention", "order", "backup")
"""What the operator does by `python -m bot` while it serves, before the power fails and again at
the end. The archives lie in the folder that the thief takes.
"""
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Seized:
    """What came of one seizure. `plain` are words that stood in rows of sealed tables."""

    canaries: int
    encodings: int
    count: int
    hits: frozenset[tuple[str, str, str]]
    plain: frozenset[tuple[str, str]]
    control_found: bool
    filed: int

    @property
    def is_clean(self) -> bool:
        """Nothing was found, and the search is known to find."""
        return not self.hits and not self.plain and self.control_found


async def on_sqlite(folder: Path, talks: int = TALKS) -> Seized:
    """Play, kill, play on, seize."""
    data = folder / "data"
    data.mkdir()
    server = Server(data, f"sqlite+aiosqlite:///{data}/{DATABASE}", log_level="DEBUG")
    cage = Cage(random.Random(secrets.randbits(64)))
    filed, early = await _play(server, cage, talks)
    rows = beside.rows_of_file(data / DATABASE)
    found = search([data], cage.canaries)
    control = _control_file(data) and _control_table(data / DATABASE, folder / "copy.db")
    return _seized(cage, [early, found], rows, filed, control=control)


async def on_postgresql(folder: Path, talks: int = TALKS) -> Seized:
    """The same with a server of its own: its whole data directory and its log as well."""
    data = folder / "data"
    data.mkdir()
    cage = Cage(random.Random(secrets.randbits(64)))
    with cluster.started() as private:
        server = Server(data, private.url, log_level="DEBUG")
        filed, early = await _play(server, cage, talks)
        rows = await beside.rows_of_server(private.url)
        await beside.dump(private.url, data / "dump")
        word = drive.token()
        private.execute(
            "CREATE TABLE scratch (word text)",
            f"INSERT INTO scratch VALUES ('{word}')",
            "CHECKPOINT",
        )
        private.stop()
        found = search([data, private.folder], cage.canaries)
        planted = Cage(random.Random(0))
        planted.keep("control", word)
        in_table = bool(search([private.folder / "data" / "base"], planted.canaries).hits)
    return _seized(cage, [early, found], rows, filed, control=_control_file(data) and in_table)


async def _play(server: Server, cage: Cage, talks: int) -> tuple[int, Found]:
    """Half of the talks, then the power fails in the middle of some; then the rest.

    Gives the number of tips filed, and what lay there after the failure, write-ahead log and all,
    or for a moment as a temporary file.
    """
    dice = random.Random(secrets.randbits(64))
    async with (
        drive.client() as http,
        telegram_scene.fake() as telegram,
        zalo_scene.fake() as zalo,
    ):
        scene = Scene(server, http, cage, dice)
        over = TelegramScene(telegram, cage, dice, scene.photo)
        on_zalo = ZaloScene(zalo, cage, dice, scene.photo)
        server.settings = {**over.polling(), **on_zalo.settings, **_backups(server)}
        await on_zalo.join(server)
        async with product.serving(server):
            with watched(server, server.folder / DATABASE, seconds=_LOOK_SECONDS) as loose:
                early = await _act(scene, over, on_zalo, talks)
    over.keep_all()
    on_zalo.keep_all()
    spooled = {("temporary file", "", name) for name in loose}
    return scene.filed + over.filed + on_zalo.filed, Found(early.count, early.hits | spooled)


async def _act(scene: Scene, over: TelegramScene, on_zalo: ZaloScene, talks: int) -> Found:
    server = scene.server
    phones = talks // PHONES_OF
    on_pages = max(len(scene.talks()), talks - 4 * phones)
    kinds = [scene.talks()[at % len(scene.talks())] for at in range(on_pages)]
    half = on_pages // 2
    await scene.opens_chats(over, on_zalo)
    await asyncio.gather(_some(kinds[:half]), *_on_phones(over, on_zalo, phones))
    await asyncio.gather(
        scene.desk_works(),
        over.desk_works(),
        on_zalo.desk_works(),
        BulletinScene(server, scene.approver, over, on_zalo).is_sent(),
    )
    await _operate(server)
    await _fail(scene, over, on_zalo)
    over.keep_all()
    on_zalo.keep_all()
    early = await asyncio.to_thread(search, [server.folder], list(scene.cage.canaries))
    server.settings = {**over.webhook(), **on_zalo.settings, **_backups(server)}
    await on_zalo.change_to_webhook(server)
    await server.start()
    await scene.come_back_all()
    await asyncio.gather(
        _some(kinds[half:]),
        over.come_back_after_the_failure(),
        over.reads_again(),
        on_zalo.come_back_after_the_failure(),
        on_zalo.reads_again(),
        *_on_phones(over, on_zalo, phones),
    )
    await asyncio.gather(scene.talks_at_the_prompt(), over.desk_works(), on_zalo.desk_works())
    # One after the other: now it is the same officer on the pages and in the group.
    await scene.desk_works()
    await scene.come_back_all()
    await _operate(server)
    await server.stop()
    return early


def _backups(server: Server) -> dict[str, str]:
    """Where archives lie, and the key that they are sealed to, whose other half nobody has. Each
    life of the server has a folder of its own: in one there can be one archive a minute.
    """
    folder = server.folder / f"backups-{server.runs}"
    folder.mkdir()
    return {
        "TIENGTHO_BACKUP_FOLDER": str(folder),
        "TIENGTHO_BACKUP_PUBLIC_KEY": new_pair().public.hex(),
    }


async def _operate(server: Server) -> None:
    for command in OPERATOR:
        await server.command(command)


async def _fail(scene: Scene, over: TelegramScene, on_zalo: ZaloScene) -> None:
    """The power fails while some are in the middle of their talks."""
    interrupted = asyncio.gather(
        *(talk() for talk in scene.talks()[:AT_ONCE]), return_exceptions=True
    )
    await asyncio.gather(over.mutters(), on_zalo.mutters())
    await asyncio.sleep(0.4)
    await scene.server.kill()
    for outcome in await interrupted:
        if isinstance(outcome, BaseException) and not isinstance(outcome, aiohttp.ClientError):
            raise outcome


def _on_phones(
    over: TelegramScene, on_zalo: ZaloScene, phones: int
) -> list[Coroutine[None, None, None]]:
    """Talks in both chat apps, for all at once: each is slow by itself, a message a second. Every
    kind is among them, however few are wanted.
    """
    return [
        kinds[at % len(kinds)]()
        for kinds in (over.talks(), on_zalo.talks())
        for at in range(max(phones, len(kinds)))
    ]


async def _some(waiting: Sequence[Callable[[], Coroutine[None, None, None]]]) -> None:
    """Some talks, several at once."""
    while waiting:
        now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        async with asyncio.TaskGroup() as group:
            for talk in now:
                group.create_task(talk())


def _seized(
    cage: Cage, founds: list[Found], rows: dict[str, bytes], filed: int, *, control: bool
) -> Seized:
    spoiled = rows | {"tips": rows["tips"] + b'{"category":"wages","unit":"ban-thach"}'}
    return Seized(
        canaries=len(cage.canaries),
        encodings=cage.encodings,
        count=sum(found.count for found in founds),
        hits=frozenset[tuple[str, str, str]]().union(*(found.hits for found in founds)),
        plain=beside.words_beside(rows),
        control_found=control
        and {word for _, word in beside.words_beside(spoiled)} >= {"wages", "ban-thach"},
        filed=filed,
    )


def _control_file(data: Path) -> bool:
    """A canary that is planted in a log must be found."""
    cage = Cage(random.Random(secrets.randbits(64)))
    planted = data / "logs" / "control.log"
    planted.write_text(
        f'{{"event": "turn", "words": "{cage.words("control")}"}}', encoding="utf-16"
    )
    return len({kind for kind, _, _ in search([data], cage.canaries).hits}) == len(cage.canaries)


def _control_table(database: Path, copy: Path) -> bool:
    """A canary in a table of a copy of the database must be found."""
    shutil.copy(database, copy)
    cage = Cage(random.Random(secrets.randbits(64)))
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("CREATE TABLE scratch (word)")
        connection.execute("INSERT INTO scratch VALUES (?)", (f"x {cage.words('control')} x",))
    connection.close()
    return len({kind for kind, _, _ in search([copy], cage.canaries).hits}) == len(cage.canaries)


def report(played: dict[str, Seized], thief: Games, talks: int = TALKS) -> str:
    """The line of JSON at the end; `talks` were played on each database."""
    each = played.values()
    return json.dumps(
        {
            "talks": talks * len(played),
            "tips": sum(one.filed for one in each),
            "canaries": sum(one.canaries for one in each),
            "encodings": max(one.encodings for one in each),
            "bytes": sum(one.count for one in each),
            "hits": sum(len(one.hits) + len(one.plain) for one in each),
            "control_found": all(one.control_found for one in each),
            **thief.told,
        }
    )


PLAYS = {"SQLite": on_sqlite, "PostgreSQL": on_postgresql}


def play(name: str, talks: int = TALKS) -> Seized:
    """Play on one database, in a folder of its own, and say how it went."""
    begun = perf_counter()
    with tempfile.TemporaryDirectory(prefix="tt-seizure-") as folder:
        seized = asyncio.run(PLAYS[name](Path(folder), talks))
    seconds = perf_counter() - begun
    print(f"{name}: {talks} talks, {seized.filed} tips filed, {seconds:.0f} s", flush=True)
    for kind, encoding, file in sorted(seized.hits):
        print(f"  FOUND: {kind} ({encoding}) in {file}")
    for table, word in sorted(seized.plain):
        print(f"  FOUND: {word} in rows of {table}")
    return seized


def main(arguments: list[str]) -> int:
    """Play on every database that is here; 0 when nothing was found but the controls. Figures of
    less than all of it are not kept.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talks", type=int, default=TALKS, help="on each database")
    parser.add_argument("--people", type=int, default=games.PEOPLE, help="in the linkage game")
    wanted = parser.parse_args(arguments)
    names = list(PLAYS)
    if services.postgresql_programs() is None:
        names = ["SQLite"]
        print("PostgreSQL's server programs are absent: played on SQLite only")
    # Each waits half of its time for the pace of the chat apps: two at once take hardly longer.
    with ProcessPoolExecutor(PROCESSES, max_tasks_per_child=1) as pool:
        playing = {name: pool.submit(play, name, wanted.talks) for name in names}
        thief = games.play(pool, wanted.people)
        played = {name: each.result() for name, each in playing.items()}
    line = report(played, thief, wanted.talks)
    if wanted.talks >= TALKS and wanted.people >= games.PEOPLE:
        figures.keep("seizure", **json.loads(line))
    print(line)
    return 0 if thief.are_well and all(one.is_clean for one in played.values()) else 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
