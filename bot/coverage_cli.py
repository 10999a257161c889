"""`python -m bot coverage`: where there is a desk, and where tips go from the other places."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from bot import coverage_sheets
from bot.app import utc_now
from bot.coverage_sheets import STANDINGS
from bot.runner import Runner
from handlers import coverage as report
from handlers.coverage import Coverage
from handlers.languages import Language
from handlers.texts import Texts
from handlers.tips import Category
from storage import audit, coverage
from storage.audit import Act
from storage.coverage import Looked
from storage.database import Database
from storage.days import local_day

_SUFFIX = ".xlsx"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was typed."""

    province: str
    category: Category | None
    missing: bool
    file: Path | None = field(repr=False)

    @property
    def is_narrow(self) -> bool:
        """Whether single communes are asked for, and not the provinces in numbers."""
        return bool(self.province or self.category or self.missing)

    def of(self, whole: Coverage) -> Coverage:
        """That part of the report."""
        found = report.narrowed(whole, province=self.province, category=self.category)
        return report.lacking(found) if self.missing else found


@click.command("coverage", help="Where there is a desk; with FILE.xlsx as a spreadsheet.")
@click.option("--province", default="", help="Only this province, by its code of two digits.")
@click.option("--category", type=click.Choice([each.value for each in Category]), default=None)
@click.option("--missing", is_flag=True, help="Only what has no desk of its own.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each way that tips go.")
@click.option(
    "--language", type=click.Choice([each.value for each in Language]), default=Language.VI.value
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def coverage_command(
    runner: Runner,
    province: str,
    category: str | None,
    language: str,
    file: Path | None,
    *,
    missing: bool,
    as_json: bool,
) -> None:
    """`coverage`; the same as the page and the file of the desk."""
    if file is not None and file.suffix.lower() != _SUFFIX:
        raise click.BadParameter(f"FILE ends in {_SUFFIX}")
    wanted = _Wanted(province, Category(category) if category else None, missing, file)
    looked = runner.run(lambda opened: _look(opened, wanted))
    if looked is None:
        raise click.ClickException("there are no units. Run: python -m bot import units FILE")
    if province and province not in {place.province_code for place in looked.communes}:
        raise click.BadParameter(f"there is no province {province}")
    found, texts = (
        wanted.of(report.of(looked.tree, looked.communes)),
        Texts.load(Language(language)),
    )
    if file is not None:
        _write(file, coverage_sheets.xlsx(found, local_day(utc_now()), texts, missing=missing))
        click.echo(f"{file}: {len(found.served)} communes.")
        return
    for line in _lines(found, wanted, texts, as_json=as_json):
        click.echo(line)


async def _look(database: Database, wanted: _Wanted) -> Looked | None:
    if wanted.file is None:
        async with database.read() as tx:
            return await coverage.of_all(tx)
    async with database.write() as tx:
        looked = await coverage.of_all(tx)
        note = f"xlsx {wanted.province or '*'} {wanted.category or '*'}"[: audit.NOTE_LETTERS]
        await audit.write(tx, Act.COVERAGE_TAKEN, staff=None, minute=utc_now(), note=note)
        return looked


def _lines(found: Coverage, wanted: _Wanted, texts: Texts, *, as_json: bool) -> Iterator[str]:
    if as_json:
        yield from _as_json(found, wanted)
    elif wanted.is_narrow:
        for one in found.served.values():
            for row in coverage_sheets.rows_of(one, found, texts, missing=wanted.missing):
                yield "\t".join(row)
    else:
        yield from _in_numbers(found, texts)


def _in_numbers(found: Coverage, texts: Texts) -> Iterator[str]:
    lines = report.summaries(found)
    for line in (*lines, report.total(lines)):
        name = f"{line.province} {line.name}" if line.province else texts.get("desk.coverage.total")
        counts = [
            texts.get(coverage_sheets.COUNTS[each], count=line.standings[each])
            for each in STANDINGS
            if line.standings.get(each)
        ]
        if line.unrung:
            counts.append(texts.get("desk.coverage.count_unrung", count=line.unrung))
        many = texts.get("desk.coverage.communes", count=line.communes)
        yield f"{name}: {many}; {'; '.join(counts)}"


def _as_json(found: Coverage, wanted: _Wanted) -> Iterator[str]:
    for one in found.served.values():
        for share in one.missing if wanted.missing else one.shares:
            told = {
                "province": one.place.province_code,
                "code": one.place.code,
                "name": one.place.name,
                "categories": list(share.categories),
                "unit": share.unit,
                "level": share.level,
                "has_desk": found.units[share.unit].has_desk,
                "urgent": share.urgent,
                "rings": share.rings,
                "idle": list(one.idle),
            }
            yield json.dumps(told, ensure_ascii=False)


def _write(path: Path, made: bytes) -> None:
    try:
        path.write_bytes(made)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
