"""What a thief learns of order, of doors and of contents, played large for `make seizure`."""

import asyncio
import random
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from tests import services
from tests.whole import cluster, door_game, linkage, metadata_game
from tests.whole.guessing import Result

PEOPLE = 1_000
"""How many file and subscribe in the linkage game, `OVER_FAKES` of them through a Telegram and a
Zalo of our own.
"""
OVER_FAKES = 40
TIPS_BY_DOORS = 120

Guesses = Mapping[str, Result]


@dataclass(frozen=True, slots=True)
class Games:
    """Linkage and metadata on SQLite and, where its server programs are, on PostgreSQL; doors on
    SQLite.
    """

    sqlite: linkage.Played
    postgresql: linkage.Played | None
    doors: Guesses
    metadata: Sequence[Guesses]

    @property
    def are_well(self) -> bool:
        """The thief won the controls and nothing else."""
        return (
            self.sqlite.is_well
            and (self.postgresql is None or self.postgresql.is_well)
            and not any(each.beats_chance for each in self.doors.values())
            and not any(each.beats_chance for game in self.metadata for each in game.values())
        )

    @property
    def told(self) -> dict[str, object]:
        """All of it as shares, for a line of JSON."""
        at_last, server = self.sqlite.laid_anew, self.postgresql
        before = server.before if server else {}
        joined = {
            name: _joined([game[name] for game in self.metadata]) for name in self.metadata[0]
        }
        return {
            "metadata_game": {
                "guessed": {name: _share(each.guessed, each) for name, each in joined.items()},
                "chance": {name: _share(each.chance, each) for name, each in joined.items()},
            },
            "linkage": {
                "sqlite": at_last.share,
                "chance": at_last.chance / at_last.count,
                "sqlite_before": self.sqlite.before["log emptied"].share,
                "postgresql_before": before["at once"].share if before else None,
                "postgresql_by_log": before["by the log"].share if before else None,
                "postgresql_by_holes": before["by holes"].share if before else None,
                "postgresql_after": server.laid_anew.share if server else None,
            },
            "doors": {
                name: {"guessed": each.guessed / each.count, "chance": each.chance / each.count}
                for name, each in self.doors.items()
            },
        }


def play(pool: Executor, people: int = PEOPLE) -> Games:
    """Play all of them in the processes of `pool`; some minutes. `people` are in the linkage."""
    has_server = services.postgresql_programs() is not None
    on_file = pool.submit(play_linkage, people, on_server=False)
    on_server = pool.submit(play_linkage, people, on_server=True) if has_server else None
    metadata = [
        pool.submit(play_metadata, on_server=each) for each in (False, True)[: 1 + has_server]
    ]
    doors = pool.submit(play_doors)
    return Games(
        on_file.result(),
        on_server.result() if on_server else None,
        doors.result(),
        [each.result() for each in metadata],
    )


def play_linkage(people: int, *, on_server: bool) -> linkage.Played:
    """Who sent which tip, asked of so many people who subscribed in the same minutes."""
    begun = perf_counter()
    played = asyncio.run(linkage.fairly(partial(_on_server if on_server else _on_file, people)))
    _say(f"linkage of {people} people", begun, on_server=on_server)
    return played


def play_metadata(*, on_server: bool) -> Guesses:
    """What a tip is about."""
    begun = perf_counter()
    played = _fairly(_contents_on_server if on_server else _contents_on_file)
    _say("contents of 200 tips", begun, on_server=on_server)
    return played


def play_doors() -> Guesses:
    """By which door a tip came."""
    begun = perf_counter()
    played = _fairly(_doors)
    _say(f"doors of {TIPS_BY_DOORS} tips", begun, on_server=False)
    return played


def _fairly(play_once: Callable[[], Guesses]) -> Guesses:
    """As `linkage.fairly`: whom luck helped plays in a second house, and that counts."""
    played = play_once()
    return play_once() if any(each.beats_chance for each in played.values()) else played


def _contents_on_file() -> Guesses:
    with _folder() as folder:
        return asyncio.run(metadata_game.play(_url(folder), seed=secrets.randbits(32)))


def _contents_on_server() -> Guesses:
    with cluster.started() as private:
        return asyncio.run(metadata_game.play(private.url, seed=secrets.randbits(32)))


def _doors() -> Guesses:
    with _folder() as folder:
        dice = random.Random(secrets.randbits(64))
        ways = asyncio.run(door_game.fill(_url(folder), Path(folder), dice, TIPS_BY_DOORS))
        return door_game.guess_all(metadata_game.steal_file(_url(folder)), ways)


def _say(what: str, begun: float, *, on_server: bool) -> None:
    where = "PostgreSQL" if on_server else "SQLite"
    print(f"Game on {where}: {what}, {perf_counter() - begun:.0f} s", flush=True)


def _joined(results: Sequence[Result]) -> Result:
    return Result(
        sum(each.guessed for each in results),
        sum(each.chance for each in results),
        sum(each.count for each in results),
    )


def _share(count: int, of: Result) -> float:
    return round(count / of.count, 3)


async def _on_file(people: int, seed: int) -> linkage.Played:
    with _folder() as folder:
        return await linkage.rob(_url(folder), Path(folder), people, OVER_FAKES, seed=seed)


async def _on_server(people: int, seed: int) -> linkage.Played:
    with cluster.started(*linkage.SERVER) as private, _folder() as folder:
        path = Path(folder)
        return await linkage.rob_server(private, path, people, OVER_FAKES, seed=seed)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="tt-games-")


def _url(folder: str) -> str:
    return f"sqlite+aiosqlite:///{folder}/game.db"
