"""`import units` and `export units`: what they say, what they do, and that it is all or nothing."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from bot import keyfile, units_cli
from bot.units_cli import export_units, import_units
from handlers.roles import Role
from handlers.routing import Tree, Unit, UnitKind
from handlers.tips import Category
from handlers.units import COLUMNS
from storage import audit, installation, migrate, staff, stamps, unit_history, units
from storage.audit import Act
from storage.database import Database
from storage.stamps import Stamp
from tests import national, services
from tests.desk_world import NOW

ROOT = Unit("top", None, UnitKind.UNION, "Công đoàn trên cùng", frozenset({"*"}))
CITY = Unit("city", "top", UnitKind.UNION, "Liên đoàn Đà Nẵng", frozenset({"48"}))
WARD = Unit(
    "ward",
    "city",
    UnitKind.UNION,
    "Công đoàn Bàn Thạch",
    frozenset({"20335"}),
    hours="-",
    contact="+84 236 38 29",
)
POLICE = Unit("police", "top", UnitKind.POLICE, "Công an Đà Nẵng", frozenset({"48"}))
UNITS = (ROOT, CITY, WARD, POLICE)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class House:
    """An installation of the test's, as the commands get it."""

    url: str
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "master.key"

    @property
    def master(self) -> bytes:
        return keyfile.read_or_make(self.key)

    def run(self, work: Callable[[Database], Awaitable[Answer]]) -> Answer:
        async def opened() -> Answer:
            made = Database(self.url)
            try:
                await installation.open_with(made, self.master)
                return await work(made)
            finally:
                await made.close()

        return asyncio.run(opened())

    def make(self) -> None:
        async def made() -> None:
            database = Database(self.url)
            await migrate.upgrade(database)
            await installation.make(database, self.master, demo=False)
            await database.close()

        asyncio.run(made())

    def bring(self, *some: Unit, flags: str = "", name: str = "units.csv") -> Result:
        """`import units` of a file with these units."""
        file = self.folder / name
        file.write_text(national.table(some), encoding="utf-8")
        return self.command(file, *flags.split())

    def command(self, file: Path, *flags: str) -> Result:
        return CliRunner().invoke(import_units, [str(file), *flags], obj=self)

    def export(self, name: str) -> Path:
        file = self.folder / name
        done = CliRunner().invoke(export_units, [str(file)], obj=self)
        assert done.exit_code == 0, done.output
        return file

    def tree(self) -> Tree | None:
        async def look(made: Database) -> Tree | None:
            async with made.read() as tx:
                return await units.tree(tx)

        return self.run(look)

    def ids(self) -> set[str]:
        tree = self.tree()
        return {unit.id for unit in tree.all} if tree is not None else set()

    def hire(self, unit: str) -> None:
        async def work(made: Database) -> None:
            async with made.write() as tx:
                await staff.add(tx, f"can-bo-{unit}", "Cán bộ", {(unit, Role.OFFICER)}, NOW)

        self.run(work)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> House:
    made = House(database_url, tmp_path)
    made.make()
    return made


def test_a_dry_run_shows_what_the_import_would_do_and_does_nothing(house: House) -> None:
    told = house.bring(*UNITS, flags="--dry-run")
    assert told.exit_code == 0
    assert "+ ward Công đoàn Bàn Thạch\n" in told.output
    assert "4 to add, 0 to change, 0 to remove.\n" in told.output
    assert told.output.endswith("This was a dry run: nothing was imported.\n")
    assert house.tree() is None
    told = house.bring(*UNITS)
    assert told.output.endswith("4 added, 0 changed, 0 removed.\n")
    assert house.ids() == {"top", "city", "ward", "police"}


def test_what_changes_is_shown_field_by_field_and_written_down(house: House) -> None:
    house.bring(*UNITS)
    moved = replace(WARD, parent="top", places=frozenset({"20341"}), hours="", inside_company=True)
    told = house.bring(ROOT, CITY, moved, POLICE)
    assert told.exit_code == 0, told.output
    line = "~ ward Công đoàn Bàn Thạch: parent “city” → “top”; places +20341 −20335;"
    assert f"{line} inside_company no → yes; hours “-” → (empty)\n" in told.output
    assert "0 added, 1 changed, 0 removed." in told.output

    async def look(made: Database) -> None:
        async with made.read() as tx:
            (step, first), _ = await unit_history.of_unit(tx, "ward")
            assert (step.act, step.by, step.before["parent"]) == (Act.UNIT_CHANGED, None, "city")
            assert first.act is Act.UNIT_ADDED
            newest = (await audit.entries(tx, limit=1))[0]
            assert (newest.act, newest.note) == (Act.IMPORTED, "units added 0 changed 1 removed 0")
            assert await audit.verify(tx)

    house.run(look)


def test_no_categories_are_told_as_all_of_them(house: House) -> None:
    house.bring(*UNITS)
    few = replace(WARD, categories=frozenset({Category.WAGES, Category.FIRE}))
    told = house.bring(ROOT, CITY, few, POLICE, flags="--dry-run").output
    assert "~ ward Công đoàn Bàn Thạch: categories all → fire wages\n" in told


def test_only_the_first_twenty_are_shown_unless_all_are_asked_for(house: House) -> None:
    many = [Unit(f"u{at}", "top", UnitKind.UNION, f"Đơn vị {at}") for at in range(30)]
    told = house.bring(ROOT, *many, flags="--dry-run").output
    assert "+ and 11 more (--all shows them)\n" in told
    assert "u29" not in told
    assert "+ u29 Đơn vị 29" in house.bring(ROOT, *many, flags="--dry-run --all").output


def test_units_that_are_needed_are_named_all_at_once_with_why(house: House) -> None:
    house.bring(*UNITS)
    house.hire("ward")
    told = house.bring(ROOT, POLICE)
    assert told.exit_code == 1
    assert "✗ city: is not in the file; --remove lets units go\n" in told.output
    assert "✗ ward: people have a role there\n" in told.output
    assert "2 unit(s) may not go or change; nothing was imported" in told.output
    told = house.bring(ROOT, POLICE, replace(WARD, parent="top"), flags="--remove")
    assert told.exit_code == 0, told.output
    assert house.ids() == {"top", "ward", "police"}
    told = house.bring(ROOT, replace(WARD, parent="top", kind=UnitKind.POLICE), POLICE)
    assert "✗ ward: people have a role there\n" in told.output


def test_what_would_lose_its_desk_asks_for_a_yes(house: House) -> None:
    house.bring(*UNITS)
    house.hire("ward")
    turned = (ROOT, CITY, replace(WARD, places=frozenset({"20341"})), POLICE)
    told = house.bring(*turned)
    assert told.exit_code == 1
    assert "! 1 commune(s) have their tips read farther away than now:" in told.output
    assert "!   Phường Bàn Thạch, Thành phố Đà Nẵng: " in told.output
    assert "give --yes if that is meant. Nothing was imported" in told.output
    tree = house.tree()
    assert tree is not None
    assert tree.get("ward") is not None
    assert house.bring(*turned, flags="--dry-run").exit_code == 0
    assert "1 changed" in house.bring(*turned, flags="--yes").output


def test_a_table_with_faults_is_refused_as_a_whole_with_their_rows(house: House) -> None:
    house.bring(*UNITS)
    told = house.bring(ROOT, CITY, replace(WARD, name="=1+1"), replace(POLICE, parent="gone"))
    assert told.exit_code == 1
    assert "Dòng 4: ô name bắt đầu như một công thức" in told.output
    assert "Dòng 5: không có đơn vị cấp trên “gone”." in told.output
    assert "2 problem(s); nothing was imported" in told.output
    assert house.ids() == {unit.id for unit in UNITS}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0", "it is an old Excel file (.xls)"),
        (b"PK\x03\x04", "it is no whole Excel file"),
        (b"\x00\x01", "it is no table"),
        (b"x" * 60_000_000, "it is too large"),
        (b'id\n"a', "quotation marks do not end (row 2)"),
        (b"", "dòng đầu phải có đúng các cột"),
    ],
    ids=["old", "zip", "binary", "60_mb", "quotes", "empty"],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(
    house: House, content: bytes, said: str
) -> None:
    file = house.folder / "file.xlsx"
    file.write_bytes(content)
    told = house.command(file)
    assert told.exit_code == 1
    assert said in told.output
    assert "Traceback" not in told.output


def test_guessed_letters_are_shown(house: House) -> None:
    file = house.folder / "old.csv"
    text = national.table((replace(ROOT, name="Công đoàn Đà Na\u0306ng".replace("a\u0306", "ă")),))
    file.write_bytes(text.encode("cp1258"))
    told = house.command(file)
    assert "guessed as Windows-1258. Look at them: Công đoàn Đà Năng" in told.output
    assert told.exit_code == 0


def test_a_sheet_beside_others_and_formulas_are_said(house: House) -> None:
    file = house.folder / "units.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Đơn vị")
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["top", "", "union", "", "*"])
        sheet.write_formula(1, 3, '="Công "&"đoàn"', None, "Công đoàn")
        book.add_worksheet("Ghi chú")
    told = house.command(file)
    assert "Only the first sheet is read, “Đơn vị”, not: Ghi chú" in told.output
    assert "The file has formulas: their results are taken as last shown." in told.output
    assert "+ top Công đoàn" in told.output


def test_zeros_that_a_spreadsheet_dropped_are_said(house: House) -> None:
    file = house.folder / "units.xlsx"
    house.bring(ROOT, Unit("00025", "top", UnitKind.UNION, "A", frozenset({"00025"})))
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["top", "", "union", "Trên", "*"])
        sheet.write_row(2, 0, [25, "top", "union", "A", 25])
    told = house.command(file, "--remove")
    assert told.exit_code == 1
    assert "id 25 → 00025" in told.output
    assert "places 25 → 25 / 00025" in told.output


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_was_taken_out_comes_back_unchanged(house: House, name: str) -> None:
    house.bring(*UNITS)
    file = house.export(name)
    told = house.command(file)
    assert told.output == ("0 to add, 0 to change, 0 to remove.\n0 added, 0 changed, 0 removed.\n")
    if name.endswith("csv"):
        # A spreadsheet that opens it runs nothing.
        assert "'+84 236 38 29" in file.read_text(encoding="utf-8-sig")
    again = CliRunner().invoke(export_units, [str(file)], obj=house)
    assert "that file is there already" in again.output
    assert CliRunner().invoke(export_units, ["out.pdf"], obj=house).exit_code == 2


def test_an_import_that_was_looked_at_before_a_change_is_not_carried_out(house: House) -> None:
    house.bring(*UNITS)
    file = house.export("out.csv")

    async def work(made: Database) -> None:
        table = units_cli._read(file)
        async with made.read() as tx:
            plan = await units_cli._planned(tx, table, NOW, remove=False)
        async with made.write() as tx:
            await units.import_all(tx, (ROOT, replace(CITY, hours="8:00"), WARD, POLICE))
        with pytest.raises(units_cli._ChangedMeanwhile):
            await units_cli._carry_out(made, plan, NOW, remove=False)

    house.run(work)
    tree = house.tree()
    assert tree is not None
    assert [each.hours for each in tree.all if each.id == "city"] == ["8:00"]


def test_of_very_many_changes_the_histories_keep_those_of_who_reads_first() -> None:
    many = national.units(9_000)
    words = [unit_history.between(each, replace(each, hours="8:00")) for each in many[:6_000]]
    reach = [unit_history.between(each, replace(each, places=frozenset())) for each in many[6_000:]]
    gone, new = unit_history.between(many[0], None), unit_history.between(None, many[0])
    every = [each for each in (new, *words, *reach, gone) if each is not None]
    kept = units_cli._told_of(every)
    assert len(kept) == 5_000
    assert kept[0] == gone
    assert sum(each.fields == ("places",) for each in kept) == len([*filter(None, reach)])
    assert new not in kept
    assert len(units_cli._told_of(every[:4_000])) == 4_000


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_is_stopped_in_the_middle_has_not_begun(
    house: House, how: signal.Signals
) -> None:
    house.bring(*UNITS)
    every = [
        each if each.id != "tong" else replace(each, id="top") for each in national.units(12_000)
    ]
    every = [replace(each, parent="top") if each.parent == "tong" else each for each in every]
    file = house.folder / "many.csv"
    file.write_text(national.table((*every, CITY, WARD, POLICE)), encoding="utf-8")
    settings = services.environment(
        PYTHONPATH=":".join(sys.path),
        TIENGTHO_DATABASE_URL=house.url,
        TIENGTHO_MASTER_KEY_FILE=str(house.key),
    )
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "import", "units", str(file)],
        env=settings,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        late = threading.Timer(90, process.kill)
        late.start()
        for line in process.stderr:
            if line.startswith("Writing units: 5,000"):
                process.send_signal(how)
        process.wait()
        late.cancel()
    assert process.returncode == (130 if how is signal.SIGINT else -signal.SIGKILL)
    assert house.ids() == {unit.id for unit in UNITS}

    async def look(made: Database) -> tuple[int, Act]:
        async with made.read() as tx:
            assert await audit.verify(tx)
            return await stamps.read(tx, Stamp.UNITS), (await audit.entries(tx, limit=1))[0].act

    assert house.run(look)[1] is Act.IMPORTED
    # Nothing holds the database, and the next one goes on as if nothing had been.
    assert "1 changed" in house.bring(*UNITS[:3], replace(POLICE, hours="24/24")).output
