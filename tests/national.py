"""A union and police tree as large as the country: 25,000 units, always the same, nobody real."""

import csv
import io
import random
from collections.abc import Iterator
from functools import cache

from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from handlers.units import COLUMNS, row_of
from storage.atlas import of_the_program

SIZE = 25_000
_WITH_A_UNION = 0.75
_PARKS = 400
_SECTORS = 40
_BOARDING = 900
_FEW = (Category.WAGES, Category.INSURANCE, Category.UNSAFE)


@cache
def units(size: int = SIZE) -> tuple[Unit, ...]:
    """The units, whose parents come before them."""
    made = tuple(_units(random.Random(9), size))
    assert len(made) == size
    return made


def table(some: tuple[Unit, ...]) -> str:
    """The same as the file that an operator imports."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(map(row_of, some))
    return text.getvalue()


def _units(dice: random.Random, size: int) -> Iterator[Unit]:
    places = of_the_program()
    communes = [each for each in places.of_today.values() if each.code not in places.provinces]
    unions: list[Unit] = []
    many = 0

    def unit(key: str, parent: str | None, name: str, *where: str, **rest: object) -> Unit:
        nonlocal many
        many += 1
        kind = rest.pop("kind", UnitKind.UNION)
        return Unit(key, parent, kind, name, frozenset(where), **rest)  # type: ignore[arg-type]

    yield unit("tong", None, "Công đoàn cả nước (ví dụ)", "*")
    for code in places.provinces:
        place = places.of_today[code]
        yield unit(f"ld-{code}", "tong", f"Liên đoàn Lao động {place.name} (ví dụ)", code)
        yield unit(
            f"ca-{code}", "tong", f"Công an {place.name} (ví dụ)", code, kind=UnitKind.POLICE
        )
    for place in communes:
        province, code = place.province_code, place.code
        if dice.random() < _WITH_A_UNION:
            few = frozenset(_FEW) if dice.random() < 0.05 else frozenset[Category]()
            one = unit(
                f"cd-{code}",
                f"ld-{province}",
                f"Công đoàn {place.name} (ví dụ)",
                code,
                categories=few,
            )
            unions.append(one)
            yield one
        yield unit(
            f"ca-{code}",
            f"ca-{province}",
            f"Công an {place.name} (ví dụ)",
            code,
            kind=UnitKind.POLICE,
        )
    for at in range(_PARKS):
        first = dice.choice(communes)
        near = [each.code for each in communes if each.province_code == first.province_code]
        where = {first.code, *dice.sample(near, dice.randint(0, 2))}
        name = f"Công đoàn khu công nghiệp Ví Dụ {at + 1}"
        yield unit(f"kcn-{at}", f"ld-{first.province_code}", name, *where)
    for at in range(_SECTORS):
        yield unit(f"nganh-{at}", "tong", f"Công đoàn ngành Ví Dụ {at + 1}")
    for at in range(_BOARDING):
        above = dice.choice(unions)
        name = f"Tổ tự quản khu trọ Ví Dụ {at + 1}"
        yield unit(f"tro-{at}", above.id, name, *above.places, kind=UnitKind.BOARDING)
    at = 0
    while many < size:
        at += 1
        above = dice.choice(unions)
        company = unit(
            f"cs-{at}",
            above.id,
            f"Công đoàn cơ sở Công ty Ví Dụ {at}",
            *above.places,
            inside_company=True,
            conflicts=frozenset({above.id}) if dice.random() < 0.002 else frozenset(),
        )
        yield company
