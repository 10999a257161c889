"""`python -m bot places`: candidates as lines of JSON, with and without an installation."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from click.testing import CliRunner
from pydantic import SecretStr

from bot import app
from bot.places_cli import places_command
from handlers.parks import Park, ParkKind
from storage import installation, stamps
from storage.atlas import of_the_program
from storage.database import Database
from storage.stamps import Stamp
from storage.tables import parks
from tests import databases, desk_world, product

KEYS = ["code", "codes", "name", "type", "province", "why"]
PARK = Park("p1", ParkKind.KCN, "KCN Tân Phú Thạnh", ("31360",))


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_fresh_checkout_knows_the_places_of_the_program_and_makes_no_database(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "places", "quận chín"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(product.ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    former, *pieces = lines(done.stdout)
    assert list(former) == KEYS
    assert former["code"] is None
    assert former["codes"] == [piece["code"] for piece in pieces]
    assert (former["name"], former["type"], former["why"]) == ("Quận 9 (cũ)", "quận", "split")
    assert list(tmp_path.iterdir()) == []


def test_a_province_covers_all_of_its_communes_and_nonsense_gives_no_line(tmp_path: Path) -> None:
    url = SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    runner = SimpleNamespace(settings=SimpleNamespace(database_url=url))
    shown = CliRunner().invoke(places_command, ["--limit", "1", "hai phong"], obj=runner)
    (province,) = lines(shown.output)
    assert (province["code"], province["why"]) == ("31", "exact")
    today = of_the_program().of_today.values()
    own = {place.code for place in today if place.province_code == "31"} - {"31"}
    assert set(province["codes"]) == own
    assert CliRunner().invoke(places_command, ["🙂"], obj=runner).output == ""
    assert CliRunner().invoke(places_command, ["--limit", "7", "a"], obj=runner).exit_code == 2


def test_the_parks_of_an_installation_are_known(sqlite_url: str) -> None:
    master = asyncio.run(databases.prepare(sqlite_url, desk_world.fill))

    def run(work: Callable[[Database], Awaitable[Any]]) -> Any:
        async def opened() -> Any:
            made = Database(sqlite_url)
            try:
                await installation.open_with(made, master)
                async with made.write() as tx:
                    await tx.run(
                        parks.insert().values(
                            id=PARK.id,
                            kind=PARK.kind,
                            name=PARK.name,
                            communes=json.dumps(PARK.communes),
                            aliases="[]",
                            source="",
                        )
                    )
                    await stamps.renew(tx, Stamp.MAP)
                return await work(made)
            finally:
                await made.close()

        return asyncio.run(opened())

    settings = SimpleNamespace(database_url=SecretStr(sqlite_url))
    runner = SimpleNamespace(settings=settings, run=run)
    shown = CliRunner().invoke(places_command, ["kcn tan phu thanh"], obj=runner)
    (park,) = lines(shown.output)
    assert (park["code"], park["codes"], park["why"]) == (None, ["31360"], "park")
    assert (park["name"], park["type"]) == ("KCN Tân Phú Thạnh", "khu công nghiệp")


def test_a_database_that_cannot_be_opened_is_said_and_the_tables_are_used(sqlite_url: str) -> None:
    asyncio.run(databases.prepare(sqlite_url, desk_world.fill))

    def run(_: object) -> None:
        raise app.CannotStart("no key")

    settings = SimpleNamespace(database_url=SecretStr(sqlite_url))
    runner = SimpleNamespace(settings=settings, run=run)
    shown = CliRunner().invoke(places_command, ["nàng mau"], obj=runner)
    assert [line["code"] for line in lines(shown.stdout)] == ["31441"]
    assert "no key" in shown.stderr
