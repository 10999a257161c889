"""`python -m bot import places`: what an operator is told, and what is let in."""

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from bot import map_folder
from bot.map_cli import import_places
from bot.map_folder import BadFolder
from handlers.routing import Unit, UnitKind
from storage import following, installation, units
from storage.database import Database
from storage.places.checks import COLUMNS
from storage.places.tables import packaged
from tests import databases, desk_world
from tests.changed_map import DAY, Map, present

TAM_KY, BAN_THACH = "20341", "20335"
Told = TypeVar("Told")


@dataclass
class House:
    """A database that each command opens anew."""

    url: str
    master: bytes
    settings = SimpleNamespace(zone=ZoneInfo("Asia/Ho_Chi_Minh"))

    def run(self, work: Callable[[Database], Awaitable[Told]]) -> Told:
        async def opened() -> Told:
            made = Database(self.url)
            try:
                await installation.open_with(made, self.master)
                return await work(made)
            finally:
                await made.close()

        return asyncio.run(opened())

    def command(self, *words: object, typed: str = "") -> Result:
        return CliRunner().invoke(import_places, list(map(str, words)), obj=self, input=typed)


@pytest.fixture
def house(sqlite_url: str) -> House:
    house = House(sqlite_url, asyncio.run(databases.prepare(sqlite_url, desk_world.fill)))

    async def fill(made: Database) -> None:
        some = Unit("park", "root", UnitKind.UNION, "Công đoàn phường", frozenset({TAM_KY}))
        async with made.write() as tx:
            await units.import_all(tx, [desk_world.UNITS[0], some], may_remove=True)

    house.run(fill)
    return house


def merged() -> Map:
    made = present()
    made.merge(BAN_THACH, TAM_KY)
    return made


def held(house: House) -> date:
    async def look(made: Database) -> date:
        async with made.read() as tx:
            return (await following.held_by(tx)).as_of

    return house.run(look)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    told = house.command(merged().write(tmp_path / "new"), "--dry-run")
    assert told.exit_code == 0, told.output
    for line in (
        "Tables of 25/11/2026: 1 merged.",
        "merged: 20341 Phường Tam Kỳ, Thành phố Đà Nẵng → 20335 Phường Bàn Thạch",
        "Units that cover other codes: 1.\n  park\n",
        "Open tips there: a few, or none.",
        "Subscribers there: up to 0.",
        "Nothing was changed: this was a dry run.",
    ):
        assert line in told.output
    assert held(house) == packaged().as_of


def test_the_command_asks_and_the_same_again_is_nothing_to_do(house: House, tmp_path: Path) -> None:
    folder = merged().write(tmp_path / "new")
    assert house.command(folder, typed="n\n").exit_code == 1
    assert held(house) == packaged().as_of
    done = house.command(folder, typed="y\n")
    assert "These tables hold now: 25/11/2026." in done.output
    assert held(house) == DAY
    again = house.command(folder, "--yes")
    assert (again.exit_code, again.output) == (
        0,
        "Nothing to do: these are the tables that hold, of 25/11/2026.\n",
    )


def test_older_tables_and_others_of_the_same_day_are_refused(house: House, tmp_path: Path) -> None:
    house.command(merged().write(tmp_path / "new"), "--yes")
    older = house.command(present(day=packaged().as_of).write(tmp_path / "older"), "--yes")
    assert older.exit_code == 1
    assert "of 21/11/2026; newer ones hold, of 25/11/2026" in older.output
    other = house.command(present().write(tmp_path / "other"), "--yes")
    assert other.exit_code == 1
    assert "other tables of the same day hold" in other.output
    assert held(house) == DAY


def test_a_place_that_would_be_lost_is_named(house: House, tmp_path: Path) -> None:
    made = present()
    made.communes[TAM_KY]["name"] = "Một Nơi Khác"
    told = house.command(made.write(tmp_path / "new"), "--yes")
    assert told.exit_code == 1
    assert "20341 Phường Tam Kỳ, Thành phố Đà Nẵng" in told.output
    assert "place(s) would be lost or come" in told.output
    assert held(house) == packaged().as_of


def test_a_new_place_says_what_it_was_made_of(house: House, tmp_path: Path) -> None:
    made = present()
    row = {"code": "99001", "name": "Từ Đâu", "type": "xã", "province_code": "48"}
    made.rows["communes.csv"].append(row)
    told = house.command(made.write(tmp_path / "new"), "--yes")
    assert told.exit_code == 1
    assert "99001 Xã Từ Đâu, Thành phố Đà Nẵng: it is new" in told.output


def test_tables_of_a_day_to_come_wait_for_it(house: House, tmp_path: Path) -> None:
    told = house.command(present(day=date(2126, 1, 1)).write(tmp_path / "new"), "--yes")
    assert told.exit_code == 1
    assert "a day to come" in told.output


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_are_composed_and_a_mark_in_front_is_none(
    tmp_path: Path, mark: str, form: str
) -> None:
    folder = merged().write(tmp_path)
    for name in COLUMNS:
        text = unicodedata.normalize(form, (folder / name).read_text(encoding="utf-8"))  # type: ignore[arg-type]
        (folder / name).write_bytes((mark + text.replace("\n", "\r\n")).encode())
    assert map_folder.read(folder) == merged().tables()


def test_what_is_wrong_with_a_folder_is_told_line_by_line(tmp_path: Path) -> None:
    folder = present().write(tmp_path)
    (folder / "provinces.csv").unlink()
    text = (folder / "communes.csv").read_text(encoding="utf-8")
    (folder / "communes.csv").write_text(text.replace("code,name", "ma,ten", 1), encoding="utf-8")
    (folder / "former_units.csv").write_bytes("Xã Hòa,".encode("cp1258", errors="ignore") * 9)
    (folder / "type_changes.csv").write_text('code,"level', encoding="utf-8")
    (folder / "as_of.txt").write_text("hôm nay", encoding="utf-8")
    with pytest.raises(BadFolder) as caught:
        map_folder.read(folder)
    assert [line.partition(":")[0] for line in caught.value.lines] == [
        "provinces.csv",
        "communes.csv",
        "former_units.csv",
        "type_changes.csv",
        "as_of.txt",
    ]


def test_codes_that_a_spreadsheet_cut_are_told_and_nothing_is_imported(
    house: House, tmp_path: Path
) -> None:
    folder = present().write(tmp_path / "new")
    text = (folder / "communes.csv").read_text(encoding="utf-8")
    (folder / "communes.csv").write_text(text.replace("\n00004,", "\n4,"), encoding="utf-8")
    told = house.command(folder, "--yes")
    assert told.exit_code == 1
    assert "a spreadsheet drops zeros in front" in told.output
    assert "nothing was imported" in told.output


def test_what_a_merger_of_provinces_moves_hides_nothing_else(house: House, tmp_path: Path) -> None:
    made = present()
    clash = next(
        code
        for code, row in made.communes.items()
        if (row["province_code"], row["name"]) == ("46", "Hương Trà")
    )
    made.rename(clash, "Hương Trà Bắc")
    made.merge_provinces("44", "46")
    made.rename("96001" if "96001" in made.communes else max(made.communes), "Tên Mới")
    told = house.command(made.write(tmp_path / "new"), "--dry-run")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    [renamed] = [at for at, line in enumerate(lines) if "Tên Mới" in line]
    assert renamed < min(at for at, line in enumerate(lines) if line.startswith("  moved"))


def test_a_table_that_is_none_says_what_to_do(house: House, tmp_path: Path) -> None:
    folder = present().write(tmp_path / "new")
    (folder / "communes.csv").write_bytes(b"\xd0\xcf\x11\xe0")
    told = house.command(folder)
    assert "communes.csv: it is an old Excel file (.xls); save it as .xlsx or as CSV" in told.output
