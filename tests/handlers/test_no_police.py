"""At filing, nowhere does a police unit or a union inside a company become a reader."""

from collections.abc import Iterator
from itertools import cycle, islice

from handlers.places import Place
from handlers.routing import Tree, Unit, UnitKind, reader
from handlers.tips import Category
from tests import figures, world


def units(communes: list[Place]) -> Iterator[Unit]:
    """A country where police and company unions stand everywhere, all of them with desks and
    alarms; unions above the enterprise only in every second commune.
    """

    def unit(name: str, parent: str | None, kind: UnitKind, code: str, *, inside: bool) -> Unit:
        return Unit(
            name,
            parent,
            kind,
            name,
            frozenset({code}),
            inside_company=inside,
            has_desk=True,
            has_alarm=True,
        )

    yield unit("root", None, UnitKind.UNION, "*", inside=False)
    for code in sorted({place.province_code for place in communes}):
        yield unit(f"union {code}", "root", UnitKind.UNION, code, inside=False)
        yield unit(f"police {code}", "root", UnitKind.POLICE, code, inside=False)
    for number, place in enumerate(communes):
        above = f"union {place.province_code}"
        if number % 2:
            yield unit(f"union {place.code}", above, UnitKind.UNION, place.code, inside=False)
        yield unit(f"police {place.code}", above, UnitKind.POLICE, place.code, inside=False)
        yield unit(f"company {place.code}", above, UnitKind.UNION, place.code, inside=True)


def test_nowhere_in_the_country_do_police_or_the_company_become_a_reader() -> None:
    communes = [place for code, place in world.places().of_today.items() if len(code) == 5]
    assert len(communes) > 3_000
    tree = Tree.of(list(units(communes)))
    tried, police, inside = 0, 0, 0
    categories, endangered = cycle(Category), cycle((True, False, False))
    for place in communes:
        # Four at each place, and not the same four at the next: all of them everywhere is slow.
        for category in islice(categories, 4):
            found = reader(tree, category, place, danger=next(endangered))
            tried += 1
            police += found.kind is UnitKind.POLICE
            inside += found.inside_company
            assert found.id.rpartition(" ")[2] in {place.code, place.province_code}
    figures.keep("police", tried=tried, police=police, inside_company=inside)
    assert (police, inside) == (0, 0)
