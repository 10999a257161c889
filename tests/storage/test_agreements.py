"""Agreements with the police: who writes them, which one fits, and when it has lapsed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from handlers import agreements as forms
from handlers.agreements import Agreement, Flaw, Standing
from handlers.roles import Role
from handlers.routing import Unit, UnitKind
from handlers.tips import Category
from storage import agreements, units
from storage.agreements import Kept
from storage.database import Database
from storage.tables import agreements as table
from tests import desk_world
from tests.desk_world import NOW

POLICE = Unit("police", "root", UnitKind.POLICE, "Công an thành phố", frozenset({"79"}))
SIGNED = Agreement(
    unit="north",
    police="police",
    categories=frozenset({Category.LOANS, Category.THEFT}),
    document="QC 12, ngày 01/03/2026",
    contact="Trực ban, 0123",
    hours="Cả ngày",
    backup="Đội điều tra",
    review_on=date(2027, 3, 1),
)
FORM = {
    "unit": "north",
    "police": "police",
    "document": " QC 12,  ngày 01/03/2026 ",
    "contact": "Trực ban, 0123",
    "hours": "Cả ngày",
    "backup": "Đội điều tra",
    "review_on": "2027-03-01",
}


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Database]:
    async with desk_world.database(database_url) as made:
        async with made.write() as tx:
            await units.import_all(tx, (*desk_world.UNITS, POLICE), at_once=True)
        yield made


async def test_an_administrator_adds_changes_and_ends_one(made: Database) -> None:
    admin, _ = await desk_world.add(made, "qt", ("north", Role.ADMINISTRATOR))
    async with made.write() as tx:
        assert await agreements.add(tx, admin.id, SIGNED, NOW) is Kept.DONE
        [kept] = await agreements.seen_by(tx, admin.id)
        assert kept.agreement == SIGNED
        changed = replace(SIGNED, contact="Người khác")
        assert await agreements.change(tx, admin.id, kept.id, changed, NOW) is Kept.DONE
        assert await agreements.end(tx, admin.id, kept.id, NOW) is Kept.DONE
        assert await agreements.end(tx, admin.id, kept.id, NOW) is Kept.ENDED
        assert await agreements.change(tx, admin.id, kept.id, changed, NOW) is Kept.ENDED
        [kept] = await agreements.every(tx)
    assert kept.agreement == replace(changed, ended_on=date(2026, 11, 21))
    assert kept.agreement.standing(NOW.date()) is Standing.ENDED


async def test_nobody_else_writes_or_sees_one(made: Database) -> None:
    admin, _ = await desk_world.add(made, "qt", ("north", Role.ADMINISTRATOR))
    async with made.write() as tx:
        await agreements.add(tx, admin.id, SIGNED, NOW)
        [kept] = await agreements.every(tx)
    for login, grant in (
        ("nam", ("south", Role.ADMINISTRATOR)),
        ("truong", ("north", Role.LEAD)),
        ("ca", ("police", Role.ADMINISTRATOR)),
    ):
        member, _ = await desk_world.add(made, login, grant)
        async with made.write() as tx:
            assert await agreements.seen_by(tx, member.id) == ()
            for done in (
                await agreements.add(tx, member.id, SIGNED, NOW),
                await agreements.change(tx, member.id, kept.id, SIGNED, NOW),
                await agreements.end(tx, member.id, kept.id, NOW),
            ):
                assert done is Kept.NOT_YOURS


@pytest.mark.parametrize("change", [{"police": "south"}, {"unit": "police"}, {"unit": "south"}])
async def test_it_is_between_a_union_unit_of_theirs_and_the_police(
    made: Database, change: dict[str, str]
) -> None:
    admin, _ = await desk_world.add(made, "qt", ("north", Role.ADMINISTRATOR))
    wrong = replace(SIGNED, **change)  # type: ignore[arg-type]
    async with made.write() as tx:
        assert await agreements.add(tx, admin.id, wrong, NOW) is Kept.NOT_YOURS
        await agreements.add(tx, admin.id, SIGNED, NOW)
        [kept] = await agreements.every(tx)
        assert await agreements.change(tx, admin.id, kept.id, wrong, NOW) is Kept.NOT_YOURS


async def test_the_one_that_fits_is_that_of_the_unit_or_of_one_above(made: Database) -> None:
    root, _ = await desk_world.add(made, "qt", ("root", Role.ADMINISTRATOR))
    own = replace(SIGNED, unit="north-park", categories=frozenset())
    above = replace(SIGNED, unit="north")
    others = (
        replace(SIGNED, unit="south"),
        replace(SIGNED, ended_on=date(2026, 1, 1)),
        replace(SIGNED, unit="root", categories=frozenset({Category.DRUGS})),
    )
    async with made.write() as tx:
        for each in (above, own, *others):
            assert await agreements.add(tx, root.id, each, NOW) is Kept.DONE
        signed, tree = await agreements.every(tx), await units.tree(tx)
    assert tree is not None
    ids = ("north-park", "police")
    assert agreements.fitting(signed, tree, *ids, Category.THEFT) == (own, above)
    assert agreements.fitting(signed, tree, *ids, Category.FIRE) == (own,)
    assert agreements.fitting(signed, tree, *ids, Category.WAGES) == ()
    assert agreements.fitting(signed, tree, "north-park", "elsewhere", Category.THEFT) == ()


def test_one_lapses_the_day_after_its_review_was_due() -> None:
    assert SIGNED.standing(SIGNED.review_on) is Standing.HOLDS
    assert SIGNED.standing(SIGNED.review_on + timedelta(days=1)) is Standing.LAPSED


async def test_rows_have_one_size_and_tell_nothing(made: Database) -> None:
    admin, _ = await desk_world.add(made, "qt", ("north", Role.ADMINISTRATOR))
    longest = "ữ" * forms.MOST_LETTERS
    long = replace(
        SIGNED,
        document=longest,
        contact=longest,
        hours=longest,
        backup=longest,
        categories=frozenset(forms.OFFERED),
    )
    async with made.write() as tx:
        for each in (SIGNED, long, replace(SIGNED, hours="", backup="")):
            await agreements.add(tx, admin.id, each, NOW)
        bodies = [bytes(row.body) for row in await tx.rows(select(table))]
    assert len({len(body) for body in bodies}) == 1
    assert not any("Trực".encode() in body for body in bodies)


def typed(
    changes: dict[str, str] | None = None, categories: tuple[str, ...] = ("loans", "theft")
) -> Agreement | Flaw:
    return forms.typed({**FORM, **(changes or {})}, categories, ("north", "south"), ("police",))


def test_a_form_becomes_an_agreement() -> None:
    assert typed() == SIGNED
    assert typed({"review_on": " 1/3/2027"}) == SIGNED
    assert typed({"hours": "", "backup": ""}, ()) == replace(
        SIGNED, categories=frozenset(), hours="", backup=""
    )


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"unit": "root"}, Flaw.UNIT),
        ({"police": "north"}, Flaw.POLICE),
        ({"document": " \u200b "}, Flaw.NEEDED),
        ({"contact": ""}, Flaw.NEEDED),
        ({"backup": "x" * 301}, Flaw.LONG),
        ({"contact": "=HYPERLINK(1)"}, Flaw.FORMULA),
        ({"review_on": "31/02/2027"}, Flaw.DAY),
        ({"review_on": "mai"}, Flaw.DAY),
        ({"review_on": ""}, Flaw.DAY),
    ],
)
def test_what_is_wrong_with_a_form_is_named(changes: dict[str, str], flaw: Flaw) -> None:
    assert typed(changes) is flaw


@pytest.mark.parametrize("categories", [("wages",), ("nothing",), ("loans", "insurance")])
def test_what_stays_with_the_union_is_in_no_agreement(categories: tuple[str, ...]) -> None:
    assert typed(categories=categories) is Flaw.CATEGORIES
