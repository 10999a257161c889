"""Which communes and categories have a desk, and where the tips of the others go."""

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from handlers import coverage
from handlers.coverage import Coverage, Level, Standing
from handlers.places import Place
from handlers.routing import Tree, Unit, UnitKind, reader
from handlers.tips import Category
from tests.bench.coverage import country

HUE, DA_NANG = "46", "48"
FIRST = Place("20335", "Phường Bàn Thạch", DA_NANG, "Thành phố Đà Nẵng", ("20335",))
SECOND = Place("20341", "Phường Tam Kỳ", DA_NANG, "Thành phố Đà Nẵng", ("20341",))
THIRD = Place("19753", "Phường Phú Xuân", HUE, "Thành phố Huế", ("19753",))
COMMUNES = (FIRST, SECOND, THIRD)
ALL = tuple(Category)


def unit(
    key: str,
    parent: str | None,
    *places: str,
    kind: UnitKind = UnitKind.UNION,
    categories: Iterable[Category] = (),
    inside: bool = False,
    desk: bool = True,
    alarm: bool = True,
) -> Unit:
    return Unit(
        key,
        parent,
        kind,
        key,
        frozenset(places),
        frozenset(categories),
        inside_company=inside,
        has_desk=desk,
        has_alarm=alarm,
    )


ROOT = unit("root", None, "*")
PROVINCE = unit("province", "root", DA_NANG)
WARD = unit("ward", "province", FIRST.code)


def seen(*units: Unit) -> Coverage:
    return coverage.of(Tree.of(units), COMMUNES)


def standings(found: Coverage) -> dict[str, Standing]:
    return {code: one.standing for code, one in found.served.items()}


def test_a_commune_has_a_desk_of_its_own_or_its_province_reads_or_the_country() -> None:
    found = seen(ROOT, PROVINCE, WARD)
    assert standings(found) == {
        FIRST.code: Standing.OWN,
        SECOND.code: Standing.PROVINCE,
        THIRD.code: Standing.NONE,
    }
    [share] = found.served[SECOND.code].shares
    assert (share.categories, share.unit, share.level) == (ALL, "province", Level.PROVINCE)
    assert found.served[FIRST.code].missing == ()
    assert set(found.units) == {"root", "province", "ward"}


def test_categories_that_a_desk_does_not_take_are_told_apart() -> None:
    found = seen(ROOT, PROVINCE, replace(WARD, categories=frozenset({Category.WAGES})))
    one = found.served[FIRST.code]
    assert one.standing is Standing.PARTLY
    assert one.at(Category.WAGES).unit == "ward"
    [missing] = one.missing
    assert missing.unit == "province"
    assert missing.categories == tuple(each for each in Category if each is not Category.WAGES)
    assert one.only(Category.WAGES).standing is Standing.OWN


def test_a_unit_without_staff_is_no_desk_but_named_as_one_that_could_be() -> None:
    found = seen(ROOT, PROVINCE, replace(WARD, has_desk=False))
    assert found.served[FIRST.code].standing is Standing.PROVINCE
    assert found.served[FIRST.code].idle == ("ward",)
    assert found.served[SECOND.code].idle == ()
    assert "ward" in found.units


@pytest.mark.parametrize(
    "stranger",
    [
        unit("police", "root", FIRST.code, kind=UnitKind.POLICE),
        unit("hostel", "root", FIRST.code, kind=UnitKind.BOARDING),
        unit("company", "root", FIRST.code, inside=True),
    ],
    ids=["police", "boarding", "company"],
)
def test_police_boarding_houses_and_companies_never_count_as_a_desk(stranger: Unit) -> None:
    found = seen(ROOT, stranger)
    assert standings(found)[FIRST.code] is Standing.NONE
    assert set(found.units) == {"root"}


def test_danger_goes_where_somebody_can_be_rung() -> None:
    one = seen(ROOT, PROVINCE, replace(WARD, has_alarm=False)).served[FIRST.code]
    [share] = one.shares
    assert (share.unit, share.urgent, share.urgent_level) == ("ward", "province", Level.PROVINCE)
    assert share.rings
    assert not one.is_rung
    nobody = replace(ROOT, has_alarm=False)
    assert not seen(nobody).served[FIRST.code].shares[0].rings


def test_a_province_is_told_in_numbers_and_its_communes_put_together() -> None:
    found = seen(ROOT, PROVINCE)
    first, second = coverage.summaries(found)
    assert (first.province, first.communes, first.standings[Standing.PROVINCE]) == (DA_NANG, 2, 2)
    assert (second.province, second.standings[Standing.NONE], second.unrung) == (HUE, 1, 0)
    worst, other = coverage.groups(found)
    assert worst.standing is Standing.NONE
    assert [one.place for one in worst.communes] == [THIRD]
    assert [one.place for one in other.communes] == [FIRST, SECOND]


def test_one_province_or_one_category_can_be_looked_at_alone() -> None:
    found = seen(ROOT, PROVINCE, WARD)
    assert set(coverage.narrowed(found, province=HUE).served) == {THIRD.code}
    [share] = coverage.narrowed(found, category=Category.FIRE).served[FIRST.code].shares
    assert share.categories == (Category.FIRE,)


def test_who_has_a_part_of_the_tree_sees_the_communes_of_that_part() -> None:
    units = (ROOT, PROVINCE, WARD, unit("hue", "root", HUE, desk=False))
    tree, found = Tree.of(units), seen(*units)
    assert coverage.within(found, tree, {"root"}) is found
    assert set(coverage.within(found, tree, {"ward"}).served) == {FIRST.code}
    assert set(coverage.within(found, tree, {"province"}).served) == {FIRST.code, SECOND.code}
    # Nobody reads there yet, and that is what they have to see.
    assert set(coverage.within(found, tree, {"hue"}).served) == {THIRD.code}
    assert not coverage.within(found, tree, {"nothing"}).served


def test_the_police_do_not_see_where_tips_go() -> None:
    units = (ROOT, PROVINCE, unit("police", "root", DA_NANG, kind=UnitKind.POLICE))
    assert not coverage.within(seen(*units), Tree.of(units), {"police"}).served


def test_what_is_read_farther_away_is_a_loss_and_the_rest_is_none() -> None:
    before, after = seen(ROOT, PROVINCE, WARD), seen(ROOT, PROVINCE)
    [loss] = coverage.losses(before, after)
    assert (loss.place, loss.categories) == (FIRST, ALL)
    assert (loss.was, loss.now, loss.level) == ("ward", "province", Level.PROVINCE)
    assert coverage.losses(after, before) == ()
    assert coverage.losses(before, before) == ()


def test_only_the_categories_that_lose_something_are_named() -> None:
    few = replace(WARD, categories=frozenset(ALL) - {Category.DRUGS})
    [loss] = coverage.losses(seen(ROOT, PROVINCE, WARD), seen(ROOT, PROVINCE, few))
    assert loss.categories == (Category.DRUGS,)


def test_only_communes_of_units_that_are_other_ones_are_touched() -> None:
    before = Tree.of((ROOT, PROVINCE, WARD))
    assert coverage.touched(before, Tree.of((ROOT, PROVINCE, WARD)), COMMUNES) == ()
    gone = Tree.of((ROOT, PROVINCE))
    assert coverage.touched(before, gone, COMMUNES) == (FIRST,)
    assert coverage.touched(gone, before, COMMUNES) == (FIRST,)
    other = Tree.of((replace(ROOT, name="other"), PROVINCE, WARD))
    assert coverage.touched(before, other, COMMUNES) == COMMUNES


def test_what_hangs_below_a_unit_that_moved_is_touched() -> None:
    middle = unit("middle", "root")
    hue = unit("hue", "middle", HUE)
    before = Tree.of((ROOT, PROVINCE, middle, hue))
    after = Tree.of((ROOT, PROVINCE, replace(middle, parent="province"), hue))
    assert coverage.touched(before, after, COMMUNES) == (THIRD,)


# --- the whole country ----------------------------------------------------------------------------


def slowly(tree: Tree, place: Place, category: Category, *, danger: bool) -> str:
    """Who reads, from the rule as it is told: the deepest desk at the place, then the narrowest,
    then the smaller id.
    """
    found = [
        (-tree.depth(each), len(each.places), each.id)
        for each in tree.all
        if {place.code, place.province_code, "*"} & each.places
        if each.kind is UnitKind.UNION and each.has_desk and (each.has_alarm or not danger)
        if not any(one.inside_company for one in (each, *tree.ancestors(each.id)))
        if not each.categories or category in each.categories
    ]
    return min(found, default=(0, 0, tree.root.id))[2]


def test_the_whole_country_is_seen_as_the_reader_of_each_tip_decides() -> None:
    tree, communes = country()
    found = coverage.of(tree, communes)
    assert len(found.served) == len(communes)
    for place in communes:
        for category in Category:
            share = found.served[place.code].at(category)
            assert share.unit == reader(tree, category, place).id
            assert share.urgent == reader(tree, category, place, danger=True).id


def test_a_second_opinion_on_some_communes_says_the_same() -> None:
    tree, communes = country()
    found = coverage.of(tree, communes)
    dice = random.Random(7)
    for place in dice.sample(communes, 12):
        for category in dice.sample(ALL, 2):
            share = found.served[place.code].at(category)
            assert share.unit == slowly(tree, place, category, danger=False)
            assert share.urgent == slowly(tree, place, category, danger=True)


def test_the_numbers_of_the_country_are_those_that_counting_gives() -> None:
    tree, communes = country()
    found = coverage.of(tree, communes)
    lines = coverage.summaries(found)
    assert sum(line.communes for line in lines) == len(communes)
    assert len(lines) == len({place.province_code for place in communes})
    named = {
        code
        for each in tree.all
        if each.has_desk and each.kind is UnitKind.UNION and not tree.is_inside(each)
        for code in each.places
    }
    own = sum(line.standings[Standing.OWN] + line.standings[Standing.PARTLY] for line in lines)
    # A desk that names a commune reads something there, if it takes anything at all.
    assert own <= sum(place.code in named for place in communes)
    led = {place.code for place in communes if place.province_code in named}
    none = sum(line.standings[Standing.NONE] for line in lines)
    assert none == sum(
        found.served[place.code].standing is Standing.NONE
        for place in communes
        if place.code not in led
    )
