"""What a thief learns of order and of doors, played large for `make seizure`."""

import asyncio
import random
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import services
from tests.whole import cluster, door_game, linkage, metadata_game
from tests.whole.guessing import Result

PEOPLE = 1_000
"""How many file and subscribe in the linkage game, `OVER_FAKES` of them through a Telegram and a
Zalo of our own.
"""
OVER_FAKES = 40
TIPS_BY_DOORS = 120


@dataclass(frozen=True, slots=True)
class Games:
    """Linkage on SQLite and, where its server programs are, on PostgreSQL; doors on SQLite."""

    sqlite: linkage.Played
    postgresql: linkage.Played | None
    doors: Mapping[str, Result]

    @property
    def are_well(self) -> bool:
        """The thief won the controls and nothing else."""
        return (
            self.sqlite.is_well
            and (self.postgresql is None or self.postgresql.is_well)
            and not any(each.beats_chance for each in self.doors.values())
        )

    @property
    def told(self) -> dict[str, object]:
        """All of it as shares, for a line of JSON."""
        at_last, server = self.sqlite.laid_anew, self.postgresql
        before = server.before if server else {}
        return {
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


def play() -> Games:
    """Play all of them; some minutes."""
    on_file = asyncio.run(linkage.fairly(_on_file))
    on_server = None
    if services.postgresql_programs() is not None:
        on_server = asyncio.run(linkage.fairly(_on_server))
    with _folder() as folder:
        dice = random.Random(secrets.randbits(64))
        ways = asyncio.run(door_game.fill(_url(folder), Path(folder), dice, TIPS_BY_DOORS))
        doors = door_game.guess_all(metadata_game.steal_file(_url(folder)), ways)
    return Games(on_file, on_server, doors)


async def _on_file(seed: int) -> linkage.Played:
    with _folder() as folder:
        return await linkage.rob(_url(folder), Path(folder), PEOPLE, OVER_FAKES, seed=seed)


async def _on_server(seed: int) -> linkage.Played:
    with cluster.started(*linkage.SERVER) as private, _folder() as folder:
        path = Path(folder)
        return await linkage.rob_server(private, path, PEOPLE, OVER_FAKES, seed=seed)


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="tt-games-")


def _url(folder: str) -> str:
    return f"sqlite+aiosqlite:///{folder}/game.db"
