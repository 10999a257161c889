"""The rules that choose the unit which reads a tip."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.places import Place
from handlers.routing import (
    Excludable,
    Exclusion,
    Tree,
    Unit,
    UnitKind,
    above,
    excludable,
    insiders,
    reader,
    second_look,
)
from handlers.tips import Category

WARD = Place("20335", "Phường Bàn Thạch", "48", "Thành phố Đà Nẵng", ("20335",))
NEXT_WARD = Place("20341", "Phường Tam Kỳ", "48", "Thành phố Đà Nẵng", ("20341",))
PROVINCE = Place("48", "Thành phố Đà Nẵng", "48", "Thành phố Đà Nẵng", ("48",))
FORMER = Place("", "Thành phố Tam Kỳ (cũ)", "48", "Thành phố Đà Nẵng", ("20335", "20341"))
ELSEWHERE = Place("31360", "Xã Thạnh Xuân", "92", "Thành phố Cần Thơ", ("31360",))
TWO_PROVINCES = Place("", "Hai nơi (cũ)", "", "", ("20335", "31360"))
PLACES = (WARD, NEXT_WARD, PROVINCE, FORMER, ELSEWHERE, TWO_PROVINCES, None)


def unit(
    unit_id: str,
    parent: str | None,
    places: str = "",
    *,
    kind: UnitKind = UnitKind.UNION,
    inside: bool = False,
    has_desk: bool = True,
    has_alarm: bool = False,
    conflicts: str = "",
) -> Unit:
    return Unit(
        unit_id,
        parent,
        kind,
        f"Đơn vị {unit_id}",
        places=frozenset(places.split()),
        inside_company=inside,
        conflicts=frozenset(conflicts.split()),
        has_desk=has_desk,
        has_alarm=has_alarm,
    )


UNITS = (
    unit("root", None, "*"),
    unit("province", "root", "48"),
    unit("ward", "province", "20335"),
    unit("park", "province", "20335 20341"),
    unit("company", "ward", "20335", inside=True),
    unit("workshop", "company", "20335"),
    unit("city-police", "root", "48", kind=UnitKind.POLICE),
    unit("ward-police", "city-police", "20335", kind=UnitKind.POLICE),
)
TREE = Tree.of(UNITS)


def changed(unit_id: str, **changes: object) -> Tree:
    return Tree.of(
        replace(one, **changes) if one.id == unit_id else one  # type: ignore[arg-type]
        for one in UNITS
    )


def ringing(alarms: str) -> Tree:
    return Tree.of(replace(one, has_alarm=one.id in alarms.split()) for one in UNITS)


def chosen(
    tree: Tree,
    place: Place | None,
    excluded: str = "",
    picked: str | None = None,
    *,
    danger: bool = False,
) -> str:
    shut_out = frozenset(excluded.split())
    found = reader(tree, Category.LOANS, place, excluded=shut_out, picked=picked, danger=danger)
    return found.id


@pytest.mark.parametrize("category", list(Category))
def test_a_grassroots_desk_is_nearest_for_every_category_and_reads_only_when_picked(
    category: Category,
) -> None:
    assert reader(TREE, category, WARD).id == "ward"
    assert reader(TREE, category, WARD, picked="company").id == "company"


def test_a_desk_below_a_company_unit_counts_as_inside_the_company() -> None:
    without_company = changed("company", has_desk=False)
    assert chosen(without_company, WARD) == "ward"
    assert chosen(without_company, WARD, picked="workshop") == "workshop"


def test_picking_works_only_for_a_desk_inside_a_company_at_the_place() -> None:
    assert chosen(TREE, WARD, picked="ward-police") == "ward"
    assert chosen(TREE, WARD, picked="park") == "ward"
    assert chosen(TREE, ELSEWHERE, picked="company") == "root"
    assert chosen(TREE, None, picked="company") == "root"
    assert chosen(changed("company", has_desk=False), WARD, picked="company") == "ward"


def test_a_picked_unit_that_is_excluded_does_not_read() -> None:
    assert chosen(TREE, WARD, excluded="company", picked="company") == "ward"


def test_without_a_desk_the_next_unit_up_reads() -> None:
    only_ward = Tree.of(one for one in UNITS if one.id != "park")
    no_desk = Tree.of(
        replace(one, has_desk=one.id not in {"ward", "province"}) for one in only_ward.all
    )
    assert chosen(only_ward, WARD) == "ward"
    assert chosen(no_desk, WARD) == "root"
    assert chosen(Tree.of(replace(one, has_desk=False) for one in UNITS), WARD) == "root"


def test_the_park_union_reads_where_it_alone_names_the_commune() -> None:
    assert chosen(TREE, NEXT_WARD) == "park"
    assert chosen(changed("ward", has_desk=False), WARD) == "park"


def test_a_deeper_unit_goes_before_one_that_covers_less() -> None:
    assert chosen(changed("park", parent="ward"), WARD) == "park"


def test_a_whole_province_counts_as_wider_than_many_communes() -> None:
    many = " ".join(["20335", *(str(code) for code in range(20400, 20440))])
    tree = Tree.of([unit("root", None, "*"), unit("a", "root", "48"), unit("b", "root", many)])
    assert chosen(tree, WARD) == "b"


def test_units_alike_in_everything_are_told_apart_by_their_id() -> None:
    twins = [unit("b", "root", "20335"), unit("a", "root", "20335")]
    assert chosen(Tree.of([unit("root", None, "*"), *twins]), WARD) == "a"


def test_a_category_that_a_unit_does_not_accept_goes_up() -> None:
    tree = changed("ward", categories=frozenset({Category.WAGES}))
    assert reader(tree, Category.WAGES, WARD).id == "ward"
    assert reader(tree, Category.DRUGS, WARD).id == "park"
    picky_root = changed("root", categories=frozenset({Category.WAGES}))
    assert reader(picky_root, Category.DRUGS, ELSEWHERE).id == "root"


def test_a_vague_place_is_read_by_the_lowest_unit_that_covers_all_of_it() -> None:
    assert chosen(TREE, PROVINCE) == "province"
    assert chosen(TREE, FORMER) == "park"
    assert chosen(changed("park", has_desk=False), FORMER) == "province"
    assert chosen(TREE, TWO_PROVINCES) == "root"
    assert chosen(TREE, None) == "root"


def test_an_excluded_unit_is_passed_over_with_everything_below_it() -> None:
    tree = changed("park", parent="ward")
    assert chosen(tree, WARD, excluded="ward") == "province"
    assert chosen(TREE, WARD, excluded="ward park") == "province"
    assert chosen(TREE, WARD, excluded="province") == "root"


def test_a_conflict_shuts_out_both_sides_whoever_names_it() -> None:
    tree = changed("ward", conflicts=frozenset({"company"}))
    assert chosen(tree, WARD, excluded="company") == "park"
    assert chosen(tree, WARD, excluded="ward", picked="company") == "park"
    mirrored = changed("company", conflicts=frozenset({"ward"}))
    assert chosen(mirrored, WARD, excluded="company") == "park"
    assert chosen(mirrored, WARD) == "ward"


def test_excluding_the_root_changes_nothing() -> None:
    assert chosen(TREE, WARD, excluded="root") == "ward"
    assert chosen(TREE, ELSEWHERE, excluded="root") == "root"
    assert chosen(TREE, WARD, excluded="root province") == "root"


def test_in_danger_the_nearest_unit_with_an_alarm_reads_and_otherwise_it_does_not_matter() -> None:
    assert chosen(ringing("ward province"), WARD, danger=True) == "ward"
    assert chosen(ringing("park province"), WARD, danger=True) == "park"
    assert chosen(ringing("province"), WARD, danger=True) == "province"
    assert chosen(ringing("province"), WARD) == "ward"
    deskless = Tree.of(
        replace(one, has_alarm=True, has_desk=one.id != "ward") for one in UNITS if one.id != "park"
    )
    assert chosen(deskless, WARD, danger=True) == "province"


def test_in_danger_the_root_reads_where_nothing_rings_its_own_alarm_included() -> None:
    assert chosen(TREE, WARD, danger=True) == "root"
    assert chosen(TREE, None, danger=True) == "root"
    assert chosen(ringing("ward"), WARD, excluded="ward", danger=True) == "root"
    assert chosen(ringing("ward-police city-police"), WARD, danger=True) == "root"


def test_in_danger_a_picked_company_unit_reads_only_with_an_alarm() -> None:
    assert chosen(ringing("company ward"), WARD, picked="company", danger=True) == "company"
    assert chosen(ringing("ward"), WARD, picked="company", danger=True) == "ward"
    assert chosen(ringing("company"), WARD, danger=True) == "root"


def test_above_in_danger_climbs_to_the_next_alarm() -> None:
    assert above(ringing("province"), "company", danger=True).id == "province"
    assert above(ringing("ward"), "ward", danger=True).id == "root"
    assert above(TREE, "ward", danger=True).id == "root"


def test_above_climbs_to_the_next_desk_that_is_not_shut_out() -> None:
    assert above(TREE, "workshop").id == "ward"
    assert above(TREE, "ward").id == "province"
    assert above(TREE, "ward", excluded=frozenset({"province"})).id == "root"
    assert above(changed("province", has_desk=False), "ward").id == "root"
    assert above(TREE, "ward-police").id == "root"
    assert above(TREE, "root").id == "root"
    assert above(TREE, "gone").id == "root"


def looks_again(
    tree: Tree, unit_id: str, excluded: str = "", *, danger: bool = False
) -> str | None:
    found = second_look(
        tree, unit_id, Category.WAGES, excluded=frozenset(excluded.split()), danger=danger
    )
    return found.id if found else None


def test_the_next_union_desk_up_looks_again_and_above_the_root_there_is_nobody() -> None:
    assert looks_again(TREE, "company") == "ward"
    assert looks_again(TREE, "workshop") == "ward"
    assert looks_again(TREE, "ward") == "province"
    assert looks_again(TREE, "ward", "province") == "root"
    assert looks_again(TREE, "root") is None
    # A unit that was taken out of the tree since: the last one still is there.
    assert looks_again(TREE, "gone") == "root"


def test_who_is_shut_out_never_looks_again_the_root_included() -> None:
    assert looks_again(TREE, "ward", "province root") is None
    assert looks_again(changed("ward", conflicts=frozenset({"province"})), "ward") == "root"


def test_who_looks_again_takes_the_category_and_in_danger_has_an_alarm() -> None:
    assert looks_again(changed("province", categories=frozenset({Category.FIRE})), "ward") == "root"
    assert looks_again(changed("province", has_desk=False), "ward") == "root"
    assert looks_again(TREE, "ward", danger=True) == "root"
    assert looks_again(ringing("province"), "ward", danger=True) == "province"


def test_workers_may_pick_the_company_desks_of_their_own_commune_only() -> None:
    assert [one.id for one in insiders(TREE, WARD)] == ["company", "workshop"]
    assert [one.id for one in insiders(changed("company", has_desk=False), WARD)] == ["workshop"]
    assert [insiders(TREE, place) for place in (NEXT_WARD, PROVINCE, FORMER, None)] == [()] * 4


def test_who_must_not_see_this_offers_what_is_there() -> None:
    everyone = (
        Excludable(Exclusion.COMPANY, ("company", "workshop")),
        Excludable(Exclusion.COMMUNE, ("park", "ward")),
        Excludable(Exclusion.POLICE, ("ward-police",)),
    )
    assert excludable(TREE, WARD) == everyone
    assert excludable(TREE, FORMER) == everyone
    assert excludable(changed("company", has_desk=False), WARD) == everyone
    assert excludable(TREE, NEXT_WARD) == (Excludable(Exclusion.COMMUNE, ("park",)),)
    assert [excludable(TREE, place) for place in (PROVINCE, ELSEWHERE, None)] == [()] * 3


def test_the_tree_knows_its_relations() -> None:
    assert [one.id for one in TREE.ancestors("company")] == ["ward", "province", "root"]
    assert [one.id for one in TREE.children("province")] == ["ward", "park"]
    assert TREE.parent(TREE.root) is None
    assert TREE.get("gone") is None
    assert TREE.ancestors("gone") == TREE.children("gone") == ()
    assert TREE.all == UNITS


@pytest.mark.parametrize(
    "units",
    [
        [],
        [unit("a", None), unit("b", None)],
        [unit("a", None), unit("a", "a")],
        [unit("a", None), unit("b", "gone")],
        [unit("a", None), unit("b", "c"), unit("c", "b")],
        [unit("a", None, kind=UnitKind.POLICE)],
        [unit("a", None, inside=True)],
    ],
    ids=["none", "two roots", "twins", "orphan", "loop", "police root", "company root"],
)
def test_what_is_no_tree_is_refused(units: list[Unit]) -> None:
    with pytest.raises(ValueError, match=r"root|unique"):
        Tree.of(units)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Trees of up to 13 units over a handful of places, each below one made before it."""
    ids = [f"u{number}" for number in range(draw(st.integers(1, 13)))]
    some_ids = st.frozensets(st.sampled_from(ids), max_size=2)
    units = [
        Unit("u0", None, UnitKind.UNION, "Gốc", frozenset({"*"}), has_desk=draw(st.booleans()))
    ]
    for number in range(1, len(ids)):
        above_it = units[draw(st.integers(0, number - 1))]
        police = above_it.kind is UnitKind.POLICE or draw(st.integers(0, 4)) == 0
        codes = st.sampled_from(["48", "92", "20335", "20341", "31360"])
        units.append(
            Unit(
                ids[number],
                above_it.id,
                UnitKind.POLICE if police else UnitKind.UNION,
                ids[number],
                draw(st.frozensets(codes, max_size=3)),
                draw(st.frozensets(st.sampled_from(list(Category)), max_size=2)),
                draw(st.integers(0, 3)) == 0,
                draw(some_ids),
                has_desk=draw(st.integers(0, 4)) > 0,
                has_alarm=draw(st.booleans()),
            )
        )
    return Tree.of(draw(st.permutations(units)))


@settings(max_examples=40)
@given(st.data())
def test_whatever_the_tree_the_reader_is_one_that_may_read(data: st.DataObject) -> None:
    tree = data.draw(trees())
    ids = [one.id for one in tree.all]
    place = data.draw(st.sampled_from(PLACES))
    category = data.draw(st.sampled_from(list(Category)))
    excluded = data.draw(st.frozensets(st.sampled_from(ids), max_size=3))
    picked = data.draw(st.sampled_from([*ids, None, "gone"]))
    danger = data.draw(st.booleans())
    found = reader(tree, category, place, excluded=excluded, picked=picked, danger=danger)

    assert found.kind is UnitKind.UNION
    if found is tree.root:
        return
    assert found.has_desk
    assert found.has_alarm or not danger
    assert found.accepts(category)
    assert found.id not in excluded
    chain = (found, *tree.ancestors(found.id))
    assert found.id == picked or not any(one.inside_company for one in chain)
    assert not any(one.id in excluded for one in chain if one is not tree.root)
    assert place is not None
    wide = {place.province_code, "*"} - {""}
    assert all(found.places & {code, *wide} for code in place.codes)


@settings(max_examples=40)
@given(st.data())
def test_whatever_the_tree_going_up_ends_at_the_root(data: st.DataObject) -> None:
    tree = data.draw(trees())
    ids = [one.id for one in tree.all]
    excluded = data.draw(st.frozensets(st.sampled_from(ids), max_size=3))
    here = data.draw(st.sampled_from(tree.all))
    danger = data.draw(st.booleans())
    steps = [here]
    while steps[-1] is not tree.root:
        steps.append(above(tree, steps[-1].id, excluded=excluded, danger=danger))
        assert steps[-1] in tree.ancestors(steps[-2].id)
        assert steps[-1] is tree.root or steps[-1].id not in excluded
        assert steps[-1] is tree.root or steps[-1].has_alarm or not danger
        assert steps[-1].kind is UnitKind.UNION
        assert not steps[-1].inside_company


@settings(max_examples=40)
@given(st.data())
def test_whatever_the_tree_an_excludable_unit_does_not_read_once_excluded(
    data: st.DataObject,
) -> None:
    tree = data.draw(trees())
    place = data.draw(st.sampled_from(PLACES))
    for answer in excludable(tree, place):
        found = reader(tree, Category.OTHER, place, excluded=frozenset(answer.units))
        assert found.id not in answer.units
